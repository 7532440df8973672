//! What fragments make of a request: a few hundred bytes of them can stand for more fields than anybody can count, and whoever follows
//! each would. Here each is looked at once.

use std::collections::HashMap;

use async_graphql::ServerError;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::bounds::Bounds;
use crate::failure::of_request;

/// Fragments inside of fragments.
const FRAGMENTS: usize = 32;

/// Refuses what has more fields than its cost allows, fragments counted wherever they are used. Fragments that use themselves are for
/// the validation to refuse.
pub(crate) fn check(document: &ExecutableDocument, bounds: &Bounds) -> Result<(), ServerError> {
    let mut weights = Weights { document, known: HashMap::new(), within: 0 };
    let operations = document.operations.iter();
    let fragments = document.fragments.values().map(|f| &f.node.selection_set.node);
    let sets = operations.map(|(_, operation)| &operation.node.selection_set.node);
    for set in sets.chain(fragments) {
        if weights.of(set)? > bounds.cost {
            let why = format!("Query is too complex: it has more than {} fields", bounds.cost);
            return Err(of_request("RESOURCE_EXHAUSTED", why));
        }
    }
    Ok(())
}

struct Weights<'a> {
    document: &'a ExecutableDocument,
    /// Fields of each fragment; `None` while it is counted.
    known: HashMap<&'a str, Option<usize>>,
    within: usize,
}

impl<'a> Weights<'a> {
    /// Fields of a selection. The parser bounds how deep it goes.
    fn of(&mut self, set: &'a SelectionSet) -> Result<usize, ServerError> {
        let mut fields = 0_usize;
        for selection in &set.items {
            let more = match &selection.node {
                Selection::Field(field) => 1 + self.of(&field.node.selection_set.node)?,
                Selection::InlineFragment(inline) => self.of(&inline.node.selection_set.node)?,
                // One that has no fields is one to look at, too.
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?.max(1)
                }
            };
            fields = fields.saturating_add(more);
        }
        Ok(fields)
    }

    fn fragment(&mut self, name: &'a str) -> Result<usize, ServerError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.unwrap_or_default());
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        self.within += 1;
        if self.within > FRAGMENTS {
            let why = format!("Query is nested too deep: over {FRAGMENTS} fragments in each other");
            return Err(of_request("RESOURCE_EXHAUSTED", why));
        }
        self.known.insert(name, None);
        let fields = self.of(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(fields));
        self.within -= 1;
        Ok(fields)
    }
}

/// Refuses a text whose brackets are nested deeper than so many: its reader calls itself for each. What is in strings and comments
/// counts too, which at most refuses what nobody writes.
pub(crate) fn check_brackets(text: &str, most: usize) -> Result<(), ServerError> {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            let why = format!("Query is nested too deep: over {most} brackets in each other");
            return Err(of_request("RESOURCE_EXHAUSTED", why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn judged(text: &str) -> Result<(), String> {
        let document = parse_query(text).expect("it parses");
        check(&document, &Bounds { depth: 20, cost: 100 }).map_err(|error| error.message)
    }

    #[test]
    fn fragments_are_counted_wherever_they_are_used() {
        assert_eq!(judged("{ a { b } ...f } fragment f on Q { c }"), Ok(()));
        let doubling: String =
            (0..30).map(|n| format!("fragment f{n} on Q {{ ...f{0} ...f{0} }} ", n + 1)).collect();
        let bomb = format!("{{ ...f0 }} {doubling} fragment f30 on Q {{ a }}");
        assert!(judged(&bomb).is_err_and(|why| why.contains("too complex")));
        // The same that nobody uses.
        assert!(judged(&bomb.replacen("...f0", "a", 1)).is_err());
        let empty = bomb.replace("{ a }", "{ ...nowhere }");
        assert!(judged(&empty).is_err(), "without a field in it");
        let chain: String =
            (0..200).map(|n| format!("fragment f{n} on Q {{ ...f{} }} ", n + 1)).collect();
        assert!(judged(&format!("{{ ...f0 }} {chain}")).is_err_and(|why| why.contains("too deep")));
        assert_eq!(judged("{ ...f } fragment f on Q { ...g } fragment g on Q { ...f }"), Ok(()));
    }

    #[test]
    fn brackets_have_a_depth() {
        assert!(check_brackets(&"[]".repeat(1_000), 2).is_ok());
        assert!(check_brackets("{a(b:[[1]])}", 4).is_ok());
        assert!(check_brackets("{a(b:[[1]])}", 3).is_err());
    }
}
