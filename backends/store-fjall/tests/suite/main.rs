//! The embedded store: the conformance suite, and what only a store on a disk can do wrong.

mod chain;
mod conformance;
mod crash;
mod dump;
mod flips;
mod repair;
mod snapshots;
