//! What a subject is called at the server.

use holdfast_channel::Subject;

/// Stands for an empty token, which NATS does not have. No subject of ours has the character.
const EMPTY: &str = "%";

/// The prefix and the subject, with every token between dots filled.
pub(crate) fn name(prefix: &str, subject: &Subject) -> String {
    let whole = format!("{prefix}{subject}");
    let tokens: Vec<&str> =
        whole.split('.').map(|token| if token.is_empty() { EMPTY } else { token }).collect();
    tokens.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_empty_and_names_differ() {
        let named = |text| name("holdfast.", &Subject::new(text).expect("a subject"));
        for (subject, expected) in [
            ("a", "holdfast.a"),
            ("a.", "holdfast.a.%"),
            (".a", "holdfast.%.a"),
            ("a..b", "holdfast.a.%.b"),
            (".", "holdfast.%.%"),
            ("stategate/events", "holdfast.stategate/events"),
        ] {
            assert_eq!(named(subject), expected);
        }
        assert_eq!(name("", &Subject::new("stategate").expect("a subject")), "stategate");
    }
}
