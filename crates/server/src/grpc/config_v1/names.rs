//! The alphabet of keys in config.v1: narrower than that of the keyspace.

/// Checked on Set, GetVersions and SetAlias only; the reasons and their order are the contract's.
pub(crate) fn key_rule(key: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    let broken = if key.is_empty() {
        "key cannot be empty"
    } else if key.contains("..") {
        "key cannot contain path traversal (..)"
    } else if key.starts_with('/') || key.ends_with('/') {
        "key cannot start or end with slash"
    } else if !key.chars().all(allowed) {
        "key contains invalid characters"
    } else {
        return Ok(());
    };
    Err(broken.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_examples() {
        for good in ["a", "a//b", ".", "-", "A_1.-", "app/timeout"] {
            assert_eq!(key_rule(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "empty"),
            ("a..b", "traversal"),
            ("/..", "traversal"),
            ("/a", "slash"),
            ("a/", "slash"),
            ("a b", "characters"),
            ("a:b", "characters"),
            ("ключ", "characters"),
        ] {
            assert!(key_rule(bad).expect_err(bad).contains(why), "{bad}");
        }
    }
}
