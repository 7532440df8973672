//! Page cursors: opaque texts that fit one request, whose later pages they continue at the state of the first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use buffa::Message;
use holdfast_model::Revision;

use super::error::{Refusal, invalid_cursor};

/// Format of the bytes: this, the request's mark, flags, revision, place.
const FORMAT: u8 = 2;
const LIVE: u8 = 1;
const MARK_BYTES: usize = 8;

/// The pages of one request.
pub(crate) struct Pages {
    mark: [u8; MARK_BYTES],
}

/// Where a page goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The state of the first page.
    pub(crate) revision: Revision,
    /// That was the latest one at its time.
    pub(crate) live: bool,
    /// Behind this; what it means is the listing's affair.
    pub(crate) place: Vec<u8>,
}

impl Pages {
    /// Of a request without its cursor and limit, which may change from page to page.
    pub(crate) fn of<M: Message>(kind: &str, request: &M) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 page cursor v1");
        hasher.update(kind.as_bytes()).update(&[0]).update(&request.encode_to_bytes());
        let mut mark = [0; MARK_BYTES];
        mark.copy_from_slice(&hasher.finalize().as_bytes()[..MARK_BYTES]);
        Self { mark }
    }

    /// The text for the next page.
    pub(crate) fn text(&self, cursor: &Cursor) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(self.mark);
        bytes.push(if cursor.live { LIVE } else { 0 });
        bytes.extend(cursor.revision.0.to_be_bytes());
        bytes.extend(&cursor.place);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor of a request; `None` on the first page.
    pub(crate) fn open(&self, text: &str) -> Result<Option<Cursor>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let bytes =
            URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid_cursor("it is not base64url"))?;
        let short = || invalid_cursor("it is too short");
        let (format, rest) = bytes.split_first().ok_or_else(short)?;
        if *format != FORMAT {
            return Err(invalid_cursor("it is of another format"));
        }
        let (mark, rest) = rest.split_first_chunk::<MARK_BYTES>().ok_or_else(short)?;
        if *mark != self.mark {
            return Err(invalid_cursor("it belongs to another request"));
        }
        let (flags, rest) = rest.split_first().ok_or_else(short)?;
        let (revision, place) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        Ok(Some(Cursor {
            revision: Revision(u64::from_be_bytes(*revision)),
            live: flags & LIVE != 0,
            place: place.to_vec(),
        }))
    }
}

impl Cursor {
    /// The place as a name.
    pub(crate) fn text(&self) -> Result<String, Refusal> {
        String::from_utf8(self.place.clone()).map_err(|_| invalid_cursor("its place is no name"))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_api::holdfast_v1::ListRequest;

    use super::*;

    fn list(namespace: &str) -> ListRequest {
        ListRequest { namespace: namespace.into(), ..ListRequest::default() }
    }

    #[test]
    fn a_cursor_fits_its_own_request_only() {
        let pages = Pages::of("list", &list("a"));
        let cursor = Cursor { revision: Revision(7), live: true, place: b"k".to_vec() };
        let text = pages.text(&cursor);
        assert_eq!(pages.open(&text).expect("ours"), Some(cursor));
        assert!(pages.open("").expect("the first page").is_none());
        assert!(Pages::of("list", &list("b")).open(&text).is_err());
        assert!(Pages::of("search", &list("a")).open(&text).is_err());
        for length in 1..text.len() - 2 {
            assert!(pages.open(&text[..length]).is_err(), "{length}");
        }
        for bad in ["!", "AA", "AgAA", "Zm9v"] {
            assert!(pages.open(bad).is_err(), "{bad}");
        }
    }
}
