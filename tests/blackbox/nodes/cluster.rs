//! Nodes, each with a network of its own to the database and to the channel.

use holdfast_services::{Nats, Postgres};
use holdfast_tests::Server;
use holdfast_tests::faults::{Fault, Network};
use holdfast_tests::server::Launch;

/// A database, a channel, and nodes.
pub(super) struct Cluster {
    pub(super) postgres: Postgres,
    pub(super) nats: Nats,
    pub(super) nodes: Vec<Node>,
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
        let mut cluster = Self { postgres, nats, nodes: Vec::new() };
        for _ in 0..nodes {
            let node = cluster.join(settings).await;
            cluster.nodes.push(node);
        }
        Some(cluster)
    }

    /// One node more.
    pub(super) async fn join(&self, settings: &str) -> Node {
        let (database, channel) = (self.postgres.service().port(), self.nats.service().port());
        let (to_database, to_channel) = (Network::to(database).await, Network::to(channel).await);
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
        let server = Launch::default().settings(&settings).start().await;
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
