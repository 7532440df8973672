//! Values that GraphQL has no types for.

use async_graphql::{Error, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use buffa_types::google::protobuf::{Struct, Timestamp};
use holdfast_api::convert::state as convert;
use serde_json::Value as Json;

/// A moment as RFC 3339 writes it.
#[derive(Debug, Clone)]
pub(crate) struct Time(pub(crate) Timestamp);

/// A moment as RFC 3339 writes it: `2026-01-02T03:04:05Z`.
#[Scalar(name = "Time", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else { return Err(InputValueError::expected_type(value)) };
        let time = serde_json::from_value(Json::String(text));
        time.map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        to_value(serde_json::to_value(&self.0).unwrap_or_default())
    }
}

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map(serde_json::Map<String, Json>);

/// Values by name: a JSON object.
#[Scalar(name = "Map")]
impl ScalarType for Map {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::Object(_) => match value.into_json() {
                Ok(Json::Object(members)) => Ok(Self(members)),
                Ok(_) => Err(InputValueError::custom("it is no object")),
                Err(error) => Err(InputValueError::custom(error)),
            },
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        to_value(Json::Object(self.0.clone()))
    }
}

impl Map {
    /// What a service answered.
    ///
    /// # Errors
    /// When there is a number in it that JSON has not.
    pub(crate) fn of(members: &Struct) -> Result<Self, Error> {
        convert::members(members).map(Self).map_err(Error::new)
    }

    pub(crate) fn into_struct(self) -> Struct {
        convert::of_members(&self.0)
    }
}

/// Any value of JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Any(pub(crate) Json);

/// Any value of JSON.
#[Scalar(name = "Any")]
impl ScalarType for Any {
    fn parse(value: Value) -> InputValueResult<Self> {
        value.into_json().map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        to_value(self.0.clone())
    }
}

/// Every JSON is a value.
fn to_value(json: Json) -> Value {
    Value::from_json(json).unwrap_or_default()
}
