//! Who calls.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use parking_lot::Mutex;
use tonic::metadata::{Ascii, MetadataValue};

use crate::{Error, Kind};

/// Gives what a call shows in `authorization`. Asked before every attempt, so it answers from memory whenever it can.
#[async_trait]
pub trait Credential: fmt::Debug + Send + Sync + 'static {
    /// The header; `None`: the call shows nothing.
    async fn header(&self) -> Result<Option<MetadataValue<Ascii>>, Error>;

    /// The server did not know what was shown. True when [`header`](Self::header) will give another one, with which the call is
    /// tried once more.
    async fn renew(&self) -> bool {
        false
    }
}

/// The header for a token; nothing that shows a request shows it.
///
/// # Errors
/// [`Kind::Settings`] for a text that no header can hold.
pub fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Error> {
    let value = format!("Bearer {}", token.trim()).parse::<MetadataValue<Ascii>>();
    let mut value = value
        .map_err(|_| Error::new(Kind::Settings, "the token is none: no header can hold it"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A token that stays the same.
#[derive(Debug, Clone)]
pub struct Token(MetadataValue<Ascii>);

impl Token {
    /// Of this text.
    ///
    /// # Errors
    /// [`Kind::Settings`] for a text that no header can hold.
    pub fn new(token: &str) -> Result<Self, Error> {
        bearer(token).map(Self)
    }
}

#[async_trait]
impl Credential for Token {
    async fn header(&self) -> Result<Option<MetadataValue<Ascii>>, Error> {
        Ok(Some(self.0.clone()))
    }
}

/// A token in a file, which somebody else replaces now and then. Read again when the file has changed, looked at once a second.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    read: Mutex<Option<Read>>,
}

#[derive(Debug, Clone)]
struct Read {
    header: MetadataValue<Ascii>,
    modified: Option<SystemTime>,
    looked: Instant,
}

const LOOK_EVERY: Duration = Duration::from_secs(1);

impl TokenFile {
    /// At this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), read: Mutex::default() }
    }

    async fn load(&self) -> Result<MetadataValue<Ascii>, Error> {
        let unreadable = |error: std::io::Error| {
            Error::new(Kind::File, format!("{}: {error}", self.path.display())).because(error)
        };
        let modified = tokio::fs::metadata(&self.path).await.map_err(unreadable)?.modified().ok();
        let kept = self.read.lock().clone();
        if let Some(mut kept) = kept.filter(|kept| kept.modified == modified && modified.is_some())
        {
            kept.looked = Instant::now();
            let header = kept.header.clone();
            *self.read.lock() = Some(kept);
            return Ok(header);
        }
        let text = tokio::fs::read_to_string(&self.path).await.map_err(unreadable)?;
        let header = bearer(&text)?;
        let read = Read { header: header.clone(), modified, looked: Instant::now() };
        *self.read.lock() = Some(read);
        Ok(header)
    }
}

#[async_trait]
impl Credential for TokenFile {
    async fn header(&self) -> Result<Option<MetadataValue<Ascii>>, Error> {
        let recent = self.read.lock().clone().filter(|read| read.looked.elapsed() < LOOK_EVERY);
        match recent {
            Some(read) => Ok(Some(read.header)),
            None => self.load().await.map(Some),
        }
    }

    async fn renew(&self) -> bool {
        let before = self.read.lock().take().map(|read| read.header);
        self.load().await.is_ok_and(|header| Some(header) != before)
    }
}

/// A token that this process gets from somewhere, and how long it is good.
#[derive(Clone)]
pub struct Fresh {
    /// The token.
    pub token: String,
    /// How long it is good; `None`: until the server says otherwise.
    pub expires_in: Option<Duration>,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

type Get = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Fresh, Error>> + Send>> + Send + Sync;

/// A token that is got when it is needed, and again before it ends: one caller gets it, the others wait for that.
pub struct Refreshing {
    get: Box<Get>,
    got: tokio::sync::Mutex<Option<Got>>,
    /// The same, for whoever only looks.
    header: arc_swap::ArcSwapOption<Got>,
}

#[derive(Debug, Clone)]
struct Got {
    header: MetadataValue<Ascii>,
    renew_at: Option<Instant>,
}

impl fmt::Debug for Refreshing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshing").finish_non_exhaustive()
    }
}

impl Refreshing {
    /// By this function.
    pub fn new<F, G>(get: G) -> Self
    where
        F: Future<Output = Result<Fresh, Error>> + Send + 'static,
        G: Fn() -> F + Send + Sync + 'static,
    {
        let get: Box<Get> = Box::new(move || Box::pin(get()));
        Self { get, got: tokio::sync::Mutex::default(), header: arc_swap::ArcSwapOption::empty() }
    }

    fn current(&self) -> Option<MetadataValue<Ascii>> {
        let got = self.header.load();
        let got = got.as_ref()?;
        let good = got.renew_at.is_none_or(|at| Instant::now() < at);
        good.then(|| got.header.clone())
    }

    async fn anew(
        &self,
        unless: impl Fn() -> Option<MetadataValue<Ascii>>,
    ) -> Result<MetadataValue<Ascii>, Error> {
        let mut kept = self.got.lock().await;
        // Somebody else may have got one while this one waited.
        if let Some(header) = unless() {
            return Ok(header);
        }
        let fresh = (self.get)().await?;
        let header = bearer(&fresh.token)?;
        // A fifth of its time is left to get the next one.
        let renew_at = fresh.expires_in.map(|span| Instant::now() + span * 4 / 5);
        let got = Got { header: header.clone(), renew_at };
        self.header.store(Some(Arc::new(got.clone())));
        *kept = Some(got);
        Ok(header)
    }
}

#[async_trait]
impl Credential for Refreshing {
    async fn header(&self) -> Result<Option<MetadataValue<Ascii>>, Error> {
        match self.current() {
            Some(header) => Ok(Some(header)),
            None => self.anew(|| self.current()).await.map(Some),
        }
    }

    async fn renew(&self) -> bool {
        let before = self.current();
        let other = || self.current().filter(|now| before.as_ref() != Some(now));
        self.anew(other).await.is_ok_and(|header| Some(header) != before)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn shown(credential: &dyn Credential) -> String {
        let header = credential.header().await.expect("a credential").expect("a header");
        header.to_str().expect("ASCII").to_owned()
    }

    fn counted(expires_in: Option<Duration>) -> (Refreshing, Arc<AtomicU32>) {
        let count = Arc::new(AtomicU32::new(0));
        let counting = Arc::clone(&count);
        let refreshing = Refreshing::new(move || {
            let n = counting.fetch_add(1, Ordering::Relaxed);
            async move { Ok(Fresh { token: format!("t{n}"), expires_in }) }
        });
        (refreshing, count)
    }

    #[tokio::test]
    async fn a_token_is_got_once_for_all_callers_and_again_when_it_is_refused() {
        let (credential, count) = counted(Some(Duration::from_secs(3600)));
        let calls = (0..20).map(|_| shown(&credential));
        assert!(futures::future::join_all(calls).await.iter().all(|header| header == "Bearer t0"));
        assert!(credential.renew().await);
        assert_eq!(shown(&credential).await, "Bearer t1");
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_token_whose_time_is_nearly_over_is_replaced() {
        let (credential, _) = counted(Some(Duration::ZERO));
        assert_eq!(shown(&credential).await, "Bearer t0");
        assert_eq!(shown(&credential).await, "Bearer t1");
    }

    #[tokio::test]
    async fn a_file_is_read_again_when_the_server_refuses_what_it_said() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "one\n").expect("written");
        let credential = TokenFile::new(file.path());
        assert_eq!(shown(&credential).await, "Bearer one");
        assert!(!credential.renew().await, "it still says the same");
        std::fs::write(file.path(), "two\n").expect("written");
        assert!(credential.renew().await);
        assert_eq!(shown(&credential).await, "Bearer two");
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::new("hf_secret").expect("a token");
        assert!(!format!("{token:?}").contains("secret"));
        assert_eq!(Token::new("two\nlines").expect_err("none").kind(), Kind::Settings);
    }
}
