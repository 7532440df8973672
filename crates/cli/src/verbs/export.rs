//! `holdfast export`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Past;
use crate::output;
use crate::place::{self, Readers};
use crate::read;
use crate::screen;
use holdfast_tree::{Format, Item, files, nest};

/// Write a namespace into files of configuration: the inverse of `import`.
///
/// What no tree can show (a key that is also the beginning of others, an object in one value, other codecs) goes into
/// the member `$holdfast`, from which an import takes it byte for byte. Times, versions and life times are not exported.
#[derive(Debug, Args)]
pub struct Export {
    /// The beginning of the keys; none: all of the namespace
    #[arg(value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// The format of the files; without it the one that --out's name tells, else YAML
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// A file, or a directory (that exists, or with a `/` at its end) for one file of each first part of the keys;
    /// without it standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write into a directory that is not empty; files that are not part of this export stay there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    past: Past,
}

impl Export {
    /// Reads the namespace and writes it down.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let format = self.format();
        let (namespace, prefix) = (&global.namespace, &self.prefix);
        let found = match self.past.moment() {
            None => read::moment(server, namespace, prefix).await?,
            Some(moment) => read::past(server, namespace, prefix, None, moment).await?,
        };
        let mut items: Vec<Item> = found.into_iter().map(Item::from).collect();
        items.sort_by(|a, b| a.key.cmp(&b.key));
        match &self.out {
            None => output::bytes(nest::document(&items, format)?.as_bytes()),
            Some(path) if is_directory(path) => self.directory(path, &items, format),
            Some(path) => {
                place::replace(path, &nest::document(&items, format)?, Readers::Usual)?;
                screen::note(&format!("{} entries written to {}", items.len(), path.display()));
                Ok(())
            }
        }
    }

    fn format(&self) -> Format {
        self.format.or_else(|| Format::of(self.out.as_deref()?)).unwrap_or(Format::Yaml)
    }

    fn directory(&self, path: &Path, items: &[Item], format: Format) -> Result<(), Failure> {
        let documents: BTreeMap<String, String> = files::split(items, format)?;
        let failed = |source| Failure::File { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let occupied = fs::read_dir(path).map_err(failed)?.next().is_some();
        if occupied && !self.force {
            return Err(Failure::Refused(format!(
                "{} is not empty, and a later import would take what is in it too; choose another directory, or --force",
                path.display()
            )));
        }
        for (name, text) in &documents {
            place::replace(&path.join(name), text, Readers::Usual)?;
        }
        screen::note(&format!(
            "{} entries written to {} files in {}",
            items.len(),
            documents.len(),
            path.display()
        ));
        Ok(())
    }
}

fn is_directory(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/')
}
