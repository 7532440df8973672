//! Which codecs there are, by name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use holdfast_tree::Format;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::builtin::{Document, Raw, Words};
use super::chain::Chain;
use super::{At, Codec, Form, Plain, Refusal, Scalar, Transformer};
use crate::{Entry, Error, Kind};

/// Which codecs there are, by name. Without further ado: `json`, `yaml`, `toml`; `raw` and `bytes`; `string` and `text`; `secret`, which
/// opens only for a [`Secret`](crate::Secret).
///
/// A value of a codec that is not here is passed through untouched: its bytes are there, it does not decode.
#[derive(Debug, Clone)]
pub struct Codecs {
    codecs: BTreeMap<String, Arc<dyn Codec>>,
    transformers: BTreeMap<String, Arc<dyn Transformer>>,
    /// JSON is what it always is, so that nothing has to be looked up for it.
    plain_json: bool,
}

/// The codecs of whoever chose none.
static STANDARD: LazyLock<Codecs> = LazyLock::new(Codecs::new);

impl Default for Codecs {
    fn default() -> Self {
        Self::new()
    }
}

/// Bytes that a chain has been undone from, and what is left to read them with.
struct Opened<'a> {
    bytes: Cow<'a, [u8]>,
    codec: &'a dyn Codec,
    hidden: bool,
}

impl Codecs {
    /// Those that are always there.
    #[must_use]
    pub fn new() -> Self {
        let none =
            Self { codecs: BTreeMap::new(), transformers: BTreeMap::new(), plain_json: true };
        let documents = [Format::Json, Format::Yaml, Format::Toml].map(Document);
        let mut all = documents.into_iter().fold(none, Self::with);
        all.plain_json = true;
        all.with(Words("string"))
            .with(Words("text"))
            .with(Raw { name: "raw", form: Form::Bytes })
            .with(Raw { name: "bytes", form: Form::Bytes })
            .with(Raw { name: "secret", form: Form::Secret })
    }

    /// Those of whoever chose none.
    pub(crate) fn standard() -> &'static Self {
        &STANDARD
    }

    /// And this one; it takes the place of one of the same name.
    #[must_use]
    pub fn with(mut self, codec: impl Codec) -> Self {
        self.plain_json &= codec.name() != "json";
        self.codecs.insert(codec.name().to_owned(), Arc::new(codec));
        self
    }

    /// And this transformer; it takes the place of one of the same name.
    #[must_use]
    pub fn with_transformer(mut self, transformer: impl Transformer) -> Self {
        self.transformers.insert(transformer.name().to_owned(), Arc::new(transformer));
        self
    }

    /// True when entries of this codec decode.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.codecs.contains_key(name) || self.parts(name).is_ok()
    }

    /// The value of an entry.
    ///
    /// # Errors
    /// [`Kind::Codec`] when its codec is not known, or the bytes do not decode into `T`.
    pub fn decode<T: DeserializeOwned>(&self, entry: &Entry) -> Result<T, Error> {
        // Nearly every value is JSON.
        if self.plain_json && &*entry.codec == "json" {
            return serde_json::from_slice(&entry.value).map_err(|e| broken(entry, &e));
        }
        let opened = self.open(entry)?;
        opened
            .plain()
            .and_then(|plain| plain.decode())
            .map_err(|cause| opened.refused(entry, cause))
    }

    /// The value of an entry as a number, a truth or a text.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); [`Kind::NotFound`] for null.
    pub fn scalar(&self, entry: &Entry) -> Result<Scalar, Error> {
        let opened = self.open(entry)?;
        let scalar = opened.plain().and_then(|plain| Scalar::of(&plain));
        match scalar.map_err(|cause| opened.refused(entry, cause))? {
            Scalar::Null => Err(Error::new(Kind::NotFound, format!("{} is null", entry.key))),
            scalar => Ok(scalar),
        }
    }

    /// What an entry says, for whoever puts several together; and whether it may not show in errors.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub(crate) fn read(&self, entry: &Entry) -> Result<(Plain<'static>, bool), Error> {
        let opened = self.open(entry)?;
        let plain = opened.plain().map(|plain| match plain {
            Plain::Json(json) => Plain::Json(json.into_owned().into()),
            Plain::Text(text) => Plain::Text(text.into_owned().into()),
            Plain::Bytes(bytes) => Plain::Bytes(bytes.into_owned().into()),
            Plain::Secret(bytes) => Plain::Secret(bytes.into_owned().into()),
        });
        Ok((plain.map_err(|cause| opened.refused(entry, cause))?, opened.hidden))
    }

    /// The bytes of an entry without what its transformers did; `None` when that cannot be undone.
    pub(crate) fn plain_bytes(&self, entry: &Entry) -> Option<Vec<u8>> {
        self.open(entry).ok().map(|opened| opened.bytes.into_owned())
    }

    /// The bytes of a value, for this place and in this codec.
    ///
    /// # Errors
    /// [`Kind::Codec`] when the codec is not known, or has no words for the value.
    pub fn encode(&self, value: &(impl Serialize + ?Sized), at: At<'_>) -> Result<Bytes, Error> {
        let (transformers, codec) = self.parts(at.codec)?;
        let refused = |cause: Refusal| {
            let sentence = format!("{} cannot be written as {}: {cause}", at.key, at.codec);
            Error::new(Kind::Codec, sentence)
        };
        let plain = Plain::of(value, codec.form()).map_err(refused)?;
        let mut bytes = codec.write(plain).map_err(refused)?;
        for transformer in transformers.iter().rev() {
            bytes = transformer.wrap(&bytes, at).map_err(refused)?;
        }
        Ok(bytes)
    }

    fn open<'a>(&'a self, entry: &'a Entry) -> Result<Opened<'a>, Error> {
        let (transformers, codec) = self
            .parts(&entry.codec)
            .map_err(|error| Error::new(Kind::Codec, format!("{}: {error}", entry.key)))?;
        let mut bytes = Cow::Borrowed(&*entry.value);
        let mut hidden = codec.form() == Form::Secret;
        for transformer in transformers {
            hidden |= transformer.hides();
            let opened = transformer.unwrap(&bytes, At::of(entry));
            bytes = Cow::Owned(opened.map_err(|cause| because(entry, cause))?.into());
        }
        Ok(Opened { bytes, codec, hidden })
    }

    /// The transformers of a chain, outermost first, and its codec.
    fn parts(&self, name: &str) -> Result<(Vec<&dyn Transformer>, &dyn Codec), Error> {
        let name = if name.is_empty() { "json" } else { name };
        if let Some(codec) = self.codecs.get(name) {
            return Ok((Vec::new(), &**codec));
        }
        let unknown = |part: &str| {
            let of = if part == name { String::new() } else { format!(" of {name}") };
            Error::new(Kind::Codec, format!("the codec {part:?}{of} is not known here"))
        };
        let chain = Chain::parse(name);
        let find = |part| self.transformers.get(part).map(|t| &**t).ok_or_else(|| unknown(part));
        let transformers = chain.transformers().map(find).collect::<Result<_, _>>()?;
        let codec = self.codecs.get(chain.codec()).ok_or_else(|| unknown(chain.codec()))?;
        Ok((transformers, &**codec))
    }
}

impl Opened<'_> {
    fn plain(&self) -> Result<Plain<'_>, Refusal> {
        self.codec.read(&self.bytes)
    }

    /// What is hidden does not show in the words of a parser either.
    fn refused(&self, entry: &Entry, cause: Refusal) -> Error {
        if self.hidden {
            let sentence = format!("{}: it does not decode into what was asked for", entry.key);
            return Error::new(Kind::Codec, sentence);
        }
        because(entry, cause)
    }
}

fn because(entry: &Entry, cause: Refusal) -> Error {
    Error::new(Kind::Codec, format!("{}: {cause}", entry.key))
}

#[cold]
fn broken(entry: &Entry, cause: &serde_json::Error) -> Error {
    Error::new(Kind::Codec, format!("{}: {cause}", entry.key))
}
