//! Who calls a use case, and through which method.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use holdfast_auth::Identity;
use holdfast_model::Actor;

use crate::locks::Fence;

/// A call: the proven identity, the method (for history and audit) and until when an answer is of use.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// `config.v1/Set`, `holdfast.v1/Commit`, ...
    pub method: &'static str,
    /// A write that was not judged by then is dropped.
    pub deadline: Option<Instant>,
    /// From where, for the account.
    pub origin: Origin,
    /// What the call writes is written only while this lock is held; `None`: whatever locks there are.
    pub fence: Option<Arc<Fence>>,
}

/// Which request it was, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The id of the request, as in the request log; empty when there is none.
    pub request_id: Arc<str>,
    /// Address without port.
    pub peer: Option<IpAddr>,
}

impl Caller {
    /// A call of this identity, without a deadline.
    pub fn of(identity: Identity, method: &'static str) -> Self {
        Self { identity, method, deadline: None, origin: Origin::default(), fence: None }
    }

    /// For the commit.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            identity: self.identity.shared_user(),
            claims: Arc::clone(self.identity.written_claims()),
            method: self.method.into(),
        }
    }
}
