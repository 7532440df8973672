//! The formats of files, and the faults that reading one can have.

use std::path::Path;

use thiserror::Error;

use super::{Value, json, toml, yaml};

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
}

/// Why a document was refused. Nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It does not parse.
    #[error("{0}")]
    Syntax(String),
    /// A value in it would change on the way, or cannot be held.
    #[error("{place}: {why}")]
    At {
        /// `a.b[2]`.
        place: String,
        /// A sentence.
        why: String,
    },
    /// It nests too deep.
    #[error("it nests more than {} levels deep", super::value::MAX_DEPTH)]
    TooDeep,
}

impl Format {
    /// By the extension of a file name.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// The extension that [`Format::of`] knows it by.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
        }
    }

    /// Reads one document.
    pub fn read(self, bytes: &[u8]) -> Result<Value, ReadError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| ReadError::Syntax(format!("it is no UTF-8 text: {e}")))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match self {
            Self::Json => json::read(text),
            Self::Yaml => yaml::read(text),
            Self::Toml => toml::read(text),
        }
    }

    /// Writes one document, as a person would lay it out; `None` when the format has no words for it.
    pub fn write(self, value: &Value) -> Option<String> {
        match self {
            Self::Json => Some(value.pretty()),
            Self::Yaml => yaml::write(value),
            Self::Toml => toml::write(value),
        }
    }
}
