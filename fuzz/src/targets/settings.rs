//! Settings files, as text in both formats.

use std::path::Path;

use holdfast_server::settings::load::load_text;

/// The first byte chooses the format. What is in force can be printed and read again.
pub(crate) fn file(data: &[u8]) {
    let Some((&format, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let name = if format % 2 == 0 { "holdfast.toml" } else { "holdfast.yaml" };
    let Ok(loaded) = load_text(Path::new(name), text) else { return };
    let printed = loaded.to_toml();
    let again = load_text(Path::new("again.toml"), &printed);
    let again = again.unwrap_or_else(|faults| panic!("{faults}\nin what was printed:\n{printed}"));
    assert_eq!(again.settings, loaded.settings, "{printed}");
}
