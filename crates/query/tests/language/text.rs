//! `$text`: words anywhere in a document.

use serde_json::json;

use crate::wanted;

#[test]
fn every_word_occurs_somewhere() {
    let documents = json!([
        {"a": "Coffee and cake"},
        {"a": {"b": ["ice cream", "COFFEE"]}},
        {"a": "coffeehouse"},
        {"a": "cream, iced"},
        {"a": "Größe ÉTÉ"},
    ]);
    let cases: [(&str, &[usize]); 12] = [
        (r#"{"$text": {"$search": "coffee"}}"#, &[0, 1]),
        (r#"{"$text": {"$search": "coffee cake"}}"#, &[0]),
        (r#"{"$text": {"$search": "coffee cream"}}"#, &[1]),
        (r#"{"$text": {"$search": "\"ice cream\""}}"#, &[1]),
        (r#"{"$text": {"$search": "cream -coffee"}}"#, &[3]),
        (r#"{"$text": {"$search": "-coffee"}}"#, &[]),
        (r#"{"$text": {"$search": ""}}"#, &[]),
        (r#"{"$text": {"$search": "coffee", "$caseSensitive": true}}"#, &[]),
        (r#"{"$text": {"$search": "COFFEE", "$caseSensitive": true, "$language": "en"}}"#, &[1]),
        (r#"{"$text": {"$search": "größe été"}}"#, &[4]),
        (r#"{"$text": {"$search": "-\"ice cream\" coffee"}}"#, &[0]),
        (r#"{"a": {"$exists": true}, "$nor": [{"$text": {"$search": "coffee"}}]}"#, &[2, 3, 4]),
    ];
    for (filter, expected) in cases {
        assert_eq!(wanted(filter, &documents), expected, "{filter}");
    }
}
