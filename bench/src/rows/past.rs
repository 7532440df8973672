//! Reads as of an earlier revision beside the same reads of the latest one.

use holdfast_engine::{List, Options, Set};
use holdfast_load::data::{NAMESPACE, PER_PREFIX, Values, key, prefix};
use holdfast_load::dice::Dice;
use holdfast_load::measured::Measured;
use holdfast_model::{Precondition, Revision, WriteMode};
use tokio::task::JoinSet;

use super::Bench;
use crate::Fault;
use crate::inside::{Inside, time};
use crate::process::copy_directory;
use crate::report::{Bar, Latency, Line, Section};

/// How often every key of the part is written, each time by a commit of its own.
const VERSIONS: usize = 3;
/// Writers while the versions are made.
const WRITERS: u64 = 128;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let part = bench.scale.hot;
    let copy = tempfile::TempDir::new_in(bench.work())?;
    copy_directory(&seed, copy.path())?;
    // Next to no cache: what is compared is the store's work at both revisions.
    let options = Options { cache_bytes: 64 << 10, ..Options::default() };
    let inside = Inside::open_with(copy.path(), options).await?;
    let mut past = Revision::ZERO;
    for version in 0..VERSIONS {
        if version == VERSIONS - 1 {
            past = inside.engine.status().head.revision;
        }
        rewrite(&inside, part).await?;
    }
    let mut seen: [Vec<Measured>; 4] = Default::default();
    for round in 0..bench.scale.rounds {
        let reads = Reads { inside: &inside, part, calls: bench.scale.calls, round };
        seen[0].push(reads.get(None).await?);
        seen[1].push(reads.get(Some(past)).await?);
        seen[2].push(reads.list(None).await?);
        seen[3].push(reads.list(Some(past)).await?);
    }
    inside.close().await;
    let [get, get_past, list, list_past] = seen.map(|rounds| Measured::median(&rounds));
    let bar = Bar::AtMost(2.0);
    Ok(Section {
        title: "Reads of the past",
        about: format!(
            "Through the engine in this process. {part} keys out of {} are written {VERSIONS} times by commits of their own; then one of \
             them is read, or a page of {PER_PREFIX} of them listed, as of now and as of the revision before the last round of \
             writes. The cache of current values holds 64 KiB here, so that the store answers both.",
            bench.scale.keys
        ),
        lines: vec![
            Line::time("get, p50", get_past.p50, ("latest", get.p50), bar),
            Line::time("list of 100, p50", list_past.p50, ("latest", list.p50), bar),
        ],
        latencies: [
            ("get, latest", get),
            ("get, past", get_past),
            ("list, latest", list),
            ("list, past", list_past),
        ]
        .map(|(who, seen)| Latency { who: who.into(), seen })
        .into(),
    })
}

/// Writes every key of the part once.
async fn rewrite(inside: &Inside, part: u64) -> Result<(), Fault> {
    let values = Values::of(super::VALUE_BYTES);
    let mut writing = JoinSet::new();
    for writer in 0..WRITERS {
        let (engine, caller, values) =
            (inside.engine.clone(), inside.caller.clone(), values.clone());
        writing.spawn(async move {
            let mut dice = Dice::new(writer);
            for n in (writer..part).step_by(WRITERS as usize) {
                let set = Set {
                    namespace: NAMESPACE.into(),
                    key: key(n),
                    value: values.pick(&mut dice),
                    codec: String::new(),
                    mode: WriteMode::Upsert,
                    condition: Precondition::default(),
                    key_rule: holdfast_engine::any_key,
                };
                engine.set(&caller, set).await?;
            }
            Ok::<_, holdfast_engine::EngineError>(())
        });
    }
    while let Some(ended) = writing.join_next().await {
        ended??;
    }
    Ok(())
}

struct Reads<'a> {
    inside: &'a Inside,
    part: u64,
    calls: usize,
    round: usize,
}

impl Reads<'_> {
    async fn get(&self, at: Option<Revision>) -> Result<Measured, Fault> {
        let Inside { engine, caller, .. } = self.inside;
        let mut dice = Dice::new(self.round as u64);
        time(self.calls, async |_| {
            let key = key(dice.below(self.part));
            let found = match at {
                None => engine.get(caller, NAMESPACE, &key).await,
                Some(revision) => engine.get_at(caller, NAMESPACE, &key, revision).await,
            };
            // Seeded once, then rewritten: the version tells which state this is.
            let version = found?.version;
            let want = if at.is_some() { VERSIONS } else { VERSIONS + 1 } as u64;
            if version == want { Ok(()) } else { Err(Fault::from(format!("version {version}"))) }
        })
        .await
    }

    async fn list(&self, at: Option<Revision>) -> Result<Measured, Fault> {
        let Inside { engine, caller, .. } = self.inside;
        let mut dice = Dice::new(self.round as u64);
        time(self.calls / 10, async |_| {
            let list = List {
                namespace: NAMESPACE.into(),
                prefix: prefix(dice.below(self.part / PER_PREFIX)),
                limit: Some(PER_PREFIX as usize),
                after: None,
            };
            let page = match at {
                None => engine.list(caller, list).await,
                Some(revision) => engine.list_at(caller, list, revision).await,
            };
            let found = page?.entries.len() as u64;
            if found == PER_PREFIX { Ok(()) } else { Err(Fault::from(format!("{found} entries"))) }
        })
        .await
    }
}
