//! Every server starts, stops and starts again; and none survives its test.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use holdfast_services::{
    MariaDb, MariaDbOptions, Nats, NatsOptions, Postgres, PostgresOptions, RabbitMq,
    RabbitMqOptions, Redis, RedisOptions, Service,
};

fn is_open(service: &Service) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).is_ok()
}

fn is_there(pid: u32) -> bool {
    // A zombie has no files.
    std::fs::read_dir(format!("/proc/{pid}/fd")).is_ok_and(|mut files| files.next().is_some())
}

/// It ends both ways and comes back on its port.
fn comes_and_goes(service: &Service) {
    let port = service.port();
    for end in [Service::kill, Service::stop] {
        let pid = service.pid();
        end(service);
        assert!(!is_open(service) && !is_there(pid), "{}", service.log());
        service.run();
        assert!(is_open(service) && service.port() == port);
    }
}

#[test]
fn postgresql() {
    let Some(postgres) = Postgres::start("PostgreSQL as a service") else { return };
    postgres.psql("holdfast", "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)");
    comes_and_goes(postgres.service());
    assert_eq!(postgres.psql("holdfast", "SELECT a FROM t ORDER BY a"), "1\n2");
    let directory = postgres.service().directory().to_owned();
    let pid = postgres.service().pid();
    drop(postgres);
    assert!(!is_there(pid) && !directory.exists());
}

#[test]
fn postgresql_with_tls_and_a_password() {
    let options = PostgresOptions {
        password: Some("secret".into()),
        tls: true,
        ..PostgresOptions::default()
    };
    let Some(postgres) = Postgres::start_with("PostgreSQL with TLS", options) else { return };
    let ca = postgres.certificates().expect("made").ca.clone();
    let asked = |password: &str| {
        let mut command = postgres.command("psql");
        let (port, ca) = (postgres.service().port(), ca.display());
        let to = format!(
            "host=localhost port={port} user=holdfast dbname=holdfast sslmode=verify-full sslrootcert={ca}"
        );
        command.env("PGPASSWORD", password).args(["-X", "-A", "-t", "-d", &to, "-c"]);
        command.arg("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        command.output().expect("psql runs")
    };
    assert_eq!(asked("secret").stdout, b"t\n");
    assert!(!asked("wrong").status.success());
}

#[test]
fn mariadb() {
    let options = MariaDbOptions { tls: true, ..MariaDbOptions::default() };
    let Some(mariadb) = MariaDb::start_with("MariaDB as a service", options) else { return };
    mariadb.sql("CREATE TABLE holdfast.t (a int); INSERT INTO holdfast.t VALUES (1), (2)");
    comes_and_goes(mariadb.service());
    assert_eq!(mariadb.sql("SELECT a FROM holdfast.t ORDER BY a"), "1\n2");
    assert_eq!(mariadb.sql("SELECT @@have_ssl"), "YES");
}

#[test]
fn redis() {
    let options = RedisOptions {
        user: Some(("holdfast".into(), "secret".into())),
        ..RedisOptions::default()
    };
    for options in [options, RedisOptions { tls: true, ..RedisOptions::default() }] {
        let Some(redis) = Redis::start_with("Redis as a service", options) else { return };
        comes_and_goes(redis.service());
    }
}

#[test]
fn nats() {
    let user = Some(("holdfast".into(), "secret".into()));
    let options = NatsOptions { user, tls: true, ..NatsOptions::default() };
    for options in [NatsOptions::default(), options] {
        let Some(nats) = Nats::start_with("NATS as a service", options) else { return };
        comes_and_goes(nats.service());
    }
}

#[test]
fn rabbitmq() {
    let Some(rabbitmq) = RabbitMq::start("RabbitMQ as a service") else { return };
    comes_and_goes(rabbitmq.service());
    let tls = RabbitMqOptions { tls: true, ..RabbitMqOptions::default() };
    let tls = RabbitMq::start_with("RabbitMQ with TLS", tls).expect("it is installed");
    assert!(tls.url().starts_with("amqps://") && is_open(tls.service()));
}

#[test]
fn a_frozen_server_takes_connections_and_says_nothing() {
    let Some(postgres) = Postgres::start("PostgreSQL, frozen") else { return };
    let asks = || {
        let mut ready = postgres.command("pg_isready");
        let port = postgres.service().port().to_string();
        ready.args(["-q", "-t", "1", "-h", "127.0.0.1", "-p", &port]);
        ready.status().expect("it runs").success()
    };
    assert!(asks());
    postgres.service().freeze();
    assert!(is_open(postgres.service()) && !asks());
    postgres.service().thaw();
    assert!(asks());
    // What is frozen can be ended.
    postgres.service().freeze();
    postgres.service().restart();
    assert!(asks());
}

/// Set for the process of [`a_killed_test_leaves_no_server`] that is killed.
const VICTIM: &str = "HOLDFAST_SERVICES_VICTIM";

#[test]
fn victim() {
    if std::env::var_os(VICTIM).is_none() {
        return;
    }
    let postgres = Postgres::start("PostgreSQL of a killed test").expect("it is installed");
    let directory = postgres.service().directory().display().to_string();
    println!("victim {} {directory}", postgres.service().pid());
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn a_killed_test_leaves_no_server() {
    if Postgres::start("PostgreSQL of a killed test").is_none()
        || !Path::new("/usr/bin/setpriv").is_file()
    {
        return;
    }
    let this = std::env::current_exe().expect("this program");
    let mut child = Command::new(this)
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = lines.find_map(|line| {
        let line = line.expect("text");
        line.split_once("victim ")
            .filter(|(_, rest)| rest.contains('/'))
            .map(|(_, rest)| rest.to_owned())
    });
    let line = line.expect("its server");
    let (pid, directory) = line.split_once(' ').expect("two words");
    let pid = pid.parse().expect("a number");
    assert!(is_there(pid));
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let until = Instant::now() + Duration::from_secs(30);
    while is_there(pid) {
        assert!(Instant::now() < until, "the server {pid} goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::fs::remove_dir_all(directory).expect("its data is removed here");
}
