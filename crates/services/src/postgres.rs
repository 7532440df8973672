//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::certificates::Certificates;
use crate::launch;
use crate::programs::Programs;
use crate::service::{Place, Service};

const PROGRAMS: Programs = Programs {
    service: "PostgreSQL",
    variable: "HOLDFAST_TEST_POSTGRES",
    program: "initdb",
    places: &["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"],
};

/// The superuser, and the database that belongs to it.
const USER: &str = "holdfast";

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct PostgresOptions {
    /// The password of the user `holdfast`; without one everybody on this machine is believed.
    pub password: Option<String>,
    /// Writes reach the disk before they are acknowledged, for measurements. Tests that kill need it not.
    pub durable: bool,
    /// TLS with a certificate of its own.
    pub tls: bool,
    /// More of `postgresql.conf`: names and values.
    pub settings: Vec<(String, String)>,
}

/// A PostgreSQL server, on a TCP port and a Unix socket, with a database `holdfast` for a superuser `holdfast`.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    service: Service,
    options: PostgresOptions,
    certificates: Option<Certificates>,
}

impl Postgres {
    /// A new server for `suite`. `None`, and said so, where PostgreSQL is not installed.
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, PostgresOptions::default())
    }

    /// The same, as `options` say.
    pub fn start_with(suite: &str, options: PostgresOptions) -> Option<Self> {
        let programs = PROGRAMS.find(suite)?;
        let place = Place::new();
        let certificates = options.tls.then(|| Certificates::make(&place));
        initialise(&programs, &place, options.password.as_deref());
        let (make, ready) = (
            server(&programs, &place, &options, certificates.as_ref()),
            answers(&programs, &place),
        );
        let service = Service::start("PostgreSQL", place, make, ready);
        let postgres = Self { programs, service, options, certificates };
        postgres.psql("postgres", &format!("CREATE DATABASE {USER}"));
        Some(postgres)
    }

    /// To stop, kill, freeze and start it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The database over TCP.
    pub fn url(&self) -> String {
        let password = self.options.password.as_ref().map(|p| format!(":{p}")).unwrap_or_default();
        format!("postgres://{USER}{password}@127.0.0.1:{}/{USER}", self.service.port())
    }

    /// The database over its Unix socket.
    pub fn socket_url(&self) -> String {
        let password = self.options.password.as_ref().map(|p| format!(":{p}")).unwrap_or_default();
        let folder = self.service.directory().display();
        format!(
            "postgres://{USER}{password}@localhost:{}/{USER}?host={folder}",
            self.service.port()
        )
    }

    /// The folder of the data.
    pub fn data(&self) -> PathBuf {
        self.service.directory().join("data")
    }

    /// The certificates, where it speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// A program of this release, such as `pg_ctl`, to run as the server's user in its folder.
    pub fn command(&self, program: &str) -> Command {
        launch::command(&self.programs.join(program), self.service.directory(), "KILL")
    }

    /// Runs SQL in a database by a client of its own, and answers what it printed: fields between `|`, rows between lines.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut command = self.command("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database]);
        command.arg("-h").arg(self.service.directory());
        command.args(["-p", &self.service.port().to_string(), "-c", sql]);
        if let Some(password) = &self.options.password {
            command.env("PGPASSWORD", password);
        }
        self.service.place().run(&mut command).trim_end().to_owned()
    }
}

fn initialise(programs: &Path, place: &Place, password: Option<&str>) {
    let mut command = launch::command(&programs.join("initdb"), place.path(), "KILL");
    command.args(["-U", USER, "-E", "UTF8", "--locale=C", "-N", "-D"]);
    command.arg(place.path().join("data"));
    match password {
        None => {
            command.args(["-A", "trust"]);
        }
        Some(password) => {
            let file = place.write("password", password);
            command.args(["-A", "scram-sha-256"]).arg(format!("--pwfile={}", file.display()));
        }
    }
    place.run(&mut command);
}

fn server(
    programs: &Path,
    place: &Place,
    options: &PostgresOptions,
    certificates: Option<&Certificates>,
) -> Box<dyn Fn() -> Command + Send + Sync> {
    let (program, directory, port) =
        (programs.join("postgres"), place.path().to_owned(), place.port);
    let mut settings: Vec<(String, String)> = [
        ("listen_addresses", "127.0.0.1"),
        ("max_connections", "200"),
        ("fsync", if options.durable { "on" } else { "off" }),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    if let Some(certificates) = certificates {
        let file = |path: &Path| path.display().to_string();
        settings.push(("ssl".into(), "on".into()));
        settings.push(("ssl_cert_file".into(), file(&certificates.cert)));
        settings.push(("ssl_key_file".into(), file(&certificates.key)));
        settings.push(("ssl_ca_file".into(), file(&certificates.ca)));
    }
    settings.extend(options.settings.iter().cloned());
    Box::new(move || {
        // At once, and its memory is given back.
        let mut command = launch::command(&program, &directory, "QUIT");
        command.arg("-D").arg(directory.join("data")).arg("-k").arg(&directory);
        command.args(["-p", &port.to_string()]);
        for (name, value) in &settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        command
    })
}

fn answers(programs: &Path, place: &Place) -> Box<dyn Fn() -> bool + Send + Sync> {
    let (program, directory, port) =
        (programs.join("pg_isready"), place.path().to_owned(), place.port);
    Box::new(move || {
        let mut command = launch::command(&program, &directory, "KILL");
        command.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
    })
}
