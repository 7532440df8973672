//! One entry as `import` and `export` see it.

/// A key with its bytes and codec: all that a round trip keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The whole key.
    pub key: String,
    /// The codec's name.
    pub codec: String,
    /// The bytes.
    pub value: Vec<u8>,
}

/// The codec of everything that a tree can show.
pub const JSON: &str = "json";
