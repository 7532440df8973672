//! Canonical commits: bytes of a file that somebody else may have changed.

use bytes::Bytes;
use holdfast_model::{DecodeError, Sealed, StoredCommit};

/// More than any value.
const LONGEST: usize = 1 << 20;

/// What opens can be sealed again, and opens as the same commit.
pub(crate) fn canonical(data: &[u8]) {
    let stored = StoredCommit::new(Bytes::copy_from_slice(data));
    let Ok(sealed) = stored.open(value) else { return };
    let again = Sealed::new(sealed.commit().clone());
    let reopened = StoredCommit::new(again.canonical().clone()).open(value);
    let reopened = reopened.expect("what was sealed opens");
    assert_eq!(reopened.commit(), sealed.commit());
    assert_eq!(reopened.hash(), again.hash());
}

/// Values that exist: zeros.
fn value(_: usize, length: usize) -> Result<Bytes, DecodeError> {
    if length > LONGEST {
        return Err(DecodeError::Impossible("value length"));
    }
    Ok(Bytes::from(vec![0; length]))
}
