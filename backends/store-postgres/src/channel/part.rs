//! Payloads: texts that are shorter than 8,000 bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use holdfast_channel::Subject;

/// Bytes of a message in one payload: in base64, and behind the longest subject, still below the limit.
const PART_BYTES: usize = 5_600;

/// A number that no other statement uses.
pub(super) fn mark() -> u64 {
    // Never 0, with which the listener begins.
    fastrand::u64(1..)
}

/// The payload of a mark.
pub(super) fn of_mark(mark: u64) -> String {
    format!("\n{mark:x}")
}

/// The payloads of a message: `subject`, `message.part.parts` and bytes, in a line each.
pub(super) fn of_message(subject: &Subject, message: &[u8]) -> Vec<String> {
    let number = mark();
    let parts = message.len().div_ceil(PART_BYTES).max(1);
    (0..parts)
        .map(|part| {
            let end = message.len().min((part + 1) * PART_BYTES);
            let bytes = STANDARD_NO_PAD.encode(&message[part * PART_BYTES..end]);
            format!("{}\n{number:x}.{part}.{parts}\n{bytes}", subject.as_str())
        })
        .collect()
}

/// What came of a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A mark.
    Mark(u64),
    /// The last part of a message.
    Message(Subject, Bytes),
    /// Another part of one.
    Part,
    /// Nothing of ours, or a message whose beginning was missed.
    Nothing,
}

/// Puts parts together again.
#[derive(Debug, Default)]
pub(super) struct Parts {
    number: u64,
    next: usize,
    bytes: Vec<u8>,
}

impl Parts {
    /// Takes the next payload.
    pub(super) fn take(&mut self, payload: &str) -> Received {
        self.try_take(payload).unwrap_or(Received::Nothing)
    }

    fn try_take(&mut self, payload: &str) -> Option<Received> {
        let (subject, rest) = payload.split_once('\n')?;
        if subject.is_empty() {
            return u64::from_str_radix(rest, 16).ok().map(Received::Mark);
        }
        let (place, bytes) = rest.split_once('\n')?;
        let mut place = place.split('.');
        let number = u64::from_str_radix(place.next()?, 16).ok()?;
        let (part, parts): (usize, usize) =
            (place.next()?.parse().ok()?, place.next()?.parse().ok()?);
        if part == 0 {
            *self = Self { number, ..Self::default() };
        } else if (self.number, self.next) != (number, part) {
            return None;
        }
        STANDARD_NO_PAD.decode_vec(bytes, &mut self.bytes).ok()?;
        self.next = part + 1;
        if self.next < parts {
            return Some(Received::Part);
        }
        let message = std::mem::take(self).bytes;
        Some(Received::Message(Subject::new(subject).ok()?, message.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_any_size_come_back_in_payloads_that_fit() {
        let subject = Subject::new(&"s".repeat(255)).expect("a subject");
        for len in [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, super::super::LARGEST_MESSAGE]
        {
            let message: Vec<u8> = (0..len).map(|byte| byte as u8).collect();
            let payloads = of_message(&subject, &message);
            assert!(payloads.iter().all(|payload| payload.len() < 8_000));
            let mut parts = Parts::default();
            let mut received: Vec<_> = payloads.iter().map(|payload| parts.take(payload)).collect();
            let last = received.pop();
            assert_eq!(last, Some(Received::Message(subject.clone(), message.into())));
            assert!(received.iter().all(|received| *received == Received::Part));
        }
    }

    #[test]
    fn what_is_cut_or_strange_is_nothing() {
        let subject = Subject::new("s").expect("a subject");
        let payloads = of_message(&subject, &vec![7; 3 * PART_BYTES]);
        let mut parts = Parts::default();
        assert_eq!(parts.take(&payloads[1]), Received::Nothing);
        assert_eq!(parts.take(&payloads[0]), Received::Part);
        assert_eq!(parts.take(&payloads[2]), Received::Nothing);
        assert_eq!(Parts::default().take(&of_mark(7)), Received::Mark(7));
        for strange in
            ["", "s", "\n", "\nx", "s\n1.0.1", "s\n1.0\nAA", "s\n1.0.1\n?", "%\n1.0.1\nAA"]
        {
            assert_eq!(Parts::default().take(strange), Received::Nothing, "{strange:?}");
        }
    }
}
