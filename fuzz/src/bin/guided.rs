//! The coverage-guided runner: one binary, the target is that of `FUZZ_TARGET`. `.ci/fuzz` builds and runs it.
#![no_main]

use std::sync::LazyLock;

use holdfast_fuzz::{Target, target};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name:?} is none of the targets"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (TARGET.run)(data);
});
