//! TLS to a database, from its settings.

use holdfast_store_sql::tls::{Tls, TlsMode};

use crate::settings::{DatabaseSettings, DatabaseTls};

pub(super) fn tls(settings: &DatabaseSettings) -> Tls {
    Tls {
        mode: mode(settings.tls),
        root_certificate: settings.root_certificate.clone(),
        client_certificate: settings.client_certificate.clone(),
        client_key: settings.client_key.clone(),
    }
}

fn mode(tls: DatabaseTls) -> Option<TlsMode> {
    Some(match tls {
        DatabaseTls::Auto => return None,
        DatabaseTls::Disable => TlsMode::Disable,
        DatabaseTls::Prefer => TlsMode::Prefer,
        DatabaseTls::Require => TlsMode::Require,
        DatabaseTls::VerifyCa => TlsMode::VerifyCa,
        DatabaseTls::VerifyFull => TlsMode::VerifyFull,
    })
}
