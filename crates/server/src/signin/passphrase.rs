//! One passphrase for all who know it.

use std::path::Path;

use async_trait::async_trait;
use holdfast_auth::{Facts, Field, Form, Said, SignIn, SignInError, Step};

/// Whoever knows the passphrase is one user.
pub struct Passphrase {
    /// Hashes compare in the same time wherever and however much they differ.
    hash: blake3::Hash,
    who: Facts,
}

/// Shorter ones are guessed.
const LEAST_BYTES: usize = 8;
const FIELD: &str = "passphrase";
/// Begins with this, whatever else it says.
const WRONG: &str = "Incorrect passphrase. Please try again.";

impl Passphrase {
    /// A passphrase, and who knows it.
    ///
    /// # Errors
    /// A sentence about a passphrase that everybody guesses.
    pub fn new(passphrase: &str, who: Facts) -> Result<Self, String> {
        let length = passphrase.len();
        if passphrase.trim().is_empty() {
            return Err("it is empty".into());
        }
        if length < LEAST_BYTES {
            return Err(format!("it has {length} bytes, {LEAST_BYTES} are needed"));
        }
        if holdfast_verifier_jwt::secret::is_example(passphrase) {
            return Err("it looks like an example".into());
        }
        Ok(Self { hash: blake3::hash(passphrase.as_bytes()), who })
    }

    /// The first line of a file.
    ///
    /// # Errors
    /// Those of [`Passphrase::new`], and when the file cannot be read.
    pub fn file(path: &Path, who: Facts) -> Result<Self, String> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        Self::new(text.lines().next().unwrap_or_default(), who)
    }
}

#[async_trait]
impl SignIn for Passphrase {
    fn name(&self) -> &str {
        "passphrase"
    }

    async fn step(&self, said: &Said) -> Result<Step, SignInError> {
        if said.fields.is_empty() {
            return Ok(Step::Ask(Form::of(vec![Field::secret(FIELD, "Passphrase")])));
        }
        let typed = said.field(FIELD).unwrap_or_default();
        if blake3::hash(typed.as_bytes()) != self.hash {
            return Err(SignInError::Refused(WRONG.into()));
        }
        Ok(Step::Known(self.who.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_passphrase_is_the_passphrase() {
        let who = Facts { user: "dashboard".into(), ..Facts::default() };
        let sign_in = Passphrase::new("correct horse", who.clone()).expect("long enough");
        let begin = sign_in.step(&Said::default()).await;
        assert!(matches!(begin, Ok(Step::Ask(_))), "{begin:?}");
        let say = async |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            sign_in.step(&Said { fields: pairs.collect(), ..Said::default() }).await
        };
        assert_eq!(say(&[("passphrase", "correct horse")]).await, Ok(Step::Known(who)));
        for wrong in [
            &[("passphrase", "correct horse ")][..],
            &[("passphrase", "")],
            &[("other", "correct horse")],
            &[("passphrase", "correct horse"), ("passphrase", "x")],
        ] {
            assert!(matches!(say(wrong).await, Err(SignInError::Refused(_))), "{wrong:?}");
        }
    }

    #[test]
    fn what_everybody_guesses_is_refused() {
        for poor in ["", "   ", "short", "changeme", "Password1234", "        "] {
            assert!(Passphrase::new(poor, Facts::default()).is_err(), "{poor:?}");
        }
    }
}
