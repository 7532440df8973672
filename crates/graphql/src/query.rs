//! Reading.

use async_graphql::{Context, Error, Object};

use crate::bounds::{self, CALL};
use crate::caller::{asked, services};
use crate::failure::answered;
use crate::inputs::{CacheRef, EntityRef, EventRef, SearchEntityOpts, SearchEventOpts};
use crate::outputs::{Cache, Entity, Event};

/// Reading.
pub(crate) struct Query;

/// A failure is null, and told beside the data: the other fields are answered.
type Read<T> = Option<Result<T, Error>>;

#[Object]
impl Query {
    /// The current values of an entity.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_entity(&self, ctx: &Context<'_>, input: EntityRef) -> Read<Entity> {
        Some(entity(ctx, input).await)
    }

    /// One event of the past.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_event(&self, ctx: &Context<'_>, input: EventRef) -> Read<Event> {
        Some(event(ctx, input).await)
    }

    /// A value that is kept.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_cache(&self, ctx: &Context<'_>, input: CacheRef) -> Read<Cache> {
        Some(cache(ctx, input).await)
    }

    /// Events of the past that a filter lets through, oldest first.
    #[graphql(complexity = "bounds::search(input.limit) + child_complexity")]
    async fn search_events(&self, ctx: &Context<'_>, input: SearchEventOpts) -> Read<Vec<Event>> {
        Some(events(ctx, input).await)
    }

    /// The entities of a domain and type that a filter lets through, by their creation.
    #[graphql(complexity = "bounds::search(input.limit.into()) + child_complexity")]
    async fn search_entities(
        &self,
        ctx: &Context<'_>,
        input: SearchEntityOpts,
    ) -> Read<Vec<Entity>> {
        Some(entities(ctx, input).await)
    }
}

async fn entity(ctx: &Context<'_>, input: EntityRef) -> Result<Entity, Error> {
    answered(services(ctx)?.entities.get(asked(ctx, input.into())?).await)?.try_into()
}

async fn event(ctx: &Context<'_>, input: EventRef) -> Result<Event, Error> {
    answered(services(ctx)?.events.get(asked(ctx, input.into())?).await)?.try_into()
}

async fn cache(ctx: &Context<'_>, input: CacheRef) -> Result<Cache, Error> {
    answered(services(ctx)?.cache.get(asked(ctx, input.into())?).await)?.try_into()
}

async fn events(ctx: &Context<'_>, input: SearchEventOpts) -> Result<Vec<Event>, Error> {
    let found = answered(services(ctx)?.events.search(asked(ctx, input.into())?).await)?;
    let events = found.events.into_iter().map(Event::try_from);
    let mut events = events.collect::<Result<Vec<_>, _>>()?;
    if let Some(last) = events.last_mut() {
        last.cursor = cursor(found.next_cursor);
    }
    Ok(events)
}

async fn entities(ctx: &Context<'_>, input: SearchEntityOpts) -> Result<Vec<Entity>, Error> {
    let found = answered(services(ctx)?.entities.search(asked(ctx, input.into())?).await)?;
    let entities = found.entities.into_iter().map(Entity::try_from);
    let mut entities = entities.collect::<Result<Vec<_>, _>>()?;
    if let Some(last) = entities.last_mut() {
        last.cursor = cursor(found.next_cursor);
    }
    Ok(entities)
}

fn cursor(next: String) -> Option<String> {
    (!next.is_empty()).then_some(next)
}
