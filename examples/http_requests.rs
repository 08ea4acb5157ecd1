//! Prints the requests that make the tokens of a file on a running server.
//!
//! ```text
//! cargo run --example http_requests -- permission-tokens.json
//! ```

mod util;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::server::HttpTokenRequest;
use influxdb3_offline_tokens::{TokenEntry, TokenFile};
use serde_json::{Value, json};

use crate::util::{Outcome, Output, arguments, complain, finish, load_or_stdin, masked, printable};

const DATABASES: (&str, &str) = ("POST", "/api/v3/configure/database");

/// Prints the requests that make the databases and the tokens of a file on a running server.
///
/// For a server that has started already: it takes a tokens file only while it has no resource tokens. The secrets of the
/// file are not in the requests: the server makes new ones, and each answer tells one, once. The commands print the
/// answers: run them where no log keeps that. A token that has expired is left out. An expiry is a number of seconds in
/// them, so they are to be sent when they are made. A database that exists already is answered with status 409.
#[derive(Parser)]
#[command(
    name = "http_requests",
    version,
    after_help = "Exit codes: 0 all are printed, 1 a token was left out, 2 wrong usage or trouble with a file."
)]
struct Arguments {
    /// The tokens file; `-` is standard input.
    file: PathBuf,
    /// Only this token, and no database; may be given several times.
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// The address of the server, for the format curl.
    #[arg(long, value_name = "URL", value_parser = address, default_value = "http://127.0.0.1:8181")]
    host: String,
    /// How the requests are printed: commands for a shell in which `INFLUXDB3_AUTH_TOKEN` is an admin token, or JSON lines with
    /// `method`, `path` and `body`.
    #[arg(long, value_enum, default_value = "curl")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Curl,
    Json,
}

type Request = ((&'static str, &'static str), String);

/// The requests in their order, and how many tokens were left out.
fn requests(file: &TokenFile, names: &[String], now: SystemTime) -> Result<(Vec<Request>, usize)> {
    if let Some(unknown) = names.iter().find(|name| file.get(name).is_none()) {
        bail!("the file has no token named `{}`; check `--name`", printable(&masked(unknown)));
    }
    let databases = if names.is_empty() { file.create_databases() } else { &[] };
    let mut requests: Vec<Request> =
        databases.iter().map(|name| (DATABASES, json!({"db": name.as_str()}).to_string())).collect();
    let mut left_out = 0;
    let is_wanted =
        |entry: &&TokenEntry| names.is_empty() || names.iter().any(|name| name == entry.name().as_str());
    for entry in file.tokens().iter().filter(is_wanted) {
        match HttpTokenRequest::from_entry(entry, now) {
            Ok(request) => requests.push((HttpTokenRequest::METHOD_AND_PATH, request.to_json())),
            Err(error) => {
                let name = masked(entry.name().as_str());
                let error = anyhow::Error::new(error).context(format!("token `{name}` is left out"));
                complain("http_requests", &error);
                left_out += 1;
            }
        }
    }
    if let Some(at) = requests.iter().position(|(_, body)| masked(body) != body.as_str()) {
        let what = if at < databases.len() { "a database" } else { "a token" };
        bail!(
            "the name of {what}, or one in its permissions, has `apiv3_` in it, as a token has, and would be printed"
        );
    }
    Ok((requests, left_out))
}

/// `http://` or `https://`, a host, perhaps a port and a path; behind `?` or `#` the path of a request would be lost.
fn address(text: &str) -> Result<String, &'static str> {
    let behind = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match behind {
        Some(host)
            if host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
                && host.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@')) =>
        {
            Ok(text.into())
        }
        _ => Err("an address is written like `http://127.0.0.1:8181`, without a user, `?` or `#`"),
    }
}

/// In single quotes, in which a shell expands nothing.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    const NOTE: &str = "send them now, as each `expiry_secs` counts from then; each answer tells a new secret, once: keep it, and not in a log";
    let file = load_or_stdin(&arguments.file)?;
    let (requests, left_out) = requests(&file, &arguments.names, SystemTime::now())?;
    let mut out = Output::new();
    match arguments.format {
        Format::Curl => {
            writeln!(out, "# {NOTE}\n: \"${{INFLUXDB3_AUTH_TOKEN:?is to be an admin token}}\"\nfailed=0")?;
        }
        Format::Json => drop(writeln!(io::stderr(), "http_requests: {NOTE}")),
    }
    for ((method, path), body) in &requests {
        match arguments.format {
            Format::Curl => {
                // A database that is there already fails, too, and one that is not there fails a token.
                let counts = if *path == DATABASES.1 { "" } else { "failed=1; " };
                let url = printable(&masked(arguments.host.trim_end_matches('/'))) + path;
                // Not as an argument: those of a program are seen by all users of a machine.
                writeln!(
                    out,
                    "printf 'Authorization: Bearer %s\\n' \"$INFLUXDB3_AUTH_TOKEN\" |\n  \
                     curl --silent --show-error --fail-with-body --globoff --write-out '\\n' --request {method} {} \\\n  \
                     --header @- --header 'Content-Type: application/json' \\\n  --data-raw {body} ||\n  \
                     {{ {counts}printf 'this failed: %s\\n' {body} >&2; }}",
                    quoted(&url),
                    body = quoted(body)
                )?;
            }
            Format::Json => {
                let body: Value = serde_json::from_str(body).context("a body is JSON")?;
                writeln!(out, "{}", json!({"method": method, "path": path, "body": body}))?;
            }
        }
    }
    if matches!(arguments.format, Format::Curl) {
        // Not `exit`, which would end the shell into which somebody pastes it.
        writeln!(out, "test \"$failed\" -eq 0")?;
    }
    out.flush().context("cannot write to standard output")?;
    Ok(if left_out == 0 { Outcome::Fine } else { Outcome::Findings })
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("http_requests", run(&args))
}
