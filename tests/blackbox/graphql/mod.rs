//! Section 11.7 of the stategate contract against the real binary: GraphQL over HTTP and over WebSockets. Who may do what is in
//! `trust/graphql.rs`.

mod bounds;
mod calls;
mod http;
mod persisted;
mod sockets;
