//! A guard of the program's own: who says their name is let in, everybody may read, and only `ann` may change things. What is
//! below `secret/` is hers alone.

use async_trait::async_trait;
use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};

pub(crate) struct Team;

#[async_trait]
impl Guard for Team {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        // A real one would verify a token here. Wrong credentials are an error, never an anonymous caller.
        match shown.get("x-user") {
            Some(name @ ("ann" | "bob")) => Ok(Identity::named(name)),
            Some(_) => Err(AuthError::Unauthenticated("nobody of that name is in the team".into())),
            None => Err(AuthError::Unauthenticated("say who you are in x-user".into())),
        }
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        let changes = matches!(action, Action::Write | Action::Delete);
        let secret = what.key.starts_with("secret/");
        Ok(match who.user() {
            "ann" => Decision::Allow,
            _ if changes => Decision::Deny("only ann changes things".into()),
            _ if secret => Decision::Deny("secrets are ann's".into()),
            _ => Decision::Allow,
        })
    }
}
