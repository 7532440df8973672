//! Ways to other nodes, by the addresses that they told.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_dial::{self as dial, DialError, Proofs};
use parking_lot::Mutex;
use tonic::transport::Channel;

use crate::settings::NodeSettings;

/// A node that does not answer for so long is gone.
const CONNECT: Duration = Duration::from_secs(2);
/// How soon it is noticed that a node is gone whose connection was not closed.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// Nodes come and go with new addresses: beyond so many, the old ones are forgotten.
const MOST: usize = 64;

/// One connection to each node, made when it is needed.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    proofs: Proofs,
    known: Arc<Mutex<HashMap<Arc<str>, Channel>>>,
}

impl Ways {
    /// As the settings say.
    #[must_use]
    pub fn of(settings: &NodeSettings) -> Self {
        let proofs = Proofs { ca: settings.ca.clone(), ..Proofs::default() };
        Self { proofs, known: Arc::default() }
    }

    /// The way to the node with this address; nothing is sent yet.
    pub(crate) fn to(&self, address: &Arc<str>) -> Result<Channel, DialError> {
        let mut known = self.known.lock();
        if let Some(way) = known.get(address) {
            return Ok(way.clone());
        }
        let secure = address.starts_with("https:");
        let none = Proofs::default();
        let endpoint = dial::endpoint(address, if secure { &self.proofs } else { &none })?;
        let endpoint = endpoint
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE);
        let way = endpoint.connect_lazy();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(Arc::clone(address), way.clone());
        Ok(way)
    }
}
