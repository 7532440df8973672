//! The same with a real browser: what it keeps, sends and refuses by itself. `localhost` and `127.0.0.1` are two sites to it.

use holdfast_tests::browser::Browser;
use holdfast_tests::driven::Driven;
use holdfast_tests::provider::Provider;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, ports, skip};
use serde_json::json;

use super::{PASSPHRASE, at, authority, with_passphrase};

fn is_here() -> bool {
    let here = Browser::is_here();
    if !here {
        skip::skipped("signin browser", "there is no headless Chromium (make setup)");
    }
    here
}

/// The status of a write by the page that is open, to a path or URL; 0 when the browser does not show it.
async fn write(browser: &mut Driven, url: &str, more: &str) -> serde_json::Value {
    let call = format!(
        "fetch({url:?}, {{method: 'POST', body: JSON.stringify({{value: 'Mg=='}}), {more}}}).then(a => a.status)"
    );
    browser.eval(&call).await
}

const JSON: &str = "headers: {'content-type': 'application/json'}";
const SUBMIT: &str = "document.querySelector('form').requestSubmit()";
const KEY: &str = "/v1/namespaces/a/keys/k";

async fn value(server: &Server) -> String {
    let config = server.config().await.showing(&server.root_token());
    let entry = config.get("a", "k").await.expect("it is there");
    String::from_utf8_lossy(&entry.value).into_owned()
}

#[tokio::test]
async fn a_person_signs_in_calls_and_signs_out_and_no_other_site_calls_for_them() {
    if !is_here() {
        return;
    }
    let server = with_passphrase("signin.roles = ['writer']").await;
    let (foreign, neighbour) = (with_passphrase("").await, with_passphrase("").await);
    server.config().await.showing(&server.root_token()).set("a", "k", "1").await.expect("set");
    let mut browser = Driven::start().await;
    browser.open(&at(&server, "/dashboard")).await;
    browser.until(&at(&server, "/dashboard/login"), "Sign in").await;
    browser.eval("document.querySelector('[name=passphrase]').value = 'wrong guess'").await;
    browser.eval(SUBMIT).await;
    browser.until(&at(&server, "/dashboard/login"), "Incorrect passphrase").await;
    let typed = format!("document.querySelector('[name=passphrase]').value = {PASSPHRASE:?}");
    browser.eval(&typed).await;
    browser.eval(SUBMIT).await;
    browser.until(&at(&server, "/dashboard/"), "writer").await;
    // The style is the one that the policy names, and scripts do not see the cookie.
    assert_eq!(
        browser.eval("getComputedStyle(document.querySelector('dt')).fontWeight").await,
        "600"
    );
    assert_eq!(browser.eval("document.cookie").await, "");
    let blocked = "fetch('/openapi.json').then(() => 'loaded', () => 'blocked')";
    assert_eq!(browser.eval(blocked).await, "blocked");

    // A page of the server without the policy of these.
    browser.open(&at(&server, "/openapi.json")).await;
    browser.until(&at(&server, "/openapi.json"), "openapi").await;
    assert_eq!(write(&mut browser, KEY, JSON).await, 200);
    assert_eq!(value(&server).await, "2");
    let opened = "new Promise(done => { const s = new EventSource('/v1/watch?namespaces=a'); \
                  s.onopen = () => done('open'); s.addEventListener('error', () => done('error')); })";
    assert_eq!(browser.eval(opened).await, "open");

    // What a page may send anywhere without asking, with whatever cookies the browser has.
    server.config().await.showing(&server.root_token()).set("a", "k", "3").await.expect("set");
    let sneaky = "mode: 'no-cors', credentials: 'include'";
    let elsewhere = format!("http://localhost:{}/openapi.json", foreign.port());
    for page in [elsewhere, at(&neighbour, "/openapi.json")] {
        browser.open(&page).await;
        browser.until(&page, "openapi").await;
        assert_eq!(write(&mut browser, &at(&server, KEY), sneaky).await, 0, "{page}");
        let form = format!(
            "document.body.innerHTML = '<form method=post action={:?}><input name=passphrase value={PASSPHRASE:?}></form>'",
            at(&server, "/dashboard/login")
        );
        browser.eval(&form).await;
        browser.eval(SUBMIT).await;
        browser.until(&at(&server, "/dashboard/login"), "another site").await;
    }
    assert_eq!(value(&server).await, "3");

    browser.open(&at(&server, "/dashboard/")).await;
    browser.until(&at(&server, "/dashboard/"), "Sign out").await;
    browser.eval(SUBMIT).await;
    browser.until(&at(&server, "/dashboard/logout"), "Signed out").await;
    browser.open(&at(&server, "/openapi.json")).await;
    browser.until(&at(&server, "/openapi.json"), "openapi").await;
    assert_eq!(write(&mut browser, KEY, JSON).await, 401);
}

#[tokio::test]
async fn a_person_comes_back_from_a_provider_of_another_site() {
    if !is_here() {
        return;
    }
    if !Provider::is_here() {
        return skip::skipped("signin browser", "there is no OpenID provider (make setup)");
    }
    let port = ports::free();
    let issuer = format!("http://localhost:{port}");
    let mut server = Launch::default().closed().prepare();
    let url = format!("http://{}", authority(&server));
    let _provider = Provider::named(&issuer, port, &format!("{url}/dashboard/callback"), 60).await;
    server.set(&format!(
        "signin.strategy = 'oidc'\nsignin.url = '{url}'\nsignin.oidc.issuer = '{issuer}'\n\
         signin.oidc.client_id = 'public'\nsignin.oidc.groups_claim = 'groups'"
    ));
    server.start_again().await;
    let mut browser = Driven::start().await;
    browser.open(&at(&server, "/dashboard/")).await;
    browser.until(&format!("{issuer}/interaction/"), "Sign-in").await;
    browser.eval("document.querySelector('[name=login]').value = 'ann'").await;
    browser.eval("document.querySelector('[name=password]').value = 'any'").await;
    browser.eval(SUBMIT).await;
    browser.until(&format!("{issuer}/interaction/"), "Authorize").await;
    browser.eval(SUBMIT).await;
    browser.until(&at(&server, "/dashboard/"), "ann").await;
    let text = browser.eval("document.body.innerText").await;
    assert!(text.as_str().is_some_and(|text| text.contains("ops")), "{text}");
    browser.open(&at(&server, "/v2/trust/whoami")).await;
    browser.until(&at(&server, "/v2/trust/whoami"), "ann").await;
    // Signing in again asks nobody: the provider knows her. All of it is one chain of redirects between two sites.
    browser.open(&at(&server, "/dashboard/")).await;
    browser.until(&at(&server, "/dashboard/"), "Sign out").await;
    browser.eval(SUBMIT).await;
    browser.until(&at(&server, "/dashboard/logout"), "Signed out").await;
    browser.eval("document.querySelector('a').click()").await;
    browser.until(&at(&server, "/dashboard/"), "ann").await;
    assert_eq!(browser.eval("1").await, json!(1));
}
