//! The input document of config.v1, built as the engine's own values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_auth::{Action, Identity, Resource, Shown};
use quick_cache::sync::Cache;
use regorus::Value;

/// How many identities are kept in the engine's form.
const IDENTITIES: usize = 16_384;

/// Builds input documents.
pub(crate) struct Inputs {
    names: Names,
    identities: Cache<u128, Value>,
}

/// The names of members, made once.
struct Names {
    action: Value,
    resource: Value,
    identity: Value,
    namespace: Value,
    key: Value,
    response: Value,
    words: [Value; Action::ALL.len()],
}

impl Inputs {
    pub(crate) fn new() -> Self {
        let names = Names {
            action: "action".into(),
            resource: "resource".into(),
            identity: "identity".into(),
            namespace: "namespace".into(),
            key: "key".into(),
            response: "response".into(),
            words: Action::ALL.map(|action| action.as_str().into()),
        };
        Self { names, identities: Cache::new(IDENTITIES) }
    }

    /// `{"action", "resource": {"namespace", "key"}, "identity": {"user_id", "claims"}}`.
    pub(crate) fn request(&self, who: &Identity, action: Action, what: &Resource) -> Value {
        let members = self.members(who, action, &what.namespace, &what.key);
        members.into_iter().collect::<regorus::value::Object>().into()
    }

    /// The same, and `"response": {"codec", "value"}`.
    pub(crate) fn response(&self, who: &Identity, what: &Shown<'_>) -> Value {
        let members = self.members(who, what.action, what.namespace, what.key);
        let response = object([
            ("codec".into(), what.codec.into()),
            ("value".into(), value(what.codec, what.value)),
        ]);
        let last = (self.names.response.clone(), response);
        members.into_iter().chain([last]).collect::<regorus::value::Object>().into()
    }

    fn members(
        &self,
        who: &Identity,
        action: Action,
        namespace: &str,
        key: &str,
    ) -> [(Value, Value); 3] {
        let names = &self.names;
        let place = Action::ALL.iter().position(|known| *known == action).unwrap_or_default();
        let resource =
            object([(names.namespace.clone(), namespace.into()), (names.key.clone(), key.into())]);
        [
            (names.action.clone(), names.words[place].clone()),
            (names.resource.clone(), resource),
            (names.identity.clone(), self.identity(who)),
        ]
    }

    fn identity(&self, who: &Identity) -> Value {
        let known = who.fingerprint();
        if let Some(identity) = self.identities.get(&known) {
            return identity;
        }
        let claims = serde_json::Value::Object(who.facts().claims.clone());
        let identity =
            object([("user_id".into(), who.user().into()), ("claims".into(), claims.into())]);
        self.identities.insert(known, identity.clone());
        identity
    }
}

fn object<const N: usize>(members: [(Value, Value); N]) -> Value {
    members.into_iter().collect::<regorus::value::Object>().into()
}

/// JSON as a document, anything else as base64.
fn value(codec: &str, bytes: &[u8]) -> Value {
    let json = match codec {
        "json" => serde_json::from_slice::<Value>(bytes).ok(),
        _ => None,
    };
    json.unwrap_or_else(|| STANDARD.encode(bytes).into())
}

#[cfg(test)]
mod tests {
    use holdfast_auth::Facts;
    use serde_json::{Map, json};

    use super::*;

    fn written(value: &Value) -> serde_json::Value {
        serde_json::to_value(value).expect("JSON")
    }

    #[test]
    fn the_document_is_the_contract_s() {
        let claims = Map::from_iter([("team".to_owned(), json!(["a", 1.5, null]))]);
        let who = Identity::proven(Facts { user: "ann".into(), claims, ..Facts::default() });
        let inputs = Inputs::new();
        let expected = json!({
            "action": "write",
            "resource": {"namespace": "prod", "key": "a/b"},
            "identity": {"user_id": "ann", "claims": {"team": ["a", 1.5, null]}},
        });
        for _ in 0..2 {
            let input = inputs.request(&who, Action::Write, &Resource::key("prod", "a/b"));
            assert_eq!(written(&input), expected);
        }
        let nobody = inputs.request(&Identity::named("x"), Action::List, &Resource::any());
        let expected = json!({
            "action": "list",
            "resource": {"namespace": "", "key": ""},
            "identity": {"user_id": "x", "claims": {}},
        });
        assert_eq!(written(&nobody), expected);
    }

    #[test]
    fn a_value_is_a_document_when_it_is_json() {
        let shown =
            |codec, value| Shown { action: Action::Watch, namespace: "n", key: "k", codec, value };
        for (codec, bytes, expected) in [
            ("json", &b"{\"a\": 1}"[..], json!({"a": 1})),
            ("json", b"{", json!("ew==")),
            ("text", b"{}", json!("e30=")),
        ] {
            let inputs = Inputs::new();
            let input = inputs.response(&Identity::named("x"), &shown(codec, bytes));
            assert_eq!(written(&input)["response"], json!({"codec": codec, "value": expected}));
            assert_eq!(written(&input)["action"], "watch");
        }
    }
}
