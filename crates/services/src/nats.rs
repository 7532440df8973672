//! NATS, with JetStream.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::certificates::Certificates;
use crate::launch;
use crate::programs::Programs;
use crate::service::{Place, Service};

const PROGRAMS: Programs = Programs {
    service: "NATS",
    variable: "HOLDFAST_TEST_NATS",
    program: "nats-server",
    places: &["/usr/sbin", "/usr/bin", "/usr/local/bin"],
};

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct NatsOptions {
    /// The only user and its password; without them and without a token everybody may do everything.
    pub user: Option<(String, String)>,
    /// The token that everybody has to show.
    pub token: Option<String>,
    /// TLS, which clients have to speak.
    pub tls: bool,
    /// More lines of its configuration.
    pub lines: Vec<String>,
}

/// A NATS server with JetStream.
#[derive(Debug)]
pub struct Nats {
    service: Service,
    certificates: Option<Certificates>,
}

impl Nats {
    /// A new server for `suite`. `None`, and said so, where NATS is not installed.
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, NatsOptions::default())
    }

    /// The same, as `options` say.
    pub fn start_with(suite: &str, options: NatsOptions) -> Option<Self> {
        let program = PROGRAMS.find(suite)?.join(PROGRAMS.program);
        let place = Place::new();
        let certificates = options.tls.then(|| Certificates::make(&place));
        let file = place.write("nats.conf", &configuration(&place, &options, &certificates));
        let (directory, port) = (place.path().to_owned(), place.port);
        let make = Box::new(move || {
            let mut command = launch::command(&program, &directory, "KILL");
            command.arg("-c").arg(&file);
            command
        });
        let ready = Box::new(move || answers(port));
        let service = Service::start("NATS", place, make, ready);
        Some(Self { service, certificates })
    }

    /// To stop, kill, freeze and start it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Its address, without credentials.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.service.port())
    }

    /// The certificates, where it speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }
}

fn configuration(
    place: &Place,
    options: &NatsOptions,
    certificates: &Option<Certificates>,
) -> String {
    let store = place.folder("jetstream");
    let mut lines = vec![
        format!("listen: \"127.0.0.1:{}\"", place.port),
        format!("jetstream {{ store_dir: \"{}\" }}", store.display()),
    ];
    if let Some((user, password)) = &options.user {
        lines.push(format!("authorization {{ user: \"{user}\", password: \"{password}\" }}"));
    }
    if let Some(token) = &options.token {
        lines.push(format!("authorization {{ token: \"{token}\" }}"));
    }
    if let Some(files) = certificates {
        let (cert, key, ca) = (files.cert.display(), files.key.display(), files.ca.display());
        lines.push(format!(
            "tls {{ cert_file: \"{cert}\", key_file: \"{key}\", ca_file: \"{ca}\" }}"
        ));
    }
    lines.extend(options.lines.iter().cloned());
    lines.join("\n")
}

/// It says who it is, before TLS too.
fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut greeting = [0; 5];
    let read = stream
        .set_read_timeout(Some(Duration::from_secs(1)))
        .and_then(|()| stream.read_exact(&mut greeting));
    read.is_ok() && &greeting == b"INFO "
}
