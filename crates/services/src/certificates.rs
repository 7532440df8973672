//! Certificates for servers that speak TLS, and for their clients.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};

use crate::service::Place;

/// Files in PEM: an authority, and what it signed.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority's certificate.
    pub ca: PathBuf,
    /// The server's certificate, for `localhost` and 127.0.0.1.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// A client's certificate, for the common name `holdfast`.
    pub client_cert: PathBuf,
    /// Its key.
    pub client_key: PathBuf,
}

impl Certificates {
    pub(crate) fn make(place: &Place) -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = named("Holdfast test authority", &[]);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = authority.self_signed(&authority_key).expect("an authority").pem();
        let issuer = Issuer::new(authority, authority_key);
        let (cert, key) = signed(
            "server",
            &["localhost", "127.0.0.1"],
            &issuer,
            ExtendedKeyUsagePurpose::ServerAuth,
        );
        let (client_cert, client_key) =
            signed("holdfast", &[], &issuer, ExtendedKeyUsagePurpose::ClientAuth);
        Self {
            ca: place.write("ca.pem", &ca),
            cert: place.write("cert.pem", &cert),
            key: secret(place.write("key.pem", &key)),
            client_cert: place.write("client-cert.pem", &client_cert),
            client_key: place.write("client-key.pem", &client_key),
        }
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
    let mut params = CertificateParams::new(hosts).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn signed(
    name: &str,
    hosts: &[&str],
    issuer: &Issuer<'_, KeyPair>,
    usage: ExtendedKeyUsagePurpose,
) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = named(name, hosts);
    params.extended_key_usages.push(usage);
    let certificate = params.signed_by(&key, issuer).expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

/// PostgreSQL refuses keys that others may read.
fn secret(file: PathBuf) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let only_its = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(Path::new(&file), only_its).expect("permissions");
    file
}
