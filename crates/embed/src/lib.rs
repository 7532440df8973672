//! Holdfast in this process, for programs that need no server: an engine as a [`Source`](holdfast_client::Source) of the client library.
//!
//! - [`Embedded`]: **start here**: an engine over memory or over a data directory, or one that the program has already
//! - `follow`: the log as the news of a source; `convert`: entries, batches and errors of the one as those of the other
//!
//! The data directory is that of a server: the same program can be given one later, or a server can be given the data of the program.

mod convert;
mod embedded;
mod follow;

pub use embedded::Embedded;
