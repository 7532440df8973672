//! What carries the events of a deployment from one server to the others.

use super::providers::Provider;
use super::{Sets, Variables};

/// Those of v0.5.0, in its order, and those of later ones.
const ALL: [&str; 7] = ["inmem", "redis", "nats", "stan", "kafka", "amqp", "rabbitmq"];

/// Where the members of a provider go.
struct Place {
    kind: &'static str,
    /// In front of an address that has no scheme: without TLS, and with it.
    schemes: [&'static str; 2],
    servers: &'static str,
    user: &'static str,
    password: &'static str,
    ca: &'static str,
    cert: &'static str,
    key: &'static str,
    prefix: &'static str,
}

const NATS: Place = Place {
    kind: "nats",
    schemes: ["nats", "tls"],
    servers: "channel.nats.servers",
    user: "channel.nats.user",
    password: "channel.nats.password",
    ca: "channel.nats.ca",
    cert: "channel.nats.cert",
    key: "channel.nats.key",
    prefix: "channel.nats.prefix",
};

const REDIS: Place = Place {
    kind: "redis",
    schemes: ["redis", "rediss"],
    servers: "channel.redis.servers",
    user: "channel.redis.user",
    password: "channel.redis.password",
    ca: "channel.redis.ca",
    cert: "channel.redis.cert",
    key: "channel.redis.key",
    prefix: "channel.redis.prefix",
};

const RABBITMQ: Place = Place {
    kind: "rabbitmq",
    schemes: ["amqp", "amqps"],
    servers: "channel.rabbitmq.servers",
    user: "channel.rabbitmq.user",
    password: "channel.rabbitmq.password",
    ca: "channel.rabbitmq.ca",
    cert: "channel.rabbitmq.cert",
    key: "channel.rabbitmq.key",
    prefix: "channel.rabbitmq.prefix",
};

impl Sets {
    pub(super) fn channel(&mut self, variables: &Variables) {
        let Some(given) = self.provider(variables, "CHANNEL_PROVIDER", "channel") else { return };
        match given.name.as_str() {
            "inmem" => {}
            "nats" => self.server(&given, &NATS),
            "redis" => self.server(&given, &REDIS),
            "amqp" | "rabbitmq" => self.server(&given, &RABBITMQ),
            "stan" => self.streaming(&given),
            "" => self.refuse("channel provider: empty name"),
            "kafka" => self.refuse(
                "channel provider \"kafka\" is not built in: say {\"name\":\"inmem\"}, or take one of nats, redis and rabbitmq",
            ),
            name => self.refuse(format!(
                "unsupported backend provider: {name}. must be one of: [{}]",
                ALL.join(" ")
            )),
        }
    }

    /// NATS Streaming is no more; JetStream has taken its place. Each cluster has a stream and subjects of its own.
    fn streaming(&mut self, given: &Provider) {
        let Some(cluster) = given.member("cluster") else {
            return self.refuse("channel provider \"stan\": empty cluster");
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if !cluster.bytes().all(plain) {
            return self.refuse("channel provider \"stan\": the cluster has other characters than letters, digits, _ and -");
        }
        self.server(given, &Place { kind: "jetstream", ..NATS });
        self.set("channel.nats.stream", cluster, &given.origin);
        self.set(NATS.prefix, format!("holdfast.{cluster}."), &given.origin);
    }

    fn server(&mut self, given: &Provider, place: &Place) {
        let name = &given.name;
        let Some(address) = given.member("addr") else {
            return self.refuse(format!("channel provider {name:?}: empty addr"));
        };
        let certificate = (given.member("client_cert_file"), given.member("client_key_file"));
        let tls = match certificate {
            (None, None) => given.member("ca_file").is_some(),
            (Some(_), Some(_)) => true,
            _ => {
                let together = "client_cert_file and client_key_file go together";
                return self.refuse(format!("channel provider {name:?}: {together}"));
            }
        };
        let origin = given.origin.as_str();
        let scheme = place.schemes[usize::from(tls)];
        let servers: Vec<String> =
            address.split(',').map(|one| with_scheme(one.trim(), scheme)).collect();
        self.set("channel.kind", place.kind, origin);
        self.set(place.servers, servers.join(","), origin);
        for (path, member) in [
            (place.user, given.member("user")),
            (place.password, given.member("password")),
            (place.ca, given.member("ca_file")),
            (place.cert, certificate.0),
            (place.key, certificate.1),
        ] {
            if let Some(value) = member {
                self.set(path, value, origin);
            }
        }
    }
}

fn with_scheme(address: &str, scheme: &str) -> String {
    if address.contains("://") { address.to_owned() } else { format!("{scheme}://{address}") }
}

#[cfg(test)]
mod tests {
    use super::super::super::{ChannelKind, ChannelSettings, Layers, Secret, load};

    fn of(provider: &str) -> ChannelSettings {
        let env = [
            ("STATEGATE_CHANNEL_PROVIDER", provider),
            ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded"}"#),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        load(&Layers { env, ..Layers::default() }).expect("they make sense").settings.channel
    }

    #[test]
    fn providers_of_deployments_are_channels() {
        assert_eq!(of(r#"{"name":"inmem"}"#), ChannelSettings::default());
        let redis = of(r#"{"name":"redis","addr":"h:6379","user":"u","password":"p"}"#);
        assert_eq!(redis.kind, ChannelKind::Redis);
        assert_eq!(redis.redis.server.servers.0, ["redis://h:6379"]);
        assert_eq!(redis.redis.server.password, Some(Secret("p".into())));
        let nats = of(r#"{"name":"nats","addr":"nats://a:4222, b:4222","ca_file":"ca.pem"}"#);
        assert_eq!(nats.kind, ChannelKind::Nats);
        assert_eq!(nats.nats.server.servers.0, ["nats://a:4222", "tls://b:4222"]);
        let stan = of(r#"{"name":"stan","addr":"h:4222","cluster":"test-cluster"}"#);
        assert_eq!(
            (stan.kind, stan.nats.stream.as_str()),
            (ChannelKind::JetStream, "test-cluster")
        );
        assert_eq!(stan.nats.server.prefix, "holdfast.test-cluster.");
        for name in ["amqp", "rabbitmq"] {
            let text = format!(
                r#"{{"name":"{name}","addr":"h","client_cert_file":"c","client_key_file":"k"}}"#
            );
            let rabbitmq = of(&text);
            assert_eq!(rabbitmq.kind, ChannelKind::RabbitMq);
            assert_eq!(rabbitmq.rabbitmq.servers.0, ["amqps://h"]);
            assert_eq!(rabbitmq.rabbitmq.cert, Some("c".into()));
        }
    }
}
