//! Policies as operators write them, from every source.

mod asking;
mod bundles;
mod conflicts;
mod contract;
mod document;
mod following;
mod forms;
mod functions;
mod keeping;
mod schemas;
mod state;
mod tokens;
mod trying;
