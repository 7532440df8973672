//! What a request may be, before anything is done for it.

/// The bounds of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Fields inside of fields.
    pub depth: usize,
    /// What the fields cost together: each one is 1, and each one that calls a service [`CALL`].
    pub cost: usize,
}

/// What a field costs that calls a service: 10 more than any other.
pub const CALL: usize = 11;
/// So many of what a search may find cost one more.
const FOUND: usize = 10;
/// No search finds more, whatever it asks for.
const FOUND_MOST: usize = 10_000;

/// The longest text of a request, in bytes. What is to be written can be said by variables, to which this does not apply; reading a
/// text takes its time.
pub(crate) const TEXT_BYTES: usize = 64 << 10;
/// Brackets inside of brackets: the introspection of tools has 15, and the reader of texts calls itself for each.
pub(crate) const BRACKETS: usize = 100;
/// Directives of one field: there are four.
pub(crate) const DIRECTIVES: usize = 8;
/// Requests in one: each is bounded by itself.
pub const BATCH: usize = 10;
/// Operations under way on one connection: as many as a page of subscriptions has.
pub const OPERATIONS: usize = 100;

/// What a search costs that may find so many, with what is asked of each.
pub(crate) fn search(limit: i64) -> usize {
    let found = usize::try_from(limit).unwrap_or_default().min(FOUND_MOST);
    CALL + found / FOUND
}
