//! Keys as policies write them: PEM of a public key or a certificate, or a set of JSON web keys.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::decode::{Token, base64url};
use super::signature::Algorithm;

/// Keys that a signature may be of.
pub(crate) struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    material: Material,
}

enum Material {
    Secret(Vec<u8>),
    /// A SubjectPublicKeyInfo, or the point of a curve.
    Public(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Point {
        curve: String,
        point: Vec<u8>,
    },
}

impl Keys {
    /// A shared secret. The text is the key.
    pub(crate) fn secret(text: &str) -> Self {
        let material = Material::Secret(text.as_bytes().to_vec());
        Self(vec![Key { id: None, algorithm: None, material }])
    }

    /// PEM, or JSON of one key or a set of them. `None`: there is no key in it.
    pub(crate) fn public(text: &str) -> Option<Self> {
        let keys = match serde_json::from_str::<Json>(text) {
            Ok(Json::Object(set)) => match set.get("keys").and_then(Json::as_array) {
                Some(keys) => keys.iter().filter_map(jwk).collect(),
                None => jwk(&Json::Object(set)).into_iter().collect(),
            },
            _ => pem_blocks(text).into_iter().collect::<Vec<_>>(),
        };
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// True when one of them made the signature. A token that names a key is held against keys of that name, if any has one.
    pub(crate) fn signed(&self, token: &Token<'_>, algorithm: Algorithm) -> bool {
        let named = token.header("kid");
        let fits = |key: &&Key| {
            let name = named.is_none() || key.id.is_none() || key.id.as_deref() == named;
            name && key.algorithm.is_none_or(|own| own == algorithm)
        };
        let message = token.message.as_bytes();
        self.0
            .iter()
            .filter(fits)
            .any(|key| key.material.made(message, &token.signature, algorithm))
    }
}

impl Material {
    /// In constant time where there is a secret.
    fn made(&self, message: &[u8], signature: &[u8], algorithm: Algorithm) -> bool {
        match self {
            Self::Secret(secret) => algorithm.hmac().is_some_and(|kind| {
                hmac::verify(&hmac::Key::new(kind, secret), message, signature).is_ok()
            }),
            Self::Public(key) => algorithm.public().is_some_and(|kind| {
                UnparsedPublicKey::new(kind, key).verify(message, signature).is_ok()
            }),
            Self::Rsa { n, e } => algorithm.rsa().is_some_and(|kind| {
                RsaPublicKeyComponents { n, e }.verify(kind, message, signature).is_ok()
            }),
            Self::Point { curve, point } => {
                let own = matches!(
                    (curve.as_str(), algorithm),
                    ("P-256", Algorithm::Es256)
                        | ("P-384", Algorithm::Es384)
                        | ("P-521", Algorithm::Es512)
                        | ("Ed25519", Algorithm::EdDsa)
                );
                own && algorithm.curve().is_some_and(|kind| {
                    UnparsedPublicKey::new(kind, point).verify(message, signature).is_ok()
                })
            }
        }
    }
}

/// One JSON web key (RFC 7517). `None`: of a kind that verifies nothing here, or made for encryption.
fn jwk(key: &Json) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Json::as_str);
    let bytes = |name: &str| text(name).and_then(base64url);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let material = match text("kty")? {
        "oct" => Material::Secret(bytes("k")?),
        "RSA" => Material::Rsa { n: bytes("n")?, e: bytes("e")? },
        "EC" => {
            let point = [vec![4], bytes("x")?, bytes("y")?].concat();
            Material::Point { curve: text("crv")?.into(), point }
        }
        "OKP" => Material::Point { curve: text("crv")?.into(), point: bytes("x")? },
        _ => return None,
    };
    let algorithm = match text("alg") {
        Some(name) => Some(Algorithm::parse(name)?),
        None => None,
    };
    Some(Key { id: text("kid").map(Into::into), algorithm, material })
}

fn pem_blocks(text: &str) -> Vec<Key> {
    let key = |public| Key { id: None, algorithm: None, material: Material::Public(public) };
    let keys = block(text, "PUBLIC KEY").into_iter();
    let pkcs1 = block(text, "RSA PUBLIC KEY").into_iter();
    let certificates =
        block(text, "CERTIFICATE").into_iter().filter_map(|der| of_certificate(&der));
    keys.chain(pkcs1).chain(certificates).map(key).collect()
}

/// The key of a certificate; whether the certificate is still good is for the policy to know, as it is with OPA.
fn of_certificate(der: &[u8]) -> Option<Vec<u8>> {
    let der = rustls_pki_types::CertificateDer::from(der);
    let certificate = webpki::EndEntityCert::try_from(&der).ok()?;
    Some(certificate.subject_public_key_info().as_ref().to_vec())
}

/// The first block of a name in a PEM text.
fn block(text: &str, name: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {name}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {name}-----"))?;
    STANDARD.decode(body.split_ascii_whitespace().collect::<String>()).ok()
}
