//! Every setting there is; a file beside for each large part.

mod backup;
mod channel;
mod cors;
mod database;
mod nodes;
mod signin;
mod state;

use super::Settings;
use super::form::Form;

/// One setting.
pub struct Setting {
    /// Where it is in the file: `limits.value_bytes`.
    pub path: &'static str,
    /// What it does, in a sentence or two.
    pub about: &'static str,
    /// Where it is in the tree.
    pub of: fn(&mut Settings) -> &mut dyn Form,
}

/// What every name in the environment begins with.
pub const ENV_PREFIX: &str = "HOLDFAST_";

impl Setting {
    /// The name in the environment: `HOLDFAST_LIMITS__VALUE_BYTES`.
    #[must_use]
    pub fn env(&self) -> String {
        format!("{ENV_PREFIX}{}", self.path.replace('.', "__").to_uppercase())
    }
}

/// All of them, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    SETTINGS
        .iter()
        .chain(channel::settings())
        .chain(database::SETTINGS)
        .chain(nodes::SETTINGS)
        .chain(cors::SETTINGS)
        .chain(signin::SETTINGS)
        .chain(state::SETTINGS)
        .chain(backup::SETTINGS)
}

/// Those without a file of their own.
const SETTINGS: &[Setting] = &[
    Setting {
        path: "listen",
        about: "Where gRPC, gRPC-Web, HTTP/JSON, `/livez` and `/readyz` are served.",
        of: |s| &mut s.listen,
    },
    Setting {
        path: "admin_listen",
        about: "Where `/metrics`, `/livez` and `/readyz` are served.",
        of: |s| &mut s.admin_listen,
    },
    Setting {
        path: "data_dir",
        about: "Directory of the embedded store. It is created when it is missing, and locked while the server runs.",
        of: |s| &mut s.data_dir,
    },
    Setting {
        path: "dev",
        about: "Lets everybody do everything. Refused unless both addresses are loopback ones.",
        of: |s| &mut s.dev,
    },
    Setting {
        path: "shutdown_grace",
        about: "How long calls that are under way may take to end after SIGTERM or SIGINT. Watches end at once.",
        of: |s| &mut s.shutdown_grace,
    },
    Setting {
        path: "idempotency_ttl",
        about: "How long the answer to a commit with an idempotency key is remembered.",
        of: |s| &mut s.idempotency_ttl,
    },
    Setting {
        path: "cache_bytes",
        about: "Memory for current values of keys that are read. Filled on demand.",
        of: |s| &mut s.cache_bytes,
    },
    Setting {
        path: "queue_bytes",
        about: "Writes that may wait for the disk together; beyond, writers wait.",
        of: |s| &mut s.queue_bytes,
    },
    Setting {
        path: "auth.anonymous_roles",
        about: "Roles of callers who send no credentials. Empty: they are refused.",
        of: |s| &mut s.auth.anonymous_roles,
    },
    Setting {
        path: "auth.new_root_token",
        about: "Makes another root token at this start, for whoever has lost the first; the others stay good.",
        of: |s| &mut s.auth.new_root_token,
    },
    Setting {
        path: "jwt.algorithms",
        about: "Algorithms of JWTs that are accepted, such as `RS256, ES256`; each has to belong to the kind of key. Empty: no JWT is accepted.",
        of: |s| &mut s.jwt.algorithms,
    },
    Setting {
        path: "jwt.secret",
        about: "A shared secret for HS256, HS384 and HS512, as text: 32, 48 or 64 bytes at least.",
        of: |s| &mut s.jwt.secret,
    },
    Setting {
        path: "jwt.secret_file",
        about: "A file with the shared secret.",
        of: |s| &mut s.jwt.secret_file,
    },
    Setting {
        path: "jwt.pem_file",
        about: "A file with a public key or certificate, PEM.",
        of: |s| &mut s.jwt.pem_file,
    },
    Setting {
        path: "jwt.jwks_file",
        about: "A file with a key set (JWKS).",
        of: |s| &mut s.jwt.jwks_file,
    },
    Setting {
        path: "jwt.jwks_url",
        about: "A key set at a URL: asked again at the interval, and when a token names a key that is not in it.",
        of: |s| &mut s.jwt.jwks_url,
    },
    Setting {
        path: "jwt.jwks_ca",
        about: "Authorities to trust for that URL instead of the system's, PEM.",
        of: |s| &mut s.jwt.jwks_ca,
    },
    Setting {
        path: "jwt.jwks_interval",
        about: "Between two looks at the URL.",
        of: |s| &mut s.jwt.jwks_interval,
    },
    Setting {
        path: "jwt.issuers",
        about: "Issuers (`iss`) that are accepted. Empty: any.",
        of: |s| &mut s.jwt.issuers,
    },
    Setting {
        path: "jwt.audiences",
        about: "Audiences (`aud`) of which a token has to name one. Empty: any, and the server warns.",
        of: |s| &mut s.jwt.audiences,
    },
    Setting {
        path: "jwt.header",
        about: "The header with the token; in `authorization` it stands behind `Bearer`.",
        of: |s| &mut s.jwt.header,
    },
    Setting {
        path: "jwt.subject_claim",
        about: "The claim with the user's name.",
        of: |s| &mut s.jwt.subject_claim,
    },
    Setting {
        path: "jwt.groups_claim",
        about: "The claim with the user's groups: a list of texts, or a text with spaces.",
        of: |s| &mut s.jwt.groups_claim,
    },
    Setting { path: "jwt.leeway", about: "How far clocks may differ.", of: |s| &mut s.jwt.leeway },
    Setting {
        path: "jwt.require_exp",
        about: "Refuse tokens that never end.",
        of: |s| &mut s.jwt.require_exp,
    },
    Setting {
        path: "jwt.require_kid",
        about: "Refuse tokens that do not name their key, even where there is only one.",
        of: |s| &mut s.jwt.require_kid,
    },
    Setting {
        path: "jwt.require_subject",
        about: "Refuse tokens that name nobody; otherwise their user is `-`.",
        of: |s| &mut s.jwt.require_subject,
    },
    Setting {
        path: "jwt.unverified",
        about: "Believe what a JWT claims without a look at its signature: only where somebody in front has verified it. The server warns.",
        of: |s| &mut s.jwt.unverified,
    },
    Setting {
        path: "policy.path",
        about: "A policy in Rego: a file, an OPA bundle (tar.gz) or a directory, read again when it changes.",
        of: |s| &mut s.policy.path,
    },
    Setting {
        path: "policy.base64",
        about: "A policy in Rego, its text in base64.",
        of: |s| &mut s.policy.base64,
    },
    Setting {
        path: "policy.url",
        about: "A policy in Rego, or an OPA bundle, at a URL.",
        of: |s| &mut s.policy.url,
    },
    Setting {
        path: "policy.ca",
        about: "Authorities to trust for that URL instead of the system's, PEM.",
        of: |s| &mut s.policy.ca,
    },
    Setting {
        path: "policy.interval",
        about: "Between two looks at the path or the URL.",
        of: |s| &mut s.policy.interval,
    },
    Setting {
        path: "policy.copy",
        about: "Where the last good policy of the URL is kept, for a start while it does not answer.",
        of: |s| &mut s.policy.copy,
    },
    Setting { path: "policy.allow", about: "The rule that decides.", of: |s| &mut s.policy.allow },
    Setting {
        path: "policy.show",
        about: "The rule that says how much of a value is shown; a policy need not have it.",
        of: |s| &mut s.policy.show,
    },
    Setting {
        path: "policy.dialect",
        about: "The syntax: `v1`, `v0`, or `auto`.",
        of: |s| &mut s.policy.dialect,
    },
    Setting {
        path: "policy.combine",
        about: "What it means beside roles: `any` (one yes is enough), `veto` (what the policy does not allow nobody may), `both`.",
        of: |s| &mut s.policy.combine,
    },
    Setting {
        path: "policy.recorded",
        about: "How many of the last decisions are kept, without values; `/decisions` on the admin port gives each once, for `holdfast policy test --recorded`. 0: none.",
        of: |s| &mut s.policy.recorded,
    },
    Setting { path: "audit.log", about: "Records as log lines.", of: |s| &mut s.audit.log },
    Setting {
        path: "audit.dir",
        about: "Records in hash-chained files of this directory (`holdfast audit verify`).",
        of: |s| &mut s.audit.dir,
    },
    Setting {
        path: "audit.file_bytes",
        about: "A file does not grow beyond this.",
        of: |s| &mut s.audit.file_bytes,
    },
    Setting { path: "audit.files", about: "So many files are kept.", of: |s| &mut s.audit.files },
    Setting {
        path: "audit.sql",
        about: "Records in a table: `sqlite:PATH` or `postgres://...`.",
        of: |s| &mut s.audit.sql,
    },
    Setting {
        path: "audit.sql_table",
        about: "The name of that table; it is made when it is missing.",
        of: |s| &mut s.audit.sql_table,
    },
    Setting {
        path: "audit.writes",
        about: "Record writes, once they are durable.",
        of: |s| &mut s.audit.writes,
    },
    Setting {
        path: "audit.denials",
        about: "Record who was not recognised or not allowed.",
        of: |s| &mut s.audit.denials,
    },
    Setting {
        path: "audit.secret_reads",
        about: "Record who was shown a secret.",
        of: |s| &mut s.audit.secret_reads,
    },
    Setting {
        path: "audit.decisions",
        about: "Record every decision, allowed ones too.",
        of: |s| &mut s.audit.decisions,
    },
    Setting {
        path: "audit.values",
        about: "Record values themselves, not only their digests; never those of secrets.",
        of: |s| &mut s.audit.values,
    },
    Setting {
        path: "audit.required",
        about: "Refuse calls that cannot be recorded; a write is recorded before anything is written.",
        of: |s| &mut s.audit.required,
    },
    Setting {
        path: "audit.secrets",
        about: "Where secrets are, such as `prod/secrets/**`, beside values whose codec says so.",
        of: |s| &mut s.audit.secrets,
    },
    Setting {
        path: "tls.cert",
        about: "The server's certificate with its chain, PEM. With it the API is served by TLS (1.2 or 1.3) alone; it is read again when the file changes.",
        of: |s| &mut s.tls.cert,
    },
    Setting {
        path: "tls.key",
        about: "The private key of the certificate, PEM.",
        of: |s| &mut s.tls.key,
    },
    Setting {
        path: "tls.client_ca",
        about: "Authorities whose certificates callers may show, PEM.",
        of: |s| &mut s.tls.client_ca,
    },
    Setting {
        path: "tls.clients",
        about: "Whether callers show certificates: a caller with one is known by it.",
        of: |s| &mut s.tls.clients,
    },
    Setting {
        path: "tls.allow_plaintext",
        about: "Listen without TLS on an address that others can reach: for a server behind something that does TLS.",
        of: |s| &mut s.tls.allow_plaintext,
    },
    Setting {
        path: "tls.also_plaintext",
        about: "With a certificate: serve connections without TLS on the same port, too. Whoever can listen on the way reads their tokens.",
        of: |s| &mut s.tls.also_plaintext,
    },
    Setting {
        path: "rate.reads",
        about: "Reads a second of one client: a user, or the address of a caller without a name. A client that has none left is told when to come back.",
        of: |s| &mut s.rate.reads,
    },
    Setting {
        path: "rate.writes",
        about: "Writes a second of one client.",
        of: |s| &mut s.rate.writes,
    },
    Setting {
        path: "rate.streams",
        about: "Watches that one client may start a second.",
        of: |s| &mut s.rate.streams,
    },
    Setting {
        path: "rate.sign_ins",
        about: "Wrong credentials a second from one address.",
        of: |s| &mut s.rate.sign_ins,
    },
    Setting {
        path: "rate.burst",
        about: "How many of each a client may do at once. Not set: as many as in two seconds.",
        of: |s| &mut s.rate.burst,
    },
    Setting {
        path: "rate.shared",
        about: "Nodes that share a log share the rates too: each allows its part. While the number of nodes changes a client may have the part of one node more.",
        of: |s| &mut s.rate.shared,
    },
    Setting {
        path: "proxy.trusted",
        about: "Addresses and networks (`10.0.0.0/8`) of proxies whose word counts about where a caller is. What others say in headers is not looked at.",
        of: |s| &mut s.proxy.trusted,
    },
    Setting {
        path: "proxy.header",
        about: "The one header in which these proxies say it. The caller is the last address in it that is none of theirs.",
        of: |s| &mut s.proxy.header,
    },
    Setting {
        path: "proxy.protocol",
        about: "Connections from these proxies begin with the PROXY protocol, version 1 or 2, before TLS; one that does not is dropped.",
        of: |s| &mut s.proxy.protocol,
    },
    Setting {
        path: "store.kind",
        about: "What keeps the log: the disk of this machine, only the memory of this process, or a database that nodes share (docs/stores.md).",
        of: |s| &mut s.store.kind,
    },
    Setting {
        path: "store.cache_bytes",
        about: "Memory for blocks of the embedded store's files.",
        of: |s| &mut s.store.cache_bytes,
    },
    Setting {
        path: "store.reserve_bytes",
        about: "Free disk space to keep. Below it writes answer RESOURCE_EXHAUSTED; deletes still pass.",
        of: |s| &mut s.store.reserve_bytes,
    },
    Setting {
        path: "limits.value_bytes",
        about: "The largest value.",
        of: |s| &mut s.limits.value_bytes,
    },
    Setting {
        path: "limits.commit_events",
        about: "The most writes in one commit.",
        of: |s| &mut s.limits.commit_events,
    },
    Setting {
        path: "limits.commit_bytes",
        about: "The largest commit.",
        of: |s| &mut s.limits.commit_bytes,
    },
    Setting {
        path: "limits.snapshot_entries",
        about: "The most entries a namespace may have to be fetched as one snapshot.",
        of: |s| &mut s.limits.snapshot_entries,
    },
    Setting {
        path: "limits.page_bytes",
        about: "The largest page of a list or of versions. A request without a limit gets all up to here, then a cursor.",
        of: |s| &mut s.limits.page_bytes,
    },
    Setting {
        path: "limits.namespaces_page",
        about: "Names in a page of namespaces when the request does not say.",
        of: |s| &mut s.limits.namespaces_page,
    },
    Setting {
        path: "limits.namespaces_page_max",
        about: "The most names in a page of namespaces; larger requests get this many.",
        of: |s| &mut s.limits.namespaces_page_max,
    },
    Setting {
        path: "limits.watch_filters",
        about: "The most namespaces, and the most prefixes, of one watch.",
        of: |s| &mut s.limits.watch_filters,
    },
    Setting {
        path: "limits.reason_bytes",
        about: "The longest reason of a commit.",
        of: |s| &mut s.limits.reason_bytes,
    },
    Setting {
        path: "limits.request_bytes",
        about: "The largest request on the wire.",
        of: |s| &mut s.limits.request_bytes,
    },
    Setting {
        path: "limits.connections",
        about: "The most open connections; further ones wait to be accepted.",
        of: |s| &mut s.limits.connections,
    },
    Setting {
        path: "limits.connection_streams",
        about: "The most calls at once on one HTTP/2 connection.",
        of: |s| &mut s.limits.connection_streams,
    },
    Setting {
        path: "limits.headers",
        about: "The most headers of one request; more answer 431.",
        of: |s| &mut s.limits.headers,
    },
    Setting {
        path: "limits.header_bytes",
        about: "The most bytes of all headers of one request; more answer 431.",
        of: |s| &mut s.limits.header_bytes,
    },
    Setting {
        path: "limits.hello_timeout",
        about: "A connection that has not said what it speaks by then is dropped; so is one that has not ended its TLS handshake, or said for whom it comes.",
        of: |s| &mut s.limits.hello_timeout,
    },
    Setting {
        path: "limits.header_timeout",
        about: "The headers of an HTTP/1.1 request have to be complete by then, from the end of the one before: so long a connection may also be idle.",
        of: |s| &mut s.limits.header_timeout,
    },
    Setting {
        path: "limits.body_timeout",
        about: "The body of a request has to be complete by then.",
        of: |s| &mut s.limits.body_timeout,
    },
    Setting {
        path: "limits.idle_timeout",
        about: "An HTTP/2 connection without a call for so long is closed; its client is told to open another one. A watch is a call.",
        of: |s| &mut s.limits.idle_timeout,
    },
    Setting {
        path: "limits.stall_timeout",
        about: "A connection whose other side takes nothing of what is sent for so long is dropped (on Linux).",
        of: |s| &mut s.limits.stall_timeout,
    },
    Setting {
        path: "quota.keys",
        about: "The most keys of one namespace. Writes beyond a quota answer `QUOTA_EXCEEDED`; deletes, and writes that make less of it, pass. Namespaces of the server itself have none.",
        of: |s| &mut s.quota.keys,
    },
    Setting {
        path: "quota.bytes",
        about: "The most bytes of the current values of one namespace together.",
        of: |s| &mut s.quota.bytes,
    },
    Setting {
        path: "quota.watchers",
        about: "The most open watches that name one namespace; those of every namespace do not count.",
        of: |s| &mut s.quota.watchers,
    },
    Setting {
        path: "quota.shared",
        about: "Nodes that share a log share `quota.watchers`, too: each allows its part, and one at least. While the number of nodes changes a namespace may have the part of one node more; who watches already stays. Keys and bytes are those of the log, however many nodes there are.",
        of: |s| &mut s.quota.shared,
    },
    Setting {
        path: "quota.namespaces",
        about: "Quotas of their own, such as `prod-* keys=5000 bytes=64MiB watchers=none`: the first pattern that names a namespace counts, and what it leaves out is as above.",
        of: |s| &mut s.quota.namespaces,
    },
    Setting {
        path: "watch.ring_bytes",
        about: "Memory for recent commits, shared by all watchers.",
        of: |s| &mut s.watch.ring_bytes,
    },
    Setting {
        path: "watch.ring_commit_bytes",
        about: "A commit larger than this is read from the log by its watchers.",
        of: |s| &mut s.watch.ring_commit_bytes,
    },
    Setting {
        path: "watch.watcher_bytes",
        about: "Events waiting for one watcher; a slower one reads on from the log at its own pace.",
        of: |s| &mut s.watch.watcher_bytes,
    },
    Setting {
        path: "watch.bookmark_interval",
        about: "Pause after which a quiet holdfast.v1 watch gets a bookmark, unless its request says otherwise.",
        of: |s| &mut s.watch.bookmark_interval,
    },
    Setting {
        path: "sse.heartbeat",
        about: "Pause after which a quiet event stream (`/v1/watch`) gets a comment and, if need be, a bookmark.",
        of: |s| &mut s.sse.heartbeat,
    },
    Setting {
        path: "sse.event_buffer",
        about: "`0` hides the ids of events. Nothing is buffered: resuming reads the log, however far back, so any other number means the same.",
        of: |s| &mut s.sse.event_buffer,
    },
    Setting {
        path: "sse.query_values",
        about: "The most namespaces, and the most prefixes, of one event stream.",
        of: |s| &mut s.sse.query_values,
    },
    Setting {
        path: "sse.query_value_bytes",
        about: "The longest of them.",
        of: |s| &mut s.sse.query_value_bytes,
    },
    Setting {
        path: "retention.max_age",
        about: "Commits older than this are compacted. `none`: whatever their age.",
        of: |s| &mut s.retention.max_age,
    },
    Setting {
        path: "retention.max_bytes",
        about: "The oldest commits beyond this size are compacted. `none`: whatever their size.",
        of: |s| &mut s.retention.max_bytes,
    },
    Setting {
        path: "retention.max_revisions",
        about: "The oldest commits beyond this many are compacted. `none`: however many there are.",
        of: |s| &mut s.retention.max_revisions,
    },
    Setting {
        path: "log.level",
        about: "What is logged on standard error: `error`, `warn`, `info`, `debug`, `trace`, or a filter for each module.",
        of: |s| &mut s.log.level,
    },
    Setting {
        path: "log.format",
        about: "How: `auto` is pretty on a terminal and JSON elsewhere.",
        of: |s| &mut s.log.format,
    },
    Setting {
        path: "log.requests",
        about: "Which requests have a line of their own (target `holdfast::request`): `errors` are those that the server itself failed at, which costs the others next to nothing.",
        of: |s| &mut s.log.requests,
    },
    Setting {
        path: "trace.sample",
        about: "How many of the requests that come without a trace get one. A request whose `traceparent` is sampled always has a span.",
        of: |s| &mut s.trace.sample,
    },
    Setting {
        path: "trace.otlp.endpoint",
        about: "The collector that takes spans by OTLP over HTTP, such as `http://127.0.0.1:4318`. Not set: there are none.",
        of: |s| &mut s.trace.endpoint,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_unique() {
        let mut paths: Vec<_> = all().map(|setting| setting.path).collect();
        let count = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), count);
    }
}
