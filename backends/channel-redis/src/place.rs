//! How far each stream was read.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use holdfast_channel::Subject;
use parking_lot::Mutex;

/// The id of an entry of a stream: a time in milliseconds, and a number within it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    millis: u64,
    number: u64,
}

/// What was heard last of each subject: after a lost connection it goes on behind it.
pub(crate) type Places = Arc<Mutex<HashMap<Subject, Place>>>;

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (millis, number) = text.split_once('-').ok_or(())?;
        Ok(Self { millis: millis.parse().map_err(drop)?, number: number.parse().map_err(drop)? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.millis, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_the_stream() {
        let place = |text: &str| text.parse::<Place>().expect("a place");
        assert!(place("9-5") < place("10-0") && place("10-0") < place("10-2"));
        assert_eq!(place("1732266000000-3").to_string(), "1732266000000-3");
        assert!("10".parse::<Place>().is_err() && "a-b".parse::<Place>().is_err());
    }
}
