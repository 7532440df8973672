//! Where in a filter something stands, for the sentences of errors.

use std::fmt;

use crate::FilterError;

/// A place in a filter, as the steps that lead to it: `$or[1].age.$gt`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    before: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Top,
    Name(&'p str),
    Item(usize),
}

/// A longer name is cut in sentences.
const SHOWN: usize = 64;

impl<'p> Place<'p> {
    /// The filter itself.
    pub(crate) const TOP: Self = Self { before: None, step: Step::Top };

    pub(crate) fn name(&'p self, name: &'p str) -> Self {
        Self { before: Some(self), step: Step::Name(name) }
    }

    pub(crate) fn item(&'p self, index: usize) -> Self {
        Self { before: Some(self), step: Step::Item(index) }
    }

    pub(crate) fn unknown(self, what: &str) -> FilterError {
        FilterError::unknown(format!("{self}: {what}"))
    }

    pub(crate) fn refused(self, what: &str) -> FilterError {
        FilterError::refused(format!("{self}: {what}"))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.before.filter(|before| !matches!(before.step, Step::Top));
        if let Some(before) = before {
            before.fmt(to)?;
        }
        match self.step {
            Step::Top => to.write_str("the filter"),
            Step::Item(index) => write!(to, "[{index}]"),
            Step::Name(name) => {
                if before.is_some() {
                    to.write_str(".")?;
                }
                name.chars().take(SHOWN).try_for_each(|c| write!(to, "{}", c.escape_debug()))
            }
        }
    }
}
