//! Requests by the hash of their text: the extension `persistedQuery` of Apollo's clients, version 1. A text that came once with its hash
//! need not come again.

use async_graphql::{Request, ServerError, from_value};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::failure::{BAD_REQUEST, of_request};

/// The extension of a request.
const EXTENSION: &str = "persistedQuery";
/// Texts that are remembered, about.
const TEXTS: usize = 1_000;
/// Bytes of all of them.
const BYTES: u64 = 4 << 20;
/// The hash and what the cache itself needs, about.
const OVERHEAD: u64 = 128;

/// The texts that are remembered.
pub(crate) struct Persisted(Cache<String, String, Bytes>);

#[derive(Clone)]
struct Bytes;

impl Weighter<String, String> for Bytes {
    fn weight(&self, _hash: &String, text: &String) -> u64 {
        OVERHEAD + text.len() as u64
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    version: i32,
    sha256_hash: String,
}

impl Persisted {
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(TEXTS, BYTES, Bytes))
    }

    /// Puts the text into a request that has only its hash.
    pub(crate) fn find(&self, request: &mut Request) -> Result<Option<Remember>, ServerError> {
        let Some(said) = request.extensions.remove(EXTENSION) else { return Ok(None) };
        let said: Said = from_value(said).map_err(|_| {
            of_request(BAD_REQUEST, "extensions.persistedQuery: needs version and sha256Hash")
        })?;
        if said.version != 1 {
            let why = "extensions.persistedQuery: only version 1 is known";
            return Err(of_request("PERSISTED_QUERY_NOT_SUPPORTED", why));
        }
        if request.query.is_empty() {
            let known = self.0.get(&said.sha256_hash);
            // Clients know the text, and send the whole then.
            let unknown = || of_request("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
            request.query = known.ok_or_else(unknown)?;
            return Ok(None);
        }
        if hex::encode(Sha256::digest(&request.query)) != said.sha256_hash {
            let why = "extensions.persistedQuery: sha256Hash is not that of the query";
            return Err(of_request(BAD_REQUEST, why));
        }
        Ok(Some(Remember { hash: said.sha256_hash, text: request.query.clone() }))
    }

    /// Once it is known to be a request.
    pub(crate) fn keep(&self, Remember { hash, text }: Remember) {
        self.0.insert(hash, text);
    }
}

/// A text to remember.
pub(crate) struct Remember {
    hash: String,
    text: String,
}
