//! What auditors kept, and the chain of the log, checked and searched without a server.

use std::path::{Path, PathBuf};

use holdfast_audit::{FileAuditor, FileSettings};
use holdfast_auth::{Auditor, Operation, Outcome, Record, RecordedValue};
use holdfast_model::{Revision, Timestamp};
use holdfast_tests::{Server, cli};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000_000;

/// Thirty records, the odd ones denied to bob in `dev`.
async fn written(directory: &Path) {
    let settings = FileSettings {
        max_bytes: 5_000.try_into().expect("not zero"),
        ..FileSettings::new(directory)
    };
    let auditor = FileAuditor::open(settings).expect("opens");
    for number in 0..30_u64 {
        let odd = number % 2 == 1;
        let record = Record {
            time: Timestamp(START + number as i64 * 60_000_000_000),
            request_id: format!("r{number}"),
            user: if odd { "bob".into() } else { "ann".into() },
            credential: "token:1".into(),
            peer: None,
            method: "config.v1/Set".into(),
            operation: if odd { Operation::Decision } else { Operation::Set },
            namespace: if odd { "dev".into() } else { "prod".into() },
            key: format!("k{number}"),
            outcome: if odd {
                Outcome::Denied("no rule".into())
            } else {
                Outcome::Done(Revision(number))
            },
            value: Some(RecordedValue { codec: "json".into(), digest: [7; 32], bytes: None }),
            metadata: Default::default(),
        };
        auditor.record(&record).await.expect("kept");
    }
    auditor.close().await;
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[tokio::test]
async fn audit_files_are_verified_and_the_first_fault_is_named() {
    let server = Server::dev().await;
    let directory = server.home().join("audit");
    written(&directory).await;
    let files: Vec<PathBuf> =
        (1..=3).map(|n| directory.join(format!("audit.{n:08}.jsonl"))).collect();
    let verify = |path: &Path| cli::run(&server, &["audit", "verify", text(path)]);
    let said = verify(&directory).ok();
    assert!(said.starts_with("audit: ") && said.contains("are what was written"), "{said}");
    let json = cli::run(&server, &["audit", "verify", text(&directory), "-o", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json[0]["name"], &json[0]["first"]), (&"audit".into(), &1.into()));
    assert!(verify(&files[1]).ok().contains("without the anchor"));

    let original = std::fs::read_to_string(&files[1]).expect("UTF-8");
    let damaged: Vec<String> = original
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 2 { line.replace("k", "q") } else { line.to_owned() })
        .collect();
    std::fs::write(&files[1], damaged.join("\n") + "\n").expect("written");
    let sequence: serde_json::Value =
        serde_json::from_str(original.lines().nth(2).expect("a line")).expect("JSON");
    let named = format!("audit.00000002.jsonl, line 3, sequence {}: ", sequence["seq"]);
    let said = verify(&directory).fails(1);
    assert!(said.contains(&named) && said.contains("its hash is not that of its text"), "{said}");
    std::fs::remove_file(&files[1]).expect("removed");
    let said = verify(&directory).fails(1);
    assert!(
        said.contains("audit.00000002.jsonl") && said.contains("the file is missing"),
        "{said}"
    );
    let said = verify(server.home()).fails(1);
    assert!(said.contains("there are no audit files"), "{said}");
    verify(&directory.join("not-there")).fails(1);
    cli::run(&server, &["audit", "verify"]).fails(2);
}

#[tokio::test]
async fn audit_files_are_searched() {
    let server = Server::dev().await;
    let directory = server.home().join("audit");
    written(&directory).await;
    let query = |options: &[&str]| {
        let line = [&["audit", "query", text(&directory), "-o", "raw"], options].concat();
        cli::run(&server, &line).ok().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let keys = |wanted: &dyn Fn(u64) -> bool| -> Vec<String> {
        (0..30).filter(|n| wanted(*n)).map(|n| format!("k{n}")).collect()
    };
    assert_eq!(query(&[]), keys(&|_| true));
    assert_eq!(query(&["--user", "bob"]), keys(&|n| n % 2 == 1));
    assert_eq!(query(&["-n", "prod"]), keys(&|n| n % 2 == 0));
    assert_eq!(query(&["--namespace", "d*"]), keys(&|n| n % 2 == 1));
    assert_eq!(query(&["--key", "k2"]), ["k2"]);
    assert_eq!(query(&["--prefix", "k2"]), keys(&|n| n == 2 || n / 10 == 2));
    assert_eq!(query(&["--operation", "decision"]), keys(&|n| n % 2 == 1));
    assert_eq!(query(&["--outcome", "done"]), keys(&|n| n % 2 == 0));
    assert_eq!(query(&["--since", "2026-01-01T00:20:00Z"]), keys(&|n| n >= 20));
    assert_eq!(query(&["--until", "2026-01-01T00:05:00Z"]), keys(&|n| n <= 5));
    assert_eq!(query(&["--newest", "--until", "2026-01-01T00:02:00Z"]), ["k2", "k1", "k0"]);
    let table = cli::run(&server, &["audit", "query", text(&directory), "--key", "k3"]).ok();
    assert!(
        table.contains("dev/k3") && table.contains("denied") && table.contains("no rule"),
        "{table}"
    );
    let json =
        cli::run(&server, &["audit", "query", text(&directory), "--key", "k2", "-o", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("one document");
    assert_eq!((&json["key"], &json["revision"]), (&"k2".into(), &2.into()));
    cli::run(&server, &["audit", "query", text(&directory), "--operation", "sing"]).fails(2);

    let file = directory.join("audit.00000001.jsonl");
    let damaged = std::fs::read_to_string(&file).expect("UTF-8").replace("k1\"", "kk\"");
    std::fs::write(&file, damaged).expect("written");
    let ended = cli::run(&server, &["audit", "query", text(&directory), "-o", "raw"]);
    assert_eq!((ended.code, ended.out.lines().count()), (1, 29), "{}", ended.err);
    assert!(ended.err.contains("audit.00000001.jsonl, line 3: "), "{}", ended.err);
}

#[tokio::test]
async fn the_chain_of_the_log_is_verified_and_the_first_bad_revision_named() {
    let mut server = Server::dev().await;
    for number in 1..=40 {
        let (key, value) = (format!("k{number}"), format!("\"value-{number:04}\""));
        cli::run(&server, &["set", &key, &value]).ok();
    }
    let data_dir = server.data_dir();
    let verify =
        |server: &Server, path: &Path| cli::run(server, &["audit", "verify", "--log", text(path)]);
    let said = verify(&server, &data_dir).fails(1);
    assert!(said.contains("has the data directory"), "{said}");
    server.stop().await;
    let said = verify(&server, &data_dir).ok();
    assert!(said.contains("40 commits are what was written, revisions 1 to 40"), "{said}");

    // A byte of one value, wherever the engine keeps it.
    let copy = server.home().join("copy");
    copy_tree(&data_dir, &copy);
    let flipped = flip(&copy, b"value-0030");
    assert!(flipped > 0, "the value lies there as it is");
    let said = verify(&server, &copy).fails(1);
    assert!(said.contains("revision 30:"), "{said}");
    verify(&server, &data_dir).ok();
    let said = verify(&server, &server.home().join("none")).fails(1);
    assert!(said.contains("there is no log"), "{said}");
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for item in std::fs::read_dir(from).expect("reads") {
        let item = item.expect("an item");
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy_tree(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).expect("copied");
        }
    }
}

/// Flips a bit of every place where these bytes are; how many there were.
fn flip(directory: &Path, bytes: &[u8]) -> usize {
    let mut flipped = 0;
    for item in std::fs::read_dir(directory).expect("reads") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            flipped += flip(&path, bytes);
            continue;
        }
        let mut content = std::fs::read(&path).expect("reads");
        let places: Vec<usize> = content
            .windows(bytes.len())
            .enumerate()
            .filter_map(|(at, window)| (window == bytes).then_some(at))
            .collect();
        for place in &places {
            content[*place] ^= 0x01;
        }
        if !places.is_empty() {
            std::fs::write(&path, content).expect("written");
        }
        flipped += places.len();
    }
    flipped
}
