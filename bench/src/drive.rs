//! A run of the load generator, with an eye on the server's process.

use holdfast_load::drive::{Call, Load, start};
use holdfast_load::measured::Measured;

use crate::Fault;
use crate::process::cpu_time;

/// Makes calls on all connections at once, with the callers of `load` on each. `server` is the process whose processor
/// time is told.
pub(crate) async fn drive<C: Call>(
    load: &Load,
    connections: &[C],
    server: u32,
) -> Result<Measured, Fault> {
    let all = Load { callers: load.callers * connections.len(), ..*load };
    let running = start(&all, connections);
    let window = running.window;
    let cpu = async {
        tokio::time::sleep_until(window.from.into()).await;
        let before = cpu_time(server)?;
        tokio::time::sleep_until(window.until.into()).await;
        Ok::<_, Fault>(cpu_time(server)?.saturating_sub(before))
    };
    let (seen, cpu) = tokio::try_join!(async { Ok(running.finish().await?) }, cpu)?;
    Ok(seen.with_cpu(cpu))
}
