//! Every crate that others can use says what it is, so that it can be published.

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};

use crate::{assert_none, root};

/// Of these nobody makes a dependency.
const KEPT: [&str; 5] =
    ["holdfast-tests", "holdfast-bench", "holdfast-fuzz", "holdfast-services", "chrono-tz"];

fn lacks(package: &Package) -> Vec<&'static str> {
    let told = [
        ("description", package.description.is_some()),
        ("license", package.license.is_some()),
        ("readme", package.readme.is_some()),
        ("keywords", !package.keywords.is_empty()),
        ("categories", !package.categories.is_empty()),
        ("rust-version", package.rust_version.is_some()),
    ];
    told.into_iter().filter(|(_, told)| !told).map(|(name, _)| name).collect()
}

#[test]
fn every_crate_can_be_published() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into(), "--locked".into()])
        .exec()
        .expect("cargo metadata answers");
    let mut faults = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let kept = KEPT.contains(&name);
        if kept != package.publish.is_some() {
            faults.push(format!("{name}: publish is {:?}", package.publish));
        }
        if kept {
            continue;
        }
        faults.extend(lacks(package).into_iter().map(|what| format!("{name} has no {what}")));
        // A path alone means nothing to those who take a crate from a registry; what only tests need stays out of it.
        let for_tests =
            |d: &Dependency| d.kind == DependencyKind::Development && KEPT.contains(&&*d.name);
        let paths = package.dependencies.iter().filter(|d| d.path.is_some() && !for_tests(d));
        let bare = paths.filter(|d| d.req.comparators.is_empty());
        faults.extend(bare.map(|d| format!("{name} needs {} of any version", d.name)));
    }
    assert_none(&faults, "crates that cannot be published");
}
