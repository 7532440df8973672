//! A way to sign in of the program's own: a name and a number that only its owner knows.

use async_trait::async_trait;
use holdfast_auth::{Facts, Field, Form, Said, SignIn, SignInError, Step};

/// Who may come in: a name, the hash of a number, a group.
pub(crate) struct Staff(Vec<(&'static str, blake3::Hash, &'static str)>);

impl Staff {
    pub(crate) fn of(people: &[(&'static str, &str, &'static str)]) -> Self {
        let hashed = |number: &str| blake3::hash(number.as_bytes());
        Self(people.iter().map(|(name, number, group)| (*name, hashed(number), *group)).collect())
    }
}

#[async_trait]
impl SignIn for Staff {
    fn name(&self) -> &str {
        "staff"
    }

    async fn step(&self, said: &Said) -> Result<Step, SignInError> {
        if said.fields.is_empty() {
            let fields = vec![Field::text("name", "Name"), Field::secret("number", "Number")];
            return Ok(Step::Ask(Form::of(fields)));
        }
        let name = said.field("name").unwrap_or_default();
        let number = blake3::hash(said.field("number").unwrap_or_default().as_bytes());
        // One sentence for a wrong name and for a wrong number.
        let person = self.0.iter().find(|(known, hash, _)| *known == name && *hash == number);
        let (name, _, group) = person.ok_or_else(|| {
            SignInError::Refused("There is nobody of that name and number.".into())
        })?;
        let (user, groups) = ((*name).to_owned(), vec![(*group).to_owned()]);
        Ok(Step::Known(Facts { user, groups, ..Facts::default() }))
    }
}
