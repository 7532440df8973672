//! What is asked of a token.

use std::path::PathBuf;
use std::time::Duration;

use holdfast_remote::{KeptSettings, RemoteError, RemoteSettings};
use jsonwebtoken::Algorithm;
use thiserror::Error;

use crate::secret::HmacSecret;

/// The user of a token that names nobody, where that is allowed.
pub const NOBODY: &str = "-";

/// One issuer of tokens and what its tokens have to say.
#[derive(Debug, Clone)]
pub struct JwtSettings {
    /// The metadata name that carries the token. In `authorization` it stands behind `Bearer`, elsewhere it may.
    pub header: String,
    /// The algorithms that are accepted, all others never. Not asked for with [`Keys::Unverified`].
    pub algorithms: Vec<Algorithm>,
    /// What proves a signature.
    pub keys: Keys,
    /// The claim that names the user: a text that is not empty.
    pub subject_claim: String,
    /// What comes before each user's name, so that an issuer cannot name users of another one.
    pub user_prefix: String,
    /// The claim with the groups: an array of texts, or a text with spaces. A name with dots is also looked for inside of objects.
    pub groups_claim: Option<String>,
    /// What comes before each group's name.
    pub groups_prefix: String,
    /// `iss` has to be one of these; none: anything.
    pub issuers: Vec<String>,
    /// `aud` has to have one of these; none: anything.
    pub audiences: Vec<String>,
    /// How far clocks may differ, for `exp`, `nbf` and `iat`.
    pub leeway: Duration,
    /// Refuses tokens without an end.
    pub require_exp: bool,
    /// Refuses tokens that do not name their key, even when there is only one.
    pub require_kid: bool,
    /// Refuses tokens whose subject claim names nobody; otherwise their user is [`NOBODY`].
    pub require_subject: bool,
    /// How many verified tokens are remembered.
    pub remembered: usize,
    /// For how long, at most.
    pub remembered_for: Duration,
}

/// Where the keys come from.
#[derive(Debug, Clone)]
pub enum Keys {
    /// A shared secret: HS256, HS384, HS512.
    Secret(HmacSecret),
    /// A file with one public key or certificate: RSA, EC (P-256, P-384), Ed25519.
    PemFile(PathBuf),
    /// A file with a key set (RFC 7517).
    JwksFile(PathBuf),
    /// A key set at a URL, asked for again and again.
    JwksUrl {
        /// Where, and how.
        remote: Box<RemoteSettings>,
        /// How often.
        kept: KeptSettings,
    },
    /// None: whatever a token claims is believed. For networks in which somebody else has checked it.
    Unverified,
}

impl JwtSettings {
    /// `authorization`, `sub`, 60 seconds of leeway, an end is required, 4096 tokens are remembered for five minutes.
    pub fn new(algorithms: Vec<Algorithm>, keys: Keys) -> Self {
        Self {
            header: "authorization".into(),
            algorithms,
            keys,
            subject_claim: "sub".into(),
            user_prefix: String::new(),
            groups_claim: None,
            groups_prefix: String::new(),
            issuers: Vec::new(),
            audiences: Vec::new(),
            leeway: Duration::from_secs(60),
            require_exp: true,
            require_kid: false,
            require_subject: true,
            remembered: 4096,
            remembered_for: Duration::from_secs(300),
        }
    }

    /// What an operator should be told at start: sentences about settings that are allowed and not safe everywhere.
    pub fn cautions(&self) -> Vec<&'static str> {
        let all = [
            (
                matches!(self.keys, Keys::Unverified),
                "JWTs are believed without a look at their signature",
            ),
            (
                self.audiences.is_empty(),
                "JWTs for any audience are accepted: those for other services too",
            ),
            (!self.require_exp, "JWTs without an end are accepted"),
        ];
        all.into_iter().filter(|(there, _)| *there).map(|(_, sentence)| sentence).collect()
    }
}

/// Settings that cannot work. Nothing was started.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// No algorithm is listed.
    #[error("no algorithm is listed: say which ones the issuer signs with")]
    NoAlgorithm,
    /// An algorithm that cannot belong to the key.
    #[error("{0:?} does not belong to the kind of key that is configured")]
    Algorithm(Algorithm),
    /// The shared secret cannot be used.
    #[error("the shared secret cannot be used: {0}")]
    Secret(String),
    /// A key or a key set cannot be used.
    #[error("{path}: {why}", path = path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A name that is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// The URL of the key set, or how it is asked.
    #[error("key set: {0}")]
    Remote(#[from] RemoteError),
}
