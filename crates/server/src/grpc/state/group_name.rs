//! What a consumer group is called in the log: by the events that it is of too, so that groups of different events are different
//! groups.

use holdfast_model::Filter as Keys;

use super::wanted::Wanted;

/// A consumer group as its streams name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupName {
    pub(crate) domain: String,
    pub(crate) kind: String,
    pub(crate) name: String,
}

impl GroupName {
    /// Its name in the log.
    pub(crate) fn in_log(&self) -> String {
        serde_json::json!([self.domain, self.kind, self.name]).to_string()
    }

    /// The group of such a name; the server's own groups have others.
    pub(crate) fn of(in_log: &str) -> Option<Self> {
        let (domain, kind, name) = serde_json::from_str(in_log).ok()?;
        Some(Self { domain, kind, name })
    }

    /// The keys among which all of its events are.
    pub(crate) fn events(&self) -> Keys {
        Wanted::of(&self.domain, &self.kind).keys()
    }

    /// Those of all groups of a domain.
    pub(crate) fn events_in(domain: &str) -> Keys {
        Wanted::of(domain, "*").keys()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_name_in_the_log_tells_all(domain in ".{1,9}", kind in ".{1,9}", name in ".{1,9}") {
            let group = GroupName { domain, kind, name };
            prop_assert_eq!(GroupName::of(&group.in_log()), Some(group));
        }
    }

    #[test]
    fn other_names_are_of_no_group_of_callers() {
        for name in ["events.subjects", "", "[]", r#"["a","b"]"#, r#"["a","b","c","d"]"#, "[1,2,3]"]
        {
            assert_eq!(GroupName::of(name), None, "{name}");
        }
    }
}
