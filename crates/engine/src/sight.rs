//! What of an answer its caller sees: every entry and event that leaves the engine passes here, after the guard allowed
//! the call itself.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::{Action, Guard, Identity, Resource, Shown, Sight};
use holdfast_model::{Entry, EntryKey, Event, Key, Prefix};
use holdfast_store::{At, HistoryRow, PageLimit, Scan};

use crate::aliases;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::log::Entries;

/// What the guard is asked about an entry that is shown: an alias is one without a namespace, and the server's own names are
/// for those who administer it.
pub(crate) fn question(at: &EntryKey) -> (Action, Resource<'_>) {
    if let Some(alias) = aliases::name_of(at) {
        return (Action::Read, Resource::key("", alias));
    }
    let action = if at.namespace.is_reserved() { Action::Admin } else { Action::Read };
    (action, Resource::entry(at))
}

/// What a guard is told of the value of an event that is about to be shown.
pub(crate) fn of_event(action: Action, event: &Event) -> Shown<'_> {
    shown_value(action, &event.at, event.codec.as_str(), &event.value)
}

fn shown_value<'a>(action: Action, at: &'a EntryKey, codec: &'a str, value: &'a [u8]) -> Shown<'a> {
    let (namespace, key) = (at.namespace.as_str(), at.key.as_str());
    Shown { action, namespace, key, codec, value }
}

/// An event as far as a caller who may read its key may see it; `None`: not at all.
pub(crate) fn shown_event<'a>(
    guard: &dyn Guard,
    who: &Identity,
    action: Action,
    event: &'a Event,
) -> Result<Option<Cow<'a, Event>>, EngineError> {
    Ok(match guard.show(who, &of_event(action, event))? {
        Sight::Whole => Some(Cow::Borrowed(event)),
        Sight::Hidden => None,
        Sight::Without(pointers) => {
            let value = without(&event.value, &pointers);
            Some(Cow::Owned(Event { value, ..event.clone() }))
        }
    })
}

/// A JSON value without what the pointers name (of a list: with `null` there, so that the others keep their places); nothing at
/// all when it is no JSON or a pointer names all of it.
pub(crate) fn without(value: &Bytes, pointers: &[String]) -> Bytes {
    let Ok(mut document) = serde_json::from_slice::<serde_json::Value>(value) else {
        return Bytes::new();
    };
    for pointer in pointers {
        let Some((parent, name)) = pointer.rsplit_once('/') else { return Bytes::new() };
        let name = name.replace("~1", "/").replace("~0", "~");
        match document.pointer_mut(parent) {
            Some(serde_json::Value::Object(members)) => {
                members.remove(&name);
            }
            Some(serde_json::Value::Array(elements)) => {
                let place = name.parse::<usize>().ok().and_then(|i| elements.get_mut(i));
                if let Some(element) = place {
                    *element = serde_json::Value::Null;
                }
            }
            _ => {}
        }
    }
    Bytes::from(document.to_string())
}

impl Engine {
    /// Whether the caller may see the entry at all.
    pub(crate) async fn sees(&self, caller: &Caller, at: &EntryKey) -> Result<bool, EngineError> {
        let (action, what) = question(at);
        self.may(caller, action, what).await
    }

    /// One entry that the caller may read, as far as they may see it.
    pub(crate) fn shown(
        &self,
        caller: &Caller,
        entry: Arc<Entry>,
    ) -> Result<Option<Arc<Entry>>, EngineError> {
        let guard = self.guard();
        if !guard.redacts() {
            return Ok(Some(entry));
        }
        let Entry { at, codec, value, .. } = &*entry;
        let what = shown_value(Action::Read, at, codec.as_str(), value);
        Ok(match guard.show(&caller.identity, &what)? {
            Sight::Whole => Some(entry),
            Sight::Hidden => None,
            Sight::Without(pointers) => {
                let value = without(value, &pointers);
                Some(Arc::new(Entry { value, ..(*entry).clone() }))
            }
        })
    }

    /// One row of a history that the caller may read.
    pub(crate) fn shown_row(
        &self,
        caller: &Caller,
        row: Arc<HistoryRow>,
    ) -> Result<Option<Arc<HistoryRow>>, EngineError> {
        let guard = self.guard();
        if !guard.redacts() {
            return Ok(Some(row));
        }
        Ok(match shown_event(guard.as_ref(), &caller.identity, Action::Read, &row.event)? {
            None => None,
            Some(Cow::Borrowed(_)) => Some(row),
            Some(Cow::Owned(event)) => Some(Arc::new(HistoryRow { event, ..(*row).clone() })),
        })
    }

    /// Those of many entries that the caller may see.
    pub(crate) async fn visible(
        &self,
        caller: &Caller,
        entries: Vec<Arc<Entry>>,
    ) -> Result<Vec<Arc<Entry>>, EngineError> {
        let mut visible = Vec::with_capacity(entries.len());
        for entry in entries {
            if self.sees(caller, &entry.at).await?
                && let Some(entry) = self.shown(caller, entry)?
            {
                self.answered(caller, &entry).await?;
                visible.push(entry);
            }
        }
        Ok(visible)
    }

    /// A page of the entries below a prefix that the caller may see. What they may not see takes no room in it.
    pub(crate) async fn visible_page(
        &self,
        caller: &Caller,
        proof: &holdfast_auth::Authorized,
        (prefix, mut after): (Prefix, Option<Key>),
        at: At,
        limit: PageLimit,
    ) -> Result<Entries, EngineError> {
        let namespace = crate::names::namespace(&proof.what().namespace)?;
        let mut entries = Vec::new();
        let mut bytes = 0;
        loop {
            let what = Scan::Entries {
                namespace: namespace.clone(),
                prefix: prefix.clone(),
                after: after.take(),
            };
            let rows = PageLimit::rows(limit.rows.get() - entries.len()).and_bytes(limit.bytes);
            let found = self.log().list(proof, what, at, rows).await?;
            let (read, more, revision) = (found.entries.len(), found.more, found.revision);
            after = found.entries.last().map(|entry| entry.at.key.clone());
            let visible = self.visible(caller, found.entries).await?;
            let hidden = read > visible.len();
            bytes += visible.iter().map(|entry| entry.weight()).sum::<usize>();
            entries.extend(visible);
            let full = entries.len() >= limit.rows.get() || bytes >= limit.bytes;
            // With nothing hidden it is the page that was asked for, however it ended.
            if !more || !hidden || full {
                return Ok(Entries { entries, more, revision });
            }
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_take_members_and_elements_away() {
        let value = Bytes::from_static(br#"{"a":{"b":1,"c/d":2},"l":[0,1,2]}"#);
        let cases: [(&[&str], &str); 5] = [
            (&["/a/b"], r#"{"a":{"c/d":2},"l":[0,1,2]}"#),
            (&["/a/c~1d", "/l/0", "/l/2"], r#"{"a":{"b":1},"l":[null,1,null]}"#),
            (&["/missing/x", "/l/9", "/l/x"], r#"{"a":{"b":1,"c/d":2},"l":[0,1,2]}"#),
            (&[""], ""),
            (&["no-pointer"], ""),
        ];
        for (pointers, expected) in cases {
            let pointers: Vec<String> = pointers.iter().map(|p| (*p).to_owned()).collect();
            assert_eq!(without(&value, &pointers), expected, "{pointers:?}");
        }
        assert_eq!(without(&Bytes::from_static(b"no json"), &["/a".into()]), "");
    }
}
