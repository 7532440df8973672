//! What the client library encrypts the server never sees.

use holdfast_client::codec::encrypted::{Algorithm, Encrypted, Envelope, Key, Keyring, reencrypt};
use holdfast_client::{Client, Codecs, Config, Error, Secret};
use holdfast_tests::Server;

fn key(id: &str, algorithm: Algorithm) -> Key {
    Key::generate(id, algorithm).expect("a key")
}

#[tokio::test]
async fn the_server_sees_only_ciphertext_in_memory_and_on_disk() -> Result<(), Error> {
    let mut server = Server::dev().await;
    let keys = Keyring::new(key("2025", Algorithm::XChaCha20Poly1305));
    let codecs = Codecs::new().with_transformer(Encrypted::with(keys.clone()));
    let client = Client::builder(server.endpoint()).build()?;
    let config = Config::over(client.clone()).codecs(codecs).open()?;
    let vault = config.namespace("vault");
    let secret = Secret::new("correct horse battery staple".to_owned());
    vault.set_as("db/password", &secret, "client:encrypted:json").await?;
    vault.set("db/host", "plainly visible").await?;
    let read: Secret<String> = vault.get("db/password").await?.decode()?;
    assert_eq!(read, secret);

    let blind = Config::over(client).open()?.namespace("vault").get("db/password").await?;
    assert!(!holds(blind.bytes(), b"horse"));
    let envelope = Envelope::parse(blind.bytes()).expect("an envelope");
    assert_eq!(envelope.key_id(), "2025");

    keys.activate(key("2026", Algorithm::Aes256Gcm));
    assert_eq!(reencrypt(&vault, "", &keys).await?.renewed, 1);
    keys.retire("2025")?;
    assert_eq!(vault.refresh("db/password").await?.decode::<Secret<String>>()?, secret);

    config.close().await;
    server.stop().await;
    let (mut files, mut visible) = (vec![server.data_dir()], false);
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(path.read_dir().expect("a directory").map(|e| e.expect("one").path()));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!holds(&bytes, b"horse"), "{}", path.display());
        visible |= holds(&bytes, b"plainly visible");
    }
    assert!(visible, "what is not encrypted is found where it was looked for");
    Ok(())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
