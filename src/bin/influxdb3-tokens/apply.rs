//! The command `apply`: makes a file match a wanted file.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::disk::{DiskErrorKind, Outcome};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::wanted::WantedFile;
use influxdb3_offline_tokens::{Error, Token, TokenEntry, TokenFile, load};

use crate::arguments::Write;
use crate::changes::{update, warn};
use crate::input::{failure, file_to_change, read_text};
use crate::terminal::{Context as _, Exit, Output, Result, printable, quoted_path};

/// Make a tokens file match a wanted file, in one write
///
/// The wanted file is a tokens file without `token`. A token in it can have `"expires_in": "90d"` instead of `expiry_millis`,
/// and `"rotate_within": "7d"`. Missing tokens and databases are added, expired tokens are rotated, permissions and expiries
/// are set. Prints one line for each change; a second run changes nothing.
#[derive(Args)]
pub(crate) struct Apply {
    /// The tokens file; created if it does not exist
    #[arg(value_parser = file_to_change())]
    file: PathBuf,

    /// The wanted file; `-` is standard input
    wanted: PathBuf,

    /// Print the changes without writing them; the exit code is 0 even if there are some
    #[arg(long)]
    dry_run: bool,

    /// Remove tokens that the wanted file does not name
    #[arg(long)]
    remove_others: bool,

    #[command(flatten)]
    write: Write,
}

impl Apply {
    pub(crate) fn run(self) -> Result<Exit> {
        let wanted = WantedFile::parse(&read_text(&self.wanted)?).context(quoted_path(&self.wanted))?;
        let wanted = wanted.remove_others(self.remove_others);
        let plan = |file: Option<&TokenFile>| Ok(wanted.plan(file, SystemTime::now(), Token::generate)?);
        if self.dry_run {
            let file = match load(&self.file) {
                Ok(file) => Some(file),
                Err(Error::Disk(error)) if error.kind() == DiskErrorKind::NotFound => None,
                Err(error) => return Err(failure(&error)),
            };
            let output = Output::new();
            return print(&plan(file.as_ref())?, output)?.finish(Exit::Success);
        }
        let mut changes = Vec::new();
        let updated = update(&self.file, &self.write.options(), |file| {
            plan(file).inspect(|plan| changes.clone_from(plan))
        })?;
        let output =
            if updated.outcome == Outcome::Unchanged { Output::new() } else { Output::after_change() };
        let exit = print(&changes, output)?.finish(Exit::Success)?;
        let before = |name: &str| updated.before.as_ref().and_then(|file| file.get(name));
        let is_changed = |entry: &&TokenEntry| {
            before(entry.name().as_str()).is_none_or(|before| {
                before.expiry() != entry.expiry() || before.permissions() != entry.permissions()
            })
        };
        let entries = updated.after.as_ref().map(TokenFile::tokens).unwrap_or_default();
        let changed: Vec<&str> =
            entries.iter().filter(is_changed).map(|entry| entry.name().as_str()).collect();
        if !changed.is_empty() {
            warn(&self.file, &changed);
        }
        Ok(exit)
    }
}

fn print(changes: &[Change], mut output: Output) -> Result<Output> {
    for change in changes {
        output.line(printable(&change.to_string()))?;
    }
    if changes.is_empty() {
        output.line("no changes")?;
    }
    Ok(output)
}
