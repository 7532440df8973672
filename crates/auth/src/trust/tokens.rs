//! The verifier of Holdfast's own tokens.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;

use super::book::Book;
use super::secret::{self, Token};
use crate::guard::AuthError;
use crate::identity::{Credentials, Identity};
use crate::verifier::Verifier;

/// Recognises `Authorization: Bearer hf_...` by the book, and knows who is disabled there.
pub struct Tokens {
    book: Arc<Book>,
}

/// One sentence for everything: a caller does not learn whether a token exists.
const REFUSED: &str = "the token is not valid: it is wrong, has expired, or was revoked";

impl Tokens {
    /// Of this book.
    pub fn new(book: Arc<Book>) -> Self {
        Self { book }
    }
}

/// The token of a header; the scheme's letters may be of any case.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[async_trait]
impl Verifier for Tokens {
    fn name(&self) -> &str {
        "tokens"
    }

    async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError> {
        let Some(text) = shown.get("authorization").and_then(bearer) else { return Ok(None) };
        if !text.starts_with(secret::PREFIX) {
            return Ok(None);
        }
        let known = text.parse::<Token>().ok().and_then(|token| {
            self.book.with_state(|state| state.recognise(&token, SystemTime::now()))
        });
        known.map(Some).ok_or_else(|| AuthError::Unauthenticated(REFUSED.into()))
    }

    fn still(&self, who: &Identity) -> bool {
        match who.facts().credential.split_once(':') {
            Some(("token", id)) => {
                self.book.with_state(|state| state.is_good(id, SystemTime::now()))
            }
            // Of people who have signed in: whoever is disabled stays out, too.
            Some(("session", _)) => self.book.with_state(|state| !state.is_disabled(who.user())),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn verify(header: &str) -> Result<Option<Identity>, AuthError> {
        let header = vec![("authorization".into(), header.into())];
        let shown = Credentials::new(&header, None);
        Tokens::new(Arc::default()).verify(&shown).await
    }

    #[tokio::test]
    async fn what_is_no_token_of_ours_is_left_to_others() {
        for header in ["", "Basic abc", "Bearer eyJhbGciOi", "Bearer", "hf_"] {
            assert_eq!(verify(header).await, Ok(None), "{header}");
        }
    }

    #[tokio::test]
    async fn what_looks_like_one_and_is_none_is_refused() {
        let unknown = Token::generate().expect("random numbers").reveal();
        for text in ["hf_", "hf_zz_x", "hf_0011223344556677_short", &unknown] {
            let refused = verify(&format!("bEaReR {text}")).await;
            assert!(matches!(refused, Err(AuthError::Unauthenticated(_))), "{text}");
        }
    }
}
