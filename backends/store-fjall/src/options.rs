//! Settings of the embedded store.

/// How much memory and disk it may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FjallOptions {
    /// Cache of the engine for blocks of its files, in bytes.
    pub cache_bytes: u64,
    /// Free space of the file system below which only groups that free space are still taken, in bytes; 0 turns it off.
    pub reserve_bytes: u64,
}

impl Default for FjallOptions {
    fn default() -> Self {
        Self { cache_bytes: 64 << 20, reserve_bytes: 256 << 20 }
    }
}
