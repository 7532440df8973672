//! Settings of how people sign in.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "signin.strategy",
        about: "How people sign in at the pages under `dashboard.path`: `cookie` and `bearer` take a token of any kind that the server accepts from a cookie or a header, `passphrase` asks for one, `oidc` asks an OpenID provider.",
        of: |s| &mut s.signin.strategy,
    },
    Setting {
        path: "signin.url",
        about: "Where people reach the server, such as `https://config.example.org`: the origin of its own pages, and where an OpenID provider sends people back to. Not set: what a browser's request says of itself.",
        of: |s| &mut s.signin.url,
    },
    Setting {
        path: "signin.session_cookie",
        about: "The name of the session cookie. With `https`, a name that begins with `__Host-` keeps neighbouring sites from setting it. Another name ends all sessions but signed ones.",
        of: |s| &mut s.signin.session_cookie,
    },
    Setting {
        path: "signin.session_ttl",
        about: "How long a session lasts.",
        of: |s| &mut s.signin.session_ttl,
    },
    Setting {
        path: "signin.attempts",
        about: "Attempts to sign in, a minute and of one address; beyond, the answer is 429 with `Retry-After`.",
        of: |s| &mut s.signin.attempts,
    },
    Setting {
        path: "signin.cookie",
        about: "For `cookie`: the name of the cookie, set by something in front, whose value is the token.",
        of: |s| &mut s.signin.cookie,
    },
    Setting {
        path: "signin.passphrase",
        about: "For `passphrase`: what people have to know, 8 bytes at least.",
        of: |s| &mut s.signin.passphrase,
    },
    Setting {
        path: "signin.passphrase_file",
        about: "A file with the passphrase.",
        of: |s| &mut s.signin.passphrase_file,
    },
    Setting {
        path: "signin.secret",
        about: "For `passphrase`: what signs sessions, 32 bytes at least. Servers with the same secret know each other's sessions. Not set: sessions are kept in the log, as they are of other strategies.",
        of: |s| &mut s.signin.secret,
    },
    Setting {
        path: "signin.secret_file",
        about: "A file with that secret.",
        of: |s| &mut s.signin.secret_file,
    },
    Setting {
        path: "signin.user",
        about: "For `passphrase`: the user that somebody is who knows it.",
        of: |s| &mut s.signin.user,
    },
    Setting {
        path: "signin.roles",
        about: "For `passphrase`: the roles of that user.",
        of: |s| &mut s.signin.roles,
    },
    Setting {
        path: "signin.oidc.issuer",
        about: "For `oidc`: the provider, as its tokens name it; its discovery document is below that URL.",
        of: |s| &mut s.signin.oidc.issuer,
    },
    Setting {
        path: "signin.oidc.client_id",
        about: "This server's name at the provider.",
        of: |s| &mut s.signin.oidc.client_id,
    },
    Setting {
        path: "signin.oidc.client_secret",
        about: "This server's secret at the provider. Not set: it is a public client there, and PKCE alone protects the code.",
        of: |s| &mut s.signin.oidc.client_secret,
    },
    Setting {
        path: "signin.oidc.client_secret_file",
        about: "A file with that secret.",
        of: |s| &mut s.signin.oidc.client_secret_file,
    },
    Setting {
        path: "signin.oidc.scopes",
        about: "What the provider is asked for; `openid` has to be there.",
        of: |s| &mut s.signin.oidc.scopes,
    },
    Setting {
        path: "signin.oidc.algorithms",
        about: "Algorithms of ID tokens that are accepted.",
        of: |s| &mut s.signin.oidc.algorithms,
    },
    Setting {
        path: "signin.oidc.subject_claim",
        about: "The claim with the user's name. Beware of those that people can choose for themselves.",
        of: |s| &mut s.signin.oidc.subject_claim,
    },
    Setting {
        path: "signin.oidc.groups_claim",
        about: "The claim with the user's groups.",
        of: |s| &mut s.signin.oidc.groups_claim,
    },
    Setting {
        path: "signin.oidc.ca",
        about: "Authorities to trust for the provider's URLs instead of the system's, PEM.",
        of: |s| &mut s.signin.oidc.ca,
    },
    Setting {
        path: "dashboard.path",
        about: "Where the pages for people are, once `signin.strategy` is set.",
        of: |s| &mut s.dashboard.path,
    },
];
