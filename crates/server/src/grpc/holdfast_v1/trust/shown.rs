//! Stored documents as messages. What is not there or of another type is shown as nothing: a document was checked before it was
//! stored.

use buffa_types::google::protobuf::Timestamp as WireTime;
use holdfast_api::holdfast_v1::{Policy, PolicyModule, Role, Token, User};
use holdfast_engine::Stored;
use serde_json::Value;

/// Seconds since 1970; what no time can say is the latest that can.
pub(super) fn seconds(seconds: u64) -> WireTime {
    /// The end of the year 9999, protobuf's own.
    const LATEST: u64 = 253_402_300_799;
    let seconds = i64::try_from(seconds.min(LATEST)).unwrap_or_default();
    WireTime { seconds, ..WireTime::default() }
}

pub(super) fn token(stored: Stored) -> Token {
    let json = &stored.json;
    Token {
        user: text(json, "user"),
        roles: texts(json, "roles"),
        groups: texts(json, "groups"),
        scopes: texts(json, "scopes"),
        created_at: time(&json["created"]).into(),
        expires_at: time(&json["expires"]).into(),
        previous_until: time(&json["previous"]["until"]).into(),
        note: text(json, "note"),
        revision: stored.revision.0,
        id: stored.name,
        ..Token::default()
    }
}

pub(super) fn user(stored: Stored) -> User {
    let json = &stored.json;
    User {
        roles: texts(json, "roles"),
        groups: texts(json, "groups"),
        disabled: json["disabled"] == true,
        note: text(json, "note"),
        revision: stored.revision.0,
        name: stored.name,
        ..User::default()
    }
}

pub(super) fn role(stored: Stored) -> Role {
    let json = &stored.json;
    Role {
        rules: texts(json, "rules"),
        users: texts(json, "users"),
        groups: texts(json, "groups"),
        note: text(json, "note"),
        revision: stored.revision.0,
        name: stored.name,
        ..Role::default()
    }
}

pub(super) fn policy(stored: Stored) -> Policy {
    let json = &stored.json;
    let modules = json["modules"].as_object().into_iter().flatten();
    let module = |(file, text): (&String, &Value)| PolicyModule {
        file: file.clone(),
        text: text.as_str().unwrap_or_default().to_owned(),
        ..PolicyModule::default()
    };
    Policy {
        modules: modules.map(module).collect(),
        note: text(json, "note"),
        revision: stored.revision.0,
        name: stored.name,
        ..Policy::default()
    }
}

fn text(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap_or_default().to_owned()
}

fn texts(json: &Value, member: &str) -> Vec<String> {
    let all = json[member].as_array().into_iter().flatten();
    all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

fn time(json: &Value) -> Option<WireTime> {
    json.as_u64().map(seconds)
}
