//! Writing, one field after the other.

use async_graphql::{Context, Error, Object};

use crate::bounds::CALL;
use crate::caller::{asked, services};
use crate::failure::answered;
use crate::inputs::{
    AckOpts, CacheInput, CacheRef, EntityInput, EntityRef, EventRef, MessageInput, MutexInput,
    MutexRef,
};
use crate::outputs::{Entity, Locked};

/// Writing.
pub(crate) struct Mutation;

/// What is said of a success about which there is nothing to say: null.
type Done = Result<Option<String>, Error>;

#[Object]
impl Mutation {
    /// Keeps a value.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_cache(&self, ctx: &Context<'_>, input: CacheInput) -> Done {
        answered(services(ctx)?.cache.set(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Forgets a value; one that is not there, too.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn del_cache(&self, ctx: &Context<'_>, input: CacheRef) -> Done {
        answered(services(ctx)?.cache.del(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Writes an entity, whatever was there before; every write is an event.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_entity(&self, ctx: &Context<'_>, input: EntityInput) -> Done {
        answered(services(ctx)?.entities.set(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn edit_entity(&self, ctx: &Context<'_>, input: EntityInput) -> Result<Entity, Error> {
        answered(services(ctx)?.entities.edit(asked(ctx, input.into())?).await)?.try_into()
    }

    /// Writes what an event of the past left.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn revert_entity(&self, ctx: &Context<'_>, input: EventRef) -> Result<Entity, Error> {
        answered(services(ctx)?.entities.revert(asked(ctx, input.into())?).await)?.try_into()
    }

    /// Removes an entity; its events stay.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn del_entity(&self, ctx: &Context<'_>, input: EntityRef) -> Done {
        answered(services(ctx)?.entities.del(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Takes a lock, or keeps it for longer.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn lock_mutex(&self, ctx: &Context<'_>, input: MutexInput) -> Done {
        answered(services(ctx)?.locks.lock(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// The same; the answer says who has the lock now, and the revision for fences.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn acquire_mutex(&self, ctx: &Context<'_>, input: MutexInput) -> Result<Locked, Error> {
        let answer = services(ctx)?.locks.lock(asked(ctx, input.into())?).await;
        answered(answer).map(Locked::from)
    }

    /// Gives a lock back; one that nobody has, too.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn unlock_mutex(&self, ctx: &Context<'_>, input: MutexRef) -> Done {
        answered(services(ctx)?.locks.unlock(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Sends a message to all who listen.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn broadcast_message(&self, ctx: &Context<'_>, input: MessageInput) -> Done {
        answered(services(ctx)?.peers.broadcast(asked(ctx, input.into())?).await)?;
        Ok(None)
    }

    /// Says what became of events that a stream of a consumer group got: how many of the ids were under way.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn ack_events(&self, ctx: &Context<'_>, input: AckOpts) -> Result<i64, Error> {
        let answer = services(ctx)?.events.ack(asked(ctx, input.into())?).await;
        Ok(answered(answer)?.acknowledged)
    }
}
