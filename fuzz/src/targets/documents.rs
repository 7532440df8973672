//! Tokens as callers show them, rules, and the documents of tokens, users, roles and policies.

use holdfast_auth::trust::tokens::bearer;
use holdfast_auth::trust::{Book, Document, Kind, Rule, Token};
use holdfast_auth::{Action, Resource};

/// The first byte chooses what the rest is.
pub(crate) fn any(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    match choice % 3 {
        0 => header(rest),
        1 => rule(rest),
        _ => document(choice / 3, rest),
    }
}

/// What reads as a token is written as it was, and is nobody's here.
fn header(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(Ok(token)) = bearer(text).map(str::parse::<Token>) else { return };
    assert_eq!(Some(token.reveal().as_str()), bearer(text));
    let shown = format!("{token:?}");
    assert!(shown.ends_with("_***"), "{shown}");
}

/// A rule is written as it was read, and says the same then. A line is the rule, what follows are namespace and key.
fn rule(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let line = lines.next().unwrap_or_default();
    let (namespace, key) = (lines.next().unwrap_or("a"), lines.next().unwrap_or("k"));
    let Ok(rule) = line.parse::<Rule>() else { return };
    let again: Rule = rule.to_string().parse().expect("a rule as it was written");
    let what = Resource::key(namespace, key);
    for action in Action::ALL {
        assert_eq!(rule.matches(action, &what), again.matches(action, &what), "{rule}");
    }
    // `*` is no administration.
    let (_, rest) = line.trim().split_once(' ').unwrap_or_default();
    if !line.contains("admin") && !rest.contains("admin") {
        assert!(!rule.matches(Action::Admin, &what), "{rule}");
    }
}

/// What is taken is written and read back the same; the book takes any bytes, and lets nobody in whom it cannot read.
fn document(choice: u8, data: &[u8]) {
    let kind = Kind::ALL[usize::from(choice) % Kind::ALL.len()];
    let parsed = Document::parse(kind, data);
    if let Ok(document) = &parsed {
        let json = document.to_json().to_string();
        assert_eq!(Document::parse(kind, json.as_bytes()).as_ref(), Ok(document), "{json}");
    }
    let book = Book::default();
    let key = kind.key("0011223344556677");
    book.apply([(key.as_str(), Some(data))]);
    assert_eq!(book.faults().is_empty(), parsed.is_ok());
    book.apply([(key.as_str(), None)]);
    assert!(book.faults().is_empty());
}
