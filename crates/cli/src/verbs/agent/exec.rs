//! The command that is run when a file has changed.

use super::plan::Command;
use crate::failure::Failure;

/// Runs it and waits for its end. It is ended when it takes too long.
pub(super) async fn run(command: &Command) -> Result<(), Failure> {
    let shown = command.words.last().cloned().unwrap_or_default();
    let mut child = tokio::process::Command::new(&command.words[0]);
    child.args(&command.words[1..]).stdin(std::process::Stdio::null()).kill_on_drop(true);
    let refused = |why: String| Failure::Refused(format!("the command {shown:?} {why}"));
    let mut child = child.spawn().map_err(|error| refused(format!("did not start: {error}")))?;
    match tokio::time::timeout(command.timeout, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(refused(format!("failed ({status})"))),
        Ok(Err(error)) => Err(refused(format!("cannot be waited for: {error}"))),
        Err(_) => {
            // It may have ended by itself meanwhile.
            let _ = child.kill().await;
            Err(refused(format!("took longer than {:?} and was ended", command.timeout)))
        }
    }
}
