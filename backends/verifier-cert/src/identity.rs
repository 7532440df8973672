//! From a certificate to a caller.

use std::time::SystemTime;

use holdfast_auth::{AuthError, Facts, Identity};
use serde_json::{Map, Value, json};

use crate::settings::{CertSettings, NameFrom};
use crate::subject::{CertificateSubject, subject_of};

/// Longer names are an attack on whoever stores them.
const MAX_NAME: usize = 2048;

/// Whom an end-entity certificate names. The caller of this function has verified its chain; what it names nobody by, and what
/// is over, is [`AuthError::Unauthenticated`].
///
/// ```
/// use holdfast_auth::AuthError;
/// use holdfast_verifier_cert::{CertSettings, identity};
///
/// let nobody = identity(b"not a certificate", &CertSettings::default());
/// assert!(matches!(nobody, Err(AuthError::Unauthenticated(_))));
/// ```
pub fn identity(der: &[u8], settings: &CertSettings) -> Result<Identity, AuthError> {
    let refused = AuthError::Unauthenticated;
    let subject = subject_of(der).map_err(|error| refused(error.to_string()))?;
    if subject.not_after <= SystemTime::now() {
        return Err(refused("the certificate has expired".into()));
    }
    let name = settings.names.iter().find_map(|from| name(&subject, *from));
    let name = name.filter(|name| name.len() <= MAX_NAME);
    let name = name.ok_or_else(|| refused("the certificate names nobody".into()))?;
    Ok(Identity::proven(facts(settings, &subject, name)))
}

fn name(subject: &CertificateSubject, from: NameFrom) -> Option<&str> {
    match from {
        NameFrom::Uri => subject.uris.first().map(String::as_str),
        NameFrom::Dns => subject.dns.iter().map(String::as_str).find(|name| !name.contains('*')),
        NameFrom::CommonName => subject.common_name.as_deref(),
    }
}

fn facts(settings: &CertSettings, subject: &CertificateSubject, name: &str) -> Facts {
    let domain = subject.spiffe.as_ref().map(|(_, domain)| domain);
    let groups = domain.and_then(|domain| settings.groups.get(domain));
    Facts {
        user: format!("{}{name}", settings.user_prefix),
        claims: claims(subject),
        groups: groups.cloned().unwrap_or_default(),
        roles: Vec::new(),
        scopes: None,
        credential: format!("certificate:{}", subject.serial),
        expires: Some(subject.not_after),
    }
}

/// What policies can ask for.
fn claims(subject: &CertificateSubject) -> Map<String, Value> {
    let mut claims = Map::from_iter([
        ("uris".to_owned(), json!(subject.uris)),
        ("dns".to_owned(), json!(subject.dns)),
        ("serial".to_owned(), json!(subject.serial)),
    ]);
    if let Some((id, domain)) = &subject.spiffe {
        claims.insert("spiffe_id".into(), json!(id));
        claims.insert("trust_domain".into(), json!(domain));
    }
    claims
}
