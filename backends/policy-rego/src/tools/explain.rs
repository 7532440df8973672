//! Why a decision is what it is: by the interpreter, which knows which lines it reached.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde_json::Value as Json;

use super::{Decided, Tried};
use crate::answer::Answer;
use crate::dialect;
use crate::error::RunError;

/// What was seen while deciding.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The decision, as a server makes it.
    pub decided: Decided,
    /// The value of each rule of the package, by name; `None`: it says nothing for this input.
    pub rules: BTreeMap<String, Option<Json>>,
    /// The files, with what became of each line.
    pub files: Vec<File>,
    /// What the policy printed.
    pub prints: Vec<String>,
}

/// A file of the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its lines, and whether each was reached.
    pub lines: Vec<(Reach, String)>,
}

/// Whether a line took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It was reached, whether it held or not.
    Reached,
    /// It was not.
    Not,
    /// There is nothing on it to hold.
    Nothing,
}

impl Tried {
    /// Decides, and tells how it came to that.
    ///
    /// # Errors
    /// What the policy fails with; also when interpreter and compiled form disagree, which would be a bug of the engine.
    pub fn explain(&self, input: &Json) -> Result<Explanation, RunError> {
        let decided = self.decide(input)?;
        let mut engine = self.engine(input)?;
        engine.set_enable_coverage(true);
        let value = engine.eval_rule(self.settings.allow.clone()).map_err(failed)?;
        if Answer::of(&value) != decided.answer {
            let bug = "interpreter and compiled form disagree; this is a bug, please report it";
            return Err(RunError::Failed(bug.into()));
        }
        let files = files(&engine)?;
        let prints = engine.take_prints().map_err(failed)?;
        engine.set_enable_coverage(false);
        Ok(Explanation { decided, rules: self.rules(&mut engine), files, prints })
    }

    fn engine(&self, input: &Json) -> Result<Engine, RunError> {
        const CHECK: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
        let engine = dialect::engine(&self.modules, self.dialect());
        let mut engine = engine.map_err(|error| RunError::Failed(error.to_string()))?;
        let limit = self.settings.limits.time * 20;
        engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: CHECK });
        engine.set_input(input.clone().into());
        Ok(engine)
    }

    /// The rules of every package; functions have no value of their own.
    fn rules(&self, engine: &mut Engine) -> BTreeMap<String, Option<Json>> {
        let Ok(policy) = engine.compile_with_entrypoint(&self.settings.allow.as_str().into())
        else {
            return BTreeMap::new();
        };
        let names: Vec<String> = policy.get_rules().keys().cloned().collect();
        let mut rules = BTreeMap::new();
        for name in names {
            match engine.eval_rule(name.clone()) {
                Ok(Value::Undefined) => rules.insert(name, None),
                Ok(value) => rules.insert(name, serde_json::to_value(&value).ok()),
                Err(_) => continue,
            };
        }
        rules
    }
}

fn files(engine: &Engine) -> Result<Vec<File>, RunError> {
    let report = engine.get_coverage_report().map_err(failed)?;
    let file = |file: regorus::coverage::File| {
        let line = |(number, text): (usize, &str)| {
            let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
            let reach = if file.covered.contains(&number) {
                Reach::Reached
            } else if file.not_covered.contains(&number) {
                Reach::Not
            } else {
                Reach::Nothing
            };
            (reach, text.to_owned())
        };
        File { name: file.path.clone(), lines: file.code.lines().enumerate().map(line).collect() }
    };
    Ok(report.files.into_iter().map(file).collect())
}

fn failed(error: impl std::fmt::Display) -> RunError {
    let text = error.to_string();
    RunError::Failed(text.split_whitespace().collect::<Vec<_>>().join(" "))
}
