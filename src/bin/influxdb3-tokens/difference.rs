//! The commands `diff` and `assert`: changes in the rights of tokens, and expectations of them.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::access::{FileDifference, TokenDifference};
use influxdb3_offline_tokens::{DatabaseName, Expectations, Expiry, TokenEntry};
use serde_json::{Value, json};

use crate::input::{is_stdin, load_file, read_text};
use crate::requests::{self, shown_expiry};
use crate::terminal::{Context as _, Exit, Failure, Format, Output, Result, masked, printable, shown_path};

/// Show how the rights of tokens differ between two files
///
/// A token is the same if its secret is the same. `+` marks the rights that it gains, `-` those that it loses. A later expiry
/// is also a gain; a new name or secret is not. The exit code is 1 if a token gains access.
#[derive(Args)]
pub(crate) struct Diff {
    /// The old tokens file; either file can be `-` for standard input
    old: PathBuf,

    /// The new tokens file
    new: PathBuf,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Diff {
    pub(crate) fn run(self) -> Result<Exit> {
        if is_stdin(&self.old) && is_stdin(&self.new) {
            return Err(Failure::new("`-` can be used only once: standard input cannot be read twice"));
        }
        let (old, new) = (load_file(&self.old)?, load_file(&self.new)?);
        let difference = FileDifference::new(&old, &new);
        let mut output = Output::new();
        match self.format {
            Format::Human => human(&difference, SystemTime::now(), &mut output)?,
            Format::Json => output.line(file_json(&difference))?,
        }
        output.finish(if difference.gains() { Exit::Findings } else { Exit::Success })
    }
}

fn human(difference: &FileDifference<'_>, now: SystemTime, output: &mut Output) -> Result<()> {
    for name in &difference.databases_added {
        output.line(format_args!("+ database `{}`", masked(name.as_str())))?;
    }
    for name in &difference.databases_removed {
        output.line(format_args!("- database `{}`", masked(name.as_str())))?;
    }
    for token in &difference.tokens {
        let (kind, change) = (token.kind.name(), &token.change);
        let [before, after] = [token.before, token.after].map(|entry| entry.map(shown_name));
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                output.line(format_args!("token `{before}` -> `{after}`: {kind}"))?;
            }
            (before, after) => {
                output.line(format_args!("token `{}`: {kind}", after.or(before).unwrap_or_default()))?;
            }
        }
        if let Some((old, new)) = change.expiry {
            output.line(format_args!("  expires {} -> {}", shown_expiry(old), shown_expiry(new)))?;
        }
        match added(token).map(expiry) {
            Some(Some(expiry)) if expiry.is_past(now) => output.line(format_args!("  expired {expiry}"))?,
            Some(Some(expiry)) => output.line(format_args!("  expires {expiry}"))?,
            Some(None) => output.line("  never expires")?,
            None => {}
        }
        for request in &change.gained {
            output.line(format_args!("  + {request}"))?;
        }
        for request in &change.lost {
            output.line(format_args!("  - {request}"))?;
        }
    }
    Ok(())
}

fn shown_name(entry: &TokenEntry) -> String {
    printable(entry.name().as_str())
}

/// Returns the entry of a token that was added.
fn added<'a>(token: &TokenDifference<'a>) -> Option<&'a TokenEntry> {
    token.after.filter(|_| token.before.is_none())
}

fn expiry(entry: &TokenEntry) -> Option<Expiry> {
    entry.expiry().filter(|expiry| !expiry.is_never())
}

fn file_json(difference: &FileDifference<'_>) -> Value {
    let names = |names: &[&DatabaseName]| -> Vec<_> {
        names.iter().map(|name| masked(name.as_str()).into_owned()).collect()
    };
    json!({
        "gains": difference.gains(),
        "databases_added": names(&difference.databases_added),
        "databases_removed": names(&difference.databases_removed),
        "tokens": difference.tokens.iter().map(token_json).collect::<Vec<_>>(),
    })
}

fn token_json(token: &TokenDifference<'_>) -> Value {
    let millis = |expiry: Option<Expiry>| expiry.map(Expiry::as_millis);
    let expiry = token.change.expiry.or_else(|| Some((None, expiry(added(token)?))));
    let name = |entry: Option<&TokenEntry>| entry.map(|entry| masked(entry.name().as_str()).into_owned());
    json!({
        "change": token.kind.name(),
        "old_name": name(token.before),
        "new_name": name(token.after),
        "expiry_millis": expiry.map(|(old, new)| json!({"old": millis(old), "new": millis(new)})),
        "gained": requests::json(&token.change.gained),
        "lost": requests::json(&token.change.lost),
        "gains": token.gains(),
    })
}

/// Check a tokens file against expectations, one per line
///
/// Examples: `app can read,write sensors`, `app cannot read any`, `only admin-sync can delete any`, `nobody but admin-sync
/// can create new`, `collector can read system health`; `#` starts a comment. Prints the failed expectations. The exit code
/// is 1 if any fails.
#[derive(Args)]
pub(crate) struct Assert {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    /// The file with the expectations; `-` is standard input
    expectations: PathBuf,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Assert {
    pub(crate) fn run(self) -> Result<Exit> {
        if is_stdin(&self.file) && is_stdin(&self.expectations) {
            return Err(Failure::new("`-` can be used only once: standard input cannot be read twice"));
        }
        let file = load_file(&self.file)?;
        let shown = shown_path(&self.expectations);
        let text = String::from_utf8(read_text(&self.expectations)?);
        let text = text.map_err(|_| Failure::new(format!("{shown}: not valid UTF-8")))?;
        let expectations = Expectations::parse(&text).context(&shown)?;
        // An empty file would always succeed.
        if expectations.is_empty() {
            return Err(Failure::new(format!("{shown} contains no expectations")));
        }
        let failed = expectations.check(&file, SystemTime::now());
        let mut output = Output::new();
        for failure in &failed {
            match self.format {
                Format::Human => output.line(format_args!("{shown}: {failure}"))?,
                Format::Json => output.line(json!({
                    "line": failure.line(),
                    "token": masked(failure.token()),
                    "message": failure.to_string(),
                }))?,
            }
        }
        output.finish(if failed.is_empty() { Exit::Success } else { Exit::Findings })
    }
}
