//! The commands `access` and `who-can`: decisions as the server makes them.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::DatabaseActions;
use serde_json::json;

use crate::arguments::{Target, actions};
use crate::input::{is_stdin, load_file};
use crate::requests::{self, Tokens};
use crate::terminal::{
    Context as _, Exit, Failure, Format, Output, Result, command_with, line_start, masked, printable,
    quoted_path, shown_argument,
};

/// Decide an access request of a token, as the server does
///
/// With --batch, each line of standard input is a JSON object such as `{"token_name": "app", "database": "d", "actions":
/// ["read"]}`, and each line of standard output its decision: `{"allowed": true, "reason": null, "entry": "db:d:read"}`.
/// Members: `token_name`, or `permissions` as an array of strings; `database` (with `"exists": false` for one that does not
/// exist yet), or `"any_database": true`, or `system`; `actions`, optional for `system`. An invalid line prints
/// `{"error": …}`, and the exit code is then 2. A denied request does not change the exit code, nor does an unknown token,
/// which is denied.
#[derive(Args)]
pub(crate) struct Access {
    /// The tokens file; `-` is standard input. Optional with --batch if every line has `permissions`
    #[arg(required_unless_present = "batch")]
    file: Option<PathBuf>,

    /// The name of the token
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    name: Option<String>,

    #[command(flatten)]
    target: Target,

    /// The actions, separated by commas; all of them must be allowed
    #[arg(long = "action", value_name = "ACTIONS", value_parser = actions)]
    actions: Option<DatabaseActions>,

    /// Read requests from standard input, one JSON object per line
    #[arg(long, conflicts_with_all = ["target", "actions"])]
    batch: bool,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Access {
    pub(crate) fn run(self) -> Result<Exit> {
        if self.batch && self.file.as_deref().is_some_and(is_stdin) {
            return Err(Failure::new(
                "`-` cannot be used with --batch, which reads requests from standard input",
            ));
        }
        let file = self.file.as_deref().map(load_file).transpose()?;
        if self.batch {
            return batch(file.as_ref().map(Tokens::new).as_ref());
        }
        let name = self.name.as_deref().unwrap_or_default();
        let request = self.target.request(self.actions)?;
        let Some(entry) = file.as_ref().and_then(|file| file.get(name)) else {
            return Err(unknown_token(self.file.as_deref().unwrap_or(Path::new("-")), name));
        };
        let decision = entry.decide(request, SystemTime::now());
        let mut output = Output::new();
        match self.format {
            Format::Human => output.line(decision)?,
            Format::Json => output.line(requests::decision_json(&decision))?,
        }
        output.finish(if decision.is_allowed() { Exit::Success } else { Exit::Findings })
    }
}

/// Returns the error of an unknown token name.
pub(crate) fn unknown_token(path: &Path, name: &str) -> Failure {
    let (name, list) = (shown_argument(name), command_with("list", path));
    Failure::new(format!("{} has no token `{name}`; run {list} for the names", quoted_path(path)))
}

fn batch(tokens: Option<&Tokens<'_>>) -> Result<Exit> {
    let (mut output, mut exit) = (Output::new(), Exit::Success);
    for line in io::stdin().lock().split(b'\n') {
        match requests::answer(tokens, &line.context("<stdin>")?, SystemTime::now()) {
            Ok(answer) => output.line(answer)?,
            Err(failure) => {
                exit = Exit::Failure;
                output.line(json!({"error": failure.message()}))?;
            }
        }
        // The caller may wait for each answer.
        output.flush().context("cannot write to standard output")?;
        if output.is_closed() {
            break;
        }
    }
    Ok(exit)
}

/// List the tokens that allow a request, each with the entry that allows it
///
/// Each line has the name, the entry, and the indices of the permissions that grant it, separated by tabs. The exit code is
/// 1 if no token allows the request.
#[derive(Args)]
pub(crate) struct WhoCan {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    #[command(flatten)]
    target: Target,

    /// The actions, separated by commas; all of them must be allowed
    #[arg(long = "action", value_name = "ACTIONS", value_parser = actions)]
    actions: Option<DatabaseActions>,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl WhoCan {
    pub(crate) fn run(self) -> Result<Exit> {
        let request = self.target.request(self.actions)?;
        let file = load_file(&self.file)?;
        let (mut output, mut exit) = (Output::new(), Exit::Findings);
        for (token, entry) in file.who_can(request, SystemTime::now()) {
            let indices: Vec<usize> = entry.sources(token.permissions()).collect();
            match self.format {
                Format::Human => {
                    let indices: Vec<_> = indices.iter().map(usize::to_string).collect();
                    let name = printable(token.name().as_str());
                    output.line(format_args!(
                        "{}\t{entry}\tpermissions {}",
                        line_start(&name),
                        indices.join(",")
                    ))?;
                }
                Format::Json => {
                    let name = masked(token.name().as_str());
                    output.line(json!({"name": name, "entry": entry.to_string(), "permissions": indices}))?;
                }
            }
            exit = Exit::Success;
        }
        output.finish(exit)
    }
}
