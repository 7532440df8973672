//! Keys as a tree that serde reads.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use holdfast_tree::part;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, VariantAccess, Visitor,
};

use super::known::Entries;
use crate::codec::{Blob, Plain, Text};
use crate::{Codecs, Entry};

/// A key, or what is below it.
pub(super) enum Node<'a> {
    /// A key with a value.
    Leaf(&'a Entry, &'a Codecs),
    /// Keys below one, by their next part.
    Branch(BTreeMap<String, Self>),
}

impl<'a> Node<'a> {
    /// The tree of entries below a prefix, which ends in `/` or is empty. Where a key has a value and keys below it, those win.
    pub(super) fn of(entries: &'a Entries, prefix: &str, codecs: &'a Codecs) -> Self {
        let mut root = Self::Branch(BTreeMap::new());
        for (key, entry) in entries {
            root.insert(key.strip_prefix(prefix).unwrap_or(key), entry, codecs);
        }
        root
    }

    fn insert(&mut self, rest: &str, entry: &'a Arc<Entry>, codecs: &'a Codecs) {
        if let Self::Leaf(..) = self {
            *self = Self::Branch(BTreeMap::new());
        }
        let Self::Branch(below) = self else { return };
        let (first, rest) = rest.split_once('/').map_or((rest, None), |(a, b)| (a, Some(b)));
        let name = part::decode(first).unwrap_or_else(|| first.to_owned());
        match rest {
            Some(rest) => {
                let empty = || Self::Branch(BTreeMap::new());
                below.entry(name).or_insert_with(empty).insert(rest, entry, codecs);
            }
            // Keys come in order: what is below this one comes later, and takes its place.
            None => _ = below.insert(name, Self::Leaf(entry, codecs)),
        }
    }
}

/// Hands a call on to whatever the bytes of a leaf are; what is hidden does not show in the error.
macro_rules! on {
    ($self:ident, $method:ident($($argument:expr),*), $visitor:ident, $branch:expr) => {
        match $self {
            Node::Branch(below) => $branch(below),
            Node::Leaf(entry, codecs) => {
                let (plain, hidden) = codecs.read(entry).map_err(Error::custom)?;
                let value = match &plain {
                    Plain::Json(json) => {
                        let mut json = serde_json::Deserializer::from_reader(&**json);
                        (&mut json).$method($($argument,)* $visitor).map_err(Error::custom)
                    }
                    Plain::Text(text) => Text(text).$method($($argument,)* $visitor),
                    Plain::Bytes(bytes) => Blob::open(bytes).$method($($argument,)* $visitor),
                    Plain::Secret(bytes) => Blob::secret(bytes).$method($($argument,)* $visitor),
                };
                value.map_err(|error| if hidden { hide() } else { error })
            }
        }
    };
}

fn hide() -> Error {
    Error::custom("it does not decode into what was asked for")
}

type Below<'a> = BTreeMap<String, Node<'a>>;

fn map<'de, V: Visitor<'de>>(below: &Below<'_>, visitor: V) -> Result<V::Value, Error> {
    visitor.visit_map(MapDeserializer::new(below.iter().map(|(name, node)| (Text(name), node))))
}

/// Keys `0`, `1`, ... are a list.
fn list<'de, V: Visitor<'de>>(below: &Below<'_>, visitor: V) -> Result<V::Value, Error> {
    let mut items: Vec<(usize, &Node<'_>)> = below
        .iter()
        .map(|(name, node)| name.parse().map(|at| (at, node)))
        .collect::<Result<_, _>>()
        .map_err(|_| Error::custom("keys are no list, unless they are 0, 1, 2 and so on"))?;
    items.sort_by_key(|(at, _)| *at);
    if items.iter().enumerate().any(|(expected, (at, _))| expected != *at) {
        return Err(Error::custom("the keys of a list are 0, 1, 2 and so on, without a gap"));
    }
    visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(|(_, node)| node)))
}

fn no_scalar<T>(_: &Below<'_>) -> Result<T, Error> {
    Err(Error::custom("there are keys below it where one value is expected"))
}

macro_rules! scalars {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            on!(self, $method(), visitor, no_scalar)
        }
    )*};
}

impl<'de> Deserializer<'de> for &Node<'_> {
    type Error = Error;

    scalars! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        on!(self, deserialize_any(), visitor, |below| map(below, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        on!(self, deserialize_map(), visitor, |below| map(below, visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_struct(name, fields), visitor, |below| map(below, visitor))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        on!(self, deserialize_seq(), visitor, |below| list(below, visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_tuple(length), visitor, |below| list(below, visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_tuple_struct(name, length), visitor, |below| list(below, visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_unit_struct(name), visitor, no_scalar)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_newtype_struct(name), visitor, |_| visitor.visit_newtype_struct(self))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        on!(self, deserialize_option(), visitor, |_| visitor.visit_some(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        on!(self, deserialize_enum(name, variants), visitor, |below: &Below<'_>| {
            let mut members = below.iter();
            match (members.next(), members.next()) {
                (Some((name, node)), None) => visitor.visit_enum(Variant { name, node }),
                _ => Err(Error::custom("an enum has one variant, and one key of its name")),
            }
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // What nobody asks for need not even decode.
        visitor.visit_unit()
    }
}

impl<'de> IntoDeserializer<'de> for &Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Variant<'a> {
    name: &'a str,
    node: &'a Node<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let name: serde::de::value::StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::custom("a variant without parts is a text"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.node)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.node.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.node.deserialize_struct("", fields, visitor)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(entry, _) => write!(f, "{}", entry.key),
            Self::Branch(below) => below.fmt(f),
        }
    }
}
