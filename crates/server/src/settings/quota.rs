//! Settings of how much a namespace may hold.

use holdfast_engine::{Quota, Quotas};
use serde_json::Value;

use super::form::{Form, Names, Size};

/// How much a namespace may hold; `None`: as much as it likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotaSettings {
    /// Keys.
    pub keys: Option<usize>,
    /// Bytes of current values.
    pub bytes: Option<Size>,
    /// Open watches.
    pub watchers: Option<usize>,
    /// Watchers of all nodes of a log together.
    pub shared: bool,
    /// Of some namespaces: a pattern, then `keys=`, `bytes=`, `watchers=`.
    pub namespaces: Names,
}

impl QuotaSettings {
    /// For the engine.
    ///
    /// # Errors
    /// A sentence about the first line that makes no sense.
    pub fn quotas(&self) -> Result<Quotas, String> {
        let usual = self.usual();
        let lines = self.namespaces.0.iter().map(|line| special(line, self));
        let lines = lines.collect::<Result<Vec<_>, _>>();
        let quotas = lines.and_then(|special| Quotas::new(usual, &special));
        quotas.map_err(|fault| format!("quota.namespaces: {fault}"))
    }

    fn usual(&self) -> Quota {
        Quota {
            keys: self.keys.map(|keys| keys as u64),
            bytes: self.bytes.map(|bytes| bytes.0 as u64),
            watchers: self.watchers.map(|watchers| watchers as u64),
        }
    }
}

fn special(line: &str, usual: &QuotaSettings) -> Result<(String, Quota), String> {
    let mut words = line.split_whitespace();
    let expected =
        || format!("expected a pattern and quotas such as \"prod-* keys=5000\", found {line:?}");
    let pattern = words.next().ok_or_else(expected)?;
    let mut own = usual.clone();
    let mut any = false;
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(expected)?;
        let field: &mut dyn Form = match name {
            "keys" => &mut own.keys,
            "bytes" => &mut own.bytes,
            "watchers" => &mut own.watchers,
            _ => return Err(expected()),
        };
        field
            .read(&Value::String(value.to_owned()))
            .map_err(|fault| format!("{line:?}: {fault}"))?;
        any = true;
    }
    if any { Ok((pattern.to_owned(), own.usual())) } else { Err(expected()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_leaves_out_is_as_for_all() {
        let lines = ["prod-* keys=10 bytes=1KiB", "open keys=none"].map(str::to_owned);
        let settings = QuotaSettings {
            keys: Some(3),
            watchers: Some(2),
            namespaces: Names(lines.to_vec()),
            ..QuotaSettings::default()
        };
        let quotas = settings.quotas().expect("they make sense");
        let of = |keys, bytes| Quota { keys, bytes, watchers: Some(2) };
        assert_eq!(quotas.of("prod-eu"), of(Some(10), Some(1_024)));
        assert_eq!(quotas.of("open"), of(None, None));
        assert_eq!(quotas.of("other"), of(Some(3), None));
        for wrong in ["prod", "prod keys", "prod keys=x", "prod kes=1", "a/b keys=1", "[ keys=1"] {
            let namespaces = Names(vec![wrong.to_owned()]);
            let settings = QuotaSettings { namespaces, ..QuotaSettings::default() };
            let fault = settings.quotas().expect_err(wrong);
            assert!(fault.starts_with("quota.namespaces: "), "{fault}");
        }
    }
}
