//! Encrypted values and values of every codec, as the client library reads them.

use holdfast_client::codec::encrypted::{Algorithm, Encrypted, Envelope, Key, Keyring};
use holdfast_client::{Codecs, Entry};

const CODECS: [&str; 8] =
    ["json", "yaml", "toml", "string", "raw", "secret", "client:encrypted:json", "client:bson"];

/// The first byte chooses the codec. An envelope is written as it was read, and opens for nobody who has not sealed it; a value decodes or
/// is refused.
pub(crate) fn value(data: &[u8]) {
    let Some((&codec, bytes)) = data.split_first() else { return };
    let codec = CODECS[usize::from(codec) % CODECS.len()];
    if let Ok(envelope) = Envelope::parse(bytes) {
        assert_eq!(&*envelope.to_bytes(), bytes, "an envelope has one spelling");
    }
    let Ok(key) = Key::new("k", Algorithm::XChaCha20Poly1305, [7; 32]) else { return };
    let codecs = Codecs::new().with_transformer(Encrypted::with(Keyring::new(key)));
    let entry = Entry::bare("n", "k", bytes.to_vec(), codec);
    let (document, text) =
        (codecs.decode::<serde_json::Value>(&entry), codecs.decode::<String>(&entry));
    if matches!(codec, "secret" | "client:encrypted:json" | "client:bson") {
        assert!(document.is_err() && text.is_err(), "{codec} opened");
    }
    let _ = codecs.scalar(&entry);
}
