//! What a subject is called at the server.

use holdfast_channel::Subject;
use sha2::{Digest as _, Sha256};

/// What the name of an exchange has room for.
const MAX_BYTES: usize = 255;
/// Between what is left of a long subject and its digest. No subject has the character.
const CUT: char = '~';

/// The prefix and the subject; a subject that is too long for it ends with its digest instead.
pub(crate) fn name(prefix: &str, subject: &Subject) -> String {
    let whole = format!("{prefix}{subject}");
    if whole.len() <= MAX_BYTES {
        return whole;
    }
    let digest = hex::encode(Sha256::digest(subject.as_str()));
    // Prefix and subject are ASCII.
    format!("{}{CUT}{digest}", &whole[..MAX_BYTES - 1 - digest.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_fit_and_differ() {
        let subject = |end: &str| {
            let text = format!("{}{end}", "x".repeat(Subject::MAX_BYTES - end.len()));
            Subject::new(&text).expect("a subject")
        };
        let names = [subject("a"), subject("b")].map(|subject| name("holdfast.", &subject));
        assert!(names[0] != names[1] && names.iter().all(|name| name.len() == MAX_BYTES));
        assert_eq!(name("p.", &Subject::new("a/b").expect("a subject")), "p.a/b");
    }
}
