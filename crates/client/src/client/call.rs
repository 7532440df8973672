//! One call with its attempts.

use std::future::Future;
use std::time::{Duration, Instant};

use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use super::backoff::Backoff;
use super::breaker::Pass;
use super::pool::Taken;
use super::{Client, Inner};
use crate::{Error, Kind};

/// Whether a call may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing, or nothing more the second time and answers the same: a read, a write with an idempotency key.
    Safe,
    /// It is sent again only when it certainly did nothing.
    IfNotDone,
}

impl Client {
    /// A call of the generated API, with everything that the client's own calls have: credentials, deadline, retries, breaker.
    ///
    /// `method` is what interceptors are told. `send` makes a generated client of the channel and calls it.
    ///
    /// # Errors
    /// What the server said; [`Kind::Unavailable`], [`Kind::Deadline`], [`Kind::CircuitOpen`], [`Kind::Closed`].
    pub async fn call<M, R, F, S>(
        &self,
        method: &str,
        repeat: Repeat,
        message: M,
        send: S,
    ) -> Result<R, Error>
    where
        M: Clone + Send,
        S: Fn(Channel, Request<M>) -> F + Send,
        F: Future<Output = Result<Response<R>, Status>> + Send,
    {
        let inner = &*self.inner;
        let settings = &inner.settings;
        let mut call = Attempts {
            ends: Instant::now() + settings.deadline,
            left: settings.retries,
            made: 0,
            renewed: false,
            backoff: Backoff::new(settings.first_wait, settings.longest_wait),
        };
        inner.budget.lock().deposit();
        loop {
            let pass = inner.admit()?;
            let ended = Ended { inner, pass: Some(pass) };
            let answer = inner.attempt(method, &message, &call, &send).await;
            call.made += 1;
            let error = match answer {
                Ok(answer) => {
                    ended.worked();
                    return Ok(answer);
                }
                Err(error) => error.after(call.made),
            };
            ended.with(&error);
            match inner.again(&mut call, repeat, &error).await {
                Some(wait) => inner.wait(wait).await?,
                None => return Err(error),
            }
        }
    }
}

/// How far a call has come.
struct Attempts {
    ends: Instant,
    left: u32,
    made: u32,
    renewed: bool,
    backoff: Backoff,
}

impl Attempts {
    fn remaining(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }
}

impl Inner {
    async fn attempt<M, R, F, S>(
        &self,
        method: &str,
        message: &M,
        call: &Attempts,
        send: &S,
    ) -> Result<R, Error>
    where
        M: Clone + Send,
        S: Fn(Channel, Request<M>) -> F + Send,
        F: Future<Output = Result<Response<R>, Status>> + Send,
    {
        let span = self.settings.attempt_timeout.min(call.remaining());
        let request = self.request(method, message.clone(), Some(span)).await?;
        let taken = self.pool.take().ok_or_else(closed)?;
        // What a call keeps is large: it stays where it is made.
        tokio::pin! { let sending = send(taken.channel.clone(), request); }
        let error = tokio::select! {
            biased;
            answer = &mut sending => match answer {
                Ok(response) => {
                    self.pool.worked(&taken);
                    return Ok(response.into_inner());
                }
                Err(status) => Error::from(status),
            },
            () = tokio::time::sleep(span) => {
                Error::new(Kind::Deadline, format!("no answer to {method} within {span:?}"))
            }
            () = self.closed.cancelled() => return Err(closed()),
        };
        self.note(&taken, &error);
        Err(error)
    }

    /// A request with what shows who calls, and what interceptors add.
    pub(super) async fn request<M>(
        &self,
        method: &str,
        message: M,
        span: Option<Duration>,
    ) -> Result<Request<M>, Error> {
        let mut request = Request::new(message);
        if let Some(span) = span {
            request.set_timeout(span);
        }
        if let Some(credential) = &self.settings.credential
            && let Some(header) = credential.header().await?
        {
            request.metadata_mut().insert("authorization", header);
        }
        for interceptor in &self.settings.interceptors {
            interceptor(method, request.metadata_mut())?;
        }
        Ok(request)
    }

    /// A connection on which nothing came back is passed over for a while.
    pub(super) fn note(&self, taken: &Taken, error: &Error) {
        match error.kind() {
            Kind::Unavailable | Kind::Deadline if error.reason().is_empty() => {
                self.pool.failed(taken);
            }
            _ => self.pool.worked(taken),
        }
    }

    fn admit(&self) -> Result<Option<Pass>, Error> {
        if self.closed.is_cancelled() {
            return Err(closed());
        }
        let Some(breaker) = &self.breaker else { return Ok(None) };
        breaker.lock().ask(Instant::now()).map(Some).map_err(|wait| {
            let sentence = format!("the circuit breaker is open: next attempt in {wait:?}");
            Error::new(Kind::CircuitOpen, sentence)
        })
    }

    /// How long to wait before the next attempt; `None`: there is none.
    async fn again(&self, call: &mut Attempts, repeat: Repeat, error: &Error) -> Option<Duration> {
        if error.kind() == Kind::Unauthenticated && !call.renewed {
            call.renewed = true;
            let credential = self.settings.credential.as_ref()?;
            return credential.renew().await.then_some(Duration::ZERO);
        }
        if call.left == 0 || !may_repeat(repeat, error) || !self.budget.lock().withdraw() {
            return None;
        }
        call.left -= 1;
        let wait = call.backoff.next().max(error.retry_after().unwrap_or_default());
        (wait < call.remaining()).then_some(wait)
    }

    async fn wait(&self, wait: Duration) -> Result<(), Error> {
        if wait.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.closed.cancelled() => Err(closed()),
        }
    }
}

pub(super) fn closed() -> Error {
    Error::new(Kind::Closed, "the client has been closed")
}

/// May the call be sent again after this?
fn may_repeat(repeat: Repeat, error: &Error) -> bool {
    match error.kind() {
        Kind::Exhausted => true,
        Kind::Unavailable if error.never_sent() => true,
        // A server of ours that says so by its reason has done nothing.
        Kind::Unavailable => repeat == Repeat::Safe || error.reason() == "UNAVAILABLE",
        Kind::Deadline | Kind::OutcomeUnknown => repeat == Repeat::Safe,
        _ => false,
    }
}

/// Tells the breaker how an attempt ended, also when its caller went away.
struct Ended<'a> {
    inner: &'a Inner,
    pass: Option<Option<Pass>>,
}

impl Ended<'_> {
    fn worked(mut self) {
        if let Some((breaker, pass)) = self.inner.breaker.as_ref().zip(self.pass.take().flatten()) {
            breaker.lock().worked(pass);
        }
    }

    /// Any answer of the server says that it is there.
    fn with(mut self, error: &Error) {
        let silent = matches!(error.kind(), Kind::Unavailable | Kind::Deadline);
        let never_asked = matches!(error.kind(), Kind::Closed | Kind::Settings | Kind::File);
        if never_asked {
            return;
        }
        if !silent {
            return self.worked();
        }
        if let Some((breaker, pass)) = self.inner.breaker.as_ref().zip(self.pass.take().flatten()) {
            breaker.lock().failed(pass, Instant::now());
        }
    }
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if let Some((breaker, pass)) = self.inner.breaker.as_ref().zip(self.pass.take().flatten()) {
            breaker.lock().gave_up(pass);
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[test]
    fn only_what_did_nothing_or_is_safe_is_repeated() {
        let by_code = |code| Error::from(Status::new(code, "x"));
        let info = holdfast_api::status::info("UNAVAILABLE", "holdfast.v1", vec![]);
        let stopping = holdfast_api::status::with_info(Code::Unavailable, "stopping", &info);
        let mut unreached = Status::unavailable("refused");
        unreached.set_source(std::sync::Arc::new(tonic::ConnectError("refused".into())));
        for (error, safe, unsafe_) in [
            (by_code(Code::Unavailable), true, false),
            (by_code(Code::DeadlineExceeded), true, false),
            (by_code(Code::ResourceExhausted), true, true),
            (stopping.into(), true, true),
            (unreached.into(), true, true),
            (by_code(Code::NotFound), false, false),
            (by_code(Code::PermissionDenied), false, false),
            (by_code(Code::Aborted), false, false),
            (by_code(Code::Internal), false, false),
        ] {
            assert_eq!(may_repeat(Repeat::Safe, &error), safe, "{error:?}");
            assert_eq!(may_repeat(Repeat::IfNotDone, &error), unsafe_, "{error:?}");
        }
    }
}
