//! The parts that a file consists of: a kind, lengths, checksums, and compressed bytes.

use std::io::{self, Read};

/// What every backup begins with; the format follows.
pub(crate) const MAGIC: &[u8; 8] = b"HOLDFBAK";

/// The format that this release writes, and the newest that it reads: major and minor.
pub const FORMAT: (u16, u16) = (1, 0);

/// Magic and format.
pub(crate) const PREFIX: usize = 8 + 2 + 2;

/// Kind, stored length, plain length, checksum of the stored bytes, checksum of these fields.
pub(crate) const HEADER: usize = 1 + 4 + 4 + 4 + 4;

/// Fast, and about as small as JSON gets.
const LEVEL: i32 = 3;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Which log; the first frame.
    Head = 1,
    Kept = 2,
    Side = 3,
    Commits = 4,
    /// Counts and the digest; the last frame.
    End = 5,
}

impl Kind {
    fn of(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Head,
            2 => Self::Kept,
            3 => Self::Side,
            4 => Self::Commits,
            5 => Self::End,
            _ => return None,
        })
    }
}

/// A frame whose checksums are right.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) plain: Vec<u8>,
    /// All of it as it is in the file.
    pub(crate) raw: Vec<u8>,
}

/// Why there is no frame.
#[derive(Debug)]
pub(crate) enum Fault {
    Io(io::Error),
    /// The file ends in it.
    CutOff,
    Wrong(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            _ => Self::Io(error),
        }
    }
}

/// The bytes of a frame.
///
/// # Errors
/// When there is no memory to compress in, or it is larger than a frame can be.
pub(crate) fn pack(kind: Kind, plain: &[u8]) -> io::Result<Vec<u8>> {
    let stored = zstd::bulk::compress(plain, LEVEL)?;
    let len = |bytes: &[u8]| {
        u32::try_from(bytes.len()).map_err(|_| io::Error::other("a part is larger than 4 GiB"))
    };
    let mut raw = Vec::with_capacity(HEADER + stored.len());
    raw.push(kind as u8);
    raw.extend_from_slice(&len(&stored)?.to_le_bytes());
    raw.extend_from_slice(&len(plain)?.to_le_bytes());
    raw.extend_from_slice(&crc32fast::hash(&stored).to_le_bytes());
    let of_fields = crc32fast::hash(&raw);
    raw.extend_from_slice(&of_fields.to_le_bytes());
    raw.extend_from_slice(&stored);
    Ok(raw)
}

/// The next frame. A length is only believed once its checksum is right.
pub(crate) fn unpack(from: &mut impl Read) -> Result<Frame, Fault> {
    let mut header = [0; HEADER];
    from.read_exact(&mut header)?;
    let (fields, crc) = header.split_at(HEADER - 4);
    if crc32fast::hash(fields).to_le_bytes() != crc {
        return Err(Fault::Wrong("the checksum of its beginning is wrong"));
    }
    let number = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&fields[at..at + 4]);
        u32::from_le_bytes(bytes)
    };
    let kind = Kind::of(fields[0]).ok_or(Fault::Wrong("its kind is unknown"))?;
    let (stored_len, plain_len) = (number(1) as usize, number(5) as usize);
    let mut raw = Vec::with_capacity(HEADER + stored_len);
    raw.extend_from_slice(&header);
    let read = from.take(stored_len as u64).read_to_end(&mut raw)?;
    if read < stored_len {
        return Err(Fault::CutOff);
    }
    let stored = &raw[HEADER..];
    if crc32fast::hash(stored) != number(9) {
        return Err(Fault::Wrong("its checksum is wrong"));
    }
    let plain = zstd::bulk::decompress(stored, plain_len)
        .map_err(|_| Fault::Wrong("it does not decompress"))?;
    if plain.len() != plain_len {
        return Err(Fault::Wrong("it has another length than it was written with"));
    }
    Ok(Frame { kind, plain, raw })
}
