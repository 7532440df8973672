//! One public key or certificate in PEM.

use jsonwebtoken::{Algorithm, DecodingKey};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519,
};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::keys::Key;

/// Bits of an RSA modulus.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The key of a file. Whether a certificate is still valid is not looked at: the file is what is trusted.
pub fn read(bytes: &[u8]) -> Result<Key, String> {
    let found: Result<Vec<Pem>, _> = Pem::iter_from_buffer(bytes).collect();
    let found = found.map_err(|_| "it is not PEM")?;
    let [pem] = found.as_slice() else {
        return Err(format!(
            "it has {} parts in PEM; one key or certificate is needed",
            found.len()
        ));
    };
    match pem.label.as_str() {
        "PUBLIC KEY" => {
            let (rest, info) =
                SubjectPublicKeyInfo::from_der(&pem.contents).map_err(|_| broken())?;
            if rest.is_empty() { of(&info) } else { Err(broken()) }
        }
        "CERTIFICATE" => {
            let (_, certificate) =
                X509Certificate::from_der(&pem.contents).map_err(|_| broken())?;
            of(certificate.public_key())
        }
        "RSA PUBLIC KEY" => rsa(&pem.contents),
        label if label.contains("PRIVATE") => {
            Err("it is a private key; only the public one belongs here".into())
        }
        other => Err(format!("a part in PEM of the kind {other:?}")),
    }
}

fn broken() -> String {
    "the key in it cannot be read".into()
}

fn of(info: &SubjectPublicKeyInfo<'_>) -> Result<Key, String> {
    let kind = &info.algorithm.algorithm;
    let bytes: &[u8] = &info.subject_public_key.data;
    if *kind == OID_PKCS1_RSAENCRYPTION {
        return rsa(bytes);
    }
    if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
        let algorithm = match curve {
            Some(curve) if curve == OID_EC_P256 => Algorithm::ES256,
            Some(curve) if curve == OID_NIST_EC_P384 => Algorithm::ES384,
            _ => return Err("its curve is neither P-256 nor P-384".into()),
        };
        return Ok(Key::new(None, &[algorithm], DecodingKey::from_ec_der(bytes)));
    }
    if *kind == OID_SIG_ED25519 {
        return Ok(Key::new(None, &[Algorithm::EdDSA], DecodingKey::from_ed_der(bytes)));
    }
    Err("its kind is neither RSA nor EC nor Ed25519".into())
}

fn rsa(der: &[u8]) -> Result<Key, String> {
    let (_, key) = RSAPublicKey::from_der(der).map_err(|_| broken())?;
    if !RSA_BITS.contains(&key.key_size()) {
        return Err("an RSA key has 2048 to 8192 bits".into());
    }
    let verifying = DecodingKey::from_rsa_der(der);
    let algorithms = verifying.family().algorithms().to_vec();
    Ok(Key::new(None, &algorithms, verifying))
}
