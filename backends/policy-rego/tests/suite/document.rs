//! The examples of `docs/policies.md` do what is said of them.
//!
//! A fenced block `rego` is followed by blocks `json allowed`, `json denied`, or `json shown ANSWER`.

use holdfast_policy_rego::answer::Answer;
use holdfast_policy_rego::settings::{ALLOW, SHOW};
use holdfast_policy_rego::state::STATE_ALLOW;
use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::{Modules, RegoSettings};
use serde_json::Value;

const DOCS: &str = include_str!("../../../../docs/policies.md");

/// What stands behind the opening fence, and the text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut parts = DOCS.split("\n```").skip(1);
    let mut blocks = Vec::new();
    while let Some(block) = parts.next() {
        let (kind, text) = block.split_once('\n').expect("a line");
        blocks.push((kind, text));
        // What stands between two blocks.
        parts.next();
    }
    blocks
}

#[test]
fn every_example_is_true() {
    let (mut policy, mut checked) = ("", 0);
    for (kind, text) in blocks() {
        let allow = match kind {
            "rego" => {
                policy = text;
                continue;
            }
            "json allowed" | "json denied" if policy.contains("package stategate") => STATE_ALLOW,
            "json allowed" | "json denied" => ALLOW,
            _ if kind.starts_with("json shown ") => SHOW,
            _ => continue,
        };
        let input: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let settings = RegoSettings { allow: allow.into(), ..RegoSettings::default() };
        let modules = Modules::text(policy).expect("a policy before it");
        let tried = Tried::new(settings, modules).unwrap_or_else(|e| panic!("{e}: {policy}"));
        let decided = tried.decide(&input).unwrap_or_else(|e| panic!("{e}: {policy}"));
        match kind.strip_prefix("json shown ") {
            Some(answer) => {
                let expected: Value = serde_json::from_str(answer).expect("JSON");
                assert_eq!(decided.value, Some(expected), "{text}");
            }
            None => {
                let allowed = decided.answer == Answer::Allowed;
                assert_eq!(allowed, kind == "json allowed", "{policy}\n{text}");
            }
        }
        checked += 1;
    }
    assert!(checked >= 6, "only {checked} examples were found");
}
