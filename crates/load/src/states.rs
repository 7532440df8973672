//! Calls of stategate, over the keys of [`data`](crate::data): the type is what comes before the slash.

use std::sync::Arc;

use holdfast_api::convert::state as convert;
use holdfast_api::stategate::state_service_client::StateServiceClient;
use holdfast_api::stategate::{SearchStateOpts, State, StateRef};
use holdfast_dial::{IntoLink, Link};
use serde_json::{Map, Value};
use tonic::{Code, Status};

use crate::data::{NAMESPACE, PER_PREFIX, Values, key, prefix};
use crate::dice::Dice;
use crate::drive::Call;

/// What is called.
#[derive(Debug, Clone)]
enum What {
    Get,
    Set(Values),
    /// A filter.
    Search(Arc<str>),
}

/// A call of `StateService` about any of the first so many keys.
#[derive(Debug, Clone)]
pub struct StateCall {
    client: StateServiceClient<Link>,
    keys: u64,
    what: What,
}

impl StateCall {
    /// Gets, one at a time on each connection.
    pub fn get(channels: Vec<impl IntoLink>, keys: u64) -> Vec<Self> {
        Self::on(channels, keys, &What::Get)
    }

    /// Durable sets, each of one text.
    pub fn set(channels: Vec<impl IntoLink>, keys: u64, values: &Values) -> Vec<Self> {
        Self::on(channels, keys, &What::Set(values.clone()))
    }

    /// Searches of all keys of a type, every one of which the filter has to let through.
    pub fn search(channels: Vec<impl IntoLink>, keys: u64, filter: &str) -> Vec<Self> {
        Self::on(channels, keys, &What::Search(filter.into()))
    }

    fn on(channels: Vec<impl IntoLink>, keys: u64, what: &What) -> Vec<Self> {
        let call = |link: Link| Self {
            client: StateServiceClient::new(link),
            keys: keys.max(1),
            what: what.clone(),
        };
        channels.into_iter().map(IntoLink::into_link).map(call).collect()
    }

    async fn set_one(&mut self, (kind, key): (String, String), text: &[u8]) -> Result<(), Status> {
        // Without the quotes of JSON.
        let text = String::from_utf8_lossy(text.get(1..text.len() - 1).unwrap_or_default());
        let members = Map::from_iter([("value".to_owned(), Value::from(text))]);
        let state = State {
            domain: NAMESPACE.into(),
            r#type: kind,
            key,
            values: convert::of_members(&members).into(),
            ..State::default()
        };
        self.client.set(state).await.map(drop)
    }
}

/// Type and key of one of the keys.
fn names(number: u64) -> (String, String) {
    let name = key(number);
    let (kind, key) = name.split_once('/').unwrap_or((&name, ""));
    (kind.to_owned(), key.to_owned())
}

fn wrong() -> Status {
    Status::new(Code::DataLoss, "another answer than was asked for")
}

impl Call for StateCall {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        match self.what.clone() {
            What::Get => {
                let (kind, key) = names(dice.below(self.keys));
                let domain = NAMESPACE.to_owned();
                let of = StateRef { domain, r#type: kind, key: key.clone(), ..StateRef::default() };
                let state = self.client.get(of).await?.into_inner();
                if state.key == key && state.values.is_set() { Ok(()) } else { Err(wrong()) }
            }
            What::Set(values) => {
                let text = values.pick(dice);
                self.set_one(names(dice.below(self.keys)), &text).await
            }
            What::Search(filter) => {
                let kind = prefix(dice.below((self.keys / PER_PREFIX).max(1)));
                let opts = SearchStateOpts {
                    domain: NAMESPACE.into(),
                    r#type: kind.trim_end_matches('/').to_owned(),
                    query_string: filter.to_string(),
                    limit: PER_PREFIX.cast_signed(),
                    ..SearchStateOpts::default()
                };
                let found = self.client.search(opts).await?.into_inner().state_values;
                if found.len() as u64 == PER_PREFIX { Ok(()) } else { Err(wrong()) }
            }
        }
    }
}
