//! What only tokens have: a secret that the server chooses and forgets, and a user without whom they are nothing.

use std::time::{Duration, SystemTime};

use holdfast_auth::trust::document::{PreviousSecret, check_name};
use holdfast_auth::trust::{Document, Kind, NAMESPACE, Token, TokenDocument};
use holdfast_auth::{Action, AuthError, Resource};
use holdfast_model::{
    Batch, EntryKey, Precondition, Prefix, Quiet, Revision, Scope, Write, WriteAction, WriteMode,
};
use holdfast_store::{At, PageLimit, Scan};

use super::{STEP, entry_name, missing, namespace, put, refused};
use crate::batches::invalid;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::{conditional, single};
use crate::error::EngineError;

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

/// A user who is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedUser {
    /// The revision that removed them.
    pub revision: Revision,
    /// Ids of the tokens that went with them.
    pub revoked: Vec<String>,
}

/// How often a decision is made again because what it was made from changed.
const TRIES: usize = 8;

impl Engine {
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
        Document::parse(Kind::Token, json.as_bytes()).map_err(refused)?;
        let batch = single(caller, at, put(&document, WriteMode::Create));
        let revision = self.commit_for(caller, &[proof], batch).await?.revision;
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

    /// Removes a user with all their tokens, in one commit: a token that stayed would be good again, as what had disabled its
    /// user is gone. The caller has to be allowed to revoke each of them.
    pub async fn delete_user(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Result<DeletedUser, EngineError> {
        let at = entry_name(Kind::User, name)?;
        self.administer(caller, &at).await?;
        for _ in 0..TRIES {
            let since = self.log().view().head.revision;
            let tokens = self.tokens_of(caller, name).await?;
            let mut names = vec![at.clone()];
            names.extend(tokens.iter().cloned());
            let mut proofs = Vec::with_capacity(names.len());
            for name in &names {
                proofs.push(self.administer(caller, name).await?);
            }
            match self.commit_for(caller, &proofs, removal(caller, names, since)?).await {
                Err(EngineError::Contended) => {}
                Err(EngineError::NotFound { .. }) => return Err(missing(Kind::User, name)),
                Err(error) => return Err(error),
                Ok(committed) => {
                    let id = |at: EntryKey| {
                        at.key.as_str().trim_start_matches(Kind::Token.prefix()).to_owned()
                    };
                    let revoked = tokens.into_iter().map(id).collect();
                    return Ok(DeletedUser { revision: committed.revision, revoked });
                }
            }
        }
        Err(EngineError::Contended)
    }

    /// All tokens of a user, whether the caller may see them or not.
    async fn tokens_of(&self, caller: &Caller, user: &str) -> Result<Vec<EntryKey>, EngineError> {
        let whole = Resource::namespace(NAMESPACE);
        let proof = self.as_server().authorize(caller, Action::Admin, whole).await?;
        let (mut tokens, mut after) = (Vec::new(), None);
        loop {
            let what = Scan::Entries {
                namespace: namespace()?,
                prefix: Prefix::new(Kind::Token.prefix()),
                after: after.take(),
            };
            let found = self.log().list(&proof, what, At::Latest, PageLimit::rows(STEP)).await?;
            after = found.entries.last().map(|entry| entry.at.key.clone());
            let theirs = found.entries.iter().filter(|entry| {
                matches!(Document::parse(Kind::Token, &entry.value),
                    Ok(Document::Token(token)) if token.user == user)
            });
            tokens.extend(theirs.map(|entry| entry.at.clone()));
            if !found.more {
                return Ok(tokens);
            }
        }
    }
}

/// The first name has to be there; no token may have come meanwhile.
fn removal(caller: &Caller, names: Vec<EntryKey>, since: Revision) -> Result<Batch, EngineError> {
    let write = |(index, at): (usize, EntryKey)| Write {
        at,
        action: WriteAction::Delete { missing_ok: index > 0 },
        condition: Precondition::default(),
    };
    let scope = Scope::Below(namespace()?, Prefix::new(Kind::Token.prefix()));
    Ok(Batch {
        writes: names.into_iter().enumerate().map(write).collect(),
        conditions: Vec::new(),
        quiet: vec![Quiet { scope, since }],
        actor: caller.actor(),
        reason: String::new(),
        idempotency: None,
        choice: None,
    })
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn no_random(error: impl std::fmt::Display) -> EngineError {
    AuthError::Failed(format!("the system has no random numbers: {error}")).into()
}
