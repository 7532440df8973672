//! One request for one document.

use std::path::Path;
use std::time::Duration;
use std::{fmt, fs};

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use reqwest::{Certificate, Client, ClientBuilder, Identity, Response, StatusCode, Url, redirect};

use crate::error::RemoteError;
use crate::place;
use crate::settings::{ClientCertificate, RemoteSettings};

/// More would be a loop.
const MAX_REDIRECTS: usize = 4;

/// A document at a URL. Clones share their connections.
#[derive(Clone)]
pub struct Remote {
    client: Client,
    url: Url,
    timeout: Duration,
    max_bytes: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The document still is what the ETag says.
    NotModified,
    /// The document.
    Document {
        /// All of it.
        bytes: Bytes,
        /// What to ask with the next time.
        etag: Option<String>,
        /// How long it may be used without asking, as its server says.
        max_age: Option<Duration>,
    },
}

impl Remote {
    /// Reads the files of the settings; asks for nothing yet.
    pub fn new(settings: &RemoteSettings) -> Result<Self, RemoteError> {
        let url = place::permitted(&settings.url, settings.plaintext)?;
        let mut client = Client::builder()
            .timeout(settings.timeout)
            .redirect(redirects(settings))
            .default_headers(headers(settings)?)
            .user_agent(concat!("holdfast/", env!("CARGO_PKG_VERSION")))
            .referer(false);
        if place::is_loopback(&url) {
            client = client.no_proxy();
        }
        if let Some(file) = &settings.ca_file {
            client = client.tls_certs_only(authorities(file)?);
        }
        if let Some(files) = &settings.client {
            client = identified(client, files)?;
        }
        let why = |error| RemoteError::Settings { what: "TLS", why: chain(&error) };
        let client = client.build().map_err(why)?;
        Ok(Self { client, url, timeout: settings.timeout, max_bytes: settings.max_bytes })
    }

    /// The URL for logs: without what may be secret in it.
    pub fn shown(&self) -> String {
        place::shown(self.url.as_str())
    }

    /// For one whole request.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The largest body, in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Asks for the document, unless it still has this ETag. Dropping the future ends the request.
    pub async fn fetch(&self, etag: Option<&str>) -> Result<Fetched, RemoteError> {
        let mut request = self.client.get(self.url.clone());
        // An ETag that no header can carry was never one.
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = request.send().await.map_err(|error| self.broken(error))?;
        match answer.status() {
            StatusCode::OK => self.document(answer).await,
            StatusCode::NOT_MODIFIED if etag.is_some() => Ok(Fetched::NotModified),
            other => Err(RemoteError::Status(other.as_u16())),
        }
    }

    /// Sends a form, with a user and a password where there are some; the status and the body, whatever they say. Meant for a
    /// remote that follows no redirects, as the form would go along.
    pub async fn post_form(
        &self,
        fields: &[(&str, &str)],
        basic: Option<&(String, String)>,
    ) -> Result<(u16, Bytes), RemoteError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(body);
        if let Some((user, password)) = basic {
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.send().await.map_err(|error| self.broken(error))?;
        let status = answer.status().as_u16();
        Ok((status, self.body(answer).await?))
    }

    async fn document(&self, answer: Response) -> Result<Fetched, RemoteError> {
        let etag =
            answer.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let max_age = max_age(answer.headers());
        Ok(Fetched::Document { bytes: self.body(answer).await?, etag, max_age })
    }

    async fn body(&self, mut answer: Response) -> Result<Bytes, RemoteError> {
        let announced = answer.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|length| length > self.max_bytes) {
            return Err(RemoteError::TooLarge(self.max_bytes));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.broken(error))? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(RemoteError::TooLarge(self.max_bytes));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn broken(&self, error: reqwest::Error) -> RemoteError {
        if error.is_timeout() {
            return RemoteError::Slow(self.timeout);
        }
        RemoteError::Broken(chain(&error.without_url()))
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.shown())
    }
}

fn redirects(settings: &RemoteSettings) -> redirect::Policy {
    if !settings.redirects {
        return redirect::Policy::none();
    }
    let (plaintext, secretive) = (settings.plaintext, settings.secretive());
    redirect::Policy::custom(move |attempt| {
        let from = attempt.previous().last();
        let fine =
            from.is_some_and(|from| place::follows(from, attempt.url(), plaintext, secretive));
        if fine && attempt.previous().len() <= MAX_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

fn headers(settings: &RemoteSettings) -> Result<HeaderMap, RemoteError> {
    let bearer = settings.bearer.iter().map(|token| ("authorization", format!("Bearer {token}")));
    let others = settings.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let mut headers = HeaderMap::new();
    for (name, value) in others.chain(bearer) {
        let wrong = |why: &str| RemoteError::Settings { what: "a header", why: why.into() };
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("its name is none"))?;
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| wrong("its value has characters that a header cannot carry"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

fn read(path: &Path) -> Result<Vec<u8>, RemoteError> {
    fs::read(path).map_err(|source| RemoteError::File { path: path.into(), source })
}

fn authorities(file: &Path) -> Result<Vec<Certificate>, RemoteError> {
    let wrong = |why: String| RemoteError::Settings { what: "the file of authorities", why };
    let found = Certificate::from_pem_bundle(&read(file)?).map_err(|error| wrong(chain(&error)))?;
    if found.is_empty() {
        return Err(wrong(format!("{} has no certificate", file.display())));
    }
    Ok(found)
}

fn identified(
    client: ClientBuilder,
    files: &ClientCertificate,
) -> Result<ClientBuilder, RemoteError> {
    let mut pem = read(&files.certificate)?;
    pem.push(b'\n');
    pem.extend(read(&files.key)?);
    let why = |_| RemoteError::Settings {
        what: "the client certificate",
        why: "its files do not hold a chain and a private key in PEM".into(),
    };
    Ok(client.identity(Identity::from_pem(&pem).map_err(why)?))
}

/// `max-age` of `Cache-Control` (RFC 9111, 5.2.2.1).
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(CACHE_CONTROL)?.to_str().ok()?;
    let seconds = text.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
    seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
}

/// An error with its causes: reqwest's own text alone says only that sending failed.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
