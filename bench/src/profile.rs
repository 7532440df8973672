//! One kind of call against a server that runs already, so that a profiler can look at the server meanwhile.

use std::time::Duration;

use holdfast_load::calls::{Commit, Get, Keys, List, Set, fill};
use holdfast_load::data::{NAMESPACE, PER_PREFIX, Values};
use holdfast_load::drive::Load;

use crate::Fault;
use crate::args::{CallName, Drive};
use crate::drive;
use crate::report::{micros, rate};
use crate::subjects::connections;

/// `holdfast-bench drive`.
pub(crate) async fn drive(drive: &Drive) -> Result<(), Fault> {
    let load = Load {
        callers: drive.in_flight,
        pace: None,
        warmup: Duration::from_millis(500),
        measured: Duration::from_secs(drive.seconds),
    };
    let channels = connections(drive.port, drive.connections).await?;
    let (keys, values) = (Keys::new(NAMESPACE, drive.keys), Values::of(drive.bytes));
    if drive.fill {
        fill(channels[0].clone(), &keys, &values).await?;
    }
    let seen = match drive.call {
        CallName::Get => drive::drive(&load, &Get::on(channels, &keys), drive.pid).await,
        CallName::Set => drive::drive(&load, &Set::on(channels, &keys, &values), drive.pid).await,
        CallName::Commit => {
            drive::drive(&load, &Commit::on(channels, &keys, 64, &values), drive.pid).await
        }
        CallName::List => {
            let calls = List::on(channels, &keys, PER_PREFIX as i32);
            drive::drive(&load, &calls, drive.pid).await
        }
    }?;
    let [p50, p99, p999] = [seen.p50, seen.p99, seen.p999].map(micros);
    let (calls, cpu) = (rate(seen.rate), seen.cpu.map(micros).unwrap_or_default());
    println!("{calls}, p50 {p50}, p99 {p99}, p99.9 {p999}, server processor time {cpu} a call");
    Ok(())
}
