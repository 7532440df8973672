//! The file of contexts of the command line.

use std::path::PathBuf;

use holdfast_cli::contexts::Contexts;

/// What can be read can be changed, and then be read again with everything else as it was.
pub(crate) fn file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let place = || PathBuf::from("/nonexistent/contexts.toml");
    let Ok(mut read) = Contexts::parse(place(), text) else { return };
    read.change("added", &[("namespace", "shop".to_owned())], &["endpoint".to_owned()]);
    read.choose(Some("added"));
    let written = read.text();
    let again = Contexts::parse(place(), &written);
    let again = again.unwrap_or_else(|fault| panic!("{fault}\nin what was written:\n{written}"));
    assert_eq!(again.current.as_deref(), Some("added"), "{written}");
    for (name, context) in read.all.iter().filter(|(name, _)| *name != "added") {
        let kept = again.all.get(name).map(|context| format!("{context:?}"));
        assert_eq!(kept, Some(format!("{context:?}")), "{name} in {written}");
    }
}
