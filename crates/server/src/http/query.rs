//! Query strings, read as gateways of config.v1 read them: names in two spellings, one value for each, whole numbers.

use std::convert::Infallible;
use std::num::IntErrorKind;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::fault::Fault;

/// The parameters of a request, in order, decoded.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// Takes a query string apart. Every text is one; bytes that are no UTF-8 become replacement characters.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first parameter that is not among `names`, for dialects that refuse what they do not know.
    #[must_use]
    pub fn unknown(&self, names: &[&str]) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !names.contains(name))
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The one value of a parameter; an empty text when it is not there.
    ///
    /// # Errors
    /// When it is there more than once.
    pub fn text(&self, name: &str) -> Result<&str, Fault> {
        Ok(self.one(&[name])?.unwrap_or_default())
    }

    /// The one value of a parameter that has several spellings.
    ///
    /// # Errors
    /// When it is there more than once.
    pub fn one(&self, names: &[&str]) -> Result<Option<&str>, Fault> {
        let values: Vec<_> =
            self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
        match values.as_slice() {
            [] => Ok(None),
            [(_, value)] => Ok(Some(value)),
            [(name, _), ..] => {
                let texts: Vec<_> = values.iter().map(|(_, value)| value.as_str()).collect();
                let why = format!("too many values for field {name:?}: {}", texts.join(", "));
                Err(Fault::invalid(why))
            }
        }
    }

    /// The names of all parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The one whole number of a parameter; 0 when it is not there.
    ///
    /// # Errors
    /// When it is there more than once or is no number of the type.
    pub fn number<N: FromStr<Err = std::num::ParseIntError> + Default>(
        &self,
        name: &str,
    ) -> Result<N, Fault> {
        match self.one(&[name])? {
            None => Ok(N::default()),
            Some(text) => parse_int(text)
                .map_err(|why| Fault::invalid(format!("parsing field {name:?}: {why}"))),
        }
    }
}

/// A whole number, with the sentence that config.v1 servers have for a text that is none.
pub(crate) fn parse_int<N: FromStr<Err = std::num::ParseIntError>>(
    text: &str,
) -> Result<N, String> {
    text.parse().map_err(|error: std::num::ParseIntError| {
        let why = match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        format!("strconv.ParseInt: parsing {text:?}: {why}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_counted() {
        let query = Query::parse("prefix=app%2F&a=1&a=2&plus=x+y&empty=");
        assert_eq!(query.text("prefix").expect("once"), "app/");
        assert_eq!(query.text("plus").expect("once"), "x y");
        assert_eq!(query.text("missing").expect("never"), "");
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        let twice = query.text("a").expect_err("twice");
        assert_eq!(twice.status.message(), "too many values for field \"a\": 1, 2");
        assert_eq!(query.unknown(&["prefix", "a"]), Some("plus"));
    }

    #[test]
    fn numbers_are_whole_and_fit() {
        let query = Query::parse("n=-7&word=abc&big=99999999999&empty=&plus=%2B1");
        assert_eq!(query.number::<i32>("n").expect("a number"), -7);
        assert_eq!(query.number::<i32>("missing").expect("unset"), 0);
        for (name, why) in [
            ("word", "strconv.ParseInt: parsing \"abc\": invalid syntax"),
            ("big", "strconv.ParseInt: parsing \"99999999999\": value out of range"),
            ("empty", "strconv.ParseInt: parsing \"\": invalid syntax"),
        ] {
            let fault = query.number::<i32>(name).expect_err(name);
            assert_eq!(fault.status.message(), format!("parsing field {name:?}: {why}"));
        }
    }
}
