//! How a setting is written, and how it is shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{ClientCertificates, LogFormat, ProxyHeader, RequestLog, StoreKind, Strategy};

/// A number of bytes: `67108864`, `"64MiB"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub usize);

/// A number that may be 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub usize);

/// Names: a list, or a text with commas between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

/// A share of a whole: from 0 to 1, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share(pub f64);

/// Only numbers are read.
impl Eq for Share {}

/// A text that is never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A value that can be read from a file, the environment or a flag.
pub trait Form {
    /// What it is, for documentation and faults.
    fn form(&self) -> &'static str;
    /// Takes a value; on `Err` nothing changed, and the text says what was expected.
    fn read(&mut self, raw: &Value) -> Result<(), String>;
    /// The value as it would be written in TOML; `None` when it is not set.
    fn show(&self) -> Option<String>;
}

const UNITS: [(&str, usize); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary =
            UNITS[..3].iter().rev().find(|(_, unit)| self.0 != 0 && self.0.is_multiple_of(*unit));
        let (name, unit) = binary.unwrap_or(&("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

fn number(raw: &Value) -> Option<u64> {
    match raw {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(raw: &Value) -> Result<&str, String> {
    raw.as_str().ok_or_else(|| format!("expected a text, found {raw}"))
}

pub(super) fn quoted(value: impl fmt::Display) -> Option<String> {
    Some(Value::String(value.to_string()).to_string())
}

impl Form for Size {
    fn form(&self) -> &'static str {
        "size"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let plain = number(raw).and_then(|number| usize::try_from(number).ok());
        let with_unit = || {
            let text = raw.as_str()?.trim();
            let (name, unit) = UNITS.iter().find(|(name, _)| text.ends_with(name))?;
            text[..text.len() - name.len()].trim().parse::<usize>().ok()?.checked_mul(*unit)
        };
        let size = plain.or_else(with_unit);
        *self =
            Size(size.ok_or_else(|| format!("expected a size such as \"64MiB\", found {raw}"))?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self)
    }
}

impl Form for Duration {
    fn form(&self) -> &'static str {
        "duration"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let expected = || {
            format!(
                "expected a duration such as \"30s\", \"500ms\", \"24h\" or \"30d\", found {raw}"
            )
        };
        let text = raw.as_str().ok_or_else(expected)?.trim();
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(expected)?;
        let amount: u64 = text[..split].parse().map_err(|_| expected())?;
        let millis = match &text[split..] {
            "ms" => Some(amount),
            "s" => amount.checked_mul(1_000),
            "m" => amount.checked_mul(60_000),
            "h" => amount.checked_mul(3_600_000),
            "d" => amount.checked_mul(86_400_000),
            _ => None,
        };
        *self = Duration::from_millis(millis.filter(|m| *m > 0).ok_or_else(expected)?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let millis = self.as_millis();
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        // 24h reads better than 1d where a day is one of many hours.
        let whole =
            units.iter().find(|(_, unit)| millis.is_multiple_of(*unit) && millis / unit > 1);
        let (name, unit) = whole
            .or_else(|| units.iter().find(|(_, unit)| millis.is_multiple_of(*unit)))
            .unwrap_or(&("ms", 1));
        quoted(format!("{}{name}", millis / unit))
    }
}

impl Form for usize {
    fn form(&self) -> &'static str {
        "number"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let number = number(raw).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
        *self = number.ok_or_else(|| format!("expected a whole number from 1 on, found {raw}"))?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Form for Count {
    fn form(&self) -> &'static str {
        "number, or 0"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let number = number(raw).and_then(|n| usize::try_from(n).ok());
        *self = Self(number.ok_or_else(|| format!("expected a whole number, found {raw}"))?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

impl Form for Share {
    fn form(&self) -> &'static str {
        "share from 0 to 1"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let number = match raw {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        *self = Self(share.ok_or_else(|| format!("expected a number from 0 to 1, found {raw}"))?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

impl Form for Names {
    fn form(&self) -> &'static str {
        "names, with commas between them"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let expected = || format!("expected names such as \"a, b\" or [\"a\", \"b\"], found {raw}");
        let names: Vec<&str> = match raw {
            Value::String(text) => text.split(',').collect(),
            Value::Array(names) => {
                names.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(expected)?
            }
            _ => return Err(expected()),
        };
        let names = names.into_iter().map(|name| name.trim().to_owned());
        *self = Self(names.filter(|name| !name.is_empty()).collect());
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self.0.join(", "))
    }
}

impl Form for Secret {
    fn form(&self) -> &'static str {
        "secret text"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        // What was found is not repeated: it may be most of the secret.
        let text = raw.as_str().ok_or("expected a text")?;
        if text.is_empty() {
            return Err("expected a secret, found an empty text".into());
        }
        *self = Self(text.to_owned());
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted("***")
    }
}

impl Form for u32 {
    fn form(&self) -> &'static str {
        "number"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let number = number(raw).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        *self = number.ok_or_else(|| {
            format!("expected a whole number from 1 to {}, found {raw}", u32::MAX)
        })?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Form for bool {
    fn form(&self) -> &'static str {
        "true or false"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = match raw {
            Value::Bool(value) => *value,
            Value::String(text) if text == "true" => true,
            Value::String(text) if text == "false" => false,
            _ => return Err(format!("expected true or false, found {raw}")),
        };
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Form for SocketAddr {
    fn form(&self) -> &'static str {
        "address"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let expected = || {
            format!(
                "expected an address and a port such as \"127.0.0.1:8080\" or \"[::1]:8080\", found {raw}"
            )
        };
        *self = text(raw)?.parse().map_err(|_| expected())?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self)
    }
}

impl Form for PathBuf {
    fn form(&self) -> &'static str {
        "path"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let path = text(raw)?;
        if path.is_empty() {
            return Err("expected a path, found an empty text".into());
        }
        *self = path.into();
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self.display())
    }
}

impl Form for String {
    fn form(&self) -> &'static str {
        "text"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = text(raw)?.to_owned();
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self)
    }
}

/// `"none"` unsets what a layer below has set.
impl<T: Form + Unset> Form for Option<T> {
    fn form(&self) -> &'static str {
        T::UNSET.form()
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        if raw.as_str() == Some("none") {
            *self = None;
            return Ok(());
        }
        let mut value = T::UNSET;
        value.read(raw)?;
        *self = Some(value);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Form::show)
    }
}

/// Where an optional value starts from before it is read.
pub trait Unset {
    /// Never shown.
    const UNSET: Self;
}

impl Unset for Duration {
    const UNSET: Self = Duration::ZERO;
}

impl Unset for Size {
    const UNSET: Self = Size(0);
}

impl Unset for PathBuf {
    // Never more than a place to read into.
    const UNSET: Self = Self::new();
}

impl Unset for Secret {
    const UNSET: Self = Self(String::new());
}

impl Unset for String {
    const UNSET: Self = Self::new();
}

impl Unset for usize {
    const UNSET: Self = 0;
}

pub(super) fn choose<T: Copy>(choices: &[(&str, T)], raw: &Value) -> Result<T, String> {
    let found = raw.as_str().and_then(|text| choices.iter().find(|(name, _)| *name == text));
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
        format!("expected one of {}, found {raw}", names.join(", "))
    })
}

impl Form for StoreKind {
    fn form(&self) -> &'static str {
        "`embedded`, `memory`, `postgres` or `mysql`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&Self::WORDS, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self.word())
    }
}

impl Form for ClientCertificates {
    fn form(&self) -> &'static str {
        "`off`, `optional` or `required`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices =
            [("off", Self::Off), ("optional", Self::Optional), ("required", Self::Required)];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        })
    }
}

impl Form for RequestLog {
    fn form(&self) -> &'static str {
        "`off`, `errors` or `all`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&[("off", Self::Off), ("errors", Self::Errors), ("all", Self::All)], raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Off => "off",
            Self::Errors => "errors",
            Self::All => "all",
        })
    }
}

impl Form for ProxyHeader {
    fn form(&self) -> &'static str {
        "`none`, `forwarded` or `x-forwarded-for`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices = [
            ("none", Self::None),
            ("forwarded", Self::Forwarded),
            ("x-forwarded-for", Self::XForwardedFor),
        ];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::None => "none",
            Self::Forwarded => "forwarded",
            Self::XForwardedFor => "x-forwarded-for",
        })
    }
}

impl Form for Strategy {
    fn form(&self) -> &'static str {
        "`off`, `cookie`, `bearer`, `passphrase` or `oidc`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices = [
            ("off", Self::Off),
            ("cookie", Self::Cookie),
            ("bearer", Self::Bearer),
            ("passphrase", Self::Passphrase),
            ("oidc", Self::Oidc),
        ];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Off => "off",
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
            Self::Passphrase => "passphrase",
            Self::Oidc => "oidc",
        })
    }
}

impl Form for LogFormat {
    fn form(&self) -> &'static str {
        "`auto`, `json`, `pretty` or `stategate`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices = [
            ("auto", Self::Auto),
            ("json", Self::Json),
            ("pretty", Self::Pretty),
            ("stategate", Self::Stategate),
        ];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Pretty => "pretty",
            Self::Stategate => "stategate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_are_read_as_they_are_shown() {
        for (text, bytes) in
            [("64MiB", 64 << 20), ("1000", 1000), ("2kB", 2000), ("7B", 7), ("3 GiB", 3 << 30)]
        {
            let mut size = Size(0);
            size.read(&text.into()).expect(text);
            assert_eq!(size.0, bytes);
            let mut again = Size(0);
            again.read(&size.to_string().as_str().into()).expect("shown");
            assert_eq!(again, size);
        }
        for text in ["30s", "1500ms", "24h", "90d", "7m"] {
            let mut span = Duration::ZERO;
            span.read(&text.into()).expect(text);
            let shown: Value = serde_json::from_str(&span.show().expect("set")).expect("JSON");
            let mut again = Duration::ZERO;
            again.read(&shown).expect("shown");
            assert_eq!(again, span);
        }
        for bad in ["", "64", "s", "-1s", "1.5s", "0s", "1w", "99999999999999999999h"] {
            let mut span = Duration::ZERO;
            assert!(span.read(&bad.into()).is_err(), "{bad}");
        }
        for bad in ["", "MiB", "1TB", "-1", "1.5MiB", "99999999999999GiB"] {
            assert!(Size(0).read(&bad.into()).is_err(), "{bad}");
        }
    }
}
