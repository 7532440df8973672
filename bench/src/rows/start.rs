//! From the start of the process to readiness, over a million keys.

use holdfast_load::calls::{Keys, Set};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::measured::median;

use super::{Bench, VALUE_BYTES};
use crate::Fault;
use crate::drive::drive;
use crate::process::resident;
use crate::report::{Line, Section, mebibytes, micros};
use crate::seed::Seed;
use crate::subjects::holdfast::Holdfast;

const SIZES: [usize; 2] = [VALUE_BYTES, 1 << 10];

/// What a start came to.
struct Started {
    micros: f64,
    resident: f64,
}

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let mut section = Section {
        title: "Start",
        about: format!(
            "{} keys. Before each end 64 writers write for {:?}, so that there is something to recover; then SIGTERM or SIGKILL, and \
             the time from the start of the next process until `/readyz` answers 200, asked every millisecond. Resident memory \
             right after that. The files are in the system's cache.",
            bench.scale.keys, bench.scale.measured
        ),
        ..Section::default()
    };
    for bytes in SIZES {
        let own = if bytes == VALUE_BYTES {
            None
        } else {
            Some(Seed::make(bench.work(), bench.scale.keys, bytes).await?)
        };
        let seed = match &own {
            Some(seed) => seed.path(),
            None => bench.seed().await?,
        };
        let mut server = Holdfast::start(bench.work(), Some(&seed), &[])?;
        let (mut clean, mut killed) = (Vec::new(), Vec::new());
        for _ in 0..bench.scale.rounds {
            for (cleanly, into) in [(true, &mut clean), (false, &mut killed)] {
                write(bench, &server, bytes).await?;
                server = server.restart(cleanly)?;
                into.push(Started {
                    micros: server.ready_after.as_secs_f64() * 1e6,
                    resident: resident(server.process.pid())? as f64,
                });
            }
        }
        for (how, starts, bar) in [("a clean stop", clean, 1e6), ("SIGKILL", killed, 2e6)] {
            let ready = median(starts.iter().map(|start| start.micros));
            let memory = median(starts.iter().map(|start| start.resident));
            let bound = f64::from(150 << 20);
            let work = |what: &str| format!("{bytes} B, after {how}: {what}");
            section.lines.push(Line::bound(&work("ready"), ready, micros, Some(bar)));
            section.lines.push(Line::bound(&work("memory"), memory, mebibytes, Some(bound)));
        }
    }
    Ok(section)
}

async fn write(bench: &Bench, server: &Holdfast, bytes: usize) -> Result<(), Fault> {
    let writers = Set::on(
        server.connect(4).await?,
        &Keys::new(NAMESPACE, bench.scale.keys),
        &Values::of(bytes),
    );
    drive(&bench.load(16), &writers, server.process.pid()).await.map(drop)
}
