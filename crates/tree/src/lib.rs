//! Files of configuration as keys and back: what `import` reads and `export` writes. No network.
//!
//! Start at [`flatten`] (a document becomes items) and [`nest`] (items become documents); the rest serves them.
//!
//! - [`value`]: the tree in memory, numbers as they were spelled
//! - [`part`]: how any text becomes one part of a key, and back
//! - [`mod@format`]: JSON, YAML, TOML to [`value::Value`] and back, by [`json`], [`yaml`], [`toml`]
//! - [`exact`]: the member `$holdfast`, for entries that no tree can show
//! - [`files`]: items as the files of a directory
//! - [`walk`]: which files there are below a directory, and what they add to the key
//!
//! Invariant: `flatten(nest(items))` is `items`, byte for byte, in every format; [`nest`] checks it as it goes.

pub mod exact;
pub mod files;
pub mod flatten;
pub mod format;
pub mod item;
pub mod json;
pub mod nest;
pub mod part;
pub mod toml;
pub mod value;
pub mod walk;
pub mod yaml;

pub use format::Format;
pub use item::Item;
pub use value::Value;
