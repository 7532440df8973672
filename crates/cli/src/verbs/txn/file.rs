//! A transaction in a file: the words of the command line, with a namespace for each step where that is wanted.

use std::path::Path;

use bytes::Bytes;
use holdfast_api::holdfast_v1::write::Action;
use holdfast_api::holdfast_v1::{Compare, Read};

use super::grammar::{self, Step};
use crate::args::duration;
use crate::commit;
use crate::failure::Failure;
use crate::place;
use holdfast_tree::{Format, Value};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) compares: Vec<Compare>,
    pub(super) then: Vec<Step>,
    pub(super) otherwise: Vec<Step>,
    pub(super) reason: Option<String>,
    pub(super) idempotency_key: Option<String>,
}

/// Reads a file; `-` is standard input, and YAML, of which JSON is a part, unless something else is said.
pub(super) fn read(path: &Path, format: Option<Format>) -> Result<File, Failure> {
    let bytes = place::read(path)?;
    let format = format.or_else(|| Format::of(path)).unwrap_or(Format::Yaml);
    let faults = |faults| Failure::Faults { path: place::shown(path), faults };
    let document = format.read(&bytes).map_err(|error| faults(vec![error.to_string()]))?;
    parse(document).map_err(faults)
}

/// All faults, each with its place.
fn parse(document: Value) -> Result<File, Vec<String>> {
    let Value::Table(members) = document else {
        return Err(vec!["expected a table with `if`, `then` and `else`".into()]);
    };
    let (mut file, mut faults) = (File::default(), Vec::new());
    for (name, value) in members {
        match name.as_str() {
            "if" => file.compares = each(&name, value, compare, &mut faults),
            "then" => file.then = each(&name, value, step, &mut faults),
            "else" => file.otherwise = each(&name, value, step, &mut faults),
            "reason" => file.reason = text(&name, value, &mut faults),
            "idempotency_key" => file.idempotency_key = text(&name, value, &mut faults),
            _ => faults.push(format!(
                "{name}: unknown, expected `if`, `then`, `else`, `reason` or `idempotency_key`"
            )),
        }
    }
    if faults.is_empty() { Ok(file) } else { Err(faults) }
}

fn each<T>(
    name: &str,
    value: Value,
    read: fn(Value) -> Result<T, String>,
    faults: &mut Vec<String>,
) -> Vec<T> {
    let items = match value {
        Value::List(items) => items,
        _ => {
            faults.push(format!("{name}: expected a list"));
            return Vec::new();
        }
    };
    let mut all = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        match read(item) {
            Ok(one) => all.push(one),
            Err(why) => faults.push(format!("{name}[{at}]: {why}")),
        }
    }
    all
}

fn text(name: &str, value: Value, faults: &mut Vec<String>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => {
            faults.push(format!("{name}: expected a text"));
            None
        }
    }
}

/// A comparison as the command line writes it, or `{ if: COMPARISON, namespace: NAME }`.
fn compare(value: Value) -> Result<Compare, String> {
    let mut members = match value {
        Value::Text(text) => return grammar::compare(&text),
        value => Members::of(value, "a comparison, or a table with `if` and `namespace`")?,
    };
    let said = members.need("if")?;
    let namespace = members.take("namespace")?.unwrap_or_default();
    members.finish()?;
    Ok(Compare { namespace, ..grammar::compare(&said)? })
}

/// A step as the command line writes it, or a table: `put`, `delete` or `get` with a key, `namespace`, and for a put one of `value`,
/// `text` and `file`, with `codec` and `ttl` where they are wanted.
fn step(value: Value) -> Result<Step, String> {
    let mut members = match value {
        Value::Text(text) => return grammar::step(&text),
        value => Members::of(value, "a step, or a table with `put`, `delete` or `get`")?,
    };
    let namespace = members.take("namespace")?.unwrap_or_default();
    let step = match (members.take("put")?, members.take("delete")?, members.take("get")?) {
        (Some(key), None, None) => put(&namespace, &key, &mut members)?,
        (None, Some(key), None) => Step::Write(Box::new(commit::delete(&namespace, &key, true))),
        (None, None, Some(key)) => Step::Read(Read { namespace, key, ..Read::default() }),
        _ => return Err("expected one of `put`, `delete` and `get`".into()),
    };
    members.finish().map(|()| step)
}

fn put(namespace: &str, key: &str, members: &mut Members) -> Result<Step, String> {
    let codec = members.take("codec")?;
    let ttl = members.take("ttl")?.map(|ttl| duration(&ttl).map_err(|why| format!("ttl: {why}")));
    let given = (members.any("value"), members.take("text")?, members.take("file")?);
    let value = match given {
        (Some(value), None, None) => value.to_string().into(),
        (None, Some(text), None) => Bytes::from(text),
        (None, None, Some(path)) => {
            place::read(Path::new(&path)).map_err(|why| format!("file: {why}"))?.into()
        }
        _ => return Err("expected one of `value`, `text` and `file`".into()),
    };
    let mut write = commit::put(namespace, key, codec.as_deref().unwrap_or("json"), value);
    if let (Some(Action::Put(put)), Some(ttl)) = (&mut write.action, ttl.transpose()?) {
        put.ttl = holdfast_api::convert::duration(ttl).into();
    }
    Ok(Step::Write(Box::new(write)))
}

/// The members of a table, taken one by one, so that what is left is unknown.
struct Members(Vec<(String, Value)>);

impl Members {
    fn of(value: Value, expected: &str) -> Result<Self, String> {
        match value {
            Value::Table(members) => Ok(Self(members)),
            _ => Err(format!("expected {expected}")),
        }
    }

    fn any(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(member, _)| member == name)?;
        Some(self.0.remove(at).1)
    }

    fn take(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{name}: expected a text")),
        }
    }

    fn need(&mut self, name: &str) -> Result<String, String> {
        self.take(name)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    fn finish(&self) -> Result<(), String> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(format!("{name}: unknown here")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(yaml: &str) -> Result<File, Vec<String>> {
        parse(Format::Yaml.read(yaml.as_bytes()).expect("YAML"))
    }

    #[test]
    fn a_file_has_the_words_of_the_command_line() {
        let file = parsed(
            "if: [missing a, {if: version(b) = 3, namespace: other}]\n\
             then: [put a 1, {put: b, namespace: other, value: {x: [1, 2.0]}, ttl: 1h}, {delete: c}]\n\
             else: [get a, {get: b, namespace: other}]\n\
             reason: why not\nidempotency_key: once\n",
        )
        .expect("a good file");
        let places: Vec<&str> = file.compares.iter().map(|c| c.namespace.as_str()).collect();
        assert_eq!(places, ["", "other"]);
        let Step::Write(write) = &file.then[1] else { panic!("a write") };
        let Some(Action::Put(put)) = &write.action else { panic!("a put") };
        assert_eq!((write.namespace.as_str(), &put.value[..]), ("other", &b"{\"x\":[1,2.0]}"[..]));
        assert_eq!(put.ttl.as_option().map(|ttl| ttl.seconds), Some(3_600));
        assert_eq!((file.then.len(), file.otherwise.len()), (3, 2));
        assert_eq!(file.reason.as_deref(), Some("why not"));
        assert_eq!(file.idempotency_key.as_deref(), Some("once"));
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let faults = parsed(
            "if: [maybe a, {namespace: x}]\n\
             then: [put a, {put: b}, {put: b, value: 1, text: x}, {get: c, colour: red}, {put: d, value: 1, ttl: soon}]\n\
             else: 1\nreason: 2\nwhen: never\n",
        )
        .expect_err("a bad file");
        let places: Vec<&str> = faults.iter().map(|f| f.split(':').next().unwrap_or("")).collect();
        assert_eq!(
            places,
            [
                "if[0]", "if[1]", "then[0]", "then[1]", "then[2]", "then[3]", "then[4]", "else",
                "reason", "when"
            ],
            "{faults:?}"
        );
        assert!(faults[4 + 1].contains("colour: unknown here"), "{faults:?}");
    }
}
