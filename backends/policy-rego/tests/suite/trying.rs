//! The tools.

use std::time::Duration;

use holdfast_policy_rego::RegoSettings;
use holdfast_policy_rego::answer::{Answer, DENIED};
use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::tools::explain::Reach;
use serde_json::{Value, json};

use crate::asking::{modules, rules};

fn tried() -> Tried {
    let text = rules(
        "default allow := false\nallow if {\n    input.action == \"read\"\n    is_ann\n}\nis_ann if input.identity.user_id == \"ann\"",
    );
    Tried::new(RegoSettings::default(), modules(&text)).expect("it compiles")
}

fn input(user: &str, action: &str) -> Value {
    json!({"action": action, "resource": {"namespace": "n", "key": "k"}, "identity": {"user_id": user, "claims": {}}})
}

#[test]
fn a_policy_is_tried_on_any_input() {
    let decided = tried().decide(&input("ann", "read")).expect("it decides");
    assert_eq!((decided.answer, decided.value), (Answer::Allowed, Some(json!(true))));
    let decided = tried().decide(&input("ann", "write")).expect("it decides");
    assert_eq!(decided.answer.reason(), Some(DENIED));
    assert_eq!(tried().decide(&Value::Null).expect("it decides").answer, Answer::Denied);
    let none = Tried::new(RegoSettings::default(), modules("package other\nx := 1"));
    assert!(none.is_err(), "there is nothing to try");
}

#[test]
fn a_recording_is_decided_again() {
    let line = |user, action, allowed: bool| {
        format!("{}\n", json!({"input": input(user, action), "allowed": allowed}))
    };
    let recording = [
        line("ann", "read", true),
        line("bob", "read", true),
        "\n".into(),
        line("[redacted]", "read", true),
    ];
    let replayed = tried().replay(recording.concat().as_bytes()).expect("it reads");
    assert_eq!(replayed.decisions, 3);
    let lines: Vec<_> = replayed.differences.iter().map(|d| (d.line, d.redacted)).collect();
    assert_eq!(lines, [(2, false), (4, true)]);
    assert_eq!(replayed.differences[0].now, Ok(Answer::Denied));
    for wrong in ["{}", "x", "{\"input\": 1, \"allowed\": 2}"] {
        let error = tried().replay(wrong.as_bytes()).expect_err("no recording");
        assert!(error.to_string().starts_with("line 1: "), "{error}");
    }
}

#[test]
fn an_explanation_names_rules_and_lines() {
    let explanation = tried().explain(&input("bob", "write")).expect("it explains");
    assert_eq!(explanation.decided.answer, Answer::Denied);
    assert_eq!(explanation.rules["data.config.authz.allow"], Some(json!(false)));
    assert_eq!(explanation.rules["data.config.authz.is_ann"], None);
    let lines = &explanation.files[0].lines;
    let reach = |text: &str| {
        lines.iter().find(|(_, line)| line.contains(text)).map(|(reach, _)| *reach).expect("a line")
    };
    assert_eq!(reach("input.action"), Reach::Reached);
    assert_eq!(reach("    is_ann"), Reach::Not);
    assert_eq!(reach("import"), Reach::Nothing);
}

#[test]
fn a_measurement_is_in_order() {
    let measured =
        tried().bench(&input("ann", "read"), Duration::from_millis(20)).expect("it decides");
    assert!(measured.decisions > 0);
    let figures = [measured.least, measured.p50, measured.p99, measured.p999, measured.most];
    assert!(figures.is_sorted(), "{figures:?}");
}
