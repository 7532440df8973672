//! `holdfast gateway`.

use std::path::PathBuf;

use clap::Args;
use holdfast_server::{Layers, gateway};

use super::serve::{environment, given};
use crate::args::Global;
use crate::failure::Failure;

/// Run HTTP/JSON and server-sent events in front of a server that speaks config.v1 over gRPC, until SIGTERM or SIGINT.
///
/// Credentials go to that server as they came. Settings come, weakest first, from the defaults, the file, the environment
/// (HOLDFAST_...) and these flags; those of the store and its data mean nothing here.
#[derive(Debug, Args)]
pub struct Gateway {
    /// The server behind the gateway; of the global options, those about certificates are about it
    #[arg(long, value_name = "URL", env = "HOLDFAST_UPSTREAM")]
    upstream: String,
    /// The file with settings, TOML or YAML; without it holdfast.toml, if there is one
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Where the API listens
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where metrics and health listen
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
    /// Print the settings in force and end
    #[arg(long)]
    print_config: bool,
}

impl Gateway {
    /// Hands the layers of settings to the gateway.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let flags = given([
            ("--listen", "listen", self.listen),
            ("--admin-listen", "admin_listen", self.admin_listen),
        ]);
        let layers = Layers { file: self.config, env: environment(), flags };
        gateway::serve(&layers, &self.upstream, &global.proofs.files(), self.print_config)?;
        Ok(())
    }
}
