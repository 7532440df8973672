//! A page of 100 entries: in the store, through the engine, and over the wire.

use holdfast_engine::List;
use holdfast_load::calls::{Keys, List as ListCall};
use holdfast_load::data::{NAMESPACE, PER_PREFIX, key, prefix};
use holdfast_load::dice::Dice;
use holdfast_load::measured::Measured;
use holdfast_model::{Key, Namespace, Prefix};
use holdfast_store::{At, PageLimit, Scan, Store};

use super::Bench;
use crate::Fault;
use crate::drive::drive;
use crate::inside::{Inside, time};
use crate::process::copy_directory;
use crate::report::{Bar, Latency, Line, Section, micros};
use crate::subjects::holdfast::Holdfast;

/// Entries of a page.
const PAGE: usize = PER_PREFIX as usize;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let keys = bench.scale.keys;
    let copy = tempfile::TempDir::new_in(bench.work())?;
    copy_directory(&seed, copy.path())?;
    let inside = Inside::open(copy.path()).await?;
    let mut seen: [Vec<Measured>; 4] = Default::default();
    for round in 0..bench.scale.rounds {
        let pages = Pages { inside: &inside, keys, calls: bench.scale.calls / 4, round };
        seen[0].push(pages.store().await?);
        seen[1].push(pages.engine().await?);
        seen[2].push(pages.nth(0).await?);
        seen[3].push(pages.nth(keys / PER_PREFIX - 1).await?);
    }
    inside.close().await;
    let [store, engine, first, last] = seen.map(|rounds| Measured::median(&rounds));
    let (one, many) = over_the_wire(bench, &seed).await?;
    let pages = keys / PER_PREFIX;
    let last_name = format!("page {pages} beside page 1, p50");
    Ok(Section {
        title: "List",
        about: format!(
            "A page of {PAGE} entries of 200 bytes among {keys} keys. In the store and through the engine (authorization included) \
             within this process, below a random prefix; page by page through the whole namespace; and `config.v1/List` \
             over gRPC, alone and with 4 connections of 4 calls at once."
        ),
        lines: vec![
            Line::bound("in the store, p50", store.p50, micros, Some(40.0)),
            Line::bound("through the engine, p50", engine.p50, micros, Some(80.0)),
            Line::time(&last_name, last.p50, ("page 1", first.p50), Bar::AtMost(1.3)),
            Line::bound("over gRPC, one caller, p50", one.p50, micros, None),
        ],
        latencies: [
            ("in the store", store),
            ("through the engine", engine),
            ("page 1", first),
            ("the last page", last),
            ("over gRPC, one caller", one),
            ("over gRPC, 16 callers", many),
        ]
        .map(|(who, seen)| Latency { who: who.into(), seen })
        .into(),
    })
}

struct Pages<'a> {
    inside: &'a Inside,
    keys: u64,
    calls: usize,
    round: usize,
}

impl Pages<'_> {
    fn dice(&self) -> Dice {
        Dice::new(self.round as u64)
    }

    async fn store(&self) -> Result<Measured, Fault> {
        let mut dice = self.dice();
        let namespace = Namespace::new(NAMESPACE)?;
        time(self.calls, async |_| {
            let prefix = Prefix::new(prefix(dice.below(self.keys / PER_PREFIX)));
            let what = Scan::Entries { namespace: namespace.clone(), prefix, after: None };
            let page = self.inside.store.scan(&what, At::Latest, PageLimit::rows(PAGE)).await?;
            full(page.value.rows.len())
        })
        .await
    }

    async fn engine(&self) -> Result<Measured, Fault> {
        let mut dice = self.dice();
        time(self.calls, async |_| {
            let prefix = prefix(dice.below(self.keys / PER_PREFIX));
            self.list(prefix, None).await
        })
        .await
    }

    /// The n-th page of the whole namespace, from 0; its neighbours too, so that it is not one block in the cache.
    async fn nth(&self, page: u64) -> Result<Measured, Fault> {
        let pages = self.keys / PER_PREFIX;
        time(self.calls, async |call| {
            let near = (call as u64 % 32).min(pages - 1);
            let page = if page == 0 { near } else { page - near };
            let after = (page > 0).then(|| key(page * PER_PREFIX - 1));
            self.list(String::new(), after).await
        })
        .await
    }

    async fn list(&self, prefix: String, after: Option<String>) -> Result<(), Fault> {
        let after = after.map(|key| Key::new(key).map(|key| key.to_string())).transpose()?;
        let list = List { namespace: NAMESPACE.into(), prefix, limit: Some(PAGE), after };
        let page = self.inside.engine.list(&self.inside.caller, list).await?;
        full(page.entries.len())
    }
}

fn full(rows: usize) -> Result<(), Fault> {
    if rows == PAGE { Ok(()) } else { Err(format!("a page of {rows} rows").into()) }
}

async fn over_the_wire(
    bench: &Bench,
    seed: &std::path::Path,
) -> Result<(Measured, Measured), Fault> {
    let server = Holdfast::start(bench.work(), Some(seed), &[])?;
    let keys = Keys::new(NAMESPACE, bench.scale.keys);
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        for (connections, in_flight, into) in [(1, 1, &mut one), (4, 4, &mut many)] {
            let calls = ListCall::on(server.connect(connections).await?, &keys, PAGE as i32);
            into.push(drive(&bench.load(in_flight), &calls, server.process.pid()).await?);
        }
    }
    Ok((Measured::median(&one), Measured::median(&many)))
}
