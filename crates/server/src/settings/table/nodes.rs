//! Settings of nodes that share a log.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "nodes.poll_interval",
        about: "How often a node asks a shared store for what other nodes wrote when no channel told it: so late a watch may be when a channel fails.",
        of: |s| &mut s.nodes.poll_interval,
    },
    Setting {
        path: "nodes.patience",
        about: "How long a shared store may take to answer that question before the node says that it is cut off.",
        of: |s| &mut s.nodes.patience,
    },
    Setting {
        path: "nodes.stale_reads",
        about: "For how long a node that is cut off answers single entries from its memory. Such answers have the header `holdfast-stale` with the seconds. Not set: UNAVAILABLE at once.",
        of: |s| &mut s.nodes.stale_reads,
    },
    Setting {
        path: "nodes.address",
        about: "Where other nodes reach this one, and only this one: `http://HOST:PORT`, or https. They pass streams of consumer groups on to the node that reads for the group, with the caller's headers. Not set: `listen`, where that is a single address without TLS. Streams on nodes that cannot reach that node wait until it is their node's turn.",
        of: |s| &mut s.nodes.address,
    },
    Setting {
        path: "nodes.ca",
        about: "Authorities to trust for the certificates of other nodes instead of the system's, PEM.",
        of: |s| &mut s.nodes.ca,
    },
];
