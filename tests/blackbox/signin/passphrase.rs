//! One passphrase for all who know it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use holdfast_api::holdfast_v1::PutUserRequest;
use holdfast_server::signin::signed::{Payload, Signer};
use holdfast_tests::http;
use holdfast_tests::server::Launch;
use holdfast_tests::visitor::{Visitor, set_cookies};

use super::{PASSPHRASE, SECRET, at, authority, by_passphrase, signed_in, with_passphrase};

#[tokio::test]
async fn case_92_the_path_leads_to_the_page() {
    let server = with_passphrase("").await;
    let answer = Visitor::default().get(&at(&server, "/dashboard")).await;
    assert_eq!((answer.status, answer.header("location")), (307, Some("/dashboard/")));
}

#[tokio::test]
async fn case_93_nobody_passes_the_form_without_the_passphrase() {
    let server = with_passphrase("").await;
    let mut visitor = Visitor::default();
    for path in ["/dashboard/", "/dashboard/index.html", "/dashboard/app.js", "/dashboard/a/b"] {
        let answer = visitor.get(&at(&server, path)).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some("/dashboard/login")));
    }
    let login = at(&server, "/dashboard/login");
    let form = visitor.get(&login).await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains("name=\"passphrase\""), "{}", form.text());
    let policy = form.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(form.header(name), Some(value));
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        let other = visitor.send(method, &login, &[], b"").await;
        assert_eq!(other.status, 405, "{method}");
    }
    for wrong in [&[("passphrase", "wrong")][..], &[("passphrase", "")], &[("other", PASSPHRASE)]] {
        let refused = visitor.submit(&login, wrong).await;
        assert_eq!(refused.status, 401);
        assert!(refused.text().contains("Incorrect passphrase"), "{}", refused.text());
        assert_eq!(set_cookies(&refused).count(), 0);
    }
    // The way on never is where a request says.
    let right = visitor
        .submit(
            &format!("{login}?next=//evil.example&return_to=https://evil.example"),
            &[("passphrase", PASSPHRASE), ("next", "https://evil.example")],
        )
        .await;
    assert_eq!((right.status, right.header("location")), (303, Some("/dashboard/")));
    let cookie = set_cookies(&right).next().expect("a cookie").to_owned();
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with("dash-session="), "{cookie}");
    // Plain HTTP on loopback; without Max-Age it ends with the browser.
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict");
    let token = pair.strip_prefix("dash-session=").expect("a value");
    let (payload, _) = token.rsplit_once('.').expect("a signature");
    let payload = URL_SAFE.decode(payload).expect("base64url with padding");
    let payload: Payload = serde_json::from_slice(&payload).expect("JSON");
    assert_eq!(payload.exp - payload.iat, 8 * 3600);
    let page = visitor.get(&at(&server, "/dashboard/")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<dd>dashboard</dd>"), "{}", page.text());
    assert!(page.text().contains(r#"{"auth-type":"cookie","auth-credentials":"include"}"#));
    assert_eq!(visitor.get(&at(&server, "/dashboard/app.js")).await.status, 404);
    let log = server.log();
    assert!(!log.contains(PASSPHRASE) && !log.contains(token) && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn case_94_a_token_is_good_until_its_last_second() {
    let server = with_passphrase("").await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let now = i64::try_from(now).expect("small");
    let signer = Signer::new(SECRET.as_bytes());
    let status = async |token: &str| {
        let mut visitor = Visitor::default();
        visitor.keep(&authority(&server), "dash-session", token);
        visitor.get(&at(&server, "/dashboard/")).await.status
    };
    assert_eq!(status(&signer.write(&Payload { iat: now - 60, exp: now + 600 })).await, 200);
    assert_eq!(status(&signer.write(&Payload { iat: 1000, exp: 1001 })).await, 302);
    assert_eq!(status(&signer.write(&Payload { iat: 1000, exp: 0 })).await, 302);
    let other = Signer::new(&[0; 32]);
    assert_eq!(status(&other.write(&Payload { iat: now - 60, exp: now + 600 })).await, 302);
    for garbage in ["x", ".", "a.b.c", &"x".repeat(20_000)] {
        assert_eq!(status(garbage).await, 302);
    }
}

#[tokio::test]
async fn who_signs_out_is_out() {
    let server = with_passphrase("").await;
    let mut visitor = signed_in(&server).await;
    let before = visitor.clone();
    let logout = at(&server, "/dashboard/logout");
    for headers in
        [&[][..], &[("origin", "http://evil.example")], &[("sec-fetch-site", "cross-site")]]
    {
        assert_eq!(visitor.send("POST", &logout, headers, b"").await.status, 403);
    }
    assert_eq!(visitor.get(&logout).await.status, 405);
    assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, 200);
    let out = visitor.submit(&logout, &[]).await;
    assert_eq!(out.status, 200);
    assert!(set_cookies(&out).any(|line| line.starts_with("dash-session=; ")));
    assert_eq!(visitor.cookie(&authority(&server), "dash-session"), None);
    // Who has kept the cookie has nothing.
    for mut visitor in [visitor, before] {
        assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, 302);
        let call = visitor.get(&at(&server, "/v2/trust/whoami")).await;
        assert_eq!(call.status, 401);
    }
    let mut again = signed_in(&server).await;
    assert_eq!(again.get(&at(&server, "/dashboard/")).await.status, 200);
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let server = with_passphrase("").await;
    let login = at(&server, "/dashboard/login");
    let body = format!("passphrase={}", PASSPHRASE.replace(' ', "+"));
    for headers in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "same-site")],
    ] {
        let answer = Visitor::default().send("POST", &login, headers, body.as_bytes()).await;
        assert_eq!((answer.status, set_cookies(&answer).count()), (403, 0), "{headers:?}");
    }
    // A program that is no browser says nothing of a page.
    let answer = Visitor::default().send("POST", &login, &[], body.as_bytes()).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn who_guesses_has_to_wait() {
    let server = with_passphrase("signin.attempts = 3\naudit.log = true").await;
    let login = at(&server, "/dashboard/login");
    let mut visitor = Visitor::default();
    for _ in 0..3 {
        assert_eq!(visitor.submit(&login, &[("passphrase", "wrong guess")]).await.status, 401);
    }
    // The right one, too: who guesses must not learn that it was.
    let waits = visitor.submit(&login, &[("passphrase", PASSPHRASE)]).await;
    assert_eq!((waits.status, set_cookies(&waits).count()), (429, 0));
    let seconds: u32 = waits.header("retry-after").expect("a time").parse().expect("a number");
    assert!((1..=20).contains(&seconds), "{seconds}");
    let log = server.log();
    let recorded = log.lines().filter(|line| line.contains("Incorrect passphrase")).count();
    assert_eq!(recorded, 3, "{log}");
    assert!(!log.contains("wrong guess"), "{log}");
    let huge = "x".repeat(1 << 20);
    let server = with_passphrase("").await;
    let answer = visitor.submit(&at(&server, "/dashboard/login"), &[("passphrase", &huge)]).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_so_does_their_end() {
    for secret in [format!("signin.secret = '{SECRET}'"), String::new()] {
        let settings =
            format!("signin.strategy = 'passphrase'\nsignin.passphrase = '{PASSPHRASE}'\n{secret}");
        let mut server = Launch::default().closed().settings(&settings).start().await;
        let mut gone = signed_in(&server).await;
        let kept = gone.clone();
        assert_eq!(gone.submit(&at(&server, "/dashboard/logout"), &[]).await.status, 200);
        let (mut gone, mut visitor) = (kept, signed_in(&server).await);
        server.kill();
        server.start_again().await;
        assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, 200, "{secret}");
        assert_eq!(gone.get(&at(&server, "/dashboard/")).await.status, 302, "{secret}");
        let call = gone.get(&at(&server, "/v2/trust/whoami")).await;
        assert_eq!(call.status, 401, "{secret}");
    }
}

#[tokio::test]
async fn a_user_who_is_disabled_is_out_and_another_name_of_the_cookie_ends_all_sessions() {
    let settings = format!("signin.strategy = 'passphrase'\nsignin.passphrase = '{PASSPHRASE}'\n");
    let mut server = Launch::default().closed().settings(&settings).start().await;
    let root = server.holdfast().await.showing(&server.root_token());
    let mut visitor = signed_in(&server).await;
    for (disabled, page, call) in [(true, 302, 401), (false, 200, 200)] {
        let user =
            PutUserRequest { name: "dashboard".into(), disabled, ..PutUserRequest::default() };
        root.trust().put_user(user).await.expect("written");
        assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, page);
        assert_eq!(visitor.get(&at(&server, "/v2/trust/whoami")).await.status, call);
    }
    server.stop().await;
    server.set("signin.session_cookie = 'another'");
    server.start_again().await;
    let cookie = visitor.cookie(&authority(&server), "dash-session").expect("a cookie").to_owned();
    visitor.keep(&authority(&server), "another", &cookie);
    assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, 302);
    assert_eq!(visitor.get(&at(&server, "/v2/trust/whoami")).await.status, 401);
}

#[tokio::test]
async fn secrets_of_examples_empty_and_short_ones_are_refused_at_the_start() {
    let zeros = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(zeros.path(), [0; 32]).expect("written");
    let file = format!("signin.secret_file = '{}'", zeros.path().display());
    let passphrase = format!("signin.passphrase = '{PASSPHRASE}'");
    for (settings, named) in [
        (String::new(), "passphrase"),
        ("signin.passphrase = ''".into(), "signin.passphrase"),
        ("signin.passphrase = 'short'".into(), "signin.passphrase"),
        ("signin.passphrase = 'changeme'".into(), "signin.passphrase"),
        (format!("{passphrase}\nsignin.secret = ''"), "signin.secret"),
        (format!("{passphrase}\nsignin.secret = 'tooShort1234567890abcdef'"), "signin.secret"),
        (format!("{passphrase}\nsignin.secret = 'example-{SECRET}'"), "signin.secret"),
        (format!("{passphrase}\n{file}"), "signin.secret_file"),
    ] {
        let settings = format!("signin.strategy = 'passphrase'\n{settings}");
        let mut server = Launch::default().closed().settings(&settings).prepare();
        assert!(server.try_start().await.is_some(), "{settings}");
        let log = server.log();
        assert!(log.contains(named), "{settings}: {log}");
        assert!(!log.contains(PASSPHRASE) && !log.contains(SECRET), "{log}");
    }
}

#[tokio::test]
async fn a_cookie_is_for_tls_alone_where_there_is_tls() {
    let settings = by_passphrase(
        "signin.url = 'https://config.example.org'\nsignin.session_cookie = '__Host-session'\ndashboard.path = '/ui/config'",
    );
    let server = Launch::default().closed().settings(&settings).start().await;
    // As something in front hands it on.
    let headers = [("origin", "https://config.example.org")];
    let login = at(&server, "/ui/config/login");
    let body = b"passphrase=correct+horse";
    let answer = Visitor::default().send("POST", &login, &headers, body).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/ui/config/")));
    let cookie = set_cookies(&answer).next().expect("a cookie");
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let own = format!("http://{}", authority(&server));
    let other = Visitor::default().send("POST", &login, &[("origin", &own)], body).await;
    assert_eq!(other.status, 403);
}

#[tokio::test]
async fn without_a_way_to_sign_in_there_is_no_page() {
    let server = Launch::default().closed().start().await;
    for path in ["/dashboard", "/dashboard/", "/dashboard/login"] {
        let answer = http::get(server.port(), path).await.expect("an answer");
        assert_eq!(answer.status, 404, "{path}");
    }
}
