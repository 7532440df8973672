//! An engine over the embedded store in this process, for what is measured without a wire.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_auth::{AllowAll, Identity};
use holdfast_engine::{Caller, Engine, Options};
use holdfast_load::drive::ticks;
use holdfast_load::measured::Measured;
use holdfast_store_fjall::{FjallOptions, FjallStore};

use crate::Fault;

/// Store and engine over the same directory.
pub(crate) struct Inside {
    pub(crate) store: Arc<FjallStore>,
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
}

impl Inside {
    /// With the defaults of the server.
    pub(crate) async fn open(data: &Path) -> Result<Self, Fault> {
        Self::open_with(data, Options::default()).await
    }

    /// With other budgets.
    pub(crate) async fn open_with(data: &Path, options: Options) -> Result<Self, Fault> {
        let store = Arc::new(FjallStore::open(data, FjallOptions::default())?);
        let engine = Engine::open(store.clone(), Arc::new(AllowAll), options).await?;
        let caller = Caller::of(Identity::named("bench"), "bench");
        Ok(Self { store, engine, caller })
    }

    pub(crate) async fn close(self) {
        self.engine.shutdown().await;
    }
}

/// Times single calls, one after the other. A tenth of them before that is not counted.
pub(crate) async fn time<E: Into<Fault>>(
    calls: usize,
    mut call: impl AsyncFnMut(usize) -> Result<(), E>,
) -> Result<Measured, Fault> {
    for number in 0..calls / 10 {
        call(number).await.map_err(Into::into)?;
    }
    let mut latencies = Vec::with_capacity(calls);
    let mut total = Duration::ZERO;
    for number in 0..calls {
        let began = Instant::now();
        call(number).await.map_err(Into::into)?;
        let took = began.elapsed();
        total += took;
        latencies.push(ticks(took));
    }
    Ok(Measured::of(&latencies, total)?)
}
