//! The compiled form and the interpreter say the same; what only one of them can do runs there.

use holdfast_policy_rego::settings::ALLOW;
use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::{Form, RegoSettings};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, proptest};
use serde_json::{Value, json};

use crate::asking::{modules, policy, rules};

/// Policies of the kinds that run compiled.
const COMPILED: [&str; 7] = [
    "default allow := false\nallow if input.identity.user_id == \"ann\"\nallow if input.action == \"list\"",
    "user := input.identity.user_id\nroles := {r | some r in input.identity.claims.roles}
     allow if user == \"bob\"\nallow if \"admin\" in roles",
    "level := 1 if input.action == \"read\" else := 2 if input.resource.key\nallow if level == 2",
    "clean(x) := y if { y := lower(trim_space(x)) }\nallow if clean(input.identity.user_id) == \"ann\"",
    "deny contains \"a\" if input.action == \"write\"\ndeny contains \"b\" if input.resource.key == \"\"
     allow if count(deny) == 0",
    "allow if { every r in input.identity.claims.roles { startswith(r, \"a\") } }",
    "blocked if { some r in input.identity.claims.roles; r == \"guest\" }\nallow if not blocked",
];

/// Policies that only the interpreter runs right.
const INTERPRETED: [&str; 10] = [
    "blocked := true if input.action\nblocked := false if input.identity\nallow if not blocked",
    "role := r if some r in input.identity.claims.roles\nallow if not role",
    "names := {k: v | some k; some v in input.identity.claims.roles; k := \"x\"}\nallow if names.x == \"a\"",
    "f(\"a\") := 1\nf(\"b\") := 2\nallow if f(\"b\") == 2",
    "own[k] := v if some k, v in input.resource\nallow if own.key == \"k\"",
    "allow if walk(input.identity.claims, [_, \"ann\"])",
    "b if input.action == \"x\"\nallow if b with input.action as \"x\"",
    "allow if io.jwt.decode(input.identity.user_id)",
    "allow if json.verify_schema(input.identity.claims)[0]",
    "allow if json.match_schema(input.identity.claims, {\"required\": [\"roles\"]})[0]",
];

#[test]
fn ordinary_policies_run_compiled() {
    for text in COMPILED {
        assert_eq!(policy(&rules(text)).form(), Some(Form::Compiled), "{text}");
    }
}

#[test]
fn what_could_go_wrong_compiled_is_interpreted() {
    for text in INTERPRETED {
        let form = policy(&rules(text)).form();
        assert!(matches!(form, Some(Form::Interpreted(_))), "{form:?}: {text}");
    }
}

fn inputs() -> impl Strategy<Value = Value> {
    let word =
        || prop_oneof![Just("ann"), Just("bob"), Just("admin"), Just("guest"), Just("a"), Just("")];
    let action = prop_oneof![Just("read"), Just("write"), Just("list")];
    let roles = proptest::collection::vec(word(), 0..4);
    (word(), action, roles, word(), any::<bool>()).prop_map(|(user, action, roles, key, claims)| {
        let claims = if claims { json!({"roles": roles, "name": user}) } else { json!({}) };
        json!({
            "action": action,
            "resource": {"namespace": "n", "key": key},
            "identity": {"user_id": user, "claims": claims},
        })
    })
}

proptest! {
    /// `explain` decides with both, and fails when they differ.
    #[test]
    fn both_forms_decide_alike(input in inputs(), which in 0..COMPILED.len() + INTERPRETED.len()) {
        let text = COMPILED.iter().chain(&INTERPRETED).nth(which).expect("a policy");
        let settings = RegoSettings { allow: ALLOW.into(), ..RegoSettings::default() };
        let tried = Tried::new(settings, modules(&rules(text))).expect("it compiles");
        if let Err(error) = tried.explain(&input) {
            prop_assert!(!error.to_string().contains("disagree"), "{} on {}", text, input);
        }
    }
}
