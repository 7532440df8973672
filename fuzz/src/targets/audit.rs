//! Files of auditors, which somebody else may have changed. A hash guards each line against accidents, not against whoever can
//! compute one: half of the lines here have the right one.

use std::io::Cursor;

use holdfast_audit::anchor::{self, Found};
use holdfast_audit::chain::Chain;
use holdfast_audit::line::{close, open, seal};
use holdfast_audit::reader::{Line, Lines};

/// The first byte chooses the kind. A line that opens can be sealed again, and opens as the same entry.
pub(crate) fn file(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    match kind % 3 {
        0 => lines(rest),
        1 => sealed(rest),
        _ => {
            // Half an anchor is one of two slots that are not both intact.
            if let Found::Intact(_, both) = anchor::parse(rest) {
                assert!(!both || rest.len() >= 512);
            }
        }
    }
}

fn lines(data: &[u8]) {
    let (mut chain, mut lines) = (Chain::whole(), Lines::new(Cursor::new(data)));
    while let Ok(Some(line)) = lines.next_line() {
        let Line::Whole(line) = line else { continue };
        let before = chain.end();
        let taken = if lines.number == 1 { chain.begin(&line, 1) } else { chain.go_on(&line) };
        match taken {
            Ok(entry) => assert_eq!((before.seq + 1, before.hash), (entry.seq, entry.prev)),
            Err(_) => assert_eq!(chain.end(), before),
        }
    }
    assert_eq!(lines.offset, data.len() as u64);
}

fn sealed(data: &[u8]) {
    let (line, hash) = close(data.to_vec());
    let Ok((entry, opened)) = open(&line) else { return };
    assert_eq!(opened, hash);
    let (again, _) = seal(&entry).expect("what was read can be written");
    let (reopened, _) = open(&again).expect("and read again");
    assert_eq!(reopened, entry);
}
