//! What an agent writes: from its file, or from the command line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::Agent;
use crate::args::{Global, duration};
use crate::failure::Failure;

/// Everything that an agent writes; at least one file.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) outputs: Vec<Output>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) namespace: String,
    pub(super) to: PathBuf,
    pub(super) from: From,
    /// Permissions of a file that is new; one that is there keeps its own. `None`: only its owner may read it.
    pub(super) mode: Option<u32>,
    pub(super) run: Option<Command>,
}

/// What a file is made from.
#[derive(Debug)]
pub(super) enum From {
    /// A template: its name, for errors, and its text.
    Template { name: String, text: String },
    /// The keys below a prefix, as variables.
    Variables { prefix: String },
}

/// What is run when a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) words: Vec<String>,
    pub(super) timeout: Duration,
}

const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    file: Vec<Entry>,
    #[serde(default)]
    env: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    to: PathBuf,
    namespace: Option<String>,
    template: Option<PathBuf>,
    prefix: Option<String>,
    mode: Option<String>,
    run: Option<Words>,
    timeout: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    Shell(String),
    Words(Vec<String>),
}

impl Plan {
    /// Reads the file or the options, and every template, before anything is asked of a server.
    pub(super) fn read(agent: &Agent, global: &Global) -> Result<Self, Failure> {
        let outputs = match &agent.config {
            Some(path) => of_file(path, global)?,
            None => of_options(agent, global)?,
        };
        if outputs.is_empty() {
            let sentence =
                "nothing to write: name a file with --config, or --template or --env-file";
            return Err(Failure::Usage(sentence.into()));
        }
        let mut places = BTreeSet::new();
        for output in &outputs {
            super::render::check(output)?;
            if !places.insert(&output.to) {
                let sentence = format!("{} is to be written twice", output.to.display());
                return Err(Failure::Usage(sentence));
            }
        }
        Ok(Self { outputs })
    }
}

fn of_file(path: &Path, global: &Global) -> Result<Vec<Output>, Failure> {
    let text = read(path)?;
    let file: File = toml::from_str(&text).map_err(|error| {
        Failure::Usage(format!(
            "{}: {}",
            path.display(),
            error.to_string().trim().replace('\n', " ")
        ))
    })?;
    // Paths are meant from where the file is.
    let here = path.parent().unwrap_or(Path::new("")).to_owned();
    let kinds = file.file.into_iter().map(|entry| (entry, true));
    let kinds = kinds.chain(file.env.into_iter().map(|entry| (entry, false)));
    kinds.map(|(entry, template)| entry.output(&here, template, global)).collect()
}

impl Entry {
    fn output(self, here: &Path, template: bool, global: &Global) -> Result<Output, Failure> {
        let to = here.join(&self.to);
        let wrong = |what: &str| Failure::Usage(format!("{}: {what}", self.to.display()));
        let from = match (template, self.template, self.prefix) {
            (true, Some(path), None) => template_at(&here.join(path))?,
            (false, None, prefix) => From::Variables { prefix: prefix.unwrap_or_default() },
            (true, ..) => return Err(wrong("a [[file]] has a `template` and no `prefix`")),
            (false, ..) => return Err(wrong("an [[env]] has no `template`")),
        };
        let mode = self.mode.as_deref().map(|mode| u32::from_str_radix(mode, 8));
        let mode = mode.transpose().ok().filter(|mode| mode.is_none_or(|mode| mode <= 0o777));
        let timeout =
            self.timeout.as_deref().map(duration).transpose().map_err(|why| wrong(&why))?;
        let words = self.run.map(|run| match run {
            Words::Shell(line) => shell(line),
            Words::Words(words) => words,
        });
        if words.as_ref().is_some_and(Vec::is_empty) {
            return Err(wrong("`run` names no command"));
        }
        Ok(Output {
            namespace: self.namespace.unwrap_or_else(|| global.namespace.clone()),
            from,
            mode: mode.ok_or_else(|| wrong("`mode` is not one such as \"0640\""))?,
            run: words.map(|words| Command { words, timeout: timeout.unwrap_or(TIMEOUT) }),
            to,
        })
    }
}

fn of_options(agent: &Agent, global: &Global) -> Result<Vec<Output>, Failure> {
    let run = agent.exec.clone().map(|line| Command { words: shell(line), timeout: TIMEOUT });
    let output = |to: &str, from| Output {
        namespace: global.namespace.clone(),
        to: to.into(),
        from,
        mode: None,
        run: run.clone(),
    };
    let templates = agent.template.iter().map(|pair| {
        let (from, to) = parted(pair, "--template", "FROM:TO")?;
        Ok(output(to, template_at(Path::new(from))?))
    });
    let variables = agent.env_file.iter().map(|pair| {
        let (prefix, to) = parted(pair, "--env-file", "PREFIX:TO")?;
        Ok(output(to, From::Variables { prefix: prefix.to_owned() }))
    });
    templates.chain(variables).collect()
}

fn parted<'a>(pair: &'a str, option: &str, form: &str) -> Result<(&'a str, &'a str), Failure> {
    let parts = pair.rsplit_once(':').filter(|(_, to)| !to.is_empty());
    parts.ok_or_else(|| Failure::Usage(format!("{option} {pair:?}: expected {form}")))
}

fn shell(line: String) -> Vec<String> {
    vec!["/bin/sh".into(), "-c".into(), line]
}

fn template_at(path: &Path) -> Result<From, Failure> {
    Ok(From::Template { name: path.display().to_string(), text: read(path)? })
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| Failure::File { path: path.to_owned(), source })
}
