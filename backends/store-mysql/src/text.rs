//! Statements as text, several of them in one packet: MySQL has neither arrays nor statements that change several tables.
//! Values become literals of hexadecimal digits or base64, which can hold nothing but themselves.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longer ones are cheaper in base64.
const HEX_BYTES: usize = 256;

/// A text that grows.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// A text with a beginning.
    pub(crate) fn new(begin: &str) -> Self {
        Self(begin.to_owned())
    }

    /// Appends SQL of ours.
    pub(crate) fn sql(mut self, sql: &str) -> Self {
        self.0.push_str(sql);
        self
    }

    /// Appends bytes as a literal.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.push(bytes);
        self
    }

    /// Appends a number.
    pub(crate) fn number(mut self, number: i64) -> Self {
        self.int(number);
        self
    }

    fn push(&mut self, bytes: &[u8]) {
        if bytes.len() <= HEX_BYTES {
            self.0.push_str("x'");
            self.0.push_str(&hex::encode(bytes));
            self.0.push('\'');
        } else {
            self.0.push_str("FROM_BASE64('");
            STANDARD.encode_string(bytes, &mut self.0);
            self.0.push_str("')");
        }
    }

    fn int(&mut self, number: i64) {
        // Writing into memory cannot fail.
        let _ = write!(self.0, "{number}");
    }

    /// Appends `head (..), (..)tail`, or nothing when there are no rows.
    pub(crate) fn rows(mut self, head: &str, rows: impl Iterator<Item = Row>, tail: &str) -> Self {
        let mut any = false;
        for row in rows {
            self.0.push_str(if any { ", (" } else { head });
            if !any {
                self.0.push('(');
            }
            any = true;
            self.0.push_str(&row.0.0);
            self.0.push(')');
        }
        if any {
            self.0.push_str(tail);
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// One row of literals, with commas between them.
#[derive(Debug, Default)]
pub(crate) struct Row(Text);

impl Row {
    pub(crate) fn into_string(self) -> String {
        self.0.into_string()
    }

    fn comma(&mut self) {
        if !self.0.0.is_empty() {
            self.0.0.push(',');
        }
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.comma();
        self.0.push(bytes);
        self
    }

    pub(crate) fn number(mut self, number: impl Into<i64>) -> Self {
        self.comma();
        self.0.int(number.into());
        self
    }

    pub(crate) fn optional(mut self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.number(number),
            None => {
                self.comma();
                self.0.0.push_str("NULL");
                self
            }
        }
    }
}

/// The place of an event: what rows are sorted by.
pub(crate) fn place(revision: i64, index: u32) -> [u8; 12] {
    let mut place = [0; 12];
    place[..8].copy_from_slice(&revision.to_be_bytes());
    place[8..].copy_from_slice(&index.to_be_bytes());
    place
}

/// Revision and index of a place.
pub(crate) fn parse_place(place: &[u8]) -> Option<(i64, i32)> {
    let (revision, index) = place.split_first_chunk::<8>()?;
    let index = i32::from_be_bytes(index.try_into().ok()?);
    Some((i64::from_be_bytes(*revision), index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_hold_nothing_but_themselves() {
        let row = || Row::default().bytes(b"'; DROP").number(7).optional(None).bytes(b"");
        let text = Text::new("").rows("VALUES ", [row(), row()].into_iter(), ";").into_string();
        assert_eq!(text, "VALUES (x'273b2044524f50',7,NULL,x''), (x'273b2044524f50',7,NULL,x'');");
        assert_eq!(Text::default().rows("VALUES ", std::iter::empty(), ";").into_string(), "");
        let long = Text::default().bytes(&[b'\''; 300]).into_string();
        assert!(long.starts_with("FROM_BASE64('") && !long[13..long.len() - 2].contains('\''));
    }

    #[test]
    fn places_sort_as_events_do() {
        let places = [(1, 0), (1, 255), (1, 256), (255, 0), (256, 0), (1 << 33, 0)];
        assert!(places.map(|(revision, index)| place(revision, index)).is_sorted());
        assert!(places.iter().all(|(r, i)| parse_place(&place(*r, *i)) == Some((*r, *i as i32))));
        assert_eq!(parse_place(b"short"), None);
    }
}
