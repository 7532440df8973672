//! The conformance suite on the channel within a process.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_channel::{EventChannel, LocalChannel};
use holdfast_testkit::channel_suite::{Backend, run};

struct Local(LocalChannel);

#[async_trait]
impl Backend for Local {
    async fn open(&self) -> Arc<dyn EventChannel> {
        Arc::new(self.0.clone())
    }

    async fn interrupt(&self) {
        panic!("there is no connection");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_channel_within_a_process_passes_the_suite() {
    run(|| async { Local(LocalChannel::new()) }).await;
}
