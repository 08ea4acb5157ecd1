//! Takes a token out of a file.
//!
//! ```text
//! cargo run --example remove_token -- permission-tokens.json --name collector
//! ```

mod util;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::TokenName;
use influxdb3_offline_tokens::edit::Change;

use crate::util::{Outcome, a_file, arguments, change, finish};

/// Takes a token out of a tokens file. Every other byte of the file stays as it is.
///
/// A server that has made the token already keeps it: delete it there too. Prints `ACK NAME` when it is on the disk.
#[derive(Parser)]
#[command(
    name = "remove_token",
    version,
    after_help = "Exit codes: 0 acknowledged, 1 the file has errors, or no such token, 2 wrong usage, or the file could \
                  not be read or written, 3 the file was changed, but a power cut may still bring the old one back \
                  (durability unknown), or standard output could not be written."
)]
struct Args {
    /// The tokens file
    #[arg(value_parser = a_file())]
    file: PathBuf,

    /// The name of the token
    #[arg(long)]
    name: String,

    #[command(flatten)]
    how: change::How,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("remove_token", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let name = TokenName::parse(&args.name).context("`--name` is wrong")?;
    let changes = [Change::remove(name)];
    let options = args.how.options().create(false);
    change::acknowledge("remove_token", &args.file, &changes, None, &options, &args.name)
}
