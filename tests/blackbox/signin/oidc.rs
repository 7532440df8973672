//! An OpenID provider: one of another implementation, in a process of its own.

use holdfast_api::holdfast_v1::PutRoleRequest;
use holdfast_tests::http::Answer;
use holdfast_tests::provider::Provider;
use holdfast_tests::server::Launch;
use holdfast_tests::visitor::{Visitor, location, parameter, set_cookies};
use holdfast_tests::{Server, ports, skip};

use super::{at, authority};

/// A server whose people sign in at a provider.
struct Place {
    server: Server,
    provider: Provider,
    issuer: String,
    /// Where the provider sends them back to.
    back: String,
}

const SECRET_CLIENT: &str =
    "signin.oidc.client_id = 'holdfast'\nsignin.oidc.client_secret = 'a secret: of this & that'";
const PUBLIC_CLIENT: &str = "signin.oidc.client_id = 'public'";

impl Place {
    /// `None`: there is no provider on this machine.
    async fn with(client: &str, code_seconds: u32) -> Option<Self> {
        if !Provider::is_here() {
            skip::skipped("oidc", "there is no OpenID provider (make setup)");
            return None;
        }
        let port = ports::free();
        let issuer = format!("http://127.0.0.1:{port}");
        let mut server = Launch::default().closed().prepare();
        let url = format!("http://{}", authority(&server));
        let back = format!("{url}/dashboard/callback");
        let provider = Provider::start(port, &back, code_seconds).await;
        server.set(&format!(
            "signin.strategy = 'oidc'\nsignin.url = '{url}'\nsignin.oidc.issuer = '{issuer}'\n\
             signin.oidc.groups_claim = 'groups'\nlog.level = 'debug'\n\
             signin.attempts = 1000\n{client}"
        ));
        server.start_again().await;
        Some(Self { server, provider, issuer, back })
    }

    async fn start() -> Option<Self> {
        Self::with(SECRET_CLIENT, 60).await
    }

    /// The URL at the provider to which the server sends a browser.
    async fn leave(&self, visitor: &mut Visitor) -> String {
        let login = at(&self.server, "/dashboard/login");
        let answer = visitor.get(&login).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        location(&answer, &login).expect("a URL")
    }

    /// The URL to which the provider sends a browser back that it was asked for at `url`.
    async fn return_of(&self, visitor: &mut Visitor, url: &str, name: &str) -> String {
        self.provider.sign_in(visitor, url, name, &self.back).await
    }

    async fn page(&self, visitor: &mut Visitor) -> Answer {
        visitor.get(&at(&self.server, "/dashboard/")).await
    }

    /// Nobody is signed in by this URL, and that is said with this status.
    async fn refused(&self, visitor: &mut Visitor, url: &str, status: u16) {
        let answer = visitor.get(url).await;
        assert_eq!(answer.status, status, "{url}: {}", answer.text());
        let session = set_cookies(&answer).any(|line| line.starts_with("dash-session="));
        assert!(!session, "{url}");
        assert_eq!(self.page(visitor).await.status, 302, "{url}");
    }
}

#[tokio::test]
async fn somebody_whom_the_provider_knows_is_that_user_with_those_groups() {
    for client in [SECRET_CLIENT, PUBLIC_CLIENT] {
        let Some(place) = Place::with(client, 60).await else { return };
        let server = &place.server;
        let root = server.holdfast().await.showing(&server.root_token());
        let role = PutRoleRequest {
            name: "ops".into(),
            rules: vec!["read,write a".into()],
            groups: vec!["ops".into()],
            ..PutRoleRequest::default()
        };
        root.trust().put_role(role).await.expect("written");
        let mut ann = Visitor::default();
        let first = place.page(&mut ann).await;
        assert_eq!((first.status, first.header("location")), (302, Some("/dashboard/login")));
        let url = place.leave(&mut ann).await;
        assert!(url.starts_with(&format!("{}/auth?", place.issuer)), "{url}");
        for (name, value) in [("response_type", "code"), ("code_challenge_method", "S256")] {
            assert_eq!(parameter(&url, name), Some(value), "{url}");
        }
        for name in ["state", "nonce", "code_challenge"] {
            assert_eq!(parameter(&url, name).map(str::len), Some(43), "{name}: {url}");
        }
        let back = place.return_of(&mut ann, &url, "ann").await;
        let answer = ann.get(&back).await;
        assert_eq!(answer.status, 303, "{} {}", answer.text(), server.log());
        assert_eq!(answer.header("location"), Some("/dashboard/"));
        let mut cookies = set_cookies(&answer);
        let session = cookies.find(|line| line.starts_with("dash-session=")).expect("a session");
        // The way here leads over another site's page, on which browsers hold strict cookies back.
        assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{session}");
        let page = place.page(&mut ann).await.text();
        assert!(page.contains("<dd>ann</dd>") && page.contains("<dd>ops</dd>"), "{page}");

        let key = at(server, "/v1/namespaces/a/keys/k");
        let own = format!("http://{}", authority(server));
        let headers = [("origin", &*own), ("content-type", "application/json")];
        let body = br#"{"value":"MQ=="}"#;
        assert_eq!(ann.send("POST", &key, &headers, body).await.status, 200);
        assert_eq!(ann.get(&key).await.status, 200);
        let who = ann.get(&at(server, "/v2/trust/whoami")).await.json();
        assert_eq!(who["user"], "ann", "{who}");

        let mut bob = Visitor::default();
        let url = place.leave(&mut bob).await;
        let back = place.return_of(&mut bob, &url, "bob").await;
        assert_eq!(bob.get(&back).await.status, 303);
        assert_eq!(bob.get(&key).await.status, 403, "he is in no group");

        assert_eq!(ann.submit(&at(server, "/dashboard/logout"), &[]).await.status, 200);
        assert_eq!(ann.get(&key).await.status, 401);
        assert_eq!(bob.get(&key).await.status, 403, "his session is another one");
        let code = parameter(&back, "code").expect("a code");
        let log = server.log();
        assert!(!log.contains(code) && !log.contains("a secret: of"), "{log}");
    }
}

#[tokio::test]
async fn a_state_is_good_once_and_in_its_own_browser() {
    let Some(place) = Place::start().await else { return };
    let mut ann = Visitor::default();
    let url = place.leave(&mut ann).await;
    let back = place.return_of(&mut ann, &url, "ann").await;
    // In another browser, with and without a sign-in of its own under way: the victim of somebody else's code.
    let mut other = Visitor::default();
    place.refused(&mut other, &back, 400).await;
    place.leave(&mut other).await;
    place.refused(&mut other, &back, 400).await;
    // Each attempt ends its sign-in, whatever was wrong with it.
    let tampered: [fn(&str, &str) -> String; 6] = [
        |back, state| back.replace(state, "another"),
        |back, state| format!("{back}&state={state}"),
        |back, _| back.replace("state=", "estate="),
        |back, _| back.replace("code=", "decode="),
        |back, _| back.replace("iss=", "miss="),
        |back, _| back.replace("iss=http", "iss=https"),
    ];
    for tamper in tampered {
        let mut visitor = Visitor::default();
        let url = place.leave(&mut visitor).await;
        let back = place.return_of(&mut visitor, &url, "ann").await;
        let state = parameter(&back, "state").expect("a state");
        let changed = tamper(&back, state);
        assert_ne!(changed, back);
        place.refused(&mut visitor, &changed, 400).await;
        place.refused(&mut visitor, &back, 400).await;
    }
    let mut ann = Visitor::default();
    let url = place.leave(&mut ann).await;
    let back = place.return_of(&mut ann, &url, "ann").await;
    let before = ann.clone();
    assert_eq!(ann.get(&back).await.status, 303);
    let mut replayed = before;
    place.refused(&mut replayed, &back, 400).await;
}

#[tokio::test]
async fn a_token_with_another_nonce_proves_nobody() {
    let Some(place) = Place::start().await else { return };
    let tampered: [fn(&str, &str) -> String; 2] = [
        |url, nonce| url.replace(nonce, "another"),
        |url, nonce| url.replace(&format!("&nonce={nonce}"), ""),
    ];
    for tamper in tampered {
        let mut visitor = Visitor::default();
        let url = place.leave(&mut visitor).await;
        let changed = tamper(&url, parameter(&url, "nonce").expect("a nonce"));
        assert_ne!(changed, url);
        let back = place.return_of(&mut visitor, &changed, "ann").await;
        place.refused(&mut visitor, &back, 401).await;
    }
    // For that reason, and no other.
    let log = place.server.log();
    assert_eq!(log.matches("an ID token of another sign-in is refused").count(), 2, "{log}");
}

#[tokio::test]
async fn a_code_without_its_own_verifier_is_worth_nothing() {
    let Some(place) = Place::start().await else { return };
    // Ann's code, in Bob's sign-in: state and browser are right, the verifier is another.
    let (mut ann, mut bob) = (Visitor::default(), Visitor::default());
    let url = place.leave(&mut ann).await;
    let stolen = place.return_of(&mut ann, &url, "ann").await;
    let url = place.leave(&mut bob).await;
    let own = place.return_of(&mut bob, &url, "bob").await;
    let code = |url: &str| parameter(url, "code").expect("a code").to_owned();
    let injected = own.replace(&code(&own), &code(&stolen));
    place.refused(&mut bob, &injected, 401).await;
    assert!(place.server.log().contains("a code is refused"), "{}", place.server.log());
    // Without a challenge the provider gives no code at all.
    let url = place.leave(&mut bob).await;
    let challenge = parameter(&url, "code_challenge").expect("a challenge");
    let without = url.replace(&format!("&code_challenge={challenge}"), "");
    let (refused, _) = bob.follow(&without, &place.back).await;
    assert!(
        refused.starts_with(&place.back) && parameter(&refused, "error").is_some(),
        "{refused}"
    );
    place.refused(&mut bob, &refused, 401).await;
}

#[tokio::test]
async fn a_code_that_has_expired_or_was_used_signs_nobody_in() {
    let Some(place) = Place::with(SECRET_CLIENT, 1).await else { return };
    let mut ann = Visitor::default();
    let url = place.leave(&mut ann).await;
    let back = place.return_of(&mut ann, &url, "ann").await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    place.refused(&mut ann, &back, 401).await;
    assert!(place.server.log().contains("a code is refused"), "{}", place.server.log());
    let mut garbage = Visitor::default();
    let url = place.leave(&mut garbage).await;
    let state = parameter(&url, "state").expect("a state");
    let made_up = format!("{}?code=x&state={state}&iss={}", place.back, place.issuer);
    place.refused(&mut garbage, &made_up, 401).await;
}

#[tokio::test]
async fn a_provider_that_is_down_signs_nobody_in_and_harms_nobody_else() {
    let Some(place) = Place::start().await else { return };
    let (mut ann, mut bob) = (Visitor::default(), Visitor::default());
    let url = place.leave(&mut ann).await;
    let back = place.return_of(&mut ann, &url, "ann").await;
    assert_eq!(ann.get(&back).await.status, 303);
    let url = place.leave(&mut bob).await;
    let back = place.return_of(&mut bob, &url, "bob").await;
    let Place { server, provider, issuer, back: callback } = place;
    drop(provider);
    let answer = bob.get(&back).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(ann.get(&at(&server, "/dashboard/")).await.status, 200, "who is in stays in");
    // A start without the provider.
    let mut server = server;
    server.stop().await;
    server.start_again().await;
    let login = at(&server, "/dashboard/login");
    let answer = Visitor::default().get(&login).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    let page = ann.get(&at(&server, "/dashboard/")).await;
    assert_eq!(page.status, 200, "a session outlives the process, and needs no provider");
    // It comes back, and is found.
    let port = issuer.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let _provider = Provider::start(port, &callback, 60).await;
    let started = std::time::Instant::now();
    while Visitor::default().get(&login).await.status != 303 {
        assert!(started.elapsed().as_secs() < 60, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn what_a_provider_declines_is_no_sign_in() {
    let Some(place) = Place::start().await else { return };
    let mut ann = Visitor::default();
    let url = place.leave(&mut ann).await;
    let state = parameter(&url, "state").expect("a state");
    let declined = format!("{}?error=access_denied&state={state}&iss={}", place.back, place.issuer);
    place.refused(&mut ann, &declined, 401).await;
}
