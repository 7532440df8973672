//! Search.

use holdfast_api::convert::holdfast as convert;
use holdfast_api::holdfast_v1::search_request::Where;
use holdfast_api::holdfast_v1::{Match, SearchRequest, SearchResponse};
use holdfast_engine::{Found, Moment, Search};
use holdfast_model::{EntryKey, Key, Namespace};

use super::cursor::{Cursor, Pages};
use super::error::{Refusal, invalid_cursor};
use super::moment::moment;
use super::strict::{choice, known, limit, required};
use crate::grpc::call::Call;

pub(crate) async fn search(call: Call, request: SearchRequest) -> Result<SearchResponse, Refusal> {
    let first = SearchRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("search", &first);
    let cursor = pages.open(&request.cursor)?;
    let values = !request.omit_values;
    let mut wanted = requested(request)?;
    if let Some(cursor) = cursor {
        wanted.after = Some(place(&cursor)?);
        wanted.moment = Moment::Revision(cursor.revision);
    }
    let page = call.engine.search(&call.caller, wanted).await?;
    let revision = page.revision;
    let next = page.after.map(|at| {
        // No namespace has a slash.
        let place = format!("{}/{}", at.namespace, at.key).into_bytes();
        pages.text(&Cursor { revision, live: false, place })
    });
    let found = |found: &Found| Match {
        entry: convert::entry(&found.entry, values).into(),
        in_key: found.in_key,
        in_value: found.in_value,
        ..Match::default()
    };
    Ok(SearchResponse {
        matches: page.found.iter().map(found).collect(),
        next_cursor: next.unwrap_or_default(),
        revision: revision.0,
        token: call.engine.token(revision).to_string(),
        ..SearchResponse::default()
    })
}

fn requested(request: SearchRequest) -> Result<Search, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("pattern", &request.pattern)?;
    let place = choice(|| "where".into(), &request.r#where)?;
    let moment = moment("at", request.at.as_option())?;
    Ok(Search {
        namespace: Some(request.namespace).filter(|name| !name.is_empty()),
        prefix: request.prefix,
        pattern: request.pattern,
        regex: request.regex,
        ignore_case: request.ignore_case,
        keys: place != Where::WHERE_VALUES,
        values: place != Where::WHERE_KEYS,
        moment,
        live: moment.is_live(),
        after: None,
        limit: limit(request.limit),
    })
}

fn place(cursor: &Cursor) -> Result<EntryKey, Refusal> {
    let no_place = || invalid_cursor("its place is no entry");
    let text = cursor.text()?;
    let (namespace, key) = text.split_once('/').ok_or_else(no_place)?;
    let namespace = Namespace::new(namespace).map_err(|_| no_place())?;
    Ok(EntryKey::new(namespace, Key::new(key).map_err(|_| no_place())?))
}
