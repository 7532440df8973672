//! YAML into a [`Value`] and back, by the YAML 1.2 core rules: `yes` and `no` are texts, and `0644`, which some readers
//! take for 644 and others for 420, is one too. A number that JSON spells alike keeps its spelling.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::format::ReadError;
use super::value::{MAX_DEPTH, Number, Place, Value};

/// The library looks at the depth of a document while it goes down into it, and a level costs it several KiB of stack (many
/// more when it is not optimised): room for as deep as it lets anything go. Only what is used is ever taken.
const STACK_BYTES: usize = 256 << 20;

/// Reads one YAML document; a file of several is refused.
pub fn read(text: &str) -> Result<Value, ReadError> {
    let broken = |why: &str| ReadError::Syntax(why.to_owned());
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK_BYTES);
        let reader = reader.spawn_scoped(scope, || parse(text));
        let reader = reader.map_err(|error| broken(&format!("no thread to read it: {error}")))?;
        reader.join().unwrap_or_else(|_| Err(broken("the reader panicked")))
    })
}

fn parse(text: &str) -> Result<Value, ReadError> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let node = serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options)
        .map_err(|e| ReadError::Syntax(e.to_string()))?;
    let value = convert(node, text, &mut Place::default())?;
    if value.depth() > MAX_DEPTH {
        return Err(ReadError::TooDeep);
    }
    Ok(value)
}

/// Writes one YAML document.
pub fn write(value: &Value) -> Option<String> {
    serde_saphyr::to_string(value).ok()
}

/// A value as the YAML library gives it: numbers are rounded already, but their place in the text is known.
enum Node {
    Scalar(Value),
    Whole(Number),
    Double(f64),
    List(Vec<Spanned<Node>>),
    Table(Vec<(String, Spanned<Node>)>),
}

fn convert(node: Spanned<Node>, text: &str, place: &mut Place) -> Result<Value, ReadError> {
    let spelled = || spelling(text, node.defined);
    Ok(match node.value {
        Node::Scalar(value) => value,
        Node::Whole(number) => spelled().and_then(exact).unwrap_or(Value::Number(number)),
        Node::Double(double) => match spelled().and_then(exact) {
            Some(value) => value,
            None => {
                rounded(double).map_err(|why| ReadError::At { place: place.to_string(), why })?
            }
        },
        Node::List(items) => items
            .into_iter()
            .enumerate()
            .map(|(at, item)| place.at(at, |p| convert(item, text, p)))
            .collect::<Result<_, _>>()
            .map(Value::List)?,
        Node::Table(members) => members
            .into_iter()
            .map(|(name, node)| {
                let value = place.within(&name, |p| convert(node, text, p))?;
                Ok((name, value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Table)?,
    })
}

fn spelling(text: &str, defined: Location) -> Option<&str> {
    let span = defined.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    text.get(start..start.checked_add(length)?).map(str::trim)
}

/// The number in its own spelling where that is JSON; as a text where YAML 1.2 has no such number (`1_000`) or readers
/// disagree (`0644`).
fn exact(spelling: &str) -> Option<Value> {
    if serde_json::from_str::<&serde_json::value::RawValue>(spelling).is_ok() {
        return Number::new(spelling).ok().map(Value::Number);
    }
    let digits = spelling.trim_start_matches(['-', '+']);
    let padded =
        digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    (padded || digits.contains('_')).then(|| Value::from(spelling))
}

/// Of a spelling that JSON does not have: `.5`, `+1.5`. Whole numbers that a double would round are refused.
fn rounded(double: f64) -> Result<Value, String> {
    const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;
    if double.abs() >= EXACT_WHOLE && double.fract() == 0.0 {
        return Err(format!(
            "the number near {double:e} would be rounded; write it as a text, in quotes"
        ));
    }
    Number::from_f64(double).map(Value::Number).map_err(|e| e.to_string())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(truth)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Whole(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Whole(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Double(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(Value::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        while let Some((name, node)) = map.next_entry::<String, Spanned<Node>>()? {
            // The library compares names with their types; `1` and `"1"` become one name only here.
            if !seen.insert(name.clone()) {
                return Err(A::Error::custom(format!("the name {name:?} is there twice")));
            }
            members.push((name, node));
        }
        Ok(Node::Table(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(text: &str) -> String {
        read(text).expect(text).to_string()
    }

    #[test]
    fn depth_is_refused_and_never_exhausts_the_stack() {
        for depth in [65, 200, 100_000] {
            let flow = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            assert!(read(&flow).is_err(), "{depth} levels of flow");
        }
        let block: String = (0..500).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        assert!(read(&block).is_err(), "500 levels of block");
    }

    #[test]
    fn scalars_follow_the_core_rules() {
        for (yaml, json) in [
            ("a: yes", r#"{"a":"yes"}"#),
            ("a: no", r#"{"a":"no"}"#),
            ("a: true", r#"{"a":true}"#),
            ("a: 0644", r#"{"a":"0644"}"#),
            ("a: -007", r#"{"a":"-007"}"#),
            ("a: 1_000", r#"{"a":"1_000"}"#),
            ("a: 1e3", r#"{"a":1e3}"#),
            ("a: 10.50 # price", r#"{"a":10.50}"#),
            ("a: [1.0,2.50, -0.0]", r#"{"a":[1.0,2.50,-0.0]}"#),
            ("a: .5", r#"{"a":0.5}"#),
            ("a: 18446744073709551616", r#"{"a":18446744073709551616}"#),
            ("a: -9223372036854775809999", r#"{"a":-9223372036854775809999}"#),
            ("x: &n 1.50\ny: *n", r#"{"x":1.50,"y":1.50}"#),
            ("é: 1.0\nb: 1.10", r#"{"é":1.0,"b":1.10}"#),
            ("a: !!float 1", r#"{"a":1}"#),
            ("a: !!str 1.0", r#"{"a":"1.0"}"#),
            ("a: 0x1F", r#"{"a":31}"#),
            ("a: 0o17", r#"{"a":15}"#),
            ("a: 1.0", r#"{"a":1.0}"#),
            ("a: -3", r#"{"a":-3}"#),
            ("a: 18446744073709551615", r#"{"a":18446744073709551615}"#),
            ("a: 12:30:45", r#"{"a":"12:30:45"}"#),
            ("a: 2001-12-14", r#"{"a":"2001-12-14"}"#),
            ("a: ~", r#"{"a":null}"#),
            ("a:", r#"{"a":null}"#),
            ("a: '5'", r#"{"a":"5"}"#),
            ("1: x\ntrue: y", r#"{"1":"x","true":"y"}"#),
            ("z: [1, {b: 1, a: 2}]", r#"{"z":[1,{"b":1,"a":2}]}"#),
            ("x: &d {k: 1}\ny:\n  <<: *d\n  j: 2", r#"{"x":{"k":1},"y":{"j":2,"k":1}}"#),
            ("a: |\n  one\n  two\n", r#"{"a":"one\ntwo\n"}"#),
        ] {
            assert_eq!(compact(yaml), json, "{yaml}");
        }
    }

    #[test]
    fn what_would_change_is_refused() {
        for bad in [
            "a: +18446744073709551617",
            "a: 1e400",
            "a: .inf",
            "a: .nan",
            "a: 1\na: 2",
            "1: x\n'1': y",
            "---\na: 1\n---\nb: 2",
            "a: [1",
            "? [1, 2]\n: x",
        ] {
            let error = read(bad);
            assert!(error.is_err(), "{bad}: {error:?}");
        }
    }
}
