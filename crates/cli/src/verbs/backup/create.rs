//! `holdfast backup create`.

use std::path::PathBuf;

use clap::Args;
use holdfast_api::holdfast_v1::BackupRequest;
use holdfast_api::holdfast_v1::admin_service_client::AdminServiceClient;
use holdfast_server::offline::backup::{self, NewFile};
use tonic::Request;

use super::show;
use crate::args::Global;
use crate::connect::{self, Server};
use crate::failure::Failure;
use crate::screen;

/// What is backed up, and to where.
#[derive(Debug, Args)]
pub struct Create {
    /// The file to write; there must be none of that name
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory of a server that is stopped; without it the server at --endpoint is backed up
    #[arg(long, value_name = "PATH")]
    data_dir: Option<PathBuf>,
}

impl Create {
    /// No server is asked.
    pub fn is_offline(&self) -> bool {
        self.data_dir.is_some()
    }

    /// Of a directory.
    pub fn run_offline(self, global: &Global) -> Result<(), Failure> {
        let Some(data_dir) = &self.data_dir else { return Ok(()) };
        let bar = screen::progress(0, "backup");
        let made = backup::create(data_dir, &self.file, &mut |start, end, reached| {
            bar.set_length(end.0.saturating_sub(start.0));
            bar.set_position(reached.0.saturating_sub(start.0));
        });
        bar.finish_and_clear();
        let summary = made.map_err(|error| self.failed(&error))?;
        show::summary(&summary, global)
    }

    /// Of a running server. No message may let the time-out of a call pass, however long all of it takes.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let mut file = NewFile::create(&self.file).map_err(|error| self.file(error))?;
        let link = connect::link(global).await?;
        let server = Server::on(link.clone(), global);
        let mut client = AdminServiceClient::new(link);
        let begun = client.backup(Request::new(BackupRequest::default()));
        let mut stream = server.own(begun).await?;
        let bar = screen::progress(0, "backup");
        while let Some(part) = server.next(&mut stream).await? {
            file.write(&part.data).map_err(|error| self.file(error))?;
            bar.set_length(part.revision.saturating_sub(part.start));
            bar.set_position(part.reached.saturating_sub(part.start));
        }
        bar.finish_and_clear();
        let summary = file.keep().map_err(|error| self.failed(&error))?;
        show::summary(&summary, global)
    }

    fn file(&self, source: std::io::Error) -> Failure {
        Failure::File { path: self.file.clone(), source }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::Refused(format!("no backup was made: {error}"))
    }
}
