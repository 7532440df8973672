//! The names that a table can have, and its statements.

use crate::settings::SettingsError;

/// PostgreSQL cuts longer names.
const MAX_NAME: usize = 63;

/// A name that is safe between quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(String);

impl TableName {
    /// `table` or `schema.table`.
    ///
    /// # Errors
    /// [`SettingsError::Table`].
    pub fn new(name: &str) -> Result<Self, SettingsError> {
        let parts: Vec<&str> = name.split('.').collect();
        let fine = parts.len() <= 2 && parts.iter().all(|part| is_identifier(part));
        let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
        let refused = || SettingsError::Table(name.chars().take(80).collect());
        fine.then(|| Self(quoted.join("."))).ok_or_else(refused)
    }

    /// In quotes, for statements.
    #[must_use]
    pub fn quoted(&self) -> &str {
        &self.0
    }

    pub(crate) fn create_sqlite(&self) -> String {
        self.create("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT")
    }

    pub(crate) fn create_postgres(&self) -> String {
        self.create("BIGSERIAL PRIMARY KEY", "TIMESTAMPTZ")
    }

    fn create(&self, id: &str, time: &str) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (id {id}, ts {time} NOT NULL, user_id TEXT NOT NULL, \
             operation TEXT NOT NULL, namespace TEXT NOT NULL, key TEXT NOT NULL, \
             value TEXT, codec TEXT, metadata TEXT)",
            self.0
        )
    }

    pub(crate) fn insert_sqlite(&self) -> String {
        self.insert("$1")
    }

    pub(crate) fn insert_postgres(&self) -> String {
        // The time travels as text, and PostgreSQL rounds it to its microseconds.
        self.insert("$1::text::timestamptz")
    }

    fn insert(&self, time: &str) -> String {
        format!(
            "INSERT INTO {} (ts, user_id, operation, namespace, key, value, codec, metadata) \
             VALUES ({time}, $2, $3, $4, $5, $6, $7, $8)",
            self.0
        )
    }
}

fn is_identifier(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=MAX_NAME).contains(&name.len())
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_are_names() {
        let quoted = |name: &str| TableName::new(name).map(|name| name.quoted().to_owned());
        assert_eq!(quoted("config_audit_log"), Ok("\"config_audit_log\"".into()));
        assert_eq!(quoted("audit.Log2"), Ok("\"audit\".\"Log2\"".into()));
        let long = "x".repeat(64);
        for bad in ["", "a b", "a\"b", "1a", "a.b.c", "a.", ".", "a;drop table b", "é", &long] {
            assert!(matches!(quoted(bad), Err(SettingsError::Table(_))), "{bad}");
        }
    }
}
