//! Settings of who may do what.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::form::{Count, Names, Secret, Size};
use crate::proxies::network;

/// Who is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthSettings {
    /// Roles of callers who show nothing; none: they are refused.
    pub anonymous_roles: Names,
    /// Make another root token at this start.
    pub new_root_token: bool,
}

/// How often a client may call, in calls a second; `None`: as often as it likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateSettings {
    /// Reads.
    pub reads: Option<usize>,
    /// Writes.
    pub writes: Option<usize>,
    /// Starts of streams.
    pub streams: Option<usize>,
    /// Attempts to be recognised that failed, of one address.
    pub sign_ins: Option<usize>,
    /// How many of each at once; `None`: as many as in two seconds.
    pub burst: Option<usize>,
    /// The rates are those of all nodes together.
    pub shared: bool,
}

/// Proxies in front of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySettings {
    /// Their addresses and networks.
    pub trusted: Names,
    /// The header in which they say who called them.
    pub header: ProxyHeader,
    /// Their connections begin with the PROXY protocol.
    pub protocol: bool,
}

/// The header in which proxies say who called them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyHeader {
    /// None is looked at.
    None,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self { trusted: Names::default(), header: ProxyHeader::None, protocol: false }
    }
}

impl ProxySettings {
    pub(super) fn contradictions(&self) -> Vec<String> {
        let wrong = self.trusted.0.iter().filter(|text| network(text).is_none());
        let mut faults: Vec<String> = wrong
            .map(|text| {
                format!("proxy.trusted: expected addresses or networks such as 10.0.0.0/8, found {text:?}")
            })
            .collect();
        if self.trusted.0.is_empty() && (self.protocol || self.header != ProxyHeader::None) {
            faults.push("proxy.trusted: names nobody, so proxy.header and proxy.protocol would be looked at of nobody".into());
        }
        faults
    }
}

/// TLS on the API port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// The certificate with its chain, PEM.
    pub cert: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Authorities of callers' certificates, PEM.
    pub client_ca: Option<PathBuf>,
    /// Whether callers have to show one.
    pub clients: ClientCertificates,
    /// Listen without TLS on addresses that others can reach.
    pub allow_plaintext: bool,
    /// With a certificate: connections without TLS are served beside those with it.
    pub also_plaintext: bool,
}

/// Whether callers show certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCertificates {
    /// They are not asked.
    Off,
    /// Those who have one are known by it.
    Optional,
    /// Nobody is let in without.
    Required,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            cert: None,
            key: None,
            client_ca: None,
            clients: ClientCertificates::Off,
            allow_plaintext: false,
            also_plaintext: false,
        }
    }
}

impl TlsSettings {
    /// What is wrong with them together, for a server that listens there.
    pub(super) fn contradictions(&self, listen: IpAddr) -> Vec<String> {
        let mut faults = Vec::new();
        if self.cert.is_some() != self.key.is_some() {
            faults.push("tls.cert and tls.key: one is of no use without the other".into());
        }
        if self.clients != ClientCertificates::Off && self.client_ca.is_none() {
            faults.push("tls.client_ca: is needed to verify the certificates of callers".into());
        }
        if self.client_ca.is_some() && self.cert.is_none() {
            faults
                .push("tls.client_ca: callers show certificates only where tls.cert is set".into());
        }
        if self.also_plaintext && self.clients == ClientCertificates::Required {
            faults.push("tls.also_plaintext: whoever comes without TLS shows no certificate, and tls.clients requires one".into());
        }
        if self.cert.is_none() && !listen.is_loopback() && !self.allow_plaintext {
            faults.push(format!(
                "listen: {listen} can be reached by others, and without TLS they read every token on the way; set \
                 tls.cert and tls.key, or tls.allow_plaintext = true where something in front does TLS"
            ));
        }
        faults
    }
}

/// Callers by tokens of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwtOptions {
    /// Algorithms that are accepted; none: no JWT is.
    pub algorithms: Names,
    /// A shared secret, as text.
    pub secret: Option<Secret>,
    /// A file with it.
    pub secret_file: Option<PathBuf>,
    /// A file with a public key or certificate.
    pub pem_file: Option<PathBuf>,
    /// A file with a key set.
    pub jwks_file: Option<PathBuf>,
    /// A key set at a URL.
    pub jwks_url: Option<String>,
    /// Authorities for that URL.
    pub jwks_ca: Option<PathBuf>,
    /// Between two looks at it.
    pub jwks_interval: Duration,
    /// Accepted issuers; none: any.
    pub issuers: Names,
    /// Accepted audiences; none: any.
    pub audiences: Names,
    /// Where the token is.
    pub header: String,
    /// The claim with the user's name.
    pub subject_claim: String,
    /// The claim with the groups.
    pub groups_claim: Option<String>,
    /// How far clocks may differ.
    pub leeway: Duration,
    /// Refuse tokens without an end.
    pub require_exp: bool,
    /// Refuse tokens that do not name their key.
    pub require_kid: bool,
    /// Refuse tokens that name nobody.
    pub require_subject: bool,
    /// Believe claims without a look at the signature.
    pub unverified: bool,
}

impl Default for JwtOptions {
    fn default() -> Self {
        Self {
            algorithms: Names::default(),
            secret: None,
            secret_file: None,
            pem_file: None,
            jwks_file: None,
            jwks_url: None,
            jwks_ca: None,
            jwks_interval: Duration::from_secs(300),
            issuers: Names::default(),
            audiences: Names::default(),
            header: "authorization".into(),
            subject_claim: "sub".into(),
            groups_claim: None,
            leeway: Duration::from_secs(60),
            require_exp: true,
            require_kid: false,
            require_subject: true,
            unverified: false,
        }
    }
}

/// Rules in Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyOptions {
    /// A file, a bundle or a directory.
    pub path: Option<PathBuf>,
    /// The text itself, in base64.
    pub base64: Option<String>,
    /// A text or a bundle at a URL.
    pub url: Option<String>,
    /// Authorities for that URL.
    pub ca: Option<PathBuf>,
    /// Between two looks at a path or URL.
    pub interval: Duration,
    /// The last good copy of what a URL gave.
    pub copy: Option<PathBuf>,
    /// The rule that decides.
    pub allow: String,
    /// The rule that says how much of a value is shown.
    pub show: String,
    /// `auto`, `v1`, `v0`.
    pub dialect: String,
    /// `any`, `veto`, `both`.
    pub combine: String,
    /// Decisions that are kept for `policy test --recorded`.
    pub recorded: Count,
}

impl Default for PolicyOptions {
    fn default() -> Self {
        let rego = holdfast_policy_rego::RegoSettings::default();
        Self {
            path: None,
            base64: None,
            url: None,
            ca: None,
            interval: Duration::from_secs(30),
            copy: None,
            allow: rego.allow,
            show: rego.show,
            dialect: rego.dialect.as_str().into(),
            combine: rego.combine.as_str().into(),
            recorded: Count(0),
        }
    }
}

impl PolicyOptions {
    pub(super) fn contradictions(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let sources = [self.path.is_some(), self.base64.is_some(), self.url.is_some()];
        if sources.into_iter().filter(|there| *there).count() > 1 {
            faults.push(
                "policy: path, base64 and url are three places for one policy, name one".into(),
            );
        }
        let word = |name: &str, word: &str, words: &[&str]| {
            let known = words.contains(&word);
            (!known).then(|| {
                format!("policy.{name}: expected one of {}, found {word:?}", words.join(", "))
            })
        };
        faults.extend(word("dialect", &self.dialect, holdfast_policy_rego::Dialect::WORDS));
        faults.extend(word("combine", &self.combine, holdfast_policy_rego::Combine::WORDS));
        faults
    }
}

/// The account of what callers did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// As log lines.
    pub log: bool,
    /// In hash-chained files of this directory.
    pub dir: Option<PathBuf>,
    /// Bytes of one such file.
    pub file_bytes: Size,
    /// How many are kept.
    pub files: usize,
    /// In a table: the URL of a database.
    pub sql: Option<Secret>,
    /// Its name.
    pub sql_table: String,
    /// Writes.
    pub writes: bool,
    /// Refusals.
    pub denials: bool,
    /// Reads of secrets.
    pub secret_reads: bool,
    /// Every decision.
    pub decisions: bool,
    /// Values in clear, but for secrets.
    pub values: bool,
    /// Refuse calls that cannot be recorded.
    pub required: bool,
    /// Places of secrets: `prod/secrets/**`.
    pub secrets: Names,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            log: false,
            dir: None,
            file_bytes: Size(64 << 20),
            files: 30,
            sql: None,
            sql_table: "config_audit_log".into(),
            writes: true,
            denials: true,
            secret_reads: true,
            decisions: false,
            values: false,
            required: false,
            secrets: Names::default(),
        }
    }
}
