//! Comparisons and steps as a person writes them.

use std::path::Path;

use bytes::Bytes;
use holdfast_api::holdfast_v1::compare::Target;
use holdfast_api::holdfast_v1::{Compare, Read, Relation, Write};

use crate::commit;
use crate::place;

/// One thing that a branch does; the namespace is not known yet.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Write(Box<Write>),
    Read(Read),
}

/// `put KEY VALUE`, `delete KEY`, `get KEY`.
pub(super) fn step(text: &str) -> Result<Step, String> {
    let help = "expected `put KEY VALUE`, `delete KEY` or `get KEY`";
    let (verb, rest) = text.trim().split_once(char::is_whitespace).ok_or(help)?;
    let rest = rest.trim();
    match verb {
        "put" => {
            let (key, value) = rest.split_once(char::is_whitespace).ok_or(help)?;
            let value = value_of(value.trim())?;
            Ok(Step::Write(Box::new(commit::put("", key, "json", value))))
        }
        "delete" => Ok(Step::Write(Box::new(commit::delete("", rest, true)))),
        "get" => Ok(Step::Read(Read { key: rest.to_owned(), ..Read::default() })),
        _ => Err(help.to_owned()),
    }
}

/// No JSON begins with `@`: that is a file.
fn value_of(text: &str) -> Result<Bytes, String> {
    match text.strip_prefix('@') {
        None => Ok(Bytes::copy_from_slice(text.as_bytes())),
        Some(path) => {
            place::read(Path::new(path)).map(Bytes::from).map_err(|failure| failure.to_string())
        }
    }
}

/// `exists KEY`, `missing KEY`, `version(KEY) = 3`, `value(KEY) != "x"`, ...
pub(super) fn compare(text: &str) -> Result<Compare, String> {
    let text = text.trim();
    for (word, relation) in
        [("exists ", Relation::RELATION_GREATER), ("missing ", Relation::RELATION_EQUAL)]
    {
        if let Some(key) = text.strip_prefix(word) {
            return Ok(with(key.trim(), relation, Target::Version(0)));
        }
    }
    let help = "expected `exists KEY`, `missing KEY`, or such as `version(KEY) = 3` or `value(KEY) != \"x\"`";
    let (what, rest) = text.split_once('(').ok_or(help)?;
    let (key, rest) = rest.split_once(')').ok_or(help)?;
    let rest = rest.trim_start();
    let (relation, operand) = relations()
        .into_iter()
        .find_map(|(sign, relation)| Some((relation, rest.strip_prefix(sign)?)))
        .ok_or(help)?;
    let operand = operand.trim();
    let number = || operand.parse::<u64>().map_err(|_| format!("{operand:?} is no whole number"));
    let target = match what.trim() {
        "version" => Target::Version(number()?),
        "create" => Target::CreateRevision(number()?),
        "mod" => Target::ModRevision(number()?),
        "ordinal" => Target::Ordinal(number()?),
        "value" => Target::Value(Bytes::copy_from_slice(operand.as_bytes())),
        _ => return Err(help.to_owned()),
    };
    Ok(with(key.trim(), relation, target))
}

fn relations() -> [(&'static str, Relation); 4] {
    [
        ("!=", Relation::RELATION_NOT_EQUAL),
        ("=", Relation::RELATION_EQUAL),
        ("<", Relation::RELATION_LESS),
        (">", Relation::RELATION_GREATER),
    ]
}

fn with(key: &str, relation: Relation, target: Target) -> Compare {
    Compare {
        key: key.to_owned(),
        relation: relation.into(),
        target: Some(target),
        ..Compare::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_read_as_they_are_written() {
        let parsed = |text| {
            let compare = compare(text).expect("a comparison");
            (compare.key, compare.relation.as_known(), compare.target)
        };
        let version = |n| Some(Target::Version(n));
        let equal = Some(Relation::RELATION_EQUAL);
        assert_eq!(parsed("version(a/b) = 3"), ("a/b".into(), equal, version(3)));
        let greater = Some(Relation::RELATION_GREATER);
        assert_eq!(parsed("exists k"), ("k".into(), greater, version(0)));
        assert_eq!(parsed(" missing  k "), ("k".into(), equal, version(0)));
        let unlike = Some(Relation::RELATION_NOT_EQUAL);
        let value = Some(Target::Value(Bytes::from_static(b"\"a b\"")));
        assert_eq!(parsed("value(k)!=\"a b\""), ("k".into(), unlike, value));
        for bad in ["", "k = 1", "version(k) 3", "version(k) = x", "size(k) = 1", "version(k = 1"] {
            assert!(compare(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn steps_read_as_they_are_written() {
        assert!(matches!(step("get k"), Ok(Step::Read(read)) if read.key == "k"));
        assert!(matches!(step("delete k"), Ok(Step::Write(write)) if write.key == "k"));
        let put = step("put k {\"a\": 1}");
        assert!(matches!(put, Ok(Step::Write(write)) if write.key == "k"));
        for bad in ["", "put", "put k", "get", "move a b", "put k @/nowhere/at/all"] {
            assert!(step(bad).is_err(), "{bad}");
        }
    }
}
