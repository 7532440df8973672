//! Tokens, users, roles and policies: documents in a namespace of the server's own, written as every entry is, so that the
//! log knows who gave a right to whom, and a policy's revision is a revision of the log.
//!
//! - [`tokens`]: what only tokens have: secrets, rotation, and a user that goes with them

pub mod tokens;

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::trust::document::check_name;
use holdfast_auth::trust::{Document, DocumentError, Kind, NAMESPACE, PolicyDocument};
use holdfast_auth::{Action, Authorized, Resource, Standing};
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

pub use tokens::{DeletedUser, Issued, NewToken};

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

/// Documents by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentPage {
    /// Those that the caller may administer.
    pub documents: Vec<Stored>,
    /// There are more behind the last one.
    pub more: bool,
}

/// Documents read at once.
const STEP: usize = 1_000;

impl Engine {
    /// Who the caller is, and what holds for them. Everybody who is recognised may know that of themselves.
    pub fn standing(&self, caller: &Caller) -> Standing {
        self.guard().standing(&caller.identity)
    }

    /// Writes a user, role or policy.
    pub async fn put_document(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
        json: &[u8],
    ) -> Result<Revision, EngineError> {
        self.put_document_if(caller, kind, name, json, None).await
    }

    /// The same, only while the document is of this revision; of revision 0: only while there is none.
    pub async fn put_document_if(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
        json: &[u8],
        expected: Option<Revision>,
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
        let document = Document::parse(kind, json).map_err(refused)?;
        if let Document::Policy(policy) = &document {
            self.check_policy(name, Some(policy.clone())).await?;
        }
        let condition = match expected {
            None => Precondition::default(),
            Some(Revision(0)) => Precondition::absent(),
            Some(revision) => {
                Precondition { mod_revision: Some(revision), ..Precondition::default() }
            }
        };
        let batch = conditional(caller, at, put(&document, WriteMode::Upsert), condition);
        Ok(self.commit_for(caller, &[proof], batch).await?.revision)
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

    /// Documents of a kind that the caller may administer and that are `wanted`, by name, behind a name.
    pub async fn list_documents(
        &self,
        caller: &Caller,
        kind: Kind,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&Stored) -> bool + Send,
    ) -> Result<DocumentPage, EngineError> {
        let proof = self.authorize(caller, Action::Admin, Resource::namespace(NAMESPACE)).await?;
        let mut after = after.map(|name| key_of(kind, name)).transpose()?;
        let mut page = DocumentPage::default();
        loop {
            let what = Scan::Entries {
                namespace: namespace()?,
                prefix: Prefix::new(kind.prefix()),
                after: after.take(),
            };
            let found = self.log().list(&proof, what, At::Latest, PageLimit::rows(STEP)).await?;
            after = found.entries.last().map(|entry| entry.at.key.clone());
            for entry in found.entries {
                if !self.may(caller, Action::Admin, Resource::entry(&entry.at)).await? {
                    continue;
                }
                let Some(stored) = Stored::of(&entry).filter(|stored| wanted(stored)) else {
                    continue;
                };
                if page.documents.len() >= limit {
                    page.more = true;
                    return Ok(page);
                }
                page.documents.push(stored);
            }
            if !found.more {
                return Ok(page);
            }
        }
    }

    /// Removes a role or policy; of a token: revokes it. A user goes with their tokens ([`Engine::delete_user`]).
    pub async fn delete_document(
        &self,
        caller: &Caller,
        kind: Kind,
        name: &str,
    ) -> Result<Revision, EngineError> {
        if kind == Kind::User {
            return Ok(self.delete_user(caller, name).await?.revision);
        }
        let at = entry_name(kind, name)?;
        let proof = self.administer(caller, &at).await?;
        if kind == Kind::Policy {
            self.check_policy(name, None).await?;
        }
        let batch = single(caller, at, WriteAction::Delete { missing_ok: false });
        match self.commit_for(caller, &[proof], batch).await {
            Err(EngineError::NotFound { .. }) => Err(missing(kind, name)),
            other => Ok(other?.revision),
        }
    }

    /// A policy that does not come into force would leave the old one there, and nobody would look for the reason.
    async fn check_policy(
        &self,
        name: &str,
        policy: Option<PolicyDocument>,
    ) -> Result<(), EngineError> {
        let (guard, name) = (Arc::clone(self.guard()), name.to_owned());
        let checked =
            tokio::task::spawn_blocking(move || guard.refuses(&name, policy.as_ref())).await;
        let field = |why: &str| invalid("modules", why);
        match checked {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(field(&why)),
            Err(_) => Err(field("the policy engine does not survive it")),
        }
    }

    async fn administer(&self, caller: &Caller, at: &EntryKey) -> Result<Authorized, EngineError> {
        self.authorize(caller, Action::Admin, Resource::entry(at)).await
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

fn key_of(kind: Kind, name: &str) -> Result<Key, EngineError> {
    let field = if kind == Kind::Token { "id" } else { "name" };
    Key::new(kind.key(name)).map_err(|error| invalid(field, &error.to_string()))
}

fn entry_name(kind: Kind, name: &str) -> Result<EntryKey, EngineError> {
    Ok(EntryKey::new(namespace()?, key_of(kind, name)?))
}

fn missing(kind: Kind, name: &str) -> EngineError {
    EngineError::NotFound { namespace: NAMESPACE.into(), key: kind.key(name) }
}

/// What is wrong with a document, by the path of the member.
fn refused(error: DocumentError) -> EngineError {
    match error {
        DocumentError::Member { field, why } => EngineError::InvalidArgument { field, why },
        other => invalid("document", &other.to_string()),
    }
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
