//! Adds a token to a tokens file, and acknowledges it when it is on the disk.
//!
//! ```text
//! cargo run --example append_token -- permission-tokens.json --name collector --permission db:sensors:write
//! ```

mod util;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{TokenEntry, TokenName};

use crate::util::{Outcome, a_file, arguments, change, finish};

/// Adds a token to a tokens file, which is made where there is none.
///
/// Prints `ACK NAME` when the token is on the disk, and never the token. Every other byte of the file stays as it is.
#[derive(Parser)]
#[command(
    name = "append_token",
    version,
    after_help = "Exit codes: 0 acknowledged, 1 the file has errors, or this name or this token already, 2 wrong usage, or the file \
                  could not be read or written, 3 the token is in the file, but a power cut may still take it away \
                  (durability unknown), or standard output could not be written."
)]
struct Args {
    /// The tokens file
    #[arg(value_parser = a_file())]
    file: PathBuf,

    /// The name of the token
    #[arg(long)]
    name: String,

    /// What the token may do, such as `db:sensors:read,write`; may be given several times, and without it the token can do nothing
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,

    /// After which time it ends, such as `90d`; without it, the token never expires
    #[arg(long, value_name = "DURATION")]
    expiry: Option<String>,

    /// When it ends, such as `2027-06-30T00:00:00Z`
    #[arg(long, value_name = "TIME", conflicts_with = "expiry")]
    expires_at: Option<String>,

    /// Databases that the server is to create when it starts, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    create_databases: Vec<String>,

    /// Take the token from the first line of standard input instead of making one
    #[arg(long)]
    token_stdin: bool,

    /// With --token-stdin: succeed where the same entry is there already (same token, expiry and permissions, in the same
    /// order), and leave it as it is. An expiry is given by --expires-at then: that of --expiry is another each time
    #[arg(long, requires = "token_stdin", conflicts_with = "expiry")]
    keep_if_same: bool,

    /// Fail where there is no file
    #[arg(long)]
    must_exist: bool,

    #[command(flatten)]
    how: change::How,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("append_token", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let name = TokenName::parse(&args.name).context("`--name` is wrong")?;
    let permissions = change::permissions(&args.permissions)?;
    let databases = change::databases(&args.create_databases)?;
    let expiry = change::expiry(args.expiry.as_deref())?.or(change::expires_at(args.expires_at.as_deref())?);
    let entry = TokenEntry::new(name, change::secret(args.token_stdin)?)
        .with_expiry(expiry)
        .with_permissions(permissions);
    let append = Change::append([entry.clone()]);
    let append = if args.keep_if_same { append.keep_if_same() } else { append };
    let changes = [append, Change::create_databases(databases.clone())];
    let options = args.how.options().create(!args.must_exist);
    let kept = Some(&entry).filter(|_| args.keep_if_same);
    let outcome = change::acknowledge("append_token", &args.file, &changes, kept, &options, &args.name)?;
    if outcome == Outcome::Fine {
        change::warn("append_token", databases, entry);
        change::warn_of_file("append_token", &args.file, true);
    }
    Ok(outcome)
}
