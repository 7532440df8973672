//! Model values to wire values, and back.
