//! The global options of a command line, with those of the context in use below them.

use clap::{ArgMatches, ValueEnum as _};

use super::{Context, Contexts};
use crate::args::{self, Global, is_given};
use crate::credentials;
use crate::failure::Failure;
use crate::output::Layout;

/// Fills in what neither the command line nor the environment says. A broken file is refused, in use or not: what it was meant to
/// say is not known.
pub fn settle(global: Global, matches: &ArgMatches) -> Result<Global, Failure> {
    let named = global.context.clone().filter(|name| !name.is_empty());
    let contexts = match Contexts::load() {
        // Without a home there is no file, which only matters to whoever wants one.
        Err(_) if named.is_none() && super::path().is_err() => return Ok(global),
        other => other?,
    };
    match named.or_else(|| contexts.current.clone()) {
        Some(name) => {
            Ok(filled(global, contexts.find(&name)?, &|option| is_given(matches, option)))
        }
        None => Ok(global),
    }
}

fn filled(mut global: Global, context: &Context, is_given: &dyn Fn(&str) -> bool) -> Global {
    // What proves somebody's identity to one server is none of another's business.
    let elsewhere = is_given("endpoint") && context.endpoint.as_ref() != Some(&global.endpoint);
    if !elsewhere {
        credentials_of(context, &mut global);
    }
    if let (Some(endpoint), false) = (&context.endpoint, is_given("endpoint")) {
        global.endpoint.clone_from(endpoint);
    }
    if let (Some(namespace), false) = (&context.namespace, is_given("namespace")) {
        global.namespace.clone_from(namespace);
    }
    let layout = || Layout::from_str(context.output.as_ref()?, false).ok();
    global.output = global.output.or_else(layout);
    let timeout = || args::duration(context.timeout.as_ref()?).ok();
    global.timeout = global.timeout.or_else(timeout);
    global
}

fn credentials_of(context: &Context, global: &mut Global) {
    if global.token_file.is_none() && !credentials::in_environment() {
        global.token_file.clone_from(&context.token_file);
        global.token.clone_from(&context.token);
    }
    let proofs = &mut global.proofs;
    proofs.ca_file = proofs.ca_file.take().or_else(|| context.ca_file.clone());
    // The two belong together: a certificate of one place with a key of another is none.
    if proofs.cert_file.is_none() && proofs.key_file.is_none() {
        proofs.cert_file.clone_from(&context.cert_file);
        proofs.key_file.clone_from(&context.key_file);
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::args::Cli;

    fn settled(line: &[&str], context: &Context) -> Global {
        let matches = Cli::command().try_get_matches_from(line).expect("a command line");
        let global = Cli::from_arg_matches(&matches).expect("a command line").global;
        filled(global, context, &|option| is_given(&matches, option))
    }

    fn context() -> Context {
        Context {
            endpoint: Some("https://prod".into()),
            namespace: Some("shop".into()),
            token_file: Some("/token".into()),
            ca_file: Some("/ca".into()),
            output: Some("json".into()),
            timeout: Some("3s".into()),
            ..Context::default()
        }
    }

    #[test]
    fn a_context_stands_below_the_command_line() {
        let all = settled(&["holdfast", "get", "k"], &context());
        assert_eq!((all.endpoint.as_str(), all.namespace.as_str()), ("https://prod", "shop"));
        assert_eq!((all.output, all.call_timeout().as_secs()), (Some(Layout::Json), 3));
        assert_eq!(all.token_file.as_deref(), Some("/token".as_ref()));
        let some = settled(&["holdfast", "get", "k", "-n", "default", "-o", "raw"], &context());
        assert_eq!((some.namespace.as_str(), some.output), ("default", Some(Layout::Raw)));
        assert_eq!(some.endpoint, "https://prod");
    }

    #[test]
    fn credentials_stay_with_their_server() {
        let other = settled(&["holdfast", "--endpoint", "http://other", "get", "k"], &context());
        assert_eq!((other.token_file, other.proofs.ca_file), (None, None));
        let same = settled(&["holdfast", "get", "k", "--endpoint", "https://prod"], &context());
        assert!(same.token_file.is_some());
    }
}
