//! Tokens, users, roles and policies: documents in a namespace of the server's own, written as every entry is, so that the
//! log knows who gave a right to whom, and a policy's revision is a revision of the log.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use holdfast_auth::trust::document::{PreviousSecret, check_name};
use holdfast_auth::trust::{Document, Kind, NAMESPACE, Token, TokenDocument};
use holdfast_auth::{Action, AuthError, Authorized, Resource};
use holdfast_model::{
    Codec, Entry, EntryKey, Key, Namespace, Precondition, Prefix, Revision, ValueType, WriteAction,
    WriteMode,
};
use holdfast_store::{At, PageLimit, Scan};

use crate::batches::invalid;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::{conditional, single};
use crate::error::EngineError;

/// A document as it is stored, without what nobody needs to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its kind.
    pub kind: Kind,
    /// Its name; of a token: its id.
    pub name: String,
    /// JSON; the hashes of a token's secrets are left out.
    pub json: serde_json::Value,
    /// The revision that wrote it.
    pub revision: Revision,
}

/// What a new token is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewToken {
    /// Whom it speaks for.
    pub user: String,
    /// Roles beside those of the user.
    pub roles: Vec<String>,
    /// Groups beside those of the user.
    pub groups: Vec<String>,
    /// Rules that it is narrowed to; `None`: not narrowed.
    pub scopes: Option<Vec<String>>,
    /// How long it is good; `None`: for ever.
    pub ttl: Option<Duration>,
    /// What it is for.
    pub note: String,
}

/// A token in clear: this is the only time that it is shown.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// When it ends, in seconds since 1970; `None`: never.
    pub expires: Option<u64>,
    /// The revision that wrote it.
    pub revision: Revision,
}

/// Documents listed at once at most: they are all in memory anyway.
const LISTED: usize = 100_000;

impl Engine {
    /// Writes a user, role or policy.
    pub async fn put_document(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
        json: &[u8],
    ) -> Result<Revision, EngineError> {
        let at = entry_name(kind, name)?;
        let proof = self.administer(caller, &at).await?;
        if kind == Kind::Token {
            return Err(invalid(
                "kind",
                "a token is created, and its secret chosen, by the server",
            ));
        }
        check_name(name).map_err(|error| invalid("name", &error.to_string()))?;
        let document =
            Document::parse(kind, json).map_err(|error| invalid("document", &error.to_string()))?;
        self.keep(caller, proof, at, &document, WriteMode::Upsert).await
    }

    /// One document.
    pub async fn get_document(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
    ) -> Result<Stored, EngineError> {
        let at = entry_name(kind, name)?;
        let proof = self.administer(caller, &at).await?;
        let entry = self.log().get(&proof, &at).await?;
        entry.and_then(|entry| Stored::of(&entry)).ok_or_else(|| missing(kind, name))
    }

    /// All documents of a kind that the caller may administer, by name.
    pub async fn list_documents(
        &self,
        caller: &Caller,
        kind: Kind,
    ) -> Result<Vec<Stored>, EngineError> {
        let resource = Resource::namespace(NAMESPACE);
        let proof = self.authorize(caller, Action::Admin, resource).await?;
        let what = Scan::Entries {
            namespace: namespace()?,
            prefix: Prefix::new(kind.prefix()),
            after: None,
        };
        let found = self.log().list(&proof, what, At::Latest, PageLimit::rows(LISTED)).await?;
        let mut visible = Vec::new();
        for entry in found.entries {
            if self.may(caller, Action::Admin, Resource::entry(&entry.at)).await? {
                visible.extend(Stored::of(&entry));
            }
        }
        Ok(visible)
    }

    /// Removes a document; of a token: revokes it.
    pub async fn delete_document(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
    ) -> Result<Revision, EngineError> {
        let at = entry_name(kind, name)?;
        let proof = self.administer(caller, &at).await?;
        let batch = single(caller, at, WriteAction::Delete { missing_ok: false });
        match self.commit_for(caller, &[proof], batch).await {
            Err(EngineError::NotFound { .. }) => Err(missing(kind, name)),
            other => Ok(other?.revision),
        }
    }

    /// Makes a token.
    pub async fn create_token(
        &self,
        caller: &Caller,
        new: NewToken,
    ) -> Result<Issued, EngineError> {
        let token = Token::generate().map_err(no_random)?;
        let at = entry_name(Kind::Token, &token.id)?;
        let proof = self.administer(caller, &at).await?;
        check_name(&new.user).map_err(|error| invalid("user", &error.to_string()))?;
        let now = seconds(SystemTime::now());
        let expires = new.ttl.map(|ttl| now.saturating_add(ttl.as_secs().max(1)));
        let document = Document::Token(TokenDocument {
            user: new.user,
            roles: new.roles,
            groups: new.groups,
            scopes: new.scopes,
            secret: token.hash(),
            previous: None,
            created: now,
            expires,
            note: new.note,
        });
        // The same checks as when it is read.
        let json = document.to_json().to_string();
        Document::parse(Kind::Token, json.as_bytes())
            .map_err(|error| invalid("token", &error.to_string()))?;
        let revision = self.keep(caller, proof, at, &document, WriteMode::Create).await?;
        Ok(Issued { token, expires, revision })
    }

    /// Gives a token another secret; the one before is good for the grace. Whoever holds a token may rotate it.
    pub async fn rotate_token(
        &self,
        caller: &Caller,
        id: &str,
        grace: Duration,
    ) -> Result<Issued, EngineError> {
        let at = entry_name(Kind::Token, id)?;
        let own = caller.identity.facts().credential == format!("token:{id}");
        let proof = if own {
            self.as_server().administer(caller, &at).await?
        } else {
            self.administer(caller, &at).await?
        };
        let entry = self.log().get(&proof, &at).await?.ok_or_else(|| missing(Kind::Token, id))?;
        let Ok(Document::Token(mut document)) = Document::parse(Kind::Token, &entry.value) else {
            return Err(invalid("id", "the document of this token cannot be read"));
        };
        let token = Token::with_id(id.to_owned()).map_err(no_random)?;
        let until = seconds(SystemTime::now()).saturating_add(grace.as_secs());
        document.previous =
            (!grace.is_zero()).then_some(PreviousSecret { secret: document.secret, until });
        document.secret = token.hash();
        let expires = document.expires;
        let written = Document::Token(document);
        // Two rotations at once: one of them has to see the other.
        let unchanged =
            Precondition { mod_revision: Some(entry.mod_revision), ..Precondition::default() };
        let batch = conditional(caller, at, put(&written, WriteMode::Update), unchanged);
        let committed = self.commit_for(caller, &[proof], batch).await?;
        Ok(Issued { token, expires, revision: committed.revision })
    }

    async fn administer(&self, caller: &Caller, at: &EntryKey) -> Result<Authorized, EngineError> {
        self.authorize(caller, Action::Admin, Resource::entry(at)).await
    }

    async fn keep(
        &self,
        caller: &Caller,
        proof: Authorized,
        at: EntryKey,
        document: &Document,
        mode: WriteMode,
    ) -> Result<Revision, EngineError> {
        let batch = single(caller, at, put(document, mode));
        Ok(self.commit_for(caller, &[proof], batch).await?.revision)
    }
}

impl Stored {
    fn of(entry: &Entry) -> Option<Self> {
        let (kind, name) = Kind::of_key(entry.at.key.as_str())?;
        let mut json: serde_json::Value = serde_json::from_slice(&entry.value).ok()?;
        if let Some(members) = json.as_object_mut().filter(|_| kind == Kind::Token) {
            members.remove("secret");
            if let Some(previous) = members.get_mut("previous").and_then(|p| p.as_object_mut()) {
                previous.remove("secret");
            }
        }
        Some(Self { kind, name: name.to_owned(), json, revision: entry.mod_revision })
    }
}

fn namespace() -> Result<Namespace, EngineError> {
    crate::names::namespace(NAMESPACE)
}

fn entry_name(kind: Kind, name: &str) -> Result<EntryKey, EngineError> {
    let key = Key::new(kind.key(name)).map_err(|error| invalid("name", &error.to_string()))?;
    Ok(EntryKey::new(namespace()?, key))
}

fn missing(kind: Kind, name: &str) -> EngineError {
    EngineError::NotFound { namespace: NAMESPACE.into(), key: kind.key(name) }
}

fn put(document: &Document, mode: WriteMode) -> WriteAction {
    WriteAction::Put {
        value: Bytes::from(document.to_json().to_string()),
        codec: Codec::json(),
        value_type: ValueType::Custom,
        ttl: None,
        mode,
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn no_random(error: impl std::fmt::Display) -> EngineError {
    AuthError::Failed(format!("the system has no random numbers: {error}")).into()
}
