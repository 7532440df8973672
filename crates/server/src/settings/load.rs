//! The layers of settings, put together; every fault at once.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Settings;
use super::stategate::{self, Set};
use super::table::{self, ENV_PREFIX, Setting};

/// The file that is read when it is there and no other is named.
pub const DEFAULT_FILE: &str = "holdfast.toml";

/// Names the file, like `--config`.
const FILE_NAME: &str = "HOLDFAST_CONFIG";
/// Names in the environment that are no settings of the server: the file's, that of a gateway, and those of the command line client.
const OTHER_NAMES: [&str; 12] = [
    "CONFIG",
    "ENDPOINT",
    "TOKEN",
    "TOKEN_FILE",
    "CONTEXTS",
    "NAMESPACE",
    "OUTPUT",
    "CONTEXT",
    "UPSTREAM",
    "CA_FILE",
    "CERT_FILE",
    "KEY_FILE",
];
/// Beginnings of names that Kubernetes injects for a service called holdfast.
const FOREIGN_PREFIXES: [&str; 2] = ["SERVICE_", "PORT"];

/// Where settings come from, weakest first.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// `--config`; `None`: what `HOLDFAST_CONFIG` names, else [`DEFAULT_FILE`], if it is there.
    pub file: Option<PathBuf>,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// Flags: the flag as typed, the path of the setting, the value.
    pub flags: Vec<(String, &'static str, String)>,
}

/// Settings, and where each that is not a default came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is in force.
    pub settings: Settings,
    origins: BTreeMap<&'static str, String>,
    /// What an operator should be told at start.
    pub cautions: Vec<String>,
}

/// Everything that is wrong with the settings. Nothing was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} {} in the settings:", if count == 1 { "fault" } else { "faults" })?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// Puts the layers together.
///
/// # Errors
/// All faults of all layers.
pub fn load(layers: &Layers) -> Result<Loaded, Faults> {
    let mut loading = Loading::over_defaults();
    let from_env = layers.env.iter().find(|(name, _)| name == FILE_NAME);
    let file = layers.file.as_deref().or_else(|| from_env.map(|(_, path)| Path::new(path)));
    loading.file(file);
    loading.stategate(&layers.env);
    loading.environment(&layers.env);
    for (flag, path, value) in &layers.flags {
        loading.set(path, &Value::String(value.clone()), flag);
    }
    loading.open_on_loopback_only();
    loading.end()
}

/// A file's text alone over the defaults; the name tells the format.
///
/// # Errors
/// All faults of the text.
pub fn load_text(name: &Path, text: &str) -> Result<Loaded, Faults> {
    let mut loading = Loading::over_defaults();
    loading.text(name, text);
    loading.end()
}

struct Loading {
    loaded: Loaded,
    faults: Vec<String>,
}

impl Loading {
    fn over_defaults() -> Self {
        let loaded = Loaded {
            settings: Settings::default(),
            origins: BTreeMap::new(),
            cautions: Vec::new(),
        };
        Self { loaded, faults: Vec::new() }
    }

    fn end(mut self) -> Result<Loaded, Faults> {
        self.faults.extend(self.loaded.settings.contradictions());
        if self.faults.is_empty() { Ok(self.loaded) } else { Err(Faults(self.faults)) }
    }

    fn file(&mut self, named: Option<&Path>) {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => self.text(path, &text),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                self.faults.push(format!("{}: cannot be read: {error}", path.display()));
            }
        }
    }

    fn text(&mut self, path: &Path, text: &str) {
        let origin = path.display().to_string();
        match parse(path, text) {
            Ok(Value::Object(tree)) => self.table("", &tree, &origin),
            Ok(Value::Null) => {}
            Ok(_) => self.faults.push(format!("{origin}: expected a table of settings")),
            Err(error) => self.faults.push(format!("{origin}: {error}")),
        }
    }

    fn table(&mut self, under: &str, tree: &serde_json::Map<String, Value>, origin: &str) {
        for (name, value) in tree {
            let path = if under.is_empty() { name.clone() } else { format!("{under}.{name}") };
            match value {
                Value::Object(inner) if is_table(&path) => self.table(&path, inner, origin),
                value => self.set(&path, value, origin),
            }
        }
    }

    fn environment(&mut self, env: &[(String, String)]) {
        for (name, value) in env {
            let Some(short) = name.strip_prefix(ENV_PREFIX) else { continue };
            let foreign = FOREIGN_PREFIXES.iter().any(|prefix| short.starts_with(prefix));
            if foreign || OTHER_NAMES.contains(&short) {
                continue;
            }
            let path = short.to_lowercase().replace("__", ".");
            self.set(&path, &Value::String(value.clone()), name);
        }
    }

    /// What a deployment of stategate sets.
    fn stategate(&mut self, env: &[(String, String)]) {
        let found = match stategate::variables(env, Path::new(stategate::ENV_FILE)) {
            Ok(found) => found,
            Err(fault) => return self.faults.push(fault),
        };
        let set = stategate::settings(&found);
        for Set { path, value, origin } in set.settings {
            self.set(path, &Value::String(value), &origin);
        }
        self.faults.extend(set.faults);
        self.loaded.cautions.extend(set.cautions);
    }

    /// Where other servers listen everywhere by default, this one does not while everything is open.
    fn open_on_loopback_only(&mut self) {
        let Loaded { settings, origins, .. } = &mut self.loaded;
        let by_variable = origins.get("listen").is_some_and(|from| from.starts_with("STATEGATE_"));
        if settings.dev && by_variable {
            settings.listen.set_ip(Ipv4Addr::LOCALHOST.into());
            settings.admin_listen.set_ip(Ipv4Addr::LOCALHOST.into());
        }
    }

    fn set(&mut self, path: &str, value: &Value, origin: &str) {
        let Some(setting) = table::all().find(|setting| setting.path == path) else {
            let hint = nearest(path).map(|near| format!(", did you mean {near}?"));
            let hint = hint.unwrap_or_default();
            return self
                .faults
                .push(format!("{path} (from {origin}): there is no such setting{hint}"));
        };
        match (setting.of)(&mut self.loaded.settings).read(value) {
            Ok(()) => {
                self.loaded.origins.insert(setting.path, origin.to_owned());
            }
            Err(fault) => self.faults.push(format!("{path} (from {origin}): {fault}")),
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Value, String> {
    let yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    if yaml {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

fn is_table(path: &str) -> bool {
    table::all()
        .any(|setting| setting.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The setting whose path needs the fewest edits to become this one, when that is few.
fn nearest(path: &str) -> Option<&'static str> {
    let (edits, near) =
        table::all().map(|setting| (edits(path, setting.path), setting.path)).min()?;
    (edits <= path.len() / 4 + 1).then_some(near)
}

/// Levenshtein's distance, in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

impl Loaded {
    /// What is in force, as a TOML file that says where each value comes from.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut settings = self.settings.clone();
        let mut table = "";
        let mut text = String::new();
        for setting in table::all() {
            let (under, name) = setting.path.rsplit_once('.').unwrap_or(("", setting.path));
            if under != table {
                text.push_str(&format!("\n[{under}]\n"));
                table = under;
            }
            text.push_str(&self.line(setting, name, &mut settings));
        }
        text
    }

    fn line(&self, setting: &Setting, name: &str, settings: &mut Settings) -> String {
        let origin = self.origins.get(setting.path).map_or("default", String::as_str);
        match (setting.of)(settings).show() {
            Some(shown) => format!("{name} = {shown} # {origin}\n"),
            None => format!("# {name} is not set\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(file: &Path) -> Layers {
        Layers { file: Some(file.into()), ..Layers::default() }
    }

    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        (dir, path)
    }

    #[test]
    fn what_comes_later_wins() {
        let text = "listen = '127.0.0.1:1'\nadmin_listen = '127.0.0.1:2'\n[limits]\nvalue_bytes = '2MiB'\n";
        let (_dir, path) = file("holdfast.toml", text);
        let mut layers = layers(&path);
        layers.env = vec![
            ("HOLDFAST_LISTEN".into(), "127.0.0.1:3".into()),
            ("HOLDFAST_RETENTION__MAX_AGE".into(), "30d".into()),
            ("HOLDFAST_ENDPOINT".into(), "http://elsewhere".into()),
            ("HOLDFAST_CONTEXT".into(), "prod".into()),
            ("HOLDFAST_CONTEXTS".into(), "/home/ann/contexts.toml".into()),
            ("HOLDFAST_PORT_8080_TCP_ADDR".into(), "10.0.0.1".into()),
            ("PATH".into(), "/bin".into()),
        ];
        layers.flags = vec![("--listen".into(), "listen", "127.0.0.1:4".into())];
        let loaded = load(&layers).expect("valid");
        assert_eq!(loaded.settings.listen.port(), 4);
        assert_eq!(loaded.settings.admin_listen.port(), 2);
        assert_eq!(loaded.settings.limits.value_bytes.0, 2 << 20);
        assert_eq!(loaded.settings.retention.max_age.map(|d| d.as_secs()), Some(30 * 86_400));
        let shown = loaded.to_toml();
        assert!(shown.contains("listen = \"127.0.0.1:4\" # --listen"), "{shown}");
        assert!(shown.contains("max_age = \"30d\" # HOLDFAST_RETENTION__MAX_AGE"), "{shown}");
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let (_dir, path) = file("holdfast.toml", "[retention]\nmax_bytes = '5GiB'\n");
        let first = load(&layers(&path)).expect("valid");
        let (_dir, path) = file("again.toml", &first.to_toml());
        assert_eq!(load(&layers(&path)).expect("valid").settings, first.settings);
    }

    #[test]
    fn what_cannot_both_hold_is_refused() {
        for (text, words) in [
            ("[groups]\nredelivery = '1ms'\n", "groups.redelivery: has to be at least 100ms"),
            ("[groups]\nkeep = '10ms'\n", "groups.keep: has to be at least 1s"),
            ("[nodes]\npatience = '1ms'\n", "nodes.patience: has to be at least 10ms"),
            ("[tls]\nalso_plaintext = true\nclients = 'required'\n", "tls.also_plaintext: whoever"),
            ("[limits]\nvalue_bytes = '9MiB'\n", "limits.value_bytes: is more than"),
        ] {
            let (_dir, path) = file("holdfast.toml", text);
            let faults = load(&layers(&path)).expect_err("refused").to_string();
            assert!(faults.contains(words), "{faults}");
        }
    }

    #[test]
    fn yaml_says_the_same() {
        let (_dir, path) = file("holdfast.yaml", "listen: 127.0.0.1:7\nstore:\n  kind: memory\n");
        let named = vec![("HOLDFAST_CONFIG".into(), path.display().to_string())];
        let layers = Layers { env: named, ..Layers::default() };
        let settings = load(&layers).expect("valid").settings;
        assert_eq!(
            (settings.listen.port(), settings.store.kind),
            (7, super::super::StoreKind::Memory)
        );
    }

    #[test]
    fn all_faults_at_once_with_their_paths() {
        let text = "lisen = 'x'\ndev = true\n[limits]\nvalue_bytes = 'much'\nfoo = 1\n[limits.deep]\na = 1\n";
        let (_dir, path) = file("holdfast.toml", text);
        let mut layers = layers(&path);
        layers.env = vec![("HOLDFAST_NONSENSE".into(), "1".into())];
        layers.flags = vec![("--listen".into(), "listen", "0.0.0.0:80".into())];
        let faults = load(&layers).expect_err("wrong").to_string();
        for part in [
            "6 faults",
            "lisen (from ",
            "did you mean listen?",
            "limits.value_bytes (from ",
            "\"64MiB\"",
            "limits.foo (from ",
            "limits.deep",
            "nonsense (from HOLDFAST_NONSENSE)",
            "dev: opens everything",
        ] {
            assert!(faults.contains(part), "{part} is missing in:\n{faults}");
        }
    }

    #[test]
    fn a_named_file_has_to_be_there_and_to_parse() {
        let faults = load(&layers(Path::new("/nonexistent/x.toml"))).expect_err("missing");
        assert!(faults.to_string().contains("/nonexistent/x.toml: cannot be read"), "{faults}");
        let (_dir, path) = file("x.toml", "listen = \n");
        assert!(load(&layers(&path)).is_err());
        let (_dir, path) = file("x.yaml", "a: [\n");
        assert!(load(&layers(&path)).is_err());
    }
}
