//! One kind of call against a server that runs already, so that a profiler can look at the server meanwhile.

use std::time::Duration;

use crate::Fault;
use crate::args::{CallName, Drive};
use crate::data::{PER_PREFIX, Values};
use crate::load::{self, Load};
use crate::report::{micros, rate};
use crate::subjects::connections;
use crate::subjects::holdfast::{Commit, Get, List, Set, fill};

/// `holdfast-bench drive`.
pub(crate) async fn drive(drive: &Drive) -> Result<(), Fault> {
    let load = Load {
        in_flight: drive.in_flight,
        pace: None,
        warmup: Duration::from_millis(500),
        measured: Duration::from_secs(drive.seconds),
    };
    let channels = connections(drive.port, drive.connections).await?;
    let (keys, values) = (drive.keys, Values::of(drive.bytes));
    if drive.fill {
        fill(channels[0].clone(), keys, &values).await?;
    }
    let seen = match drive.call {
        CallName::Get => load::drive(&load, &Get::on(channels, keys), drive.pid).await,
        CallName::Set => load::drive(&load, &Set::on(channels, keys, &values), drive.pid).await,
        CallName::Commit => {
            load::drive(&load, &Commit::on(channels, keys, 64, &values), drive.pid).await
        }
        CallName::List => {
            let calls = List::on(channels, keys / PER_PREFIX, PER_PREFIX as i32);
            load::drive(&load, &calls, drive.pid).await
        }
    }?;
    let [p50, p99, p999] = [seen.p50, seen.p99, seen.p999].map(micros);
    let (calls, cpu) = (rate(seen.rate), micros(seen.cpu));
    println!("{calls}, p50 {p50}, p99 {p99}, p99.9 {p999}, server processor time {cpu} a call");
    Ok(())
}
