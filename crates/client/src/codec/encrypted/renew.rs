//! From an old key to the active one.

use std::sync::Arc;

use super::{Encrypted, Envelope, Keyring};
use crate::codec::{At, Transformer};
use crate::{Action, Batch, Entry, Error, Kind, Namespace, OnlyIf, Write, entry};

/// Entries that are written in one commit.
const PORTION: usize = 200;

/// What [`reencrypt`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Values that are encrypted with the active key now.
    pub renewed: usize,
    /// Values that were already.
    pub already: usize,
}

/// Encrypts every value below a prefix that another key encrypted with the active key of the ring. Only values whose chain begins with
/// `encrypted` are looked at. They are read from the source, not from memory, and written under the condition that they have not
/// changed since, in commits of 200: a value that somebody else writes meanwhile is refused as a conflict, and then a second
/// run does the rest.
///
/// # Errors
/// [`Kind::Codec`] for a value that does not open; [`Kind::Conflict`]; those of the source. Commits before it are made.
pub async fn reencrypt(
    namespace: &Namespace,
    prefix: &str,
    keys: &Keyring,
) -> Result<Renewed, Error> {
    let config = namespace.config()?;
    let entries = config.source.list(namespace.name(), prefix).await?;
    let mut done = Renewed::default();
    let mut writes = Vec::new();
    for entry in entries.iter().filter(|entry| is_encrypted(entry)) {
        match renewed(entry, keys)? {
            Some(write) => writes.push(write),
            None => done.already += 1,
        }
    }
    for portion in writes.chunks(PORTION) {
        let batch = Batch { writes: portion.to_vec(), ..Batch::new().because("encrypted anew") };
        config.commit(batch).await?;
        done.renewed += portion.len();
    }
    Ok(done)
}

fn is_encrypted(entry: &Entry) -> bool {
    let name = entry.codec.strip_prefix("client:").unwrap_or(&entry.codec);
    name.split_once(':').is_some_and(|(outermost, _)| outermost == Encrypted::NAME)
}

fn renewed(entry: &Entry, keys: &Keyring) -> Result<Option<Write>, Error> {
    let refused = |cause| Error::new(Kind::Codec, format!("{}: {cause}", entry.key));
    let envelope = Envelope::parse(&entry.value).map_err(refused)?;
    let active = keys.active().map_err(refused)?;
    if envelope.key_id() == active.id() && envelope.algorithm() == active.algorithm() {
        return Ok(None);
    }
    let (cipher, at) = (Encrypted::with(keys.clone()), At::of(entry));
    let plain = cipher.unwrap(&entry.value, at).map_err(refused)?;
    let value = cipher.wrap(&plain, at).map_err(refused)?;
    let left = entry.expires_at.map(|end| end.0.saturating_sub(entry::now().0));
    let ttl = left.map(|left| std::time::Duration::from_nanos(u64::try_from(left).unwrap_or(0)));
    let action = Action::Put { value, codec: Arc::clone(&entry.codec), ttl };
    let (namespace, key) = (Arc::clone(&entry.namespace), Arc::clone(&entry.key));
    let only_if = OnlyIf::Version(entry.version);
    Ok(Some(Write { namespace, key, action, only_if }))
}
