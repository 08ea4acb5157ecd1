//! Lists the tokens of a file that may do something, each with the entry that allows it.
//!
//! ```text
//! cargo run --example who_can -- --database sensors permission-tokens.json write
//! ```

mod util;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource};
use serde_json::json;

use crate::util::{
    Outcome, Output, arguments, database_name, finish, load_or_stdin, masked, no_command, printable,
};

/// Lists the tokens of a file that may do something, each with the entry that allows it.
///
/// A line has, with tabs between them, the name, the entry that decides, and the numbers, from 0, of the permissions that
/// it is made of; with `--format json` the members `name`, `entry` and `permissions`, and names with all their characters. Nothing is
/// printed where nobody can. Tokens that have expired can do nothing.
#[derive(Parser)]
#[command(
    name = "who_can",
    version,
    group = ArgGroup::new("what").required(true),
    // The usual line is wider than a terminal.
    override_usage = "who_can --database <NAME> <FILE> [ACTIONS]\n       \
                      who_can --new-database <NAME> <FILE> [ACTIONS]\n       \
                      who_can --any-database <FILE> [ACTIONS]\n       \
                      who_can --system <NAME> <FILE>",
    after_help = "Exit codes: 0 somebody can, 1 nobody can, 2 wrong usage or trouble with a file."
)]
struct Arguments {
    /// The tokens file; `-` is standard input.
    file: PathBuf,
    /// The actions, separated by commas; all of them are needed.
    #[arg(default_value = "read", value_parser = actions)]
    actions: DatabaseActions,
    /// A database that exists.
    #[arg(long, group = "what", value_name = "NAME", value_parser = database_name)]
    database: Option<String>,
    /// A database that does not exist yet.
    #[arg(long, group = "what", value_name = "NAME", value_parser = database_name)]
    new_database: Option<String>,
    /// Any database at all.
    #[arg(long, group = "what")]
    any_database: bool,
    /// A system resource: health, metrics, ping or ready.
    #[arg(long, group = "what", value_name = "NAME")]
    system: Option<SystemResource>,
    /// How the result is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn actions(text: &str) -> Result<DatabaseActions, String> {
    DatabaseActions::parse(text).map_err(|error| format!("{}; {}", error.message(), error.help()))
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    let file = load_or_stdin(&arguments.file)?;
    let actions = arguments.actions;
    let request = match (&arguments.database, &arguments.new_database, arguments.system) {
        (Some(name), ..) => AccessRequest::database(name, actions),
        (_, Some(name), _) => AccessRequest::new_database(name, actions),
        (.., Some(resource)) if actions == DatabaseActions::READ => AccessRequest::system(resource),
        (.., Some(_)) => anyhow::bail!("system resources can only be read; leave out the actions"),
        _ => AccessRequest::any_database(actions),
    };
    let (mut out, mut outcome) = (Output::new(), Outcome::Findings);
    for (token, entry) in file.who_can(request, SystemTime::now()) {
        let name = masked(token.name().as_str());
        let places: Vec<usize> = entry.sources(token.permissions()).collect();
        match arguments.format {
            Format::Text => {
                let places: Vec<_> = places.iter().map(usize::to_string).collect();
                let name = printable(&name);
                writeln!(out, "{}\t{entry}\tpermissions {}", no_command(&name), places.join(","))?;
            }
            Format::Json => {
                let line = json!({"name": name, "entry": entry.to_string(), "permissions": places});
                writeln!(out, "{line}")?;
            }
        }
        outcome = Outcome::Fine;
    }
    out.flush().context("cannot write to standard output")?;
    Ok(outcome)
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("who_can", run(&args))
}
