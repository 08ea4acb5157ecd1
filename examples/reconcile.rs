//! Makes a tokens file what a wanted file says, in one write.
//!
//! ```text
//! cargo run --example reconcile -- permission-tokens.json --wanted wanted.json
//! ```

mod util;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, anyhow};
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::disk::{DiskErrorKind, UpdateError};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::wanted::WantedFile;
use influxdb3_offline_tokens::{Error, Token, TokenFile, load};

use crate::util::{Outcome, Output, a_file, arguments, change, complain, finish, printable, read_other};

/// Makes a tokens file what a wanted file says: a tokens file without `token`.
///
/// A wanted token may have `"expires_in": "90d"` in place of `expiry_millis`, and `"rotate_within": "7d"`. Missing tokens and
/// databases are added, expired tokens are rotated, expiries and permissions are set. Prints one line for each change, and
/// never a token; nothing if the file is as wanted.
#[derive(Parser)]
#[command(
    name = "reconcile",
    version,
    after_help = "Exit codes: 0 the file is as wanted, 1 the wanted file or the tokens file has errors, 2 wrong usage, or a \
                  file could not be read or written, 3 the file was changed, but a power cut may still bring the old one \
                  back (durability unknown), or standard output could not be written."
)]
struct Args {
    /// The tokens file
    #[arg(value_parser = a_file())]
    file: PathBuf,

    /// The wanted file
    #[arg(long, value_name = "FILE")]
    wanted: PathBuf,

    /// Remove tokens that the wanted file does not name
    #[arg(long)]
    remove_others: bool,

    /// Print the changes and make none
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    how: change::How,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("reconcile", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let wanted = match WantedFile::parse(&read_other(&args.wanted)?) {
        Ok(wanted) => wanted.remove_others(args.remove_others),
        Err(error) => {
            error.errors().iter().for_each(|error| complain("reconcile", &anyhow!("`--wanted`: {error}")));
            return Ok(Outcome::Findings);
        }
    };
    let plan = |file: Option<&TokenFile>| wanted.plan(file, SystemTime::now(), Token::generate);
    let mut changes: Vec<Change> = Vec::new();
    if args.dry_run {
        let file = match load(&args.file) {
            Ok(file) => Some(file),
            Err(Error::Disk(error)) if error.kind() == DiskErrorKind::NotFound => None,
            Err(error) => return change::refused("reconcile", &args.file, error),
        };
        changes = plan(file.as_ref())?;
    } else {
        let updated = args
            .how
            .options()
            .update(&args.file, |file| plan(file).inspect(|planned| changes.clone_from(planned)));
        match updated {
            Ok(_) => {}
            Err(UpdateError::File(error)) => return change::refused("reconcile", &args.file, error),
            Err(error) => return Err(error).context("nothing was changed"),
        }
    }
    let mut output = Output::new();
    let lines = changes.iter().try_for_each(|change| writeln!(output, "{}", printable(&change.to_string())));
    let told = lines.and_then(|()| if args.dry_run { output.flush() } else { output.deliver() });
    Ok(told.map_or_else(|error| change::untold("reconcile", error), |()| Outcome::Fine))
}
