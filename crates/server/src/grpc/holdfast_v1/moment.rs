//! Which state a read is of.

use holdfast_api::convert::model_time;
use holdfast_api::holdfast_v1::Moment as WireMoment;
use holdfast_api::holdfast_v1::moment::At;
use holdfast_engine::Moment;
use holdfast_model::{ResumeToken, Revision};

use super::error::{Refusal, invalid};
use super::strict::known;

/// The moment at `path`; without one the latest.
pub(crate) fn moment(path: &str, wire: Option<&WireMoment>) -> Result<Moment, Refusal> {
    let Some(wire) = wire else { return Ok(Moment::Latest) };
    known(path, &wire.__buffa_unknown_fields)?;
    Ok(match &wire.at {
        None => Moment::Latest,
        Some(At::Revision(revision)) => Moment::Revision(Revision(*revision)),
        Some(At::Time(time)) => Moment::Time(model_time(time)),
        Some(At::AtLeast(revision)) => Moment::AtLeast(Revision(*revision)),
        Some(At::Behind(token)) => {
            let token: Result<ResumeToken, _> = token.parse();
            let refused = |error: holdfast_model::TokenError| {
                invalid(format!("{path}.behind"), error.to_string())
            };
            Moment::Behind(token.map_err(refused)?)
        }
    })
}
