//! The contract of whoever asks people who they are.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::identity::Facts;

/// Finds out who sits in front of a browser. It is a conversation of steps: the server shows what a step asks for and brings
/// back what was said, until somebody is known or refused. What becomes of it (the session, its cookie, its end, the protection
/// against forged requests, how often one may try) is the server's, the same for every way to sign in.
///
/// A sign-in proves; it allows nothing. Whoever is known is judged by the guard like every other caller.
///
/// ```
/// use async_trait::async_trait;
/// use holdfast_auth::{Facts, Field, Form, Said, SignIn, SignInError, Step};
///
/// /// Those who know the badge number of the day are guests.
/// struct Badge(blake3::Hash);
///
/// #[async_trait]
/// impl SignIn for Badge {
///     fn name(&self) -> &str {
///         "badge"
///     }
///
///     async fn step(&self, said: &Said) -> Result<Step, SignInError> {
///         let Some(number) = said.field("number") else {
///             return Ok(Step::Ask(Form::of(vec![Field::secret("number", "Badge number")])));
///         };
///         // Hashes compare in the same time wherever they differ.
///         if blake3::hash(number.as_bytes()) != self.0 {
///             return Err(SignInError::Refused("That is not today's number.".into()));
///         }
///         Ok(Step::Known(Facts { user: "guest".into(), ..Facts::default() }))
///     }
/// }
/// ```
#[async_trait]
pub trait SignIn: Send + Sync + 'static {
    /// For logs and records.
    fn name(&self) -> &str;

    /// The next step. At the beginning nothing was said.
    ///
    /// # Errors
    /// [`SignInError`]; nobody is signed in then.
    async fn step(&self, said: &Said) -> Result<Step, SignInError>;
}

/// What was said in answer to the step before. Nothing of it is proven.
#[derive(Clone, Default)]
pub struct Said {
    /// The fields of the form, or of the query with which a browser came back. Empty at the beginning.
    pub fields: Vec<(String, String)>,
    /// What the step before wanted to be kept, for [`Step::Leave`]; given once.
    pub kept: Option<String>,
    /// Address without port.
    pub peer: Option<IpAddr>,
}

impl Said {
    /// The value of a field. `None` when it is not there, and when it is there more than once.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut all = self.fields.iter().filter(|(n, _)| n == name);
        let (_, value) = all.next()?;
        all.next().is_none().then_some(value)
    }
}

/// Names only: what people type is secret.
impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("Said").field("fields", &names).field("peer", &self.peer).finish()
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The person fills in a form.
    Ask(Form),
    /// The browser goes to a page of somebody else and comes back with a query.
    Leave {
        /// Where to: an absolute URL.
        to: String,
        /// What the next step needs and nobody may see, 2 KiB at most. The server keeps it, bound to this browser; the step may
        /// come on another node.
        keep: String,
    },
    /// It is known who that is. The server says by which session, and until when.
    Known(Facts),
}

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// What is asked for; one at least.
    pub fields: Vec<Field>,
}

impl Form {
    /// Of these fields.
    pub fn of(fields: Vec<Field>) -> Self {
        Self { fields }
    }
}

/// A line of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Of the field in the answer.
    pub name: String,
    /// For people.
    pub label: String,
    /// What is typed is not shown.
    pub secret: bool,
}

impl Field {
    /// Something that may be seen.
    pub fn text(name: &str, label: &str) -> Self {
        Self { name: name.into(), label: label.into(), secret: false }
    }

    /// A secret.
    pub fn secret(name: &str, label: &str) -> Self {
        Self { secret: true, ..Self::text(name, label) }
    }
}

/// Why nobody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// What was said proves nobody; the person may try again. The sentence is for them.
    #[error("{0}")]
    Refused(String),
    /// What was said belongs to no conversation that is under way. The sentence is for the person.
    #[error("{0}")]
    Invalid(String),
    /// Too many attempts: the person may try again after this long.
    #[error("too many attempts")]
    TooOften(Duration),
    /// It cannot be found out at the moment; trying again may help. The sentence is for the log.
    #[error("{0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_twice_is_none() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![pair("a", "1"), pair("b", "2"), pair("b", "3")];
        let said = Said { fields, ..Said::default() };
        assert_eq!((said.field("a"), said.field("b"), said.field("c")), (Some("1"), None, None));
        assert!(!format!("{said:?}").contains('1'));
    }
}
