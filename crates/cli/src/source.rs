//! From paths to items: what `import` and `apply` read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::failure::Failure;
use crate::place::{self, STDIN, shown};
use crate::record::printable;
use crate::screen;
use holdfast_tree::flatten::{Flat, flatten, join};
use holdfast_tree::walk::{Found, Options, Skip, walk};
use holdfast_tree::{Format, Item, part};

/// Codec of opaque files: no server looks into it.
const RAW: &str = "raw";

/// How files become keys.
#[derive(Debug, Clone, Args)]
pub struct Source {
    /// Read every file that is named itself as this format, whatever its name says
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Put all keys below this one
    #[arg(long, value_name = "KEY")]
    pub prefix: Option<String>,
    /// Take files of other kinds too: one key each, named with the extension, codec `raw`
    #[arg(long)]
    raw: bool,
    /// Take files and directories whose name begins with a dot too
    #[arg(long)]
    pub hidden: bool,
    /// Leave out what is no value to a server (null, an empty raw file) instead of refusing it
    #[arg(long)]
    skip_empty: bool,
}

/// Reads all paths of the command line; no key may come twice.
pub fn read(paths: &[PathBuf], source: &Source) -> Result<BTreeMap<String, Item>, Failure> {
    let files = list(paths, source)?;
    let bar = screen::progress(u64::try_from(files.len()).unwrap_or(u64::MAX), "reading");
    let mut all = Collected::default();
    for file in &files {
        let flat = read_one(file).inspect_err(|_| bar.finish_and_clear())?;
        all.take(flat, &shown(&file.path), source)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    all.finish(source)
}

fn list(paths: &[PathBuf], source: &Source) -> Result<Vec<Found>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new(STDIN) || !path.is_dir() {
            files.push(named(path, source)?);
            continue;
        }
        let options = Options { raw: source.raw, hidden: source.hidden };
        let walked = walk(path, options)
            .map_err(|error| Failure::File { path: path.clone(), source: error })?;
        remark(&walked.skipped);
        files.extend(walked.files);
    }
    Ok(files)
}

/// A file that is named on the command line adds nothing to its keys, unless it is opaque.
fn named(path: &Path, source: &Source) -> Result<Found, Failure> {
    if path != Path::new(STDIN) {
        let failed = |source| Failure::File { path: path.to_owned(), source };
        fs::metadata(path).map_err(failed)?;
    }
    let format = source.format.or_else(|| Format::of(path));
    let name = path.file_name().and_then(|name| name.to_str());
    let prefix = match (format, name) {
        (Some(_), _) => String::new(),
        (None, Some(name)) if source.raw && name != STDIN => part::encode(name),
        _ => {
            return Err(Failure::Usage(format!(
                "{} has no name that tells its format; say --format json, yaml or toml, or --raw for an opaque value",
                if path == Path::new(STDIN) {
                    "standard input".into()
                } else {
                    path.display().to_string()
                }
            )));
        }
    };
    Ok(Found { path: path.to_owned(), prefix, format })
}

fn read_one(file: &Found) -> Result<Flat, Failure> {
    let path = shown(&file.path);
    let bytes = place::read(&file.path)?;
    let Some(format) = file.format else {
        return Ok(opaque(file, bytes));
    };
    let document = format.read(&bytes);
    document
        .and_then(|document| flatten(document, &file.prefix))
        .map_err(|source| Failure::Document { path, source })
}

fn opaque(file: &Found, bytes: Vec<u8>) -> Flat {
    let key = file.prefix.clone();
    if bytes.is_empty() {
        return Flat { items: vec![], nulls: vec![key] };
    }
    Flat { items: vec![Item { key, codec: RAW.to_owned(), value: bytes }], nulls: vec![] }
}

#[derive(Default)]
struct Collected {
    items: BTreeMap<String, Item>,
    from: BTreeMap<String, PathBuf>,
    empty: Vec<(PathBuf, String)>,
}

impl Collected {
    fn take(&mut self, flat: Flat, path: &Path, source: &Source) -> Result<(), Failure> {
        let base = source.prefix.as_deref().unwrap_or_default();
        for mut item in flat.items {
            item.key = join(base, &item.key);
            check_key(&item.key, path)?;
            if let Some(other) = self.from.insert(item.key.clone(), path.to_owned()) {
                return Err(Failure::Refused(format!(
                    "the key {} comes twice: from {} and from {}",
                    printable(&item.key),
                    other.display(),
                    path.display()
                )));
            }
            self.items.insert(item.key.clone(), item);
        }
        self.empty.extend(flat.nulls.into_iter().map(|key| (path.to_owned(), join(base, &key))));
        Ok(())
    }

    fn finish(self, source: &Source) -> Result<BTreeMap<String, Item>, Failure> {
        if let (Some((path, key)), false) = (self.empty.first(), source.skip_empty) {
            return Err(Failure::Refused(format!(
                "{}: {} is null or empty, which is no value to a server ({} such in all); --skip-empty leaves them out",
                path.display(),
                printable(key),
                self.empty.len()
            )));
        }
        if !self.empty.is_empty() {
            screen::note(&format!("{} null or empty values left out", self.empty.len()));
        }
        if self.items.is_empty() {
            return Err(Failure::Refused(
                "there is no value in these files; nothing was done".into(),
            ));
        }
        Ok(self.items)
    }
}

fn check_key(key: &str, path: &Path) -> Result<(), Failure> {
    if key.is_empty() {
        let why =
            "it is a single value and has no key; put it under a name, or give one with --prefix";
        return Err(Failure::Refused(format!("{}: {why}", path.display())));
    }
    holdfast_model::Key::new(key).map(|_| ()).map_err(|error| {
        Failure::Refused(format!(
            "{}: {error}: {}",
            path.display(),
            printable(&key.chars().take(80).collect::<String>())
        ))
    })
}

fn remark(skipped: &[(PathBuf, Skip)]) {
    for (skip, what) in [
        (Skip::Kind, "of other kinds (--raw takes them as opaque values)"),
        (Skip::Hidden, "with a name that begins with a dot (--hidden takes them)"),
        (Skip::Link, "that are links leading elsewhere"),
        (Skip::Special, "that are neither files nor directories"),
    ] {
        let paths: Vec<&PathBuf> =
            skipped.iter().filter(|(_, s)| *s == skip).map(|(p, _)| p).collect();
        if let Some(first) = paths.first() {
            let and = if paths.len() > 1 { " and others" } else { "" };
            screen::note(&format!("left out {} {what}: {}{and}", paths.len(), first.display()));
        }
    }
}
