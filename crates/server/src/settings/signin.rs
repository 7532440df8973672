//! Settings of how people sign in.

use std::path::PathBuf;
use std::time::Duration;

use super::Settings;
use super::form::{Names, Secret};

/// How people sign in, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSettings {
    /// The way.
    pub strategy: Strategy,
    /// Where people reach the server: `https://config.example.org`.
    pub url: Option<String>,
    /// The name of the session cookie.
    pub session_cookie: String,
    /// How long a session lasts.
    pub session_ttl: Duration,
    /// Attempts a minute of one address.
    pub attempts: usize,
    /// For [`Strategy::Cookie`]: the cookie with the token.
    pub cookie: Option<String>,
    /// For [`Strategy::Passphrase`]: what everybody has to know.
    pub passphrase: Option<Secret>,
    /// A file with it.
    pub passphrase_file: Option<PathBuf>,
    /// What signs its sessions; none: they are kept in the log.
    pub secret: Option<Secret>,
    /// A file with it.
    pub secret_file: Option<PathBuf>,
    /// Who somebody is that knows the passphrase.
    pub user: String,
    /// Their roles.
    pub roles: Names,
    /// For [`Strategy::Oidc`].
    pub oidc: OidcOptions,
}

/// The ways to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// There is no page.
    Off,
    /// A cookie that somebody in front has set holds a token.
    Cookie,
    /// A header holds a token.
    Bearer,
    /// One passphrase for all.
    Passphrase,
    /// An OpenID provider.
    Oidc,
}

/// An OpenID provider, and what is made of its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcOptions {
    /// As its tokens name it.
    pub issuer: Option<String>,
    /// This server's name there.
    pub client_id: Option<String>,
    /// This server's secret there; none: a public client.
    pub client_secret: Option<Secret>,
    /// A file with it.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for.
    pub scopes: Names,
    /// Accepted algorithms of its tokens.
    pub algorithms: Names,
    /// The claim with the user's name.
    pub subject_claim: String,
    /// The claim with the groups.
    pub groups_claim: Option<String>,
    /// Authorities for its URLs.
    pub ca: Option<PathBuf>,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            strategy: Strategy::Off,
            url: None,
            session_cookie: "dash-session".into(),
            session_ttl: Duration::from_secs(8 * 3600),
            attempts: 20,
            cookie: None,
            passphrase: None,
            passphrase_file: None,
            secret: None,
            secret_file: None,
            user: "dashboard".into(),
            roles: Names::default(),
            oidc: OidcOptions::default(),
        }
    }
}

impl Default for OidcOptions {
    fn default() -> Self {
        let names = |names: &[&str]| Names(names.iter().map(|&name| name.to_owned()).collect());
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            scopes: names(&["openid", "email", "profile"]),
            algorithms: names(&["RS256"]),
            subject_claim: "sub".into(),
            groups_claim: None,
            ca: None,
        }
    }
}

/// Where the pages for people are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardSettings {
    /// Their path.
    pub path: String,
}

impl Default for DashboardSettings {
    fn default() -> Self {
        Self { path: "/dashboard".into() }
    }
}

impl DashboardSettings {
    /// What is wrong with a path that is not beside those of the API.
    pub(crate) const EXPECTED: &str = "dashboard.path: expected a path such as \"/dashboard\": letters, digits, '-' and '_', beside those of the API";

    /// Whether the pages get in nobody's way.
    pub(crate) fn is_beside_the_api(&self) -> bool {
        is_page_path(&self.path)
    }
}

impl SignInSettings {
    /// The origin of [`SignInSettings::url`], as browsers spell it: scheme, name, and port unless it is the usual one.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        origin(self.url.as_deref()?)
    }

    /// What is wrong with them together.
    pub(super) fn contradictions(&self, all: &Settings) -> Vec<String> {
        if self.strategy == Strategy::Off {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let mut want = |fine: bool, fault: &str| {
            if !fine {
                faults.push(fault.to_owned());
            }
        };
        want(
            !all.dev,
            "signin.strategy: --dev opens everything to everybody, there is nothing to sign in to",
        );
        want(is_cookie_name(&self.session_cookie), "signin.session_cookie: is no name of a cookie");
        want(all.dashboard.is_beside_the_api(), DashboardSettings::EXPECTED);
        want(
            self.url.is_none() || self.origin().is_some(),
            "signin.url: expected https://NAME or http://NAME, without a path",
        );
        let plain_in_public = all.tls.cert.is_none() && !all.listen.ip().is_loopback();
        want(
            self.url.is_some() || !plain_in_public,
            "signin.url: is needed where something in front does TLS, so that browsers keep cookies to https",
        );
        match self.strategy {
            Strategy::Off | Strategy::Bearer => {}
            Strategy::Cookie => want(
                self.cookie.as_deref().is_some_and(is_cookie_name),
                "signin.cookie: names the cookie with the token, which signin.strategy = \"cookie\" needs",
            ),
            Strategy::Passphrase => {
                want(
                    self.passphrase.is_some() != self.passphrase_file.is_some(),
                    "signin: either passphrase or passphrase_file has to be set",
                );
                want(
                    self.secret.is_none() || self.secret_file.is_none(),
                    "signin: of secret and secret_file only one can be set",
                );
                want(!self.user.trim().is_empty(), "signin.user: is empty");
            }
            Strategy::Oidc => {
                want(self.oidc.issuer.is_some(), "signin.oidc.issuer: is not set");
                want(self.oidc.client_id.is_some(), "signin.oidc.client_id: is not set");
                want(
                    self.url.is_some(),
                    "signin.url: the provider has to be told where to send people back",
                );
                want(
                    self.oidc.client_secret.is_none() || self.oidc.client_secret_file.is_none(),
                    "signin.oidc: of client_secret and client_secret_file only one can be set",
                );
                want(
                    self.oidc.scopes.0.iter().any(|scope| scope == "openid"),
                    "signin.oidc.scopes: has to have openid",
                );
            }
        }
        faults
    }
}

fn origin(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let usual = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let name = authority.as_str().to_ascii_lowercase();
    let name = name.strip_suffix(usual).unwrap_or(&name);
    (bare && !name.contains('@')).then(|| format!("{scheme}://{name}"))
}

/// A token of RFC 6265, and no longer than anybody needs.
fn is_cookie_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= 64 && name.bytes().all(fits)
}

/// A path that is none of the API's, nor the beginning of one.
fn is_page_path(path: &str) -> bool {
    const TAKEN: [&str; 5] = ["v1", "v2", "livez", "readyz", "metrics"];
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let Some(rest) = path.strip_prefix('/') else { return false };
    let mut parts = rest.split('/');
    parts.clone().all(|part| !part.is_empty() && part.bytes().all(fits))
        && parts.next().is_some_and(|first| !TAKEN.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_an_origin_and_no_more() {
        for (url, expected) in [
            ("https://config.example.org", Some("https://config.example.org")),
            ("https://Config.Example.org:443/", Some("https://config.example.org")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("https://config.example.org/app", None),
            ("https://ann@config.example.org", None),
            ("ftp://config.example.org", None),
            ("config.example.org", None),
            ("", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_path_of_pages_is_none_of_the_api() {
        for fine in ["/dashboard", "/ui/config", "/a_b-c"] {
            assert!(is_page_path(fine), "{fine}");
        }
        for bad in
            ["", "/", "dashboard", "/a/", "//a", "/a//b", "/v1/x", "/v2", "/a.b", "/{x}", "/a/../b"]
        {
            assert!(!is_page_path(bad), "{bad}");
        }
    }

    #[test]
    fn each_strategy_says_what_it_lacks() {
        let faults = |change: fn(&mut Settings)| {
            let mut all = Settings::default();
            change(&mut all);
            all.signin.contradictions(&all).join("\n")
        };
        assert_eq!(faults(|_| ()), "");
        assert_eq!(faults(|all| all.signin.strategy = Strategy::Bearer), "");
        let dev = faults(|all| {
            all.dev = true;
            all.signin.strategy = Strategy::Bearer;
        });
        assert!(dev.contains("--dev"), "{dev}");
        let cookie = faults(|all| all.signin.strategy = Strategy::Cookie);
        assert!(cookie.contains("signin.cookie"), "{cookie}");
        let passphrase = faults(|all| all.signin.strategy = Strategy::Passphrase);
        assert!(passphrase.contains("passphrase_file"), "{passphrase}");
        let oidc = faults(|all| all.signin.strategy = Strategy::Oidc);
        for name in ["issuer", "client_id", "signin.url"] {
            assert!(oidc.contains(name), "{oidc}");
        }
        let public = faults(|all| {
            all.listen = ([0, 0, 0, 0], 80).into();
            all.signin.strategy = Strategy::Bearer;
        });
        assert!(public.contains("signin.url"), "{public}");
    }
}
