//! An OpenID provider of another implementation, in a process of its own. `.ci/setup` installs it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::visitor::Visitor;

/// A provider at which everybody can sign in under any name. Dropped, it is killed.
#[derive(Debug)]
pub struct Provider {
    child: Child,
}

/// A start on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Provider {
    /// Whether there is one on this machine.
    pub fn is_here() -> bool {
        root().join(".setup/oidc/node_modules/oidc-provider").is_dir()
    }

    /// Starts it, for a client that is sent back to `redirect`, with codes that are good for so many seconds.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(port: u16, redirect: &str, code_seconds: u32) -> Self {
        Self::named(&format!("http://127.0.0.1:{port}"), port, redirect, code_seconds).await
    }

    /// The same as this issuer.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn named(issuer: &str, port: u16, redirect: &str, code_seconds: u32) -> Self {
        let settings = serde_json::json!({
            "issuer": issuer, "port": port, "redirect": redirect, "codeSeconds": code_seconds,
        });
        let child = Command::new("node")
            .arg(root().join("tests/oidc/provider.mjs"))
            .arg(settings.to_string())
            .current_dir(root().join(".setup/oidc"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut provider = Self { child };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(provider.child.try_wait().expect("a child").is_none(), "the provider ended");
            assert!(started.elapsed() < PATIENCE, "the provider does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        provider
    }

    /// Signs somebody in, from the URL of the authorization endpoint on; answers the URL to which the provider sends them back,
    /// which begins with `back`.
    ///
    /// # Panics
    /// When the provider does something else.
    pub async fn sign_in(&self, who: &mut Visitor, url: &str, name: &str, back: &str) -> String {
        let (mut at, mut page) = who.follow(url, back).await;
        for fields in [
            &[("prompt", "login"), ("login", name), ("password", "any")][..],
            &[("prompt", "consent")],
        ] {
            let Some(shown) = page else { return at };
            assert_eq!(shown.status, 200, "{at}: {}", shown.text());
            let sent = who.submit(&at, fields).await;
            let next = crate::visitor::location(&sent, &at);
            let next = next.unwrap_or_else(|| panic!("{at}: {} {}", sent.status, sent.text()));
            (at, page) = who.follow(&next, back).await;
        }
        let status = page.map(|page| page.status);
        assert!(status.is_none(), "the provider leads to {at}: {status:?}");
        at
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // One that has ended is only waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
