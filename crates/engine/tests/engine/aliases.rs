use holdfast_model::ErrorKind;

use super::*;

async fn alias(engine: &Engine, name: &str, target: &str) -> Result<(), ErrorKind> {
    engine.set_alias(&me(), name, target, any_key).await.map(drop).map_err(|e| e.kind())
}

#[tokio::test]
async fn an_alias_is_set_listed_and_removed() {
    let engine = engine().await;
    alias(&engine, "db/url", "database/url").await.expect("an alias");
    let found = engine.get_alias(&me(), "db/url").await.expect("there");
    assert_eq!((found.target.as_str(), found.version), ("database/url", 1));
    assert_eq!(engine.list_aliases(&me()).await.expect("a list"), [found]);
    assert!(is_not_found(engine.get(&me(), "a", "db/url").await), "the server resolved an alias");
    assert_eq!(engine.list_namespaces(&me(), "", 9, None).await.expect("names").namespaces, []);
    engine.delete_alias(&me(), "db/url").await.expect("a delete");
    assert!(is_not_found(engine.get_alias(&me(), "db/url").await));
    assert!(is_not_found(engine.delete_alias(&me(), "db/url").await));
    engine.shutdown().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let engine = engine().await;
    set(&engine, "prod", "key", "1").await;
    assert_eq!(alias(&engine, "key", "x").await, Err(ErrorKind::AliasExists));
    assert_eq!(alias(&engine, "x", "x").await, Err(ErrorKind::AliasSelf));
    assert_eq!(alias(&engine, "a", "b").await, Ok(()));
    assert_eq!(alias(&engine, "a", "c").await, Err(ErrorKind::AliasExists));
    assert_eq!(alias(&engine, "z", "a").await, Err(ErrorKind::AliasChain));
    assert_eq!(alias(&engine, "b", "z").await, Err(ErrorKind::AliasChain));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_halves_of_a_chain_never_both_get_in() {
    for round in 0..50 {
        let engine = engine().await;
        let (one, two) = (engine.clone(), engine.clone());
        let one = tokio::spawn(async move { alias(&one, "a", "b").await });
        let two = tokio::spawn(async move { alias(&two, "b", "c").await });
        let (one, two) = (one.await.expect("joined"), two.await.expect("joined"));
        assert!(one.is_err() != two.is_err(), "round {round}: {one:?} {two:?}");
        engine.shutdown().await;
    }
}
