//! The use cases and the log.
pub mod caller;
pub mod clock;
pub mod error;
pub mod options;
pub use caller::Caller;
pub use error::EngineError;
