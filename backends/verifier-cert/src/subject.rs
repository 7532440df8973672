//! What a certificate says of its holder.

use std::time::{Duration, SystemTime};

use thiserror::Error;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;

use crate::spiffe::SpiffeId;

/// Longer certificates are not read: those of workloads have some hundred bytes.
pub const MAX_BYTES: usize = 64 << 10;

/// The holder of a certificate, in its own words. Nothing in it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSubject {
    /// The SPIFFE ID, and its trust domain.
    pub spiffe: Option<(String, String)>,
    /// The URIs of the alternative names; the SPIFFE ID is the first.
    pub uris: Vec<String>,
    /// The DNS names of the alternative names, in their order.
    pub dns: Vec<String>,
    /// The common name, when the subject has exactly one.
    pub common_name: Option<String>,
    /// The serial number in hexadecimal digits.
    pub serial: String,
    /// When it is over.
    pub not_after: SystemTime,
}

/// Why a certificate names nobody. It repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CertError {
    /// More than [`MAX_BYTES`].
    #[error("the certificate is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not one certificate in DER.
    #[error("not a certificate")]
    Broken,
    /// Alternative names that cannot be read, or that come twice.
    #[error("the alternative names of the certificate cannot be read")]
    Names,
    /// Several SPIFFE IDs, or one that is none.
    #[error("the SPIFFE ID of the certificate is wrong")]
    Spiffe,
}

/// Reads the subject of an end-entity certificate.
pub fn subject_of(der: &[u8]) -> Result<CertificateSubject, CertError> {
    if der.len() > MAX_BYTES {
        return Err(CertError::TooLong);
    }
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertError::Broken)?;
    if !rest.is_empty() {
        return Err(CertError::Broken);
    }
    let (mut uris, dns) = alternative_names(&certificate)?;
    let spiffe = spiffe(&uris)?;
    if let Some((id, _)) = &spiffe {
        uris.sort_by_key(|uri| uri != id);
    }
    Ok(CertificateSubject {
        spiffe,
        uris,
        dns,
        common_name: common_name(&certificate),
        serial: certificate.raw_serial_as_string().replace(':', ""),
        not_after: moment(certificate.validity().not_after),
    })
}

fn alternative_names(
    certificate: &X509Certificate<'_>,
) -> Result<(Vec<String>, Vec<String>), CertError> {
    let found = certificate.subject_alternative_name().map_err(|_| CertError::Names)?;
    let (mut uris, mut dns) = (Vec::new(), Vec::new());
    for name in found.iter().flat_map(|found| &found.value.general_names) {
        match name {
            GeneralName::URI(uri) => uris.push(plain(uri)?),
            GeneralName::DNSName(name) => dns.push(plain(name)?),
            GeneralName::Invalid(..) => return Err(CertError::Names),
            _ => {}
        }
    }
    Ok((uris, dns))
}

/// A name that can stand in a history and in a log.
fn plain(name: &str) -> Result<String, CertError> {
    let fine = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(name.to_owned()) } else { Err(CertError::Names) }
}

/// At most one, and a right one: a wrong one must not make room for another name.
fn spiffe(uris: &[String]) -> Result<Option<(String, String)>, CertError> {
    let mut ids = uris.iter().filter_map(|uri| SpiffeId::parse(uri).map(|id| (uri, id)));
    match (ids.next(), ids.next()) {
        (None, _) => Ok(None),
        (Some((uri, Some(id))), None) => Ok(Some((uri.clone(), id.trust_domain.to_owned()))),
        _ => Err(CertError::Spiffe),
    }
}

fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let mut names = certificate.subject().iter_common_name();
    let name = names.next().filter(|_| names.next().is_none())?.as_str().ok()?;
    let fine = !name.is_empty() && !name.chars().any(char::is_control);
    fine.then(|| name.to_owned())
}

fn moment(time: ASN1Time) -> SystemTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
