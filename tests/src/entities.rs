//! Entities of stategate, with values as JSON, on the connection of [`Stategate`].

use holdfast_api::convert::state as convert;
use holdfast_api::stategate::entity_service_client::EntityServiceClient;
use holdfast_api::stategate::{Entities, Entity, EntityRef, Event, EventRef, SearchEntityOpts};
use holdfast_dial::Link;
use serde_json::Value;

use crate::{Failure, Stategate};

type Answer<T> = Result<T, Failure>;

impl Stategate {
    /// The generated client of entities.
    pub fn entities(&self) -> EntityServiceClient<Link> {
        EntityServiceClient::new(self.link())
    }

    /// EntityService/Set.
    pub async fn put(&self, domain: &str, kind: &str, key: &str, values: Value) -> Answer<()> {
        self.entities().set(entity(domain, kind, key, values)).await?;
        Ok(())
    }

    /// EntityService/Get: the values.
    pub async fn entity(&self, domain: &str, kind: &str, key: &str) -> Answer<Value> {
        let of = entity_ref(domain, kind, key);
        Ok(values_of(&self.entities().get(of).await?.into_inner()))
    }

    /// EntityService/Edit: the values as they are now.
    pub async fn edit(&self, domain: &str, kind: &str, key: &str, values: Value) -> Answer<Value> {
        let edit = entity(domain, kind, key, values);
        let edited = self.entities().edit(edit).await?.into_inner();
        assert_eq!((&*edited.domain, &*edited.r#type, &*edited.key), (domain, kind, key));
        Ok(values_of(&edited))
    }

    /// EntityService/Revert: the values as they are now.
    pub async fn revert(&self, to: EventRef) -> Answer<Value> {
        Ok(values_of(&self.entities().revert(to).await?.into_inner()))
    }

    /// EntityService/Del.
    pub async fn remove(&self, domain: &str, kind: &str, key: &str) -> Answer<()> {
        self.entities().del(entity_ref(domain, kind, key)).await?;
        Ok(())
    }

    /// EntityService/Search.
    pub async fn find(&self, opts: SearchEntityOpts) -> Answer<Entities> {
        Ok(self.entities().search(opts).await?.into_inner())
    }

    /// EventService/Get.
    pub async fn event(&self, of: EventRef) -> Answer<Event> {
        Ok(self.events().get(of).await?.into_inner())
    }
}

/// An entity.
///
/// # Panics
/// When the values are no object.
pub fn entity(domain: &str, kind: &str, key: &str, values: Value) -> Entity {
    let Value::Object(members) = values else { panic!("{values} is no object") };
    Entity {
        domain: domain.into(),
        r#type: kind.into(),
        key: key.into(),
        values: convert::of_members(&members).into(),
        ..Entity::default()
    }
}

/// The name of an entity.
pub fn entity_ref(domain: &str, kind: &str, key: &str) -> EntityRef {
    EntityRef {
        domain: domain.into(),
        r#type: kind.into(),
        key: key.into(),
        ..EntityRef::default()
    }
}

/// The name of an event.
pub fn event_ref(domain: &str, kind: &str, key: &str, id: &str) -> EventRef {
    EventRef {
        domain: domain.into(),
        r#type: kind.into(),
        key: key.into(),
        id: id.into(),
        ..EventRef::default()
    }
}

/// A search for up to 1,000 entities.
pub fn entities_by(domain: &str, kind: &str, filter: &str) -> SearchEntityOpts {
    SearchEntityOpts {
        domain: domain.into(),
        r#type: kind.into(),
        query_string: filter.into(),
        limit: 1_000,
        ..SearchEntityOpts::default()
    }
}

/// The values of an entity as JSON.
///
/// # Panics
/// When there are none.
pub fn values_of(entity: &Entity) -> Value {
    let values = entity.values.as_option().expect("the values are there");
    convert::members(values).map_or_else(|why| panic!("{why}"), Value::Object)
}
