//! Policies, tried before they go live: `holdfast policy`.

use std::path::Path;
use std::time::Duration;

pub use holdfast_policy_rego::answer::Answer;
pub use holdfast_policy_rego::settings::ALLOW;
pub use holdfast_policy_rego::tools::bench::Measured;
pub use holdfast_policy_rego::tools::explain::{Explanation, File, Reach};
pub use holdfast_policy_rego::tools::replay::{Difference, ReplayError, Replayed};
pub use holdfast_policy_rego::tools::{Decided, Tried};
pub use holdfast_policy_rego::{Depends, Dialect, Form, LoadError, RunError};
use holdfast_policy_rego::{Limits, RegoSettings, source};

/// How a policy is tried.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    /// A file of Rego, a bundle, or a directory.
    pub path: &'a Path,
    /// The rule that decides.
    pub entry: &'a str,
    /// The syntax.
    pub dialect: Dialect,
    /// How long one decision may take.
    pub limit: Duration,
}

/// Loads the policy as a server would.
///
/// # Errors
/// Why a server would not take it.
pub fn load(trial: &Trial<'_>) -> Result<Tried, LoadError> {
    let settings = RegoSettings {
        allow: trial.entry.to_owned(),
        dialect: trial.dialect,
        limits: Limits { time: trial.limit, ..Limits::default() },
        ..RegoSettings::default()
    };
    Tried::new(settings, source::path::load(trial.path, None)?)
}
