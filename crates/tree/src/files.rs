//! Items as the files of a directory: one for each first part of the keys, and one that stands for the directory itself.

use std::collections::BTreeMap;

use super::nest::{self, NotReversible};
use super::{Format, Item, exact, part};

/// Longer names, once they have an extension, are refused by file systems.
const MAX_NAME_BYTES: usize = 200;

/// Names of files and their texts. What no file of its own can show is in the file `$holdfast.<extension>`.
pub fn split(items: &[Item], format: Format) -> Result<BTreeMap<String, String>, NotReversible> {
    let (_, exact) = nest::nest(items, format);
    let mut files = BTreeMap::new();
    let mut rest: Vec<Item> = Vec::new();
    let mut own: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for item in items {
        let first = item.key.split_once('/').map(|(first, _)| first);
        let shown = exact.binary_search_by(|e| e.key.cmp(&item.key)).is_err();
        match first.filter(|first| shown && file_name(first).is_some()) {
            Some(first) => own.entry(first).or_default().push(item.clone()),
            None => rest.push(item.clone()),
        }
    }
    for (first, items) in own {
        let name = file_name(first).unwrap_or_default();
        files.insert(format!("{name}.{}", format.extension()), nest::below(&items, first, format)?);
    }
    if !rest.is_empty() {
        let name = format!("{}.{}", exact::RESERVED, format.extension());
        files.insert(name, nest::document(&rest, format)?);
    }
    Ok(files)
}

/// The name (without extension) of a file whose keys begin with this part, when a file can have it and the walk over the
/// directory takes it.
fn file_name(first: &str) -> Option<String> {
    let name = part::decode(first)?;
    let plain = !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.starts_with('.');
    let legal = !name.contains('/') && !name.contains(char::is_control);
    (plain && legal && name != exact::RESERVED).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::flatten::flatten;
    use crate::nest::tests::any_items;
    use crate::walk::{Options, walk};

    fn item(key: &str, codec: &str, value: &[u8]) -> Item {
        Item { key: key.into(), codec: codec.into(), value: value.to_vec() }
    }

    #[test]
    fn a_directory_of_files_reads_back_as_the_same_items() {
        let mut items = vec![
            item("app/name", "json", b"\"shop\""),
            item("app/port", "json", b"80"),
            item("app.v2/a_-20b/c", "json", b"[1.0,2]"),
            item("top", "json", b"1"),
            item("top/below", "json", b"2"),
            item(".hidden/x", "json", b"1"),
            item("a_-2Fb/x", "json", b"1"),
            item("object", "json", b"{\"a\":1}"),
            item("app/secret", "secret", b"\"s\""),
            item("bin/x", "raw", &[0, 255]),
            item("_-24holdfast/x", "json", b"1"),
            item("app/_-24holdfast/x", "json", b"1"),
            item("a..b/x", "json", b"1"),
        ];
        items.sort_by(|a, b| a.key.cmp(&b.key));
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let files = split(&items, format).expect("reversible");
            let names: Vec<&str> = files
                .keys()
                .map(|name| name.split_once('.').map_or(&**name, |(name, _)| name))
                .collect();
            assert_eq!(names, ["$holdfast", "app", "app", "top"], "{files:?}");
            assert_eq!(back(&files), items);
        }
    }

    fn back(files: &BTreeMap<String, String>) -> Vec<Item> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("written");
        }
        let walked = walk(dir.path(), Options::default()).expect("walked");
        assert!(walked.skipped.is_empty(), "{walked:?}");
        let mut back: Vec<Item> = walked
            .files
            .iter()
            .flat_map(|file| {
                let text = fs::read(&file.path).expect("read");
                let document = file.format.expect("a format").read(&text).expect("a document");
                flatten(document, &file.prefix).expect("items").items
            })
            .collect();
        back.sort_by(|a, b| a.key.cmp(&b.key));
        back
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
        #[test]
        fn any_items_come_back_from_a_directory(items in any_items()) {
            for format in [Format::Json, Format::Yaml, Format::Toml] {
                let files = split(&items, format).expect("reversible");
                prop_assert_eq!(back(&files), items.clone(), "{:?}", files);
            }
        }
    }
}
