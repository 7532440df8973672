//! A disk between its cache and its platter.

use std::collections::BTreeMap;
use std::path::Path;

use holdfast_testkit::Random;

use super::shim::Change;

const PAGE: usize = 4_096;

/// What a crash leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Survives {
    /// Bytes that were flushed; names at once, as on a file system with a journal.
    Flushed,
    /// Bytes that were flushed, and names whose folder was flushed.
    FlushedNames,
    /// All names, and of the bytes that were not flushed some pages, chosen by this seed.
    SomePages(usize),
}

/// Files and folders by path below the root, which is the empty path.
#[derive(Default)]
pub(crate) struct Disk {
    names: BTreeMap<String, Node>,
    flushed_names: BTreeMap<String, Node>,
    files: Vec<File>,
}

#[derive(Clone, Copy, PartialEq)]
enum Node {
    Folder,
    File(usize),
}

/// Bytes behind the stored ones, up to the length, are zeros.
#[derive(Clone, Default, PartialEq)]
struct Bytes {
    bytes: Vec<u8>,
    len: u64,
}

#[derive(Default)]
struct File {
    now: Bytes,
    flushed: Bytes,
    /// Places that were written since the last flush.
    dirty: Vec<std::ops::Range<usize>>,
}

impl Bytes {
    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(bytes);
        self.len = self.len.max(end as u64);
    }

    fn truncate(&mut self, len: u64) {
        self.bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        self.len = len;
    }
}

impl Disk {
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::Create(path) => {
                self.files.push(File::default());
                self.names.insert(path.clone(), Node::File(self.files.len() - 1));
            }
            Change::MakeFolder(path) => drop(self.names.insert(path.clone(), Node::Folder)),
            Change::Unlink(path) | Change::RemoveFolder(path) => drop(self.names.remove(path)),
            Change::Rename(from, to) => {
                let node = self.names.remove(from).expect("it is there");
                self.names.insert(to.clone(), node);
            }
            Change::Write(path, at, bytes) => {
                if let Some(file) = self.file(path) {
                    file.now.write(*at as usize, bytes);
                    file.dirty.push(*at as usize..*at as usize + bytes.len());
                }
            }
            Change::Truncate(path, len) => {
                if let Some(file) = self.file(path) {
                    file.now.truncate(*len);
                }
            }
            Change::Sync(path) => self.sync(path),
            Change::Mark(_) => {}
        }
    }

    /// `None` when the file has no name any more: then nobody finds it after a crash.
    fn file(&mut self, path: &str) -> Option<&mut File> {
        match self.names.get(path) {
            Some(Node::File(file)) => Some(&mut self.files[*file]),
            _ => None,
        }
    }

    fn sync(&mut self, path: &str) {
        if let Some(file) = self.file(path) {
            file.flushed = file.now.clone();
            file.dirty.clear();
            return;
        }
        let inside = |name: &str| parent(name) == path && name != path;
        self.flushed_names.retain(|name, _| !inside(name));
        let names = self.names.iter().filter(|(name, _)| inside(name));
        self.flushed_names.extend(names.map(|(name, node)| (name.clone(), *node)));
    }

    /// Writes what a crash now would leave.
    pub(crate) fn rebuild(&self, root: &Path, survives: Survives) {
        let names = match survives {
            Survives::FlushedNames => &self.flushed_names,
            _ => &self.names,
        };
        for (name, node) in names {
            let reachable =
                parent(name).is_empty() || names.get(parent(name)) == Some(&Node::Folder);
            let path = root.join(name);
            match node {
                // Sorted by path, so a folder comes before what is in it.
                Node::Folder if reachable => std::fs::create_dir_all(path).expect("made"),
                Node::File(file) if path.parent().is_some_and(Path::is_dir) => {
                    let file = &self.files[*file];
                    let bytes = match survives {
                        Survives::SomePages(seed) => file.some_pages(seed),
                        _ => file.flushed.clone(),
                    };
                    std::fs::write(&path, &bytes.bytes).expect("written");
                    let written = std::fs::File::options().write(true).open(&path).expect("there");
                    written.set_len(bytes.len).expect("long enough");
                }
                _ => {}
            }
        }
    }

    /// Nothing changed a file without the shim noticing.
    pub(crate) fn assert_same_as(&self, root: &Path) {
        for (name, node) in &self.names {
            let Node::File(file) = node else { continue };
            let mut expected = self.files[*file].now.clone();
            let found = std::fs::read(root.join(name)).expect("the file is there");
            expected.bytes.resize(expected.len as usize, 0);
            assert!(found == expected.bytes, "{name} is not as the shim saw it");
        }
    }
}

impl File {
    fn some_pages(&self, seed: usize) -> Bytes {
        let mut random = Random::new(seed as u64);
        let mut bytes = self.flushed.clone();
        let mut pages: Vec<usize> = self
            .dirty
            .iter()
            .flat_map(|range| range.start / PAGE..range.end.div_ceil(PAGE))
            .collect();
        pages.sort_unstable();
        pages.dedup();
        for page in pages {
            let start = page * PAGE;
            let end = (start + PAGE).min(self.now.bytes.len());
            if random.once_in(2) && start < end {
                bytes.write(start, &self.now.bytes[start..end]);
            }
        }
        bytes.len = bytes.len.max(self.now.len);
        bytes
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}
