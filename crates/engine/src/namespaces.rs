//! The names of namespaces, and what a caller may do in one.

use holdfast_auth::{Action, Resource};
use holdfast_model::Namespace;
use holdfast_store::Row;

use crate::caller::Caller;
use crate::codec;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::names;

/// A page of names.
#[derive(Debug, Clone)]
pub struct NamespacePage {
    /// By name.
    pub namespaces: Vec<Namespace>,
    /// There are more behind the last one.
    pub more: bool,
}

/// What a caller may do in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// See values.
    pub read: bool,
    /// Change them.
    pub write: bool,
}

impl Engine {
    /// Namespaces that have an entry, behind a name. The server's own are shown only to a prefix that asks for them.
    pub async fn list_namespaces(
        &self,
        caller: &Caller,
        prefix: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<NamespacePage, EngineError> {
        let proof = self.authorize(caller, Action::List, Resource::any()).await?;
        let own_too = prefix.starts_with(Namespace::RESERVED);
        let mut after = after.map(names::namespace).transpose()?;
        let mut page = NamespacePage { namespaces: Vec::new(), more: false };
        loop {
            // One more than wanted tells whether there are more once the hidden ones are gone.
            let wanted = limit + 1 - page.namespaces.len();
            let found = self.log().namespaces(&proof, prefix, after.take(), wanted).await?;
            for row in found.rows {
                let Row::Namespace(namespace) = row else { continue };
                after = Some(namespace.clone());
                let what = Resource::namespace(namespace.as_str());
                let shown = own_too || !namespace.is_reserved();
                if shown && self.may(caller, Action::Read, what).await? {
                    page.namespaces.push(namespace.clone());
                }
            }
            page.more = page.namespaces.len() > limit;
            if page.more || !found.more {
                page.namespaces.truncate(limit);
                return Ok(page);
            }
        }
    }

    /// Whether the caller may read and write in a namespace; a guard that fails counts as no.
    pub async fn check_access(&self, caller: &Caller, namespace: &str) -> Access {
        let may = async |action| {
            self.authorize(caller, action, Resource::namespace(namespace)).await.is_ok()
        };
        Access { read: may(Action::Read).await, write: may(Action::Write).await }
    }

    /// The codecs that the server looks into, sorted.
    pub async fn list_codecs(
        &self,
        caller: &Caller,
    ) -> Result<&'static [&'static str], EngineError> {
        self.authorize(caller, Action::List, Resource::any()).await?;
        Ok(&codec::CODECS)
    }
}
