//! `holdfast get --watch`: what is there, then every change.

use super::{Get, entry, follow_alias};
use crate::args::Global;
use crate::change::Change;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::Layout;
use crate::record::printable;
use crate::screen;
use crate::verbs::watch::engine::{self, Scope, Start, Told};
use crate::verbs::watch::{self, Printer};

/// Follows one key, or the key that an alias of its name stands for now. A key that is not there is waited for.
pub(super) async fn key(
    get: &Get,
    key: &str,
    global: &Global,
    server: &Server,
) -> Result<(), Failure> {
    let namespace = &global.namespace;
    let key = match entry(server, namespace, key).await {
        Err(missing) if missing.is_not_found() => {
            match follow_alias(server, namespace, key, missing).await {
                Ok(found) => found.key,
                Err(Failure::DanglingAlias { target, .. }) => target,
                Err(missing) if missing.is_not_found() => key.to_owned(),
                Err(failure) => return Err(failure),
            }
        }
        other => other?.key,
    };
    let scope = Scope { namespace: Some(namespace.clone()), prefixes: vec![key.clone()] };
    let printer = Printer::new(global);
    let bare = global.output.unwrap_or(Layout::Raw) == Layout::Raw;
    let mut there = false;
    let mut tell = |told: Told<'_>| match told {
        // As text the key begins others too.
        Told::Change(change) if change.record.key != key || is_alias(change) => Ok(()),
        Told::Change(change) => {
            there = true;
            if bare { value(get, change) } else { printer.print(change) }
        }
        Told::Whole => {
            if !there {
                screen::note(&format!("{} is not there yet", printable(&key)));
            }
            Ok(())
        }
    };
    engine::run(server, &scope, Start::Initial, &mut tell).await
}

/// Follows all keys below a prefix.
pub(super) async fn prefix(
    get: &Get,
    prefix: &str,
    global: &Global,
    server: &Server,
) -> Result<(), Failure> {
    let namespace = Some(global.namespace.clone());
    let scope = Scope { namespace, prefixes: vec![prefix.to_owned()] };
    if global.output != Some(Layout::Raw) {
        return watch::show(global, server, &scope, Start::Initial).await;
    }
    let mut tell = |told: Told<'_>| match told {
        Told::Change(change) if !is_alias(change) => value(get, change),
        _ => Ok(()),
    };
    engine::run(server, &scope, Start::Initial, &mut tell).await
}

/// Of a server with config.v1 alone every watcher hears of aliases.
fn is_alias(change: &Change) -> bool {
    change.word.starts_with("alias")
}

/// The bare value on a line; that it went is no value, and is said to the person who watches.
fn value(get: &Get, change: &Change) -> Result<(), Failure> {
    match change.word {
        "set" | "initial" | "meta" => get.line(&change.record),
        word => {
            screen::note(&format!("{}: {word}", printable(&change.record.key)));
            Ok(())
        }
    }
}
