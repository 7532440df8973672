//! The contract over files, and what can happen to them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use holdfast_tree::{Format, Item, nest};
use parking_lot::Mutex;

use super::*;
use crate::sources::suite::{self, Pen, Subject};
use crate::{Config, Namespace};

const SOON: Duration = Duration::from_millis(20);

/// A file that is replaced by renaming.
#[derive(Debug)]
struct Renamed(PathBuf, Mutex<BTreeMap<String, String>>);

impl Renamed {
    fn write(&self) {
        let items: Vec<Item> = self
            .1
            .lock()
            .iter()
            .map(|(key, json)| Item {
                key: key.clone(),
                codec: "json".into(),
                value: json.clone().into_bytes(),
            })
            .collect();
        let text = nest::document(&items, Format::Yaml).expect("reversible");
        let beside = self.0.with_extension("new");
        fs::write(&beside, text).expect("written");
        fs::rename(&beside, &self.0).expect("renamed");
    }
}

#[async_trait]
impl Pen for Renamed {
    async fn put(&self, key: &str, json: &str) {
        self.1.lock().insert(key.to_owned(), json.to_owned());
        self.write();
    }

    async fn remove(&self, key: &str) {
        self.1.lock().remove(key);
        self.write();
    }
}

#[tokio::test]
async fn they_keep_the_contract() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("all.yaml");
    let pen = Renamed(path.clone(), Mutex::default());
    pen.write();
    let files = Files::at("suite", &path).every(SOON).open().await.expect("open");
    suite::reads(&Subject::new(Arc::new(files), "suite"), &pen).await;
}

async fn shows(ns: &Namespace, key: &str, expected: Option<&str>) {
    let look = async {
        loop {
            let value = ns.get(key).await.ok().map(|value| value.to_text().expect("a text"));
            if value.as_deref() == expected {
                break;
            }
            tokio::time::sleep(SOON).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), look).await;
    assert!(in_time.is_ok(), "{key} never was {expected:?}");
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).expect("written");
}

#[tokio::test]
async fn a_directory_is_a_namespace_and_half_a_file_changes_nothing() -> Result<(), Error> {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), "app.toml", "name = \"shop\"\n[db]\nport = 1\n");
    fs::create_dir(dir.path().join("more")).expect("a directory");
    write(&dir.path().join("more"), "x.json", "{\"y\": 2}");
    let files = Arc::new(Files::at("n", dir.path()).every(SOON).open().await?);
    let config = Config::over_shared(Arc::clone(&files) as Arc<dyn Source>).open()?;
    let ns = config.namespace("n");
    shows(&ns, "app/db/port", Some("1")).await;
    shows(&ns, "more/x/y", Some("2")).await;
    assert_eq!(&*ns.get("app/name").await?.entry().origin, "file");

    write(dir.path(), "app.toml", "name = \"shop\"\n[db\n");
    write(&dir.path().join("more"), "x.json", "{\"y\": 3}");
    while files.last_error().is_none() {
        tokio::time::sleep(SOON).await;
    }
    let error = files.last_error().expect("one");
    assert!(error.kind() == Kind::File && error.message().contains("app.toml"), "{error:?}");
    shows(&ns, "app/db/port", Some("1")).await;
    assert_eq!(ns.get("more/x/y").await?.to_text()?, "2", "one state as a whole");
    write(dir.path(), "app.toml", "[db]\nport = 2\n");
    shows(&ns, "app/db/port", Some("2")).await;
    shows(&ns, "more/x/y", Some("3")).await;
    shows(&ns, "app/name", None).await;
    assert!(files.last_error().is_none());
    assert_eq!(ns.set("x", &1).await.expect_err("read only").kind(), Kind::ReadOnly);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    for (files, word) in [
        (&[("a.json", "{\"x\": 1}"), ("a.yaml", "x: 2")][..], "a.yaml: the key a/x"),
        (&[("a.json", "{")], "a.json"),
        (&[("$holdfast.json", "5")], "no key"),
    ] {
        let dir = dir.path().join(word.replace(['/', '.', ':', ' '], "_"));
        fs::create_dir(&dir).expect("a directory");
        files.iter().for_each(|(name, text)| write(&dir, name, text));
        let error = Files::at("n", &dir).open().await.expect_err(word);
        assert!(error.kind() == Kind::File && error.message().contains(word), "{error:?}");
    }
    for (path, word) in [("nowhere.json", "nowhere.json"), ("nowhere.ini", "no JSON")] {
        let error = Files::at("n", dir.path().join(path)).open().await.expect_err(word);
        assert!(error.message().contains(word), "{error:?}");
    }
}
