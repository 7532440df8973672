//! The files below a directory, in an order that depends on nothing but their names.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::flatten::join;
use super::{Format, exact, part};

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The beginning of its keys; the whole key of an opaque file; empty for a file that was named itself.
    pub prefix: String,
    /// What is in it; `None` for opaque bytes.
    pub format: Option<Format>,
}

/// What to take.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Files of unknown kinds too, as opaque values.
    pub raw: bool,
    /// Names that begin with a dot too.
    pub hidden: bool,
}

/// What there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// To import, in order.
    pub files: Vec<Found>,
    /// Left aside, and why.
    pub skipped: Vec<(PathBuf, Skip)>,
}

/// Why a file was left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Skip {
    /// Its name begins with a dot.
    Hidden,
    /// Not JSON, YAML or TOML by its name.
    Kind,
    /// A link that leads out of the directory, to nothing, or in a circle.
    Link,
    /// No regular file.
    Special,
}

/// Lists the files below `root`. A symbolic link is followed only to what is below `root` as well.
///
/// # Errors
/// What reading a directory answers; a name that is no UTF-8.
pub fn walk(root: &Path, options: Options) -> io::Result<Walked> {
    let mut walk = Walk {
        root: fs::canonicalize(root)?,
        above: Vec::new(),
        options,
        found: Walked::default(),
    };
    walk.directory(root, "")?;
    Ok(walk.found)
}

struct Walk {
    root: PathBuf,
    above: Vec<PathBuf>,
    options: Options,
    found: Walked,
}

impl Walk {
    fn directory(&mut self, path: &Path, prefix: &str) -> io::Result<()> {
        let mut names: Vec<_> =
            fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        names.sort();
        self.above.push(fs::canonicalize(path)?);
        for name in names {
            self.entry(&path.join(&name), &name, prefix)?;
        }
        self.above.pop();
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: &OsStr, prefix: &str) -> io::Result<()> {
        let name = name.to_str().ok_or_else(|| {
            io::Error::other(format!(
                "the name of {} is no UTF-8 and can be no key",
                path.display()
            ))
        })?;
        if name.starts_with('.') && !self.options.hidden {
            return self.skip(path, Skip::Hidden);
        }
        if fs::symlink_metadata(path)?.is_symlink() && !self.link_stays_inside(path) {
            return self.skip(path, Skip::Link);
        }
        let kind = fs::metadata(path)?;
        if kind.is_dir() {
            self.directory(path, &join(prefix, &part::encode(name)))
        } else if kind.is_file() {
            self.file(path, name, prefix)
        } else {
            self.skip(path, Skip::Special)
        }
    }

    fn file(&mut self, path: &Path, name: &str, prefix: &str) -> io::Result<()> {
        let format = Format::of(path);
        let prefix = match (format, path.file_stem().and_then(OsStr::to_str)) {
            (Some(_), Some(exact::RESERVED)) => prefix.to_owned(),
            (Some(_), Some(stem)) => join(prefix, &part::encode(stem)),
            _ if self.options.raw => join(prefix, &part::encode(name)),
            _ => return self.skip(path, Skip::Kind),
        };
        self.found.files.push(Found { path: path.to_owned(), prefix, format });
        Ok(())
    }

    fn link_stays_inside(&self, path: &Path) -> bool {
        fs::canonicalize(path)
            .is_ok_and(|target| target.starts_with(&self.root) && !self.above.contains(&target))
    }

    fn skip(&mut self, path: &Path, why: Skip) -> io::Result<()> {
        self.found.skipped.push((path.to_owned(), why));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn prefixes(walked: &Walked) -> Vec<&str> {
        walked.files.iter().map(|f| f.prefix.as_str()).collect()
    }

    #[test]
    fn names_become_prefixes_in_order_and_the_rest_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path();
        fs::create_dir_all(root.join("b dir/.git")).expect("directories");
        for name in [
            "z.json",
            "a.yml",
            "b dir/c.d.toml",
            "b dir/x.conf",
            ".env",
            "$holdfast.json",
            "b dir/.git/x.json",
        ] {
            fs::write(root.join(name), "").expect("a file");
        }
        symlink(root.join("z.json"), root.join("y.json")).expect("a link");
        symlink("/etc/hostname", root.join("out.json")).expect("a link");
        symlink(root, root.join("b dir/loop")).expect("a link");
        symlink(root.join("nowhere"), root.join("n.json")).expect("a link");

        let walked = walk(root, Options::default()).expect("walked");
        assert_eq!(prefixes(&walked), ["", "a", "b_-20dir/c.d", "y", "z"]);
        let mut why: Vec<Skip> = walked.skipped.iter().map(|(_, why)| *why).collect();
        why.sort();
        assert_eq!(
            why,
            [Skip::Hidden, Skip::Hidden, Skip::Kind, Skip::Link, Skip::Link, Skip::Link]
        );

        let all = walk(root, Options { raw: true, hidden: true }).expect("walked");
        assert_eq!(
            prefixes(&all),
            ["", ".env", "a", "b_-20dir/.git/x", "b_-20dir/c.d", "b_-20dir/x.conf", "y", "z"]
        );
    }
}
