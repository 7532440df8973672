//! Filters that are none: the kind, and a sentence with the operator and its place.

use holdfast_query::FilterErrorKind::{NotJson, Refused, Unknown};
use holdfast_query::{Filter, FilterErrorKind};

fn refused(filter: &str, kind: FilterErrorKind, sentence: &str) {
    let short: String = filter.chars().take(100).collect();
    let error = Filter::parse(filter).expect_err(&short);
    assert_eq!(error.kind, kind, "{short}: {error}");
    assert!(error.message.contains(sentence), "{short}: {error}");
    assert!(error.message.len() < 1_000, "{short}: {error}");
}

#[test]
fn what_is_no_object_of_json() {
    for filter in
        ["not json", "[]", "7", "\"a\"", "{", "{\"a\":1} {}", " ", "{\"a\":1e999}", "true"]
    {
        refused(filter, NotJson, "the filter is not");
    }
}

#[test]
fn operators_and_operands_that_do_not_exist() {
    let cases = [
        (r#"{"$gtt": 1}"#, "$gtt: there is no such operator"),
        (r#"{"a": {"$gtt": 1}}"#, "a.$gtt: there is no such operator"),
        (r#"{"$or": [{"b": 1}, {"a": {"$not": {"$gtt": 1}}}]}"#, "$or[1].a.$not.$gtt: "),
        (r#"{"a": {"$date": "2020-01-01"}}"#, "a.$date: "),
        (r#"{"a": {"$gt": 1, "b": 2}}"#, "a.b: stands among operators"),
        (r#"{"a": {"$comment": "x"}}"#, "a.$comment: "),
        (r#"{"$and": []}"#, "$and: takes at least one"),
        (r#"{"$and": {"a": 1}}"#, "$and: takes an array"),
        (r#"{"$nor": [1]}"#, "$nor[0]: is not a filter"),
        (r#"{"a": {"$in": 1}}"#, "a.$in: takes an array"),
        (r#"{"a": {"$in": [1, {"$gt": 1}]}}"#, "a.$in[1]: an operator cannot be a value"),
        (r#"{"a": {"$all": 1}}"#, "a.$all: takes an array"),
        (r#"{"a": {"$all": [{"$gt": 1}]}}"#, "a.$all[0]: only $elemMatch"),
        (
            r#"{"a": {"$all": [{"$elemMatch": {"b": 1}}, 2]}}"#,
            "a.$all[1]: $elemMatch stands beside",
        ),
        (r#"{"a": {"$elemMatch": 1}}"#, "a.$elemMatch: takes an object"),
        (r#"{"a": {"$elemMatch": {"$expr": true}}}"#, "a.$elemMatch.$expr: stands outside"),
        (r#"{"a": {"$not": 1}}"#, "a.$not: takes an object"),
        (r#"{"a": {"$not": {}}}"#, "a.$not: takes an object"),
        (r#"{"a": {"$not": {"b": 1}}}"#, "a.$not.b: stands among"),
        (r#"{"a": {"$type": "text"}}"#, "a.$type: \"text\" is no type"),
        (r#"{"a": {"$type": [1, 1.5]}}"#, "a.$type[1]: 1.5 is no type"),
        (r#"{"a": {"$type": []}}"#, "a.$type: names at least one"),
        (r#"{"a": {"$type": null}}"#, "a.$type: takes the name"),
        (r#"{"a": {"$size": -1}}"#, "a.$size: takes a number"),
        (r#"{"a": {"$size": 1.5}}"#, "a.$size: takes a number"),
        (r#"{"a": {"$size": "1"}}"#, "a.$size: takes a number"),
        (r#"{"a": {"$mod": [0, 1]}}"#, "a.$mod[0]: nothing can be divided"),
        (r#"{"a": {"$mod": [2]}}"#, "a.$mod: takes an array of two"),
        (r#"{"a": {"$mod": [2, "x"]}}"#, "a.$mod: takes two numbers"),
        (r#"{"a": {"$mod": [1e300, 0]}}"#, "a.$mod: takes two numbers"),
        (r#"{"a": {"$regex": 1}}"#, "a.$regex: takes a regular expression"),
        (r#"{"a": {"$regex": "a", "$options": "g"}}"#, "a.$regex: 'g' is none of"),
        (r#"{"a": {"$regex": "a", "$options": 1}}"#, "a.$regex: takes its $options"),
        (r#"{"a": {"$options": "i"}}"#, "a.$options: needs a $regex"),
        (r#"{"$text": "x"}"#, "$text: takes an object"),
        (r#"{"$text": {}}"#, "$text: needs a $search"),
        (r#"{"$text": {"$search": 1}}"#, "$text.$search: takes a text"),
        (r#"{"$text": {"$search": "x", "$caseSensitive": 1}}"#, "$text.$caseSensitive: takes true"),
        (r#"{"$text": {"$search": "x", "$near": 1}}"#, "$text.$near: is not a part"),
        (r#"{"$expr": {"$avg": [1]}}"#, "$expr.$avg: there is no such operator in $expr"),
        (r#"{"$expr": {"$gt": [1]}}"#, "$expr.$gt: does not take 1 operands"),
        (r#"{"$expr": {"a": 1, "b": 2}}"#, "$expr: an object is one operator"),
        (r#"{"$expr": {"$eq": ["$$NOW", 1]}}"#, "$expr.$eq[0]: \"$$NOW\" is no variable"),
        (r#"{"$expr": {"$eq": ["$", 1]}}"#, "$expr.$eq[0]: \"$\" is no path"),
        (
            r#"{"$expr": {"$cond": {"if": 1, "then": 1, "otherwise": 1}}}"#,
            "$expr.$cond.else: is missing",
        ),
    ];
    for (filter, sentence) in cases {
        refused(filter, Unknown, sentence);
    }
}

#[test]
fn code_of_callers() {
    let cases = [
        (r#"{"$where": "while (true) {}"}"#, "$where: code"),
        (r#"{"a": {"$where": "1"}}"#, "a.$where: code"),
        (r#"{"$or": [{"$where": "1"}]}"#, "$or[0].$where: code"),
        (r#"{"a": {"$elemMatch": {"$where": "1"}}}"#, "a.$elemMatch.$where: code"),
        (
            r#"{"$expr": {"$function": {"body": "x", "args": [], "lang": "js"}}}"#,
            "$expr.$function: code",
        ),
        (r#"{"$expr": {"$eq": [1, {"$accumulator": {}}]}}"#, "$expr.$eq[1].$accumulator: code"),
    ];
    for (filter, sentence) in cases {
        refused(filter, Refused, sentence);
    }
}

#[test]
fn what_passes_a_bound() {
    let nest = |depth| format!("{}{}", r#"{"$nor":[{"a":{"$not":"#.repeat(depth), "1");
    refused(&nest(100_000), Refused, "bytes long");
    refused(&nest(50), Refused, "nested deeper than 64");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
    refused(&deep, Refused, "nested deeper than 64");
    let list = |of: &str, count| format!("[{}]", vec![of; count].join(","));
    refused(
        &format!(r#"{{"$or":{}}}"#, list(r#"{"a":1}"#, 2_000)),
        Refused,
        "at most 1024 conditions",
    );
    refused(
        &format!(r#"{{"a":{{"$in":{}}}}}"#, list("1", 20_000)),
        Refused,
        "at most 16384 values",
    );
    refused(
        &format!(r#"{{"$or":{}}}"#, list(r#"{"a":{"$regex":"a"}}"#, 17)),
        Refused,
        "at most 16 regular",
    );
    refused(&format!(r#"{{"{}":1}}"#, vec!["a"; 33].join(".")), Refused, "at most 32 segments");
    refused(&format!(r#"{{"{}":1}}"#, ["0"; 9].join(".")), Refused, "at most 8 indexes");
    refused(
        &format!(r#"{{"$expr":"${}"}}"#, vec!["a"; 33].join(".")),
        Refused,
        "at most 32 segments",
    );
    let words = vec!["w"; 65].join(" ");
    refused(&format!(r#"{{"$text":{{"$search":"{words}"}}}}"#), Refused, "at most 64 words");
    let long = "a".repeat(5_000);
    refused(&format!(r#"{{"a":{{"$regex":"{long}"}}}}"#), Refused, "at most 4096 bytes");
}

#[test]
fn expressions_that_cannot_be_had_in_linear_time_or_mean_something_else() {
    let cases = [
        ("(?=a)b", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\\1", "backreferences"),
        ("(?>a)", "cannot be had"),
        ("a++", "possessive"),
        ("(", "unclosed group"),
        ("*a", "repetition"),
        ("a{5}{6}{7}", "possessive"),
        ("(((a{100}){100}){100}){100}", "too large"),
        ("[[a]b]", "a bracket in a class"),
        ("[a&&b]", "written with a backslash"),
        (r"\\<a", "word boundary"),
        ("(?u)a", "not PCRE's"),
        ("(?R)a", "not PCRE's"),
    ];
    for (pattern, sentence) in cases {
        let filter = format!(r#"{{"a": {{"$regex": "{pattern}"}}}}"#);
        refused(&filter, Refused, "a.$regex: ");
        refused(&filter, Refused, sentence);
    }
    let deep = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    refused(&format!(r#"{{"a": {{"$regex": "{deep}"}}}}"#), Refused, "nest");
}

#[test]
fn what_a_filter_pins() {
    let pinned =
        |filter: &str| Filter::parse(filter).expect("a filter").pinned("_id").map(str::to_owned);
    assert_eq!(pinned(r#"{"_id": "k"}"#), Some("k".to_owned()));
    assert_eq!(pinned(r#"{"_id": {"$eq": "k"}, "a": 1}"#), Some("k".to_owned()));
    assert_eq!(pinned(r#"{"_id": {"$in": ["k"]}}"#), Some("k".to_owned()));
    assert_eq!(pinned(r#"{"$and": [{"a": 1}, {"$and": [{"_id": "k"}]}]}"#), Some("k".to_owned()));
    assert_eq!(pinned(r#"{"_id": {"$in": ["k", "l"]}}"#), None);
    assert_eq!(pinned(r#"{"_id": {"$gt": "k"}}"#), None);
    assert_eq!(pinned(r#"{"_id": {"$not": {"$eq": "k"}}}"#), None);
    assert_eq!(pinned(r#"{"_id": 5}"#), None);
    assert_eq!(pinned(r#"{"$or": [{"_id": "k"}]}"#), None);
    assert_eq!(pinned(""), None);
    let deep = Filter::parse(r#"{"state.key": "k"}"#).expect("a filter");
    assert_eq!(deep.pinned("state.key"), Some("k"));
    assert!(!deep.is_all() && Filter::parse("null").expect("a filter").is_all());
}
