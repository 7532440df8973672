//! How often a client may call: token buckets, apart for reads, writes, streams, and attempts to be recognised.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use holdfast_auth::{Asking, RateLimiter, Work};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::settings::{RateSettings, Settings};

/// Buckets for each client, full at first. A client is a user, or the address of a caller without a name.
pub struct Buckets {
    reads: Option<Keyed>,
    writes: Option<Keyed>,
    streams: Option<Keyed>,
    sign_ins: Option<Keyed>,
    clock: DefaultClock,
}

type Keyed = DefaultKeyedRateLimiter<Client>;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Client {
    User(Arc<str>),
    Address(Option<IpAddr>),
}

/// Full buckets are forgotten this often.
const FORGET_EVERY: Duration = Duration::from_secs(60);

impl Buckets {
    /// Those that the settings ask for; `None`: no call is counted.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Arc<Self>> {
        let RateSettings { reads, writes, streams, sign_ins, burst } = &settings.rate;
        let keyed = |rate: &Option<usize>| {
            let rate = NonZeroU32::new(u32::try_from((*rate)?).unwrap_or(u32::MAX))?;
            let burst = burst.and_then(|burst| NonZeroU32::new(u32::try_from(burst).ok()?));
            // As many at once as in two seconds, unless told otherwise.
            let burst = burst.unwrap_or_else(|| rate.saturating_mul(TWO));
            Some(Keyed::keyed(Quota::per_second(rate).allow_burst(burst)))
        };
        let buckets = Self {
            reads: keyed(reads),
            writes: keyed(writes),
            streams: keyed(streams),
            sign_ins: keyed(sign_ins),
            clock: DefaultClock::default(),
        };
        let any = buckets.all().into_iter().any(|keyed| keyed.is_some());
        any.then(|| Arc::new(buckets))
    }

    fn all(&self) -> [&Option<Keyed>; 4] {
        [&self.reads, &self.writes, &self.streams, &self.sign_ins]
    }

    /// Forgets clients that have not called for a while, until the server stops.
    pub async fn forget(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(FORGET_EVERY);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            for keyed in self.all().into_iter().flatten() {
                keyed.retain_recent();
                keyed.shrink_to_fit();
            }
        }
    }
}

const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

impl RateLimiter for Buckets {
    fn admit(&self, asking: &Asking<'_>) -> Result<(), Duration> {
        let keyed = match asking.work {
            Work::Read => &self.reads,
            Work::Write => &self.writes,
            Work::Stream => &self.streams,
            Work::SignIn => &self.sign_ins,
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
