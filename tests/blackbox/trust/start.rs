//! The first token.

use std::os::unix::fs::PermissionsExt;

use holdfast_api::holdfast_v1::WhoAmIRequest;
use holdfast_tests::Server;
use holdfast_tests::client::put;
use holdfast_tests::server::Launch;
use tonic::Code;

/// Tokens in the text, in the order in which they stand there.
fn tokens(text: &str) -> Vec<String> {
    let shown = text.split("hf_").skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        format!("hf_{}", &rest[..end.unwrap_or(rest.len())])
    });
    shown.collect()
}

async fn writes(server: &Server, token: &str) -> Result<(), Code> {
    let root = server.holdfast().await.showing(token);
    root.commit(vec![put("a", "k", "1")]).await.map(drop).map_err(|failure| failure.code)
}

#[tokio::test]
async fn the_first_start_makes_a_root_token_and_no_other_start_does() {
    let mut server = Launch::default().closed().start().await;
    let token = server.root_token();
    assert_eq!(
        tokens(&server.log()),
        std::slice::from_ref(&token),
        "printed once: {}",
        server.log()
    );
    let file = server.data_dir().join("root-token");
    let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(writes(&server, &token).await, Ok(()));
    server.stop().await;
    server.start_again().await;
    assert_eq!(tokens(&server.log()).len(), 1, "{}", server.log());
    assert_eq!(writes(&server, &token).await, Ok(()));
    // The file is a convenience of its owner, nothing that the server reads.
    std::fs::remove_file(&file).expect("it is removed");
    server.stop().await;
    server.start_again().await;
    assert!(!file.exists());
    assert_eq!(writes(&server, &token).await, Ok(()));
}

#[tokio::test]
async fn a_setting_makes_another_root_token() {
    let mut server = Launch::default().closed().start().await;
    let first = server.root_token();
    server.stop().await;
    server.set("auth.new_root_token = true");
    server.start_again().await;
    let second = server.root_token();
    assert_ne!(first, second);
    assert_eq!(tokens(&server.log()), [first.clone(), second.clone()]);
    for token in [first, second] {
        assert_eq!(writes(&server, &token).await, Ok(()));
    }
}

#[tokio::test]
async fn a_server_without_a_directory_prints_the_token() {
    let server = Launch::default().closed().settings("store.kind = \"memory\"").start().await;
    let shown = tokens(&server.log());
    assert_eq!(shown.len(), 1, "{}", server.log());
    assert!(!server.data_dir().join("root-token").exists());
    let root = server.holdfast().await.showing(&shown[0]);
    let known = root.trust().who_am_i(WhoAmIRequest::default()).await.expect("known").into_inner();
    assert_eq!((&*known.user, &*known.roles), ("root", &["admin".to_owned()][..]));
    assert!(known.credential.starts_with("token:") && known.expires_at.as_option().is_none());
    assert_eq!(known.rules, ["allow *,admin *"]);
}

/// With `--dev` there is nobody to keep out, and no token to lose.
#[tokio::test]
async fn development_makes_no_token() {
    let server = Server::dev().await;
    assert_eq!(tokens(&server.log()), Vec::<String>::new());
    let known = server.holdfast().await.trust().who_am_i(WhoAmIRequest::default()).await;
    assert_eq!(known.expect("known").into_inner().user, "anonymous");
}
