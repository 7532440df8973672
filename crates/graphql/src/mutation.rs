//! Writing, one field after the other.

use async_graphql::{Context, Error, Object};
use buffa::Message;
use holdfast_api::Encoded;
use tonic::{Request, Response, Status};

use crate::bounds::CALL;
use crate::caller::{Services, asked, services};
use crate::failure::answered;
use crate::inputs::{
    AckOpts, CacheInput, CacheRef, EntityInput, EntityRef, EventRef, MessageInput, MutexInput,
    MutexRef,
};
use crate::outputs::{Entity, Locked};

/// Writing.
pub(crate) struct Mutation;

/// What is said of a success about which there is nothing to say: null. A failure is null too, and told beside the data.
type Done = Option<Result<String, Error>>;

fn done<M: Message>(answer: Result<Response<Encoded<M>>, Status>) -> Done {
    answered(answer).err().map(Err)
}

/// The services, and the message as a call of one of them.
fn call<'a, I: Into<Q>, Q>(
    ctx: &Context<'a>,
    input: I,
) -> Result<(&'a Services, Request<Q>), Error> {
    Ok((services(ctx)?, asked(ctx, input.into())?))
}

#[Object]
impl Mutation {
    /// Keeps a value.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_cache(&self, ctx: &Context<'_>, input: CacheInput) -> Done {
        match call(ctx, input) {
            Ok((services, asked)) => done(services.cache.set(asked).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Forgets a value; one that is not there, too.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn del_cache(&self, ctx: &Context<'_>, input: CacheRef) -> Done {
        match call(ctx, input) {
            Ok((services, asked)) => done(services.cache.del(asked).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Writes an entity, whatever was there before; every write is an event.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_entity(&self, ctx: &Context<'_>, input: EntityInput) -> Done {
        match call(ctx, input) {
            Ok((services, asked)) => done(services.entities.set(asked).await),
            Err(error) => Some(Err(error)),
        }
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
        match call(ctx, input) {
            Ok((services, asked)) => done(services.entities.del(asked).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Takes a lock, or keeps it for longer.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn lock_mutex(&self, ctx: &Context<'_>, input: MutexInput) -> Done {
        match call(ctx, input) {
            Ok((services, asked)) => done(services.locks.lock(asked).await),
            Err(error) => Some(Err(error)),
        }
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
        match call(ctx, input) {
            Ok((services, asked)) => done(services.locks.unlock(asked).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Sends a message to all who listen.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn broadcast_message(&self, ctx: &Context<'_>, input: MessageInput) -> Done {
        match call(ctx, input) {
            Ok((services, asked)) => done(services.peers.broadcast(asked).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Says what became of events that a stream of a consumer group got: how many of the ids were under way.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn ack_events(&self, ctx: &Context<'_>, input: AckOpts) -> Result<i64, Error> {
        let answer = services(ctx)?.events.ack(asked(ctx, input.into())?).await;
        Ok(answered(answer)?.acknowledged)
    }
}
