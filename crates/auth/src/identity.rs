//! Who asks.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Map, Value};

/// Request metadata, as the transport has it: looked up when a guard asks, so that what no guard reads costs nothing.
pub trait Metadata: Send + Sync {
    /// The first value of a name (in lower case).
    fn get(&self, name: &str) -> Option<&str>;

    /// All of it, names in lower case: for guards whose rules may look at anything.
    fn all(&self) -> Vec<(String, String)>;
}

/// For callers without a transport.
impl Metadata for Vec<(String, String)> {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn all(&self) -> Vec<(String, String)> {
        self.clone()
    }
}

/// What a caller showed: request metadata and where it came from. Nothing in it is proven.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    metadata: &'a dyn Metadata,
    /// Address without port, when there is one.
    pub peer: Option<std::net::IpAddr>,
    /// The certificate (DER) that the caller showed; its chain is verified, whom it names is for a verifier to say.
    pub certificate: Option<&'a [u8]>,
    /// The name and port under which the caller reached this server, as it says.
    pub authority: Option<&'a str>,
    /// The request promises to change nothing: its method is GET, HEAD or OPTIONS. Browsers make such requests for any page.
    pub safe: bool,
}

static NOTHING: Vec<(String, String)> = Vec::new();

impl Default for Credentials<'_> {
    /// Those of a caller who showed nothing.
    fn default() -> Self {
        Self::new(&NOTHING, None)
    }
}

/// Without the metadata: there are secrets in it.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl<'a> Credentials<'a> {
    /// Borrows the metadata of a request.
    pub fn new(metadata: &'a dyn Metadata, peer: Option<std::net::IpAddr>) -> Self {
        Self { metadata, peer, certificate: None, authority: None, safe: false }
    }

    /// With a certificate that was verified on the way.
    #[must_use]
    pub fn and_certificate(self, certificate: Option<&'a [u8]>) -> Self {
        Self { certificate, ..self }
    }

    /// As a request to this authority, by a method that is safe or not.
    #[must_use]
    pub fn made_to(self, authority: Option<&'a str>, safe: bool) -> Self {
        Self { authority, safe, ..self }
    }

    /// The same caller with other metadata.
    #[must_use]
    pub fn saying<'b>(&self, metadata: &'b dyn Metadata) -> Credentials<'b>
    where
        'a: 'b,
    {
        Credentials { metadata, ..*self }
    }

    /// The first value of a metadata name (in lower case).
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.metadata.get(name)
    }

    /// All metadata, names in lower case.
    pub fn all(&self) -> Vec<(String, String)> {
        self.metadata.all()
    }
}

/// What is known of a caller: the members of an [`Identity`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The name: in history, audit and limits.
    pub user: String,
    /// What the credential says, as it says it: the payload of a JWT.
    pub claims: Map<String, Value>,
    /// Groups by which rules can name the caller; a credential of others may bring its own.
    pub groups: Vec<String>,
    /// Roles of this server that the caller has; only this server's own documents and settings give them.
    pub roles: Vec<String>,
    /// The rules ([`crate::trust::Rule`]) that the credential is narrowed to; `None`: not narrowed.
    pub scopes: Option<Vec<String>>,
    /// Which credential proved it, in words that give nothing away: `token:3f2a`, `jwt:kid`, `certificate:serial`.
    pub credential: String,
    /// When the credential ends; streams end with it.
    pub expires: Option<SystemTime>,
}

/// A caller whom the guard recognised. Clones are cheap.
#[derive(Clone, PartialEq)]
pub struct Identity(Arc<Known>);

#[derive(PartialEq)]
struct Known {
    user: Arc<str>,
    written: Arc<[(String, String)]>,
    fingerprint: u128,
    facts: Facts,
}

impl Identity {
    /// A caller of whom this is known.
    pub fn proven(mut facts: Facts) -> Self {
        facts.groups.sort_unstable();
        facts.groups.dedup();
        facts.roles.sort_unstable();
        facts.roles.dedup();
        let mut written: Vec<_> =
            facts.claims.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
        written.sort_unstable();
        let user = Arc::from(facts.user.as_str());
        let fingerprint = fingerprint(&facts);
        Self(Arc::new(Known { user, written: written.into(), fingerprint, facts }))
    }

    /// Without claims.
    pub fn named(user: &str) -> Self {
        Self::proven(Facts { user: user.into(), ..Facts::default() })
    }

    /// The name: in history, audit and limits.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// The same, to keep.
    pub fn shared_user(&self) -> Arc<str> {
        Arc::clone(&self.0.user)
    }

    /// The claims as commits keep them: by name, each value as JSON text.
    pub fn written_claims(&self) -> &Arc<[(String, String)]> {
        &self.0.written
    }

    /// Everything that is known.
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// Two identities with one fingerprint are the same to every rule: for caches of decisions.
    pub fn fingerprint(&self) -> u128 {
        self.0.fingerprint
    }

    /// True when the credential has ended by then.
    pub fn expired(&self, now: SystemTime) -> bool {
        self.0.facts.expires.is_some_and(|end| end <= now)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.facts.fmt(f)
    }
}

/// 128 bits of a hash that nobody can aim at: decisions are kept under it.
fn fingerprint(facts: &Facts) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 identity v1");
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    part(&facts.user);
    part(&facts.credential);
    part(&Value::Object(facts.claims.clone()).to_string());
    part(&facts.groups.len().to_string());
    facts.groups.iter().for_each(|group| part(group));
    part(&facts.roles.len().to_string());
    facts.roles.iter().for_each(|role| part(role));
    part(if facts.scopes.is_some() { "narrowed" } else { "" });
    facts.scopes.iter().flatten().for_each(|scope| part(scope));
    let mut first = [0; 16];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_callers_apart_by_everything_that_a_rule_may_see() {
        let ann = Facts { user: "ann".into(), ..Facts::default() };
        let claims = Map::from_iter([("team".to_owned(), Value::from("a"))]);
        let others = [
            Facts { user: "bob".into(), ..ann.clone() },
            Facts { groups: vec!["ops".into()], ..ann.clone() },
            Facts { roles: vec!["ops".into()], ..ann.clone() },
            Facts { claims, ..ann.clone() },
            Facts { scopes: Some(Vec::new()), ..ann.clone() },
            Facts { credential: "token:1".into(), ..ann.clone() },
        ];
        let known = Identity::proven(ann.clone()).fingerprint();
        assert_eq!(known, Identity::named("ann").fingerprint());
        for other in others {
            assert_ne!(known, Identity::proven(other.clone()).fingerprint(), "{other:?}");
        }
    }

    #[test]
    fn groups_are_a_set_and_claims_are_written_as_json() {
        let groups = vec!["b".into(), "a".into(), "b".into()];
        let claims =
            Map::from_iter([("n".to_owned(), Value::from(1)), ("a".to_owned(), Value::from("x"))]);
        let who = Identity::proven(Facts { groups, claims, ..Facts::default() });
        assert_eq!(who.facts().groups, ["a", "b"]);
        let written = [("a".to_owned(), "\"x\"".to_owned()), ("n".to_owned(), "1".to_owned())];
        assert_eq!(**who.written_claims(), written);
    }

    #[test]
    fn an_identity_ends_with_its_credential() {
        let end = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(10);
        let who = Identity::proven(Facts { expires: Some(end), ..Facts::default() });
        assert!(who.expired(end));
        assert!(!who.expired(end - std::time::Duration::from_nanos(1)));
        assert!(!Identity::named("x").expired(end));
    }
}
