//! A small HTTP service whose endpoints are guarded by a tokens file.
//!
//! It authenticates and decides as the InfluxDB server does, reloads the file when it changes, and keeps the last good one
//! when the new one is invalid. Reasons go to the log (standard error), never to the client; tokens go nowhere.
//!
//! ```text
//! cargo run --example guard_service -- permission-tokens.json
//! ```

mod connections;
mod guard;
mod logging;
mod reload;
#[path = "../util/mod.rs"]
mod util;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use clap::{CommandFactory, FromArgMatches, Parser};
use connections::Connections;
use guard::Guard;
use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource};
pub(crate) use logging::log;

/// A small HTTP service whose endpoints are guarded by a tokens file.
///
/// GET, POST, PUT and DELETE of `/databases/NAME` need `read`, `write`, `create` (as a new database) and `delete` on it, GET
/// of `/databases` needs `describe` on any database, and GET of `/health` needs `read` on the system resource `health`. Send
/// `Authorization: Bearer TOKEN`. Status 401 is no token, or one that is unknown or expired; 403 is not allowed; the reason
/// is in the log, on standard error; where nobody reads that, lines of it are lost.
#[derive(Parser)]
#[command(
    name = "guard_service",
    version,
    after_help = "Exit code 2: wrong usage, or the service could not start or go on."
)]
struct Arguments {
    /// The tokens file.
    #[arg(value_parser = util::a_file())]
    file: PathBuf,
    /// The address and port to listen on; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// How often to look whether the file has changed, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    poll_millis: u64,
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

type Answer = Result<&'static str, StatusCode>;

fn router(guard: Arc<Guard>) -> Router {
    Router::new()
        .route("/databases", get(list))
        .route("/databases/{name}", get(read).post(write).put(create).delete(delete))
        .route("/health", get(health))
        .layer(map_response(says_how))
        .with_state(guard)
}

/// Status 401 comes with the way to authenticate (RFC 9110, 15.5.2).
async fn says_how(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

async fn list(State(guard): State<Arc<Guard>>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::any_database(DatabaseActions::DESCRIBE))?;
    Ok("the databases\n")
}

async fn read(State(guard): State<Arc<Guard>>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::database(&name, DatabaseActions::READ))?;
    Ok("data\n")
}

async fn write(State(guard): State<Arc<Guard>>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::database(&name, DatabaseActions::WRITE))?;
    Ok("written\n")
}

async fn create(State(guard): State<Arc<Guard>>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::new_database(&name, DatabaseActions::CREATE))?;
    Ok("created\n")
}

async fn delete(State(guard): State<Arc<Guard>>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::database(&name, DatabaseActions::DELETE))?;
    Ok("deleted\n")
}

async fn health(State(guard): State<Arc<Guard>>, headers: HeaderMap) -> Answer {
    guard.check(&headers, AccessRequest::system(SystemResource::Health))?;
    Ok("well\n")
}

fn run(arguments: Arguments) -> Result<()> {
    // A service that cannot tell who may do what does not start.
    let (guard, watched) = reload::start(arguments.file)?;
    let every = Duration::from_millis(arguments.poll_millis);
    let watching = Arc::clone(&guard);
    std::thread::spawn(move || watched.watch(&watching, every));

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
        axum::serve(connections, router(guard)).await.context("cannot serve")
    })
}

fn main() -> ExitCode {
    let matches = util::arguments(Arguments::command());
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            util::complain("guard_service", &error);
            ExitCode::from(2)
        }
    }
}
