//! RabbitMQ.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::certificates::Certificates;
use crate::programs::Programs;
use crate::service::{Place, Service};
use crate::{launch, ports};

/// Debian's script in the path works for its own user only; the one behind it for everybody.
const PROGRAMS: Programs = Programs {
    service: "RabbitMQ",
    variable: "HOLDFAST_TEST_RABBITMQ",
    program: "rabbitmq-server",
    places: &["/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/opt/rabbitmq/sbin"],
};

/// Where Erlang's register of nodes is.
const EPMD: [&str; 3] = ["/usr/bin/epmd", "/usr/local/bin/epmd", "/usr/lib/erlang/bin/epmd"];

/// The user and its password where the options name none.
const USER: &str = "holdfast";

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct RabbitMqOptions {
    /// The only user and its password; `holdfast` and `holdfast` without them.
    pub user: Option<(String, String)>,
    /// TLS, and nothing else, on its port.
    pub tls: bool,
    /// More lines of its configuration.
    pub lines: Vec<String>,
}

/// A RabbitMQ server.
#[derive(Debug)]
pub struct RabbitMq {
    service: Service,
    user: (String, String),
    certificates: Option<Certificates>,
    /// The register that its node is in. It would start one for the whole machine, and leave it there.
    _register: Service,
}

impl RabbitMq {
    /// A new server for `suite`. `None`, and said so, where RabbitMQ is not installed.
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, RabbitMqOptions::default())
    }

    /// The same, as `options` say.
    pub fn start_with(suite: &str, options: RabbitMqOptions) -> Option<Self> {
        let program = PROGRAMS.find(suite)?.join(PROGRAMS.program);
        let register = register();
        let place = Place::new();
        let certificates = options.tls.then(|| Certificates::make(&place));
        let user = options.user.clone().unwrap_or_else(|| (USER.into(), USER.into()));
        place.write("rabbitmq.conf", &configuration(&place, &options, &user, &certificates));
        place.write("environment", "");
        place.write("plugins", "[].\n");
        let (port, tls) = (place.port, options.tls);
        let make = server(program, &place, register.port());
        let ready = Box::new(move || answers(port, tls));
        let service = Service::start("RabbitMQ", place, make, ready);
        Some(Self { service, user, certificates, _register: register })
    }

    /// To stop, kill, freeze and start it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Its address, with credentials.
    pub fn url(&self) -> String {
        let scheme = if self.certificates.is_some() { "amqps" } else { "amqp" };
        let (user, password) = &self.user;
        format!("{scheme}://{user}:{password}@127.0.0.1:{}", self.service.port())
    }

    /// The certificates, where it speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }
}

fn register() -> Service {
    let program = EPMD.iter().map(PathBuf::from).find(|path| path.is_file());
    let program = program.expect("Erlang has its epmd");
    let place = Place::new();
    let (directory, port) = (place.path().to_owned(), place.port);
    let make = Box::new(move || {
        let mut command = launch::command(&program, &directory, "KILL");
        command.args(["-port", &port.to_string(), "-address", "127.0.0.1"]);
        command
    });
    let ready = Box::new(move || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    Service::start("epmd", place, make, ready)
}

fn configuration(
    place: &Place,
    options: &RabbitMqOptions,
    (user, password): &(String, String),
    certificates: &Option<Certificates>,
) -> String {
    let mut lines = vec![
        format!("default_user = {user}"),
        format!("default_pass = {password}"),
        "loopback_users = none".into(),
        "log.console = true".into(),
        "log.console.level = warning".into(),
    ];
    let port = place.port;
    match certificates {
        None => lines.push(format!("listeners.tcp.default = 127.0.0.1:{port}")),
        Some(files) => {
            lines.push("listeners.tcp = none".into());
            lines.push(format!("listeners.ssl.default = 127.0.0.1:{port}"));
            lines.push(format!("ssl_options.cacertfile = {}", files.ca.display()));
            lines.push(format!("ssl_options.certfile = {}", files.cert.display()));
            lines.push(format!("ssl_options.keyfile = {}", files.key.display()));
        }
    }
    lines.extend(options.lines.iter().cloned());
    lines.join("\n") + "\n"
}

fn server(
    program: PathBuf,
    place: &Place,
    register: u16,
) -> Box<dyn Fn() -> Command + Send + Sync> {
    let directory = place.path().to_owned();
    let node = format!("holdfast{}@localhost", place.port);
    let between_nodes = ports::free();
    Box::new(move || {
        let mut command = launch::command(&program, &directory, "KILL");
        command
            .env("RABBITMQ_NODENAME", &node)
            .env("RABBITMQ_DIST_PORT", between_nodes.to_string())
            .env("ERL_EPMD_PORT", register.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_MNESIA_BASE", directory.join("mnesia"))
            .env("RABBITMQ_LOG_BASE", directory.join("logs"))
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_CONFIG_FILE", directory.join("rabbitmq.conf"))
            .env("RABBITMQ_CONF_ENV_FILE", directory.join("environment"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", directory.join("plugins"))
            // It replaces its script, so that signals reach the server.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            // Idle schedulers wait instead of turning.
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none");
        command
    })
}

/// It answers the first bytes of a connection; behind TLS it takes connections.
fn answers(port: u16, tls: bool) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    if tls {
        return true;
    }
    let mut kind = [0; 1];
    let asked = stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .and_then(|()| stream.write_all(b"AMQP\x00\x00\x09\x01"))
        .and_then(|()| stream.read_exact(&mut kind));
    // A method frame: Connection.Start.
    asked.is_ok() && kind == [1]
}
