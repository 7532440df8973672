//! Where policies come from.
//!
//! - [`bundle`]: what bytes are: an OPA bundle, or the text of one module
//! - [`path`]: a file or a directory
//! - [`mod@follow`]: keeps a policy as new as its source

pub mod bundle;
pub mod follow;
pub mod path;
mod signed;

pub use bundle::read;
pub use follow::{Followed, Source, follow, follow_with};
pub use signed::BundleKey;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::LoadError;
use crate::modules::Modules;

/// The policy of a setting: base64 of the text of one module.
///
/// # Errors
/// [`LoadError::Base64`], [`LoadError::Empty`].
pub fn base64(text: &str) -> Result<Modules, LoadError> {
    let text: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(text).map_err(|error| LoadError::Base64(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| LoadError::Base64(error.to_string()))?;
    Modules::text(text)
}
