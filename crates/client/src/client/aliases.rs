//! Other names of keys, the same in every namespace.

use std::sync::Arc;

use holdfast_api::config_v1;

use super::reads::empty;
use super::{Client, Repeat};
use crate::Error;

impl Client {
    /// Every alias with the key that it stands for.
    ///
    /// # Errors
    /// [`Kind::Denied`](crate::Kind::Denied), [`Kind::Unsupported`](crate::Kind::Unsupported), and whatever a call can end with.
    pub async fn list_aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        let message = config_v1::ListAliasesRequest::default();
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.list_aliases(request).await }
        };
        let answer = self.call("ListAliases", Repeat::Safe, message, send).await?;
        let pairs = answer.aliases.into_iter();
        Ok(pairs.map(|alias| (alias.alias.into(), alias.target.into())).collect())
    }

    /// The key that an alias stands for.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound), and whatever a call can end with.
    pub async fn get_alias(&self, alias: &str) -> Result<String, Error> {
        let message = config_v1::GetAliasRequest { alias: alias.to_owned(), ..Default::default() };
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.get_alias(request).await }
        };
        let answer = self.call("GetAlias", Repeat::Safe, message, send).await?;
        Ok(answer.alias.into_option().ok_or_else(|| empty("GetAlias"))?.target)
    }

    /// Makes an alias; one that exists has to be deleted first.
    ///
    /// # Errors
    /// [`Kind::Exists`](crate::Kind::Exists), [`Kind::Invalid`](crate::Kind::Invalid), and whatever a call can end with.
    pub async fn set_alias(&self, alias: &str, target: &str) -> Result<(), Error> {
        let message = config_v1::SetAliasRequest {
            alias: alias.to_owned(),
            target: target.to_owned(),
            ..Default::default()
        };
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.set_alias(request).await }
        };
        self.call("SetAlias", Repeat::IfNotDone, message, send).await.map(drop)
    }

    /// Deletes an alias; the key stays.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound), and whatever a call can end with.
    pub async fn delete_alias(&self, alias: &str) -> Result<(), Error> {
        let message =
            config_v1::DeleteAliasRequest { alias: alias.to_owned(), ..Default::default() };
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.delete_alias(request).await }
        };
        self.call("DeleteAlias", Repeat::IfNotDone, message, send).await.map(drop)
    }

    /// The namespaces that hold entries and begin with a prefix, in order.
    ///
    /// # Errors
    /// [`Kind::Denied`](crate::Kind::Denied), and whatever a call can end with.
    pub async fn namespaces(&self, prefix: &str) -> Result<Vec<String>, Error> {
        const PAGE: i32 = 500;
        let mut message = config_v1::ListNamespacesRequest {
            prefix: prefix.to_owned(),
            limit: PAGE,
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let send = |channel, request| {
                let mut client = self.config(channel);
                async move { client.list_namespaces(request).await }
            };
            let page = self.call("ListNamespaces", Repeat::Safe, message.clone(), send).await?;
            found.extend(page.namespaces);
            if page.next_cursor.is_empty() {
                return Ok(found);
            }
            message.cursor = page.next_cursor;
        }
    }
}
