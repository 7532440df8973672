//! Policies in Rego: the one that the settings name, and those that are documents of the log.

use std::sync::Arc;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};

use arc_swap::ArcSwapOption;
use holdfast_auth::trust::Book;
use holdfast_auth::trust::document::PolicyDocument;
use holdfast_auth::{Action, AuthError, Identity, Policy, Resource, Shown, Sight, Verdict};
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
        let (current, generation) = (ArcSwapOption::empty(), AtomicU64::new(0));
        Self { book, settings, current, generation, newest: Mutex::default() }
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
        if documents.is_empty() {
            self.current.store(None);
        } else {
            match self.load(&documents) {
                Ok(policy) => self.current.store(Some(Arc::new(policy))),
                Err(error) => {
                    tracing::error!(%error, "the newest policy is not in force");
                    newest.trouble = Some(format!("the newest policy is not in force: {error}"));
                }
            }
        }
        newest.documents = documents;
    }

    fn load(&self, documents: &[(String, PolicyDocument)]) -> Result<RegoPolicy, LoadError> {
        let mut modules = Modules::default();
        for (name, document) in documents {
            for (file, text) in &document.modules {
                modules.add(&format!("{name}/{file}"), text.clone())?;
            }
        }
        RegoPolicy::new(self.settings.clone(), &modules)
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
}
