//! How to reach a server.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::ChannelError;

/// What every channel over a server takes.
#[derive(Debug, Clone)]
pub struct LinkSettings {
    /// Addresses of one server or of members of one cluster, as URLs or `host:port`; any of them will do.
    pub servers: Vec<String>,
    /// Who to sign in as; nobody where it is empty.
    pub user: String,
    /// What to show.
    pub password: Password,
    /// The authorities to trust, in PEM, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// The certificate to show, in PEM, and its key.
    pub cert_file: Option<PathBuf>,
    /// The key of `cert_file`, in PEM.
    pub key_file: Option<PathBuf>,
    /// What the server's names begin with, before the subject.
    pub prefix: String,
    /// How long any call takes at most.
    pub timeout: Duration,
}

impl LinkSettings {
    /// The default of [`Self::prefix`].
    pub const PREFIX: &'static str = "holdfast.";
    /// The default of [`Self::timeout`].
    pub const TIMEOUT: Duration = Duration::from_secs(5);

    /// These servers, and the default of everything else.
    pub fn new(servers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            servers: servers.into_iter().map(Into::into).collect(),
            user: String::new(),
            password: Password::None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            prefix: Self::PREFIX.into(),
            timeout: Self::TIMEOUT,
        }
    }

    /// Checks what no server has to be asked for.
    ///
    /// # Errors
    /// [`ChannelError::Settings`].
    pub fn check(&self) -> Result<(), ChannelError> {
        let wrong = |why: &str| Err(ChannelError::Settings(why.into()));
        if self.servers.is_empty() {
            return wrong("the channel needs the address of a server");
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return wrong("the channel's client certificate and its key go together");
        }
        if self.timeout.is_zero() {
            return wrong("the channel's time limit has to be above zero");
        }
        Ok(())
    }
}

/// A password that is given, or that is read from a file for every connection, so that it can be changed there.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Password {
    /// There is none.
    #[default]
    None,
    /// This one.
    Text(String),
    /// The first line of this file.
    File(PathBuf),
}

impl Password {
    /// The password now.
    ///
    /// # Errors
    /// [`ChannelError::Settings`] when the file cannot be read.
    pub fn read(&self) -> Result<Option<String>, ChannelError> {
        match self {
            Self::None => Ok(None),
            Self::Text(text) => Ok(Some(text.clone())),
            Self::File(file) => {
                let text = fs::read_to_string(file);
                let wrong = |error| format!("the password file {}: {error}", file.display());
                let text = text.map_err(|error| ChannelError::Settings(wrong(error)))?;
                Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
            }
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Text(_) => f.write_str("Text(..)"),
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}
