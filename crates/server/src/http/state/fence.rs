//! The fence of a write: the parameters `fence.domain`, `fence.key` and `fence.revision`.

use buffa::{Inline, MessageField};
use holdfast_api::stategate::Fence;

use super::asked::Fields;
use crate::http::fault::Fault;

/// Not set when none of them is there.
pub(super) fn fence(fields: &Fields) -> Result<MessageField<Fence, Inline<Fence>>, Fault> {
    let fence = Fence {
        domain: fields.text(&["fence.domain"])?,
        key: fields.text(&["fence.key"])?,
        revision: fields.number("fence.revision")?,
        ..Fence::default()
    };
    let is_said = fields.query().names().any(|name| name.starts_with("fence."));
    Ok(is_said.then_some(fence).into())
}
