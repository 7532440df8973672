//! Reading.

use async_graphql::{Context, Error, Object};

use crate::bounds::{self, CALL};
use crate::caller::{asked, services};
use crate::failure::answered;
use crate::inputs::{CacheRef, EntityRef, EventRef, SearchEntityOpts, SearchEventOpts};
use crate::outputs::{Cache, Entity, Event};

/// Reading.
pub(crate) struct Query;

#[Object]
impl Query {
    /// The current values of an entity.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_entity(
        &self,
        ctx: &Context<'_>,
        input: EntityRef,
    ) -> Result<Option<Entity>, Error> {
        let answer = services(ctx)?.entities.get(asked(ctx, input.into())?).await;
        Some(answered(answer)?.try_into()).transpose()
    }

    /// One event of the past.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_event(&self, ctx: &Context<'_>, input: EventRef) -> Result<Option<Event>, Error> {
        let answer = services(ctx)?.events.get(asked(ctx, input.into())?).await;
        Some(answered(answer)?.try_into()).transpose()
    }

    /// A value that is kept.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn get_cache(&self, ctx: &Context<'_>, input: CacheRef) -> Result<Option<Cache>, Error> {
        let answer = services(ctx)?.cache.get(asked(ctx, input.into())?).await;
        Some(answered(answer)?.try_into()).transpose()
    }

    /// Events of the past that a filter lets through, oldest first.
    #[graphql(complexity = "bounds::search(input.limit) + child_complexity")]
    async fn search_events(
        &self,
        ctx: &Context<'_>,
        input: SearchEventOpts,
    ) -> Result<Option<Vec<Event>>, Error> {
        let answer = services(ctx)?.events.search(asked(ctx, input.into())?).await;
        let found = answered(answer)?;
        let events = found.events.into_iter().map(Event::try_from);
        let mut events = events.collect::<Result<Vec<_>, _>>()?;
        if let Some(last) = events.last_mut() {
            last.cursor = cursor(found.next_cursor);
        }
        Ok(Some(events))
    }

    /// The entities of a domain and type that a filter lets through, by their creation.
    #[graphql(complexity = "bounds::search(input.limit.into()) + child_complexity")]
    async fn search_entities(
        &self,
        ctx: &Context<'_>,
        input: SearchEntityOpts,
    ) -> Result<Option<Vec<Entity>>, Error> {
        let answer = services(ctx)?.entities.search(asked(ctx, input.into())?).await;
        let found = answered(answer)?;
        let entities = found.entities.into_iter().map(Entity::try_from);
        let mut entities = entities.collect::<Result<Vec<_>, _>>()?;
        if let Some(last) = entities.last_mut() {
            last.cursor = cursor(found.next_cursor);
        }
        Ok(Some(entities))
    }
}

fn cursor(next: String) -> Option<String> {
    (!next.is_empty()).then_some(next)
}
