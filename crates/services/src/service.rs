//! A server that can be stopped, killed, frozen and started again.

mod family;

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::fs::statvfs;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::launch;
use crate::ports;
use crate::service::family::Family;

/// How long a server may take to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(25);
/// What has to be free where a server keeps its data in memory, in bytes.
const ROOM: u64 = 2 << 30;
/// What is shown of a server's log when it fails.
const SHOWN: usize = 4_000;

type Make = Box<dyn Fn() -> Command + Send + Sync>;
type Ready = Box<dyn Fn() -> bool + Send + Sync>;

/// A place of its own for one server: a folder that only it reads, and a port.
#[derive(Debug)]
pub(crate) struct Place {
    directory: TempDir,
    pub(crate) port: u16,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// In memory, where there is room: for servers that write to the disk whatever they are told.
    pub(crate) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let room = statvfs(memory).map_or(0, |of| of.f_bavail.saturating_mul(of.f_frsize));
        if room < ROOM { Self::new() } else { Self::below(memory) }
    }

    fn below(folder: &Path) -> Self {
        let directory = tempfile::Builder::new().prefix("holdfast-").tempdir_in(folder);
        let place = Self { directory: directory.expect("a folder"), port: ports::free() };
        place.give_away(place.path());
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file that the server can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.path().join(name);
        fs::write(&file, text).expect("written");
        self.give_away(&file);
        file
    }

    /// Makes a folder that the server can write to.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let folder = self.path().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        self.give_away(&folder);
        folder
    }

    pub(crate) fn give_away(&self, path: &Path) {
        if launch::is_root() {
            chown(path, Some(launch::NOBODY), Some(launch::NOBODY)).expect("given away");
        }
    }

    /// A command that runs here to its end; it must succeed.
    pub(crate) fn run(&self, command: &mut Command) -> String {
        let ended = command.stdin(Stdio::null()).output().expect("it can be run");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{command:?}: {} {said} {complaint}", ended.status);
        said
    }
}

/// One server. Dropping it ends it at once and removes its data.
pub struct Service {
    name: &'static str,
    // Before the place, so that the process is gone when the folder goes.
    process: Mutex<Process>,
    make: Make,
    ready: Ready,
    place: Place,
}

#[derive(Default)]
struct Process {
    child: Option<Child>,
    frozen: Option<Family>,
}

impl Service {
    /// Starts what `make` says and waits until `ready` says so.
    pub(crate) fn start(name: &'static str, place: Place, make: Make, ready: Ready) -> Self {
        let service = Self { name, process: Mutex::default(), make, ready, place };
        service.run();
        service
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.place.port
    }

    /// The folder that holds its data, its log and its sockets.
    pub fn directory(&self) -> &Path {
        self.place.path()
    }

    /// The id of its first process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        self.process().child.as_ref().expect("it runs").id()
    }

    /// Starts it again after [`Self::stop`] or [`Self::kill`], on the same port and data, and waits until it answers.
    pub fn run(&self) {
        let mut process = self.process();
        assert!(process.child.is_none(), "{} runs", self.name);
        let log = File::options().create(true).append(true).open(self.log_file()).expect("a log");
        let mut command = (self.make)();
        command.stdin(Stdio::null()).stderr(log.try_clone().expect("a log")).stdout(log);
        let child = process.child.insert(launch::spawn(command).expect("it can be started"));
        let until = Instant::now() + PATIENCE;
        while !(self.ready)() {
            let ended = child.try_wait().expect("a child");
            assert!(ended.is_none(), "{} ended ({ended:?}): {}", self.name, self.log());
            assert!(Instant::now() < until, "{} does not answer: {}", self.name, self.log());
            std::thread::sleep(LOOK);
        }
    }

    /// Asks it to end in its own time, and waits until it has.
    pub fn stop(&self) {
        self.end(Signal::TERM);
    }

    /// Ends it in the middle of what it does, with every process of its own.
    pub fn kill(&self) {
        self.end(Signal::KILL);
    }

    /// Kills it and starts it again.
    pub fn restart(&self) {
        self.kill();
        self.run();
    }

    /// Stops its time: connections stay open and nothing answers.
    pub fn freeze(&self) {
        let mut process = self.process();
        let family = Family::of(process.child.as_ref().expect("it runs").id());
        family.signal(Signal::STOP);
        let until = Instant::now() + PATIENCE;
        while !family.stands_still() {
            assert!(Instant::now() < until, "{} does not stand still", self.name);
            std::thread::sleep(Duration::from_millis(1));
        }
        process.frozen = Some(family);
    }

    /// Lets its time go on.
    pub fn thaw(&self) {
        if let Some(family) = self.process().frozen.take() {
            family.signal(Signal::CONT);
        }
    }

    /// The end of what it wrote.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.log_file()).unwrap_or_default();
        let from = bytes.len().saturating_sub(SHOWN);
        String::from_utf8_lossy(&bytes[from..]).into_owned()
    }

    fn log_file(&self) -> PathBuf {
        self.place.path().join("log")
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    fn end(&self, signal: Signal) {
        self.thaw();
        self.process().end(signal);
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Process {
    fn end(&mut self, signal: Signal) {
        let Some(mut child) = self.child.take() else { return };
        let family = Family::of(child.id());
        if signal == Signal::KILL {
            family.signal(Signal::KILL);
        } else {
            family.signal_first(signal);
        }
        let until = Instant::now() + PATIENCE;
        while child.try_wait().expect("a child").is_none() {
            if Instant::now() > until {
                family.signal(Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // Its children hold its files and its port a moment longer.
        while family.lives() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        family.signal(Signal::KILL);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end(Signal::KILL);
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("port", &self.port()).finish()
    }
}
