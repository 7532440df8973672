//! Short and long forms of a test.

/// `long` under `make torture` (which sets `HOLDFAST_TORTURE=1`), else `short`.
pub fn form<T>(short: T, long: T) -> T {
    if std::env::var_os("HOLDFAST_TORTURE").is_some() { long } else { short }
}

/// Reports a figure: `make torture` collects these lines for docs/track-record.md.
pub fn figure(name: &str, value: impl std::fmt::Display) {
    println!("figure: {name}: {value}");
}
