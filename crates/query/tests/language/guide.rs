//! The examples of docs/query.md.

use holdfast_query::{Filter, Order};
use serde_json::Value;

const GUIDE: &str = include_str!("../../../../docs/query.md");

/// The two cells of every row that begins so.
fn rows(begin: &str) -> Vec<(&'static str, &'static str)> {
    let rows = GUIDE.lines().filter_map(|line| line.strip_prefix(begin)?.strip_suffix(" |"));
    rows.map(|row| row.rsplit_once(" | ").expect("two cells")).collect()
}

fn documents() -> Vec<Value> {
    let (_, from) = GUIDE.split_once("```json\n").expect("documents");
    let (block, _) = from.split_once("```").expect("an end");
    block.lines().map(|line| serde_json::from_str(line).expect("a document")).collect()
}

fn keys<'d>(documents: impl IntoIterator<Item = &'d Value>) -> String {
    let keys: Vec<_> =
        documents.into_iter().map(|document| document["_id"].as_str().expect("a key")).collect();
    if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
}

#[test]
fn every_example_is_true() {
    let (documents, mut filters, mut refused) = (documents(), 0, 0);
    let coded = rows("| `{").into_iter().map(|(code, cell)| (format!("{{{code}"), cell));
    let coded =
        coded.chain(rows("| `[").into_iter().map(|(code, cell)| (format!("[{code}"), cell)));
    for (filter, cell) in coded {
        let filter = filter.trim_end_matches('`');
        let parsed = Filter::parse(filter);
        if let Some(sentence) = cell.strip_prefix('*').and_then(|cell| cell.strip_suffix('*')) {
            assert_eq!(parsed.expect_err(filter).message, sentence);
            refused += 1;
        } else {
            let parsed = parsed.unwrap_or_else(|error| panic!("{filter}: {error}"));
            assert_eq!(keys(documents.iter().filter(|one| parsed.matches(*one))), cell, "{filter}");
            filters += 1;
        }
    }
    assert!(filters >= 40 && refused >= 5, "{filters} filters and {refused} refused ones");
}

#[test]
fn every_order_is_true() {
    let orders = rows("| sort `");
    assert!(orders.len() >= 3);
    for (code, cell) in orders {
        let (field, rest) = code.split_once('`').expect("code");
        let order = Order::new(field, rest == ", reversed");
        let mut documents = documents();
        documents.sort_by(|left, right| order.compare(left, right));
        assert_eq!(keys(&documents), cell, "{code}");
    }
}
