//! Policies in Rego: the one that the settings name, and those that are documents of the log.

use std::sync::Arc;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};

use arc_swap::ArcSwapOption;
use holdfast_auth::trust::Book;
use holdfast_auth::trust::document::PolicyDocument;
use holdfast_auth::{
    Action, AuthError, Identity, Policy, Resource, Shown, Sight, Standing, Verdict,
};
use holdfast_policy_rego::{
    Combine, Dialect, Followed, LoadError, Modules, Recorder, RegoPolicy, RegoSettings, Source,
};
use holdfast_remote::{KeptSettings, Remote, RemoteSettings};
use parking_lot::Mutex;

use super::TrustError;
use crate::settings::PolicyOptions;

/// What every policy is asked.
pub(super) fn rego(options: &PolicyOptions) -> RegoSettings {
    let default = RegoSettings::default();
    RegoSettings {
        allow: options.allow.clone(),
        show: options.show.clone(),
        // The words were checked with the settings.
        dialect: Dialect::parse(&options.dialect).unwrap_or(default.dialect),
        combine: Combine::parse(&options.combine).unwrap_or(default.combine),
        ..default
    }
}

/// The policy of the settings; `None`: they name none.
pub(super) async fn of_settings(
    options: &PolicyOptions,
    recorder: Option<Arc<Recorder>>,
) -> Result<Option<Followed>, TrustError> {
    let Some(source) = source(options)? else { return Ok(None) };
    let dress = |policy: RegoPolicy| match recorder {
        Some(recorder) => policy.recording(recorder),
        None => policy,
    };
    let followed = holdfast_policy_rego::source::follow_with(rego(options), source, dress).await;
    followed.map(Some).map_err(|error| TrustError::Policy(error.to_string()))
}

fn source(options: &PolicyOptions) -> Result<Option<Source>, TrustError> {
    if let Some(text) = &options.base64 {
        return Ok(Some(Source::Base64(text.clone())));
    }
    if let Some(path) = options.path.clone() {
        return Ok(Some(Source::Path { path, key: None, every: options.interval }));
    }
    let Some(url) = &options.url else { return Ok(None) };
    let settings = RemoteSettings {
        ca_file: options.ca.clone(),
        max_bytes: MAX_BUNDLE,
        ..RemoteSettings::new(url)
    };
    let remote = Remote::new(&settings).map_err(|error| TrustError::Policy(error.to_string()))?;
    let interval = options.interval;
    let kept = KeptSettings { interval, copy: options.copy.clone(), ..KeptSettings::default() };
    Ok(Some(Source::Url { remote, kept, key: None }))
}

/// The largest bundle that is fetched.
const MAX_BUNDLE: usize = 8 << 20;

/// The policies among the documents of the log, all of them together one policy. Whoever asks first after a change of the
/// book puts the newest ones in force.
pub(super) struct Stored {
    book: Arc<Book>,
    settings: RegoSettings,
    current: ArcSwapOption<RegoPolicy>,
    /// Of the book, when it was last looked at.
    generation: AtomicU64,
    /// How often other rules came into force.
    edition: AtomicU64,
    newest: Mutex<Newest>,
}

#[derive(Default)]
struct Newest {
    documents: Vec<(String, PolicyDocument)>,
    /// Why they are not in force.
    trouble: Option<String>,
}

impl Stored {
    pub(super) fn new(book: Arc<Book>, settings: RegoSettings) -> Self {
        Self {
            book,
            settings,
            current: ArcSwapOption::empty(),
            generation: AtomicU64::new(0),
            edition: AtomicU64::new(0),
            newest: Mutex::default(),
        }
    }

    fn current(&self) -> Option<Arc<RegoPolicy>> {
        let generation = self.book.generation();
        if self.generation.load(Acquire) < generation {
            let mut newest = self.newest.lock();
            if self.generation.load(Acquire) < generation {
                self.renew(&mut newest);
                self.generation.store(generation, Release);
            }
        }
        self.current.load_full()
    }

    /// Documents that do not load leave those before in force.
    fn renew(&self, newest: &mut Newest) {
        let documents = self.book.policies();
        if documents == newest.documents {
            return;
        }
        newest.trouble = None;
        match self.load(&documents) {
            Ok(policy) => {
                self.current.store(policy.map(Arc::new));
                self.edition.fetch_add(1, Release);
            }
            Err(error) => {
                tracing::error!(%error, "the newest policy is not in force");
                newest.trouble = Some(format!("the newest policy is not in force: {error}"));
            }
        }
        newest.documents = documents;
    }

    /// `None`: there are no documents.
    fn load(
        &self,
        documents: &[(String, PolicyDocument)],
    ) -> Result<Option<RegoPolicy>, LoadError> {
        if documents.is_empty() {
            return Ok(None);
        }
        let mut modules = Modules::default();
        for (name, document) in documents {
            for (file, text) in &document.modules {
                modules.add(&format!("{name}/{file}"), text.clone())?;
            }
        }
        RegoPolicy::new(self.settings.clone(), &modules).map(Some)
    }
}

impl Policy for Stored {
    fn name(&self) -> &str {
        "stored policy"
    }

    fn judge(&self, who: &Identity, action: Action, what: &Resource) -> Result<Verdict, AuthError> {
        match self.current() {
            Some(policy) => policy.judge(who, action, what),
            None => Ok(Verdict::Silent("there is no policy".into())),
        }
    }

    fn show(&self, who: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        match self.current() {
            Some(policy) => policy.show(who, what),
            None => Ok(Sight::Whole),
        }
    }

    fn redacts(&self) -> bool {
        self.current().is_some_and(|policy| policy.redacts())
    }

    fn standing(&self, _who: &Identity) -> Standing {
        self.current();
        Standing { edition: self.edition.load(Acquire), ..Standing::default() }
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        let mut documents = self.book.policies();
        // Who repairs a broken set one document after the other must be able to begin.
        let broken = || self.load(&documents).is_err();
        if policy.is_none() && broken() {
            return None;
        }
        documents.retain(|(other, _)| other != name);
        documents.extend(policy.map(|policy| (name.to_owned(), policy.clone())));
        documents.sort_by(|a, b| a.0.cmp(&b.0));
        self.load(&documents).err().map(|error| error.to_string())
    }

    fn trouble(&self) -> Option<String> {
        let current = self.current();
        let newest = self.newest.lock().trouble.clone();
        newest.or_else(|| current.and_then(|policy| policy.trouble()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(book: &Book, rego: &str) {
        let json = serde_json::json!({"modules": {"authz.rego": rego}}).to_string();
        book.apply([("policies/a", Some(json.as_bytes()))]);
    }

    #[test]
    fn a_stored_policy_is_in_force_at_once_and_a_broken_one_never() {
        let book = Arc::new(Book::default());
        let stored = Stored::new(Arc::clone(&book), RegoSettings::default());
        let ask = |user: &str| {
            let what = Resource::key("a", "k");
            stored.judge(&Identity::named(user), Action::Read, &what).expect("a verdict")
        };
        assert!(matches!(ask("ann"), Verdict::Silent(_)));
        put(&book, "package config.authz\nallow if input.identity.user_id == \"ann\"");
        assert_eq!(ask("ann"), Verdict::Allow);
        assert!(matches!(ask("bob"), Verdict::Silent(_)));
        put(&book, "package config.authz\nallow if {");
        assert_eq!(ask("ann"), Verdict::Allow);
        assert!(stored.trouble().is_some());
        book.apply([("policies/a", None)]);
        assert!(matches!(ask("ann"), Verdict::Silent(_)));
        assert_eq!(stored.trouble(), None);
    }

    fn document(rego: &str) -> PolicyDocument {
        let modules = [("m.rego".to_owned(), rego.to_owned())].into();
        PolicyDocument { modules, ..PolicyDocument::default() }
    }

    #[test]
    fn what_would_not_come_into_force_is_refused_before_it_is_stored() {
        let book = Arc::new(Book::default());
        let stored = Stored::new(Arc::clone(&book), RegoSettings::default());
        let good = document("package config.authz\nallow if input.identity.user_id == \"ann\"");
        let bad = document("package config.authz\nallow if {");
        assert_eq!(stored.refuses("a", Some(&good)), None);
        let why = stored.refuses("a", Some(&bad)).expect("it is refused");
        assert!(why.contains("a/m.rego"), "{why}");

        // A set that is broken already: what repairs it passes, and so does a step towards it.
        put(&book, "package config.authz\nallow if {");
        assert!(stored.refuses("b", Some(&good)).is_some());
        assert_eq!(stored.refuses("a", Some(&good)), None);
        assert_eq!(stored.refuses("a", None), None);
    }

    #[test]
    fn other_rules_are_another_edition_and_other_tokens_are_not() {
        let book = Arc::new(Book::default());
        let stored = Stored::new(Arc::clone(&book), RegoSettings::default());
        let edition = || stored.standing(&Identity::named("ann")).edition;
        let first = edition();
        put(&book, "package config.authz\nallow if {");
        assert_eq!(edition(), first, "a policy that is not in force");
        put(&book, "package config.authz\nallow if true");
        let second = edition();
        assert_ne!(second, first);
        book.apply([("roles/r", Some(br#"{"rules":["read a"]}"#.as_slice()))]);
        assert_eq!(edition(), second);
    }
}
