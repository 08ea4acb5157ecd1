//! Lists the tokens of a file that may do something, each with the entry that allows it.

mod util;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Result;
use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource, load};

use crate::util::{Outcome, Output, arguments, finish, masked, printable};

/// Lists the tokens of a file that may do something, each with the entry that allows it.
///
/// Exit code: 0 somebody can, 1 nobody can, 2 trouble.
#[derive(Parser)]
#[command(group = ArgGroup::new("what").required(true))]
struct Arguments {
    /// The tokens file.
    file: PathBuf,
    /// The actions, separated by commas; all of them are needed.
    #[arg(default_value = "read")]
    actions: DatabaseActions,
    /// A database that exists.
    #[arg(long, group = "what", value_name = "NAME")]
    database: Option<String>,
    /// A database that does not exist yet.
    #[arg(long, group = "what", value_name = "NAME")]
    new_database: Option<String>,
    /// Any database at all.
    #[arg(long, group = "what")]
    any_database: bool,
    /// A system resource: health, metrics, ping or ready.
    #[arg(long, group = "what", value_name = "NAME")]
    system: Option<SystemResource>,
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    let file = load(&arguments.file)?;
    let actions = arguments.actions;
    let request = match (&arguments.database, &arguments.new_database, arguments.system) {
        (Some(name), ..) => AccessRequest::database(name, actions),
        (_, Some(name), _) => AccessRequest::new_database(name, actions),
        (.., Some(resource)) if actions == DatabaseActions::READ => AccessRequest::system(resource),
        (.., Some(_)) => anyhow::bail!("system resources can only be read"),
        _ => AccessRequest::any_database(actions),
    };
    let (mut out, mut outcome) = (Output::new(), Outcome::Findings);
    for (token, entry) in file.who_can(request, SystemTime::now()) {
        let places: Vec<_> = entry.made_by(token.permissions()).map(|at| at.to_string()).collect();
        let name = printable(&masked(token.name().as_str()));
        writeln!(out, "{name}\t{entry}\tpermissions {}", places.join(","))?;
        outcome = Outcome::Fine;
    }
    out.flush()?;
    Ok(outcome)
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("who_can", run(&args))
}
