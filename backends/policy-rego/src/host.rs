//! Functions of Rego that are ours: `io.jwt.*`, which the engine has none of, and those of JSON Schema, for which it would
//! bring a library twice as large.

mod decode;
mod keys;
mod schema;
mod signature;
mod verify;

pub(crate) use decode::Token;
pub(crate) use keys::Keys;
pub(crate) use signature::Algorithm;

use regorus::Value;

/// A function that a policy may call.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) arguments: u8,
    /// `None` is undefined: the arguments are not what they have to be. An error is one of the decision.
    pub(crate) call: fn(&[Value]) -> anyhow::Result<Option<Value>>,
}

macro_rules! functions {
    ($($name:literal = $algorithm:ident),+) => {
        /// All of them.
        pub(crate) const FUNCTIONS: &[Function] = &[
            Function { name: "json.verify_schema", arguments: 1, call: schema::verified },
            Function { name: "json.match_schema", arguments: 2, call: schema::matched },
            Function { name: "io.jwt.decode", arguments: 1, call: |given| Ok(decode::parts(given)) },
            Function {
                name: "io.jwt.decode_verify",
                arguments: 2,
                call: |given| Ok(verify::decoded(given)),
            },
            $(Function {
                name: concat!("io.jwt.verify_", $name),
                arguments: 2,
                call: |given| Ok(verify::signed(given, Algorithm::$algorithm)),
            }),+
        ];
    };
}

functions! {
    "hs256" = Hs256, "hs384" = Hs384, "hs512" = Hs512,
    "rs256" = Rs256, "rs384" = Rs384, "rs512" = Rs512,
    "ps256" = Ps256, "ps384" = Ps384, "ps512" = Ps512,
    "es256" = Es256, "es384" = Es384, "es512" = Es512,
    "eddsa" = EdDsa
}

/// Whether this one is ours, or would be: what `io.jwt` has not is told of when it is compiled.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("io.jwt.") || FUNCTIONS.iter().any(|ours| ours.name == name)
}
