//! Texts that clients hand back, and names.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use buffa::Message;
use holdfast_api::config_v1::{GetVersionsRequest, ListNamespacesRequest, ListRequest};
use holdfast_api::holdfast_v1::{
    EventsRequest, ListRequest as OwnList, SearchRequest, WatchRequest,
};
use holdfast_model::{EntryKey, Key, Namespace, ResumeToken};
use tonic::Code;

use super::grpc::{call, framed};

/// The first byte chooses the list and whether the rest is the cursor, or what one is the base64 of.
pub(crate) fn cursor(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let cursor = if choice & 0x80 == 0 {
        String::from_utf8_lossy(rest).into_owned()
    } else {
        URL_SAFE_NO_PAD.encode(rest)
    };
    let namespace = "a".to_owned();
    let (method, message) = match choice % 6 {
        0 => {
            let request = ListRequest { namespace, cursor, ..ListRequest::default() };
            ("config.v1.ConfigService/List", request.encode_to_bytes())
        }
        1 => {
            let key = "k".to_owned();
            let request =
                GetVersionsRequest { namespace, key, cursor, ..GetVersionsRequest::default() };
            ("config.v1.ConfigService/GetVersions", request.encode_to_bytes())
        }
        3 => {
            let request = OwnList { namespace, cursor, ..OwnList::default() };
            ("holdfast.v1.HoldfastService/List", request.encode_to_bytes())
        }
        4 => {
            let request = EventsRequest { cursor, ..EventsRequest::default() };
            ("holdfast.v1.HoldfastService/Events", request.encode_to_bytes())
        }
        5 => {
            let pattern = "a".to_owned();
            let request = SearchRequest { pattern, cursor, ..SearchRequest::default() };
            ("holdfast.v1.HoldfastService/Search", request.encode_to_bytes())
        }
        _ => {
            let request = ListNamespacesRequest { cursor, ..ListNamespacesRequest::default() };
            ("config.v1.ConfigService/ListNamespaces", request.encode_to_bytes())
        }
    };
    let (code, why) = call(method, framed(&message));
    let refused = matches!(code, Code::InvalidArgument | Code::NotFound | Code::OutOfRange);
    let fine = matches!(code, Code::Ok | Code::DeadlineExceeded) || refused;
    assert!(fine, "{method}: {code:?} {why}");
}

/// What parses is written as it was; a watch takes or refuses it.
pub(crate) fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(token) = text.parse::<ResumeToken>() {
        assert_eq!(token.to_string(), text);
    }
    let start = holdfast_api::holdfast_v1::watch_request::Start::Token(text.to_owned());
    let request = WatchRequest { start: Some(start), ..WatchRequest::default() };
    let (code, why) = call("holdfast.v1.HoldfastService/Watch", framed(&request.encode_to_bytes()));
    let refused = matches!(code, Code::InvalidArgument | Code::OutOfRange);
    let fine = matches!(code, Code::Ok | Code::DeadlineExceeded) || refused;
    assert!(fine, "{code:?} {why}");
}

/// A name is kept as it is, and its place on disk is read back as it was.
pub(crate) fn name(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (namespace, key) = text.split_once('\0').unwrap_or((text, text));
    let (namespace, key) = (Namespace::new(namespace), Key::new(key));
    if let (Ok(namespace), Ok(key)) = (namespace, key) {
        let at = EntryKey::new(namespace, key);
        let bytes = holdfast_store_fjall::format::entry_key(&at);
        let again = holdfast_store_fjall::format::read_entry_key(&bytes);
        assert_eq!(again.expect("a name reads back"), at);
    }
}
