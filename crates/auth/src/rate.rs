//! The contract of whoever says how often a caller may call.

use std::net::IpAddr;
use std::time::Duration;

use crate::identity::Identity;

/// Says how often a caller may call. What counts as one client is its own business: by name, by address, by a claim.
///
/// ```
/// use std::time::Duration;
/// use holdfast_auth::{Asking, RateLimiter, Work};
///
/// /// Nobody but root may write.
/// struct Frozen;
///
/// impl RateLimiter for Frozen {
///     fn admit(&self, asking: &Asking<'_>) -> Result<(), Duration> {
///         let root = asking.who.is_some_and(|who| who.user() == "root");
///         if asking.work == Work::Write && !root { Err(Duration::from_secs(60)) } else { Ok(()) }
///     }
/// }
/// ```
pub trait RateLimiter: Send + Sync + 'static {
    /// Takes one call from what the client has left.
    ///
    /// # Errors
    /// After how long the client may try again.
    fn admit(&self, asking: &Asking<'_>) -> Result<(), Duration>;
}

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Who; `None`: somebody who was not recognised.
    pub who: Option<&'a Identity>,
    /// Address without port.
    pub peer: Option<IpAddr>,
    /// What kind of call.
    pub work: Work,
}

/// Kinds of calls that are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// A read.
    Read,
    /// A write.
    Write,
    /// The start of a stream.
    Stream,
    /// An attempt to be recognised that failed.
    SignIn,
}
