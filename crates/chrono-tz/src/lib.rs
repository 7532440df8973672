//! Stands in for the crate `chrono-tz` (`[patch.crates-io]` in the workspace's manifest), as far as the policy engine uses it: a zone by its
//! name, and its offset at a time.
//!
//! The crate it stands in for has every change of every zone as a row of a table in the program, 1.1 MiB of them. jiff has the same database in
//! a fifth of that, in the form that systems keep it in. Whoever builds a single crate of ours from a registry has the one it stands in for.

use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{
    Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Timelike,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};

/// A time zone of the IANA database that is in the program: what the machine has of it is not asked, so that a policy means the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tz(jiff::tz::TimeZone);

/// How far a zone is from UTC at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TzOffset {
    zone: Tz,
    offset: FixedOffset,
}

/// The database has no zone of this name. Names are compared letter by letter, as chrono-tz and Go do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to parse timezone")]
pub struct ParseError;

impl Tz {
    fn at(&self, offset: jiff::tz::Offset) -> TzOffset {
        // Both libraries bound an offset; chrono's bound, a day, is the narrower one, and the database has none beyond 16 hours.
        let offset = FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| chrono::Utc.fix());
        TzOffset { zone: self.clone(), offset }
    }
}

impl FromStr for Tz {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, ParseError> {
        static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
        let database = DATABASE.get_or_init(TimeZoneDatabase::bundled);
        let zone = database.get(name).map_err(|_| ParseError)?;
        if zone.iana_name() == Some(name) { Ok(Self(zone)) } else { Err(ParseError) }
    }
}

impl Offset for TzOffset {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}

impl TimeZone for Tz {
    type Offset = TzOffset;

    fn from_offset(offset: &TzOffset) -> Self {
        offset.zone.clone()
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<TzOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<TzOffset> {
        let Some(civil) = civil(local) else { return MappedLocalTime::None };
        match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.at(offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.at(before), self.at(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> TzOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> TzOffset {
        let seconds = utc.and_utc().timestamp();
        // chrono's years go further than jiff's ten thousand; beyond them a zone is as at their ends.
        let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let time = Timestamp::from_second(seconds).unwrap_or(end);
        self.at(self.0.to_offset(time))
    }
}

/// `None` beyond jiff's years.
fn civil(local: &NaiveDateTime) -> Option<DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    DateTime::new(
        i16::try_from(local.year()).ok()?,
        part(local.month())?,
        part(local.day())?,
        part(local.hour())?,
        part(local.minute())?,
        part(local.second())?,
        // A leap second has a second's more.
        i32::try_from(local.nanosecond() % 1_000_000_000).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i32 = 3600;

    fn zone(name: &str) -> Tz {
        name.parse().expect("a zone")
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().expect("a time")
    }

    fn offset(name: &str, utc: &str) -> i32 {
        zone(name).offset_from_utc_datetime(&at(utc)).fix().local_minus_utc()
    }

    #[test]
    fn the_offset_is_that_of_the_zone_at_the_time() {
        assert_eq!(offset("Europe/Berlin", "2024-01-15T12:00:00"), HOUR);
        assert_eq!(offset("Europe/Berlin", "2024-03-31T00:59:59"), HOUR);
        assert_eq!(offset("Europe/Berlin", "2024-03-31T01:00:00"), 2 * HOUR);
        assert_eq!(offset("America/New_York", "2024-07-04T12:00:00"), -4 * HOUR);
        assert_eq!(offset("Asia/Kathmandu", "2024-07-04T12:00:00"), 5 * HOUR + 45 * 60);
        // A zone's own mean time, before there were zones, and one that moved over the date line.
        assert_eq!(offset("Europe/Berlin", "1800-01-01T00:00:00"), 53 * 60 + 28);
        assert_eq!(offset("Pacific/Apia", "2011-12-29T00:00:00"), -10 * HOUR);
        assert_eq!(offset("Pacific/Apia", "2011-12-31T00:00:00"), 14 * HOUR);
        // By the rule for the future, no longer by the table.
        assert_eq!(offset("Australia/Sydney", "2090-01-01T00:00:00"), 11 * HOUR);
        assert_eq!(offset("Australia/Sydney", "2090-07-01T00:00:00"), 10 * HOUR);
    }

    #[test]
    fn links_and_offsets_have_names_too() {
        assert_eq!(offset("US/Pacific", "2024-01-15T12:00:00"), -8 * HOUR);
        assert_eq!(offset("Etc/GMT+5", "2024-01-15T12:00:00"), -5 * HOUR);
        assert_eq!(offset("UTC", "2024-01-15T12:00:00"), 0);
        assert_eq!(offset("EST5EDT", "2024-07-15T12:00:00"), -4 * HOUR);
    }

    #[test]
    fn a_name_is_compared_letter_by_letter() {
        for wrong in
            ["europe/berlin", "Europe/Berlin ", "", "Nowhere/City", "../etc/passwd", "+02:00"]
        {
            assert_eq!(wrong.parse::<Tz>(), Err(ParseError), "{wrong:?}");
        }
    }

    #[test]
    fn a_local_time_may_be_there_twice_or_not_at_all() {
        let berlin = zone("Europe/Berlin");
        let hours = |found: MappedLocalTime<TzOffset>| {
            found.map(|offset| offset.fix().local_minus_utc() / HOUR)
        };
        let local = |text| hours(berlin.offset_from_local_datetime(&at(text)));
        assert_eq!(local("2024-06-01T12:00:00"), MappedLocalTime::Single(2));
        assert_eq!(local("2024-03-31T02:30:00"), MappedLocalTime::None);
        assert_eq!(local("2024-10-27T02:30:00"), MappedLocalTime::Ambiguous(2, 1));
        let date = berlin.offset_from_local_date(&at("2024-06-01T12:00:00").date());
        assert_eq!(hours(date), MappedLocalTime::Single(2));
    }

    #[test]
    fn years_that_one_of_the_libraries_does_not_have_do_not_matter() {
        let berlin = zone("Europe/Berlin");
        for far in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            assert!(
                berlin.offset_from_utc_datetime(&far).fix().local_minus_utc().abs() < 24 * HOUR
            );
            assert_eq!(berlin.offset_from_local_datetime(&far).single(), None);
        }
    }

    #[test]
    fn chrono_has_the_local_time_by_it() {
        let there = zone("Asia/Tokyo").timestamp_nanos(1_700_000_000_000_000_000);
        assert_eq!(there.naive_local(), at("2023-11-15T07:13:20"));
        assert_eq!(there.fixed_offset().offset().local_minus_utc(), 9 * HOUR);
        assert_eq!(there.timezone(), zone("Asia/Tokyo"));
    }
}
