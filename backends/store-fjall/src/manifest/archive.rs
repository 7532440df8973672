//! The container of the engine's manifests and tables: sections, a table of contents, a trailer.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

const TRAILER_MAGIC: &[u8; 4] = b"SFA!";
const CONTENTS_MAGIC: &[u8; 4] = b"TOC!";
/// Magic, version, kind of checksum, checksum, position and length of the contents.
const TRAILER_BYTES: usize = 4 + 1 + 1 + 16 + 8 + 8;
/// Real ones have a dozen sections; a wrong length must not make anybody allocate.
const MAX_CONTENTS_BYTES: u64 = 64 << 10;

/// A section: name, position, length.
pub(super) struct Section {
    pub(super) name: Vec<u8>,
    pub(super) position: u64,
    pub(super) len: u64,
}

/// The sections of a file, or `None` when its trailer or table of contents is not as it was written.
pub(super) fn sections(path: &Path) -> std::io::Result<Option<Vec<Section>>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let Some(trailer_at) = len.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
    let mut trailer = [0; TRAILER_BYTES];
    file.read_exact_at(&mut trailer, trailer_at)?;
    let mut fields = Fields(&trailer);
    let known = fields.take(4) == Some(TRAILER_MAGIC) && fields.take(2) == Some(&[1, 0]);
    let checksum = fields.take(16);
    let (Some(at), Some(len)) = (fields.number::<8>(), fields.number::<8>()) else {
        return Ok(None);
    };
    if !known || len > MAX_CONTENTS_BYTES || at.checked_add(len) != Some(trailer_at) {
        return Ok(None);
    }
    let mut contents = vec![0; len as usize];
    file.read_exact_at(&mut contents, at)?;
    if checksum != Some(&xxhash_rust::xxh3::xxh3_128(&contents).to_le_bytes()) {
        return Ok(None);
    }
    Ok(parse(&contents))
}

fn parse(contents: &[u8]) -> Option<Vec<Section>> {
    let mut fields = Fields(contents);
    if fields.take(4)? != CONTENTS_MAGIC {
        return None;
    }
    let mut sections = Vec::new();
    for _ in 0..fields.number::<4>()? {
        let (position, len) = (fields.number::<8>()?, fields.number::<8>()?);
        let name_len = fields.number::<2>()? as usize;
        sections.push(Section { name: fields.take(name_len)?.to_vec(), position, len });
    }
    Some(sections)
}

/// Takes little-endian fields from the front.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(field)
    }

    /// A number of `N` bytes, at most 8.
    pub(super) fn number<const N: usize>(&mut self) -> Option<u64> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(self.take(N)?);
        Some(u64::from_le_bytes(wide))
    }
}
