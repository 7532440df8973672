//! Processes that end with this one.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock};

/// The user that servers run as when the test is root, which some of them refuse: nobody.
pub(crate) const NOBODY: u32 = 65_534;

/// Sets the signal that a process gets when its parent dies, without code of ours between fork and exec.
const SETPRIV: &str = "/usr/bin/setpriv";

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A command that runs in `directory` with nothing of this process's environment, as nobody where this process is root.
/// `at_death` is the signal that it gets when this process dies.
pub(crate) fn command(program: &Path, directory: &Path, at_death: &str) -> Command {
    let mut command = if Path::new(SETPRIV).is_file() {
        let mut command = Command::new(SETPRIV);
        command.arg(format!("--pdeathsig={at_death}"));
        if is_root() {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        }
        command.arg(program);
        command
    } else {
        let mut command = Command::new(program);
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    command.current_dir(directory).env_clear().env("LC_ALL", "C");
    command.env("PATH", search_path(program)).env("HOME", directory);
    command
}

/// Beside the program, and where the system has its own.
fn search_path(program: &Path) -> String {
    let beside = program.parent().map(PathBuf::from).unwrap_or_default();
    format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", beside.display())
}

type Order = (Command, Sender<io::Result<Child>>);

/// Starts it from a thread that lives as long as this process: the parent whose death is waited for is a thread, and that of
/// a test ends with the test.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    static ORDERS: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let orders = ORDERS.get_or_init(|| {
        let (orders, taken): (Sender<Order>, Receiver<Order>) = channel();
        std::thread::spawn(move || {
            for (mut command, answer) in taken {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let (answer, started) = channel();
    let gone = || io::Error::other("the thread that starts servers is gone");
    orders.lock().map_err(|_| gone())?.send((command, answer)).map_err(|_| gone())?;
    started.recv().map_err(|_| gone())?
}
