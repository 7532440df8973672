//! Which state a verb reads.

use std::str::FromStr;

use clap::Args;
use holdfast_api::convert::time;
use holdfast_api::holdfast_v1::Moment as WireMoment;
use holdfast_api::holdfast_v1::moment::At;
use holdfast_api::holdfast_v1::rollback_request::To;
use holdfast_model::Timestamp;

use crate::args::duration;

/// The options of a verb that reads the past.
#[derive(Debug, Clone, Args)]
pub struct Past {
    /// As it was at this revision
    #[arg(long, value_name = "N", conflicts_with = "at")]
    rev: Option<u64>,
    /// As it was at this time (`2026-01-31T12:00:00Z`), or so long ago (`10m`)
    #[arg(long, value_name = "TIME")]
    at: Option<Instant>,
}

impl Past {
    /// The moment; `None`: now.
    pub fn moment(&self) -> Option<Moment> {
        self.rev.map(Moment::Revision).or(self.at.map(Moment::Time))
    }
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

/// A revision, or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When this revision was the newest.
    Revision(u64),
    /// At this time.
    Time(Instant),
}

impl Moment {
    /// For a read.
    pub fn wire(self) -> WireMoment {
        let at = match self {
            Self::Revision(revision) => At::Revision(revision),
            Self::Time(Instant(at)) => At::Time(Box::new(time(at))),
        };
        WireMoment { at: Some(at), ..WireMoment::default() }
    }

    /// For a rollback.
    pub fn target(self) -> To {
        match self {
            Self::Revision(revision) => To::Revision(revision),
            Self::Time(Instant(at)) => To::Time(Box::new(time(at))),
        }
    }
}

impl FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            let nanos = i64::try_from(time.as_nanosecond());
            return nanos.map(|nanos| Self(Timestamp(nanos))).map_err(|error| error.to_string());
        }
        let help = "expected a time such as 2026-01-31T12:00:00Z, or how long ago, such as 10m";
        let ago = duration(text).map_err(|_| help.to_owned())?;
        let now = i64::try_from(jiff::Timestamp::now().as_nanosecond());
        let ago = i64::try_from(ago.as_nanos());
        match (now, ago) {
            (Ok(now), Ok(ago)) => Ok(Self(Timestamp(now.saturating_sub(ago)))),
            _ => Err(help.to_owned()),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
            let revision = text.parse();
            return revision.map(Self::Revision).map_err(|_| "no such revision".to_owned());
        }
        text.parse().map(Self::Time).map_err(|why: String| format!("{why}; or a revision"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_revision_a_time_or_a_while_ago() {
        assert_eq!("7".parse(), Ok(Moment::Revision(7)));
        let epoch = "1970-01-01T00:00:01Z".parse();
        assert_eq!(epoch, Ok(Moment::Time(Instant(Timestamp(1_000_000_000)))));
        let now: Instant = "1ms".parse().expect("a while ago");
        let hour: Instant = "1h".parse().expect("a while ago");
        let between = now.0.0 - hour.0.0;
        assert!((3_590_000_000_000..3_610_000_000_000).contains(&between), "{between}");
        for bad in ["", "soon", "-1", "2026-13-01T00:00:00Z", "99999999999999999999999"] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }
}
