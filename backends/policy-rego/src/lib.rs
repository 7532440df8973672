//! Policies written in Rego, by the engine `regorus`, compiled once and run in its register machine.
//!
//! - [`policy`]: **start here**: [`RegoPolicy`], what a guard asks, and how a newer one takes its place
//! - [`settings`]: entry points, syntax, limits, and what a denial means
//! - [`modules`]: what every source delivers; [`source`]: files, bundles, URLs
//! - [`analysis`]: whether decisions may be kept
//! - [`answer`]: what the value of a rule means
//! - [`state`]: the policies of the stategate dialect
//! - [`recorder`]: the last decisions; [`tools`]: a policy is tried before it goes live
//! - [`error`]: what can go wrong
//!
//! Invariants: what is not plainly allowed is denied; an error is a denial; a policy that does not load never replaces one
//! that is in force; a decision is kept only when nothing but the question can change it, and goes with its policy; no
//! evaluation is without a limit.

pub mod analysis;
pub mod answer;
mod dialect;
pub mod error;
mod host;
mod input;
mod loaded;
mod machine;
pub mod modules;
pub mod policy;
pub mod recorder;
pub mod settings;
pub mod source;
pub mod state;
pub mod tools;

pub use analysis::{Depends, Form};
pub use error::{LoadError, RunError};
pub use modules::Modules;
pub use policy::RegoPolicy;
pub use recorder::Recorder;
pub use settings::{Combine, Dialect, Limits, RegoSettings, Unsaid};
pub use source::{Followed, Source, follow};
pub use state::StatePolicies;
