//! Search in events.

use std::sync::Arc;

use holdfast_api::stategate::{Events as Message, SearchEventOpts};
use holdfast_engine::{EngineError, Events, Logged, Place};
use holdfast_model::{Entry, EventKind, Filter as Names, Prefix, Timestamp};
use holdfast_query::{Filter, Order};

use super::event::{Happened, before, is_forgotten, is_shown};
use super::fault::{About, Noun, Refusal};
use super::search::{filter, order, too_much, window};
use super::{cursor, names};
use crate::grpc::call::Call;
use crate::settings::DelEvents;

/// Events asked of the log at once.
const PAGE: usize = 1_000;
/// How often one call asks the log, which each time looks through so many commits at most.
const PAGES: usize = 10;
const COMMITS: usize = 20_000;
/// Bytes of the events that one call keeps.
const BYTES: usize = 32 << 20;

/// More events than any commit has, in nanoseconds between the first and the last of them.
const COMMIT_EVENTS: i64 = 1_000_000;
/// What fewer events, and not a lower limit, would mend.
const TOO_MUCH: EngineError =
    EngineError::TooMuchToLookAt { what: "commits", max: PAGES * COMMITS, max_bytes: BYTES };

const EVENTS: &str = "failed to search events";

pub(super) async fn search(call: Call, opts: SearchEventOpts) -> Result<Message, Refusal> {
    let about = About { domain: &opts.domain, kind: &opts.r#type, key: None }.said(Noun::State);
    let filter = filter(about, &opts.query_string, EVENTS)?;
    let order = order(opts.sort.as_option());
    let after = cursor::event(&opts.cursor)?;
    let (limit, offset) = window(opts.limit, opts.offset);
    let mut searching = Searching {
        call: &call,
        opts: &opts,
        filter,
        sorts: order.is_some(),
        offset,
        limit,
        found: Vec::new(),
        bytes: 0,
    };
    let found = match &order {
        None => searching.first(after).await,
        Some(order) => searching.sorted(order, after).await,
    };
    found.map_err(|error| too_much(about, EVENTS, &error))
}

/// Which kinds of events there can be for stategate.
fn kinds(removals: DelEvents) -> Vec<EventKind> {
    let mut kinds = vec![EventKind::Set, EventKind::Metadata];
    if removals != DelEvents::Off {
        kinds.extend([EventKind::Delete, EventKind::Expire, EventKind::Revoke]);
    }
    kinds
}

/// The keys of the log among which those of a type are.
pub(super) fn keys(domain: &str, kind: &str) -> Names {
    let prefixes = names::prefixes_of(kind).into_iter().map(Prefix::new).collect();
    Names { namespaces: vec![names::namespace_of(domain)], prefixes }
}

/// An event that was found, and the entry that it removed.
pub(super) struct Found {
    logged: Logged,
    before: Option<Arc<Entry>>,
}

impl Found {
    pub(super) async fn of(call: &Call, logged: Logged) -> Result<Self, EngineError> {
        let before = match logged.event() {
            event if event.kind.removes() => before(&call.engine, &call.caller, event).await?,
            _ => None,
        };
        Ok(Self { logged, before })
    }

    pub(super) fn happened(&self) -> Happened<'_> {
        let (commit, index) = (self.logged.commit(), self.logged.index());
        if self.logged.event().kind.removes() {
            Happened::removal(commit, index, self.before.as_deref())
        } else {
            Happened::of(commit, index)
        }
    }

    fn place(&self) -> Place {
        let index = u32::try_from(self.logged.index()).unwrap_or(u32::MAX);
        Place { revision: self.logged.commit().revision, index }
    }
}

/// A time in nanoseconds; zero or less: there is no bound.
fn bound(nanos: i64) -> Option<Timestamp> {
    Some(nanos).filter(|nanos| *nanos > 0).map(Timestamp)
}

/// A search on its way through the log.
struct Searching<'a> {
    call: &'a Call,
    opts: &'a SearchEventOpts,
    filter: Filter,
    /// All that is found has to be kept until it is put in order.
    sorts: bool,
    /// How many are still to be passed over; where it sorts, that is done in the end.
    offset: usize,
    limit: usize,
    found: Vec<Found>,
    bytes: usize,
}

impl Searching<'_> {
    /// The first ones in the order of the log.
    async fn first(&mut self, after: Option<Place>) -> Result<Message, EngineError> {
        let more = self.look_through(after, self.limit).await?;
        let last = self.found.last().filter(|_| more).map(Found::place);
        let events = self.found.iter().map(|found| found.happened().message());
        Ok(Message {
            events: events.collect(),
            next_cursor: last.map(cursor::of_event).unwrap_or_default(),
            ..Message::default()
        })
    }

    /// The first ones in another order: all of them have to be known.
    async fn sorted(
        &mut self,
        order: &Order,
        after: Option<Place>,
    ) -> Result<Message, EngineError> {
        self.look_through(after, usize::MAX).await?;
        let mut happened: Vec<_> = self.found.iter().map(Found::happened).collect();
        happened.sort_by(|a, b| order.compare(a, b));
        let events = happened.iter().skip(self.offset).take(self.limit).map(Happened::message);
        Ok(Message { events: events.collect(), ..Message::default() })
    }

    /// Finds so many at most; true when there may be more.
    async fn look_through(
        &mut self,
        mut after: Option<Place>,
        most: usize,
    ) -> Result<bool, EngineError> {
        for _ in 0..PAGES {
            let page = self.call.engine.events(&self.call.caller, self.asked(after)).await?;
            for logged in page.events {
                self.take(logged).await?;
                if self.found.len() >= most {
                    return Ok(true);
                }
            }
            after = page.after;
            if after.is_none() {
                return Ok(false);
            }
        }
        Err(TOO_MUCH)
    }

    fn asked(&self, after: Option<Place>) -> Events {
        let only =
            (!self.opts.key.is_empty()).then(|| names::key_of(&self.opts.r#type, &self.opts.key));
        Events {
            filters: vec![keys(&self.opts.domain, &self.opts.r#type)],
            only,
            kinds: kinds(self.call.knobs.del_events),
            since: bound(self.opts.min),
            // The events before the last one of a commit are older than it.
            until: bound(self.opts.max).map(|max| Timestamp(max.0.saturating_add(COMMIT_EVENTS))),
            after,
            limit: PAGE,
            ..Events::default()
        }
    }

    async fn take(&mut self, logged: Logged) -> Result<(), EngineError> {
        let (kind, key) = names::state_of(logged.event().at.key.as_str());
        if kind != self.opts.r#type || !(self.opts.key.is_empty() || self.opts.key == key) {
            return Ok(());
        }
        if !is_shown(self.call.knobs.del_events, logged.commit(), logged.event()) {
            return Ok(());
        }
        let found = Found::of(self.call, logged).await?;
        let time = found.logged.commit().event_time(found.logged.index());
        let too_old = bound(self.opts.min).is_some_and(|min| time < min);
        if too_old || bound(self.opts.max).is_some_and(|max| time > max) {
            return Ok(());
        }
        if !self.filter.is_all() && !self.filter.matches(&found.happened()) {
            return Ok(());
        }
        if is_forgotten(self.call, &found.logged).await? {
            return Ok(());
        }
        if !self.sorts && self.offset > 0 {
            self.offset -= 1;
            return Ok(());
        }
        self.bytes += found.logged.event().weight();
        if self.bytes > BYTES {
            let too_large = EngineError::AnswerTooLarge { max_bytes: BYTES };
            return Err(if self.sorts { TOO_MUCH } else { too_large });
        }
        self.found.push(found);
        Ok(())
    }
}
