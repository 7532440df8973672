//! A message server that cannot be relied on: between it and its clients, messages get lost, come twice, or come late.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{
    self, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::dice::Dice;

/// One message of this many meets with each of the three.
const ONE_OF: u64 = 30;

/// What became of messages.
#[derive(Debug, Default)]
pub struct Told {
    /// All that the server sent.
    pub sent: AtomicU64,
    /// Those that nobody got.
    pub lost: AtomicU64,
    /// Those that came twice.
    pub repeated: AtomicU64,
    /// Those that came behind the one that was sent after them.
    pub late: AtomicU64,
}

/// In front of one NATS server: a tenth of what it delivers is lost, repeated or out of order. Ends when it is dropped.
#[derive(Debug)]
pub struct NoisyNats {
    /// Where clients connect.
    pub port: u16,
    told: Arc<Told>,
    _tasks: JoinSet<()>,
}

impl NoisyNats {
    /// In front of this port.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn to(server: u16, mut dice: Dice) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let told = Arc::new(Told::default());
        let mut tasks = JoinSet::new();
        let counts = Arc::clone(&told);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                connections.spawn(connection(client, server, Arc::clone(&counts), dice.fork()));
            }
        });
        Self { port, told, _tasks: tasks }
    }

    /// What became of messages so far.
    #[must_use]
    pub fn told(&self) -> &Told {
        &self.told
    }
}

async fn connection(client: TcpStream, server: u16, told: Arc<Told>, dice: Dice) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = io::copy(&mut from_client, &mut to_server) => {}
        _ = garble(BufReader::new(from_server), to_client, &told, dice) => {}
    }
}

/// Everything but messages comes through as it is.
async fn garble(
    mut from: BufReader<impl AsyncRead + Unpin>,
    mut to: impl AsyncWrite + Unpin,
    told: &Told,
    mut dice: Dice,
) -> io::Result<()> {
    let mut held: Option<Vec<u8>> = None;
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let Some(bytes) = payload(&line) else {
            to.write_all(&line).await?;
            continue;
        };
        let begin = line.len();
        line.resize(begin + bytes, 0);
        from.read_exact(&mut line[begin..]).await?;
        told.sent.fetch_add(1, Relaxed);
        match dice.below(ONE_OF) {
            0 => {
                told.lost.fetch_add(1, Relaxed);
            }
            1 => {
                told.repeated.fetch_add(1, Relaxed);
                to.write_all(&line).await?;
                to.write_all(&line).await?;
            }
            2 if held.is_none() => {
                told.late.fetch_add(1, Relaxed);
                held = Some(line);
            }
            _ => {
                to.write_all(&line).await?;
                if let Some(late) = held.take() {
                    to.write_all(&late).await?;
                }
            }
        }
    }
}

/// Bytes behind the line of a message, its end of line included; `None` for every other line.
fn payload(line: &[u8]) -> Option<usize> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let message = line.starts_with("MSG ") || line.starts_with("HMSG ");
    message.then(|| line.rsplit_once(' ')?.1.parse::<usize>().ok().map(|bytes| bytes + 2))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_have_a_payload() {
        assert_eq!(payload(b"MSG a.b 1 5\r\n"), Some(7));
        assert_eq!(payload(b"MSG a.b 1 reply 0\r\n"), Some(2));
        assert_eq!(payload(b"HMSG a 1 22 33\r\n"), Some(35));
        for other in [&b"PING\r\n"[..], b"INFO {}\r\n", b"-ERR 'x'\r\n", b"+OK\r\n"] {
            assert_eq!(payload(other), None);
        }
    }

    #[tokio::test]
    async fn a_tenth_of_the_messages_is_garbled_and_the_rest_comes_as_it_was() {
        let all: Vec<String> = (0..3_000).map(|n| format!("MSG s 1 5\r\n{n:05}\r\n")).collect();
        let told = Told::default();
        let mut got = Vec::new();
        let sent = all.concat();
        garble(BufReader::new(sent.as_bytes()), &mut got, &told, Dice::new("noise"))
            .await
            .expect("all of it");
        let got = String::from_utf8(got).expect("text");
        let numbers: Vec<&str> = got.split("\r\n").filter(|line| line.len() == 5).collect();
        let [sent, lost, repeated, late] = [&told.sent, &told.lost, &told.repeated, &told.late]
            .map(|count| count.load(Relaxed) as usize);
        assert_eq!(sent, all.len());
        assert!(lost > 30 && repeated > 30 && late > 30, "{told:?}");
        let held_at_the_end = all.len() - lost + repeated - numbers.len();
        assert!(held_at_the_end <= 1);
        let backwards = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!(backwards.abs_diff(late) <= 1, "{backwards} of {late}");
    }
}
