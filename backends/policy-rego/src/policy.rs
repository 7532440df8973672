//! The policy that a guard asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use holdfast_auth::{
    Action, AuthError, Identity, Policy, Resource, Shown, Sight, Standing, Verdict,
};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::analysis::{Depends, Form};
use crate::error::LoadError;
use crate::input::Inputs;
use crate::loaded::Loaded;
use crate::modules::Modules;
use crate::recorder::Recorder;
use crate::settings::{Dialect, RegoSettings};

/// Rules written in Rego. A newer policy replaces the one in force without a request noticing; one that does not compile
/// does not, and is told by [`Policy::trouble`].
pub struct RegoPolicy {
    settings: RegoSettings,
    current: ArcSwap<Loaded>,
    inputs: Inputs,
    recorder: Option<Arc<Recorder>>,
    /// What the newest policy that was offered is not in force for.
    trouble: Mutex<Option<String>>,
    failures: AtomicU64,
    generation: watch::Sender<u64>,
}

impl RegoPolicy {
    /// Puts a policy in force, as generation 1.
    ///
    /// # Errors
    /// Why there is none to put in force.
    pub fn new(settings: RegoSettings, modules: &Modules) -> Result<Self, LoadError> {
        let loaded = Loaded::new(modules, &settings, 1)?;
        let trouble = lacking(&settings, &loaded);
        Ok(Self::with(settings, loaded, trouble))
    }

    /// A policy that is still to come: until [`RegoPolicy::replace`] it decides nothing, as generation 0.
    pub fn waiting(settings: RegoSettings) -> Self {
        let trouble = "no policy was loaded yet: it decides nothing".to_owned();
        Self::with(settings, Loaded::nothing(), Some(trouble))
    }

    fn with(settings: RegoSettings, loaded: Loaded, trouble: Option<String>) -> Self {
        Self {
            settings,
            inputs: Inputs::new(),
            recorder: None,
            trouble: Mutex::new(trouble),
            failures: AtomicU64::new(0),
            generation: watch::Sender::new(loaded.generation),
            current: ArcSwap::from_pointee(loaded),
        }
    }

    /// Keeps the last decisions.
    #[must_use]
    pub fn recording(mut self, recorder: Arc<Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Puts a newer policy in force. The number is for metrics and for [`RegoPolicy::changes`]: the revision of the entries
    /// that the policy was read from, or a counter; one that is not larger than that in force is made so.
    ///
    /// # Errors
    /// Why the one in force stays; [`Policy::trouble`] says the same until a better one comes.
    pub fn replace(&self, modules: &Modules, generation: u64) -> Result<u64, LoadError> {
        // One at a time; nobody who decides waits for it.
        let mut trouble = self.trouble.lock();
        let generation = generation.max(self.generation() + 1);
        match Loaded::new(modules, &self.settings, generation) {
            Ok(loaded) => {
                *trouble = lacking(&self.settings, &loaded);
                self.current.store(Arc::new(loaded));
                self.generation.send_replace(generation);
                Ok(generation)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                *trouble = Some(format!("the newest policy is not in force: {error}"));
                Err(error)
            }
        }
    }

    /// Says that a newer policy could not even be fetched; the one in force stays.
    pub fn not_replaced(&self, why: &LoadError) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        *self.trouble.lock() = Some(format!("the newest policy is not in force: {why}"));
    }

    /// Which policy is in force: it only grows.
    pub fn generation(&self) -> u64 {
        self.current.load().generation
    }

    /// The same, to wait for.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// How often a newer policy was not taken.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Whether decisions of the policy in force may be kept, and when not, why.
    pub fn depends(&self) -> Depends {
        self.current.load().depends()
    }

    /// In which form it runs; `None` when it has none of the rules that are asked.
    pub fn form(&self) -> Option<Form> {
        self.current.load().form()
    }

    /// In which syntax it was read; `None` when it has none of the rules that are asked.
    pub fn dialect(&self) -> Option<Dialect> {
        self.current.load().dialect()
    }
}

impl Policy for RegoPolicy {
    fn name(&self) -> &str {
        "rego"
    }

    fn judge(&self, who: &Identity, action: Action, what: &Resource) -> Result<Verdict, AuthError> {
        let answer = self.current.load().judge(&self.inputs, who, action, what);
        if let Some(recorder) = &self.recorder {
            recorder.record(who, action, what, &answer);
        }
        match answer {
            Ok(answer) => Ok(answer.verdict(self.settings.combine)),
            Err(error) => Err(AuthError::Failed(error.to_string())),
        }
    }

    fn show(&self, who: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        let sight = self.current.load().show(&self.inputs, who, what);
        sight.map_err(|error| AuthError::Failed(error.to_string()))
    }

    fn redacts(&self) -> bool {
        self.current.load().redacts()
    }

    fn standing(&self, _who: &Identity) -> Standing {
        Standing { edition: self.generation(), ..Standing::default() }
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }
}

fn lacking(settings: &RegoSettings, loaded: &Loaded) -> Option<String> {
    let text = || format!("the policy has no rule {}: it decides nothing", settings.allow);
    (!loaded.decides()).then(text)
}
