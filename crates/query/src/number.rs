//! Numbers by their value, whatever they are written as: nothing is rounded to be compared.

use std::cmp::Ordering;

use serde_json::Number;

/// A JSON number as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Exact {
    Whole(i128),
    Real(f64),
}

/// 2^64: no whole number of JSON reaches it.
const ABOVE: f64 = 18_446_744_073_709_551_616.0;

impl Exact {
    pub(crate) fn of(number: &Number) -> Self {
        let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
        match whole {
            Some(whole) => Self::Whole(whole),
            None => Self::Real(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => left.cmp(&right),
            (Self::Real(left), Self::Real(right)) => {
                left.partial_cmp(&right).unwrap_or(Ordering::Equal)
            }
            (Self::Real(left), Self::Whole(right)) => against(left, right),
            (Self::Whole(left), Self::Real(right)) => against(right, left).reverse(),
        }
    }

    /// Towards zero, where that fits 64 bits.
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    pub(crate) fn truncated(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => i64::try_from(whole).ok(),
            Self::Real(real) if real.abs() < ABOVE => i64::try_from(real.trunc() as i128).ok(),
            Self::Real(_) => None,
        }
    }

    /// The same, of a number without a fraction only.
    pub(crate) fn whole(self) -> Option<i64> {
        let whole =
            matches!(self, Self::Whole(_)) || matches!(self, Self::Real(r) if r.fract() == 0.0);
        self.truncated().filter(|_| whole)
    }

    #[expect(clippy::cast_precision_loss, reason = "who asks for a double gets the nearest one")]
    pub(crate) fn double(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Whole(whole) => Self::Whole(-whole),
            Self::Real(real) => Self::Real(-real),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.compare(Self::Whole(0)) == Ordering::Equal
    }

    /// A JSON number again; none where JSON has none.
    pub(crate) fn number(self) -> Option<Number> {
        let narrow = match self {
            Self::Whole(whole) => {
                let signed = i64::try_from(whole).ok().map(Number::from);
                signed.or_else(|| u64::try_from(whole).ok().map(Number::from))
            }
            Self::Real(_) => None,
        };
        narrow.or_else(|| Number::from_f64(self.double()))
    }
}

/// A double against a whole number: first what stands before the point, then what stands after it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it is in range, and the fraction is looked at"
)]
fn against(real: f64, whole: i128) -> Ordering {
    if real >= ABOVE {
        return Ordering::Greater;
    }
    if real <= -ABOVE {
        return Ordering::Less;
    }
    let fraction = real.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal);
    (real.trunc() as i128).cmp(&whole).then(fraction)
}

/// The order of two JSON numbers.
pub(crate) fn compare(left: &Number, right: &Number) -> Ordering {
    Exact::of(left).compare(Exact::of(right))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use serde_json::Number;

    use super::{Exact, compare};

    fn number(text: &str) -> Number {
        serde_json::from_str(text).expect("a number")
    }

    #[test]
    fn numbers_compare_by_value_without_rounding() {
        let cases = [
            ("1", "1.0", Equal),
            ("0", "-0.0", Equal),
            ("9007199254740993", "9007199254740992.0", Greater),
            ("9223372036854775807", "9223372036854775808.0", Less),
            ("18446744073709551615", "18446744073709551616.0", Less),
            ("-9223372036854775808", "-9223372036854775808.0", Equal),
            ("18446744073709551615", "-1", Greater),
            ("2", "2.5", Less),
            ("-2", "-2.5", Greater),
            ("1e300", "18446744073709551615", Greater),
            ("-1e300", "-9223372036854775808", Less),
        ];
        for (left, right, order) in cases {
            assert_eq!(compare(&number(left), &number(right)), order, "{left} {right}");
            assert_eq!(compare(&number(right), &number(left)), order.reverse(), "{right} {left}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_whole_number() {
        assert_eq!(Exact::of(&number("-2.7")).truncated(), Some(-2));
        assert_eq!(Exact::of(&number("-2.7")).whole(), None);
        assert_eq!(Exact::of(&number("3.0")).whole(), Some(3));
        assert_eq!(Exact::of(&number("1e19")).truncated(), None);
        assert_eq!(Exact::of(&number("18446744073709551615")).whole(), None);
    }
}
