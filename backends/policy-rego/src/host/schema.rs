//! `json.verify_schema` and `json.match_schema`: JSON Schema, drafts 4 to 2020-12. A schema is whole in itself: nothing is ever
//! fetched, from the network or from files. Patterns are those of `regex`, so they take linear time.

use std::panic::resume_unwind;
use std::thread;

use anyhow::{Context, Result, ensure};
use boon::{
    CompileError, Compiler, Draft, ErrorKind, Format, SchemaIndex, Schemas, SchemeUrlLoader,
    ValidationError,
};
use regorus::Value;
use serde_json::Value as Json;

/// Where a schema is said to be, which its references are relative to. Nothing is there.
const PLACE: &str = "json-schema:///";
/// Most objects and booleans in one schema, each of which may be a part: the library looks for each part among all others.
const MAX_PARTS: usize = 5_000;
/// The library goes down into a document, and at each level into all parts of the schema that apply there.
const STACK_BYTES: usize = 256 << 20;
/// What one step down takes at most, when nothing is optimised.
const STEP_BYTES: usize = 16 << 10;
/// Longest explanation, in characters: it may quote the document.
const MAX_WHY: usize = 500;

/// Formats, by the draft that brought them: to a schema of an earlier one they are notes, as one that nobody knows is. The
/// library has them hold all the same.
const LATER: [(Draft, &[&str]); 3] = [
    (Draft::V6, &["json-pointer", "uri-reference", "uri-template"]),
    (Draft::V7, &["idn-email", "idn-hostname", "iri", "iri-reference", "relative-json-pointer"]),
    // The last is of no draft.
    (Draft::V2019_09, &["duration", "uuid", "period"]),
];

/// Whether something holds, and when not, why.
type Verdict = Result<(), String>;

/// `json.verify_schema(schema)`: whether it is one.
pub(super) fn verified(given: &[Value]) -> Result<Option<Value>> {
    let [schema] = given else { return Ok(None) };
    apart(|| Ok(Schema::read(schema).map(drop))).map(said)
}

/// `json.match_schema(document, schema)`: whether the document is as the schema wants it.
pub(super) fn matched(given: &[Value]) -> Result<Option<Value>> {
    let [document, schema] = given else { return Ok(None) };
    let check = || match Schema::read(schema) {
        Ok(schema) => schema.check(document),
        Err(why) => Ok(Err(format!("invalid schema: {why}"))),
    };
    apart(check).map(said)
}

/// On a thread with room for as deep as anything may go, of which only what is used is ever taken.
fn apart(work: impl FnOnce() -> Result<Verdict> + Send) -> Result<Verdict> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.context("no thread to look at a schema")?;
        // It is caught where every bug of the engine is.
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// `[true, null]`, or `[false, why]`.
fn said(verdict: Verdict) -> Option<Value> {
    let (holds, why) = match verdict {
        Ok(()) => (true, Value::Null),
        Err(why) => (false, Value::from(shortened(why))),
    };
    Some(Value::from(vec![Value::Bool(holds), why]))
}

/// Without its middle where it is long: that is what is quoted.
fn shortened(why: String) -> String {
    let letters: Vec<char> = why.chars().collect();
    if letters.len() <= MAX_WHY {
        return why;
    }
    let (half, end) = (MAX_WHY / 2, letters.len() - MAX_WHY / 2);
    letters[..half].iter().chain(&['.'; 3]).chain(&letters[end..]).collect()
}

/// A schema, ready to be asked.
struct Schema {
    parts: Schemas,
    root: SchemaIndex,
}

impl Schema {
    /// Out of a value, or a text in which it stands.
    fn read(given: &Value) -> Result<Self, String> {
        let text = match given {
            Value::String(text) => Ok(text.to_string()),
            other => serde_json::to_string(other),
        };
        let schema: Json = text
            .and_then(|text| serde_json::from_str(&text))
            .map_err(|error| format!("not a valid json schema: {error}"))?;
        if count(&schema) > MAX_PARTS {
            return Err(format!("it is of more than {MAX_PARTS} parts"));
        }
        Self::compile(schema)
    }

    fn compile(schema: Json) -> Result<Self, String> {
        let named = schema.get("$schema").and_then(Json::as_str).and_then(Draft::from_url);
        let draft = named.unwrap_or(Draft::V2020_12);
        let mut compiler = Compiler::new();
        compiler.set_default_draft(draft);
        for name in LATER.iter().filter(|(from, _)| draft < *from).flat_map(|(_, names)| *names) {
            compiler.register_format(Format { name, func: |_| Ok(()) });
        }
        // Later drafts have `contentEncoding` and `contentMediaType` as notes, earlier ones have them not.
        if draft == Draft::V7 {
            compiler.enable_content_assertions();
        }
        // One that knows no scheme, so that it loads nothing; the library's own reads files.
        compiler.use_loader(Box::new(SchemeUrlLoader::new()));
        compiler.add_resource(PLACE, schema).map_err(fault)?;
        let mut parts = Schemas::new();
        let root = compiler.compile(PLACE, &mut parts).map_err(fault)?;
        Ok(Self { parts, root })
    }

    /// An error is no answer, neither of them.
    fn check(&self, document: &Value) -> Result<Verdict> {
        let text = serde_json::to_string(document).context("the document cannot be written")?;
        let document: Json = serde_json::from_str(&text)
            .context("the document is nested too deep, or has numbers that are too large")?;
        // At one level, each part applies once at most: the library takes more for a cycle.
        let steps = self.parts.size().saturating_mul(depth(&document) + 1);
        ensure!(
            steps <= STACK_BYTES / STEP_BYTES,
            "the document is nested too deep for a schema of {} parts",
            self.parts.size()
        );
        let verdict = self.parts.validate(&document, self.root);
        Ok(verdict.map_err(|error| first(&error)))
    }
}

/// What is wrong with a schema.
fn fault(error: CompileError) -> String {
    let text = match error {
        CompileError::ValidationError { src, .. } => first(&src),
        CompileError::LoadUrlError { url, .. } => {
            format!("{url} is not within it, and nothing is fetched")
        }
        // The library's name for an expression that is too large, among others.
        CompileError::Bug(why) => why.to_string(),
        other => format!("{other:#}"),
    };
    text.replace(PLACE, "")
}

/// The first thing that is wrong, and where.
fn first(error: &ValidationError<'_, '_>) -> String {
    use ErrorKind::{AllOf, Group, Reference, Schema};
    let mut error = error;
    // These only say that something below them is.
    while let (Schema { .. } | Group | Reference { .. } | AllOf, Some(cause)) =
        (&error.kind, error.causes.first())
    {
        error = cause;
    }
    let (place, kind) = (error.instance_location.to_string(), &error.kind);
    if place.is_empty() { kind.to_string() } else { format!("at '{place}': {kind}") }
}

/// What may be a part of a schema in this value, itself included.
fn count(value: &Json) -> usize {
    match value {
        Json::Bool(_) => 1,
        Json::Array(items) => items.iter().map(count).sum(),
        Json::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// How deep it is nested: nothing in it is 1.
fn depth(value: &Json) -> usize {
    1 + match value {
        Json::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
