//! Reads one journal batch by batch.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Result, Seek, SeekFrom};
use std::path::Path;

use holdfast_model::Revision;
use xxhash_rust::xxh3::Xxh3;

use crate::keys;
use crate::tables::Table;

const BUFFER_BYTES: usize = 256 << 10;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const END_MAGIC: &[u8; 4] = b"FJL\x03";
/// Type, compression, keyspace, lengths of the key, of the value, and of the value as it is stored.
const ITEM_HEADER: usize = 1 + 1 + 8 + 2 + 4 + 4;
/// Our largest row is a value of a commit at its limit; anything longer is a wrong length.
const MAX_VALUE: usize = 256 << 20;

/// Why the bytes are no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault(pub(super) &'static str);

/// What matters of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// The engine's counter for it.
    pub(super) counter: u64,
    /// What the counter was before, as we noted it in the batch.
    pub(super) witness: Option<u64>,
    /// The newest commit in it.
    pub(super) newest: Option<Revision>,
}

/// An open journal.
pub(super) struct Journal {
    reader: BufReader<File>,
    /// End of the last intact batch.
    intact: u64,
    /// Where the reader is.
    position: u64,
    /// Over the items of the batch.
    checksum: Xxh3,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        Ok(Self { reader, intact: 0, position: 0, checksum: Xxh3::new() })
    }

    pub(super) fn intact(&self) -> u64 {
        self.intact
    }

    /// The next batch, or `None` when nothing but zeros follows.
    pub(super) fn next(&mut self) -> Result<std::result::Result<Option<Batch>, Fault>> {
        match self.batch() {
            Ok(Ok(batch)) => {
                if batch.is_some() {
                    self.intact = self.position;
                }
                Ok(Ok(batch))
            }
            Ok(Err(fault)) => Ok(Err(fault)),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Ok(Err(Fault("the file ends inside a batch")))
            }
            Err(error) => Err(error),
        }
    }

    fn batch(&mut self) -> Result<std::result::Result<Option<Batch>, Fault>> {
        let tag = match self.reader.fill_buf()?.first() {
            None => return Ok(Ok(None)),
            Some(&tag) => tag,
        };
        if tag == 0 {
            // The file is made with its full size, so zeros are what was not written yet.
            return Ok(self.only_zeros()?.then_some(None).ok_or(Fault("bytes follow a gap")));
        }
        if tag != START {
            return Ok(Err(Fault("a batch does not begin as one")));
        }
        let start: [u8; 13] = self.take()?;
        let (_, fields) = start.split_at(1);
        let (count, counter) = fields.split_at(4);
        let count = u32::from_le_bytes(count.try_into().unwrap_or_default());
        let counter = u64::from_le_bytes(counter.try_into().unwrap_or_default());
        let mut batch = Batch { counter, witness: None, newest: None };
        self.checksum.reset();
        for _ in 0..count {
            if let Err(fault) = self.item(&mut batch)? {
                return Ok(Err(fault));
            }
        }
        let checksum = self.checksum.digest().to_le_bytes();
        let [tag, end @ ..]: [u8; 13] = self.take()?;
        if tag != END || &end[8..] != END_MAGIC {
            return Ok(Err(Fault("a batch does not end as one")));
        }
        if end[..8] != checksum {
            return Ok(Err(Fault("the checksum of a batch is wrong")));
        }
        Ok(Ok(Some(batch)))
    }

    fn item(&mut self, batch: &mut Batch) -> Result<std::result::Result<(), Fault>> {
        let [tag]: [u8; 1] = self.take()?;
        if tag != ITEM {
            return Ok(Err(Fault("an item does not begin as one")));
        }
        let header: [u8; ITEM_HEADER] = self.take()?;
        let keyspace = u64::from_le_bytes(header[2..10].try_into().unwrap_or_default());
        let key_len = usize::from(u16::from_le_bytes([header[10], header[11]]));
        let stored = u32::from_le_bytes(header[16..20].try_into().unwrap_or_default()) as usize;
        if key_len > 4_096 || stored > MAX_VALUE {
            return Ok(Err(Fault("a length is impossible")));
        }
        let mut key = [0; 4_096];
        let key = &mut key[..key_len];
        self.reader.read_exact(key)?;
        self.checksum.update(key);
        self.position += key_len as u64;
        if keyspace == Table::Log as u64 {
            batch.newest = batch.newest.max(keys::parse_log(key).ok());
        }
        if keyspace == Table::Meta as u64 && key == keys::WITNESS && stored == 12 {
            let row: [u8; 12] = self.take()?;
            batch.witness = row.first_chunk::<8>().map(|counter| u64::from_le_bytes(*counter));
        } else {
            self.skip(stored)?;
        }
        Ok(Ok(()))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        self.checksum.update(&bytes);
        self.position += N as u64;
        Ok(bytes)
    }

    fn skip(&mut self, mut len: usize) -> Result<()> {
        while len > 0 {
            let buffer = self.reader.fill_buf()?;
            let part = buffer.len().min(len);
            if part == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.checksum.update(&buffer[..part]);
            self.reader.consume(part);
            self.position += part as u64;
            len -= part;
        }
        Ok(())
    }

    fn only_zeros(&mut self) -> Result<bool> {
        static ZEROS: [u8; 4 << 10] = [0; 4 << 10];
        loop {
            let buffer = self.reader.fill_buf()?;
            let len = buffer.len();
            if len == 0 {
                return Ok(true);
            }
            if buffer.chunks(ZEROS.len()).any(|part| *part != ZEROS[..part.len()]) {
                return Ok(false);
            }
            self.reader.consume(len);
            // Most of it was never written and takes no space on disk: the file system knows the next byte that does.
            let position = self.reader.stream_position()?;
            match rustix::fs::seek(self.reader.get_ref(), rustix::fs::SeekFrom::Data(position)) {
                Ok(data) => self.reader.seek(SeekFrom::Start(data)).map(drop)?,
                Err(rustix::io::Errno::NXIO) => return Ok(true),
                Err(_) => self.reader.seek(SeekFrom::Start(position)).map(drop)?,
            }
        }
    }

    /// The counter that the bytes behind the last intact batch would have as a batch.
    pub(super) fn counter_behind(&mut self) -> Result<Option<u64>> {
        self.reader.seek(SeekFrom::Start(self.intact))?;
        let mut start = [0; 13];
        match self.reader.read_exact(&mut start) {
            Ok(()) => Ok(start.last_chunk::<8>().map(|counter| u64::from_le_bytes(*counter))),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// True when an intact batch with a counter from `counter` on lies somewhere behind the fault: then this is no write
    /// that a crash cut off, for batches are written one after the other, each flushed before the next begins.
    pub(super) fn goes_on(&mut self, counter: u64) -> Result<bool> {
        self.reader.seek(SeekFrom::Start(self.intact))?;
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest)?;
        let used = rest.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        let rest = &rest[..used];
        let starts = rest.iter().enumerate().skip(1).filter(|(_, byte)| **byte == START);
        Ok(starts.map(|(place, _)| place).any(|place| is_batch(&rest[place..], counter)))
    }
}

/// True when the bytes begin with a whole batch whose checksum is right.
fn is_batch(bytes: &[u8], counter: u64) -> bool {
    let Some((start, mut rest)) = bytes.split_first_chunk::<13>() else { return false };
    let field = |range: std::ops::Range<usize>| {
        let mut wide = [0; 8];
        wide[..range.len()].copy_from_slice(&start[range]);
        u64::from_le_bytes(wide)
    };
    if field(5..13) < counter {
        return false;
    }
    let items = rest;
    for _ in 0..field(1..5) {
        let Some((header, behind)) = rest.split_first_chunk::<{ 1 + ITEM_HEADER }>() else {
            return false;
        };
        let key = usize::from(u16::from_le_bytes([header[11], header[12]]));
        let value = u32::from_le_bytes([header[17], header[18], header[19], header[20]]) as usize;
        if header[0] != ITEM || behind.len() < key + value {
            return false;
        }
        rest = &behind[key + value..];
    }
    let Some((end, _)) = rest.split_first_chunk::<13>() else { return false };
    let items = &items[..items.len() - rest.len()];
    let checksum = xxhash_rust::xxh3::xxh3_64(items).to_le_bytes();
    end[0] == END && end[1..9] == checksum && &end[9..] == END_MAGIC
}
