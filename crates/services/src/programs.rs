//! Where the programs of a service are.

use std::path::{Path, PathBuf};

use crate::skip::skipped;

/// The programs of one service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Programs {
    /// Its name for people.
    pub(crate) service: &'static str,
    /// The environment variable that names the folder of its programs.
    pub(crate) variable: &'static str,
    /// The program that has to be in the folder.
    pub(crate) program: &'static str,
    /// Folders to look in; `*` stands for a release, the newest first.
    pub(crate) places: &'static [&'static str],
}

impl Programs {
    /// The folder, or `None`, and said so, where the service is not installed.
    pub(crate) fn find(&self, suite: &str) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            let folder = PathBuf::from(named);
            let there = folder.join(self.program).is_file();
            assert!(there, "{}: {} is not in {}", self.variable, self.program, folder.display());
            return Some(folder);
        }
        let folders = self.places.iter().flat_map(|place| folders(place));
        let found = folders.into_iter().find(|folder| folder.join(self.program).is_file());
        if found.is_none() {
            let why = format!("{} is not installed (`make setup` does that)", self.service);
            skipped(suite, &why);
        }
        found
    }
}

/// The folders that a place stands for.
fn folders(place: &str) -> Vec<PathBuf> {
    let Some((before, behind)) = place.split_once('*') else { return vec![place.into()] };
    let Ok(releases) = std::fs::read_dir(before) else { return Vec::new() };
    let mut found: Vec<(Vec<u32>, PathBuf)> = releases
        .filter_map(|release| {
            let path = release.ok()?.path();
            Some((numbers(&path), path.join(behind.trim_start_matches('/'))))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// The numbers in a folder's name, to tell a newer release from an older one.
fn numbers(path: &Path) -> Vec<u32> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}
