//! Ports that nobody else gets.

pub use holdfast_services::ports::free;
