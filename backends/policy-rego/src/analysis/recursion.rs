//! Rules that need themselves. The interpreter would follow them until the stack ends, and the server with it; the compiler of
//! the register machine finds them by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::path;
use crate::error::LoadError;

/// A name in parts.
type Path = Vec<String>;

/// Refuses modules in which a rule may need itself.
pub(super) fn refuse(modules: &[Value]) -> Result<(), LoadError> {
    let mut needs: BTreeMap<Path, BTreeSet<Path>> = BTreeMap::new();
    for module in modules {
        let scope = Scope::of(module);
        for rule in module["rules"].as_array().into_iter().flatten() {
            let Some(rule) = rule.get("Spec") else { continue };
            let (name, _) = split(head(rule));
            let name = [scope.package.as_slice(), &name].concat();
            needs.entry(name).or_default().extend(scope.references(rule));
        }
    }
    let names: Vec<&Path> = needs.keys().collect();
    let needed = |path: &Path| -> Vec<usize> {
        let meets = |name: &&Path| name.iter().zip(path).all(|(a, b)| a == b);
        names.iter().enumerate().filter(|(_, name)| meets(name)).map(|(n, _)| n).collect()
    };
    let graph: Vec<BTreeSet<usize>> =
        needs.values().map(|paths| paths.iter().flat_map(needed).collect()).collect();
    match in_a_circle(&graph) {
        Some(n) => Err(LoadError::Compile(format!("the rule {} needs itself", names[n].join(".")))),
        None => Ok(()),
    }
}

fn head(rule: &Value) -> &Value {
    let head = &rule["head"];
    let kinds = ["Func", "Compr", "Set"];
    kinds.iter().find_map(|kind| head.get(kind)).map_or(&Value::Null, |head| &head["refr"])
}

/// Takes away what needs nothing that is left, until nothing is left, or circles.
fn in_a_circle(graph: &[BTreeSet<usize>]) -> Option<usize> {
    let mut left: BTreeSet<usize> = (0..graph.len()).collect();
    loop {
        let done: Vec<usize> =
            left.iter().copied().filter(|n| graph[*n].is_disjoint(&left)).collect();
        if done.is_empty() {
            return left.first().copied();
        }
        done.iter().for_each(|n| {
            left.remove(n);
        });
    }
}

/// What names mean in a module.
struct Scope {
    package: Path,
    imports: BTreeMap<String, Path>,
}

impl Scope {
    fn of(module: &Value) -> Self {
        let package = split(&module["package"]["refr"]).0;
        let mut imports = BTreeMap::new();
        for import in module["imports"].as_array().into_iter().flatten() {
            let (path, _) = split(&import["refr"]);
            // A name given by `as` is not in the tree; without knowing it, the module's own names are what is left.
            if let ([root, rest @ ..], Some(last)) = (&path[..], path.last())
                && root == "data"
            {
                imports.insert(last.clone(), rest.to_vec());
            }
        }
        Self { package, imports }
    }

    /// All names under `data` that a rule reads.
    fn references(&self, rule: &Value) -> BTreeSet<Path> {
        let mut own = BTreeSet::new();
        locals(rule, &mut own);
        let mut found = Vec::new();
        references(&rule["bodies"], &mut found);
        // Not its own name.
        let head = rule["head"].as_object().into_iter().flat_map(|head| head.values());
        for part in ["args", "key", "assign"] {
            head.clone().for_each(|head| references(&head[part], &mut found));
        }
        let meant = found.into_iter().filter_map(|path| self.meant(path, &own));
        meant.collect()
    }

    fn meant(&self, path: Path, own: &BTreeSet<String>) -> Option<Path> {
        let root = path.first()?;
        if root == "data" {
            return Some(path[1..].to_vec());
        }
        if root == "input" || own.contains(root) {
            return None;
        }
        match self.imports.get(root) {
            Some(import) => Some([import.as_slice(), &path[1..]].concat()),
            None => Some([self.package.as_slice(), &path].concat()),
        }
    }
}

/// The constant beginning of a reference, and whether that is all of it.
fn split(expression: &Value) -> (Path, bool) {
    if let Some(whole) = path(expression) {
        return (whole.split('.').map(str::to_owned).collect(), true);
    }
    let inner = expression.get("RefDot").or_else(|| expression.get("RefBrack"));
    inner.map_or((Path::new(), false), |inner| (split(&inner["refr"]).0, false))
}

fn references(node: &Value, found: &mut Vec<Path>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| references(node, found)),
        Value::Object(members) => {
            if is_reference(node) {
                found.push(split(node).0);
                beside(node, found);
            } else {
                members.values().for_each(|inner| references(inner, found));
            }
        }
        _ => {}
    }
}

fn is_reference(node: &Value) -> bool {
    ["Var", "RefDot", "RefBrack"].iter().any(|kind| node.get(kind).is_some())
}

/// What stands in the brackets of a reference, and what it begins with when that is no name.
fn beside(node: &Value, found: &mut Vec<Path>) {
    let Some(inner) = node.get("RefDot").or_else(|| node.get("RefBrack")) else { return };
    references(&inner["index"], found);
    let before = &inner["refr"];
    if is_reference(before) { beside(before, found) } else { references(before, found) }
}

/// Names that a rule gives to values of its own.
fn locals(node: &Value, own: &mut BTreeSet<String>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| locals(node, own)),
        Value::Object(members) => {
            for (kind, inner) in members {
                match kind.as_str() {
                    "AssignExpr" if inner["op"] == "ColEq" => names(&inner["lhs"], own),
                    "SomeIn" => {
                        names(&inner["key"], own);
                        names(&inner["value"], own);
                    }
                    "Func" => names(&inner["args"], own),
                    _ => {}
                }
                locals(inner, own);
            }
        }
        _ => {}
    }
}

fn names(pattern: &Value, own: &mut BTreeSet<String>) {
    match pattern {
        Value::Array(parts) => parts.iter().for_each(|part| names(part, own)),
        Value::Object(members) => {
            if let Some(name) = members.get("Var").and_then(|var| var["value"].as_str()) {
                own.insert(name.to_owned());
            }
            members.values().for_each(|inner| names(inner, own));
        }
        _ => {}
    }
}
