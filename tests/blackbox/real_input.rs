//! Real configuration files: those of the packages that are on this machine anyway, imported, read back over gRPC and
//! by the CLI, watched while they change, exported and imported again.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_api::config_v1::Entry;
use holdfast_tests::cli::run;
use holdfast_tests::log::{self, Watch};
use holdfast_tests::{Server, torture};
use serde_json::Value;

/// Fewer keys than this are no tree worth the name.
const AT_LEAST_KEYS: usize = 500;
/// Enough, and well below what one commit holds.
const AT_MOST_KEYS: usize = 6_000;
const LARGEST_FILE: u64 = 32 << 10;
/// So that no single place fills the tree.
const FILES_OF_A_PLACE: usize = 60;
const DEEPEST: usize = 9;

/// Where packages keep files: those of cargo are on every machine that built this test.
fn places() -> Vec<PathBuf> {
    let home = |variable: &str, below: &str| {
        env::var_os(variable)
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(below)))
    };
    let cargo = home("CARGO_HOME", ".cargo").map(|cargo| cargo.join("registry/src"));
    let rustup = home("RUSTUP_HOME", ".rustup").map(|rustup| rustup.join("toolchains"));
    let fixed = ["/etc", "/usr/share", "/usr/lib", "/usr/local"].map(PathBuf::from);
    cargo.into_iter().chain(rustup).chain(fixed).collect()
}

/// Files of one kind below a place, in the order of their paths; hidden ones and links are left out.
fn find(place: &Path, extension: &str, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(place) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if hidden || found.len() >= FILES_OF_A_PLACE {
            continue;
        }
        if metadata.is_dir() && depth < DEEPEST {
            find(&path, extension, depth + 1, found);
        } else if metadata.is_file()
            && path.extension().is_some_and(|e| e == extension)
            && (1..LARGEST_FILE).contains(&metadata.len())
        {
            found.push(path);
        }
    }
}

/// What a file holds, read by other means than the CLI's: its own settings reader stays out of this. `None` for files
/// that are no single document, hold no table, or nothing at all.
fn read(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    let value: Value = match path.extension()?.to_str()? {
        "json" => serde_json::from_str(&text).ok()?,
        "toml" => serde_json::to_value(toml::from_str::<toml::Table>(&text).ok()?).ok()?,
        // YAML 1.2: `on` and `yes` are texts.
        _ => {
            let options = serde_saphyr::options! { strict_booleans: true };
            serde_saphyr::from_str_with_options(&text, options).ok()?
        }
    };
    value.as_object().is_some_and(|members| !members.is_empty()).then_some(value)
}

/// The leaves of a tree by key, those only whose names need no escape.
fn leaves(prefix: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    let plain = |name: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !name.is_empty() && name.chars().all(fits) && !name.contains("..") && !name.contains("_-")
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members.iter().filter(|(name, _)| plain(name)) {
                leaves(&format!("{prefix}/{name}"), member, found);
            }
        }
        Value::Null => {}
        leaf => {
            found.insert(prefix.to_owned(), leaf.clone());
        }
    }
}

/// A directory with copies of real files, and what has to come out of it.
struct Tree {
    directory: PathBuf,
    files: usize,
    expected: BTreeMap<String, Value>,
}

impl Tree {
    /// Collects files until there are enough. Each lies in a directory of its own number, so that two of one name
    /// (and different extensions) do not become one key.
    fn collect(server: &Server) -> Self {
        let directory = server.home().join("tree");
        let mut tree = Self { directory, files: 0, expected: BTreeMap::new() };
        for extension in ["toml", "json", "yaml", "yml"] {
            for place in places() {
                let mut found = Vec::new();
                find(&place, extension, 0, &mut found);
                for path in found {
                    tree.add(server, &path);
                }
            }
        }
        tree
    }

    fn add(&mut self, server: &Server, path: &Path) {
        let Some(value) = read(path) else { return };
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let mut expected = BTreeMap::new();
        let place = format!("f{:04}", self.files);
        leaves(&format!("{place}/{stem}"), &value, &mut expected);
        let plain_stem = stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        let full = self.expected.len() + expected.len() > AT_MOST_KEYS;
        if full || expected.is_empty() || !plain_stem || stem.contains("..") {
            return;
        }
        let copy = self.directory.join(&place);
        fs::create_dir_all(&copy).expect("a directory");
        let copy = copy.join(path.file_name().expect("a file has a name"));
        fs::copy(path, &copy).expect("a file");
        // Files that no server takes as they are (null in them, say) are refused with a sentence; here they are left out.
        let copy_text = copy.to_str().expect("UTF-8");
        let refused =
            run(server, &["-n", "try", "import", "--dry-run", "--skip-empty", copy_text]).code != 0;
        if refused {
            fs::remove_file(&copy).expect("the copy");
            return;
        }
        self.files += 1;
        self.expected.extend(expected);
    }
}

async fn entries(server: &Server, namespace: &str) -> Vec<Entry> {
    server.config().await.list(namespace, "", 0, "").await.expect("a list").entries
}

fn essence(entries: &[Entry]) -> Vec<(&str, &[u8], &str, i32)> {
    entries.iter().map(|e| (e.key.as_str(), &e.value[..], e.codec.as_str(), e.r#type)).collect()
}

/// Numbers may be spelled otherwise (1.0 and 1), what they are stays.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        // TOML's dates are objects to its own library and texts to everybody else.
        (Value::Object(date), Value::String(_)) => date.contains_key("$__toml_private_datetime"),
        _ => one == other,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_real_packages_go_in_and_come_out_again() {
    let server = Server::dev().await;
    let tree = Tree::collect(&server);
    assert!(
        tree.expected.len() >= AT_LEAST_KEYS,
        "only {} keys in {} files of packages on this machine",
        tree.expected.len(),
        tree.files
    );
    let directory = tree.directory.to_str().expect("UTF-8");
    run(&server, &["-n", "real", "import", "--skip-empty", directory]).ok();
    let commits = log::check(&server.holdfast().await).await;
    assert_eq!(commits.len(), 1, "one commit");

    // Over gRPC: every leaf that was read by other means is there as what it is.
    let imported = entries(&server, "real").await;
    let by_key: BTreeMap<&str, &Entry> = imported.iter().map(|e| (e.key.as_str(), e)).collect();
    for (key, expected) in &tree.expected {
        let entry = by_key.get(key.as_str()).unwrap_or_else(|| panic!("{key} is missing"));
        let value: Value = serde_json::from_slice(&entry.value).expect("JSON");
        assert!(same(expected, &value), "{key}: {value} instead of {expected}");
    }
    torture::figure("real input: files", tree.files);
    torture::figure("real input: keys", imported.len());

    // By the CLI.
    for entry in imported.iter().step_by(imported.len() / 20) {
        let printed = run(&server, &["-n", "real", "get", &entry.key]).ok();
        assert_eq!(printed.as_bytes(), entry.value, "{}", entry.key);
    }
    let listed = run(&server, &["-n", "real", "list", "-o", "raw"]).ok();
    assert_eq!(listed.lines().count(), imported.len());

    unchanged_files_change_nothing(&server, directory, commits.len()).await;
    one_changed_file_arrives_at_a_watcher(&server, &tree).await;
    for (format, out) in
        [("json", "out-json/"), ("yaml", "out-yaml/"), ("toml", "out-toml/"), ("yaml", "out.yaml")]
    {
        export_and_import(&server, format, out).await;
    }
}

async fn unchanged_files_change_nothing(server: &Server, directory: &str, commits: usize) {
    run(server, &["-n", "real", "import", "--skip-empty", directory]).ok();
    let diff =
        run(server, &["-n", "real", "import", "--skip-empty", "--dry-run", "-o", "raw", directory])
            .ok();
    assert_eq!(diff.trim(), "", "nothing to do");
    assert_eq!(log::check(&server.holdfast().await).await.len(), commits);
}

/// A person edits a file and imports again: exactly that key changes, and a watcher sees it.
async fn one_changed_file_arrives_at_a_watcher(server: &Server, tree: &Tree) {
    let holdfast = server.holdfast().await;
    let mut watch = Watch::new(holdfast.watch(&[("real", "f")], None).await.expect("a watch"));
    let file = tree.directory.join("edited.toml");
    fs::write(&file, "[server]\nworkers = 4\n").expect("a file");
    let directory = tree.directory.to_str().expect("UTF-8");
    run(server, &["-n", "real", "import", "--skip-empty", directory]).ok();
    let first = fs::read_dir(tree.directory.join("f0000")).expect("a directory").next();
    let real = first.expect("the first file").expect("it").path();
    assert_eq!(real.extension().and_then(|e| e.to_str()), Some("toml"), "TOML comes first");
    let mut text = fs::read_to_string(&real).expect("a file");
    text.push_str("\n[added-by-a-test]\nworkers = 8\n");
    fs::write(&real, text).expect("a file");
    run(
        server,
        &["-n", "real", "import", "--skip-empty", directory, "--reason", "one more worker"],
    )
    .ok();
    let commit = watch.next_commit().await.expect("the change arrives");
    let keys: Vec<_> = commit.events.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(commit.reason, "one more worker");
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(
        keys[0].ends_with("/added-by-a-test/workers") && commit.events[0].value == "8",
        "{commit:?}"
    );
}

async fn export_and_import(server: &Server, format: &str, out: &str) {
    let namespace = format!("again-{}", out.trim_end_matches('/'));
    run(server, &["-n", "real", "export", "--format", format, "--out", out]).ok();
    run(server, &["-n", &namespace, "import", out]).ok();
    let (before, after) = (entries(server, "real").await, entries(server, &namespace).await);
    assert!(essence(&before) == essence(&after), "{}", first_difference(&before, &after));
}

fn first_difference(before: &[Entry], after: &[Entry]) -> String {
    let (before, after) = (essence(before), essence(after));
    let place = before.iter().zip(&after).position(|(before, after)| before != after);
    match place {
        Some(place) => format!("{:?} became {:?}", before[place], after[place]),
        None => format!("{} entries became {}", before.len(), after.len()),
    }
}
