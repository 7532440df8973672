//! Keys that somebody may have meant.

use std::io::IsTerminal as _;

use holdfast_api::holdfast_v1::ListRequest;

use crate::connect::Server;
use crate::failure::Failure;
use crate::record::printable;

/// So many keys are looked at: one page, without values.
const LOOKED_AT: u32 = 1_000;
/// So many are named.
const NAMED: usize = 3;
/// How many letters may be wrong: added, left out, another, or swapped with the next.
const WRONG: usize = 2;

/// The failure with keys that are nearly the same; as it is where nobody reads it, or nothing is near.
pub(super) async fn named(
    server: &Server,
    namespace: &str,
    key: &str,
    missing: Failure,
) -> Failure {
    if !std::io::stderr().is_terminal() {
        return missing;
    }
    let request = ListRequest {
        namespace: namespace.into(),
        limit: LOOKED_AT,
        omit_values: true,
        ..ListRequest::default()
    };
    // Help that cannot be had is no second failure.
    let Ok(answer) = server.own(server.holdfast.clone().list(server.request(request))).await else {
        return missing;
    };
    let near = near(key, answer.entries.iter().map(|entry| entry.key.as_str()));
    match near.is_empty() {
        true => missing,
        false => Failure::Near { source: Box::new(missing), near },
    }
}

fn near<'a>(key: &str, keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let distance = |other: &str| strsim::osa_distance(key, other);
    // In a short name two wrong letters make any other.
    let most = WRONG.min(key.chars().count() / 3);
    let mut found: Vec<(usize, &str)> =
        keys.map(|other| (distance(other), other)).filter(|(wrong, _)| *wrong <= most).collect();
    found.sort_unstable();
    found.into_iter().take(NAMED).map(|(_, key)| printable(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_have_been_meant_is_named() {
        let keys = ["app/timeout", "app/timeouts", "app/title", "db", "dc"];
        assert_eq!(near("app/tiemout", keys.into_iter()), ["app/timeout", "app/timeouts"]);
        assert_eq!(near("da", keys.into_iter()), [""; 0]);
        assert_eq!(near("elsewhere", keys.into_iter()), [""; 0]);
    }
}
