//! One change of a key, from either API.

use holdfast_api::holdfast_v1::{Event, EventKind};
use holdfast_api::{config_v1, convert};
use holdfast_model::Timestamp;

use crate::record::Record;
use holdfast_tree::Value;

/// One line of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened: `set`, `delete`, ...
    pub word: &'static str,
    /// In which commit; config.v1 does not say.
    pub revision: Option<u64>,
    /// When.
    pub time: Option<Timestamp>,
    /// Why, when somebody said so.
    pub reason: String,
    /// Behind the last change of a commit: the place from where a watch can go on.
    pub token: Option<String>,
    /// The new version; only the names when the key is gone.
    pub record: Record,
}

impl Change {
    /// Of an event; `initial` when it only tells what is there.
    pub fn from_event(event: Event, initial: bool) -> Self {
        let word = if initial { "initial" } else { word(event.kind.as_known()) };
        let gone = matches!(word, "delete" | "expire" | "revoke");
        let revision = Some(event.mod_revision);
        let time = event.updated_at.as_option().map(convert::model_time);
        let mut record = Record::from(event);
        if gone {
            record = Record { namespace: record.namespace, key: record.key, ..Record::default() };
        }
        Self { word, revision, time, reason: String::new(), token: None, record }
    }

    /// Of a message of config.v1; `None` for one that it cannot mean.
    pub fn from_config_v1(message: config_v1::WatchResponse) -> Option<Self> {
        use config_v1::ChangeType::{
            CHANGE_TYPE_ALIAS_DELETE, CHANGE_TYPE_ALIAS_SET, CHANGE_TYPE_DELETE, CHANGE_TYPE_SET,
        };
        let word = match message.r#type.as_known()? {
            CHANGE_TYPE_SET => "set",
            CHANGE_TYPE_DELETE => "delete",
            CHANGE_TYPE_ALIAS_SET => "alias-set",
            CHANGE_TYPE_ALIAS_DELETE => "alias-delete",
            _ => return None,
        };
        let record = Record::from(message.entry.into_option()?);
        let time = record.updated_at;
        Some(Self { word, revision: None, time, reason: String::new(), token: None, record })
    }

    /// For JSON and YAML.
    pub fn document(&self) -> Value {
        let mut members = vec![("change".to_owned(), Value::from(self.word))];
        members.extend(self.revision.map(|r| ("revision".to_owned(), Value::Number(r.into()))));
        members.extend(self.time.map(|time| ("time".to_owned(), Value::Text(time.to_string()))));
        if !self.reason.is_empty() {
            members.push(("reason".to_owned(), Value::from(self.reason.as_str())));
        }
        members.extend(self.token.iter().map(|t| ("token".to_owned(), Value::from(t.as_str()))));
        members.extend(self.record.members());
        Value::Table(members)
    }
}

fn word(kind: Option<EventKind>) -> &'static str {
    match kind {
        Some(EventKind::EVENT_KIND_SET) => "set",
        Some(EventKind::EVENT_KIND_DELETE) => "delete",
        Some(EventKind::EVENT_KIND_EXPIRE) => "expire",
        Some(EventKind::EVENT_KIND_METADATA) => "meta",
        Some(EventKind::EVENT_KIND_REVOKE) => "revoke",
        Some(EventKind::EVENT_KIND_SUPERSEDED) => "outdone",
        _ => "unknown",
    }
}
