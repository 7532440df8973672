//! `holdfast serve`.

use std::path::PathBuf;

use clap::Args;
use holdfast_server::Layers;

use crate::failure::Failure;

/// Run the server until SIGTERM or SIGINT.
///
/// Settings come, weakest first, from the defaults, the file, the environment (HOLDFAST_...) and these flags.
#[derive(Debug, Args)]
pub struct Serve {
    /// Open everything to everybody, on loopback only: for a first look and for tests
    #[arg(long)]
    dev: bool,
    /// The file with settings, TOML or YAML; without it holdfast.toml, if there is one
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Where the API listens
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where metrics and health listen
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
    /// Where the data is kept
    #[arg(long, value_name = "PATH")]
    data_dir: Option<String>,
    /// Print the settings in force and end
    #[arg(long)]
    print_config: bool,
}

impl Serve {
    /// Hands the layers of settings to the server.
    pub fn run(self) -> Result<(), Failure> {
        let print_config = self.print_config;
        let layers = Layers { file: self.config.clone(), env: environment(), flags: self.flags() };
        holdfast_server::serve(&layers, print_config)?;
        Ok(())
    }

    fn flags(self) -> Vec<(String, &'static str, String)> {
        given([
            ("--dev", "dev", self.dev.then(|| "true".to_owned())),
            ("--listen", "listen", self.listen),
            ("--admin-listen", "admin_listen", self.admin_listen),
            ("--data-dir", "data_dir", self.data_dir),
        ])
    }
}

/// The flags that were given, each with its setting.
pub(super) fn given<const N: usize>(
    flags: [(&str, &'static str, Option<String>); N],
) -> Vec<(String, &'static str, String)> {
    let given = |(flag, path, value): (&str, _, Option<_>)| Some((flag.to_owned(), path, value?));
    flags.into_iter().filter_map(given).collect()
}

/// What is no UTF-8 can be no setting.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
