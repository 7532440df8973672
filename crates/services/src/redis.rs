//! Redis.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::certificates::Certificates;
use crate::launch;
use crate::programs::Programs;
use crate::service::{Place, Service};

const PROGRAMS: Programs = Programs {
    service: "Redis",
    variable: "HOLDFAST_TEST_REDIS",
    program: "redis-server",
    places: &["/usr/bin", "/usr/local/bin"],
};

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// The only user and its password; without them everybody may do everything.
    pub user: Option<(String, String)>,
    /// TLS, and nothing else, on its port.
    pub tls: bool,
    /// More lines of its configuration.
    pub lines: Vec<String>,
}

/// A Redis server that keeps nothing over a restart.
#[derive(Debug)]
pub struct Redis {
    service: Service,
    certificates: Option<Certificates>,
}

impl Redis {
    /// A new server for `suite`. `None`, and said so, where Redis is not installed.
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, RedisOptions::default())
    }

    /// The same, as `options` say.
    pub fn start_with(suite: &str, options: RedisOptions) -> Option<Self> {
        let program = PROGRAMS.find(suite)?.join(PROGRAMS.program);
        let place = Place::new();
        let certificates = options.tls.then(|| Certificates::make(&place));
        let file = place.write("redis.conf", &configuration(&place, &options, &certificates));
        let (directory, port, tls) = (place.path().to_owned(), place.port, options.tls);
        let make = Box::new(move || {
            let mut command = launch::command(&program, &directory, "KILL");
            command.arg(&file);
            command
        });
        let ready = Box::new(move || answers(port, tls));
        let service = Service::start("Redis", place, make, ready);
        Some(Self { service, certificates })
    }

    /// To stop, kill, freeze and start it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Its address, without credentials.
    pub fn url(&self) -> String {
        let scheme = if self.certificates.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.service.port())
    }

    /// The certificates, where it speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }
}

fn configuration(
    place: &Place,
    options: &RedisOptions,
    certificates: &Option<Certificates>,
) -> String {
    let mut lines = vec![
        "bind 127.0.0.1".into(),
        "save \"\"".into(),
        format!("dir {}", place.path().display()),
    ];
    match certificates {
        None => lines.push(format!("port {}", place.port)),
        Some(files) => {
            lines.push(format!("port 0\ntls-port {}\ntls-auth-clients optional", place.port));
            lines.push(format!("tls-cert-file {}", files.cert.display()));
            lines.push(format!("tls-key-file {}", files.key.display()));
            lines.push(format!("tls-ca-cert-file {}", files.ca.display()));
        }
    }
    if let Some((user, password)) = &options.user {
        lines.push("user default off".into());
        lines.push(format!("user {user} on >{password} ~* &* +@all"));
    }
    lines.extend(options.lines.iter().cloned());
    lines.join("\n")
}

/// It answers a PING, if only that it wants to know who asks; behind TLS it takes connections.
fn answers(port: u16, tls: bool) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    if tls {
        return true;
    }
    let mut answer = [0; 5];
    let asked = stream
        .set_read_timeout(Some(Duration::from_secs(1)))
        .and_then(|()| stream.write_all(b"PING\r\n"))
        .and_then(|()| stream.read_exact(&mut answer));
    asked.is_ok() && [&b"+PONG"[..], b"-NOAU"].contains(&&answer[..])
}
