//! One policy in force, with what is kept for it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use holdfast_auth::{Action, Identity, Resource, Shown, Sight};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use regorus::Value;

use crate::analysis::{Depends, Form};
use crate::answer::{self, Answer};
use crate::dialect;
use crate::error::{LoadError, RunError};
use crate::input::Inputs;
use crate::machine::Machines;
use crate::modules::Modules;
use crate::settings::{Dialect, RegoSettings, Unsaid};

/// A compiled policy and the decisions that are kept of it. They go with it: a new policy begins with none.
pub(crate) struct Loaded {
    pub(crate) generation: u64,
    /// `None`: it has neither of the rules that are asked.
    machines: Option<Machines>,
    allow: Option<usize>,
    show: Option<usize>,
    unsaid: Unsaid,
    kept: Option<Cache<Question, Answer>>,
    /// Of all policies that followed one another.
    pub(crate) asked: Arc<AskedAgain>,
}

/// How often a decision that may be kept was known already.
#[derive(Default)]
pub(crate) struct AskedAgain {
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
}

/// What a kept decision is the answer to.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    who: u128,
    action: Action,
    namespace: Box<str>,
    key: Box<str>,
}

/// The same, as it is asked.
struct Asked<'a> {
    who: u128,
    action: Action,
    what: &'a Resource<'a>,
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.who.hash(state);
        self.action.hash(state);
        self.what.namespace.hash(state);
        self.what.key.hash(state);
    }
}

impl Equivalent<Question> for Asked<'_> {
    fn equivalent(&self, kept: &Question) -> bool {
        let same = self.who == kept.who && self.action == kept.action;
        same && *self.what.namespace == *kept.namespace && *self.what.key == *kept.key
    }
}

impl Asked<'_> {
    fn keep(&self) -> Question {
        Question {
            who: self.who,
            action: self.action,
            namespace: self.what.namespace.as_ref().into(),
            key: self.what.key.as_ref().into(),
        }
    }
}

impl Loaded {
    pub(crate) fn new(
        modules: &Modules,
        settings: &RegoSettings,
        generation: u64,
    ) -> Result<Self, LoadError> {
        let entries = [settings.allow.as_str(), settings.show.as_str()];
        let compiled = dialect::compile(modules, settings.dialect, &entries)?;
        let place = |n: usize| compiled.as_ref().and_then(|compiled| compiled.entries[n]);
        let (allow, show) = (place(0), place(1));
        let alike = compiled.as_ref().is_some_and(|c| c.depends == Depends::OnTheQuestion);
        let kept =
            (alike && settings.kept_decisions > 0).then(|| Cache::new(settings.kept_decisions));
        let machines = compiled.map(|compiled| Machines::new(compiled, settings.limits));
        let (unsaid, asked) = (settings.unsaid, Arc::default());
        Ok(Self { generation, machines, allow, show, unsaid, kept, asked })
    }

    /// Before the first policy is there.
    pub(crate) fn nothing() -> Self {
        let unsaid = Unsaid::Hidden;
        Self {
            generation: 0,
            machines: None,
            allow: None,
            show: None,
            unsaid,
            kept: None,
            asked: Arc::default(),
        }
    }

    /// Decides, or knows the decision.
    pub(crate) fn judge(
        &self,
        inputs: &Inputs,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Answer, RunError> {
        let Some((machines, allow)) = self.machines.as_ref().zip(self.allow) else {
            return Ok(Answer::NoDecision);
        };
        let run = || {
            let value = machines.run(allow, inputs.request(who, action, what))?;
            Ok(Answer::of(&value))
        };
        let Some(kept) = &self.kept else { return run() };
        let asked = Asked { who: who.fingerprint(), action, what };
        if let Some(answer) = kept.get(&asked) {
            self.asked.hits.fetch_add(1, Relaxed);
            return Ok(answer);
        }
        self.asked.misses.fetch_add(1, Relaxed);
        let answer = run()?;
        kept.insert(asked.keep(), answer);
        Ok(answer)
    }

    /// How much is shown.
    pub(crate) fn show(
        &self,
        inputs: &Inputs,
        who: &Identity,
        what: &Shown<'_>,
    ) -> Result<Sight, RunError> {
        let Some((machines, show)) = self.machines.as_ref().zip(self.show) else {
            return Ok(Sight::Whole);
        };
        answer::sight(&machines.run(show, inputs.response(who, what))?, self.unsaid)
    }

    /// The value of the rule that decides, for any input.
    pub(crate) fn decide(&self, input: Value) -> Result<Value, RunError> {
        match self.machines.as_ref().zip(self.allow) {
            Some((machines, allow)) => machines.run(allow, input),
            None => Ok(Value::Undefined),
        }
    }

    pub(crate) fn decides(&self) -> bool {
        self.allow.is_some()
    }

    pub(crate) fn redacts(&self) -> bool {
        self.show.is_some()
    }

    /// Whether its decisions are kept, and when not, why.
    pub(crate) fn depends(&self) -> Depends {
        let compiled = self.machines.as_ref().map(Machines::compiled);
        compiled.map_or(Depends::OnTheQuestion, |compiled| compiled.depends.clone())
    }

    /// In which form it runs; `None` when there is nothing to run.
    pub(crate) fn form(&self) -> Option<Form> {
        self.machines.as_ref().map(|machines| machines.compiled().form.clone())
    }

    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.machines.as_ref().map(|machines| machines.compiled().dialect)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn a_question_is_found_as_it_is_asked() {
        let what = Resource::key("n", "k");
        let asked = Asked { who: 7, action: Action::Read, what: &what };
        let state = RandomState::new();
        assert_eq!(state.hash_one(&asked), state.hash_one(asked.keep()));
        assert!(asked.equivalent(&asked.keep()));
        let other = Resource::key("nk", "");
        assert!(!Asked { what: &other, ..asked }.equivalent(&Question {
            who: 7,
            action: Action::Read,
            namespace: "n".into(),
            key: "k".into()
        }));
    }
}
