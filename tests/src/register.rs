//! Linearizability of single keys: every completed operation took effect at one moment between its call and its return.
//!
//! A general checker (Wing and Gong) searches among all orders. Holdfast's answers say more than values: every write
//! returns the revision at which it took effect, and every read the version that it saw. So the order is *claimed*, and only
//! has to be proven possible: writes in the order of their revisions, reads behind the write they saw. That is a sort and
//! one sweep, exact for histories of any length. A write without an answer may have happened or not: it counts only if
//! somebody saw it.

use std::time::Instant;

/// A completed operation on one key.
#[derive(Debug, Clone)]
pub struct Operation {
    /// When it was sent.
    pub called: Instant,
    /// When its answer was there.
    pub returned: Instant,
    /// What it did.
    pub what: What,
}

/// What an operation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Wrote this value at this revision (the key's `mod_revision` from then on).
    Write {
        /// The revision that it was told.
        revision: u64,
        /// The value.
        value: String,
    },
    /// Read this value, or nothing, as of this `mod_revision` (0: nothing).
    Read {
        /// The revision that wrote what was seen.
        revision: u64,
        /// The value.
        value: Option<String>,
    },
}

impl What {
    fn revision(&self) -> u64 {
        match self {
            Self::Write { revision, .. } | Self::Read { revision, .. } => *revision,
        }
    }

    fn is_read(&self) -> bool {
        matches!(self, Self::Read { .. })
    }
}

/// Checks the history of one key.
///
/// # Errors
/// A sentence about the first two operations that no order explains.
pub fn check(history: &[Operation]) -> Result<(), String> {
    let mut order: Vec<&Operation> = history.iter().collect();
    // The claimed order; among those of one revision the write comes first, then reads as they were called.
    order.sort_by_key(|op| (op.what.revision(), op.what.is_read(), op.called));
    values_agree(&order)?;
    // In a valid order nobody may stand behind an operation that was only called after he had returned.
    let mut latest: Option<&Operation> = None;
    for op in order {
        if let Some(earlier) = latest.filter(|earlier| op.returned < earlier.called) {
            return Err(format!("{op:?} returned before {earlier:?} was called, yet follows it"));
        }
        if latest.is_none_or(|earlier| op.called > earlier.called) {
            latest = Some(op);
        }
    }
    Ok(())
}

/// One revision has one writer, and everybody who saw it saw its value.
fn values_agree(order: &[&Operation]) -> Result<(), String> {
    for pair in order.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if first.what.revision() != second.what.revision() {
            continue;
        }
        if !second.what.is_read() {
            return Err(format!("{first:?} and {second:?} claim one revision"));
        }
        let shown = |what: &What| match what {
            What::Write { value, .. } => Some(value.clone()),
            What::Read { value, .. } => value.clone(),
        };
        if shown(&first.what) != shown(&second.what) {
            return Err(format!("{second:?} saw another value than {first:?}"));
        }
    }
    Ok(())
}
