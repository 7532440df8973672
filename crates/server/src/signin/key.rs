//! The key of [`super::seal::Seal`], which all nodes of a log have from there.

use holdfast_auth::Identity;
use holdfast_engine::sessions::{Mark, NAMESPACE};
use holdfast_engine::{Caller, Engine, EngineError};
use thiserror::Error;

use super::marks::KEY;
use super::seal::BYTES;

/// The key of the log cannot be had.
#[derive(Debug, Error)]
pub enum KeyError {
    /// It is none.
    #[error("{NAMESPACE}/{KEY} in the log is no key")]
    Malformed,
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// It cannot be read or written.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Reads it; the first node makes it.
pub(super) async fn of(engine: &Engine) -> Result<[u8; BYTES], KeyError> {
    let mut drawn = [0; BYTES];
    getrandom::fill(&mut drawn)?;
    let json = serde_json::json!({ "key": hex::encode(drawn) });
    loop {
        match engine.get(&caller(), NAMESPACE, KEY).await {
            Ok(entry) => return read_key(&entry.value).ok_or(KeyError::Malformed),
            Err(EngineError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mark = Mark { key: KEY.into(), json: json.clone(), until: None };
        match engine.mark_sessions(&caller(), &[mark], &[]).await {
            // Another node was faster.
            Ok(_) | Err(EngineError::KeyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn read_key(json: &[u8]) -> Option<[u8; BYTES]> {
    let json: serde_json::Value = serde_json::from_slice(json).ok()?;
    let mut key = [0; BYTES];
    hex::decode_to_slice(json.get("key")?.as_str()?, &mut key).ok()?;
    Some(key)
}

/// The server itself.
pub(super) fn caller() -> Caller {
    Caller::of(Identity::named("system"), "holdfast/signin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_one() {
        let json = |digits: &str| serde_json::json!({ "key": digits }).to_string();
        assert_eq!(read_key(json(&"07".repeat(BYTES)).as_bytes()), Some([7; BYTES]));
        let (short, long) = ("07".repeat(BYTES - 1), "07".repeat(BYTES + 1));
        for wrong in
            ["", "{}", "[]", &json(""), &json(&short), &json(&long), &json(&"x".repeat(64))]
        {
            assert_eq!(read_key(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
