//! A small HTTP service whose endpoints are guarded by a tokens file.
//!
//! It authenticates and decides as the InfluxDB server does, reloads the file when it changes, and keeps the last valid one
//! when the new one is invalid. Reasons go to the log (standard error), never to the client; tokens go nowhere.
//!
//! ```text
//! cargo run --example guard_service -- permission-tokens.json
//! ```

mod connections;
mod logging;
mod server;
#[path = "../util/mod.rs"]
mod util;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use axum::extract::{Path, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use clap::{CommandFactory, FromArgMatches};
use influxdb3_offline_tokens::access::{Identity, PresentedToken};
use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Decision, SystemResource};
use logging::log;
use server::Arguments;
use util::Outcome;

/// Reloads the file when it changes. An error is logged once while it stays the same.
fn follow(live: &LiveAuthorizer, every: Duration) {
    let mut last = String::new();
    loop {
        std::thread::sleep(every);
        let line = match live.refresh() {
            Refreshed::Reloaded => {
                last.clear();
                format!("loaded {}", util::count(live.current().len(), "token"))
            }
            Refreshed::Kept(error) => format!("the tokens stay as they are: {:#}", anyhow::Error::new(error)),
            _ => String::new(),
        };
        if !line.is_empty() && line != last {
            log(format_args!("{line}"));
        }
        last = line;
    }
}

fn identify(live: &LiveAuthorizer, headers: &HeaderMap) -> Result<Identity> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        bail!("no `Authorization` header, or more than one")
    };
    let presented = PresentedToken::from_authorization(value.as_bytes())?;
    Ok(live.current().authenticate(presented, SystemTime::now())?)
}

/// Puts the identity into the extensions of the request. Status 401 comes with the way to authenticate (RFC 9110, 15.5.2).
async fn authenticate(State(live): State<Arc<LiveAuthorizer>>, mut request: Request, next: Next) -> Response {
    match identify(&live, request.headers()) {
        Ok(identity) => {
            request.extensions_mut().insert(identity);
            next.run(request).await
        }
        Err(reason) => {
            log(format_args!("401: {reason}"));
            (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response()
        }
    }
}

fn decide(identity: &Identity, request: AccessRequest<'_>) -> StatusCode {
    let Decision::Denied(reason) = identity.decide(request) else { return StatusCode::OK };
    let name = util::masked(identity.name().as_str());
    // No database has a name of more than 511 bytes, and whoever asks must not fill the log.
    log(format_args!("403 {:.600} for {name:?}: {reason}", request.to_string()));
    StatusCode::FORBIDDEN
}

async fn database(
    method: Method,
    Path(name): Path<String>,
    Extension(identity): Extension<Identity>,
) -> StatusCode {
    let request = match method {
        Method::GET | Method::HEAD => AccessRequest::database(&name, DatabaseActions::READ),
        Method::POST => AccessRequest::database(&name, DatabaseActions::WRITE),
        Method::PUT => AccessRequest::new_database(&name, DatabaseActions::CREATE),
        Method::DELETE => AccessRequest::database(&name, DatabaseActions::DELETE),
        _ => return StatusCode::METHOD_NOT_ALLOWED,
    };
    decide(&identity, request)
}

async fn databases(Extension(identity): Extension<Identity>) -> StatusCode {
    decide(&identity, AccessRequest::any_database(DatabaseActions::DESCRIBE))
}

async fn health(Extension(identity): Extension<Identity>) -> StatusCode {
    decide(&identity, AccessRequest::system(SystemResource::Health))
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    // A service that cannot tell who may do what does not start.
    let live = Arc::new(LiveAuthorizer::open(&arguments.file)?);
    let (followed, every) = (Arc::clone(&live), Duration::from_millis(arguments.poll_millis));
    std::thread::spawn(move || follow(&followed, every));
    let router = Router::new()
        .route("/databases", get(databases))
        .route("/databases/{name}", get(database).post(database).put(database).delete(database))
        .route("/health", get(health))
        .route_layer(from_fn_with_state(live, authenticate));
    server::serve(arguments, router)?;
    Ok(Outcome::Fine)
}

fn main() -> ExitCode {
    let matches = util::arguments(Arguments::command());
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    util::finish("guard_service", run(&arguments))
}
