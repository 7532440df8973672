//! Settings of who may do what.

use std::net::IpAddr;
use std::path::PathBuf;

use super::form::Names;

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
        if self.cert.is_none() && !listen.is_loopback() && !self.allow_plaintext {
            faults.push(format!(
                "listen: {listen} can be reached by others, and without TLS they read every token on the way; set \
                 tls.cert and tls.key, or tls.allow_plaintext = true where something in front does TLS"
            ));
        }
        faults
    }
}
