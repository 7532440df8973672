//! Settings of what carries messages between nodes.

use super::Setting;

/// What each server that carries messages takes.
macro_rules! server {
    ($at:literal, $like:literal, $($server:ident).+) => {
        [
            Setting {
                path: concat!("channel.", $at, ".servers"),
                about: concat!("Addresses of one server or of members of one cluster, such as `", $like, "`. No passwords here."),
                of: |s| &mut s.channel.$($server).+.servers,
            },
            Setting {
                path: concat!("channel.", $at, ".user"),
                about: "Who to sign in as there.",
                of: |s| &mut s.channel.$($server).+.user,
            },
            Setting {
                path: concat!("channel.", $at, ".password"),
                about: "The password of that user.",
                of: |s| &mut s.channel.$($server).+.password,
            },
            Setting {
                path: concat!("channel.", $at, ".password_file"),
                about: "A file with the password in its first line, read again for every connection.",
                of: |s| &mut s.channel.$($server).+.password_file,
            },
            Setting {
                path: concat!("channel.", $at, ".ca"),
                about: "Authorities to trust for its certificate instead of the system's, PEM.",
                of: |s| &mut s.channel.$($server).+.ca,
            },
            Setting {
                path: concat!("channel.", $at, ".cert"),
                about: "A certificate to show there, PEM.",
                of: |s| &mut s.channel.$($server).+.cert,
            },
            Setting {
                path: concat!("channel.", $at, ".key"),
                about: "The key of that certificate, PEM.",
                of: |s| &mut s.channel.$($server).+.key,
            },
            Setting {
                path: concat!("channel.", $at, ".prefix"),
                about: "What all names there begin with. Nodes of one log have to have the same.",
                of: |s| &mut s.channel.$($server).+.prefix,
            },
            Setting {
                path: concat!("channel.", $at, ".timeout"),
                about: "How long it may take to connect, and to take a message.",
                of: |s| &mut s.channel.$($server).+.timeout,
            },
        ]
    };
}

/// See [`super::all`].
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    KIND.iter()
        .chain(&NATS)
        .chain(JETSTREAM)
        .chain(&REDIS)
        .chain(STREAM)
        .chain(&RABBITMQ)
        .chain(EVENTS)
}

const KIND: &[Setting] = &[Setting {
    path: "channel.kind",
    about: "What carries messages between the nodes of a shared log: nothing (`local`), core NATS (`nats`), NATS with JetStream (`jetstream`), `redis` or `rabbitmq`. It saves time only: what gets lost is found in the log.",
    of: |s| &mut s.channel.kind,
}];

static NATS: [Setting; 9] = server!("nats", "nats://host:4222", nats.server);

const JETSTREAM: &[Setting] = &[
    Setting {
        path: "channel.nats.token",
        about: "The token to show there, in place of a user and a password.",
        of: |s| &mut s.channel.nats.token,
    },
    Setting {
        path: "channel.nats.token_file",
        about: "A file with the token in its first line, read again for every connection.",
        of: |s| &mut s.channel.nats.token_file,
    },
    Setting {
        path: "channel.nats.stream",
        about: "For `jetstream`: the stream with the messages. It is made, and changed to what is said here.",
        of: |s| &mut s.channel.nats.stream,
    },
    Setting {
        path: "channel.nats.storage",
        about: "For `jetstream`: where the stream keeps messages.",
        of: |s| &mut s.channel.nats.storage,
    },
    Setting {
        path: "channel.nats.max_age",
        about: "For `jetstream`: how long the stream keeps a message for nodes that lost their connection.",
        of: |s| &mut s.channel.nats.max_age,
    },
    Setting {
        path: "channel.nats.max_bytes",
        about: "For `jetstream`: how much the stream keeps.",
        of: |s| &mut s.channel.nats.max_bytes,
    },
];

static REDIS: [Setting; 9] = server!("redis", "redis://host:6379", redis.server);

const STREAM: &[Setting] = &[
    Setting {
        path: "channel.redis.stream",
        about: "Whether messages go through streams, which keep some for nodes that lost their connection, instead of publish and subscribe.",
        of: |s| &mut s.channel.redis.stream,
    },
    Setting {
        path: "channel.redis.max_messages",
        about: "For `channel.redis.stream`: how many messages a stream keeps, about.",
        of: |s| &mut s.channel.redis.max_messages,
    },
];

static RABBITMQ: [Setting; 9] = server!("rabbitmq", "amqp://host:5672", rabbitmq);

const EVENTS: &[Setting] = &[Setting {
    path: "events.subjects",
    about: "Where each event is also published, as the protobuf message that streams of stategate send, for consumers that listen at the server of `channel.kind`: `stategate` is where v0.5.0 does it, `stategate/events` where later ones do. Whoever may listen there reads all values. Empty: nowhere.",
    of: |s| &mut s.events.subjects,
}];
