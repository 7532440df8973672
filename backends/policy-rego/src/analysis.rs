//! What is known of a policy before it runs, from its syntax tree. Unsure is the careful answer, always.

mod calls;
mod conflicts;
mod question;
mod recursion;

use regorus::Engine;
use serde_json::Value;

use crate::error::LoadError;

/// What decisions depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Depends {
    /// On identity, action and resource alone, and on the policy itself: the same question has the same answer.
    OnTheQuestion,
    /// On more, or perhaps on more: it is asked each time. The text says why.
    OnMore(String),
}

/// In which form a policy runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As instructions of the register machine.
    Compiled,
    /// By the interpreter, which takes four to five times as long. The text says why.
    Interpreted(String),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) depends: Depends,
    pub(crate) form: Form,
}

/// Looks at all modules that the engine was given.
pub(crate) fn look(engine: &Engine) -> Result<Found, LoadError> {
    let ast = engine.get_ast_as_json().ok().and_then(|text| serde_json::from_str(&text).ok());
    let Some(Value::Array(files)) = ast else {
        return Err(LoadError::Compile("it is nested too deep".into()));
    };
    let modules: Vec<Value> = files.into_iter().map(|mut file| file["ast"].take()).collect();
    let called = calls::of(&modules);
    calls::refuse(&called)?;
    // In either form: which one it will be is not known yet.
    recursion::refuse(&modules)?;
    let more = calls::impure(&called).or_else(|| question::reads_more(&modules));
    let other = calls::of_ours(&called).or_else(|| conflicts::possible(&modules));
    Ok(Found {
        depends: more.map_or(Depends::OnTheQuestion, Depends::OnMore),
        form: other.map_or(Form::Compiled, Form::Interpreted),
    })
}

/// The dotted name of a reference: `data.a.b`, `a.b`. `None` when a part of it is no constant.
fn path(expression: &Value) -> Option<String> {
    if let Some(name) = expression["Var"]["value"].as_str() {
        return Some(name.to_owned());
    }
    let (reference, last) = match (&expression["RefDot"], &expression["RefBrack"]) {
        (Value::Object(dot), _) => (&dot["refr"], &dot["field"][1]),
        (_, Value::Object(brackets)) => (&brackets["refr"], &brackets["index"]["String"]["value"]),
        _ => return None,
    };
    Some(format!("{}.{}", path(reference)?, last.as_str()?))
}
