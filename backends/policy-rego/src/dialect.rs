//! From text to the compiled form.

use std::num::{NonZeroU32, NonZeroUsize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::{CompiledPolicy, Engine, PolicyLengthConfig, Value};

use crate::analysis::{self, Depends, Form};
use crate::error::LoadError;
use crate::host;
use crate::modules::{MAX_BYTES, Modules};
use crate::settings::Dialect;

/// A policy, ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) code: Code,
    /// For each entry point that was asked for, its place, when the policy has such a rule.
    pub(crate) entries: Vec<Option<usize>>,
    pub(crate) depends: Depends,
    pub(crate) form: Form,
    pub(crate) dialect: Dialect,
}

/// What runs.
#[derive(Debug, Clone)]
pub(crate) enum Code {
    /// Entry points are numbered.
    Program { program: Arc<Program>, data: Value },
    /// Entry points by their names.
    Interpreter { engine: Box<Engine>, entries: Vec<String> },
}

/// Compiles for these entry points.
pub(crate) fn compile(
    modules: &Modules,
    dialect: Dialect,
    entries: &[&str],
) -> Result<Option<Compiled>, LoadError> {
    for entry in entries {
        check_entry(entry)?;
    }
    // A bug of the compiler is no reason for the server to go down with it.
    catch_unwind(AssertUnwindSafe(|| in_some_dialect(modules, dialect, entries)))
        .unwrap_or_else(|_| Err(LoadError::Compile("the compiler gave up".into())))
}

fn in_some_dialect(
    modules: &Modules,
    dialect: Dialect,
    entries: &[&str],
) -> Result<Option<Compiled>, LoadError> {
    if dialect != Dialect::Auto {
        return in_dialect(modules, dialect, entries);
    }
    match in_dialect(modules, Dialect::V1, entries) {
        Ok(compiled) => Ok(compiled),
        // What is wrong with it is told for the dialect of today.
        Err(error) => in_dialect(modules, Dialect::V0, entries).map_err(|_| error),
    }
}

fn in_dialect(
    modules: &Modules,
    dialect: Dialect,
    entries: &[&str],
) -> Result<Option<Compiled>, LoadError> {
    let mut engine = engine(modules, dialect)?;
    let found = analysis::look(&engine)?;
    let policy = compile_all(&engine)?;
    // The library's own answer: its table of rules has none that are only a default.
    let is_here = |entry: &&str| {
        policy.get_rules().contains_key(*entry)
            || engine.clone().compile_with_entrypoint(&(*entry).into()).is_ok()
    };
    let here: Vec<&str> = entries.iter().copied().filter(is_here).collect();
    if here.is_empty() {
        return Ok(None);
    }
    let (code, form) = match found.form {
        Form::Compiled => match program(&policy, &here) {
            Ok(program) => (Code::Program { program, data: document(modules) }, Form::Compiled),
            Err(why) => (interpreter(&mut engine, &here)?, Form::Interpreted(not_for(why)?)),
        },
        interpreted @ Form::Interpreted(_) => {
            // Functions that nobody knows are found here, and only here.
            if let Err(why) = program(&policy, &here) {
                not_for(why)?;
            }
            (interpreter(&mut engine, &here)?, interpreted)
        }
    };
    let place = |entry: &&str| here.iter().position(|known| known == entry);
    let entries = entries.iter().map(place).collect();
    Ok(Some(Compiled { code, entries, depends: found.depends, form, dialect }))
}

/// All rules. The library compiles for a rule that is there, so there is one.
fn compile_all(engine: &Engine) -> Result<CompiledPolicy, LoadError> {
    let mut engine = engine.clone();
    let anchor = "package holdfast.anchor\nhere := true\n";
    engine.add_policy("holdfast.anchor".into(), anchor.into()).map_err(not_compiled)?;
    engine.compile_with_entrypoint(&"data.holdfast.anchor.here".into()).map_err(not_compiled)
}

fn program(policy: &CompiledPolicy, entries: &[&str]) -> Result<Arc<Program>, String> {
    // Names of ours are known to the compiler, so that it does not complain of them; they run in the interpreter.
    let ours: Vec<_> = host::FUNCTIONS.iter().map(|f| (f.name, usize::from(f.arguments))).collect();
    Compiler::compile_from_policy_with_host_await(policy, entries, &ours)
        .map_err(|error| one_line(&error.to_string()))
}

/// What the register machine cannot do the interpreter can, but for what does not exist, or has no end.
fn not_for(why: String) -> Result<String, LoadError> {
    const NOWHERE: [&str; 5] =
        ["Unknown function", "Unknown builtin", "Not a builtin", "Undefined variable", "recursion"];
    if NOWHERE.iter().any(|known| why.contains(known)) {
        return Err(LoadError::Compile(why));
    }
    Ok(why)
}

fn interpreter(engine: &mut Engine, entries: &[&str]) -> Result<Code, LoadError> {
    // It gets ready once, not in each copy.
    let first = entries.first().copied().unwrap_or_default();
    engine.compile_with_entrypoint(&first.into()).map_err(not_compiled)?;
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    Ok(Code::Interpreter { engine: Box::new(engine.clone()), entries })
}

/// The interpreter of the same policy: it compiles, and explains.
pub(crate) fn engine(modules: &Modules, dialect: Dialect) -> Result<Engine, LoadError> {
    let mut engine = Engine::new();
    engine.set_rego_v0(dialect == Dialect::V0);
    engine.set_policy_length_config(lengths());
    engine.set_gather_prints(true);
    for function in host::FUNCTIONS {
        let call = function.call;
        let extension = move |given: Vec<Value>| Ok(call(&given)?.unwrap_or(Value::Undefined));
        engine
            .add_extension(function.name.into(), function.arguments, Box::new(extension))
            .map_err(not_compiled)?;
    }
    engine.add_data(document(modules)).map_err(|error| LoadError::Data(error.to_string()))?;
    for (name, text) in modules.rego() {
        engine.add_policy(name.clone(), text.clone()).map_err(not_compiled)?;
    }
    Ok(engine)
}

/// The package of a module: `data.config.authz`.
pub(crate) fn package(name: &str, text: &str) -> Result<String, LoadError> {
    let of = |v0| {
        let mut engine = Engine::new();
        engine.set_rego_v0(v0);
        engine.set_policy_length_config(lengths());
        engine.add_policy(name.into(), text.into())
    };
    of(false).or_else(|error| of(true).map_err(|_| not_compiled(error)))
}

fn document(modules: &Modules) -> Value {
    Value::from(serde_json::Value::Object(modules.data().clone()))
}

/// The library's own bounds are those of a file; ours are those of a policy.
fn lengths() -> PolicyLengthConfig {
    const COLUMNS: NonZeroU32 = NonZeroU32::new(16_384).expect("not zero");
    const LINES: NonZeroUsize = NonZeroUsize::new(200_000).expect("not zero");
    const BYTES: NonZeroUsize = NonZeroUsize::new(MAX_BYTES).expect("not zero");
    PolicyLengthConfig { max_col: COLUMNS, max_file_bytes: BYTES, max_lines: LINES }
}

fn check_entry(entry: &str) -> Result<(), LoadError> {
    let name = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<_> = entry.split('.').collect();
    let fine = parts.len() >= 3 && parts[0] == "data" && parts.iter().all(|part| name(part));
    if fine { Ok(()) } else { Err(LoadError::Entry(entry.into())) }
}

fn not_compiled(error: impl std::fmt::Display) -> LoadError {
    LoadError::Compile(one_line(&error.to_string()))
}

/// The library draws a picture of the place; a log wants a line.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim().trim_matches(['|', '^', '-', '>']).trim());
    let words: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    words.join(" ").chars().take(500).collect()
}
