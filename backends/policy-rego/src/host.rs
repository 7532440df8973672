//! Functions of Rego that are ours: `io.jwt.*`, which the engine has none of.

mod decode;
mod keys;
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
    /// `None` is undefined: the arguments are not what they have to be.
    pub(crate) call: fn(&[Value]) -> Option<Value>,
}

macro_rules! functions {
    ($($name:literal = $algorithm:ident),+) => {
        /// All of them.
        pub(crate) const FUNCTIONS: &[Function] = &[
            Function { name: "io.jwt.decode", arguments: 1, call: decode::parts },
            Function { name: "io.jwt.decode_verify", arguments: 2, call: verify::decoded },
            $(Function {
                name: concat!("io.jwt.verify_", $name),
                arguments: 2,
                call: |given| verify::signed(given, Algorithm::$algorithm),
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

/// What the names of all of them begin with.
pub(crate) const PREFIX: &str = "io.jwt.";
