//! Nodes, each with a network of its own to the database and to the channel.

use holdfast_services::{Nats, Postgres};
use holdfast_tests::Server;
use holdfast_tests::dice::Dice;
use holdfast_tests::faults::{Fault, Network};
use holdfast_tests::noise::NoisyNats;
use holdfast_tests::server::Launch;

/// A database, a channel, and nodes.
pub(super) struct Cluster {
    pub(super) postgres: Postgres,
    pub(super) nats: Nats,
    /// Between the nodes and the channel, where there is any.
    pub(super) noise: Option<NoisyNats>,
    pub(super) nodes: Vec<Node>,
    /// Nobody gets in without credentials.
    closed: bool,
}

/// A server and its ways to the others.
pub(super) struct Node {
    pub(super) server: Server,
    pub(super) to_database: Network,
    pub(super) to_channel: Network,
}

impl Cluster {
    /// Over PostgreSQL and NATS; `None` when they cannot be had, which was said.
    pub(super) async fn start(suite: &str, nodes: usize, settings: &str) -> Option<Self> {
        let postgres = Postgres::start(suite)?;
        let nats = Nats::start(suite)?;
        Some(Self::over(postgres, nats, nodes, settings).await)
    }

    /// Over these.
    pub(super) async fn over(postgres: Postgres, nats: Nats, nodes: usize, settings: &str) -> Self {
        let cluster = Self { postgres, nats, noise: None, nodes: Vec::new(), closed: false };
        cluster.with(nodes, settings).await
    }

    /// The same, of nodes that let nobody in without credentials.
    pub(super) async fn start_closed(suite: &str, nodes: usize, settings: &str) -> Option<Self> {
        let (postgres, nats) = (Postgres::start(suite)?, Nats::start(suite)?);
        let cluster = Self { postgres, nats, noise: None, nodes: Vec::new(), closed: true };
        Some(cluster.with(nodes, settings).await)
    }

    /// The same with a channel that loses, repeats and reorders messages.
    pub(super) async fn start_noisy(suite: &str, nodes: usize, dice: Dice) -> Option<Self> {
        let postgres = Postgres::start(suite)?;
        let nats = Nats::start(suite)?;
        let noise = Some(NoisyNats::to(nats.service().port(), dice).await);
        let cluster = Self { postgres, nats, noise, nodes: Vec::new(), closed: false };
        Some(cluster.with(nodes, "").await)
    }

    async fn with(mut self, nodes: usize, settings: &str) -> Self {
        for _ in 0..nodes {
            let node = self.join(settings).await;
            self.nodes.push(node);
        }
        self
    }

    /// One node more.
    pub(super) async fn join(&self, settings: &str) -> Node {
        let (database, channel) = (self.postgres.service().port(), self.nats.service().port());
        let before_channel = self.noise.as_ref().map_or(channel, |noise| noise.port);
        let (to_database, to_channel) =
            (Network::to(database).await, Network::to(before_channel).await);
        let url = |url: String, from: u16, to: u16| url.replace(&from.to_string(), &to.to_string());
        let settings = format!(
            r#"{settings}
[store]
kind = "postgres"
[store.postgres]
url = "{}"
[channel]
kind = "nats"
[channel.nats]
servers = ["{}"]
"#,
            url(self.postgres.url(), database, to_database.port),
            url(self.nats.url(), channel, to_channel.port),
        );
        let launch = Launch::default().settings(&settings);
        let server = if self.closed { launch.closed() } else { launch }.start().await;
        Node { server, to_database, to_channel }
    }
}

impl Node {
    /// Both ways at once.
    pub(super) fn suffer(&self, fault: Fault) {
        self.to_database.suffer(fault);
        self.to_channel.suffer(fault);
    }
}
