//! `holdfast context`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Subcommand, ValueEnum as _};

use crate::args::{Global, is_said};
use crate::contexts::{Context, Contexts, FIELDS};
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use crate::screen;
use holdfast_tree::Value;

/// Give servers names, and choose the one to talk to.
#[derive(Debug, Subcommand)]
pub enum ContextVerb {
    /// List all contexts; `*` marks the one in use
    List,
    /// Show a context
    Get {
        /// Its name; none: the one in use
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Choose the context that is in use from now on
    Use {
        /// Its name
        #[arg(value_name = "NAME", required_unless_present = "none")]
        name: Option<String>,
        /// Use none of them
        #[arg(long, conflicts_with = "name")]
        none: bool,
    },
    /// Keep the global options of this command line under a name; options that are not given stay as they were
    Set(Set),
    /// Forget a context
    Delete {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// What is to be kept: beside this, the global options of the command line.
#[derive(Debug, Args)]
pub struct Set {
    /// Its name
    #[arg(value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: String,
    /// Take this out of it; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = PossibleValuesParser::new(FIELDS))]
    unset: Vec<String>,
    /// Use it from now on
    #[arg(long = "use")]
    chosen: bool,
}

impl ContextVerb {
    /// Does what the second verb says.
    pub fn run(self, global: &Global, matches: &ArgMatches) -> Result<(), Failure> {
        let mut contexts = Contexts::load()?;
        match self {
            Self::List => list(&contexts, global.output.unwrap_or(Layout::Table)),
            Self::Get { name } => {
                let named = name.or_else(|| global.context.clone()).or(contexts.current.clone());
                let name = named.ok_or_else(|| Failure::Usage("no context is in use".into()))?;
                get(&name, contexts.find(&name)?, global.output.unwrap_or(Layout::Table))
            }
            Self::Use { name, .. } => {
                if let Some(name) = &name {
                    contexts.find(name)?;
                }
                contexts.choose(name.as_deref());
                contexts.save()
            }
            Self::Set(set) => set.run(&mut contexts, global, matches),
            Self::Delete { name } => {
                contexts.find(&name)?;
                if contexts.current.as_ref() == Some(&name) {
                    screen::note(&format!("{} was in use; now none is", printable(&name)));
                }
                contexts.remove(&name);
                contexts.save()
            }
        }
    }
}

impl Set {
    fn run(
        self,
        contexts: &mut Contexts,
        global: &Global,
        matches: &ArgMatches,
    ) -> Result<(), Failure> {
        if is_said(matches, "endpoint") {
            let none = holdfast_dial::Proofs::default();
            holdfast_dial::endpoint(&global.endpoint, &none).map_err(|why| {
                Failure::Usage(format!("--endpoint {:?}: {why}", global.endpoint))
            })?;
        }
        let said = said(global, matches)?;
        let set: Vec<(&str, String)> =
            said.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        if let Some((field, _)) =
            set.iter().find(|(field, _)| self.unset.iter().any(|u| u == field))
        {
            return Err(Failure::Usage(format!("--unset {field}, which is set as well")));
        }
        contexts.change(&self.name, &set, &self.unset);
        if self.chosen {
            contexts.choose(Some(&self.name));
        }
        contexts.save()
    }
}

/// The options that the command line itself names; paths from the root on, as they are to hold wherever somebody is.
fn said(
    global: &Global,
    matches: &ArgMatches,
) -> Result<Vec<(&'static str, Option<String>)>, Failure> {
    let text = |field: &'static str, value: &str| {
        (field, is_said(matches, field).then(|| value.to_owned()))
    };
    let mut all = vec![text("endpoint", &global.endpoint), text("namespace", &global.namespace)];
    let proofs = &global.proofs;
    for (field, path) in [
        ("token_file", &global.token_file),
        ("ca_file", &proofs.ca_file),
        ("cert_file", &proofs.cert_file),
        ("key_file", &proofs.key_file),
    ] {
        let path = path.as_ref().filter(|_| is_said(matches, field));
        all.push((field, path.map(whole).transpose()?));
    }
    let layout = global.output.and_then(|layout| layout.to_possible_value());
    all.push(("output", layout.map(|layout| layout.get_name().to_owned())));
    all.push(("timeout", global.timeout.map(|timeout| format!("{}ms", timeout.as_millis()))));
    Ok(all)
}

fn whole(path: &PathBuf) -> Result<String, Failure> {
    let failed = |source| Failure::File { path: path.clone(), source };
    let whole = std::path::absolute(path).map_err(failed)?;
    let text = whole.into_os_string().into_string();
    text.map_err(|_| Failure::Usage(format!("{} is no UTF-8", path.display())))
}

fn list(contexts: &Contexts, layout: Layout) -> Result<(), Failure> {
    let is_current = |name: &str| contexts.current.as_deref() == Some(name);
    match layout {
        Layout::Raw => output::lines(contexts.all.keys()),
        Layout::Table => {
            let row = |(name, context): (&String, &Context)| {
                let text = |text: &Option<String>| printable(text.as_deref().unwrap_or("-"));
                vec![
                    if is_current(name) { "*" } else { "" }.to_owned(),
                    printable(name),
                    text(&context.namespace),
                    text(&context.endpoint),
                ]
            };
            let rows = contexts.all.iter().map(row).collect();
            output::table(&["", "NAME", "NAMESPACE", "ENDPOINT"], rows)
        }
        layout => {
            let one = |(name, context): (&String, &Context)| {
                let mut members = members(name, context);
                members.insert(1, ("current".to_owned(), Value::Bool(is_current(name))));
                Value::Table(members)
            };
            output::document(&Value::List(contexts.all.iter().map(one).collect()), layout)
        }
    }
}

fn get(name: &str, context: &Context, layout: Layout) -> Result<(), Failure> {
    let members = members(name, context);
    let text = |value: &Value| match value {
        Value::Text(text) => printable(text),
        other => other.to_string(),
    };
    match layout {
        Layout::Raw => output::line(&printable(name)),
        Layout::Table => {
            output::lines(members.iter().map(|(name, value)| format!("{name:<12}{}", text(value))))
        }
        layout => output::document(&Value::Table(members), layout),
    }
}

/// What it says; that it keeps a token, and not which.
fn members(name: &str, context: &Context) -> Vec<(String, Value)> {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let token = context.token.as_ref().map(|token| format!("{token:?}"));
    let values = [
        ("name", Some(name.to_owned())),
        ("endpoint", context.endpoint.clone()),
        ("namespace", context.namespace.clone()),
        ("token_file", path(&context.token_file)),
        ("token", token),
        ("ca_file", path(&context.ca_file)),
        ("cert_file", path(&context.cert_file)),
        ("key_file", path(&context.key_file)),
        ("output", context.output.clone()),
        ("timeout", context.timeout.clone()),
    ];
    values.into_iter().filter_map(|(name, v)| Some((name.to_owned(), Value::Text(v?)))).collect()
}
