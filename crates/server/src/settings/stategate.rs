//! The variables of a stategate deployment, of v0.5.0 and later, as settings of this server. When none of them is set, nothing of it counts.
//!
//! What they cannot turn on is what nobody asked for: without a key set no token is believed, unless `jwt.unverified` says so.

mod channels;
mod providers;

use std::fs;
use std::io;
use std::path::Path;

/// What every name begins with.
const PREFIX: &str = "STATEGATE_";
/// Variables in the working directory; the environment's own win.
pub(super) const ENV_FILE: &str = ".env";

/// How every fault begins.
pub(crate) const INVALID: &str = "failed to validate config";

const DEFAULT_PORT: u16 = 8080;
/// Every algorithm that a key set can have a key for.
const ALGORITHMS: &str =
    "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, HS512";

/// One setting, and the variable behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) path: &'static str,
    pub(super) value: String,
    pub(super) origin: String,
}

/// What the variables say.
#[derive(Debug, Default)]
pub(super) struct Sets {
    pub(super) settings: Vec<Set>,
    pub(super) faults: Vec<String>,
    /// What an operator should be told.
    pub(super) cautions: Vec<String>,
}

/// Variables, each with its short name and where it was found.
#[derive(Debug, Default)]
pub(super) struct Variables(Vec<(String, String, String)>);

impl Variables {
    fn get(&self, short: &str) -> Option<(&str, &str)> {
        let found = self.0.iter().find(|(name, ..)| name == short);
        found.map(|(_, value, origin)| (value.as_str(), origin.as_str()))
    }

    /// Its value, unless it is empty.
    fn text(&self, short: &str) -> Option<(&str, &str)> {
        self.get(short).filter(|(value, _)| !value.is_empty())
    }
}

/// Those of the environment, and those of the file that the environment does not have.
pub(super) fn variables(env: &[(String, String)], file: &Path) -> Result<Variables, String> {
    let mut found = Variables::default();
    let mut take = |name: &str, value: String, origin: String| {
        let Some(short) = name.strip_prefix(PREFIX) else { return };
        if found.get(short).is_none() {
            found.0.push((short.to_owned(), value, origin));
        }
    };
    for (name, value) in env {
        take(name, value.clone(), name.clone());
    }
    let wrong = |why: String| format!("{}: {why}", file.display());
    match fs::read(file) {
        Ok(text) => {
            for line in dotenvy::from_read_iter(text.as_slice()) {
                match line {
                    Ok((name, value)) => {
                        take(&name, value, format!("{name} in {}", file.display()));
                    }
                    // The file may be that of something else altogether.
                    Err(dotenvy::Error::LineParse(line, _)) if !line.contains(PREFIX) => {}
                    Err(error) => return Err(wrong(error.to_string())),
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Nobody said that this is a deployment of stategate.
        Err(_) if found.0.is_empty() => {}
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
    }
    Ok(found)
}

/// The settings that the variables stand for.
pub(super) fn settings(variables: &Variables) -> Sets {
    let mut sets = Sets::default();
    if variables.0.is_empty() {
        return sets;
    }
    sets.ports(variables);
    sets.trust(variables);
    sets.tls(variables);
    sets.channel(variables);
    sets.storage(variables);
    sets.cache(variables);
    sets.rest(variables);
    sets
}

impl Sets {
    fn set(&mut self, path: &'static str, value: impl Into<String>, origin: &str) {
        self.settings.push(Set { path, value: value.into(), origin: origin.to_owned() });
    }

    fn refuse(&mut self, why: impl std::fmt::Display) {
        self.faults.push(format!("{INVALID}: {why}"));
    }

    /// The API on the port and metrics on the next, for everybody to reach.
    fn ports(&mut self, variables: &Variables) {
        const NAME: &str = "STATEGATE_PORT";
        let (text, origin) = variables.text("PORT").unwrap_or(("0", NAME));
        let port = match text.trim().parse::<i64>() {
            Err(_) => return self.refuse(format!("{NAME}: {text:?} is no number")),
            Ok(..0) => return self.refuse("config: empty port"),
            Ok(0) => DEFAULT_PORT,
            Ok(port) => match u16::try_from(port) {
                // Metrics are on the port behind it.
                Ok(port) if port < u16::MAX => port,
                _ => return self.refuse(format!("{NAME}: {port} is no port")),
            },
        };
        self.set("listen", format!("0.0.0.0:{port}"), origin);
        self.set("admin_listen", format!("0.0.0.0:{}", port + 1), origin);
    }

    fn trust(&mut self, variables: &Variables) {
        let disabled = variables.get("AUTH_DISABLED").filter(|(value, _)| is_true(value));
        if let Some((_, origin)) = disabled {
            self.cautions.push("STATEGATE_AUTH_DISABLED: whoever reaches the server may read and change all states".into());
            return self.set("state.auth", "disabled", origin);
        }
        self.set("state.auth", "policy", PREFIX);
        for (short, path) in [
            ("REQUEST_POLICY", "state.request_policy"),
            ("RESPONSE_POLICY", "state.response_policy"),
        ] {
            match variables.text(short) {
                Some((value, origin)) => self.set(path, value, origin),
                None => {
                    self.cautions.push(format!("{PREFIX}{short} is not set: it denies everything"))
                }
            }
        }
        self.set("jwt.require_exp", "false", PREFIX);
        self.set("jwt.require_subject", "false", PREFIX);
        if let Some((uri, origin)) = variables.text("JWKS_URI") {
            self.set("jwt.jwks_url", uri, origin);
            self.set("jwt.algorithms", ALGORITHMS, origin);
            self.set("jwt.require_kid", "true", origin);
        } else {
            let none = "STATEGATE_JWKS_URI is not set: no token can be verified, so none is accepted unless jwt.unverified believes all of them";
            self.cautions.push(none.to_owned());
        }
    }

    /// TLS when both files are there; clients of a deployment whose files never were go on as they did.
    fn tls(&mut self, variables: &Variables) {
        let strict = variables.get("TLS_STRICT").filter(|(value, _)| is_true(value));
        if strict.is_none() {
            self.set("tls.allow_plaintext", "true", PREFIX);
        }
        let files = [("TLS_CERT_FILE", "tls.cert"), ("TLS_KEY_FILE", "tls.key")];
        let named: Vec<_> = files
            .into_iter()
            .filter_map(|(short, path)| variables.text(short).map(|found| (path, found)))
            .collect();
        let missing =
            named.len() < 2 || named.iter().any(|(_, (file, _))| !Path::new(file).is_file());
        if missing && strict.is_none() {
            for (_, (file, origin)) in &named {
                self.cautions.push(format!("{origin}: {file} and its counterpart make no TLS"));
            }
            let open =
                "everything is served without TLS: whoever can listen on the way reads every token";
            return self.cautions.push(open.to_owned());
        }
        for (path, (file, origin)) in &named {
            self.set(path, *file, origin);
        }
        if strict.is_none() {
            self.set("tls.also_plaintext", "true", PREFIX);
        }
    }

    fn rest(&mut self, variables: &Variables) {
        self.set("log.format", "stategate", PREFIX);
        self.set("log.requests", "all", PREFIX);
        let debug = variables.get("DEBUG").filter(|(value, _)| is_true(value));
        if let Some((_, origin)) = debug {
            self.set("log.level", "debug", origin);
        }
        self.set("state.stand_in", "true", PREFIX);
        self.set("shutdown_grace", "15s", PREFIX);
        if let Some((value, origin)) = variables.text("DEL_EVENTS") {
            self.set("state.del_events", value, origin);
        }
        self.cors(variables);
    }

    /// Pages of other origins: only when origins are given.
    fn cors(&mut self, variables: &Variables) {
        let Some((origins, origin)) = variables.text("CORS_ALLOW_ORIGINS") else { return };
        self.set("cors.origins", origins, origin);
        for (short, path) in
            [("CORS_ALLOW_METHODS", "cors.methods"), ("CORS_ALLOW_HEADERS", "cors.headers")]
        {
            // Browsers take `*` for a name where there are credentials; everything is allowed by nothing here.
            if let Some((value, origin)) = variables.text(short).filter(|(value, _)| *value != "*")
            {
                self.set(path, value, origin);
            }
        }
        if origins.split(',').any(|origin| origin.trim() == "*") {
            let told = "STATEGATE_CORS_ALLOW_ORIGINS allows all origins: browsers send no cookies to such a server";
            return self.cautions.push(told.to_owned());
        }
        self.set("cors.credentials", "true", origin);
    }
}

/// The words that Go takes for true; everything else is false.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}

#[cfg(test)]
mod tests {
    use super::super::{DelEvents, Layers, LogFormat, Settings, StateAuth, load};
    use super::*;

    const PROVIDERS: [(&str, &str); 2] = [
        ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"inmem"}"#),
        ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded","path":"/tmp/x"}"#),
    ];

    fn loaded(more: &[(&str, &str)]) -> Result<super::super::Loaded, String> {
        let given = |name| more.iter().any(|(other, _)| *other == name);
        let all = PROVIDERS.iter().filter(|(name, _)| !given(*name)).chain(more);
        let env = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        load(&Layers { env, ..Layers::default() }).map_err(|faults| faults.to_string())
    }

    fn of(more: &[(&str, &str)]) -> Settings {
        loaded(more).expect("they make sense").settings
    }

    #[test]
    fn without_any_of_them_nothing_is_as_there() {
        let env = vec![("PORT".to_owned(), "1".to_owned())];
        let settings = load(&Layers { env, ..Layers::default() }).expect("nothing is wrong");
        assert_eq!(settings.settings, Settings::default());
        assert!(settings.cautions.is_empty());
    }

    #[test]
    fn ports_are_two_and_open() {
        for (given, port) in [(None, 8080), (Some("0"), 8080), (Some("9000"), 9000)] {
            let given: Vec<_> = given.map(|port| ("STATEGATE_PORT", port)).into_iter().collect();
            let settings = of(&given);
            assert_eq!(settings.listen, ([0, 0, 0, 0], port).into());
            assert_eq!(settings.admin_listen, ([0, 0, 0, 0], port + 1).into());
        }
        for (wrong, why) in [("x", "no number"), ("-1", "config: empty port"), ("65535", "no port")]
        {
            let faults = loaded(&[("STATEGATE_PORT", wrong)]).expect_err("no port");
            assert!(faults.contains(INVALID) && faults.contains(why), "{faults}");
        }
        let dev = of(&[("STATEGATE_PORT", "9000"), ("HOLDFAST_DEV", "true")]);
        assert_eq!(dev.listen, ([127, 0, 0, 1], 9000).into());
        let ours = of(&[("STATEGATE_PORT", "9000"), ("HOLDFAST_LISTEN", "127.0.0.1:7")]);
        assert_eq!(ours.listen.port(), 7, "our own names say more");
    }

    #[test]
    fn nothing_is_open_that_nobody_opened() {
        let settings = of(&[]);
        assert_eq!(settings.state.auth, StateAuth::Policy);
        assert!(settings.state.request_policy.is_none() && !settings.jwt.unverified);
        assert!(settings.jwt.algorithms.0.is_empty());
        assert_eq!(settings.state.del_events, DelEvents::Entities);
        assert_eq!(
            (settings.log.format, settings.log.level.as_str()),
            (LogFormat::Stategate, "info")
        );
        assert_eq!(loaded(&[]).expect("sense").cautions.len(), 4);
        for no in ["yes", "0", "f", "", "TrUe"] {
            assert_eq!(
                of(&[("STATEGATE_AUTH_DISABLED", no)]).state.auth,
                StateAuth::Policy,
                "{no}"
            );
        }
        for yes in ["1", "t", "T", "TRUE", "true", "True"] {
            let settings = of(&[("STATEGATE_AUTH_DISABLED", yes), ("STATEGATE_DEBUG", yes)]);
            assert_eq!(settings.state.auth, StateAuth::Disabled, "{yes}");
            assert_eq!(settings.log.level, "debug");
        }
    }

    #[test]
    fn key_sets_policies_and_places_are_taken() {
        let settings = of(&[
            ("STATEGATE_JWKS_URI", "https://keys.example/jwks"),
            ("STATEGATE_REQUEST_POLICY", "cGFja2FnZQ=="),
            ("STATEGATE_DEL_EVENTS", "on"),
            ("STATEGATE_CORS_ALLOW_ORIGINS", "https://a.example,https://b.example"),
        ]);
        assert_eq!(settings.jwt.jwks_url.as_deref(), Some("https://keys.example/jwks"));
        assert!(settings.jwt.require_kid && !settings.jwt.require_exp);
        assert!(settings.jwt.algorithms.0.contains(&"RS256".to_owned()));
        assert_eq!(settings.state.request_policy.expect("set").0, "cGFja2FnZQ==");
        assert_eq!(settings.state.del_events, DelEvents::On);
        assert_eq!(settings.data_dir, Path::new("/tmp/x"));
        assert_eq!(settings.cors.origins, "https://a.example,https://b.example");
    }

    #[test]
    fn providers_are_built_in_or_refused_with_a_sentence() {
        for (variable, value, why) in [
            ("STATEGATE_CHANNEL_PROVIDER", "", "config: empty channel provider"),
            ("STATEGATE_CHANNEL_PROVIDER", "{}", "channel provider: empty name"),
            ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"nats"}"#, "\"nats\": empty addr"),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":"stan","addr":"nats://u:hidden@h"}"#,
                "\"stan\": empty cluster",
            ),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":"stan","addr":"h","cluster":"a b"}"#,
                "\"stan\": the cluster",
            ),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":"redis","addr":"h","client_cert_file":"c"}"#,
                "client_cert_file and client_key_file",
            ),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":"kafka","addr":"h:9092"}"#,
                "\"kafka\" is not built in",
            ),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":"zeromq"}"#,
                "unsupported backend provider: zeromq",
            ),
            (
                "STATEGATE_CHANNEL_PROVIDER",
                r#"{"name":1,"password":"hidden"}"#,
                "a JSON object of texts",
            ),
            ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"amqp"}"#, "\"amqp\": empty addr"),
            ("STATEGATE_STORAGE_PROVIDER", "", "config: empty storage provider"),
            ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"postgres"}"#, "\"postgres\": empty addr"),
            ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"mysql"}"#, "\"mysql\": empty addr"),
            (
                "STATEGATE_STORAGE_PROVIDER",
                r#"{"name":"mongo","addr":"mongodb://u:hidden@h"}"#,
                "\"mongo\" is not built in",
            ),
            ("STATEGATE_STORAGE_PROVIDER", "mongo:hidden", "a JSON object of texts"),
        ] {
            let env = PROVIDERS.map(|(name, good)| {
                let value = if name == variable { value } else { good };
                (name.to_owned(), value.to_owned())
            });
            let faults = load(&Layers { env: env.to_vec(), ..Layers::default() });
            let faults = faults.expect_err("it is refused").to_string();
            assert!(faults.contains(INVALID) && faults.contains(why), "{value}: {faults}");
            assert!(!faults.contains("hidden"), "{faults}");
        }
    }

    #[test]
    fn a_database_is_shared_by_a_deployment() {
        let given = r#"{"name":"postgres","addr":"postgres://u:p@h/d","schema":"stategate","ca_file":"ca.pem"}"#;
        let store = of(&[("STATEGATE_STORAGE_PROVIDER", given)]).store;
        assert_eq!(store.kind, super::super::StoreKind::Postgres);
        assert_eq!(store.postgres.url, Some(super::super::Secret("postgres://u:p@h/d".into())));
        assert_eq!(store.postgres_schema, "stategate");
        assert_eq!(store.postgres.root_certificate, Some("ca.pem".into()));
        for name in ["mysql", "mariadb"] {
            let given =
                format!(r#"{{"name":"{name}","addr":"mysql://u:p@h/d","ca_file":"ca.pem"}}"#);
            let store = of(&[("STATEGATE_STORAGE_PROVIDER", &given)]).store;
            assert_eq!(store.kind, super::super::StoreKind::MySql);
            assert_eq!(store.mysql.url, Some(super::super::Secret("mysql://u:p@h/d".into())));
            assert_eq!(store.mysql.root_certificate, Some("ca.pem".into()));
        }
    }

    #[test]
    fn a_cache_is_in_the_process_or_refused_with_a_sentence() {
        for cache in ["", r#"{"name":"inmem"}"#] {
            assert!(loaded(&[("STATEGATE_CACHE_PROVIDER", cache)]).is_ok(), "{cache}");
        }
        for (cache, why) in [
            (r#"{"name":"redis","addr":"h:1","password":"hidden"}"#, "\"redis\" is not built in"),
            (r#"{"name":"memcached","addr":"a,b"}"#, "\"memcached\" is not built in"),
            (r#"{"name":"other"}"#, "unsupported backend provider: other"),
            ("{}", "cache provider: empty name"),
            ("redis:hidden", "a JSON object of texts"),
        ] {
            let faults = loaded(&[("STATEGATE_CACHE_PROVIDER", cache)]).expect_err("refused");
            assert!(faults.contains(INVALID) && faults.contains(why), "{cache}: {faults}");
            assert!(!faults.contains("hidden"), "{faults}");
        }
    }

    #[test]
    fn pages_of_other_origins_call_when_origins_are_given() {
        let more = [
            ("STATEGATE_CORS_ALLOW_METHODS", "GET,PATCH"),
            ("STATEGATE_CORS_ALLOW_HEADERS", "authorization,x-a"),
        ];
        assert_eq!(
            of(&more).cors,
            super::super::CorsSettings::default(),
            "without origins nothing"
        );
        let cors =
            of(&[more[0], more[1], ("STATEGATE_CORS_ALLOW_ORIGINS", "https://a.example")]).cors;
        assert_eq!((&*cors.methods, &*cors.headers), ("GET,PATCH", "authorization,x-a"));
        assert!(cors.credentials);
        let all =
            of(&[("STATEGATE_CORS_ALLOW_METHODS", "*"), ("STATEGATE_CORS_ALLOW_ORIGINS", "*")]);
        assert!(!all.cors.credentials && all.cors.methods.is_empty());
    }

    #[test]
    fn a_file_of_variables_is_read_and_the_environment_wins() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join(ENV_FILE);
        let text = "# ports\nSTATEGATE_PORT=9100\nexport STATEGATE_DEBUG=\"true\"\nOTHER=x\n";
        fs::write(&file, text).expect("written");
        let env = vec![("STATEGATE_PORT".to_owned(), "9200".to_owned())];
        let found = variables(&env, &file).expect("readable");
        assert_eq!(found.get("PORT"), Some(("9200", "STATEGATE_PORT")));
        let (debug, origin) = found.get("DEBUG").expect("it is in the file");
        assert!(debug == "true" && origin.starts_with("STATEGATE_DEBUG in "), "{debug} {origin}");
        assert_eq!(found.0.len(), 2);
        fs::write(&file, "STATEGATE_PORT 'x\n").expect("written");
        assert!(variables(&env, &file).is_err());
        // What belongs to something else stops nothing.
        fs::write(&file, "it is no\nSTATEGATE_DEBUG=1\n").expect("written");
        assert_eq!(
            variables(&[], &file).expect("passed over").get("DEBUG").map(|d| d.0),
            Some("1")
        );
        assert!(variables(&[], dir.path()).expect("a directory").0.is_empty());
        assert!(variables(&env, dir.path()).is_err());
        assert!(variables(&env, &dir.path().join("none")).expect("no file").0.len() == 1);
    }

    #[test]
    fn tls_is_on_when_both_files_are_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let (cert, key) = (dir.path().join("cert"), dir.path().join("key"));
        let names = [cert.display().to_string(), key.display().to_string()];
        let both =
            [("STATEGATE_TLS_CERT_FILE", &*names[0]), ("STATEGATE_TLS_KEY_FILE", &*names[1])];
        let none = of(&both).tls;
        assert!(none.cert.is_none() && none.allow_plaintext);
        let strict = [both[0], both[1], ("STATEGATE_TLS_STRICT", "true")];
        assert!(of(&strict).tls.cert.is_some(), "a file that is missing then stops the start");
        fs::write(&cert, "x").expect("written");
        fs::write(&key, "x").expect("written");
        let tls = of(&both).tls;
        assert!(tls.cert.is_some() && tls.key.is_some() && tls.also_plaintext);
        assert!(!of(&strict).tls.also_plaintext);
    }
}
