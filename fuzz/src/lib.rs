//! Every decoder that Holdfast shows to somebody else, fed with what nobody would send on purpose.
//!
//! - [`TARGETS`]: **start here**: a name and a function that takes any bytes and panics when a promise is broken
//! - [`bed`]: a server without a network, to be asked by the targets
//! - [`mutate`]: a seeded mutator: the same seed makes the same inputs
//! - `targets`: a file for each kind of decoder
//!
//! `tests/replay.rs` runs all of them for a bounded number of inputs with every `make test`; `src/bin/guided.rs` is the
//! coverage-guided form for the long runs. Both begin with `corpus/<target>/`.

pub mod bed;
pub mod mutate;
mod targets;

use targets::{
    audit, commit, contexts, disk, documents, graphql, grpc, import, policy, proxies, query, rest,
    sealed, settings, text, trust,
};

/// A decoder and its promise.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Also of its directory in `corpus`.
    pub name: &'static str,
    /// Panics when the promise does not hold.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    // The first byte chooses the method, the rest is the message: no INTERNAL, no UNKNOWN.
    Target { name: "grpc-messages", run: grpc::message },
    // The first byte chooses the method, the second the content type, the rest is the body with its frames.
    Target { name: "grpc-frames", run: grpc::frames },
    // A request as text: a line, headers, an empty line, a body. No 500, and JSON that is JSON.
    Target { name: "http", run: rest::request },
    // The first byte chooses the form of a request in GraphQL. Data or what failed, with a code, and a GET changes nothing.
    Target { name: "graphql", run: graphql::request },
    // A page cursor for each list: refused or heeded.
    Target { name: "cursors", run: text::cursor },
    // A resume token has one spelling.
    Target { name: "tokens", run: text::token },
    // Names of namespaces and keys are kept as they are.
    Target { name: "names", run: text::name },
    // The canonical bytes of a commit: what opens is what was sealed.
    Target { name: "commits", run: commit::canonical },
    // Keys and rows of the embedded store behind a right checksum.
    Target { name: "disk", run: disk::row },
    // Files of auditors: lines as they are, bodies behind a right hash, anchors.
    Target { name: "audit", run: audit::file },
    // A settings file: what is in force can be printed and read again.
    Target { name: "settings", run: settings::file },
    // A file of contexts: it can be changed, and what was in it stays.
    Target { name: "contexts", run: contexts::file },
    // Tokens as callers show them, rules and documents: what is taken is written and taken again; nothing is let in.
    Target { name: "documents", run: documents::any },
    // A document to import: what reads writes, and reads back the same.
    Target { name: "import", run: import::document },
    // A JSON Web Token: somebody or nobody, read as it is written.
    Target { name: "jwt", run: trust::jwt },
    // Keys of token issuers, as a key set or in PEM: what is taken is of use.
    Target { name: "keys", run: trust::keys },
    // A cookie header: one session or none, and a token that says what it says.
    Target { name: "cookies", run: trust::cookie },
    // What proxies say of who is behind them, in headers or before everything else: nobody is believed who is not trusted.
    Target { name: "proxies", run: proxies::said },
    // A client certificate: somebody or nobody.
    Target { name: "certificates", run: trust::certificate },
    // A value as the client library reads it: it decodes or is refused, and what is encrypted opens for nobody else.
    Target { name: "values", run: sealed::value },
    // A filter, and a document on the next line: a sentence, or an answer that its opposite denies.
    Target { name: "query", run: query::asked },
    // The first byte chooses: an archive, a policy, or an input. What loads decides, and never says yes to nonsense.
    Target { name: "policies", run: policy::any },
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
