//! A small seeded mutator: enough to get from real inputs to almost real ones. What it does not find by chance is for the
//! coverage-guided runner.

/// Bytes that mean something to one of the decoders.
const WORDS: [&[u8]; 28] = [
    b"\0",
    b"\xff\xff\xff\xff\x0f",
    b"\x80",
    b"\x08",
    b"\x12\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"null",
    b":",
    b"\n",
    b"\r\n",
    b"%2F",
    b"%",
    b"&",
    b"?",
    b"/",
    b"\\u0000",
    b"1e999",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"\xef\xbb\xbf",
    b"*a",
    b"&a ",
    b"$holdfast",
    b"'''",
];
/// Longer inputs find nothing that shorter ones do not.
const LONGEST: usize = 4 << 10;

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Mutator(u64);

impl Mutator {
    /// The same seed, the same inputs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end.max(1)).unwrap_or(u64::MAX)).unwrap_or(0)
    }

    /// An input made of one of the corpus, and of a piece of another one at times.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = match corpus.len() {
            0 => Vec::new(),
            some => corpus[self.below(some)].clone(),
        };
        for _ in 0..=self.below(6) {
            self.step(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn step(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let length = self.below(16) + 1;
        let end = (at + length).min(input.len());
        match self.below(8) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = u8::try_from(self.below(256)).unwrap_or(0),
            2 => drop(input.drain(at..end)),
            3 => {
                let piece = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, piece);
            }
            4 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.iter().copied());
            }
            5 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..end, word.iter().copied());
            }
            6 if !corpus.is_empty() => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                let to = (from + self.below(64)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            _ => input.truncate(at),
        }
    }
}
