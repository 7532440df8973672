//! Following.

use async_graphql::{Context, Error, Subscription};
use buffa::Message;
use futures::{Stream, StreamExt};

use crate::bounds::CALL;
use crate::caller::{Streamed, asked, services};
use crate::failure;
use crate::inputs::{StreamEventOpts, StreamMessageOpts};
use crate::outputs::{Event, PeerMessage};

/// Following.
pub(crate) struct Following;

#[Subscription(name = "Subscription")]
impl Following {
    /// The events of a domain and type, from now on or from behind an earlier one.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn stream_events(
        &self,
        ctx: &Context<'_>,
        input: StreamEventOpts,
    ) -> Result<impl Stream<Item = Result<Event, Error>>, Error> {
        let answer = services(ctx)?.events.stream(asked(ctx, input.into())?).await;
        Ok(each(answer.map_err(|status| failure::of(&status))?.into_inner()))
    }

    /// The messages of a domain, channel and type, from now on.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn stream_messages(
        &self,
        ctx: &Context<'_>,
        input: StreamMessageOpts,
    ) -> Result<impl Stream<Item = Result<PeerMessage, Error>>, Error> {
        let answer = services(ctx)?.peers.stream(asked(ctx, input.into())?).await;
        Ok(each(answer.map_err(|status| failure::of(&status))?.into_inner()))
    }
}

fn each<M, O>(messages: Streamed<M>) -> impl Stream<Item = Result<O, Error>>
where
    M: Message + 'static,
    O: TryFrom<M, Error = Error>,
{
    messages.map(|message| {
        let message = message.and_then(holdfast_api::Encoded::into_message);
        message.map_err(|status| failure::of(&status))?.try_into()
    })
}
