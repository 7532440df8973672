//! Keys and tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_auth::{AuthError, Credentials, Identity, Verifier};
use holdfast_verifier_jwt::{Algorithm, HmacSecret, JwtSettings, JwtVerifier, Keys};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, crypto};
use rcgen::KeyPair;
use serde_json::{Map, Value, json};

/// A secret as long as HS512 wants it.
pub(crate) const SECRET: &str = "rT4vXq8wLz1mKc7pYd3nBf6hJg9sAe2uQo5iWk0xVt8yZm1cPb4rNd7fHj3gSl6a";

/// A private key and what the world may know of it.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    private: EncodingKey,
    public: Vec<u8>,
    pub(crate) pem: String,
}

impl Signer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        use Algorithm::{ES256, ES384, EdDSA, HS256, HS384, HS512};
        let kind = match algorithm {
            HS256 | HS384 | HS512 => {
                let private = EncodingKey::from_secret(SECRET.as_bytes());
                return Self {
                    algorithm,
                    kid: None,
                    private,
                    public: Vec::new(),
                    pem: String::new(),
                };
            }
            ES256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            ES384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            EdDSA => &rcgen::PKCS_ED25519,
            _ => &rcgen::PKCS_RSA_SHA256,
        };
        let pair = KeyPair::generate_for(kind).expect("a key");
        let private = match algorithm {
            ES256 | ES384 => EncodingKey::from_ec_der(&pair.serialize_der()),
            EdDSA => EncodingKey::from_ed_der(&pair.serialize_der()),
            _ => EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).expect("an RSA key"),
        };
        let public = pair.public_key_raw().to_vec();
        Self { algorithm, kid: None, private, public, pem: pair.public_key_pem() }
    }

    pub(crate) fn named(algorithm: Algorithm, kid: &str) -> Self {
        Self { kid: Some(kid.into()), ..Self::new(algorithm) }
    }

    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = if self.algorithm == Algorithm::EdDSA {
            // The library wants a private key of another form for this one.
            json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": URL_SAFE_NO_PAD.encode(&self.public)})
        } else {
            let jwk = Jwk::from_encoding_key(&self.private, self.algorithm).expect("a JWK");
            serde_json::to_value(jwk).expect("JSON")
        };
        if let Some(kid) = &self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        let mut header = json!({"typ": "JWT", "alg": format!("{:?}", self.algorithm)});
        if let Some(kid) = &self.kid {
            header["kid"] = json!(kid);
        }
        self.signed(&header, &claims.to_string())
    }

    /// Any header over any payload, with a right signature.
    pub(crate) fn signed(&self, header: &Value, payload: &str) -> String {
        let message = format!("{}.{}", part(&header.to_string()), part(payload));
        let signature = crypto::sign(message.as_bytes(), &self.private, self.algorithm);
        format!("{message}.{}", signature.expect("signs"))
    }
}

pub(crate) fn part(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

pub(crate) fn set(signers: &[&Signer]) -> String {
    json!({"keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>()}).to_string()
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// Good for an hour, with further claims.
pub(crate) fn claims(more: Value) -> Value {
    let mut all =
        Map::from_iter([("sub".to_owned(), json!("ann")), ("exp".to_owned(), json!(now() + 3600))]);
    all.extend(more.as_object().expect("an object").clone());
    Value::Object(all)
}

pub(crate) fn secret() -> Keys {
    Keys::Secret(HmacSecret::text(SECRET).expect("a good secret"))
}

pub(crate) fn hs256() -> JwtSettings {
    JwtSettings::new(vec![Algorithm::HS256], secret())
}

pub(crate) fn shown(header: &str, value: &str) -> Vec<(String, String)> {
    vec![(header.into(), value.into())]
}

pub(crate) async fn tried(
    verifier: &JwtVerifier,
    token: &str,
) -> Result<Option<Identity>, AuthError> {
    let header = shown("authorization", &format!("Bearer {token}"));
    verifier.verify(&Credentials::new(&header, None)).await
}

/// Whom a token proves, by name; nobody is always Unauthenticated, in words that give nothing away.
pub(crate) async fn user(verifier: &JwtVerifier, token: &str) -> Option<String> {
    match tried(verifier, token).await {
        Ok(who) => Some(who.expect("a JWT is this verifier's").user().to_owned()),
        Err(AuthError::Unauthenticated(why)) => {
            let neutral = ["the token is not accepted", "the token has expired"];
            assert!(neutral.contains(&why.as_str()), "{why}");
            None
        }
        Err(other) => panic!("{other:?}"),
    }
}
