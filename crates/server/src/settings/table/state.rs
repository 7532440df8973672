//! Settings of the stategate dialect and of consumer groups.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "state.auth",
        about: "Who decides about calls of stategate: `guard`, who decides about all other calls; `policy`, the two policies below, within what the guard forbids; `disabled`, nobody, then whoever reaches the server may call them.",
        of: |s| &mut s.state.auth,
    },
    Setting {
        path: "state.request_policy",
        about: "For `policy`: Rego (v0), base64, whose `data.stategate.authz.allow` has to be true for a call to be made. Not set: none is.",
        of: |s| &mut s.state.request_policy,
    },
    Setting {
        path: "state.response_policy",
        about: "For `policy`: the same for what is answered, and for each event of a stream. Not set: nothing is.",
        of: |s| &mut s.state.response_policy,
    },
    Setting {
        path: "state.del_events",
        about: "Which removals streams and searches of stategate show, as an event with the state as it was, whose method ends in `/Del`: those by `EntityService/Del` (`entities`), all (`on`, by whatever API, and expiry too), or none (`off`). Clients of v0.5.0 do not see the method.",
        of: |s| &mut s.state.del_events,
    },
    Setting {
        path: "state.forget_removed",
        about: "Whether searches of stategate, and its `Get` of an event, leave out the events of keys that are gone, and those from before a key was made again: as v0.5.0 did, which deleted them. They stay in the log, and other APIs and streams with `since` show them, until retention takes them.",
        of: |s| &mut s.state.forget_removed,
    },
    Setting {
        path: "state.stand_in",
        about: "At `admin_listen` what deployments of stategate expect: every path that is nothing else answers 200, `/debug/pprof/` is there, and `/metrics` has the `grpc_server_*` families.",
        of: |s| &mut s.state.stand_in,
    },
    Setting {
        path: "graphql.enabled",
        about: "Whether stategate is also at `/api/graphql`, in GraphQL.",
        of: |s| &mut s.graphql.enabled,
    },
    Setting {
        path: "graphql.max_depth",
        about: "How deep the fields of one GraphQL operation may be in each other. The introspection of tools has 13 to 15.",
        of: |s| &mut s.graphql.max_depth,
    },
    Setting {
        path: "graphql.max_cost",
        about: "What the fields of one GraphQL operation may cost together: each is 1, one that calls a service 10 more, and a search one more for each 10 that it may find.",
        of: |s| &mut s.graphql.max_cost,
    },
    Setting {
        path: "groups.redelivery",
        about: "How long a member of a consumer group has to acknowledge an event before another member gets it. Of members that acknowledge nothing: what they got within this time before their stream ended is given to others.",
        of: |s| &mut s.groups.redelivery,
    },
    Setting {
        path: "groups.keep",
        about: "A consumer group that had no member for this long is forgotten: where it was, and that there was one.",
        of: |s| &mut s.groups.keep,
    },
];
