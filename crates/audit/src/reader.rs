//! Lines of a bounded length, forwards, and a part of a file at a time backwards.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::line::MAX_LINE_BYTES;

/// So much of a file is held at once on the way back; a longer line is held alone.
const PART_BYTES: u64 = 1 << 20;

/// A line as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Without its newline.
    Whole(Vec<u8>),
    /// More bytes than a line can have; they were passed over.
    TooLong,
    /// The file ends before the line does.
    Torn,
}

/// Reads forwards.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    /// Bytes read so far: where the next line begins.
    pub offset: u64,
    /// Lines read so far: the number of the last one, from 1.
    pub number: u64,
}

impl Lines<BufReader<File>> {
    /// All lines of a file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::new(BufReader::new(File::open(path)?)))
    }
}

impl<R: BufRead> Lines<R> {
    /// From where the source stands.
    pub fn new(source: R) -> Self {
        Self { source, offset: 0, number: 0 }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// What the source says.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        let most = MAX_LINE_BYTES as u64 + 1;
        let read = self.source.by_ref().take(most).read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.offset += read;
        self.number += 1;
        if line.pop_if(|last| *last == b'\n').is_some() {
            return Ok(Some(Line::Whole(line)));
        }
        if read < most {
            return Ok(Some(Line::Torn));
        }
        self.pass_over().map(Some)
    }

    fn pass_over(&mut self) -> io::Result<Line> {
        loop {
            let held = self.source.fill_buf()?;
            let (used, ended) = match held.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (held.len(), false),
            };
            if used == 0 {
                return Ok(Line::Torn);
            }
            self.source.consume(used);
            self.offset += used as u64;
            if ended {
                return Ok(Line::TooLong);
            }
        }
    }
}

/// A file in parts, the last one first. A first pass over the file finds where lines begin, and what their numbers are.
#[derive(Debug)]
pub struct PartsBack {
    file: File,
    /// Where a part begins, and the number of the line before it.
    starts: Vec<(u64, u64)>,
    end: u64,
}

impl PartsBack {
    /// Up to where the file ends now.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut lines = Lines::open(path)?;
        let mut starts = vec![(0, 0)];
        while lines.next_line()?.is_some() {
            let begun = starts.last().map_or(0, |(start, _)| *start);
            if lines.offset - begun >= PART_BYTES {
                starts.push((lines.offset, lines.number));
            }
        }
        Ok(Self { file: File::open(path)?, starts, end: lines.offset })
    }

    /// The lines of the part before, with their numbers, in the order of the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn next_part(&mut self) -> io::Result<Option<Vec<(u64, Line)>>> {
        let Some((start, before)) = self.starts.pop() else { return Ok(None) };
        self.file.seek(SeekFrom::Start(start))?;
        let mut lines = Lines::new(BufReader::new((&self.file).take(self.end - start)));
        let mut part = Vec::new();
        while let Some(line) = lines.next_line()? {
            part.push((before + lines.number, line));
        }
        self.end = start;
        Ok(Some(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(bytes);
        std::iter::from_fn(|| lines.next_line().expect("memory reads")).collect()
    }

    #[test]
    fn lines_end_with_a_newline_or_are_torn() {
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        assert_eq!(all(b""), []);
        assert_eq!(all(b"a\n\nb\n"), [whole("a"), whole(""), whole("b")]);
        assert_eq!(all(b"a\nb"), [whole("a"), Line::Torn]);
        let longest = "x".repeat(MAX_LINE_BYTES);
        let text = format!("{longest}\n{longest}x\na\n{longest}x");
        assert_eq!(all(text.as_bytes()), [whole(&longest), Line::TooLong, whole("a"), Line::Torn]);
    }

    #[test]
    fn backwards_finds_the_same_lines_with_the_same_numbers() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("lines");
        for size in [0, 1, 700, 400_000, 2_000_000] {
            let text: Vec<String> = (0..9).map(|n| n.to_string().repeat(size)).collect();
            for end in ["", "\n", "\ntorn"] {
                std::fs::write(&path, text.join("\n") + end).expect("written");
                let mut lines = Lines::open(&path).expect("opens");
                let mut forwards = Vec::new();
                while let Some(line) = lines.next_line().expect("reads") {
                    forwards.push((lines.number, line));
                }
                let mut parts = PartsBack::open(&path).expect("opens");
                let mut backwards = Vec::new();
                while let Some(part) = parts.next_part().expect("reads") {
                    backwards.splice(0..0, part);
                }
                assert!(forwards == backwards, "{size} {end:?}");
            }
        }
    }
}
