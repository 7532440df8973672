//! Which API the server has: found out by asking, so that a server without reflection is understood too.

use std::sync::atomic::{AtomicU64, Ordering};

/// Remembers that a server does not speak holdfast.v1, until there is another connection: it may be another server.
#[derive(Debug, Default)]
pub(super) struct Speaks {
    /// One more than the connections made when it was found out; 0: it was not.
    only_config: AtomicU64,
}

impl Speaks {
    /// Is holdfast.v1 worth asking?
    pub(super) fn holdfast(&self, connections_made: u64) -> bool {
        self.only_config.load(Ordering::Relaxed) != connections_made + 1
    }

    /// It does not speak it.
    pub(super) fn only_config(&self, connections_made: u64) {
        self.only_config.store(connections_made + 1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_connection_is_asked_anew() {
        let speaks = Speaks::default();
        assert!(speaks.holdfast(0) && speaks.holdfast(1));
        speaks.only_config(1);
        assert!(!speaks.holdfast(1));
        assert!(speaks.holdfast(2));
    }
}
