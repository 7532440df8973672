//! How often a client may call: token buckets, apart for reads, writes, streams, and attempts to be recognised.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use holdfast_auth::{Asking, RateLimiter, Work};
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::settings::{RateSettings, Settings};

/// Buckets for each client, full at first. A client is a user, or the address of a caller without a name.
pub struct Buckets {
    settings: RateSettings,
    kinds: ArcSwap<Kinds>,
    clock: DefaultClock,
}

/// Those of each kind of work.
struct Kinds {
    reads: Option<Keyed>,
    writes: Option<Keyed>,
    streams: Option<Keyed>,
    sign_ins: Option<Keyed>,
}

type Keyed = DefaultKeyedRateLimiter<Client>;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Client {
    User(Arc<str>),
    Address(Option<IpAddr>),
}

/// Full buckets are forgotten this often.
const FORGET_EVERY: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

impl Kinds {
    /// The part of one of so many nodes.
    fn part(settings: &RateSettings, nodes: NonZeroU32) -> Self {
        let keyed = |rate: &Option<usize>| {
            let number = |number: usize| NonZeroU32::new(u32::try_from(number).unwrap_or(u32::MAX));
            let rate = number((*rate)?)?;
            // As many at once as in two seconds, unless told otherwise.
            let burst = settings.burst.and_then(number).unwrap_or_else(|| rate.saturating_mul(TWO));
            let burst = NonZeroU32::new(burst.get() / nodes).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(SECOND * nodes.get() / rate.get())?;
            Some(Keyed::keyed(quota.allow_burst(burst)))
        };
        let RateSettings { reads, writes, streams, sign_ins, .. } = settings;
        let [reads, writes, streams, sign_ins] = [reads, writes, streams, sign_ins].map(keyed);
        Self { reads, writes, streams, sign_ins }
    }

    fn all(&self) -> impl Iterator<Item = &Keyed> {
        [&self.reads, &self.writes, &self.streams, &self.sign_ins].into_iter().flatten()
    }
}

impl Buckets {
    /// Those that the settings ask for; `None`: no call is counted.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Arc<Self>> {
        let settings = settings.rate.clone();
        let kinds = Kinds::part(&settings, NonZeroU32::MIN);
        let any = kinds.all().next().is_some();
        let buckets = || Self {
            settings,
            kinds: ArcSwap::from_pointee(kinds),
            clock: DefaultClock::default(),
        };
        any.then(|| Arc::new(buckets()))
    }

    /// Forgets clients that have not called for a while, until the server stops.
    pub async fn forget(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(FORGET_EVERY);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            for keyed in self.kinds.load().all() {
                keyed.retain_recent();
                keyed.shrink_to_fit();
            }
        }
    }

    /// Where the settings say so, allows no more than the part of one of the nodes, until the server stops. The buckets are full
    /// again when their number changes: a client may have the part of one node more for that.
    pub(crate) async fn share(
        self: Arc<Self>,
        mut nodes: Receiver<usize>,
        stop: CancellationToken,
    ) {
        if !self.settings.shared {
            return;
        }
        loop {
            let count = u32::try_from(*nodes.borrow_and_update()).unwrap_or(u32::MAX);
            let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
            self.kinds.store(Arc::new(Kinds::part(&self.settings, count)));
            tokio::select! {
                changed = nodes.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    }
}

const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

impl RateLimiter for Buckets {
    fn admit(&self, asking: &Asking<'_>) -> Result<(), Duration> {
        let kinds = self.kinds.load();
        let keyed = match asking.work {
            Work::Read => &kinds.reads,
            Work::Write => &kinds.writes,
            Work::Stream => &kinds.streams,
            Work::SignIn => &kinds.sign_ins,
        };
        let Some(keyed) = keyed else { return Ok(()) };
        let named = asking.who.filter(|who| who.user() != "anonymous");
        let client = match named {
            Some(who) => Client::User(who.shared_user()),
            None => Client::Address(asking.peer),
        };
        keyed.check_key(&client).map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }
}

/// What a method does, by its name: `config.v1/Set`.
#[must_use]
pub fn work_of(method: &str) -> Work {
    const WRITES: &[&str] = &[
        "Set",
        "Del",
        "Edit",
        "Revert",
        "Commit",
        "Txn",
        "Rollback",
        "Create",
        "Put",
        "Revoke",
        "Rotate",
        "Lock",
        "Unlock",
        "Broadcast",
    ];
    let name = method.rsplit('/').next().unwrap_or(method);
    if name == "Watch" || name == "Stream" {
        Work::Stream
    } else if WRITES.iter().any(|verb| name.starts_with(verb)) {
        Work::Write
    } else {
        Work::Read
    }
}

/// The answer to a client that has to wait.
#[must_use]
pub fn exceeded(wait: Duration) -> Status {
    holdfast_api::status::retry_after("rate limit exceeded", wait)
}

#[cfg(test)]
mod tests {
    use holdfast_auth::Identity;

    use super::*;

    fn buckets(change: impl FnOnce(&mut RateSettings)) -> Option<Arc<Buckets>> {
        let mut settings = Settings::default();
        change(&mut settings.rate);
        Buckets::of(&settings)
    }

    fn ask<'a>(who: Option<&'a Identity>, peer: [u8; 4], work: Work) -> Asking<'a> {
        Asking { who, peer: Some(IpAddr::from(peer)), work }
    }

    #[test]
    fn nothing_is_counted_unless_asked_for() {
        assert!(buckets(|_| {}).is_none());
    }

    #[test]
    fn each_user_and_each_nameless_address_has_its_own_bucket_for_each_kind_of_work() {
        let limits = buckets(|rate| {
            rate.reads = Some(1);
            rate.writes = Some(1);
            rate.burst = Some(2);
        });
        let limits = limits.expect("asked for");
        let (ann, bob) = (Identity::named("ann"), Identity::named("bob"));
        let here = [127, 0, 0, 1];
        for who in [Some(&ann), Some(&bob), None] {
            for work in [Work::Read, Work::Write] {
                assert!(limits.admit(&ask(who, here, work)).is_ok());
                assert!(limits.admit(&ask(who, here, work)).is_ok());
                let wait = limits.admit(&ask(who, here, work)).expect_err("the bucket is empty");
                assert!(wait <= Duration::from_secs(1), "{wait:?}");
            }
        }
        assert!(limits.admit(&ask(None, [127, 0, 0, 2], Work::Read)).is_ok());
        assert!(limits.admit(&ask(None, here, Work::Stream)).is_ok());
    }

    #[tokio::test]
    async fn nodes_share_a_rate() {
        let ask_all = |limits: &Buckets| {
            let asked =
                (0..100).filter(|_| limits.admit(&ask(None, [127, 0, 0, 1], Work::Write)).is_ok());
            asked.count()
        };
        for (shared, nodes, allowed) in [(true, 3, 3), (true, 1, 10), (true, 50, 1), (false, 3, 10)]
        {
            let limits = buckets(|rate| {
                // So slow that nothing comes back while the test looks.
                rate.writes = Some(1);
                rate.burst = Some(10);
                rate.shared = shared;
            });
            let limits = limits.expect("asked for");
            let (_sender, known) = tokio::sync::watch::channel(nodes);
            let stop = CancellationToken::new();
            let sharing = tokio::spawn(Arc::clone(&limits).share(known, stop.clone()));
            tokio::task::yield_now().await;
            assert_eq!(ask_all(&limits), allowed, "{nodes} nodes");
            stop.cancel();
            sharing.await.expect("it ends");
        }
    }

    #[test]
    fn methods_are_reads_writes_or_streams() {
        for (method, work) in [
            ("config.v1/Get", Work::Read),
            ("config.v1/SetAlias", Work::Write),
            ("holdfast.v1/Txn", Work::Write),
            ("holdfast.v1/Watch", Work::Stream),
            ("config.v1/ListCodecs", Work::Read),
            ("/stategate.StateService/Del", Work::Write),
            ("/stategate.EntityService/Edit", Work::Write),
            ("/stategate.EntityService/Revert", Work::Write),
            ("/stategate.EventService/Get", Work::Read),
            ("/stategate.EventService/Stream", Work::Stream),
        ] {
            assert_eq!(work_of(method), work, "{method}");
        }
    }
}
