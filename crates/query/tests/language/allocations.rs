//! A plain match allocates nothing.

use allocation_counter::measure;
use holdfast_query::{Filter, Order};
use serde_json::{Value, json};

#[test]
fn a_plain_match_allocates_nothing() {
    let document = json!({
        "_id": "k", "a": {"b": [{"c": 1}, {"c": [2, 3]}, "x"]}, "n": 5, "t": "some text", "l": [1, 2, 3],
    });
    let filters = [
        r#"{"_id": "k", "n": {"$gt": 1, "$lte": 5.5}}"#,
        r#"{"a.b.c": 3, "a.b.1.c": {"$size": 2}}"#,
        r#"{"a": {"b": [{"c": 1}, {"c": [2, 3]}, "x"]}}"#,
        r#"{"l": {"$in": [9, 2, 7], "$nin": [4], "$all": [1, 3], "$elemMatch": {"$gt": 2}}}"#,
        r#"{"$or": [{"n": null}, {"$nor": [{"t": {"$type": "number"}}]}], "z": {"$exists": false}}"#,
        r#"{"a.b": {"$elemMatch": {"c": {"$mod": [2, 1]}}}, "$text": {"$search": "TEXT some"}}"#,
    ];
    for filter in filters {
        let parsed = Filter::parse(filter).expect("a filter");
        let counted = measure(|| assert!(parsed.matches(&document), "{filter}"));
        assert_eq!(counted.count_total, 0, "{filter}");
    }
    let order = Order::new("a.b.c", true);
    let counted = measure(|| assert!(order.compare(&document, &Value::Null).is_lt()));
    assert_eq!(counted.count_total, 0);
}
