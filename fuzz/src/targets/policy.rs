//! Policies, bundles of them, and what they are asked.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use holdfast_auth::{Action, Identity, Policy, Resource, Shown, Verdict};
use holdfast_policy_rego::answer::Answer;
use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::{Modules, RegoPolicy, RegoSettings, source};

/// It allows nobody who is not `ann`, and shows nothing that is secret.
const RULES: &str = "package config.authz
default allow := false
allow if { input.identity.user_id == \"ann\"; input.action == \"read\" }
show contains sprintf(\"/%s\", [name]) if { some name, _ in input.response.value; startswith(name, \"secret\") }
";

static TRIED: LazyLock<Tried> =
    LazyLock::new(|| Tried::new(RegoSettings::default(), rules()).expect("the rules compile"));
static POLICY: LazyLock<RegoPolicy> = LazyLock::new(|| {
    RegoPolicy::new(RegoSettings::default(), &rules()).expect("the rules compile")
});

fn rules() -> Modules {
    Modules::text(RULES).expect("a text")
}

/// The first byte chooses what the rest is.
pub(crate) fn any(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    match choice % 4 {
        0 => archive(rest),
        1 => text(rest),
        2 => input(rest),
        _ => value(rest),
    }
}

/// An archive before it is compressed. What loads is bounded and inside of its paths.
fn archive(bytes: &[u8]) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(bytes).expect("to memory");
    let packed = packed.finish().expect("to memory");
    if let Ok(modules) = source::read(&packed, None) {
        for (name, _) in modules.rego() {
            assert!(!name.split('/').any(|part| matches!(part, "" | "." | "..")), "{name}");
        }
        let _ = RegoPolicy::new(RegoSettings::default(), &modules);
    }
}

/// The text of a policy: it does not compile, or it decides.
fn text(bytes: &[u8]) {
    let Ok(modules) = source::read(bytes, None) else { return };
    let Ok(policy) = RegoPolicy::new(RegoSettings::default(), &modules) else { return };
    let what = Resource::key("n", "k");
    let first = policy.judge(&Identity::named("ann"), Action::Read, &what);
    let again = policy.judge(&Identity::named("ann"), Action::Read, &what);
    if policy.depends() == holdfast_policy_rego::Depends::OnTheQuestion {
        assert!(first == again || first.is_err() || again.is_err());
    }
}

/// Any input: only a document that says so is allowed.
fn input(bytes: &[u8]) {
    let Ok(input) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let ann = input["identity"]["user_id"] == "ann" && input["action"] == "read";
    let decided = TRIED.decide(&input).expect("nothing in it can fail");
    assert_eq!(decided.answer == Answer::Allowed, ann, "{input}");
}

/// Any bytes as a value and as the names of a caller and a key.
fn value(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    let who = Identity::named(&name);
    let verdict = POLICY.judge(&who, Action::Read, &Resource::key(&*name, &*name));
    assert_eq!(verdict.expect("nothing in it can fail") == Verdict::Allow, name == "ann");
    for codec in ["json", "raw"] {
        let shown = Shown { action: Action::Watch, namespace: "n", key: "k", codec, value: bytes };
        // A name that is no pointer is an error, which hides the value.
        let _ = POLICY.show(&who, &shown);
    }
}
