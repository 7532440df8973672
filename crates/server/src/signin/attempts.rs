//! How often one address may try to sign in.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// A bucket of attempts for each address; it fills within a minute.
pub struct Attempts {
    buckets: DefaultKeyedRateLimiter<Option<IpAddr>>,
    clock: DefaultClock,
}

/// With more addresses than this, those that have not tried for a while are forgotten.
const MANY: usize = 10_000;

impl Attempts {
    /// So many a minute, and at once.
    #[must_use]
    pub fn a_minute(count: usize) -> Self {
        let count = u32::try_from(count).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let buckets = DefaultKeyedRateLimiter::keyed(Quota::per_minute(count));
        Self { buckets, clock: DefaultClock::default() }
    }

    /// Takes one attempt.
    ///
    /// # Errors
    /// After how long there is another.
    pub fn take(&self, peer: Option<IpAddr>) -> Result<(), Duration> {
        if self.buckets.len() > MANY {
            self.buckets.retain_recent();
        }
        let checked = self.buckets.check_key(&peer.map(house));
        checked.map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }
}

/// Who has one address of IPv6 has all of its /64.
fn house(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_house_has_its_own_attempts() {
        let attempts = Attempts::a_minute(3);
        let of = |text: &str| Some(text.parse::<IpAddr>().expect("an address"));
        for (address, others) in
            [("10.0.0.1", "::ffff:10.0.0.1"), ("2001:db8::1", "2001:db8::ffff:2")]
        {
            for _ in 0..3 {
                assert!(attempts.take(of(address)).is_ok());
            }
            for address in [address, others] {
                let wait = attempts.take(of(address)).expect_err("none is left");
                assert!(
                    wait > Duration::from_secs(10) && wait <= Duration::from_secs(20),
                    "{wait:?}"
                );
            }
        }
        assert!(attempts.take(of("10.0.0.2")).is_ok() && attempts.take(None).is_ok());
    }
}
