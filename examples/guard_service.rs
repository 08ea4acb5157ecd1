//! A small HTTP service guarded by a tokens file: `cargo run --example guard_service -- permission-tokens.json`
//!
//! It authenticates and decides as the server does, reloads the file when it changes, and keeps the last valid one. Reasons are
//! logged to standard error and not sent to the client; tokens are never logged. Put it behind a proxy that limits connections.

use std::fmt::Display;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Path, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use influxdb3_offline_tokens::access::{Identity, PresentedToken};
use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Decision};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Writes a line to standard error. Unlike `eprintln`, it does not panic if nobody reads it.
fn log(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Reloads the file when it changes.
fn follow(live: &LiveAuthorizer) {
    let mut last = String::new();
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let line = match live.refresh() {
            Refreshed::Reloaded => "reloaded the tokens".to_owned(),
            Refreshed::Kept(error) => format!("keeping the last valid tokens: {error}"),
            _ => String::new(),
        };
        if !line.is_empty() && line != last {
            log(&line);
        }
        last = line;
    }
}

fn identify(live: &LiveAuthorizer, headers: &HeaderMap) -> Result<Identity> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err("no `Authorization` header, or more than one".into());
    };
    let presented = PresentedToken::from_authorization(value.as_bytes())?;
    Ok(live.current().authenticate(presented, SystemTime::now())?)
}

/// Adds the identity to the extensions of the request.
async fn authenticate(State(live): State<Arc<LiveAuthorizer>>, mut request: Request, next: Next) -> Response {
    // The error is not `Send`, so it must not live across the await.
    match identify(&live, request.headers()).map_err(|reason| log(format_args!("401: {reason}"))) {
        Ok(identity) => {
            request.extensions_mut().insert(identity);
            next.run(request).await
        }
        Err(()) => (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response(),
    }
}

async fn database(
    method: Method,
    Path(name): Path<String>,
    Extension(identity): Extension<Identity>,
) -> StatusCode {
    let request = match method {
        Method::GET => AccessRequest::Database(&name, DatabaseActions::READ),
        Method::POST => AccessRequest::Database(&name, DatabaseActions::WRITE),
        Method::PUT => AccessRequest::NewDatabase(&name, DatabaseActions::CREATE),
        Method::DELETE => AccessRequest::Database(&name, DatabaseActions::DELETE),
        _ => return StatusCode::METHOD_NOT_ALLOWED,
    };
    match identity.decide(request) {
        Decision::Denied(reason) => {
            log(format_args!("403: {reason}"));
            StatusCode::FORBIDDEN
        }
        Decision::Allowed(_) => StatusCode::OK,
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).ok_or("usage: guard_service FILE")?;
    // Fails if the file is invalid.
    let live = Arc::new(LiveAuthorizer::open(path)?);
    let followed = Arc::clone(&live);
    std::thread::spawn(move || follow(&followed));
    let router =
        Router::new().route("/databases/{name}", any(database)).layer(from_fn_with_state(live, authenticate));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
