//! Says what differs between two tokens files in who may do what.
//!
//! ```text
//! cargo run --example diff_access -- old.json new.json
//! ```

mod util;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::access::{FileDifference, TokenDifference};
use influxdb3_offline_tokens::{Expiry, TokenEntry};
use serde_json::{Value, json};

use crate::util::{Outcome, Output, arguments, finish, is_stdin, load_or_stdin, masked, printable, rights};

/// Says what differs between two tokens files in who may do what.
///
/// A token is the same while its secret is, whatever its name. `+` marks what it may do now and could not before, `-`
/// what it may no longer do; `any other database` is all that have no entry of their own. A later expiry is more, too;
/// a new name or a new secret is not. Of a token that is added it is said when it ends; one that has expired already counts
/// like any other. Nothing is printed where nothing differs.
#[derive(Parser)]
#[command(
    name = "diff_access",
    version,
    after_help = "Exit codes: 0 nobody may do more than before, 1 somebody may, 2 wrong usage or trouble with a file."
)]
struct Arguments {
    /// The tokens file as it was; one of the two can be `-`, standard input.
    old: PathBuf,
    /// The tokens file as it will be.
    new: PathBuf,
    /// How the result is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn name(entry: Option<&TokenEntry>) -> Option<&str> {
    entry.map(|entry| entry.name().as_str())
}

/// A token that was added: it has no expiry before, from which its own could differ.
fn added<'a>(token: &TokenDifference<'a>) -> Option<&'a TokenEntry> {
    token.after().filter(|_| token.before().is_none())
}

fn ends(entry: &TokenEntry) -> Option<Expiry> {
    entry.expiry().filter(|expiry| !expiry.is_never())
}

fn text(out: &mut Output, difference: &FileDifference<'_>, now: SystemTime) -> Result<()> {
    for name in difference.databases_added() {
        writeln!(out, "+ database `{}`", masked(name.as_str()))?;
    }
    for name in difference.databases_removed() {
        writeln!(out, "- database `{}`", masked(name.as_str()))?;
    }
    for token in difference.tokens() {
        let [before, after] =
            [token.before(), token.after()].map(|entry| printable(&masked(name(entry).unwrap_or_default())));
        match token.before().zip(token.after()).filter(|(old, new)| old.name() != new.name()) {
            Some(_) => writeln!(out, "token `{before}` -> `{after}`: {}", token.kind().name())?,
            None if token.after().is_some() => writeln!(out, "token `{after}`: {}", token.kind().name())?,
            None => writeln!(out, "token `{before}`: {}", token.kind().name())?,
        }
        if let Some((old, new)) = token.expiry() {
            let shown =
                |expiry: Option<Expiry>| expiry.map_or_else(|| "never".into(), |expiry| expiry.to_string());
            writeln!(out, "  expires {} -> {}", shown(old), shown(new))?;
        }
        match added(token).map(ends) {
            Some(Some(expiry)) if expiry.is_past(now) => writeln!(out, "  expired on {expiry}")?,
            Some(Some(expiry)) => writeln!(out, "  expires {expiry}")?,
            Some(None) => writeln!(out, "  never expires")?,
            None => {}
        }
        for right in token.gained() {
            writeln!(out, "  + {right}")?;
        }
        for right in token.lost() {
            writeln!(out, "  - {right}")?;
        }
    }
    Ok(())
}

fn token_json(token: &TokenDifference<'_>) -> Value {
    let millis = |expiry: Option<Expiry>| expiry.map(Expiry::as_millis);
    let expiry = token.expiry().or_else(|| Some((None, ends(added(token)?))));
    json!({
        "change": token.kind().name(),
        "old_name": name(token.before()).map(masked),
        "new_name": name(token.after()).map(masked),
        "expiry_millis": expiry.map(|(old, new)| json!({"old": millis(old), "new": millis(new)})),
        "gained": rights::json(token.gained()),
        "lost": rights::json(token.lost()),
        "gains": token.gains(),
    })
}

fn json(difference: &FileDifference<'_>) -> Value {
    let names = |names: &[&influxdb3_offline_tokens::DatabaseName]| -> Vec<_> {
        names.iter().map(|name| masked(name.as_str()).into_owned()).collect()
    };
    json!({
        "gains": difference.gains(),
        "databases_added": names(difference.databases_added()),
        "databases_removed": names(difference.databases_removed()),
        "tokens": difference.tokens().iter().map(token_json).collect::<Vec<_>>(),
    })
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    if is_stdin(&arguments.old) && is_stdin(&arguments.new) {
        bail!("`-` can be given once: standard input is read once");
    }
    let (old, new) = (load_or_stdin(&arguments.old)?, load_or_stdin(&arguments.new)?);
    let difference = FileDifference::new(&old, &new);
    let mut out = Output::new();
    match arguments.format {
        Format::Text => text(&mut out, &difference, SystemTime::now())?,
        Format::Json => writeln!(out, "{}", json(&difference))?,
    }
    out.flush().context("cannot write to standard output")?;
    Ok(if difference.gains() { Outcome::Findings } else { Outcome::Fine })
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("diff_access", run(&args))
}
