//! What is sealed opens only as it was sealed.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::codec::Codecs;
use crate::source::Source;
use crate::sources::Memory;
use crate::{Config, Error, Kind, Secret};

const AT: At<'static> = At { namespace: "n", key: "a/b", codec: "client:encrypted:json" };
const BOTH: [Algorithm; 2] = Algorithm::ALL;

fn key(id: &str, algorithm: Algorithm) -> Key {
    Key::generate(id, algorithm).expect("a key")
}

fn ring(id: &str) -> Keyring {
    Keyring::new(key(id, Algorithm::XChaCha20Poly1305))
}

fn with(keys: &Keyring) -> Codecs {
    Codecs::new().with_transformer(Encrypted::with(keys.clone()))
}

proptest! {
    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for algorithm in BOTH {
            let cipher = Encrypted::with(Keyring::new(key("k", algorithm)));
            let sealed = cipher.wrap(&bytes, AT).expect("sealed");
            prop_assert_eq!(cipher.unwrap(&sealed, AT).expect("opened"), bytes.clone());
            prop_assert_ne!(&sealed, &cipher.wrap(&bytes, AT).expect("sealed"), "a nonce came twice");
        }
    }

    #[test]
    fn any_bytes_are_parsed_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let cipher = Encrypted::with(ring("k"));
        prop_assert!(cipher.unwrap(&bytes, AT).is_err());
    }
}

#[test]
fn every_flipped_bit_and_every_missing_byte_is_refused() {
    for algorithm in BOTH {
        let cipher = Encrypted::with(Keyring::new(key("key-1", algorithm)));
        let sealed = cipher.wrap(b"hunter2", AT).expect("sealed");
        for bit in 0..sealed.len() * 8 {
            let mut other = sealed.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(cipher.unwrap(&other, AT).is_err(), "bit {bit} of {algorithm:?}");
        }
        for length in 0..sealed.len() {
            assert!(cipher.unwrap(&sealed[..length], AT).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn a_value_does_not_open_elsewhere() {
    let cipher = Encrypted::with(ring("k"));
    let sealed = cipher.wrap(b"1", AT).expect("sealed");
    for elsewhere in [
        At { namespace: "m", ..AT },
        At { key: "a/c", ..AT },
        At { codec: "client:encrypted:raw", ..AT },
        At { namespace: "na", key: "/b", ..AT },
    ] {
        assert!(cipher.unwrap(&sealed, elsewhere).is_err(), "{elsewhere:?}");
    }
}

#[test]
fn the_envelope_is_laid_out_as_documented() {
    let key = key("key-1", Algorithm::Aes256Gcm);
    let bytes = Envelope::seal(&key, b"12345", AT).expect("sealed").to_bytes();
    assert_eq!(bytes[..8], *b"\x01\x01\x05key-1");
    assert_eq!(bytes.len(), 3 + 5 + 12 + 5 + 16);
}

#[test]
fn another_key_is_refused_and_an_unknown_one_is_named() {
    let sealed = Encrypted::with(ring("old")).wrap(b"1", AT).expect("sealed");
    let other = Encrypted::with(ring("new")).unwrap(&sealed, AT).expect_err("unknown");
    assert!(other.to_string().contains("the key old"), "{other}");
    let impostor = Encrypted::with(ring("old")).unwrap(&sealed, AT).expect_err("another");
    assert!(impostor.to_string().contains("does not open"), "{impostor}");
}

#[test]
fn rings_are_read_from_lines_files_and_callbacks() {
    let (a, b) = (key("a", Algorithm::Aes256Gcm), key("b", Algorithm::XChaCha20Poly1305));
    let text = format!("# keys\n{}\n\n{}\n", *a.expose_line(), *b.expose_line());
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &text).expect("written");
    let ring = Keyring::from_file(file.path()).expect("a ring");
    assert_eq!(ring.active().expect("active").id(), "a");
    let sealed = Encrypted::with(Keyring::new(b.clone())).wrap(b"1", AT).expect("sealed");
    assert_eq!(&*Encrypted::with(ring).unwrap(&sealed, AT).expect("opened"), b"1");

    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let ring = Keyring::new(a).or_find(Arc::new(move |id| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok((id == "b").then(|| b.clone()))
    }));
    for _ in 0..2 {
        Encrypted::with(ring.clone()).unwrap(&sealed, AT).expect("opened");
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1, "what was found is kept");
    assert!(ring.retire("a").is_err(), "the active one stays");
    assert!(!format!("{ring:?}").contains(text.split_whitespace().nth(4).expect("a key")));

    for (bad, word) in [
        ("", "no key"),
        ("a aes-256-gcm", "line 1"),
        ("a rot13 AAAA", "rot13"),
        ("a aes-256-gcm AAAA", "32 bytes"),
        ("a aes-256-gcm ???", "base64"),
        (&format!("{0}\n{0}", text.lines().nth(1).expect("a line")), "two keys"),
    ] {
        let error = Keyring::parse(bad).expect_err(bad);
        assert!(error.kind() == Kind::Settings && error.message().contains(word), "{error:?}");
    }
}

#[tokio::test]
async fn the_source_sees_only_ciphertext_and_keys_can_be_replaced() -> Result<(), Error> {
    let memory = Memory::new();
    let keys = ring("2025");
    let config = Config::over(memory.clone()).codecs(with(&keys)).open()?;
    let ns = config.namespace("n");
    let password = Secret::new("hunter2".to_owned());
    ns.set_as("db/password", &password, "client:encrypted:json").await?;
    ns.set("db/host", "h").await?;
    let stored = memory.get("n", "db/password").await?;
    assert!(!stored.value.windows(7).any(|seven| seven == b"hunter2"));
    assert_eq!(ns.get("db/password").await?.decode::<Secret<String>>()?, password);

    keys.activate(key("2026", Algorithm::Aes256Gcm));
    assert_eq!(reencrypt(&ns, "db/", &keys).await?, Renewed { renewed: 1, already: 0 });
    keys.retire("2025")?;
    assert_eq!(reencrypt(&ns, "db/", &keys).await?, Renewed { renewed: 0, already: 1 });
    assert_eq!(ns.get("db/password").await?.decode::<String>()?, "hunter2");
    assert_eq!(
        Envelope::parse(&memory.get("n", "db/password").await?.value).expect("one").key_id(),
        "2026"
    );

    let wrong = ns.get("db/password").await?.decode::<u32>().expect_err("no number");
    assert!(wrong.kind() == Kind::Codec && !format!("{wrong:?}").contains("hunter"), "{wrong:?}");
    let blind = Config::over(memory.clone()).open()?.namespace("n").get("db/password").await?;
    assert_eq!(blind.bytes(), &*memory.get("n", "db/password").await?.value);
    assert!(blind.decode::<String>().expect_err("unknown").message().contains("\"encrypted\""));
    Ok(())
}

#[tokio::test]
async fn under_an_alias_a_value_is_sealed_for_the_key() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set_alias("pw", "db/password");
    let config = Config::over(memory.clone()).codecs(with(&ring("k"))).open()?;
    let ns = config.namespace("n");
    ns.set_as("pw", "hunter2", "client:encrypted:json").await?;
    assert_eq!(ns.get("db/password").await?.decode::<String>()?, "hunter2");
    assert_eq!(ns.get("pw").await?.decode::<String>()?, "hunter2");
    Ok(())
}
