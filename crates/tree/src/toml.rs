//! TOML into a [`Value`] and back. What JSON has no words for: dates and times become texts in their RFC 3339
//! spelling; `inf` and `nan` are refused.

use toml::Value as Toml;

use super::format::ReadError;
use super::value::{MAX_DEPTH, Number, Place, Value};

/// Reads one TOML document. Members of tables inside lists come sorted by name.
pub fn read(text: &str) -> Result<Value, ReadError> {
    let table: toml::Table =
        toml::from_str(text).map_err(|e| ReadError::Syntax(one_line(&e.to_string())))?;
    let value = convert(Toml::Table(table), &mut Place::default())?;
    if value.depth() > MAX_DEPTH {
        return Err(ReadError::TooDeep);
    }
    Ok(value)
}

/// Writes one TOML document; `None` for what is no table, holds null, or a number beyond 64 bits.
pub fn write(value: &Value) -> Option<String> {
    match value {
        Value::Table(_) => toml::to_string(value).ok(),
        _ => None,
    }
}

fn convert(value: Toml, place: &mut Place) -> Result<Value, ReadError> {
    Ok(match value {
        Toml::String(text) => Value::Text(text),
        Toml::Integer(number) => Value::Number(number.into()),
        Toml::Float(number) => Value::Number(
            Number::from_f64(number)
                .map_err(|e| ReadError::At { place: place.to_string(), why: e.to_string() })?,
        ),
        Toml::Boolean(truth) => Value::Bool(truth),
        Toml::Datetime(time) => Value::Text(time.to_string()),
        Toml::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(at, item)| place.at(at, |p| convert(item, p)))
            .collect::<Result<_, _>>()
            .map(Value::List)?,
        Toml::Table(table) => table
            .into_iter()
            .map(|(name, value)| {
                let value = place.within(&name, |p| convert(value, p))?;
                Ok((name, value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Table)?,
    })
}

fn one_line(text: &str) -> String {
    let parts: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_texts_and_numbers_keep_their_kind() {
        let text = "when = 1979-05-27T07:32:00Z\nday = 1979-05-27\nf = 1.0\ni = 1\nh = 0xff\nx = { b = 1, a = [1, 'q'] }";
        assert_eq!(
            read(text).expect("valid").to_string(),
            r#"{"day":"1979-05-27","f":1.0,"h":255,"i":1,"when":"1979-05-27T07:32:00Z","x":{"a":[1,"q"],"b":1}}"#
        );
    }

    #[test]
    fn what_would_change_is_refused() {
        for bad in ["a = inf", "a = nan", "a = 1\na = 2", "a = 9223372036854775808", "a ="] {
            let error = read(bad).expect_err(bad).to_string();
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
