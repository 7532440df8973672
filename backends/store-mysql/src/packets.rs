//! Statements of one transaction, in packets that the database takes: one, but for groups of long names.

use crate::text::{Row, Text};

/// Statements that grow, and the packets that are full.
#[derive(Debug)]
pub(crate) struct Packets {
    limit: usize,
    full: Vec<String>,
    last: Text,
}

impl Packets {
    /// Packets of at most `limit` bytes, the first of which begins so.
    pub(crate) fn new(limit: usize, begin: Text) -> Self {
        Self { limit, full: Vec::new(), last: begin }
    }

    /// Appends `head (..), (..)tail`, in several statements where one would be too long, or nothing when there are no rows.
    pub(crate) fn rows(mut self, head: &str, rows: impl Iterator<Item = Row>, tail: &str) -> Self {
        let mut any = false;
        for row in rows {
            let row = row.into_string();
            let around = head.len() + tail.len() + ", ()".len();
            if !self.last.is_empty() && self.last.len() + row.len() + around > self.limit {
                if any {
                    self.last = self.last.sql(tail);
                }
                any = false;
                self.full.push(std::mem::take(&mut self.last).into_string());
            }
            let before = if any { ", (" } else { head };
            self.last = self.last.sql(before).sql(if any { "" } else { "(" }).sql(&row).sql(")");
            any = true;
        }
        if any {
            self.last = self.last.sql(tail);
        }
        self
    }

    /// All of them, with SQL at the end of the last.
    pub(crate) fn end(mut self, sql: &str) -> Vec<String> {
        self.full.push(self.last.sql(sql).into_string());
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lengths: &[usize]) -> impl Iterator<Item = Row> {
        lengths.iter().map(|length| Row::default().bytes(&vec![7; *length]))
    }

    fn packets(limit: usize, lengths: &[usize]) -> Vec<String> {
        let packets = Packets::new(limit, Text::new("BEGIN; "));
        let packets = packets.rows("INSERT INTO a VALUES ", rows(lengths), "; ");
        packets
            .rows("DELETE ", rows(&[]), "; ")
            .rows("INSERT INTO b VALUES ", rows(lengths), "; ")
            .end("COMMIT")
    }

    #[test]
    fn what_fits_is_one_packet() {
        let expected = "BEGIN; INSERT INTO a VALUES (x'07'), (x'0707'); INSERT INTO b VALUES (x'07'), (x'0707'); COMMIT";
        assert_eq!(packets(1_000, &[1, 2]), [expected]);
        assert_eq!(packets(1_000, &[]), ["BEGIN; COMMIT"]);
    }

    #[test]
    fn what_does_not_is_cut_between_rows_and_every_piece_is_whole() {
        let lengths: Vec<usize> = (0..40).collect();
        for limit in [130, 200, 500, 1_000] {
            let packets = packets(limit, &lengths);
            assert!(packets.len() > 2 && packets.iter().all(|packet| packet.len() <= limit));
            assert!(packets[0].starts_with("BEGIN; INSERT INTO a VALUES (x''"));
            let whole = |packet: &String| packet.ends_with("; ") && !packet.starts_with(',');
            assert!(packets[..packets.len() - 1].iter().all(whole), "{packets:?}");
            assert!(packets.last().is_some_and(|packet| packet.ends_with("; COMMIT")));
            let rows: usize = packets.iter().map(|packet| packet.matches("(x'").count()).sum();
            assert_eq!(rows, 2 * lengths.len());
        }
    }
}
