//! A struct as writes: only what differs.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use holdfast_tree::flatten::{flatten, join};
use holdfast_tree::{Value, json, part};
use serde::Serialize;

use super::known::Entries;
use crate::codec::{self, At, Plain};
use crate::{Codecs, Entry, Error, Kind, OnlyIf, Write};

/// What becomes of keys that the struct does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    Stay,
    Go,
}

/// Where a struct is written: its entries as they were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) namespace: &'a str,
    /// Ends in `/`, or is empty.
    pub(super) prefix: &'a str,
    pub(super) entries: &'a Entries,
    pub(super) codecs: &'a Codecs,
}

/// The values of a struct by their keys.
type Leaves = BTreeMap<String, Value>;

impl Ground<'_> {
    /// The writes that make of the one struct the other.
    pub(super) fn writes<T: Serialize>(
        &self,
        old: &T,
        new: &T,
        others: Others,
    ) -> Result<Vec<Write>, Error> {
        let (old, new) = (self.leaves(old)?, self.leaves(new)?);
        let mut writes = BTreeMap::new();
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            self.remove(key, &mut writes);
        }
        for (key, value) in new.iter().filter(|(key, value)| old.get(*key) != Some(value)) {
            self.remove(key, &mut writes);
            writes.insert(key.clone(), self.put(key, value)?);
        }
        if others == Others::Go {
            let known = |key: &str| new.keys().any(|leaf| is_at_or_below(key, leaf));
            for key in self.entries.keys().filter(|key| !known(key)) {
                self.remove(key, &mut writes);
            }
        }
        Ok(writes.into_values().collect())
    }

    /// Whatever there is at a key, or below it: a list may be one entry, or one for each item.
    fn remove(&self, key: &str, writes: &mut BTreeMap<String, Write>) {
        for (at, entry) in self.from(key) {
            if !at.starts_with(key) {
                break;
            }
            if is_at_or_below(at, key) {
                let delete =
                    Write::delete(self.namespace, Arc::clone(at)).only_if(unchanged(entry));
                writes.entry(at.to_string()).or_insert(delete);
            }
        }
    }

    fn from(&self, key: &str) -> impl Iterator<Item = (&Arc<str>, &Arc<Entry>)> {
        self.entries.range::<str, _>((Bound::Included(key), Bound::Unbounded))
    }

    /// An entry keeps its codec.
    fn put(&self, key: &str, value: &Value) -> Result<Write, Error> {
        let before = self.entries.get(key);
        let codec = before.map_or("json", |entry| &*entry.codec);
        let bytes = self.codecs.encode(value, At { namespace: self.namespace, key, codec })?;
        let condition = before.map_or(OnlyIf::Absent, |entry| unchanged(entry));
        Ok(Write::put(self.namespace, key, bytes, codec).only_if(condition))
    }

    fn leaves(&self, value: &impl Serialize) -> Result<Leaves, Error> {
        let prefix = self.prefix.trim_end_matches('/');
        let broken = |why: String| Error::new(Kind::Codec, format!("{prefix}: {why}"));
        let text = codec::json(value)?;
        let text = std::str::from_utf8(&text).map_err(|error| broken(error.to_string()))?;
        let document = json::read(text).map_err(|error| broken(error.to_string()))?;
        if !matches!(document, Value::Table(_)) {
            return Err(broken("only what has fields can be written back".to_owned()));
        }
        let (document, wholes) = self.without_wholes(document, prefix);
        let flat = flatten(document, prefix).map_err(|error| broken(error.to_string()))?;
        let mut leaves: Leaves = wholes.into_iter().collect();
        for item in flat.items {
            let text = String::from_utf8_lossy(&item.value);
            leaves.insert(item.key, json::read(&text).map_err(|error| broken(error.to_string()))?);
        }
        Ok(leaves)
    }

    /// A table that is one entry stays one: such members are taken out of the document.
    fn without_wholes(&self, document: Value, prefix: &str) -> (Value, Vec<(String, Value)>) {
        let Value::Table(members) = document else { return (document, Vec::new()) };
        let (mut wholes, mut rest) = (Vec::new(), Vec::new());
        for (name, value) in members {
            let key = join(prefix, &part::encode(&name));
            if matches!(value, Value::Table(_)) && self.is_table(&key) {
                wholes.push((key, value));
            } else {
                let (value, inner) = self.without_wholes(value, &key);
                if inner.is_empty() || value != Value::Table(Vec::new()) {
                    rest.push((name, value));
                }
                wholes.extend(inner);
            }
        }
        (Value::Table(rest), wholes)
    }

    /// True when one entry holds a table: keys below it would win over it, and there are none.
    fn is_table(&self, key: &str) -> bool {
        let Some(entry) = self.entries.get(key) else { return false };
        let Ok((Plain::Json(text), _)) = self.codecs.read(entry) else { return false };
        let table = text.trim_ascii_start().starts_with(b"{");
        let below = format!("{key}/");
        let next = self.from(&below).next();
        table && !next.is_some_and(|(next, _)| next.starts_with(&below))
    }
}

fn is_at_or_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A source that does not count cannot hold more of a condition than this.
fn unchanged(entry: &Entry) -> OnlyIf {
    if entry.version > 0 { OnlyIf::Version(entry.version) } else { OnlyIf::Present }
}
