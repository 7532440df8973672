//! `json.verify_schema` and `json.match_schema`.

use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::{Modules, RegoSettings, RunError};
use serde_json::{Value, json};

use crate::asking::rules;

fn tried(expression: &str, data: Value) -> Tried {
    let mut modules = Modules::text(rules(&format!("allow := {expression}"))).expect("a text");
    modules.merge(&[], data, 1).expect("documents");
    // A slow machine is not what is tested.
    let mut settings = RegoSettings::default();
    settings.limits.time = std::time::Duration::from_secs(60);
    Tried::new(settings, modules).expect("it compiles")
}

/// What a document is told by a schema.
fn matched(document: &Value, schema: &Value) -> Result<Value, RunError> {
    let data = json!({"document": document, "schema": schema});
    let decided =
        tried("json.match_schema(data.document, data.schema)", data).decide(&json!({}))?;
    Ok(decided.value.expect("it is defined"))
}

fn verified(schema: &Value) -> Value {
    let tried = tried("json.verify_schema(data.schema)", json!({"schema": schema}));
    tried.decide(&json!({})).expect("it decides").value.expect("it is defined")
}

/// Why the document is not as the schema wants it.
fn mismatch(document: &Value, schema: &Value) -> String {
    let said = matched(document, schema).expect("it decides");
    assert_eq!(said[0], json!(false), "{document} {schema}");
    said[1].as_str().expect("a text").to_owned()
}

fn assert_match(document: &Value, schema: &Value) {
    assert_eq!(matched(document, schema), Ok(json!([true, null])), "{document} {schema}");
}

/// What is wrong with a schema; both functions say so.
fn broken(schema: &Value) -> String {
    let said = verified(schema);
    assert_eq!(said[0], json!(false), "{schema}");
    let why = said[1].as_str().expect("a text").to_owned();
    assert_eq!(mismatch(&json!({}), schema), format!("invalid schema: {why}"));
    why
}

#[test]
fn a_document_matches_or_is_told_where_it_does_not() {
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}},
        "required": ["name"],
    });
    assert_match(&json!({"name": "a", "size": 1}), &schema);
    assert_eq!(mismatch(&json!({"size": 1}), &schema), "missing properties 'name'");
    let wrong = json!({"name": "a", "size": "big"});
    assert_eq!(mismatch(&wrong, &schema), "at '/size': want integer, but got string");
    assert_eq!(
        mismatch(&json!({"name": "a", "size": 0}), &schema),
        "at '/size': must be >=1, but got 0"
    );
    assert_eq!(mismatch(&json!(1), &json!(false)), "false schema");
    assert_match(&json!(1), &json!({}));
    // A document is a value, not a text with one in it.
    assert_match(&json!("{}"), &json!({"type": "string"}));
}

#[test]
fn a_schema_may_stand_in_a_text() {
    let schema = json!("{\"type\": \"object\", \"required\": [\"id\"]}");
    assert_match(&json!({"id": 5}), &schema);
    assert_eq!(mismatch(&json!({}), &schema), "missing properties 'id'");
    assert_eq!(verified(&schema), json!([true, null]));
}

#[test]
fn what_is_no_schema_is_told_so() {
    for (schema, says) in [
        (json!("{\"type\": "), "not a valid json schema"),
        (json!("type"), "not a valid json schema"),
        (json!(5), "want boolean or object"),
        (json!({"type": "text"}), "at '/type'"),
        (json!({"properties": {"a": {"minLength": -1}}}), "at '/properties/a/minLength'"),
        (json!({"pattern": "("}), "is not valid regex"),
        (json!({"$ref": "#/$defs/none"}), "not found"),
        (json!({"$ref": "#none"}), "not found"),
        (json!({"$schema": "https://example.com/other"}), "nothing is fetched"),
    ] {
        let why = broken(&schema);
        assert!(why.contains(says), "{schema}: {why}");
    }
}

#[test]
fn references_lead_to_where_the_schema_itself_has_something() {
    let schema = json!({
        "$defs": {"id": {"type": "integer"}, "named": {"$anchor": "name", "type": "string"}},
        "properties": {"id": {"$ref": "#/$defs/id"}, "name": {"$ref": "#name"}},
    });
    assert_match(&json!({"id": 1, "name": "a"}), &schema);
    assert_eq!(mismatch(&json!({"id": "1"}), &schema), "at '/id': want integer, but got string");
    let named = json!({
        "$id": "https://example.com/root",
        "$defs": {"id": {"$id": "part", "type": "integer"}},
        "$ref": "https://example.com/part",
    });
    assert_match(&json!(1), &named);
    assert_eq!(mismatch(&json!(""), &named), "want integer, but got string");
    // The descriptions of schemas are a part of the library.
    let schemas = json!({"$ref": "https://json-schema.org/draft/2020-12/schema"});
    assert_match(&json!({"type": "object"}), &schemas);
    assert!(mismatch(&json!({"type": "text"}), &schemas).contains("at '/type'"));
}

/// A listener would be told of it, and a file is there.
#[test]
fn nothing_is_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it does not wait");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("schema.json");
    std::fs::write(&file, "{}").expect("a file");
    let port = listener.local_addr().expect("bound").port();
    for elsewhere in [
        format!("http://127.0.0.1:{port}/schema.json"),
        format!("file://{}", file.display()),
        file.display().to_string(),
        "other.json#/$defs/a".into(),
        "other.json#a".into(),
        "urn:example:a".into(),
    ] {
        for keyword in ["$ref", "$dynamicRef", "$schema"] {
            let why = broken(&json!({keyword: elsewhere}));
            let relative = keyword == "$schema" && !elsewhere.contains(':');
            assert!(relative || why.contains("nothing is fetched"), "{keyword} {elsewhere}: {why}");
        }
    }
    assert!(listener.accept().is_err(), "somebody came");
}

/// As their drafts have it: up to draft 7 they hold, later they are notes.
#[test]
fn formats_are_those_of_the_draft() {
    let of = |draft: &str, format: &str| json!({"$schema": draft, "format": format});
    let seven = "http://json-schema.org/draft-07/schema#";
    for (format, good, bad) in [
        ("date-time", "2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z"),
        ("date", "2024-02-29", "29.2.2024"),
        ("time", "12:00:00+01:00", "25:00:00Z"),
        ("email", "a@example.com", "a.example.com"),
        ("hostname", "a.example", "-a.example"),
        ("ipv4", "127.0.0.1", "127.0.0.256"),
        ("ipv6", "::1", "1::2::3"),
        ("uri", "https://example.com/a", "/a"),
        ("json-pointer", "/a/0", "a/0"),
        ("regex", "^a+$", "(a"),
    ] {
        assert_match(&json!(good), &of(seven, format));
        assert!(mismatch(&json!(bad), &of(seven, format)).contains(format), "{format}");
        assert_match(&json!(bad), &of("https://json-schema.org/draft/2020-12/schema", format));
        assert_match(&json!(bad), &json!({"format": format}));
    }
    // What only a later draft has is a note, as what none has.
    let four = "http://json-schema.org/draft-04/schema#";
    for (draft, format) in
        [(seven, "duration"), (seven, "uuid"), (four, "json-pointer"), (four, "iri")]
    {
        assert_match(&json!("a b"), &of(draft, format));
    }
    for format in ["period", "of-our-own"] {
        assert_match(&json!("?"), &of(seven, format));
    }
    // Contents hold in draft 7 alone.
    let content = |draft: &str| json!({"$schema": draft, "contentEncoding": "base64", "contentMediaType": "application/json"});
    assert_match(&json!("e30="), &content(seven));
    assert!(mismatch(&json!("?"), &content(seven)).contains("base64"));
    assert!(mismatch(&json!("YQ=="), &content(seven)).contains("application/json"));
    assert_match(&json!("?"), &content("https://json-schema.org/draft/2019-09/schema"));
}

/// Patterns do not go back: what takes others exponential time is done at once, and what only those have is refused.
#[test]
fn patterns_take_linear_time() {
    let document = json!("a".repeat(100_000) + "b");
    assert!(mismatch(&document, &json!({"pattern": "^(a+)+$"})).contains("does not match"));
    for beyond in ["(?=a)b", "(a)\\1", "(?<!a)b"] {
        broken(&json!({"pattern": beyond}));
        broken(&json!({"patternProperties": {beyond: {}}}));
    }
}

#[test]
fn a_large_document_is_looked_at_whole() {
    let schema = json!({
        "items": {"properties": {"n": {"type": "integer"}}, "required": ["n"]},
        "uniqueItems": true,
    });
    let mut items: Vec<_> = (0..70_000).map(|n| json!({"n": n})).collect();
    assert!(json!(items).to_string().len() > 700_000);
    assert_match(&json!(items), &schema);
    items[69_999] = json!({"n": "x"});
    assert_eq!(mismatch(&json!(items), &schema), "at '/69999/n': want integer, but got string");
    items[69_999] = json!({"n": 0});
    assert_eq!(mismatch(&json!(items), &schema), "items at 0 and 69999 are equal");
    let long = json!("x".repeat(1 << 20));
    let why = mismatch(&long, &json!({"pattern": "^y"}));
    assert!(why.len() < 600 && why.ends_with("does not match pattern '^y'"), "{why}");
}

fn nested(depth: usize, inner: Value) -> Value {
    (0..depth).fold(inner, |inner, _| json!({"a": inner}))
}

/// So many parts that all apply at one level, each by way of the one before, and then all of them at the next level.
fn chain(parts: usize, link: impl Fn(Value) -> Value) -> Value {
    let part = |n| (format!("p{n}"), link(json!({"$ref": format!("#/$defs/p{}", n + 1)})));
    let mut all: serde_json::Map<_, _> = (0..parts).map(part).collect();
    all.insert(format!("p{parts}"), json!({"properties": {"a": {"$ref": "#/$defs/p0"}}}));
    json!({"$defs": all, "$ref": "#/$defs/p0"})
}

#[test]
fn depth_is_bounded() {
    let recursive =
        json!({"properties": {"a": {"$ref": "#"}}, "not": {"type": "object", "required": ["b"]}});
    assert_match(&nested(100, json!(1)), &recursive);
    let why = mismatch(&nested(100, json!({"b": 1})), &recursive);
    assert!(why.starts_with("at '/a/a/"), "{why}");
    // Of a schema that applies itself there is no end.
    assert!(mismatch(&json!(1), &json!({"allOf": [{"$ref": "#"}]})).contains("cycle"));
    let error = matched(&nested(200, json!(1)), &recursive).expect_err("too deep");
    assert!(error.to_string().contains("nested too deep"), "{error}");
    let deep = (0..100).fold(json!({"minLength": 1}), |inner, _| json!({"not": inner}));
    assert_eq!(verified(&deep), json!([true, null]));
    let error = matched(&nested(100, json!(1)), &chain(2_000, |part| part)).expect_err("too deep");
    assert!(error.to_string().contains("nested too deep"), "{error}");
    let wide = vec![json!(true); 5_000];
    assert!(broken(&json!({"anyOf": wide})).contains("more than 5000 parts"));
}

/// As deep as is let through, by every way down, there is room on the stack.
#[test]
fn what_is_not_too_deep_fits() {
    let document = nested(100, json!(1));
    assert_match(&document, &chain(157, |part| part));
    for link in [
        |part| json!({"allOf": [part]}),
        |part| json!({"anyOf": [part]}),
        |part| json!({"oneOf": [part]}),
        |part| json!({"not": {"not": part}}),
        |part| json!({"if": part, "then": {}}),
        |part| json!({"dependentSchemas": {"a": part}}),
        |part| json!({"dependencies": {"a": part}}),
    ] {
        assert_match(&document, &chain(51, link));
    }
}

/// The library does something for each part with all others; for as many as are let through it is soon done.
#[test]
fn the_largest_schema_is_read_in_a_moment() {
    let wide =
        |part: fn(usize) -> Value| json!({"anyOf": (0..4_990).map(part).collect::<Vec<_>>()});
    for schema in [
        wide(|_| json!({})),
        wide(|n| json!({"$anchor": format!("a{n}")})),
        wide(|n| json!({"$id": format!("a{n}")})),
    ] {
        let start = std::time::Instant::now();
        assert_eq!(verified(&schema), json!([true, null]));
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

#[test]
fn what_is_not_there_is_undefined() {
    for call in [
        "json.match_schema(data.none, {})",
        "json.match_schema(1, data.none)",
        "json.verify_schema(data.none)",
    ] {
        assert_eq!(
            tried(call, json!({})).decide(&json!({})).expect("it decides").value,
            None,
            "{call}"
        );
    }
}
