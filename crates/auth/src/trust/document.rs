//! The documents as they are stored: JSON, one for each token, user and role.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::rule::Rule;
use super::secret::Secret;

/// What kind of document: the first segment of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `tokens/<id>`.
    Token,
    /// `users/<name>`.
    User,
    /// `roles/<name>`.
    Role,
    /// `policies/<name>`: Rego modules, which a backend of its own reads.
    Policy,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Token, Self::User, Self::Role, Self::Policy];

    /// The word for one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::User => "user",
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What its keys begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Token => "tokens/",
            Self::User => "users/",
            Self::Role => "roles/",
            Self::Policy => "policies/",
        }
    }

    /// The key of a document.
    pub fn key(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// Kind and name from a key; `None` for a key that is no document's.
    pub fn of_key(key: &str) -> Option<(Self, &str)> {
        let kind = Self::ALL.into_iter().find(|kind| key.starts_with(kind.prefix()))?;
        Some((kind, &key[kind.prefix().len()..])).filter(|(_, name)| !name.is_empty())
    }
}

/// A token: who it speaks for and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenDocument {
    /// Whom it speaks for.
    pub user: String,
    /// Roles beside those of the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Groups beside those of the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Rules that it is narrowed to; none: not narrowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The hash of its secret.
    pub secret: Secret,
    /// After a rotation: the hash of the secret before, and until when it is good, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<PreviousSecret>,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it ends, in seconds since 1970; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A secret on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousSecret {
    /// Its hash.
    pub secret: Secret,
    /// Until when it is good, in seconds since 1970.
    pub until: u64,
}

/// A user: what all their tokens have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserDocument {
    /// Their roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Their groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// None of their tokens is good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Who they are.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A role: rules, and who has it beside those whose token or user document names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleDocument {
    /// Lines of [`Rule`].
    pub rules: Vec<String>,
    /// Users that have it, however they were recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Groups that have it: those of users and tokens, and those of a JWT's groups claim.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A policy: Rego modules by file name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyDocument {
    /// File name to Rego text.
    pub modules: BTreeMap<String, String>,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A document of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A token.
    Token(TokenDocument),
    /// A user.
    User(UserDocument),
    /// A role.
    Role(RoleDocument),
    /// A policy.
    Policy(PolicyDocument),
}

/// A document that cannot be taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// It is not the JSON of its kind.
    #[error("this is no {}: {why}", kind.as_str())]
    Form {
        /// The kind it should be of.
        kind: Kind,
        /// What is wrong with it.
        why: String,
    },
    /// A member of it makes no sense.
    #[error("{field}: {why}")]
    Member {
        /// Where: `rules[2]`.
        field: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name cannot be one.
    #[error(
        "{0:?} cannot be a name here: letters, digits and any of _ . @ : - make one, at most 128 bytes"
    )]
    Name(String),
}

/// Longest name of a document, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// Checks the name of a user, role or policy.
///
/// # Errors
/// [`DocumentError::Name`].
pub fn check_name(name: &str) -> Result<(), DocumentError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | ':' | '-');
    let good = !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.chars().all(allowed);
    if good { Ok(()) } else { Err(DocumentError::Name(name.chars().take(80).collect())) }
}

impl Document {
    /// Reads and checks one.
    ///
    /// # Errors
    /// [`DocumentError`] with the place.
    pub fn parse(kind: Kind, json: &[u8]) -> Result<Self, DocumentError> {
        let document = match kind {
            Kind::Token => Self::Token(form(kind, json)?),
            Kind::User => Self::User(form(kind, json)?),
            Kind::Role => Self::Role(form(kind, json)?),
            Kind::Policy => Self::Policy(form(kind, json)?),
        };
        document.check()?;
        Ok(document)
    }

    fn check(&self) -> Result<(), DocumentError> {
        match self {
            Self::Token(token) => {
                rules("scopes", token.scopes.as_deref().unwrap_or_default())?;
                names("roles", &token.roles)?;
                named("user", &token.user)
            }
            Self::Role(role) => {
                rules("rules", &role.rules)?;
                names("users", &role.users)
            }
            Self::User(user) => names("roles", &user.roles),
            Self::Policy(_) => Ok(()),
        }
    }

    /// As it is stored.
    pub fn to_json(&self) -> Value {
        let value = match self {
            Self::Token(document) => serde_json::to_value(document),
            Self::User(document) => serde_json::to_value(document),
            Self::Role(document) => serde_json::to_value(document),
            Self::Policy(document) => serde_json::to_value(document),
        };
        // Texts, numbers and lists of texts: there is nothing in them that is no JSON.
        value.unwrap_or_default()
    }
}

fn form<T: DeserializeOwned>(kind: Kind, json: &[u8]) -> Result<T, DocumentError> {
    serde_json::from_slice(json)
        .map_err(|error| DocumentError::Form { kind, why: error.to_string() })
}

/// What could never be a role or user is a slip; a group may be called anything, as others name theirs.
fn names(field: &str, names: &[String]) -> Result<(), DocumentError> {
    let mut all = names.iter().enumerate();
    all.try_for_each(|(index, name)| named(&format!("{field}[{index}]"), name))
}

fn named(field: &str, name: &str) -> Result<(), DocumentError> {
    check_name(name)
        .map_err(|error| DocumentError::Member { field: field.to_owned(), why: error.to_string() })
}

/// Lines as rules.
///
/// # Errors
/// [`DocumentError::Member`] with the place of the first that is none.
pub fn rules(field: &str, lines: &[String]) -> Result<Vec<Rule>, DocumentError> {
    let parsed = lines.iter().enumerate().map(|(index, line)| {
        line.parse().map_err(|error: super::RuleError| DocumentError::Member {
            field: format!("{field}[{index}]"),
            why: error.to_string(),
        })
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Token;

    #[test]
    fn documents_are_read_back() {
        let token = Token::generate().expect("random numbers");
        let document = Document::Token(TokenDocument {
            user: "ann".into(),
            roles: vec!["reader".into()],
            groups: Vec::new(),
            scopes: Some(vec!["read prod".into()]),
            secret: token.hash(),
            previous: Some(PreviousSecret { secret: token.hash(), until: 9 }),
            created: 1,
            expires: Some(2),
            note: "ci".into(),
        });
        let json = document.to_json().to_string();
        assert_eq!(Document::parse(Kind::Token, json.as_bytes()), Ok(document));
        assert!(!json.contains(&token.reveal()[20..]), "no secret is stored");
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let cases = [
            (Kind::Role, r#"{"rules":["read a","fly b"]}"#, "rules[1]"),
            (Kind::Role, r#"{"rule":[]}"#, "unknown field `rule`"),
            (Kind::User, r#"[1]"#, "this is no user"),
            (Kind::User, r#"{"roles":["a","b c"]}"#, "roles[1]: \"b c\" cannot be a name"),
            (Kind::Role, r#"{"users":[""]}"#, "users[0]"),
            (Kind::Token, r#"{}"#, "missing field"),
            (Kind::Policy, r#"{"modules":1}"#, "this is no policy"),
        ];
        for (kind, json, says) in cases {
            let error = Document::parse(kind, json.as_bytes()).expect_err("it is none");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn keys_tell_the_kind_and_the_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_key(&kind.key("a/b")), Some((kind, "a/b")));
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::of_key("roles/"), None);
        assert_eq!(Kind::of_key("root"), None);
    }
}
