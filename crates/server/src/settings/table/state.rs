//! Settings of the stategate dialect.

use super::Setting;

pub(super) const SETTINGS: &[Setting] = &[Setting {
    path: "state.del_events",
    about: "Whether removals are events of stategate: with the state as it was before, and a method that ends in `/Del`.",
    of: |s| &mut s.state.del_events,
}];
