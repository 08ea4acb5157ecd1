//! Gives a token of a file a new secret.
//!
//! ```text
//! cargo run --example rotate_token -- permission-tokens.json --name collector --expiry 90d
//! ```

mod util;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{TokenName, load};

use crate::util::{Outcome, a_file, arguments, change, finish};

/// Gives a token a new secret under its name, or beside it under a new name. Its permissions stay.
///
/// A server that has made a token of that name already does not look at it again: give it a new name (`--beside`), or make
/// the change on the server too. Prints `ACK NAME` when it is on the disk, and never the token.
#[derive(Parser)]
#[command(
    name = "rotate_token",
    version,
    after_help = "Exit codes: 0 acknowledged, 1 the file has errors, no such token, or the new name or token already, 2 wrong usage, or the file could \
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

    /// Keep the old token, and add the new one under this name
    #[arg(long, value_name = "NEW_NAME")]
    beside: Option<String>,

    /// After which time the new token ends, such as `90d`; without it, the expiry stays. Needed where the old token has
    /// expired
    #[arg(long, value_name = "DURATION")]
    expiry: Option<String>,

    /// Take the new token from the first line of standard input instead of making one
    #[arg(long)]
    token_stdin: bool,

    #[command(flatten)]
    how: change::How,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("rotate_token", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let name = TokenName::parse(&args.name).context("`--name` is wrong")?;
    let new_name = args.beside.as_deref().map(TokenName::parse).transpose().context("`--beside` is wrong")?;
    let expiry = change::expiry(args.expiry.as_deref())?;
    // A file that cannot be loaded is refused below, with all that is wrong in it.
    if expiry.is_none()
        && let Ok(file) = load(&args.file)
        && let Some(entry) = file.get(name.as_str())
        && entry.expiry().is_some_and(|expiry| !expiry.is_never() && expiry.is_past(SystemTime::now()))
    {
        bail!("the token has expired, and its successor would end with it: give `--expiry`");
    }
    let token = change::secret(args.token_stdin)?;
    let changed = new_name.clone().unwrap_or_else(|| name.clone());
    let rotate = Change::rotate(name, token);
    let mut changes = vec![match new_name {
        Some(new_name) => rotate.beside(new_name),
        None => rotate,
    }];
    if expiry.is_some() {
        changes.push(Change::set_expiry(changed.clone(), expiry));
    }
    let options = args.how.options().create(false);
    let outcome =
        change::acknowledge("rotate_token", &args.file, &changes, None, &options, changed.as_str())?;
    if outcome != Outcome::Fine {
        return Ok(outcome);
    }
    if let Ok(file) = load(&args.file)
        && let Some(entry) = file.get(changed.as_str())
    {
        change::warn("rotate_token", Vec::new(), entry.clone());
    }
    change::warn_of_file("rotate_token", &args.file, false);
    Ok(outcome)
}
