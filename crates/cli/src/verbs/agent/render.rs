//! From what is known of a namespace to the text of a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_client::Namespace;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::plan::{From, Output};
use crate::failure::Failure;

/// All that is known of a namespace, as of one commit.
#[derive(Debug, Clone)]
pub(super) struct State(Arc<BTreeMap<String, serde_json::Value>>);

impl State {
    /// From memory; of JSON the value, of everything else the text.
    pub(super) async fn of(namespace: &Namespace) -> Result<Self, Failure> {
        let entries = namespace.list("").await?;
        let value = |entry: &holdfast_client::Entry| {
            let json = (&*entry.codec == "json").then(|| serde_json::from_slice(&entry.value).ok());
            json.flatten().unwrap_or_else(|| String::from_utf8_lossy(&entry.value).into())
        };
        let pairs = entries.iter().map(|one| (one.entry().key.to_string(), value(one.entry())));
        Ok(Self(Arc::new(pairs.collect())))
    }

    fn below<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a serde_json::Value)> {
        let from = self.0.range(prefix.to_owned()..);
        let mine = from.take_while(move |(key, _)| key.starts_with(prefix));
        mine.map(move |(key, value)| (&key[prefix.len()..], value))
    }
}

/// The text of a file.
pub(super) fn text(output: &Output, state: &State) -> Result<String, Failure> {
    match &output.from {
        From::Template { name, text } => {
            let environment = environment(state.clone());
            environment.render_named_str(name, text, ()).map_err(|error| fault(name, &error))
        }
        From::Variables { prefix } => variables(prefix, state),
    }
}

/// Whether a template can be read at all.
pub(super) fn check(output: &Output) -> Result<(), Failure> {
    let From::Template { name, text } = &output.from else { return Ok(()) };
    let mut environment = environment(State(Arc::default()));
    environment.add_template(name, text).map_err(|error| Failure::Usage(said(name, &error)))
}

/// `get("key")`, `get("key", otherwise)`, `keys("prefix")` in a template; a value that is not there is an error, not an empty text.
fn environment<'a>(state: State) -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_keep_trailing_newline(true);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let known = state.clone();
    environment.add_function("get", move |key: &str, otherwise: Option<Value>| {
        match (known.0.get(key), otherwise) {
            (Some(value), _) => Ok(Value::from_serialize(value)),
            (None, Some(otherwise)) => Ok(otherwise),
            (None, None) => {
                Err(Error::new(ErrorKind::InvalidOperation, format!("there is no key {key}")))
            }
        }
    });
    environment.add_function("keys", move |prefix: &str| {
        state
            .below(prefix)
            .map(|(rest, value)| (rest.to_owned(), Value::from_serialize(value)))
            .collect::<BTreeMap<_, _>>()
    });
    environment
}

fn fault(name: &str, error: &Error) -> Failure {
    Failure::Refused(said(name, error))
}

fn said(name: &str, error: &Error) -> String {
    let what = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    let line = error.line().map_or_else(String::new, |line| format!(" line {line}"));
    format!("{name}{line}: {what}")
}

/// One variable for each key: `db/host` below the prefix is `DB_HOST`.
fn variables(prefix: &str, state: &State) -> Result<String, Failure> {
    let mut text = String::new();
    let mut names = BTreeMap::new();
    for (rest, value) in state.below(prefix) {
        let name = variable(rest);
        if let Some(other) = names.insert(name.clone(), rest) {
            let sentence = format!("{other} and {rest} would both be the variable {name}");
            return Err(Failure::Refused(sentence));
        }
        let value = match value {
            serde_json::Value::String(value) => value.clone(),
            value => value.to_string(),
        };
        if value.contains('\0') {
            return Err(Failure::Refused(format!("{rest}: no variable can hold a zero byte")));
        }
        text += &format!("{name}={}\n", quoted(&value));
    }
    Ok(text)
}

fn variable(rest: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = rest.trim_start_matches('/').chars().map(letter).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// As a shell reads it, and systemd.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        if "\"\\$`".contains(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn state(pairs: &[(&str, serde_json::Value)]) -> State {
        State(Arc::new(
            pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        ))
    }

    fn of(template: &str, state: &State) -> Result<String, String> {
        let from = From::Template { name: "t".into(), text: template.into() };
        let output = Output { namespace: "n".into(), to: "x".into(), from, mode: None, run: None };
        text(&output, state).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_template_sees_keys_and_has_to_have_what_it_asks_for() {
        let state =
            state(&[("app/db", json!({"host": "db1"})), ("app/n", json!(3)), ("b", json!("x"))]);
        assert_eq!(
            of("{{ get('app/db').host }}:{{ get('app/n') + 1 }}\n", &state).as_deref(),
            Ok("db1:4\n")
        );
        assert_eq!(of("{{ get('none', 'else') }}", &state).as_deref(), Ok("else"));
        let all =
            "{% for key, value in keys('app/')|items %}{{ key }}={{ value|tojson }};{% endfor %}";
        assert_eq!(of(all, &state).as_deref(), Ok("db={\"host\":\"db1\"};n=3;"));
        assert_eq!(
            of("a\n{{ get('none') }}", &state),
            Err("t line 2: there is no key none".into())
        );
        assert!(of("{{ get('app/db').nothing }}", &state).is_err());
        assert!(of("{{ unknown }}", &state).is_err());
    }

    #[test]
    fn variables_have_names_that_a_shell_takes() {
        let both = state(&[("a/db.host", json!("x y")), ("a/2nd", json!([1])), ("z", json!(1))]);
        assert_eq!(variables("a/", &both).ok().as_deref(), Some("_2ND=\"[1]\"\nDB_HOST=\"x y\"\n"));
        let clash = state(&[("a.b", json!(1)), ("a_b", json!(2))]);
        assert!(variables("", &clash).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_real_shell_reads_any_value_back(value in "[^\0]{0,40}") {
            let file = tempfile::NamedTempFile::new().expect("a file");
            let text = variables("", &state(&[("v", json!(value))])).expect("variables");
            std::fs::write(file.path(), text).expect("written");
            let script = format!(". {} && printf %s \"$V\"", file.path().display());
            let shown = Command::new("/bin/sh").arg("-c").arg(script).output().expect("a shell");
            prop_assert_eq!(String::from_utf8(shown.stdout).expect("text"), value);
        }
    }
}
