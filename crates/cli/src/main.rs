//! stub
mod tree;
fn main() {}
