//! What a filter looks at.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A document as filters and orders see it: named members at the top, JSON below them.
///
/// It need not exist as one JSON value; what is put together for the occasion (a key as `_id`) is a member like any other.
pub trait Document {
    /// The member of a name at the top of the document: the first segment of a path.
    fn top(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// Shows every member at the top once, in any order: what `$text` and `$$ROOT` look at.
    fn each(&self, see: &mut dyn FnMut(&str, &Value));

    /// Where a path begins, and how many of its segments (at least one of them, never more than there are) led there.
    ///
    /// A document whose longer names mean something else than its shorter ones, or that would have to build a member
    /// only to have a part of it read, says here where the path goes on.
    fn enter(&self, path: &[String]) -> (Option<Cow<'_, Value>>, usize) {
        (path.first().and_then(|name| self.top(name)), 1)
    }
}

impl Document for Map<String, Value> {
    fn top(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.get(name).map(Cow::Borrowed)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &Value)) {
        self.iter().for_each(|(name, value)| see(name, value));
    }
}

impl Document for Value {
    /// A value that is no object has no members.
    fn top(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.as_object()?.get(name).map(Cow::Borrowed)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &Value)) {
        if let Value::Object(members) = self {
            members.each(see);
        }
    }
}
