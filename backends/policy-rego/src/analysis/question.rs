//! Whether a policy reads more of the input than what makes the question.

use serde_json::Value;

/// The members of the input that make the question.
const MEMBERS: [&str; 3] = ["identity", "action", "resource"];

/// What else it reads, or may read.
pub(super) fn reads_more(modules: &[Value]) -> Option<String> {
    modules.iter().find_map(in_node)
}

fn in_node(node: &Value) -> Option<String> {
    match node {
        Value::Array(nodes) => nodes.iter().find_map(in_node),
        Value::Object(members) if members.contains_key("with_mods") => {
            Some("it replaces documents by `with`".into())
        }
        Value::Object(members) => members.iter().find_map(|(kind, inner)| in_kind(kind, inner)),
        _ => None,
    }
}

fn in_kind(kind: &str, inner: &Value) -> Option<String> {
    match kind {
        "Var" if inner["value"] == "input" => Some("it reads the whole input".into()),
        "RefDot" if is_input(&inner["refr"]) => member(&inner["field"][1]),
        "RefBrack" if is_input(&inner["refr"]) => member(&inner["index"]["String"]["value"]),
        _ => in_node(inner),
    }
}

fn is_input(node: &Value) -> bool {
    node["Var"]["value"] == "input"
}

fn member(name: &Value) -> Option<String> {
    match name.as_str() {
        Some(name) if MEMBERS.contains(&name) => None,
        Some(name) => Some(format!("it reads input.{name}")),
        None => Some("it looks up a member of the input".into()),
    }
}
