//! Items as a document: the inverse of [`flatten`], and proven to be it before anything is written.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::flatten::flatten;
use super::item::{Item, JSON};
use super::{Format, Value, exact, json, part};

/// The document would not read back as the items it was made of. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the {format:?} document would not read back as it is, first at key {key:?}; choose another --format"
)]
pub struct NotReversible {
    /// Which format.
    pub format: Format,
    /// A key that would change.
    pub key: String,
}

/// Writes one document that holds the items: as a tree what a tree can show, the rest in the member `$holdfast`.
pub fn document(items: &[Item], format: Format) -> Result<String, NotReversible> {
    let (tree, rest) = nest(items, format);
    let mut members = match tree {
        Value::Table(members) => members,
        _ => Vec::new(),
    };
    if !rest.is_empty() {
        members.push(exact::member(&rest));
    }
    let text = format.write(&Value::Table(members));
    proven(items, "", text, format)
}

/// Writes a document without a member `$holdfast`, as one file of a directory: the items below `prefix`.
pub fn below(items: &[Item], prefix: &str, format: Format) -> Result<String, NotReversible> {
    let (mut tree, _) = nest(items, format);
    for part in prefix.split('/') {
        let name = part::decode(part).unwrap_or_default();
        tree = tree.into_member(&name).unwrap_or(Value::Null);
    }
    proven(items, prefix, format.write(&tree), format)
}

/// The tree of those items that one can show, and the others.
pub fn nest(items: &[Item], format: Format) -> (Value, Vec<Item>) {
    let (shown, mut rest) = split(items, format);
    let mut root = Branch::default();
    for leaf in shown {
        root.insert(&leaf.parts, leaf.value);
    }
    rest.sort_by(|a, b| a.key.cmp(&b.key));
    (root.into_value(), rest)
}

struct Leaf {
    parts: Vec<String>,
    value: Value,
}

fn split(items: &[Item], format: Format) -> (Vec<Leaf>, Vec<Item>) {
    let mut shown: HashMap<&str, Leaf> = HashMap::new();
    let mut rest = Vec::new();
    for item in items {
        match leaf(item).filter(|leaf| fits(leaf, format)) {
            Some(leaf) => _ = shown.insert(&item.key, leaf),
            None => rest.push(item.clone()),
        }
    }
    let crowded: Vec<&Item> = items
        .iter()
        .flat_map(|item| ancestors(&item.key).filter(|_| shown.contains_key(item.key.as_str())))
        .filter_map(|above| items.binary_search_by(|i| i.key.as_str().cmp(above)).ok())
        .map(|at| &items[at])
        .collect();
    for item in crowded {
        if shown.remove(item.key.as_str()).is_some() {
            rest.push(item.clone());
        }
    }
    (shown.into_values().collect(), rest)
}

/// `a/b/c`: `a` and `a/b`.
fn ancestors(key: &str) -> impl Iterator<Item = &str> {
    key.match_indices('/').map(|(at, _)| &key[..at])
}

/// The item as a leaf of a tree, when flattening such a leaf gives the very same item.
fn leaf(item: &Item) -> Option<Leaf> {
    let text = std::str::from_utf8(&item.value).ok().filter(|_| item.codec == JSON)?;
    let value = json::read(text).ok().filter(|value| value.to_string() == text)?;
    let is_leaf = match &value {
        Value::Null => false,
        Value::Table(members) => members.is_empty(),
        _ => true,
    };
    let parts: Vec<String> = item.key.split('/').map(part::decode).collect::<Option<_>>()?;
    // Below the first part too: in a directory the second part is at the top of a file.
    let free = parts.iter().all(|part| part != exact::RESERVED);
    (is_leaf && free).then_some(Leaf { parts, value })
}

/// Whether the format keeps the leaf and the names above it: tried, not guessed.
fn fits(leaf: &Leaf, format: Format) -> bool {
    let chain = leaf
        .parts
        .iter()
        .rev()
        .fold(leaf.value.clone(), |value, name| Value::Table(vec![(name.clone(), value)]));
    let written = format.write(&chain);
    written.is_some_and(|text| format.read(text.as_bytes()) == Ok(chain))
}

fn proven(
    items: &[Item],
    prefix: &str,
    text: Option<String>,
    format: Format,
) -> Result<String, NotReversible> {
    let read = |text: &String| {
        let flat = flatten(format.read(text.as_bytes()).ok()?, prefix).ok()?;
        Some(flat.items.into_iter().map(|i| (i.key.clone(), i)).collect::<BTreeMap<_, _>>())
    };
    let back = text.as_ref().and_then(read).unwrap_or_default();
    match items.iter().find(|item| back.get(&item.key) != Some(item)) {
        Some(item) => Err(NotReversible { format, key: item.key.clone() }),
        None => Ok(text.unwrap_or_default()),
    }
}

#[derive(Default)]
struct Branch {
    leaves: BTreeMap<String, Value>,
    branches: BTreeMap<String, Branch>,
}

impl Branch {
    fn insert(&mut self, parts: &[String], value: Value) {
        match parts {
            [] => {}
            [last] => _ = self.leaves.insert(last.clone(), value),
            [first, rest @ ..] => {
                self.branches.entry(first.clone()).or_default().insert(rest, value);
            }
        }
    }

    /// Leaves before branches: a person sees what belongs to a table before what lies below it.
    fn into_value(self) -> Value {
        let branches = self.branches.into_iter().map(|(name, b)| (name, b.into_value()));
        Value::Table(self.leaves.into_iter().chain(branches).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(key: &str, codec: &str, value: &[u8]) -> Item {
        Item { key: key.into(), codec: codec.into(), value: value.to_vec() }
    }

    fn json_item(key: &str, value: &str) -> Item {
        item(key, JSON, value.as_bytes())
    }

    fn back(text: &str, format: Format) -> Vec<Item> {
        let document = format.read(text.as_bytes()).expect("a document");
        let mut items = flatten(document, "").expect("items").items;
        items.sort_by(|a, b| a.key.cmp(&b.key));
        items
    }

    const ALL: [Format; 3] = [Format::Json, Format::Yaml, Format::Toml];

    #[test]
    fn a_tree_reads_as_a_person_would_write_it() {
        let items = [
            json_item("app/name", "\"shop\""),
            json_item("app/ports", "[80,443]"),
            json_item("db/host", "\"h\""),
        ];
        let yaml = "app:\n  name: shop\n  ports:\n  - 80\n  - 443\ndb:\n  host: h\n";
        assert_eq!(document(&items, Format::Yaml).expect("yaml"), yaml);
        let toml = "[app]\nname = \"shop\"\nports = [80, 443]\n\n[db]\nhost = \"h\"\n";
        assert_eq!(document(&items, Format::Toml).expect("toml"), toml);
        let json = document(&items[2..], Format::Json).expect("json");
        assert_eq!(json, "{\n  \"db\": {\n    \"host\": \"h\"\n  }\n}\n");
    }

    #[test]
    fn what_no_tree_can_show_is_kept_beside_it() {
        let mut items = vec![
            json_item("a", "1"),
            json_item("a/b", "2"),
            json_item("a/b/c", "{\"x\":1}"),
            json_item("big", "18446744073709551616"),
            json_item("exp", "1e2"),
            json_item("list", "[null]"),
            json_item("obj", "{ }"),
            json_item("_-24holdfast", "1"),
            json_item("_-41", "1"),
            json_item("x//y", "1"),
            json_item("ключ", "1"),
            item("sec", "secret", b"\"s\""),
            item("bin", "raw", &[0, 159, 255]),
            item("none", "raw", b""),
            json_item(&vec!["d"; 100].join("/"), "1"),
        ];
        items.sort_by(|a, b| a.key.cmp(&b.key));
        for format in ALL {
            let text = document(&items, format).expect("reversible");
            assert_eq!(back(&text, format), items, "{text}");
        }
        let (tree, rest) = nest(&items, Format::Json);
        assert_eq!(
            tree.to_string(),
            r#"{"big":18446744073709551616,"exp":1e2,"list":[null],"a":{"b":2}}"#
        );
        assert_eq!(rest.len(), 11);
    }

    fn scalar() -> impl Strategy<Value = Value> {
        let odd_text = prop::sample::select(vec![
            "",
            " ",
            "null",
            "~",
            "yes",
            "No",
            "0644",
            "1_000",
            "0x1F",
            "1e3",
            ".inf",
            "12:30:45",
            "2001-12-14",
            "- a",
            "a: b",
            "# c",
            "a #b",
            "|",
            ">",
            "'",
            "\"",
            "\\",
            "a\nb",
            "a\n",
            "\n",
            "\n a",
            "  a\n b\n",
            "\ta",
            "a\t",
            "a\r\nb",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{0}",
            "\u{1f600}",
            "---",
            "...",
            "&a",
            "*a",
            "!t",
            "%d",
            "@",
            "`",
            "[",
            "{",
            "<<",
            "=",
            "true ",
            "a long text with many words that a writer could fold into several lines because it is long",
        ]);
        let number = prop_oneof![
            any::<i64>().prop_map(|n| n.to_string()),
            any::<u64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| format!("{f:e}")),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| format!("{f}")),
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
        ];
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            number
                .prop_map(|n| Value::Number(super::super::value::Number::new(&n).expect("finite"))),
            odd_text.prop_map(Value::from),
            any::<String>().prop_map(Value::Text),
            "[a-zA-Z0-9 :#'\"\n-]{0,60}".prop_map(Value::Text),
        ]
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-d]",
            any::<String>(),
            prop::sample::select(vec![
                "",
                "<<",
                "null",
                "1",
                "true",
                "~",
                "a.b",
                "..",
                "_-2F",
                "- a",
                "$holdfast"
            ])
            .prop_map(str::to_owned),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        scalar().prop_recursive(3, 24, 4, |inner| {
            let table = prop::collection::hash_map(name(), inner.clone(), 0..4)
                .prop_map(|members| Value::Table(members.into_iter().collect()));
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::List), table]
        })
    }

    /// In key order, no key twice.
    pub(in super::super) fn any_items() -> impl Strategy<Value = Vec<Item>> {
        prop::collection::vec(any_item(), 0..12).prop_map(|items| {
            let by_key: BTreeMap<String, Item> =
                items.into_iter().map(|item| (item.key.clone(), item)).collect();
            by_key.into_values().collect()
        })
    }

    fn any_item() -> impl Strategy<Value = Item> {
        let key = prop_oneof![
            prop::collection::vec(name(), 1..4).prop_map(|names| {
                names.iter().map(|n| part::encode(n)).collect::<Vec<_>>().join("/")
            }),
            "[a-c/]{1,6}",
            "[^\\p{C}]{1,8}",
        ];
        let bytes = prop_oneof![
            4 => value().prop_map(|v| v.to_string().into_bytes()),
            1 => value().prop_map(|v| v.pretty().into_bytes()),
            1 => any::<Vec<u8>>(),
        ];
        let codec = prop_oneof![6 => Just(JSON.to_owned()), 1 => Just("raw".to_owned())];
        (key, codec, bytes).prop_map(|(key, codec, value)| Item { key, codec, value })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
        #[test]
        fn any_items_come_back_from_any_format(items in any_items()) {
            for format in ALL {
                let text = document(&items, format).expect("reversible");
                prop_assert_eq!(back(&text, format), items.clone(), "{}", text);
            }
        }
    }
}
