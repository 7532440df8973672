//! The channel within a process: for one node, and for tests.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::contract::{
    ChannelCapabilities, EventChannel, LARGEST_MESSAGE, Subscription, check_size,
};
use crate::error::ChannelError;
use crate::fanout::Fanout;
use crate::subject::Subject;

/// Messages between those who hold clones of it. With the last clone it is closed.
#[derive(Debug, Clone, Default)]
pub struct LocalChannel {
    fanout: Arc<Fanout>,
}

impl LocalChannel {
    /// A channel that nobody listens to yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl EventChannel for LocalChannel {
    fn capabilities(&self) -> ChannelCapabilities {
        ChannelCapabilities { name: "local", largest_message: LARGEST_MESSAGE, shared: false }
    }

    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        check_size(&message, LARGEST_MESSAGE)?;
        self.fanout.deliver(subject, &message);
        Ok(())
    }

    async fn subscribe(&self, subject: &Subject) -> Result<Box<dyn Subscription>, ChannelError> {
        Ok(self.fanout.subscribe(subject))
    }

    async fn healthy(&self) -> Result<(), ChannelError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Heard;

    #[tokio::test]
    async fn the_last_clone_closes_it() {
        let channel = LocalChannel::new();
        let clone = channel.clone();
        let subject = Subject::new("a").expect("a subject");
        let mut subscription = channel.subscribe(&subject).await.expect("subscribed");
        drop(channel);
        clone.publish(&subject, Bytes::from_static(b"x")).await.expect("published");
        drop(clone);
        assert_eq!(subscription.next().await, Some(Heard::Message(Bytes::from_static(b"x"))));
        assert_eq!(subscription.next().await, None);
    }
}
