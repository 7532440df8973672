//! What a value has to fulfil before anybody sees it.

use std::fmt;

use crate::{Error, Kind};

/// Something that can say whether it makes sense.
///
/// ```
/// use holdfast_client::live::{Invalid, Validate};
///
/// struct Pool { size: u32 }
///
/// impl Validate for Pool {
///     fn validate(&self) -> Result<(), Invalid> {
///         if self.size == 0 { Err(Invalid::at("size", "has to be at least 1")) } else { Ok(()) }
///     }
/// }
/// ```
pub trait Validate {
    /// Fine, or what is not.
    ///
    /// # Errors
    /// The first thing that makes no sense, and where.
    fn validate(&self) -> Result<(), Invalid>;
}

/// What makes no sense, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    path: String,
    why: String,
}

impl Invalid {
    /// A field by its dotted path, such as `database.pool.size`, and what is wrong with it.
    pub fn at(path: &str, why: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), why: why.to_string() }
    }

    /// What is wrong with the value as a whole; also for reports of other crates, which name their fields themselves.
    pub fn because(why: impl fmt::Display) -> Self {
        Self::at("", why)
    }

    /// The same, inside of this field.
    #[must_use]
    pub fn inside(self, field: &str) -> Self {
        let path =
            if self.path.is_empty() { field.to_owned() } else { format!("{field}.{}", self.path) };
        Self { path, ..self }
    }

    /// The dotted path; empty for the value as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.why),
            path => write!(f, "{path}: {}", self.why),
        }
    }
}

impl std::error::Error for Invalid {}

type Check<T> = Box<dyn Fn(&T) -> Result<(), Invalid> + Send + Sync>;

/// On which terms a value is taken: a default for when there is none, and what it has to fulfil.
pub struct Terms<T> {
    pub(super) default: Option<T>,
    checks: Vec<Check<T>>,
}

impl<T> Default for Terms<T> {
    fn default() -> Self {
        Self { default: None, checks: Vec::new() }
    }
}

impl<T: 'static> Terms<T> {
    /// Whatever decodes; there has to be a value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This, while there is no value.
    #[must_use]
    pub fn or(mut self, default: T) -> Self {
        self.default = Some(default);
        self
    }

    /// Only what fulfils this.
    #[must_use]
    pub fn check(
        mut self,
        check: impl Fn(&T) -> Result<(), Invalid> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// Only what says of itself that it makes sense.
    #[must_use]
    pub fn validated(self) -> Self
    where
        T: Validate,
    {
        self.check(T::validate)
    }

    pub(super) fn hold(&self, name: &str, value: &T) -> Result<(), Error> {
        let broken = self.checks.iter().find_map(|check| check(value).err());
        broken.map_or(Ok(()), |invalid| {
            Err(Error::new(Kind::Validation, format!("{name}: {invalid}")).because(invalid))
        })
    }
}

impl<T> fmt::Debug for Terms<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("checks", &self.checks.len()).finish_non_exhaustive()
    }
}
