//! How the values of a state travel. In v0.5.0 they do not: only a parameter below `values` makes an empty object of them. Here
//! they also come as a JSON body, whole or as its member `values`, and as JSON in the parameter or form field `values`.

use buffa_types::google::protobuf::Struct;
use holdfast_api::convert::state as convert;
use serde_json::{Map, Value};

use super::asked::Asked;
use crate::http::fault::Fault;

/// The values that a request says; `None`: it says none.
pub(super) fn values(asked: &Asked) -> Result<Option<Struct>, Fault> {
    let members = match of_body(&asked.body)? {
        Some(members) => Some(members),
        None => of_query(asked)?,
    };
    Ok(members.map(|members| convert::of_members(&members)))
}

fn of_body(body: &[u8]) -> Result<Option<Map<String, Value>>, Fault> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let mut whole = object(body).map_err(|why| Fault::invalid(format!("the body {why}")))?;
    match whole.get_mut("values").map(Value::take) {
        None => Ok(Some(whole)),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Fault::invalid("the body does not decode: `values` has to be an object")),
    }
}

fn of_query(asked: &Asked) -> Result<Option<Map<String, Value>>, Fault> {
    let query = asked.fields.query();
    if let Some(text) = query.one(&["values"])? {
        let refused = |why| Fault::invalid(format!("the parameter \"values\" {why}"));
        return object(text.as_bytes()).map(Some).map_err(refused);
    }
    let mut below = query.names().filter_map(|name| name.strip_prefix("values."));
    match below.next() {
        Some(name)
            if name == "fields" || name.starts_with("fields[") || name.starts_with("fields.") =>
        {
            Err(Fault::invalid(format!(
                "parsing field \"values.{name}\": it cannot be said as text"
            )))
        }
        // QUIRK(stategate): whatever it is called, it makes an object without members.
        Some(_) => Ok(Some(Map::new())),
        None => Ok(None),
    }
}

fn object(text: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("does not decode: expected a JSON object".into()),
        Err(error) => Err(format!("does not decode: {error}")),
    }
}
