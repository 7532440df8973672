//! The query engine against others: an implementation of its own kind, and a MongoDB-compatible server.
//!
//! - [`drawn`]: random documents, filters and sorts
//! - [`naive`]: the rules once more, slowly: `agreement` holds the engine against it
//! - [`differences`]: where the server is known to deviate from MongoDB; `judged` holds the engine against it elsewhere

mod agreement;
mod differences;
mod drawn;
mod judged;
mod naive;
mod naive_expression;
mod naive_values;
