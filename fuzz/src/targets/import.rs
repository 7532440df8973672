//! Documents to import, in all formats.

use std::collections::BTreeMap;

use holdfast_model::Key;
use holdfast_tree::flatten::flatten;
use holdfast_tree::{Format, Item, nest};

/// The first byte chooses the format, and the one to write. What reads and may be a namespace writes, and reads back the same.
pub(crate) fn document(data: &[u8]) {
    let Some((&formats, bytes)) = data.split_first() else { return };
    let all = [Format::Json, Format::Yaml, Format::Toml];
    let (from, to) = (all[usize::from(formats) % 3], all[usize::from(formats / 3) % 3]);
    let Some(items) = items(from, bytes) else { return };
    let written = nest::document(&items, to)
        .unwrap_or_else(|error| panic!("{from:?}: {error}; of {items:?}"));
    let again = self::items(to, written.as_bytes());
    assert_eq!(again.as_ref(), Some(&items), "{from:?} as {to:?}:\n{written}");
}

/// What an import would write, by key; `None` when it would be refused.
fn items(format: Format, bytes: &[u8]) -> Option<Vec<Item>> {
    let flat = flatten(format.read(bytes).ok()?, "").ok()?;
    let count = flat.items.len();
    let items: BTreeMap<String, Item> =
        flat.items.into_iter().map(|item| (item.key.clone(), item)).collect();
    let fine = items.len() == count
        && flat.nulls.is_empty()
        && items.keys().all(|key| Key::new(key).is_ok());
    fine.then(|| items.into_values().collect())
}
