//! Parameters of a GET as members of the request message: strict, each in both spellings of protobuf's JSON.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fault;
use crate::http::fault::Fault;
use crate::http::query::Query;

/// A parameter that a path takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    /// Of the message, in lower case with underscores.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// How a parameter becomes a member.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A text, an enum's name, a time, a number: what JSON may say in quotes.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number of 32 bits.
    Small,
    /// A text that may be there several times.
    Texts,
    /// A member of the message `at`.
    Moment,
}

pub(super) const fn text(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Text }
}

pub(super) const fn flag(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Flag }
}

pub(super) const fn small(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Small }
}

pub(super) const fn texts(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Texts }
}

const fn moment(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Moment }
}

/// Which state a read is of.
pub(super) const MOMENT: [Parameter; 4] =
    [moment("revision"), moment("time"), moment("at_least"), moment("behind")];

/// The message that these parameters and the names of the path say.
pub(super) fn message<M: DeserializeOwned>(
    query: &Query,
    parameters: &[Parameter],
    names: &[(&str, String)],
) -> Result<M, Fault> {
    let mut members = members(query, parameters)?;
    members.extend(names.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into())));
    decoded(members)
}

pub(super) fn decoded<M: DeserializeOwned>(members: Map<String, Value>) -> Result<M, Fault> {
    let message = serde_json::from_value(Value::Object(members));
    message.map_err(|error| {
        fault::of_request(Fault::invalid(format!("the parameters do not decode: {error}")))
    })
}

/// The members that the parameters say.
pub(super) fn members(
    query: &Query,
    parameters: &[Parameter],
) -> Result<Map<String, Value>, Fault> {
    let camel: Vec<String> = parameters.iter().map(|one| camel(one.name)).collect();
    let known: Vec<&str> =
        parameters.iter().map(|one| one.name).chain(camel.iter().map(String::as_str)).collect();
    if let Some(name) = query.unknown(&known) {
        let why = format!("{name}: there is no such member");
        return Err(fault::of_request(Fault::invalid(why)));
    }
    let (mut members, mut at) = (Map::new(), Map::new());
    for (parameter, camel) in parameters.iter().zip(&camel) {
        let name = parameter.name;
        if matches!(parameter.kind, Kind::Texts) {
            let values: Vec<Value> = query.all(name).map(Value::from).collect();
            if !values.is_empty() {
                members.insert(name.to_owned(), values.into());
            }
            continue;
        }
        let given = query.one(&[name, camel]).map_err(fault::of_request)?;
        let Some(given) = given else { continue };
        match parameter.kind {
            Kind::Moment => drop(at.insert(name.to_owned(), given.into())),
            kind => drop(members.insert(name.to_owned(), value(name, kind, given)?)),
        }
    }
    if !at.is_empty() {
        members.insert("at".to_owned(), at.into());
    }
    Ok(members)
}

fn value(name: &str, kind: Kind, given: &str) -> Result<Value, Fault> {
    let wrong =
        |what: &str| fault::of_request(Fault::invalid(format!("{name}: {given:?} is {what}")));
    match kind {
        Kind::Flag => match given {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(wrong("neither true nor false")),
        },
        Kind::Small => {
            let digits = given.bytes().all(|digit| digit.is_ascii_digit());
            let number = given.parse::<u32>().ok().filter(|_| digits);
            number.map(Value::from).ok_or_else(|| wrong("no number of 32 bits"))
        }
        Kind::Text | Kind::Texts | Kind::Moment => Ok(given.into()),
    }
}

/// `next_cursor` -> `nextCursor`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use holdfast_api::holdfast_v1::ListRequest;
    use holdfast_api::holdfast_v1::moment::At;

    use super::*;

    const PARAMETERS: [Parameter; 7] = [
        text("prefix"),
        small("limit"),
        flag("omit_values"),
        MOMENT[0],
        MOMENT[1],
        MOMENT[2],
        MOMENT[3],
    ];

    fn read(query: &str) -> Result<ListRequest, Fault> {
        message(&Query::parse(query), &PARAMETERS, &[("namespace", "a".into())])
    }

    #[test]
    fn parameters_are_members_in_both_spellings() {
        let request = read("prefix=a%2Fb&limit=7&omitValues=true&at_least=9").expect("it reads");
        assert_eq!((&*request.namespace, &*request.prefix), ("a", "a/b"));
        assert!(request.limit == 7 && request.omit_values);
        let at = request.at.as_option().and_then(|at| at.at.clone());
        assert_eq!(at, Some(At::AtLeast(9)));
        assert!(read("time=2026-01-31T12:00:00Z").is_ok());
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (query, named) in [
            ("junk=1", "junk"),
            ("limit=-1", "limit"),
            ("limit=99999999999", "limit"),
            ("omit_values=yes", "omit_values"),
            ("prefix=a&prefix=b", "prefix"),
            ("omit_values=true&omitValues=true", "omit"),
            ("revision=x", "decode"),
            ("revision=1&at_least=2", "decode"),
            ("time=soon", "decode"),
        ] {
            let fault = read(query).expect_err(query);
            assert!(fault.status.message().contains(named), "{query}: {fault:?}");
        }
    }
}
