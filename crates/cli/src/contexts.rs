//! Contexts: servers that were given a name, with what belongs to each of them. They are kept in one file.
//!
//! - [`Contexts`]: the file; [`Context`]: one of them
//! - [`settle`]: the global options of a command line, with those of the context in use below them

mod settle;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table};

use crate::args;
use crate::failure::Failure;
use crate::output::Layout;
use crate::place::{self, Readers};

pub use settle::settle;

/// Which file, when it is not where it usually is.
pub const FILE: &str = "HOLDFAST_CONTEXTS";

/// A text that nothing shows.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// What belongs to one server. Paths are as the file has them: relative ones begin at its directory.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Where it is.
    pub endpoint: Option<String>,
    /// The namespace to work in.
    pub namespace: Option<String>,
    /// The file with the token to show.
    pub token_file: Option<PathBuf>,
    /// The token itself; only in a file that nobody else can read.
    pub token: Option<Secret>,
    /// Who vouches for the server.
    pub ca_file: Option<PathBuf>,
    /// The certificate to show.
    pub cert_file: Option<PathBuf>,
    /// Its private key.
    pub key_file: Option<PathBuf>,
    /// How to show answers.
    pub output: Option<String>,
    /// How long one call may take.
    pub timeout: Option<String>,
}

/// The members of a context, as the file and the command line call them.
pub const FIELDS: [&str; 9] = [
    "endpoint",
    "namespace",
    "token_file",
    "token",
    "ca_file",
    "cert_file",
    "key_file",
    "output",
    "timeout",
];

/// The file.
#[derive(Debug, Default)]
pub struct Contexts {
    path: PathBuf,
    document: DocumentMut,
    /// Which one is in use when nothing else is said.
    pub current: Option<String>,
    /// By name.
    pub all: BTreeMap<String, Context>,
}

/// Where the file is.
pub fn path() -> Result<PathBuf, Failure> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = named(FILE) {
        return Ok(path.into());
    }
    let config = named("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| named("HOME").map(|home| PathBuf::from(home).join(".config")));
    config.map(|config| config.join("holdfast/contexts.toml")).ok_or_else(|| {
        Failure::Usage(format!("there is no home directory to keep contexts in; set {FILE}"))
    })
}

impl Contexts {
    /// Reads the file; none is an empty one.
    pub fn load() -> Result<Self, Failure> {
        let path = path()?;
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let mut read = Self::parse(path.clone(), &text)
                    .map_err(|why| Failure::Usage(format!("{}: {why}", path.display())))?;
                read.absolute();
                Ok(read)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self { path, ..Self::default() })
            }
            Err(source) => Err(Failure::Usage(format!("{}: {source}", path.display()))),
        }
    }

    /// Reads the text of the file that is there.
    ///
    /// # Errors
    /// A sentence about the first fault, with its place.
    pub fn parse(path: PathBuf, text: &str) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|error| located(text, &error))?;
        let table: toml::Table =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut read = Self { path, document, ..Self::default() };
        for (name, value) in table {
            match (name.as_str(), value) {
                ("current", toml::Value::String(name)) => read.current = Some(name),
                ("contexts", toml::Value::Table(contexts)) => {
                    for (name, value) in contexts {
                        let place = format!("contexts.{name}");
                        read.all.insert(name, context(value).map_err(|e| format!("{place}: {e}"))?);
                    }
                }
                ("current", _) => return Err("current: expected a name".into()),
                ("contexts", _) => return Err("contexts: expected a table".into()),
                (other, _) => {
                    return Err(format!("{other}: unknown, expected `current` or `contexts`"));
                }
            }
        }
        match &read.current {
            Some(name) if !read.all.contains_key(name) => {
                Err(format!("current: there is no context {name}"))
            }
            _ => read.private().map(|()| read),
        }
    }

    /// A token is for its owner.
    fn private(&self) -> Result<(), String> {
        let Some((name, _)) = self.all.iter().find(|(_, one)| one.token.is_some()) else {
            return Ok(());
        };
        if others_can_read(&self.path) {
            return Err(format!(
                "contexts.{name}.token: others can read this file; make it yours alone (chmod 600) or name a token_file"
            ));
        }
        Ok(())
    }

    fn absolute(&mut self) {
        let base = self.path.parent().unwrap_or(Path::new("")).to_owned();
        for context in self.all.values_mut() {
            for path in [
                &mut context.token_file,
                &mut context.ca_file,
                &mut context.cert_file,
                &mut context.key_file,
            ]
            .into_iter()
            .flatten()
            {
                *path = base.join(&*path);
            }
        }
    }

    /// The context of this name.
    pub fn find(&self, name: &str) -> Result<&Context, Failure> {
        self.all.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.all.keys().map(String::as_str).collect();
            let known = match known.as_slice() {
                [] => "none is".to_owned(),
                known => known.join(", "),
            };
            let path = self.path.display();
            Failure::Usage(format!("there is no context {name} in {path} (known: {known})"))
        })
    }

    /// Chooses the context that is in use, or none.
    pub fn choose(&mut self, name: Option<&str>) {
        match name {
            Some(name) => self.document["current"] = toml_edit::value(name),
            None => drop(self.document.remove("current")),
        }
        self.current = name.map(str::to_owned);
    }

    /// Writes members of a context, and takes some out of it; makes it when there is none.
    pub fn change(&mut self, name: &str, set: &[(&str, String)], unset: &[String]) {
        let table = implicit(self.document.as_table_mut(), "contexts", true);
        let context = implicit(table, name, false);
        for (field, value) in set {
            context[*field] = toml_edit::value(value);
        }
        for field in unset {
            context.remove(field);
        }
    }

    /// Takes a context out.
    pub fn remove(&mut self, name: &str) {
        if let Some(contexts) = self.document.get_mut("contexts").and_then(Item::as_table_like_mut)
        {
            contexts.remove(name);
        }
        if self.current.as_deref() == Some(name) {
            self.choose(None);
        }
    }

    /// What the file is to hold.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Writes the file, if it can be read back.
    pub fn save(&self) -> Result<(), Failure> {
        let text = self.text();
        Self::parse(self.path.clone(), &text).map_err(Failure::Usage)?;
        if let Some(directory) = self.path.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|source| Failure::File { path: directory.to_owned(), source })?;
        }
        place::replace(&self.path, &text, Readers::Owner)
    }
}

fn implicit<'a>(table: &'a mut Table, name: &str, implicit: bool) -> &'a mut Table {
    let there = table.get(name).is_some_and(Item::is_table);
    if !there {
        // Written inline by hand, it is the same.
        let old = table.remove(name).and_then(|item| item.into_table().ok());
        let mut new = old.unwrap_or_default();
        new.set_implicit(implicit);
        table.insert(name, Item::Table(new));
    }
    match &mut table[name] {
        Item::Table(table) => table,
        _ => unreachable!("it was just made one"),
    }
}

fn context(value: toml::Value) -> Result<Context, String> {
    let context: Context = value.try_into().map_err(|error: toml::de::Error| {
        error.message().trim().replace("unknown field", "unknown member")
    })?;
    if let Some(output) = &context.output {
        Layout::from_str(output, false)
            .map_err(|_| format!("output: expected table, json, yaml or raw, not {output}"))?;
    }
    if let Some(timeout) = &context.timeout {
        args::duration(timeout).map_err(|why| format!("timeout: {why}"))?;
    }
    if context.token.is_some() && context.token_file.is_some() {
        return Err("token and token_file exclude each other".into());
    }
    Ok(context)
}

/// What a parser says, with the line that it means.
fn located(text: &str, error: &toml_edit::TomlError) -> String {
    let start = error.span().map_or(0, |span| span.start).min(text.len());
    let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message())
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|there| there.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Contexts, String> {
        Contexts::parse(PathBuf::from("/nowhere/contexts.toml"), text)
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        for (text, says) in [
            ("colour = 1", "colour: unknown"),
            ("current = 1", "current: expected a name"),
            ("current = \"a\"", "there is no context a"),
            ("contexts = 1", "contexts: expected a table"),
            ("[contexts.a]\ncolour = 1", "contexts.a: unknown member `colour`"),
            ("[contexts.a]\nendpoint = 1", "contexts.a: invalid type"),
            ("[contexts.a]\noutput = \"xml\"", "contexts.a: output: expected table"),
            ("[contexts.a]\ntimeout = \"soon\"", "contexts.a: timeout: expected a time"),
            ("[contexts.a]\ntoken = \"x\"\ntoken_file = \"y\"", "exclude each other"),
            ("[contexts.a]\n\n=", "line 3"),
        ] {
            let why = parse(text).map(|_| ()).expect_err(text);
            assert!(why.contains(says), "{text:?}: {why}");
        }
    }

    #[test]
    fn what_was_written_by_hand_stays() {
        let mut read =
            parse("# mine\ncurrent = \"a\"\n\n[contexts.a] # home\nendpoint = \"http://x\"\n")
                .expect("a good file");
        read.change("b", &[("endpoint", "https://y".into()), ("namespace", "shop".into())], &[]);
        read.change("a", &[], &["endpoint".into()]);
        read.choose(Some("b"));
        let text = read.document.to_string();
        assert!(text.contains("# mine\n") && text.contains("[contexts.a] # home"), "{text}");
        let again = parse(&text).expect("a good file");
        assert_eq!(again.current.as_deref(), Some("b"));
        assert_eq!(again.all["b"].endpoint.as_deref(), Some("https://y"));
        assert_eq!(again.all["a"].endpoint, None);
        read.remove("b");
        let again = parse(&read.document.to_string()).expect("a good file");
        assert_eq!((again.current, again.all.len()), (None, 1));
    }

    #[test]
    fn every_way_to_write_it_can_be_changed() {
        for text in [
            "contexts = { a = { endpoint = 'http://x' } }",
            "contexts.a = { endpoint = 'http://x' }",
            "contexts.a.endpoint = 'http://x'",
            "[contexts]\na.endpoint = 'http://x'",
            "[contexts]\na = { endpoint = 'http://x' }",
            "[contexts.a]\nendpoint = 'http://x'",
            "",
        ] {
            let mut read = parse(text).expect(text);
            read.change("a", &[("namespace", "shop".into())], &[]);
            read.change("b c", &[("namespace", "other".into())], &[]);
            read.choose(Some("b c"));
            let again =
                parse(&read.text()).unwrap_or_else(|e| panic!("{text}: {e}: {}", read.text()));
            let kept = (!text.is_empty()).then_some("http://x");
            assert_eq!(again.all["a"].endpoint.as_deref(), kept, "{text}: {}", read.text());
            assert_eq!(again.all["a"].namespace.as_deref(), Some("shop"), "{text}");
            assert_eq!(again.current.as_deref(), Some("b c"), "{text}");
        }
    }

    #[test]
    fn nothing_shows_a_token() {
        let read = parse("[contexts.a]\ntoken = \"hf_secret\"\n").expect("nobody can read it");
        assert!(!format!("{:?}", read.all).contains("secret"));
    }
}
