//! Tests refuse a server that its sources have left behind.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use holdfast_tests::binary::changed_since;

fn write(path: &Path, text: &str, seconds: u64) {
    fs::write(path, text).expect("a file");
    let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    File::options()
        .write(true)
        .open(path)
        .expect("it is there")
        .set_modified(when)
        .expect("a time");
}

#[test]
fn a_binary_older_than_a_source_of_its_own_is_found_out() {
    let place = tempfile::Builder::new().prefix("with a blank ").tempdir().expect("a directory");
    let path = |name: &str| place.path().join(name);
    fs::create_dir_all(path("target/debug/build")).expect("directories");
    let binary = path("target/debug/holdfast");
    let listed = |name: &str| path(name).display().to_string().replace(' ', "\\ ");
    let names = ["lib.rs", "part of it.rs", "target/debug/build/made.rs"].map(listed);
    let list = format!("{}: {}\n", listed("target/debug/holdfast"), names.join(" "));

    write(&binary, "program", 10);
    for source in ["lib.rs", "part of it.rs", "not_listed.rs", "target/debug/build/made.rs"] {
        write(&path(source), "source", 5);
    }
    assert_eq!(changed_since(&binary), None, "without a list nothing is known");
    write(&path("target/debug/holdfast.d"), &list, 1);
    assert_eq!(changed_since(&binary), None, "all are older");
    write(&path("part of it.rs"), "source", 10);
    assert_eq!(changed_since(&binary), None, "one is as old");
    write(&path("not_listed.rs"), "source", 20);
    write(&path("target/debug/build/made.rs"), "source", 20);
    assert_eq!(changed_since(&binary), None, "not part of it, or made by its build");
    write(&path("part of it.rs"), "source", 11);
    assert_eq!(changed_since(&binary), Some(path("part of it.rs")));
    write(&binary, "program", 12);
    assert_eq!(changed_since(&binary), None, "it was built again");
    fs::remove_file(path("lib.rs")).expect("it was there");
    assert_eq!(changed_since(&binary), Some(path("lib.rs")), "it was deleted");
}
