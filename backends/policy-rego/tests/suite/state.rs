//! The policies of the stategate dialect: T26 to T30 of its contract, as far as they are about policies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_policy_rego::state::{Call, StatePolicies, StateRefusal};
use holdfast_policy_rego::{Limits, LoadError};
use serde_json::{Map, Value, json};

const REQUEST: StateRefusal = StateRefusal::Denied("request authorization = denied");
const RESPONSE: StateRefusal = StateRefusal::Denied("response authorization = denied");

fn encoded(rules: &str) -> String {
    STANDARD.encode(format!("package stategate.authz\n{rules}\n"))
}

fn requests(rules: &str) -> StatePolicies {
    let policies = StatePolicies::new(Some(&encoded(rules)), None, Limits::default());
    policies.unwrap_or_else(|error| panic!("{error}: {rules}"))
}

fn responses(rules: &str) -> StatePolicies {
    StatePolicies::new(None, Some(&encoded(rules)), Limits::default()).expect("it compiles")
}

/// What a test changes of a call.
#[derive(Clone)]
struct Made {
    claims: Map<String, Value>,
    method: &'static str,
    metadata: Vec<(String, String)>,
    body: Value,
}

impl Made {
    fn new(method: &'static str, body: Value) -> Self {
        let claims = Map::from_iter([("sub".to_owned(), json!("1234567890"))]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let metadata = vec![pair("x-a", "first"), pair("x-a", "second"), pair("x-b", "b")];
        Self { claims, method, metadata, body }
    }

    fn call(&self) -> Call<'_> {
        Call {
            claims: &self.claims,
            method: self.method,
            metadata: &self.metadata,
            body: &self.body,
            client_stream: false,
            server_stream: false,
        }
    }
}

fn search() -> Made {
    let body = json!({"domain": "acme", "type": "message", "queryString": "{}", "limit": "3"});
    Made::new("/stategate.StateService/Search", body)
}

#[test]
fn t26_without_policies_everything_is_denied() {
    let none = StatePolicies::new(None, None, Limits::default()).expect("nothing to load");
    assert_eq!(none.request(&search().call()), Err(REQUEST));
    assert_eq!(none.response(&search().call()), Err(RESPONSE));
    assert_eq!(none.event(&search().call()), Err(RESPONSE));
}

#[test]
fn t27_a_request_policy_sees_method_claims_and_body() {
    let made = search();
    for (rules, allowed) in [
        ("default allow = true", true),
        ("allow { input.method == \"/stategate.StateService/Search\" }", true),
        ("allow { input.method == \"/stategate.StateService/Set\" }", false),
        ("allow { input.claims.sub == \"1234567890\" }", true),
        ("allow { input.body.domain == \"acme\" }", true),
        ("allow { input.body.limit == \"3\" }", true),
        ("allow { input.body.limit == 3 }", false),
        ("allow { not input.body.offset }", true),
        ("allow { input.metadata[\"x-a\"] == \"first\" }", true),
        ("allow { input.client_stream == false; input.server_stream == false }", true),
        ("allow { count(input) == 6 }", true),
    ] {
        let expected = if allowed { Ok(()) } else { Err(REQUEST) };
        assert_eq!(requests(rules).request(&made.call()), expected, "{rules}");
    }
}

#[test]
fn t28_anything_but_true_is_denied_and_an_error_is_an_error() {
    for rules in
        ["x = 1", "allow = \"true\"", "allow = null", "allow { false }", "default allow = false"]
    {
        assert_eq!(requests(rules).request(&search().call()), Err(REQUEST), "{rules}");
    }
    let failing = requests("allow = true { input.method }\nallow = false { input.claims }");
    let Err(StateRefusal::Failed { message, .. }) = failing.request(&search().call()) else {
        panic!("two values are an error")
    };
    assert_eq!(message, "failed to evaluate authz policy");
    let failing = responses("allow = true { input.method }\nallow = false { input.claims }");
    let Err(StateRefusal::Failed { message, .. }) = failing.event(&search().call()) else {
        panic!("two values are an error")
    };
    assert_eq!(message, "failed to evaluate authz policy during server stream");
}

#[test]
fn t29_a_response_policy_decides_by_itself() {
    let text = encoded("default allow = true");
    let policies =
        StatePolicies::new(Some(&text), Some(&encoded("default allow = false")), Limits::default());
    let policies = policies.expect("they compile");
    assert_eq!(policies.request(&search().call()), Ok(()));
    assert_eq!(policies.response(&search().call()), Err(RESPONSE));
}

#[test]
fn t30_a_response_policy_filters_events() {
    let policies = responses("allow { input.body.state.key == \"shown\" }");
    let event = |key: &str| {
        let body =
            json!({"id": "x", "state": {"domain": "a", "type": "b", "key": key}, "time": "1"});
        policies.event(&Made::new("/stategate.EventService/Stream", body).call())
    };
    assert_eq!(event("shown"), Ok(()));
    assert_eq!(event("hidden"), Err(RESPONSE));
}

#[test]
fn what_is_no_policy_is_refused_at_the_start() {
    for (text, base64) in [
        ("%%%", true),
        (&*STANDARD.encode([0xff, 0xfe]), true),
        (&*STANDARD.encode("allow {"), false),
    ] {
        let Err(error) = StatePolicies::new(Some(text), None, Limits::default()) else {
            panic!("{text}")
        };
        assert_eq!(matches!(error, LoadError::Base64(_)), base64, "{error}");
    }
    let readme = "cGFja2FnZSBzdGF0ZWdhdGUuYXV0aHoKCmRlZmF1bHQgYWxsb3cgPSB0cnVl";
    let policies =
        StatePolicies::new(Some(readme), Some(readme), Limits::default()).expect("it compiles");
    assert_eq!(policies.request(&search().call()), Ok(()));
}
