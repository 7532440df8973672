//! A connection that shows credentials with every call.

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// A connection with credentials, or with none.
pub type Link = InterceptedService<Channel, Bearer>;

/// What a caller shows: a token, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

/// What can be a [`Link`]: one, or a connection without credentials.
pub trait IntoLink {
    /// It.
    fn into_link(self) -> Link;
}

impl Bearer {
    /// This token; `None` for a text that no header can hold.
    pub fn of(token: &str) -> Option<Self> {
        let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse().ok()?;
        // Nothing that shows a request shows it.
        value.set_sensitive(true);
        Some(Self(Some(value)))
    }

    /// The connection with these credentials.
    pub fn on(self, channel: Channel) -> Link {
        InterceptedService::new(channel, self)
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

impl IntoLink for Channel {
    fn into_link(self) -> Link {
        Bearer::default().on(self)
    }
}

impl IntoLink for Link {
    fn into_link(self) -> Link {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_to_the_server_and_to_nobody_else() {
        let mut bearer = Bearer::of("hf_secret").expect("a header can hold it");
        let request = bearer.call(Request::new(())).expect("it passes");
        let shown = request.metadata().get("authorization").expect("it is there");
        assert_eq!(shown.to_str().ok(), Some("Bearer hf_secret"));
        assert!(!format!("{request:?} {bearer:?}").contains("secret"));
        assert!(Bearer::of("two\nlines").is_none());
    }
}
