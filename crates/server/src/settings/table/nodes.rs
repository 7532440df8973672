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
];
