//! `$expr`.

use serde_json::json;

use crate::wanted;

#[test]
fn expressions_compute_from_a_document() {
    let documents = json!([
        {"a": 5, "b": 3, "s": "Ab", "l": [1, 2], "o": [{"n": 1}, {"n": 2}, {}]},
        {"a": 3, "b": 5, "s": null, "l": []},
        {"a": "x", "b": 1},
        {"b": 0},
    ]);
    let cases: [(&str, &[usize]); 31] = [
        (r#"{"$gt": ["$a", "$b"]}"#, &[0, 2]),
        (r#"{"$lt": ["$a", "$b"]}"#, &[1, 3]),
        (r#"{"$eq": [{"$add": ["$a", "$b"]}, 8]}"#, &[0, 1]),
        (r#"{"$eq": [{"$subtract": ["$a", "$b"]}, 2.0]}"#, &[0]),
        (r#"{"$eq": [{"$multiply": ["$a", "$b", 2]}, 30]}"#, &[0, 1]),
        (r#"{"$gt": [{"$divide": ["$a", "$b"]}, 1]}"#, &[0]),
        (r#"{"$eq": [{"$mod": ["$a", 3]}, 2]}"#, &[0]),
        (r#"{"$eq": [{"$mod": ["$a", 0]}, 2]}"#, &[]),
        (r#"{"$not": [{"$divide": [1, "$b"]}]}"#, &[]),
        (r#"{"$eq": [{"$add": ["$a", 1]}, null]}"#, &[3]),
        (r#"{"$eq": [{"$concat": ["$s", "c"]}, "Abc"]}"#, &[0]),
        (r#"{"$eq": [{"$concat": ["$s", "c"]}, null]}"#, &[1, 2, 3]),
        (r#"{"$eq": [{"$toLower": "$s"}, "ab"]}"#, &[0]),
        (r#"{"$eq": [{"$toUpper": ["$s"]}, ""]}"#, &[1, 2, 3]),
        (r#"{"$eq": [{"$toLower": "$b"}, "3"]}"#, &[0]),
        (r#"{"$eq": [{"$size": "$l"}, 2]}"#, &[0]),
        (r#"{"$eq": [{"$size": "$a"}, 2]}"#, &[]),
        (r#"{"$eq": [{"$ifNull": ["$s", "$a", 7]}, 3]}"#, &[1]),
        (r#"{"$eq": [{"$ifNull": ["$s", "$nowhere", 7]}, 7]}"#, &[1, 2, 3]),
        (r#"{"$cond": [{"$gte": ["$b", 3]}, {"$lt": ["$a", 4]}, true]}"#, &[1, 2, 3]),
        (r#"{"$cond": {"if": "$b", "then": false, "else": true}}"#, &[3]),
        (r#"{"$in": ["$a", [3, "x"]]}"#, &[1, 2]),
        (r#"{"$in": [2, "$l"]}"#, &[0]),
        (r#"{"$eq": ["$o.n", [1, 2]]}"#, &[0]),
        (r#"{"$eq": ["$a", null]}"#, &[]),
        (r#"{"$and": ["$b", {"$or": [{"$eq": ["$a", 5]}, {"$eq": ["$$ROOT.a", "x"]}]}]}"#, &[0, 2]),
        (r#"{"$eq": ["$s", {"$literal": "$s"}]}"#, &[]),
        (r#"{"$eq": [{"$cmp": ["$a", "$b"]}, 1]}"#, &[0, 2]),
        (r#"{"$ne": ["$$CURRENT.b", 1]}"#, &[0, 1, 3]),
        (r#"{"$eq": [["$a", "$nowhere"], [3, null]]}"#, &[1]),
        (r#""$b""#, &[0, 1, 2]),
    ];
    for (expression, expected) in cases {
        let filter = format!(r#"{{"$expr": {expression}}}"#);
        assert_eq!(wanted(&filter, &documents), expected, "{filter}");
    }
}

#[test]
fn whole_numbers_stay_whole_while_they_fit() {
    let documents = json!([{"n": i64::MAX}, {"n": u64::MAX}]);
    let exact = r#"{"$expr": {"$eq": [{"$add": ["$n", -1]}, 9223372036854775806]}}"#;
    assert_eq!(wanted(exact, &documents), [0]);
    let wide = r#"{"$expr": {"$gt": [{"$multiply": ["$n", "$n"]}, 1e38]}}"#;
    assert_eq!(wanted(wide, &documents), [1]);
    let infinite = r#"{"$expr": {"$gt": [{"$multiply": [1e200, 1e200]}, 1]}}"#;
    assert_eq!(wanted(infinite, &documents), [] as [usize; 0]);
}

#[test]
fn what_is_made_has_a_bound() {
    let documents = json!([{"s": "x".repeat(1 << 20)}]);
    let many = |times: usize| {
        let parts = vec![r#""$s""#; times].join(",");
        format!(r#"{{"$expr": {{"$gt": [{{"$concat": [{parts}]}}, ""]}}}}"#)
    };
    assert_eq!(wanted(&many(3), &documents), [0]);
    assert_eq!(wanted(&many(500), &documents), [] as [usize; 0]);
}
