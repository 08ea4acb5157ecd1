//! The command line, and serving a router: nothing here is about tokens.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use clap::Parser;

use crate::connections::Connections;
use crate::{logging, util};

/// A small HTTP service whose endpoints are guarded by a tokens file.
///
/// GET, POST, PUT and DELETE of `/databases/NAME` need `read`, `write`, `create` (as a new database) and `delete` on it, GET
/// of `/databases` needs `describe` on any database, and GET of `/health` needs `read` on the system resource `health`. Send
/// `Authorization: Bearer TOKEN`, or the token as `Token` or `Basic`, as for InfluxDB. Status 401 is no token, or one that is
/// unknown or expired; 403 is not allowed; the reason is in the log, on standard error; where nobody reads that, lines of it
/// are lost.
#[derive(Parser)]
#[command(
    name = "guard_service",
    version,
    after_help = "Exit code 2: wrong usage, or the service could not start or go on."
)]
pub(crate) struct Arguments {
    /// The tokens file.
    #[arg(value_parser = util::a_file())]
    pub(crate) file: PathBuf,
    /// The address and port to listen on; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// How often to look whether the file has changed, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) poll_millis: u64,
    /// How many connections may be open at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// After how many seconds a connection on which nothing comes is closed.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    idle_seconds: u32,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "an address is written like `127.0.0.1:8080` or `[::1]:8080`")
}

/// Serves until it fails.
pub(crate) fn serve(arguments: &Arguments, router: Router) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("cannot listen on {}", arguments.listen))?;
        let address = listener.local_addr()?;
        // Who does not read this line does not need it, and must not keep the others waiting.
        std::thread::spawn(move || drop(writeln!(io::stdout(), "listening on {address}")));
        logging::in_the_background();
        let idle = Duration::from_secs(arguments.idle_seconds.into());
        let connections = Connections::new(listener, arguments.connections.into(), idle);
        axum::serve(connections, router).await.context("cannot serve")
    })
}
