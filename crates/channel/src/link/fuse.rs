//! Tells everybody once that something is over.

use tokio::sync::watch;

use crate::error::ChannelError;

/// Blows once. A connection's tasks blow it, the keeper waits for it.
#[derive(Debug)]
pub struct Fuse(watch::Sender<Option<ChannelError>>);

impl Fuse {
    /// Says that it is over, and why; what was said first counts.
    pub fn blow(&self, why: ChannelError) {
        self.0.send_if_modified(|blown| {
            let first = blown.is_none();
            blown.get_or_insert(why);
            first
        });
    }

    /// Waits until it is over.
    pub async fn blown(&self) -> ChannelError {
        let mut blown = self.0.subscribe();
        let blown = blown.wait_for(Option::is_some).await;
        blown.ok().and_then(|why| why.clone()).unwrap_or(ChannelError::Closed)
    }
}

impl Default for Fuse {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}
