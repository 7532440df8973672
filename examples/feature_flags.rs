//! Feature flags: each a key below `flags`, on for a part of the users.
//!
//! `cargo run -p holdfast-client --example feature_flags`, with a server at `HOLDFAST_ENDPOINT`; then
//! `holdfast -n production set flags/checkout/percent 50` turns the new checkout on for half of them.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

use futures::StreamExt;
use holdfast_client::live::Terms;
use holdfast_client::{Client, Config, Error};
use serde::Deserialize;

/// One flag.
#[derive(Debug, Clone, Deserialize)]
struct Flag {
    /// For how many of a hundred users it is on.
    #[serde(default)]
    percent: u64,
    /// For whom it is on in any case.
    #[serde(default)]
    users: Vec<String>,
}

type Flags = BTreeMap<String, Flag>;

fn is_on(flags: &Flags, name: &str, user: &str) -> bool {
    let Some(flag) = flags.get(name) else { return false };
    // A user who has it keeps it while the part of those who have it grows.
    let mut hash = foldhash::fast::FixedState::default().build_hasher();
    hash.write(name.as_bytes());
    hash.write(user.as_bytes());
    flag.users.iter().any(|known| known == user) || hash.finish() % 100 < flag.percent
}

fn show(flags: &Flags) {
    let users = (0..1_000).map(|number| format!("user-{number}"));
    let share = users.filter(|user| is_on(flags, "checkout", user)).count() / 10;
    let ann = is_on(flags, "checkout", "ann");
    println!("checkout: ann {ann}, everybody {}", if share == 100 { "yes" } else { "no" });
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let endpoint = std::env::var("HOLDFAST_ENDPOINT");
    let client = Client::builder(endpoint.as_deref().unwrap_or("http://127.0.0.1:8080")).build()?;
    let config = Config::over(client).open()?;
    let production = config.namespace("production");
    let flags = production.bind_on("flags", Terms::new().or(Flags::new())).await?;

    show(&flags.get());
    let mut changes = flags.changes();
    while let Some(change) = changes.next().await {
        show(&change.new);
    }
    Ok(())
}
