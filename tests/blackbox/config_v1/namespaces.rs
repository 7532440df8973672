//! Cases 49-52, the cursor vectors of the contract, and codecs.

use holdfast_tests::Server;
use holdfast_tests::client::put;
use tonic::Code;

use super::assert_fails;

/// One entry in each of `count` namespaces `n000`, `n001`, ...
async fn fill(server: &Server, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|n| format!("n{n:03}")).collect();
    let writes = names.iter().map(|name| put(name, "k", "1")).collect();
    server.holdfast().await.commit(writes).await.expect("it is committed");
    names
}

#[tokio::test]
async fn case_49_codecs_are_sorted() {
    let server = Server::dev().await;
    let codecs = server.config().await.codecs().await.expect("a list");
    assert!(
        codecs.iter().any(|c| c == "json") && codecs.iter().any(|c| c == "secret"),
        "{codecs:?}"
    );
    assert!(codecs.is_sorted(), "{codecs:?}");
}

#[tokio::test]
async fn case_50_fifty_namespaces_a_page() {
    let server = Server::dev().await;
    let names = fill(&server, 60).await;
    let config = server.config().await;
    let (first, cursor) = config.namespaces("", 0, "").await.expect("a page");
    assert_eq!(first, names[..50]);
    let (second, end) = config.namespaces("", 0, &cursor).await.expect("a page");
    assert_eq!((second, end.as_str()), (names[50..].to_vec(), ""));
}

#[tokio::test]
async fn case_51_never_more_than_five_hundred() {
    let server = Server::dev().await;
    let names = fill(&server, 600).await;
    let config = server.config().await;
    let (first, cursor) = config.namespaces("", 10_000, "").await.expect("a page");
    assert_eq!(first, names[..500]);
    let (second, end) = config.namespaces("", 10_000, &cursor).await.expect("a page");
    assert_eq!((second, end.as_str()), (names[500..].to_vec(), ""));
}

#[tokio::test]
async fn case_52_a_malformed_cursor_is_refused() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&server, 3).await;
    // Among them the vectors of other stores and of the fallback: they are not ours.
    for cursor in
        ["!bad!", "AQhwb3N0Z3Jlc2I", "AQZzcWxpdGVwcm9k", "Yg==", "cHJvZA==", "AQ", "AQZtZW1v"]
    {
        let answer = config.namespaces("", 0, cursor).await;
        assert_fails(answer, Code::InvalidArgument, "INVALID_CURSOR");
    }
}

#[tokio::test]
async fn cursor_vectors_hold() {
    let server = Server::dev().await;
    let config = server.config().await;
    for namespace in ["a", "b", "c"] {
        config.set(namespace, "k", "1").await.expect("it is written");
    }
    let (page, cursor) = config.namespaces("", 2, "").await.expect("a page");
    assert_eq!((page, cursor.as_str()), (vec!["a".to_owned(), "b".into()], "AQZtZW1vcnli"));
    let (rest, end) = config.namespaces("", 2, "AQZtZW1vcnli").await.expect("a page");
    assert_eq!((rest, end.as_str()), (vec!["c".to_owned()], ""));
}

/// Section 2.10 of the contract: only namespaces with an entry, and never the server's own.
#[tokio::test]
async fn only_namespaces_with_entries_are_listed() {
    let server = Server::dev().await;
    let config = server.config().await;
    for namespace in ["b", "B", "a", "ab", "b:x"] {
        config.set(namespace, "k", "1").await.expect("it is written");
    }
    config.set_alias("alias", "target").await.expect("it is new");
    config.delete("b", "k").await.expect("it is there");
    let (all, _) = config.namespaces("", 0, "").await.expect("a list");
    assert_eq!(all, ["B", "a", "ab", "b:x"]);
    let (some, _) = config.namespaces("a", 0, "").await.expect("a list");
    assert_eq!(some, ["a", "ab"]);
    let (none, cursor) = config.namespaces("z", 0, "").await.expect("a list");
    assert_eq!((none.len(), cursor.as_str()), (0, ""));
}
