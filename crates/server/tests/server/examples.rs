//! The examples do what they say.
#![allow(dead_code, reason = "their `main` is for people")]
#![allow(clippy::duplicate_mod, reason = "both examples have the same guard")]

#[path = "../../examples/embed.rs"]
mod embed;
#[path = "../../examples/guard/main.rs"]
mod guard;
#[path = "../../examples/plugged/main.rs"]
mod plugged;
#[path = "../../examples/signin/main.rs"]
mod signin;

#[tokio::test]
async fn an_embedded_engine_keeps_its_guard_and_its_data() {
    let directory = tempfile::tempdir().expect("a directory");
    for time in 1..=2 {
        let said = embed::run(directory.path()).await.expect("it runs");
        let expected = [
            format!("ann set version {time} at revision {time}"),
            "bob: only ann changes things".into(),
            format!("bob read it over REST: 200 OK \"{time}\""),
            "nobody: 401 Unauthorized \"say who you are in x-user\"".into(),
        ];
        assert_eq!(said, expected, "run {time}");
    }
}

#[tokio::test]
async fn a_guard_of_ones_own_decides() {
    let key = "/v1/namespaces/shop/keys/app/timeout";
    let expected = [
        format!("ann POST {key}: 200"),
        format!("bob GET {key}: 200"),
        format!("bob POST {key}: 403"),
        "bob GET /v1/namespaces/shop/keys/secret/key: 403".into(),
        format!("eve GET {key}: 401"),
    ];
    assert_eq!(guard::run().await.expect("it runs"), expected);
}

#[tokio::test]
async fn a_way_to_sign_in_of_ones_own_proves_and_the_guard_allows() {
    let key = "/v1/namespaces/shop/keys/app/timeout";
    let expected = [
        format!("nobody GET {key}: 401"),
        "ann signs in: 303".into(),
        format!("ann POST {key}: 200"),
        format!("ann GET {key}: 200"),
        "bob signs in: 303".into(),
        format!("bob POST {key}: 403"),
        format!("bob GET {key}: 200"),
        "eve signs in: 401".into(),
    ];
    assert_eq!(signin::run().await.expect("it runs"), expected);
}

#[tokio::test]
async fn parts_of_ones_own_stand_beside_those_of_the_settings() {
    let (red, blue) = ("/v1/namespaces/red/keys/k", "/v1/namespaces/blue/keys/k");
    let expected = [
        format!("key-of-red POST {red}: 200"),
        format!("key-of-red GET {red}: 200"),
        format!("other-key-of-red GET {blue}: 403"),
        format!("nonsense GET {red}: 401"),
        format!("key-of-red GET {red}: 429"),
        format!("key-of-blue GET {red}: 403"),
    ];
    let said = plugged::run().await.expect("it runs");
    let (answers, records): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|line| !line.starts_with("recorded: "));
    assert_eq!(answers, expected);
    assert!(records.contains(&"recorded: key-of-red set red/k".into()), "{records:?}");
    assert!(records.contains(&"recorded: other-key-of-red decision blue/k".into()), "{records:?}");
}
