//! Cases 25-30: lists, pages and cursors.

use holdfast_tests::client::put;
use holdfast_tests::{Config, Server};
use tonic::Code;

use super::assert_fails;

async fn fill(config: &Config, keys: &[&str]) {
    for key in keys {
        config.set("a", key, "1").await.expect("it is written");
    }
}

/// Writes `count` keys `k0000`, `k0001`, ... with as few commits as fit.
pub(super) async fn fill_many(server: &Server, namespace: &str, count: usize) {
    let holdfast = server.holdfast().await;
    let keys: Vec<String> = (0..count).map(|n| format!("k{n:05}")).collect();
    for part in keys.chunks(5_000) {
        let writes = part.iter().map(|key| put(namespace, key, "1")).collect();
        holdfast.commit(writes).await.expect("it is committed");
    }
}

fn keys(answer: &holdfast_api::config_v1::ListResponse) -> Vec<&str> {
    answer.entries.iter().map(|entry| entry.key.as_str()).collect()
}

#[tokio::test]
async fn case_25_an_unknown_namespace_is_empty() {
    let server = Server::dev().await;
    let answer = server.config().await.list("nobody", "", 0, "").await.expect("a list");
    assert_eq!((keys(&answer), answer.next_cursor.as_str()), (vec![], ""));
}

#[tokio::test]
async fn case_26_pages_in_key_order_without_overlap() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&config, &["e", "b", "d", "a", "c"]).await;
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = config.list("a", "", 2, &cursor).await.expect("a page");
        pages.push(keys(&page).join(""));
        cursor = page.next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(pages, ["ab", "cd", "e"]);
}

/// The original gives a cursor behind the last entry too.
#[tokio::test]
async fn case_26_a_full_last_page_has_no_cursor() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&config, &["a", "b", "c", "d"]).await;
    let first = config.list("a", "", 2, "").await.expect("a page");
    let second = config.list("a", "", 2, &first.next_cursor).await.expect("a page");
    assert_eq!((keys(&second), second.next_cursor.as_str()), (vec!["c", "d"], ""));
}

#[tokio::test]
async fn case_26_a_cursor_stays_good_while_keys_come_and_go() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&config, &["a", "b", "c", "d"]).await;
    let first = config.list("a", "", 2, "").await.expect("a page");
    config.delete("a", "b").await.expect("it is there");
    fill(&config, &["bb", "0"]).await;
    let second = config.list("a", "", 2, &first.next_cursor).await.expect("a page");
    assert_eq!(keys(&second), ["bb", "c"]);
}

#[tokio::test]
async fn case_27_no_limit_means_all() {
    let server = Server::dev().await;
    fill_many(&server, "a", 1_500).await;
    let answer = server.config().await.list("a", "", 0, "").await.expect("a list");
    assert_eq!((answer.entries.len(), answer.next_cursor.as_str()), (1_500, ""));
    assert!(answer.entries.is_sorted_by(|a, b| a.key < b.key));
}

#[tokio::test]
async fn case_28_a_negative_limit_means_all() {
    let server = Server::dev().await;
    fill_many(&server, "a", 120).await;
    let answer = server.config().await.list("a", "", -1, "").await.expect("a list");
    assert_eq!((answer.entries.len(), answer.next_cursor.as_str()), (120, ""));
}

#[tokio::test]
async fn case_29_a_prefix_is_compared_byte_by_byte() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&config, &["app", "app/a", "app/b/c", "App/a", "apple", "app_a", "zapp/a"]).await;
    for (prefix, expected) in [
        ("app/", vec!["app/a", "app/b/c"]),
        ("app", vec!["app", "app/a", "app/b/c", "app_a", "apple"]),
        ("App", vec!["App/a"]),
        ("%", vec![]),
        ("..", vec![]),
        ("app/ä", vec![]),
    ] {
        let answer = config.list("a", prefix, 0, "").await.expect("any text is a prefix");
        assert_eq!(keys(&answer), expected, "{prefix}");
    }
}

/// The original starts from the beginning.
#[tokio::test]
async fn case_30_a_malformed_cursor_is_refused() {
    let server = Server::dev().await;
    let config = server.config().await;
    fill(&config, &["a", "b"]).await;
    for cursor in ["zzz", "1", "!", "ä"] {
        let answer = config.list("a", "", 1, cursor).await;
        assert_fails(answer, Code::InvalidArgument, "INVALID_CURSOR");
    }
}
