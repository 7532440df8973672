//! The one status table.
