//! Callers by client certificates. Whether a certificate is trusted is the TLS listener's matter; here is whom it names.
//!
//! - [`identity`](fn@identity): from a verified certificate to a caller: **start here**
//! - [`settings`]: [`CertSettings`], which of its names counts
//! - [`subject`]: [`subject_of`], what a certificate says of its holder
//! - [`spiffe`]: names of workloads, [`spiffe::SpiffeId`]
//!
//! Invariants: the common name counts only when a setting says so; a certificate that says two things where one is allowed
//! names nobody; any bytes are an answer, never a panic.

mod identity;
pub mod settings;
pub mod spiffe;
pub mod subject;

pub use identity::identity;
pub use settings::{CertSettings, NameFrom};
pub use subject::{CertError, CertificateSubject, subject_of};
