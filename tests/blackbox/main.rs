//! The real binary over the real wire.
