//! Aliases: other names for keys, the same in every namespace. They are entries of the server's own namespace, and readers
//! follow them by themselves: the server never does (`docs/adr/0012-aliases.md`).

use bytes::Bytes;
use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Batch, Codec, Entry, EntryKey, Key, Namespace, Precondition, Prefix, Quiet, Scope, Timestamp,
    ValueType, Write, WriteAction, WriteMode,
};
use holdfast_store::{At, PageLimit, Row, Scan};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::single;
use crate::error::EngineError;
use crate::names::{self, KeyRule, any_key};

/// Keys of alias entries begin with this.
pub(crate) const PREFIX: &str = "aliases/";

/// How often a decision is made again because what it was made from changed.
const TRIES: usize = 8;
/// Namespaces read at once.
const STEP: usize = 256;

/// Another name for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The other name.
    pub alias: String,
    /// The key it stands for.
    pub target: String,
    /// Always 1: an alias is not changed but removed and set again.
    pub version: u64,
    /// When it was set.
    pub created_at: Timestamp,
}

/// The alias whose entry this is.
pub(crate) fn name_of(at: &EntryKey) -> Option<&str> {
    let reserved = at.namespace.as_str() == Namespace::RESERVED;
    reserved.then(|| at.key.as_str().strip_prefix(PREFIX)).flatten()
}

impl Alias {
    /// From an entry of the server's own namespace; `None` for any other entry.
    pub fn of(entry: &Entry) -> Option<Self> {
        Some(Self {
            alias: name_of(&entry.at)?.to_owned(),
            target: serde_json::from_slice(&entry.value).ok()?,
            version: entry.version,
            created_at: entry.created_at,
        })
    }

    /// The alias that an entry name of the server's own namespace stands for.
    pub fn name_of(at: &EntryKey) -> Option<&str> {
        name_of(at)
    }
}

impl Engine {
    /// Sets a new alias. It must not be an alias or a key anywhere, not its own target, and no part of a chain.
    pub async fn set_alias(
        &self,
        caller: &Caller,
        alias: &str,
        target: &str,
        key_rule: KeyRule,
    ) -> Result<Alias, EngineError> {
        let proof = self.authorize(caller, Action::Write, Resource::key("", alias)).await?;
        names::key(alias, key_rule)?;
        names::key(target, key_rule)?;
        if alias == target {
            return Err(EngineError::AliasSelf { alias: alias.into() });
        }
        for _ in 0..TRIES {
            let quiet = self.check_new_alias(caller, &proof, alias, target).await?;
            let batch = new_alias(caller, entry_name(alias)?, target, quiet);
            match self.commit_for(caller, std::slice::from_ref(&proof), batch).await {
                Err(EngineError::Contended) => {}
                Err(EngineError::KeyExists { .. }) => {
                    return Err(EngineError::AliasExists { alias: alias.into() });
                }
                Err(error) => return Err(error),
                Ok(committed) => {
                    let (target, created_at) = (target.into(), committed.time);
                    return Ok(Alias { alias: alias.into(), target, version: 1, created_at });
                }
            }
        }
        Err(EngineError::Contended)
    }

    /// Looks at everything that forbids the alias; what was looked at has to stay quiet until the commit.
    async fn check_new_alias(
        &self,
        caller: &Caller,
        proof: &Authorized,
        alias: &str,
        target: &str,
    ) -> Result<Vec<Quiet>, EngineError> {
        let since = self.log().view().head.revision;
        let chain = |through: &str| EngineError::AliasChain {
            alias: alias.into(),
            through: through.into(),
        };
        for other in self.all_aliases(proof).await? {
            if other.alias == alias {
                return Err(EngineError::AliasExists { alias: alias.into() });
            }
            if other.alias == target {
                return Err(chain(target));
            }
            if other.target == alias {
                return Err(chain(alias));
            }
        }
        if let Some(namespace) = self.namespace_with(proof, alias).await? {
            let known = self.may(caller, Action::Read, Resource::key(&namespace, alias)).await?;
            let namespace = known.then_some(namespace);
            return Err(EngineError::AliasIsKey { alias: alias.into(), namespace });
        }
        let key = Scope::KeyAnywhere(names::key(alias, any_key)?);
        let aliases = Scope::Below(Namespace::reserved(), Prefix::new(PREFIX));
        Ok(vec![Quiet { scope: key, since }, Quiet { scope: aliases, since }])
    }

    async fn namespace_with(
        &self,
        proof: &Authorized,
        key: &str,
    ) -> Result<Option<String>, EngineError> {
        let key = names::key(key, any_key)?;
        let mut after = None;
        loop {
            let page = self.log().namespaces(proof, "", after.take(), STEP).await?;
            for row in page.rows {
                let Row::Namespace(namespace) = row else { continue };
                let at = EntryKey::new(namespace.clone(), key.clone());
                if self.log().get(proof, &at).await?.is_some() && !namespace.is_reserved() {
                    return Ok(Some(namespace.to_string()));
                }
                after = Some(namespace);
            }
            if !page.more {
                return Ok(None);
            }
        }
    }

    /// One alias.
    pub async fn get_alias(&self, caller: &Caller, alias: &str) -> Result<Alias, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::key("", alias)).await?;
        let missing = || EngineError::NotFound { namespace: String::new(), key: alias.into() };
        let at = entry_name(alias).map_err(|_| missing())?;
        let entry = self.log().get(&proof, &at).await?;
        entry.and_then(|entry| Alias::of(&entry)).ok_or_else(missing)
    }

    /// Removes an alias.
    pub async fn delete_alias(&self, caller: &Caller, alias: &str) -> Result<(), EngineError> {
        let proof = self.authorize(caller, Action::Delete, Resource::key("", alias)).await?;
        let missing = || EngineError::NotFound { namespace: String::new(), key: alias.into() };
        let at = entry_name(alias).map_err(|_| missing())?;
        let batch = single(caller, at, WriteAction::Delete { missing_ok: false });
        match self.commit_for(caller, &[proof], batch).await {
            Err(EngineError::NotFound { .. }) => Err(missing()),
            other => other.map(drop),
        }
    }

    /// Every alias that the caller may see, by name.
    pub async fn list_aliases(&self, caller: &Caller) -> Result<Vec<Alias>, EngineError> {
        let proof = self.authorize(caller, Action::List, Resource::any()).await?;
        let mut visible = Vec::new();
        for alias in self.all_aliases(&proof).await? {
            if self.may(caller, Action::Read, Resource::key("", &alias.alias)).await? {
                visible.push(alias);
            }
        }
        Ok(visible)
    }

    async fn all_aliases(&self, proof: &Authorized) -> Result<Vec<Alias>, EngineError> {
        let what = Scan::Entries {
            namespace: Namespace::reserved(),
            prefix: Prefix::new(PREFIX),
            after: None,
        };
        let limit = PageLimit::rows(usize::MAX);
        let found = self.log().list(proof, what, At::Latest, limit).await?;
        Ok(found.entries.iter().filter_map(|entry| Alias::of(entry)).collect())
    }
}

fn entry_name(alias: &str) -> Result<EntryKey, EngineError> {
    let key = Key::new(format!("{PREFIX}{alias}"))
        .map_err(|error| EngineError::InvalidKey { key: alias.into(), why: error.to_string() })?;
    Ok(EntryKey::new(Namespace::reserved(), key))
}

fn new_alias(caller: &Caller, at: EntryKey, target: &str, quiet: Vec<Quiet>) -> Batch {
    let value = Bytes::from(serde_json::Value::from(target).to_string());
    let action = WriteAction::Put {
        value,
        codec: Codec::json(),
        value_type: ValueType::String,
        ttl: None,
        mode: WriteMode::Create,
    };
    Batch {
        writes: vec![Write { at, action, condition: Precondition::default() }],
        conditions: Vec::new(),
        quiet,
        actor: caller.actor(),
        reason: String::new(),
        idempotency: None,
        choice: None,
    }
}
