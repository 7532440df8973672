//! The arrows of ARCHITECTURE.md, held against `cargo metadata`.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::{assert_none, root};

/// What each room may use. A crate that is not listed here may not exist: a new room is a decision.
fn allowed(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "model" | "remote" | "dial" | "tree" | "query" | "services" => &[],
        // It stands in for a library, and knows nothing of ours.
        "chrono-tz" => &[],
        "store" | "channel" | "auth" | "grants" => &["model"],
        "audit" => &["model", "auth"],
        "backup" => &["model", "store"],
        "api" => &["model"],
        // The messages of the services, and nothing behind them.
        "graphql" => &["api"],
        "engine" => &["model", "store", "channel", "auth", "grants"],
        "cluster" => &["model", "store", "channel", "grants"],
        "client" => &["model", "api", "dial", "tree"],
        // It opens an engine: over a store, behind a guard.
        "embed" => &["model", "engine", "client", "auth", "store", "store-fjall"],
        "dashboard" => &["model"],
        "server" => &[
            "model",
            "engine",
            "api",
            "auth",
            "audit",
            "cluster",
            "dashboard",
            "store",
            "backup",
            "channel",
            "remote",
            "dial",
            "query",
            "graphql",
            "BACKENDS",
        ],
        "load" => &["model", "api", "dial"],
        "cli" => &["model", "server", "client", "api", "dial", "load", "tree"],
        "testkit" => &["model", "store", "channel", "auth"],
        "tests" | "sim" | "bench" | "fuzz" => &["EVERYTHING"],
        // What the SQL stores share; `store-postgres` rings its own bell.
        "store-sql" => &["model", "store"],
        "store-postgres" => &["model", "store", "channel", "store-sql"],
        "store-mysql" => &["model", "store", "store-sql"],
        _ if name.starts_with("store-") => &["model", "store"],
        _ if name.starts_with("channel-") => &["model", "channel"],
        _ if name.starts_with("verifier-") => &["model", "auth", "remote"],
        // What an OpenID provider issues is a JWT, and is checked by the one room that does that.
        _ if name.starts_with("signin-") => &["model", "auth", "remote", "verifier-jwt"],
        _ if name.starts_with("audit-") => &["model", "auth"],
        _ if name.starts_with("policy-") => &["model", "auth", "remote"],
        _ => return None,
    })
}

/// Crates that only tests may use.
const FOR_TESTS: [&str; 6] = ["testkit", "services", "tests", "sim", "bench", "fuzz"];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into(), "--locked".into()])
        .exec()
        .expect("cargo metadata answers")
}

fn short(name: &str) -> &str {
    name.strip_prefix("holdfast-").unwrap_or(name)
}

fn is_backend(name: &str) -> bool {
    ["store-", "channel-", "verifier-", "signin-", "audit-", "policy-"]
        .iter()
        .any(|kind| name.starts_with(kind))
}

/// The arrows from one crate to others of the workspace.
fn arrows(package: &Package) -> Vec<(String, DependencyKind)> {
    let inside = package.dependencies.iter().filter(|d| d.path.is_some());
    inside.map(|d| (short(&d.name).to_owned(), d.kind)).collect()
}

fn fault(from: &str, to: &str, kind: DependencyKind, allowed: &[&str]) -> Option<String> {
    if kind == DependencyKind::Development {
        let never = ["tests", "sim", "bench", "fuzz"].contains(&to);
        return never.then(|| format!("{from} -> {to}: nothing depends on {to}, not even a test"));
    }
    if allowed.contains(&"EVERYTHING") {
        return None;
    }
    if FOR_TESTS.contains(&to) {
        return Some(format!("{from} -> {to}: {to} is for tests only"));
    }
    let through_backends = allowed.contains(&"BACKENDS") && is_backend(to);
    let fine = allowed.contains(&to) || through_backends;
    (!fine).then(|| format!("{from} -> {to} is not among the arrows of ARCHITECTURE.md"))
}

#[test]
fn crates_use_only_what_the_arrows_allow() {
    let metadata = workspace();
    let packages = metadata.workspace_packages();
    assert!(packages.len() >= 8, "only {} crates found", packages.len());
    let mut faults = Vec::new();
    for package in packages {
        let from = short(&package.name);
        let Some(allowed) = allowed(from) else {
            faults.push(format!("{from}: no room of that name (add it to the arrows first)"));
            continue;
        };
        let wrong = |(to, kind): (String, DependencyKind)| fault(from, &to, kind, allowed);
        faults.extend(arrows(package).into_iter().filter_map(wrong));
    }
    assert_none(&faults, "arrows that must not be");
}

#[test]
fn the_check_itself_sees_a_wrong_arrow() {
    let model = allowed("model").expect("a room");
    assert!(fault("model", "store", DependencyKind::Normal, model).is_some());
    assert!(fault("model", "testkit", DependencyKind::Normal, model).is_some());
    assert!(fault("model", "testkit", DependencyKind::Development, model).is_none());
    assert!(fault("model", "tests", DependencyKind::Development, model).is_some());
    let server = allowed("server").expect("a room");
    assert!(fault("server", "store-fjall", DependencyKind::Normal, server).is_none());
    assert!(allowed("util").is_none());
}

/// The innermost rooms stay small: what they pull in everybody pulls in.
#[test]
fn the_model_knows_neither_runtime_nor_wire() {
    let metadata = workspace();
    let forbidden: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("model", &["tokio", "tonic", "buffa", "prost", "axum", "fjall"][..]),
        ("engine", &["tonic", "axum", "buffa", "prost", "fjall", "hyper"][..]),
        ("store", &["tonic", "axum", "buffa", "fjall"][..]),
    ]);
    let mut faults = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(forbidden) = forbidden.get(short(&package.name)) else { continue };
        let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        let found = normal.filter(|d| forbidden.contains(&d.name.as_str()));
        faults.extend(found.map(|d| format!("{} -> {}", package.name, d.name)));
    }
    assert_none(&faults, "libraries in a room that must not know them");
}
