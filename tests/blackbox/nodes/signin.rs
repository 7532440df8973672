//! People in front of browsers, and a balancer in front of the nodes that knows nothing of them: each request may come to another node.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_api::holdfast_v1::{PutRoleRequest, PutUserRequest};
use holdfast_tests::faults::Network;
use holdfast_tests::provider::Provider;
use holdfast_tests::sse::Sse;
use holdfast_tests::visitor::{Visitor, location, parameter, set_cookies};
use holdfast_tests::{Holdfast, ports, skip};
use tokio::time::timeout;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(60);
const WHOAMI: &str = "/v2/trust/whoami";
const PAGE: &str = "/dashboard/";
const STREAM: &str = "/v2/watch?namespace=a";

/// Nodes behind one address.
struct Place {
    cluster: Cluster,
    front: Network,
    /// Where the provider sends people back to.
    back: String,
    provider: Option<Provider>,
}

impl Place {
    /// Nodes at which people sign in with a passphrase.
    async fn by_passphrase(more: &str) -> Option<Self> {
        let front = Network::to(ports::free()).await;
        let settings = format!(
            "signin.strategy = 'passphrase'\nsignin.passphrase = 'correct horse'\nsignin.url = '{}'\n{more}",
            front.endpoint()
        );
        let cluster = Cluster::start_closed("nodes::signin", 2, &settings).await?;
        Some(Self { cluster, front, back: String::new(), provider: None })
    }

    /// Nodes at which people sign in at a provider.
    async fn by_provider() -> Option<Self> {
        if !Provider::is_here() {
            skip::skipped("nodes::signin", "there is no OpenID provider (make setup)");
            return None;
        }
        let front = Network::to(ports::free()).await;
        let port = ports::free();
        let back = format!("{}/dashboard/callback", front.endpoint());
        let settings = format!(
            "signin.strategy = 'oidc'\nsignin.url = '{}'\nsignin.oidc.issuer = 'http://127.0.0.1:{port}'\n\
             signin.oidc.client_id = 'holdfast'\nsignin.oidc.client_secret = 'a secret: of this & that'\n\
             signin.oidc.groups_claim = 'groups'\nsignin.attempts = 1000\nauth.anonymous_roles = ['reader']",
            front.endpoint()
        );
        let provider = Some(Provider::start(port, &back, 60).await);
        let cluster = Cluster::start_closed("nodes::signin", 2, &settings).await?;
        let place = Self { cluster, front, back, provider };
        let role = PutRoleRequest {
            name: "ops".into(),
            rules: vec!["read,watch a".into()],
            groups: vec!["ops".into()],
            ..PutRoleRequest::default()
        };
        place.root().await.trust().put_role(role).await.expect("written");
        Some(place)
    }

    /// Whoever holds the token that the first node made.
    async fn root(&self) -> Holdfast {
        let server = &self.cluster.nodes[0].server;
        let log = server.log();
        let token = log.lines().map(str::trim).find(|line| line.starts_with("hf_"));
        server.holdfast().await.showing(token.expect("it was shown"))
    }

    /// Requests come to this node from now on.
    fn lead_to(&self, node: usize) {
        self.front.lead_to(self.cluster.nodes[node].server.port());
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.front.endpoint())
    }

    /// What a node answers to a page or call of somebody.
    async fn status(&self, node: usize, who: &mut Visitor, path: &str) -> u16 {
        self.lead_to(node);
        who.get(&self.url(path)).await.status
    }

    /// A node sends somebody to the provider, which sends them back to this URL.
    async fn leave(&self, node: usize, who: &mut Visitor, name: &str) -> String {
        self.lead_to(node);
        let login = self.url("/dashboard/login");
        let answer = who.get(&login).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let url = location(&answer, &login).expect("a URL");
        let provider = self.provider.as_ref().expect("there is one");
        provider.sign_in(who, &url, name, &self.back).await
    }

    /// A node takes them in.
    async fn come_back(&self, node: usize, who: &mut Visitor, url: &str) {
        self.lead_to(node);
        let answer = who.get(url).await;
        let log = self.cluster.nodes[node].server.log();
        assert_eq!(answer.status, 303, "{} {log}", answer.text());
    }

    async fn submit(&self, node: usize, who: &mut Visitor, path: &str, fields: &[(&str, &str)]) {
        self.lead_to(node);
        let answer = who.submit(&self.url(path), fields).await;
        assert!([200, 303].contains(&answer.status), "{} {}", answer.status, answer.text());
    }

    /// Waits until a node knows that a session is over: as soon as it has read on in the log.
    async fn ends(&self, node: usize, who: &mut Visitor) {
        let began = Instant::now();
        while self.status(node, who, WHOAMI).await != 401 {
            assert!(began.elapsed() < PATIENCE, "node {node} does not learn of it");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(self.status(node, who, PAGE).await, 302);
    }

    /// The stream of somebody on a node.
    async fn stream(&self, node: usize, who: &Visitor) -> Sse {
        let cookie = who.shown(&format!("127.0.0.1:{}", self.front.port));
        Sse::with_cookie(self.cluster.nodes[node].server.port(), STREAM, &cookie).await
    }
}

async fn end_of(mut stream: Sse) {
    let mut last = String::new();
    let end = async {
        while let Some(text) = stream.text().await {
            last = text;
        }
    };
    timeout(PATIENCE, end).await.expect("the stream ends with its session");
    assert!(last.starts_with("event: error\ndata: "), "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_over_two_nodes_is_known_on_both_at_once_and_signed_out_on_both() {
    let Some(place) = Place::by_provider().await else { return };
    for round in 0..6 {
        let (one, other) = (round % 2, (round + 1) % 2);
        let mut ann = Visitor::default();
        let back = place.leave(one, &mut ann, "ann").await;
        let before = ann.clone();
        place.come_back(other, &mut ann, &back).await;
        // The very next request, and not on the node that made the session.
        assert_eq!(place.status(one, &mut ann, PAGE).await, 200, "round {round}");
        assert_eq!(place.status(one, &mut ann, WHOAMI).await, 200);
        assert_eq!(place.status(other, &mut ann, WHOAMI).await, 200);
        // A sign-in is good once, on all nodes together.
        for node in [one, other] {
            let mut replayed = before.clone();
            place.lead_to(node);
            let answer = replayed.get(&back).await;
            assert!([400, 401].contains(&answer.status), "{}", answer.text());
            assert!(!set_cookies(&answer).any(|line| line.starts_with("dash-session=")));
            assert_eq!(place.status(node, &mut replayed, PAGE).await, 302);
        }
        let streams = [place.stream(0, &ann).await, place.stream(1, &ann).await];
        let mut kept = ann.clone();
        place.submit(one, &mut ann, "/dashboard/logout", &[]).await;
        assert_eq!(place.status(one, &mut kept, WHOAMI).await, 401, "where it was ended, at once");
        place.ends(other, &mut kept).await;
        for stream in streams {
            end_of(stream).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_under_way_and_a_session_outlive_the_node_that_made_them() {
    let Some(mut place) = Place::by_provider().await else { return };
    let (mut ann, mut bob) = (Visitor::default(), Visitor::default());
    let back = place.leave(0, &mut ann, "ann").await;
    place.come_back(0, &mut ann, &back).await;
    let back = place.leave(0, &mut bob, "bob").await;
    place.cluster.nodes[0].server.kill();
    assert_eq!(place.status(1, &mut ann, PAGE).await, 200);
    place.come_back(1, &mut bob, &back).await;
    assert_eq!(place.status(1, &mut bob, WHOAMI).await, 200);
    place.cluster.nodes[0].server.start_again().await;
    for who in [&mut ann, &mut bob] {
        assert_eq!(place.status(0, who, PAGE).await, 200);
    }
    // Signed out while a node is away: it learns of that as it comes.
    place.cluster.nodes[1].server.kill();
    let mut kept = ann.clone();
    place.submit(0, &mut ann, "/dashboard/logout", &[]).await;
    place.cluster.nodes[1].server.start_again().await;
    assert_eq!(place.status(1, &mut kept, WHOAMI).await, 401);
    assert_eq!(place.status(1, &mut bob, WHOAMI).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_is_out_on_every_node() {
    let Some(place) = Place::by_provider().await else { return };
    let (mut ann, mut bob) = (Visitor::default(), Visitor::default());
    for (who, name) in [(&mut ann, "ann"), (&mut bob, "bob")] {
        let back = place.leave(0, who, name).await;
        place.come_back(1, who, &back).await;
    }
    let streams = [place.stream(0, &ann).await, place.stream(1, &ann).await];
    let user = PutUserRequest { name: "ann".into(), disabled: true, ..PutUserRequest::default() };
    place.root().await.trust().put_user(user).await.expect("written");
    for (node, stream) in streams.into_iter().enumerate() {
        end_of(stream).await;
        place.ends(node, &mut ann).await;
        assert_eq!(place.status(node, &mut bob, WHOAMI).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_signs_anybody_in_is_in_the_database() {
    let Some(place) = Place::by_provider().await else { return };
    let mut ann = Visitor::default();
    let back = place.leave(0, &mut ann, "ann").await;
    let authority = format!("127.0.0.1:{}", place.front.port);
    let pending = ann.cookie(&authority, "holdfast-signin").expect("a cookie").to_owned();
    place.come_back(1, &mut ann, &back).await;
    let session = ann.cookie(&authority, "dash-session").expect("a cookie").to_owned();
    let sql = |sql: &str| place.cluster.postgres.psql("holdfast", sql);
    let tables =
        sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'holdfast'");
    let rows = tables.lines().map(|table| sql(&format!("SELECT * FROM holdfast.{table}")));
    let dump: String = rows.collect();
    let holds = |bytes: &[u8]| {
        dump.contains(&hex(bytes)) || dump.contains(&*String::from_utf8_lossy(bytes))
    };
    assert!(holds(br#""user":"ann""#), "the search finds what is there");
    let drawn = URL_SAFE_NO_PAD.decode(&session).expect("base64");
    for (what, bytes) in [
        ("the cookie", session.as_bytes()),
        ("what was drawn for it", &drawn[..32]),
        ("the sign-in under way", pending.as_bytes()),
        ("its state", parameter(&back, "state").expect("a state").as_bytes()),
        ("its code", parameter(&back, "code").expect("a code").as_bytes()),
    ] {
        assert!(!holds(bytes), "{what} is in the database");
    }
    // Beginning to sign in, which everybody may, writes nothing.
    let log = || sql("SELECT max(revision) FROM holdfast.log");
    let before = log();
    for _ in 0..10 {
        place.leave(0, &mut Visitor::default(), "eve").await;
        let mut liar = Visitor::default();
        liar.keep(&authority, "dash-session", &URL_SAFE_NO_PAD.encode([7; 64]));
        assert_eq!(place.status(0, &mut liar, WHOAMI).await, 401);
        assert_eq!(place.status(0, &mut ann, WHOAMI).await, 200);
    }
    assert_eq!(log(), before);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_a_passphrase_are_good_and_over_on_every_node() {
    let secret = "signin.secret = 'jX3v0Qm9Lr7Zt2Ks8Wb5Yf1Hc6Nd4PgTqEuRaSoVi'";
    for more in ["", secret] {
        let Some(place) = Place::by_passphrase(more).await else { return };
        for (one, other) in [(0, 1), (1, 0)] {
            let mut ann = Visitor::default();
            let fields = [("passphrase", "correct horse")];
            place.submit(one, &mut ann, "/dashboard/login", &fields).await;
            assert_eq!(place.status(other, &mut ann, PAGE).await, 200, "{more}");
            assert_eq!(place.status(other, &mut ann, WHOAMI).await, 200, "{more}");
            let mut kept = ann.clone();
            place.submit(other, &mut ann, "/dashboard/logout", &[]).await;
            assert_eq!(place.status(other, &mut kept, WHOAMI).await, 401, "{more}");
            place.ends(one, &mut kept).await;
        }
    }
}
