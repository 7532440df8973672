//! What the contract of config.v1 says of policies, its section 5.3, and what is ours beside it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use holdfast_auth::{Action, AuthError, Identity, Policy, Resource, Shown, Sight, Verdict};
use holdfast_policy_rego::answer::{DENIED, NO_DECISION};
use holdfast_policy_rego::{
    Combine, Dialect, LoadError, Recorder, RegoPolicy, RegoSettings, Unsaid,
};
use serde_json::json;

use crate::asking::{ann, caller, modules, policy, rules, says, silent, try_policy};

#[test]
fn true_allows_and_nothing_else() {
    assert_eq!(says(&rules("allow := true")), Ok(Verdict::Allow));
    assert_eq!(says(&rules("allow := false")), silent(DENIED));
    for other in ["\"true\"", "1", "null", "{}", "[true]", "{true}"] {
        assert_eq!(says(&rules(&format!("allow := {other}"))), silent(DENIED), "{other}");
    }
    assert_eq!(says(&rules("allow if false")), silent(NO_DECISION));
    assert_eq!(says(&rules("default allow := false\nallow if input.none")), silent(DENIED));
}

#[test]
fn a_policy_sees_who_does_what_with_what() {
    let text = rules(
        "default allow := false
         allow if input.action == \"read\"
         allow if {
             input.action in {\"write\", \"delete\"}
             startswith(input.resource.namespace, input.identity.claims.team)
             input.resource.key != \"locked\"
         }
         allow if input.identity.user_id == \"root\"",
    );
    let policy = policy(&text);
    let team = caller("bob", json!({"team": "pay"}));
    for (who, action, namespace, key, allowed) in [
        (&team, Action::Read, "other", "k", true),
        (&team, Action::Write, "payments", "k", true),
        (&team, Action::Write, "payments", "locked", false),
        (&team, Action::Delete, "other", "k", false),
        (&team, Action::List, "payments", "", false),
        (&Identity::named("root"), Action::Admin, "", "", true),
    ] {
        let verdict = policy.judge(who, action, &Resource::key(namespace, key));
        let expected = if allowed { Ok(Verdict::Allow) } else { silent(DENIED) };
        assert_eq!(verdict, expected, "{who:?} {action:?} {namespace}/{key}");
    }
}

#[test]
fn an_error_is_a_failure_and_never_a_yes() {
    let conflict = rules("allow := true if input.action\nallow := false if input.identity");
    let Err(AuthError::Failed(why)) = says(&conflict) else { panic!("two values are an error") };
    assert!(why.contains("conflict"), "{why}");
    let endless = rules(
        "all := [x | some x in numbers.range(1, 50000)]
         allow if { some a in all; some b in all; a + b == 0 }",
    );
    let Err(AuthError::Failed(why)) = says(&endless) else { panic!("it has to be stopped") };
    assert!(why.contains("stopped"), "{why}");
}

#[test]
fn the_number_of_instructions_is_bounded_too() {
    let mut settings = RegoSettings::default();
    settings.limits.time = std::time::Duration::from_secs(60);
    settings.limits.instructions = NonZeroUsize::new(1_000).expect("not zero");
    let text = rules("allow if { some x in numbers.range(1, 5000); x == 4999 }");
    let policy = RegoPolicy::new(settings, &modules(&text)).expect("it compiles");
    let Err(AuthError::Failed(why)) = ann(&policy) else { panic!("it has to be stopped") };
    assert!(why.contains("1000 instructions"), "{why}");
    // The machine that was stopped is not what the next request gets.
    let Err(AuthError::Failed(again)) = ann(&policy) else { panic!("it has to be stopped") };
    assert_eq!(why, again);
}

#[test]
fn both_syntaxes_are_taken_and_told_apart() {
    let old = "package config.authz\ndefault allow = false\nallow { input.action == \"read\" }";
    let new = "package config.authz\ndefault allow := false\nallow if input.action == \"read\"";
    for (text, dialect, found) in [
        (old, Dialect::Auto, Some(Dialect::V0)),
        (new, Dialect::Auto, Some(Dialect::V1)),
        (old, Dialect::V0, Some(Dialect::V0)),
        (new, Dialect::V1, Some(Dialect::V1)),
        (old, Dialect::V1, None),
        (new, Dialect::V0, None),
    ] {
        let settings = RegoSettings { dialect, ..RegoSettings::default() };
        let policy = RegoPolicy::new(settings, &modules(text)).ok();
        assert_eq!(policy.as_ref().and_then(RegoPolicy::dialect), found, "{dialect:?}: {text}");
        if let Some(policy) = policy {
            assert_eq!(ann(&policy), Ok(Verdict::Allow));
        }
    }
}

#[test]
fn what_does_not_compile_is_told_in_one_line() {
    for wrong in
        ["allow if {", "allow if unknown_function(1)", "allow if x", "allow := crypto.md5(\"\")"]
    {
        let Err(LoadError::Compile(why)) = try_policy(&rules(wrong)) else { panic!("{wrong}") };
        assert!(!why.contains('\n') && !why.is_empty(), "{why}");
    }
    assert!(matches!(try_policy("allow if true"), Err(LoadError::Compile(_))), "no package");
    for entry in ["", "allow", "data", "data.x", "input.x.y", "data.a b.c", "data.a[\"b\"].c"] {
        let settings = RegoSettings { allow: entry.into(), ..RegoSettings::default() };
        let error = RegoPolicy::new(settings, &modules(&rules("allow := true"))).err();
        assert_eq!(error, Some(LoadError::Entry(entry.into())));
    }
}

#[test]
fn a_policy_without_the_rule_decides_nothing_and_says_so() {
    for text in ["package other\nallow := true", "package config.authz\nother := true"] {
        let policy = policy(text);
        assert_eq!(ann(&policy), silent(NO_DECISION));
        let trouble = policy.trouble().expect("it tells");
        assert!(trouble.contains("data.config.authz.allow"), "{trouble}");
    }
    let elsewhere = RegoSettings { allow: "data.other.may".into(), ..RegoSettings::default() };
    let policy = RegoPolicy::new(elsewhere, &modules("package other\nmay := true"));
    let policy = policy.expect("it compiles");
    assert_eq!((ann(&policy), policy.trouble()), (Ok(Verdict::Allow), None));
}

#[test]
fn what_a_denial_means_beside_roles_is_a_setting() {
    let forbid = Ok(Verdict::Forbid(DENIED.into()));
    for (combine, allow, deny) in [
        (Combine::Any, Ok(Verdict::Allow), silent(DENIED)),
        (Combine::Veto, Ok(Verdict::Allow), forbid.clone()),
        (Combine::Both, silent("the policy allows it, and no role does"), forbid),
    ] {
        for (value, expected) in [("true", allow), ("false", deny)] {
            let settings = RegoSettings { combine, ..RegoSettings::default() };
            let text = rules(&format!("allow := {value}"));
            let policy = RegoPolicy::new(settings, &modules(&text)).expect("it compiles");
            assert_eq!(ann(&policy), expected, "{combine:?} {value}");
        }
    }
}

fn shown<'a>(action: Action, key: &'a str, codec: &'a str, value: &'a [u8]) -> Shown<'a> {
    Shown { action, namespace: "n", key, codec, value }
}

#[test]
fn a_response_policy_hides_values_and_members() {
    let text = rules(
        "allow := true
         show contains \"/password\" if input.response.value.password
         show contains \"/salary\" if not input.identity.claims.hr",
    );
    let policy = policy(&text);
    assert!(policy.redacts());
    let who = Identity::named("ann");
    let value = br#"{"password": "x", "salary": 1}"#;
    let sight = policy.show(&who, &shown(Action::Read, "k", "json", value));
    let both = Sight::Without(Arc::from(["/password".to_owned(), "/salary".to_owned()]));
    assert_eq!(sight, Ok(both));
    let hr = caller("eve", json!({"hr": true}));
    assert_eq!(policy.show(&hr, &shown(Action::Read, "k", "text", b"x")), Ok(Sight::Whole));
}

#[test]
fn a_response_policy_filters_what_is_watched() {
    let text = rules(
        "allow := true
         default show := false
         show if input.action == \"read\"
         show if not startswith(input.resource.key, \"private/\")",
    );
    let policy = policy(&text);
    let who = Identity::named("ann");
    for (action, key, expected) in [
        (Action::Watch, "a", Sight::Whole),
        (Action::Watch, "private/a", Sight::Hidden),
        (Action::Read, "private/a", Sight::Whole),
    ] {
        assert_eq!(policy.show(&who, &shown(action, key, "raw", &[0xff])), Ok(expected));
    }
}

#[test]
fn what_a_response_policy_leaves_open_is_a_setting_and_nonsense_is_an_error() {
    let who = Identity::named("ann");
    let show = |text: &str, unsaid| {
        let settings = RegoSettings { unsaid, ..RegoSettings::default() };
        let policy = RegoPolicy::new(settings, &modules(&rules(text))).expect("it compiles");
        policy.show(&who, &shown(Action::Read, "k", "json", b"1"))
    };
    let silent = "allow := true\nshow if false";
    assert_eq!(show(silent, Unsaid::Hidden), Ok(Sight::Hidden));
    assert_eq!(show(silent, Unsaid::Whole), Ok(Sight::Whole));
    assert!(matches!(show("show := \"yes\"", Unsaid::Whole), Err(AuthError::Failed(_))));
    assert!(matches!(show("show := [\"a\"]", Unsaid::Whole), Err(AuthError::Failed(_))));
    let none = policy(&rules("allow := true"));
    assert!(!none.redacts());
    assert_eq!(none.show(&who, &shown(Action::Read, "k", "json", b"1")), Ok(Sight::Whole));
}

#[test]
fn decisions_are_recorded_when_asked_for() {
    let recorder = Arc::new(Recorder::new(NonZeroUsize::new(8).expect("room"), &["team".into()]));
    let policy = policy(&rules("allow if input.identity.claims.team == \"a\""));
    let policy = policy.recording(Arc::clone(&recorder));
    let who = caller("ann", json!({"team": "a"}));
    // The second answer is a kept one; it is recorded all the same.
    for _ in 0..2 {
        assert_eq!(policy.judge(&who, Action::Read, &Resource::key("n", "k")), Ok(Verdict::Allow));
    }
    let lines = recorder.drain_json_lines();
    assert_eq!(lines.lines().count(), 2);
    assert!(!lines.contains("\"a\"") && lines.contains("\"allowed\":true"), "{lines}");
}
