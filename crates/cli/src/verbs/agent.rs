//! `holdfast agent`.

mod exec;
mod output;
mod plan;
mod render;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use holdfast_client::client::credential::TokenFile;
use holdfast_client::{Client, Config, Namespace};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{Global, duration};
use crate::connect;
use crate::credentials;
use crate::failure::Failure;
use crate::screen;

use output::Written;
use plan::{Output, Plan};
use render::State;

/// How long to wait for the first state before what was known the last time is used.
const FIRST: Duration = Duration::from_secs(5);

/// Write keys into files and keep them current.
///
/// Files are made from templates, or hold variables of an environment. They are replaced as a whole, and a command is run when one of them has
/// changed. While the server is away they stay what they are; with --state-dir the agent can even start then.
#[derive(Debug, Args)]
pub struct Agent {
    /// A file of TOML with what to write, in place of the options below
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["template", "env_file"])]
    config: Option<PathBuf>,
    /// Make a file from a template: `app.conf.tmpl:/etc/app.conf`; may be given several times
    #[arg(short, long, value_name = "FROM:TO")]
    template: Vec<String>,
    /// Write the keys below a prefix as variables: `app/:/run/app.env`; may be given several times
    #[arg(short, long, value_name = "PREFIX:TO")]
    env_file: Vec<String>,
    /// Run this when a file has changed, through the shell
    #[arg(long, value_name = "COMMAND", conflicts_with = "config")]
    exec: Option<String>,
    /// Where to keep the last known state, so that the agent can start while the server is away
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Wait so long for further changes before files are written
    #[arg(long, default_value = "200ms", value_name = "DURATION", value_parser = duration)]
    settle: Duration,
    /// Write the files once and end
    #[arg(long)]
    once: bool,
}

impl Agent {
    /// Writes files now and whenever what they are made from changes, until interrupted.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let plan = Plan::read(&self, global)?;
        let config = self.follow(global)?;
        let mut namespaces = BTreeMap::new();
        for output in &plan.outputs {
            namespaces
                .entry(output.namespace.clone())
                .or_insert_with(|| config.namespace(&output.namespace));
        }
        wait(&namespaces).await;
        let ended = if self.once {
            self.once(&plan, &namespaces).await
        } else {
            self.forever(&plan, &namespaces).await
        };
        config.close().await;
        ended
    }

    fn follow(&self, global: &Global) -> Result<Config, Failure> {
        // What is wrong with the way to the server is said as by every other verb.
        connect::endpoint(global)?;
        let mut client = Client::builder(&global.endpoint)
            .attempt_timeout(global.call_timeout())
            .deadline(global.call_timeout());
        if let Some(ca) = &global.proofs.ca_file {
            client = client.ca_file(ca);
        }
        if let (Some(cert), Some(key)) = (&global.proofs.cert_file, &global.proofs.key_file) {
            client = client.certificate(cert, key);
        }
        // A token in a file is read again when somebody replaces it.
        client = match &global.token_file {
            Some(path) => client.credential(TokenFile::new(path)),
            None => match credentials::token(global)? {
                Some(token) => client.token(&token)?,
                None => client,
            },
        };
        let mut config = Config::over(client.build()?);
        if let Some(directory) = &self.state_dir {
            config = config.snapshot_dir(directory).snapshot_every(Duration::from_secs(1));
        }
        Ok(config.open()?)
    }

    /// The first fault ends it.
    async fn once(&self, plan: &Plan, namespaces: &Namespaces) -> Result<(), Failure> {
        let mut changed = Vec::new();
        for output in &plan.outputs {
            if write(output, &namespaces[&output.namespace]).await? == Written::Changed {
                changed.push(output);
            }
        }
        for command in commands(&changed) {
            exec::run(command).await?;
        }
        Ok(())
    }

    async fn forever(&self, plan: &Plan, namespaces: &Namespaces) -> Result<(), Failure> {
        let mut end = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
        let mut anew = signal(SignalKind::hangup())?;
        let mut editions: Vec<_> = namespaces.values().map(Namespace::editions).collect();
        let mut complained = BTreeMap::new();
        loop {
            for receiver in &mut editions {
                receiver.borrow_and_update();
            }
            round(plan, namespaces, &mut complained).await;
            let [term, int] = &mut end;
            tokio::select! {
                () = any_change(&mut editions) => {}
                _ = anew.recv() => {}
                _ = term.recv() => return Ok(()),
                _ = int.recv() => return Ok(()),
                // What could not be made may work later without any change: a full disk, a command that failed.
                () = tokio::time::sleep(RETRY), if !complained.is_empty() => {}
            }
            tokio::time::sleep(self.settle).await;
        }
    }
}

type Namespaces = BTreeMap<String, Namespace>;

/// How long until what failed is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// Until everything is known, or it is clear that it will not soon be.
async fn wait(namespaces: &Namespaces) {
    for (name, namespace) in namespaces {
        match tokio::time::timeout(FIRST, namespace.ready()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                screen::note(&format!("namespace {name}: {error}; going on with what is known"))
            }
            Err(_) => screen::note(&format!(
                "namespace {name}: no answer yet; going on with what is known"
            )),
        }
    }
}

async fn any_change(editions: &mut [tokio::sync::watch::Receiver<u64>]) {
    let changes = editions.iter_mut().map(|edition| Box::pin(edition.changed()));
    // One that has ended tells nothing any more, and neither do the others: the agent is ending.
    let _ = futures::future::select_all(changes).await;
}

/// Writes what has changed and runs the commands for it; a fault is told once and tried again.
async fn round(plan: &Plan, namespaces: &Namespaces, complained: &mut BTreeMap<PathBuf, String>) {
    let mut changed = Vec::new();
    for output in &plan.outputs {
        match write(output, &namespaces[&output.namespace]).await {
            Ok(Written::Changed) => {
                screen::note(&format!("{} written", output.to.display()));
                complained.remove(&output.to);
                changed.push(output);
            }
            Ok(Written::Same) => drop(complained.remove(&output.to)),
            Err(failure) => complain(output, &failure, complained),
        }
    }
    for command in commands(&changed) {
        if let Err(failure) = exec::run(command).await {
            screen::complain(&failure.to_string());
        }
    }
}

fn complain(output: &Output, failure: &Failure, complained: &mut BTreeMap<PathBuf, String>) {
    let sentence = format!("{} is left as it is: {failure}", output.to.display());
    if complained.get(&output.to) != Some(&sentence) {
        screen::complain(&sentence);
        complained.insert(output.to.clone(), sentence);
    }
}

async fn write(output: &Output, namespace: &Namespace) -> Result<Written, Failure> {
    let state = State::of(namespace).await?;
    let text = render::text(output, &state)?;
    output::put(output, text.as_bytes())
}

/// Each once, in the order of the files.
fn commands<'a>(changed: &[&'a Output]) -> Vec<&'a plan::Command> {
    let mut commands: Vec<&plan::Command> = Vec::new();
    for command in changed.iter().filter_map(|output| output.run.as_ref()) {
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}
