//! Values that are never shown.

use std::cell::Cell;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// What is shown instead.
pub const MASK: &str = "******";

/// By this name a deserialiser knows that a secret is asked for.
pub(crate) const NAME: &str = "$holdfast::Secret";

/// A value that is never shown: `Debug`, `Display` and `Serialize` give `******`. Its memory is overwritten when it is dropped, and two of
/// them are compared in a time that tells nothing.
///
/// It deserialises from the plain value, so that it can be a field of a struct that is bound; written to a source, by
/// [`set`](crate::Namespace::set) and the like, it is the plain value again. For what the server may not see either, see
/// [`codec::encrypted`](crate::codec::encrypted).
///
/// ```
/// let password = holdfast_client::Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{password} {password:?}"), "****** ******");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. What is made of it is no longer hidden.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T: Zeroize> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Takes the same time wherever two of the same length differ.
impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

impl<T: Zeroize + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if REVEALED.get() { self.0.serialize(serializer) } else { serializer.serialize_str(MASK) }
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "$holdfast::Secret")]
        struct Shell<T>(T);
        Shell::deserialize(deserializer).map(|shell| Self(shell.0))
    }
}

thread_local! {
    static REVEALED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what writes values to a source: there secrets are what they hide.
pub(crate) fn reveal<R>(write: impl FnOnce() -> R) -> R {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            REVEALED.set(self.0);
        }
    }
    let _before = Before(REVEALED.replace(true));
    write()
}
