//! Every target over its corpus, and over inputs made of it: the same ones each time, unless `HOLDFAST_SEED` says otherwise.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use holdfast_fuzz::bed::ask;
use holdfast_fuzz::mutate::Mutator;
use holdfast_fuzz::{TARGETS, Target, target};
use http::{Request, Version};

/// Something panicked in a thread that is no target's: one of the server under it.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Inputs for a target that asks a server, and for one that is only a function.
const ASKED: usize = 5_000;
const CALLED: usize = 15_000;

fn seed() -> u64 {
    match std::env::var("HOLDFAST_SEED") {
        Ok(seed) => seed.parse().expect("HOLDFAST_SEED is a number"),
        Err(_) => 3,
    }
}

fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let files = fs::read_dir(&directory);
    let files = files.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("it reads");
        (path, bytes)
    };
    files.into_iter().map(read).collect()
}

fn survives(target: &Target, input: &[u8], what: &str) {
    let ended = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let fine = ended.is_ok() && !PANICKED.load(Ordering::SeqCst);
    assert!(fine, "{}: {what} broke a promise: b\"{}\"", target.name, input.escape_ascii());
}

fn replay(name: &str) {
    let target = target(name).expect("a target");
    let corpus = corpus(target);
    assert!(!corpus.is_empty(), "{name} has a corpus");
    for (path, input) in &corpus {
        survives(target, input, &path.display().to_string());
    }
    let asks = ["grpc-messages", "grpc-frames", "http", "graphql", "cursors", "tokens", "policies"]
        .contains(&name);
    let (seed, inputs) = (seed(), if asks { ASKED } else { CALLED });
    println!("{name}: HOLDFAST_SEED={seed}, {inputs} inputs");
    let corpus: Vec<_> = corpus.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(seed);
    for number in 0..inputs {
        let input = mutator.next(&corpus);
        survives(target, &input, &format!("input {number}"));
    }
}

#[test]
fn no_input_breaks_a_promise() {
    let shown = take_hook();
    set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        if thread.name().is_none_or(|name| target(name).is_none()) {
            PANICKED.store(true, Ordering::SeqCst);
        }
        shown(info);
    }));
    let threads: Vec<_> = TARGETS
        .iter()
        .map(|target| {
            let run = || replay(target.name);
            // YAML of the depth that is allowed needs more than the usual stack in a debug build.
            let thread = std::thread::Builder::new().name(target.name.into()).stack_size(16 << 20);
            (target.name, thread.spawn(run).expect("a thread"))
        })
        .collect();
    let failed: Vec<_> = threads
        .into_iter()
        .filter_map(|(name, thread)| thread.join().is_err().then_some(name))
        .collect();
    assert!(failed.is_empty(), "these targets failed: {failed:?}");
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let corpus = [b"{\"a\":1}".to_vec(), b"GET / HTTP".to_vec()];
    let of = |seed| {
        let mut mutator = Mutator::new(seed);
        (0..100).map(|_| mutator.next(&corpus)).collect::<Vec<_>>()
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

/// A bed that refuses everything would let every target pass.
#[test]
fn the_bed_answers_as_a_server_does() {
    let post = |path: &str| Request::post(path).version(Version::HTTP_2);
    let body = Body::from(r#"{"value":"MzA="}"#);
    let written = ask(post("/v1/namespaces/a/keys/k").body(body).expect("a request"));
    assert_eq!(written.status, 200, "{:?}", written.body);
    // Namespace `a`, key `k`.
    let message = Body::from(&b"\0\0\0\0\x06\x0a\x01a\x12\x01k"[..]);
    let get = post("/config.v1.ConfigService/Get").header("content-type", "application/grpc");
    let read = ask(get.body(message).expect("a request"));
    assert_eq!(read.trailers.get("grpc-status").map(|status| status.as_bytes()), Some(&b"0"[..]));
    assert!(read.body.windows(2).any(|pair| pair == b"30"), "{:?}", read.body);
}
