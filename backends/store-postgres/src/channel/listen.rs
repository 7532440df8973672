//! The one connection that listens.

use std::sync::{Arc, Weak};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use super::part::{Parts, Received};
use super::{Shared, failed, part, unavailable};

/// After so long without a word the connection is tried; after as long again it counts as broken.
const QUIET: Duration = Duration::from_secs(10);

/// Connects, listens, and does so again when the connection broke, until the channel is gone.
pub(super) async fn run(
    shared: Weak<Shared>,
    options: PgConnectOptions,
    connect_timeout: Duration,
) {
    let mut pauses = backoff().build();
    loop {
        let Some(name) = shared.upgrade().map(|shared| shared.name.clone()) else { return };
        match connect(&options, connect_timeout, &name).await {
            Ok(mut listener) => {
                pauses = backoff().build();
                let Some(()) = begin(&shared) else { return };
                let why = hear(&shared, &mut listener).await;
                tell(&shared, why);
            }
            Err(error) => tell(&shared, failed(&error)),
        }
        tokio::time::sleep(pauses.next().unwrap_or_default()).await;
    }
}

/// Between two tries, for as long as it takes.
fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_secs(3))
        .without_max_times()
}

async fn connect(
    options: &PgConnectOptions,
    timeout: Duration,
    name: &str,
) -> Result<PgListener, sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(timeout);
    let pool = pool.connect_lazy_with(options.clone());
    let connecting = async {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(name).await?;
        Ok(listener)
    };
    tokio::time::timeout(timeout, connecting).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Whatever was published while nobody listened is missing.
fn begin(shared: &Weak<Shared>) -> Option<()> {
    let shared = shared.upgrade()?;
    *shared.trouble.lock() = None;
    shared.listening.send_replace(true);
    for subject in shared.fanout.subjects() {
        shared.fanout.gap(&subject);
    }
    Some(())
}

fn tell(shared: &Weak<Shared>, trouble: holdfast_channel::ChannelError) {
    if let Some(shared) = shared.upgrade() {
        tracing::debug!(%trouble, "the bell is not heard");
        shared.listening.send_replace(false);
        *shared.trouble.lock() = Some(trouble);
    }
}

/// Delivers until the connection breaks; says why.
async fn hear(shared: &Weak<Shared>, listener: &mut PgListener) -> holdfast_channel::ChannelError {
    let mut parts = Parts::default();
    let mut tried = false;
    loop {
        match tokio::time::timeout(QUIET, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                tried = false;
                let Some(shared) = shared.upgrade() else { return unavailable("it is closed") };
                deliver(&shared, parts.take(notification.payload()));
            }
            Ok(Ok(None)) => return unavailable("the connection was lost"),
            Ok(Err(error)) => return failed(&error),
            Err(_) if tried => return unavailable("the connection has gone silent"),
            Err(_) => {
                tried = true;
                let shared = shared.clone();
                tokio::spawn(async move {
                    if let Some(shared) = shared.upgrade() {
                        let _ = shared.notify(&[part::of_mark(part::mark())]).await;
                    }
                });
            }
        }
    }
}

fn deliver(shared: &Arc<Shared>, received: Received) {
    *shared.trouble.lock() = None;
    match received {
        Received::Mark(mark) => {
            if let Some(waiting) = shared.marks.lock().remove(&mark) {
                // Who gave up meanwhile does not mind.
                let _ = waiting.send(());
            }
        }
        Received::Message(subject, message) => shared.fanout.deliver(&subject, &message),
        Received::Part | Received::Nothing => {}
    }
}
