//! MariaDB.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::certificates::Certificates;
use crate::launch;
use crate::programs::Programs;
use crate::service::{Place, Service};

const PROGRAMS: Programs = Programs {
    service: "MariaDB",
    variable: "HOLDFAST_TEST_MARIADB",
    program: "mariadbd",
    places: &["/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin", "/usr/bin"],
};

/// The user, its password, and the database that belongs to it.
const NAME: &str = "holdfast";

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct MariaDbOptions {
    /// Writes reach the disk before they are acknowledged, for measurements. Tests that kill need it not.
    pub durable: bool,
    /// TLS with a certificate of its own.
    pub tls: bool,
    /// More arguments, such as `--max-allowed-packet=1G`.
    pub arguments: Vec<String>,
}

/// A MariaDB server, on a TCP port and a Unix socket, with a database `holdfast` for a user `holdfast` with that password.
#[derive(Debug)]
pub struct MariaDb {
    client: PathBuf,
    dump: PathBuf,
    service: Service,
    certificates: Option<Certificates>,
}

impl MariaDb {
    /// A new server for `suite`. `None`, and said so, where MariaDB is not installed.
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, MariaDbOptions::default())
    }

    /// The same, as `options` say.
    pub fn start_with(suite: &str, options: MariaDbOptions) -> Option<Self> {
        let programs = PROGRAMS.find(suite)?;
        // It waits for the disk with every table that it makes.
        let place = if options.durable { Place::new() } else { Place::in_memory() };
        let certificates = options.tls.then(|| Certificates::make(&place));
        initialise(&programs, &place);
        let make = server(&programs, &place, &options, certificates.as_ref());
        let ready = answers(&programs, &place);
        let service = Service::start("MariaDB", place, make, ready);
        let (client, dump) = (beside(&programs, "mariadb"), beside(&programs, "mariadb-dump"));
        let mariadb = Self { client, dump, service, certificates };
        mariadb.sql(&format!(
            "CREATE DATABASE {NAME}; CREATE USER {NAME}@'%' IDENTIFIED BY '{NAME}'; GRANT ALL ON *.* TO {NAME}@'%'"
        ));
        Some(mariadb)
    }

    /// To stop, kill, freeze and start it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The database over TCP.
    pub fn url(&self) -> String {
        format!("mysql://{NAME}:{NAME}@127.0.0.1:{}/{NAME}", self.service.port())
    }

    /// The certificates, where it speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// Runs SQL as its administrator, and answers what was printed: fields between tabs, rows between lines.
    pub fn sql(&self, sql: &str) -> String {
        self.ask(&self.client, &["-N", "-B", "-e", sql]).trim_end().to_owned()
    }

    /// A database as SQL that makes it again, in a database that is empty.
    pub fn dump(&self, database: &str) -> String {
        self.ask(&self.dump, &["--hex-blob", "--skip-comments", database])
    }

    fn ask(&self, program: &Path, arguments: &[&str]) -> String {
        let mut command = launch::command(program, self.service.directory(), "KILL");
        command.args(["--no-defaults", "-u", "root"]);
        command.arg(format!("--socket={}", socket(self.service.directory()).display()));
        self.service.place().run(command.args(arguments))
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("socket")
}

/// Servers and clients are in different folders in most packages.
fn beside(programs: &Path, program: &str) -> PathBuf {
    let mut folders = vec![programs.to_owned(), "/usr/bin".into(), "/usr/local/bin".into()];
    folders.extend(programs.parent().map(|above| above.join("bin")));
    folders.extend(programs.parent().map(|above| above.join("scripts")));
    let found = folders.into_iter().map(|folder| folder.join(program)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{program} is not installed beside {}", programs.display()))
}

fn initialise(programs: &Path, place: &Place) {
    let data = place.folder("data");
    let mut command =
        launch::command(&beside(programs, "mariadb-install-db"), place.path(), "KILL");
    command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    command.arg(format!("--datadir={}", data.display()));
    // As with a server: in a folder that it shares, it removes the temporary tables of others.
    command.env("TMPDIR", place.path());
    place.run(&mut command);
}

fn server(
    programs: &Path,
    place: &Place,
    options: &MariaDbOptions,
    certificates: Option<&Certificates>,
) -> Box<dyn Fn() -> Command + Send + Sync> {
    let (program, directory, port) =
        (programs.join("mariadbd"), place.path().to_owned(), place.port);
    // 2: with the system after each commit, so that it outlives a kill; on the disk once a second.
    let flush = if options.durable { 1 } else { 2 };
    let mut arguments = vec![
        "--bind-address=127.0.0.1".to_owned(),
        "--skip-name-resolve".into(),
        "--character-set-server=utf8mb4".into(),
        "--max-connections=200".into(),
        format!("--innodb-flush-log-at-trx-commit={flush}"),
    ];
    if let Some(certificates) = certificates {
        arguments.push(format!("--ssl-ca={}", certificates.ca.display()));
        arguments.push(format!("--ssl-cert={}", certificates.cert.display()));
        arguments.push(format!("--ssl-key={}", certificates.key.display()));
    }
    arguments.extend(options.arguments.iter().cloned());
    Box::new(move || {
        let mut command = launch::command(&program, &directory, "KILL");
        command.arg("--no-defaults").arg(format!("--port={port}"));
        command.arg(format!("--datadir={}", directory.join("data").display()));
        // A server that starts removes what it takes for temporary tables of its own from there.
        command.arg(format!("--tmpdir={}", directory.join("data").display()));
        command.arg(format!("--socket={}", socket(&directory).display()));
        command.arg(format!("--pid-file={}", directory.join("pid").display()));
        command.args(&arguments);
        command
    })
}

fn answers(programs: &Path, place: &Place) -> Box<dyn Fn() -> bool + Send + Sync> {
    let (program, directory) = (beside(programs, "mariadb-admin"), place.path().to_owned());
    Box::new(move || {
        let mut command = launch::command(&program, &directory, "KILL");
        command.args(["--no-defaults", "-u", "root", "ping"]);
        command.arg(format!("--socket={}", socket(&directory).display()));
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    })
}
