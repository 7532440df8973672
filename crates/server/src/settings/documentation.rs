//! `docs/settings.md`, from the table.

use std::fmt::Write;

use super::Settings;
use super::table::all;

/// `docs/settings.md`.
#[must_use]
pub fn documentation() -> String {
    let mut text = String::from(INTRODUCTION);
    let mut defaults = Settings::default();
    for setting in all() {
        let field = (setting.of)(&mut defaults);
        let default = field.show().map_or("not set".into(), |shown| format!("`{shown}`"));
        let row = writeln!(
            text,
            "| `{}` | {} | {} | {} `{}` |",
            setting.path,
            field.form(),
            default,
            setting.about,
            setting.env(),
        );
        row.unwrap_or_else(|error| unreachable!("writing to a text failed: {error}"));
    }
    text
}

const INTRODUCTION: &str = "\
# Settings

Each setting has a place in the file, a name in the environment and, for the first few, a flag of `holdfast serve`.
What comes later wins: default, file, environment, flag. The file is TOML, or YAML when its name ends in `.yaml` or
`.yml`; `--config` or `HOLDFAST_CONFIG` names it, else `holdfast.toml` in the working directory is read when it is there. A dot in the path
is a table in the file and `__` in the environment. A setting that does not exist, or a value that cannot be, stops the
start; all faults are shown at once, each with its path. `holdfast serve --print-config` prints what is in force and
where each value comes from.

Sizes are numbers of bytes or texts such as `\"64MiB\"` and `\"2GB\"`; durations are texts such as `\"500ms\"`, `\"30s\"`,
`\"24h\"` and `\"30d\"`. `\"none\"` unsets a setting that may be absent.

Names that the command line client uses (`HOLDFAST_ENDPOINT` and the like), and names that Kubernetes injects for a
service called holdfast (`HOLDFAST_SERVICE_...`, `HOLDFAST_PORT...`), are no settings and are passed over.

| setting | form | default | what it does, and its name in the environment |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, documentation()).expect("docs can be written");
        }
        let kept = std::fs::read_to_string(path).expect("docs/settings.md is there");
        assert!(
            kept == documentation(),
            "docs/settings.md is stale: run the test again with BLESS=1"
        );
    }
}
