//! Where a deployment keeps its states, and what it keeps for a while: here, or it is refused.

use serde_json::{Map, Value};

use super::{PREFIX, Sets, Variables};

/// Caches that they can have.
const CACHES: [&str; 2] = ["redis", "memcached"];

/// Where the members of a database go.
struct Database {
    kind: &'static str,
    url: &'static str,
    members: &'static [(&'static str, &'static str)],
}

const POSTGRES: Database = Database {
    kind: "postgres",
    url: "store.postgres.url",
    members: &[
        ("schema", "store.postgres.schema"),
        ("ca_file", "store.postgres.root_certificate"),
        ("client_cert_file", "store.postgres.client_certificate"),
        ("client_key_file", "store.postgres.client_key"),
    ],
};

/// Its URL names the database of the log.
const MYSQL: Database = Database {
    kind: "mysql",
    url: "store.mysql.url",
    members: &[
        ("ca_file", "store.mysql.root_certificate"),
        ("client_cert_file", "store.mysql.client_certificate"),
        ("client_key_file", "store.mysql.client_key"),
    ],
};

impl Sets {
    pub(super) fn storage(&mut self, variables: &Variables) {
        let Some(given) = self.provider(variables, "STORAGE_PROVIDER", "storage") else { return };
        match given.name.as_str() {
            "embedded" => {
                if let Some(path) = given.member("path") {
                    self.set("data_dir", path, &given.origin);
                }
            }
            "postgres" | "postgresql" => self.database(&given, &POSTGRES),
            "mysql" | "mariadb" => self.database(&given, &MYSQL),
            "" => self.refuse("storage provider: empty name"),
            "mongo" => self.refuse(
                "storage provider \"mongo\" is not built in: say {\"name\":\"embedded\",\"path\":\"...\"} to keep states on this machine's disk",
            ),
            name => self.refuse(format!(
                "unsupported backend provider: {name}. must be one of: [embedded postgres mysql mongo]"
            )),
        }
    }

    /// A database that all servers of the deployment share.
    fn database(&mut self, given: &Provider, place: &Database) {
        let Some(address) = given.member("addr") else {
            return self.refuse(format!("storage provider {:?}: empty addr", given.name));
        };
        self.set("store.kind", place.kind, &given.origin);
        self.set(place.url, address, &given.origin);
        for (member, path) in place.members {
            if let Some(value) = given.member(member) {
                self.set(path, value, &given.origin);
            }
        }
    }

    /// What is kept for a while is in this process; nobody has to say so.
    pub(super) fn cache(&mut self, variables: &Variables) {
        if variables.text("CACHE_PROVIDER").is_none() {
            return;
        }
        let Some(given) = self.provider(variables, "CACHE_PROVIDER", "cache") else { return };
        match given.name.as_str() {
            "inmem" => {}
            "" => self.refuse("cache provider: empty name"),
            name if CACHES.contains(&name) => self.refuse(format!(
                "cache provider {name:?} is not built in: one process needs no other, leave the variable out"
            )),
            name => self.refuse(format!(
                "unsupported backend provider: {name}. must be one of: [inmem {}]",
                CACHES.join(" ")
            )),
        }
    }

    pub(super) fn provider(
        &mut self,
        variables: &Variables,
        short: &str,
        what: &str,
    ) -> Option<Provider> {
        let Some((text, origin)) = variables.text(short) else {
            self.refuse(format!("config: empty {what} provider"));
            return None;
        };
        let members = match serde_json::from_str(text) {
            Ok(Value::Object(members)) if members.values().all(Value::is_string) => members,
            // Not repeated: there may be a password in it.
            _ => {
                self.refuse(format!("{PREFIX}{short}: expected a JSON object of texts"));
                return None;
            }
        };
        let name = members.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Provider { name, members, origin: origin.to_owned() })
    }
}

/// What a provider variable holds.
pub(super) struct Provider {
    pub(super) name: String,
    members: Map<String, Value>,
    pub(super) origin: String,
}

impl Provider {
    /// A member that is not empty.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}
