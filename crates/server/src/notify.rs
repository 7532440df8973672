//! Tells systemd how the service is doing (sd_notify(3)): one datagram a message, nothing when nobody asked.

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Calls are answered.
    Ready,
    /// The end has begun.
    Stopping,
}

/// Tells it. A failure is logged: the service is fine without.
pub fn tell(state: State) {
    let Some(address) = env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&address.to_string_lossy(), state) {
        tracing::warn!(%error, "cannot notify the service manager");
    }
}

fn send(address: &str, state: State) -> io::Result<()> {
    let message: &[u8] = match state {
        State::Ready => b"READY=1\n",
        State::Stopping => b"STOPPING=1\n",
    };
    let address = match address.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(address)?,
    };
    UnixDatagram::unbound()?.send_to_addr(message, &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_hears_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("bound");
        send(path.to_str().expect("UTF-8"), State::Ready).expect("sent");
        let mut heard = [0; 32];
        let length = manager.recv(&mut heard).expect("received");
        assert_eq!(&heard[..length], b"READY=1\n");

        let name = format!("holdfast-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let manager = UnixDatagram::bind_addr(&address).expect("bound");
        send(&format!("@{name}"), State::Stopping).expect("sent");
        let length = manager.recv(&mut heard).expect("received");
        assert_eq!(&heard[..length], b"STOPPING=1\n");
    }
}
