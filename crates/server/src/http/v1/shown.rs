//! Messages as config.v1 gateways write them: names in camelCase, every member there whatever its value, 64-bit numbers as
//! texts, bytes in standard base64, times as texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_api::config_v1::{
    Alias, CheckAccessResponse, DeleteAliasResponse, DeleteResponse, Entry, GetAliasResponse,
    GetResponse, GetVersionsResponse, ListAliasesResponse, ListCodecsResponse,
    ListNamespacesResponse, ListResponse, SetAliasResponse, SetResponse, SnapshotResponse,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A message, to be written as JSON.
pub(super) struct Shown<'a, M>(pub(super) &'a M);

/// The members of a message in order, each with the name it is written by.
macro_rules! shown {
    ($message:ty, |$this:ident| { $($name:literal: $value:expr),* $(,)? }) => {
        impl Serialize for Shown<'_, $message> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $this = self.0;
                let members = [$($name),*];
                let mut object = serializer.serialize_struct(stringify!($message), members.len())?;
                $(object.serialize_field($name, &$value)?;)*
                object.end()
            }
        }
    };
}

shown!(Entry, |e| {
    "namespace": e.namespace,
    "key": e.key,
    "value": Base64(&e.value),
    "codec": e.codec,
    "type": e.r#type,
    "version": Int64(e.version),
    "createdAt": e.created_at.as_option(),
    "updatedAt": e.updated_at.as_option(),
});
shown!(Alias, |a| {
    "alias": a.alias,
    "target": a.target,
    "version": Int64(a.version),
    "createdAt": a.created_at.as_option(),
});
shown!(GetResponse, |m| { "entry": m.entry.as_option().map(Shown) });
shown!(SetResponse, |m| { "entry": m.entry.as_option().map(Shown) });
shown!(ListResponse, |m| { "entries": All(&m.entries), "nextCursor": m.next_cursor });
shown!(GetVersionsResponse, |m| {
    "entries": All(&m.entries),
    "nextCursor": m.next_cursor,
    "limit": m.limit,
});
shown!(SnapshotResponse, |m| {
    "entries": All(&m.entries),
    "etag": m.etag,
    "notModified": m.not_modified,
});
shown!(CheckAccessResponse, |m| { "canRead": m.can_read, "canWrite": m.can_write });
shown!(SetAliasResponse, |m| { "alias": m.alias.as_option().map(Shown) });
shown!(GetAliasResponse, |m| { "alias": m.alias.as_option().map(Shown) });
shown!(ListAliasesResponse, |m| { "aliases": All(&m.aliases) });
shown!(ListCodecsResponse, |m| { "codecs": m.codecs });
shown!(ListNamespacesResponse, |m| {
    "namespaces": m.namespaces,
    "nextCursor": m.next_cursor,
});

impl Serialize for Shown<'_, DeleteResponse> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteResponse", 0)?.end()
    }
}

impl Serialize for Shown<'_, DeleteAliasResponse> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteAliasResponse", 0)?.end()
    }
}

struct All<'a, M>(&'a [M]);

impl<'a, M> Serialize for All<'a, M>
where
    Shown<'a, M>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Shown))
    }
}

struct Int64(i64);

impl Serialize for Int64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct Base64<'a>(&'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_api::convert::time;
    use holdfast_model::Timestamp;

    use super::*;

    fn text(message: &impl Serialize) -> String {
        serde_json::to_string(message).expect("it encodes")
    }

    #[test]
    fn every_member_is_there() {
        assert_eq!(text(&Shown(&GetResponse::default())), r#"{"entry":null}"#);
        assert_eq!(
            text(&Shown(&Entry::default())),
            r#"{"namespace":"","key":"","value":"","codec":"","type":0,"version":"0","createdAt":null,"updatedAt":null}"#
        );
        assert_eq!(
            text(&Shown(&GetVersionsResponse::default())),
            r#"{"entries":[],"nextCursor":"","limit":0}"#
        );
        assert_eq!(text(&Shown(&DeleteResponse::default())), "{}");
    }

    #[test]
    fn times_have_no_three_six_or_nine_digits() {
        for (nanos, written) in [
            (1_767_323_045_000_000_000, "2026-01-02T03:04:05Z"),
            (1_767_323_045_120_000_000, "2026-01-02T03:04:05.120Z"),
            (1_767_323_045_123_456_000, "2026-01-02T03:04:05.123456Z"),
            (1_767_323_045_123_456_789, "2026-01-02T03:04:05.123456789Z"),
        ] {
            let alias = Alias { created_at: time(Timestamp(nanos)).into(), ..Alias::default() };
            assert!(text(&Shown(&alias)).ends_with(&format!("\"{written}\"}}")), "{written}");
        }
    }
}
