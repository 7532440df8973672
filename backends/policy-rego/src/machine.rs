//! Machines that run a compiled policy.

use std::fmt::{self, Write};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use parking_lot::Mutex;
use regorus::rvm::RegoVM;
use regorus::rvm::vm::VmError;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError, Value};

use crate::dialect::{Code, Compiled};
use crate::error::RunError;
use crate::settings::Limits;

/// How many idle machines are kept: as many as there are workers, nearly always.
const IDLE: usize = 64;
/// Instructions between two looks at the clock.
const CHECK: NonZeroU32 = NonZeroU32::new(256).expect("not zero");

/// Runs one policy, on as many threads as want to.
pub(crate) struct Machines {
    compiled: Compiled,
    limits: Limits,
    idle: Mutex<Vec<Machine>>,
}

/// Runs one policy on one thread at a time.
enum Machine {
    Register(Box<RegoVM>),
    Interpreter(Box<Engine>),
}

impl Machines {
    pub(crate) fn new(compiled: Compiled, limits: Limits) -> Self {
        Self { compiled, limits, idle: Mutex::new(Vec::new()) }
    }

    /// What it runs.
    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The value of an entry point for this input; [`Value::Undefined`] when it has none.
    pub(crate) fn run(&self, entry: usize, input: Value) -> Result<Value, RunError> {
        let idle = self.idle.lock().pop();
        let mut machine = match idle {
            Some(machine) => machine,
            None => self.make()?,
        };
        // A machine that failed is not used again, nor is one that a bug of the library went through.
        let ran = catch_unwind(AssertUnwindSafe(|| self.run_on(&mut machine, entry, input)));
        let value = ran.unwrap_or_else(|_| Err(RunError::Failed("the engine gave up".into())))?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE {
            idle.push(machine);
        }
        Ok(value)
    }

    fn run_on(&self, machine: &mut Machine, entry: usize, input: Value) -> Result<Value, RunError> {
        match (machine, &self.compiled.code) {
            (Machine::Register(machine), _) => {
                machine.set_input(input);
                machine.execute_entry_point_by_index(entry).map_err(failed)
            }
            (Machine::Interpreter(engine), Code::Interpreter { entries, .. }) => {
                let entry = entries.get(entry).cloned().unwrap_or_default();
                engine.set_input(input);
                let value = engine.eval_rule(entry).map_err(|error| interrupted(&error))?;
                // They would be kept for ever.
                let _ = engine.take_prints();
                Ok(value)
            }
            _ => Err(RunError::Failed("the machine is of another policy".into())),
        }
    }

    fn make(&self) -> Result<Machine, RunError> {
        let timer = ExecutionTimerConfig { limit: self.limits.time, check_interval: CHECK };
        match &self.compiled.code {
            Code::Program { program, data } => {
                let mut machine = RegoVM::new();
                machine.load_program(program.clone());
                machine.set_data(data.clone()).map_err(failed)?;
                machine.set_max_instructions(self.limits.instructions.get());
                machine.set_execution_timer_config(Some(timer));
                Ok(Machine::Register(Box::new(machine)))
            }
            Code::Interpreter { engine, .. } => {
                let mut engine = engine.clone();
                engine.set_execution_timer_config(timer);
                Ok(Machine::Interpreter(engine))
            }
        }
    }
}

/// The error of the interpreter: its last line says what, the lines before it are a picture of where.
fn interrupted(error: &anyhow::Error) -> RunError {
    if let Some(LimitError::TimeLimitExceeded { limit, .. }) = error.downcast_ref() {
        return too_long(*limit);
    }
    let text = error.to_string();
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    RunError::Failed(last.chars().take(200).collect())
}

fn too_long(limit: Duration) -> RunError {
    RunError::Stopped(format!("it took longer than {limit:?}"))
}

fn failed(error: VmError) -> RunError {
    match error {
        VmError::TimeLimitExceeded { limit, .. } => too_long(limit),
        VmError::InstructionLimitExceeded { limit, .. } => {
            RunError::Stopped(format!("it took more than {limit} instructions"))
        }
        // Values of the input may stand in other messages; the kind is enough for a log.
        other => RunError::Failed(kind(&other)),
    }
}

/// The sentence of an error without the values in it.
fn kind(error: &VmError) -> String {
    let mut name = Name::default();
    // It ends with an error where the values begin.
    let _ = write!(name, "{error:?}");
    let Name(name) = name;
    match error {
        VmError::RuleDataConflict { message, .. } => format!("{name}: {message}"),
        _ => name,
    }
}

/// The first word of what is written.
#[derive(Default)]
struct Name(String);

impl fmt::Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let word: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
        self.0.push_str(&word);
        if word.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}
