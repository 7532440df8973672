//! Settings of stategate in GraphQL.

use holdfast_graphql::Bounds;

/// Whether it is there, and what a request may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphqlSettings {
    /// Whether it is there.
    pub enabled: bool,
    /// Fields inside of fields.
    pub max_depth: usize,
    /// What the fields of one operation cost together.
    pub max_cost: usize,
}

impl Default for GraphqlSettings {
    /// The introspection of tools is 13 to 15 deep; a search of the largest size costs about 1,000.
    fn default() -> Self {
        Self { enabled: true, max_depth: 20, max_cost: 2_000 }
    }
}

impl GraphqlSettings {
    /// What a request may be; `None`: none is answered.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        let Self { enabled, max_depth: depth, max_cost: cost } = *self;
        enabled.then_some(Bounds { depth, cost })
    }

    pub(super) fn contradictions(&self) -> Option<String> {
        let nothing = self.max_depth == 0 || self.max_cost == 0;
        let fault = "graphql.max_depth, graphql.max_cost: have to be above 0 (graphql.enabled = false switches GraphQL off)";
        nothing.then(|| fault.to_owned())
    }
}
