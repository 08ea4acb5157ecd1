//! Reads permission strings, and says what each means or what is wrong with it.
//!
//! ```text
//! cargo run --example parse_permission -- db:sensors:write,read
//! ```

mod util;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::Permission;
use influxdb3_offline_tokens::permission::{PermissionRef, Scope};
use serde::Serialize;

use crate::util::{Outcome, Output, arguments, finish, masked};

const STDIN: &str = "-";

const OUTPUT: &str = r#"For each string a JSON object is printed on one line. For one that is right:
  {"input", "ok": true, "canonical", "resource_type",
   "all": true|false, "names", "actions"}
    canonical  the string as the server prints it
    all        whether `*` stands for the names
For one that is wrong:
  {"input", "ok": false, "kind", "start", "end", "message", "help",
   "errors"}
    kind        the name of the mistake, for `validate --explain KIND`
    start, end  which bytes are wrong: from `start`, counted from 0, to before
                `end`
    errors      all mistakes; the members before it are those of the first
A text with `apiv3_` in it, in any case, is overwritten by `*` as a whole, at
equal length.

Exit codes: 0 all strings are right, 1 some are wrong, 2 wrong usage, or standard input could not be read."#;

/// Reads permission strings such as `db:sensors:read,write`, and prints what each means, or what is wrong with it.
#[derive(Parser)]
#[command(
    name = "parse_permission",
    version,
    after_long_help = OUTPUT,
    after_help = "Exit codes: 0 all strings are right, 1 some are wrong, 2 wrong usage, or standard input could not be read."
)]
struct Args {
    /// The permission strings; with none, and for `-`, each line of standard input is one
    #[arg(value_name = "PERMISSION")]
    permissions: Vec<OsString>,
}

#[derive(Serialize)]
struct Right<'a> {
    input: &'a str,
    ok: bool,
    canonical: String,
    resource_type: &'a str,
    all: bool,
    names: Vec<Cow<'a, str>>,
    actions: Vec<&'a str>,
}

#[derive(Serialize)]
struct Wrong<'a> {
    input: &'a str,
    ok: bool,
    #[serde(flatten)]
    first: Option<Mistake>,
    errors: &'a [Mistake],
}

#[derive(Clone, Serialize)]
struct Mistake {
    kind: &'static str,
    start: usize,
    end: usize,
    message: String,
    help: String,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("parse_permission", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut texts: Vec<&OsStr> = args.permissions.iter().map(OsString::as_os_str).collect();
    if texts.iter().filter(|&&text| text == STDIN).count() > 1 {
        bail!("`-` can be given once: standard input is read once");
    }
    if texts.is_empty() {
        texts.push(STDIN.as_ref());
    }
    let mut output = Output::new();
    let mut outcome = Outcome::Fine;
    let mut print = |text: &[u8], output: &mut Output| -> anyhow::Result<()> {
        outcome = outcome.max(print(text, output).context("cannot write to standard output")?);
        Ok(())
    };
    for text in texts {
        if text != STDIN {
            print(text.as_encoded_bytes(), &mut output)?;
            continue;
        }
        let mut lines = io::stdin().lock();
        let mut line = Vec::new();
        while !output.closed()
            && lines.read_until(b'\n', &mut line).context("cannot read standard input")? > 0
        {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            print(text.strip_suffix(b"\r").unwrap_or(text), &mut output)?;
            line.clear();
        }
    }
    output.flush().context("cannot write to standard output")?;
    Ok(outcome)
}

fn print(bytes: &[u8], output: &mut Output) -> io::Result<Outcome> {
    let (text, errors) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), mistakes(text)),
        Err(error) => {
            let start = error.valid_up_to();
            let end = error.error_len().map_or(bytes.len(), |length| start + length);
            let mistake = Mistake {
                kind: "invalid-utf8",
                start,
                end,
                message: "the text is not UTF-8: these bytes are no character".to_owned(),
                help: "write it in UTF-8".to_owned(),
            };
            (String::from_utf8_lossy(bytes).into_owned(), vec![mistake])
        }
    };
    let input = masked(&text);
    if errors.is_empty()
        && let Ok(permission) = Permission::parse_borrowed(&text)
    {
        serde_json::to_writer(&mut *output, &right(&input, &permission))?;
        writeln!(output)?;
        return Ok(Outcome::Fine);
    }
    let wrong = Wrong { input: &input, ok: false, first: errors.first().cloned(), errors: &errors };
    serde_json::to_writer(&mut *output, &wrong)?;
    writeln!(output)?;
    Ok(Outcome::Findings)
}

fn right<'a>(input: &'a str, permission: &'a PermissionRef<'_>) -> Right<'a> {
    let (all, names, actions) = match permission {
        Permission::Database(database) => {
            let names = match database.scope() {
                Scope::All => Vec::new(),
                Scope::Names(names) => names.iter().map(masked).collect(),
            };
            (database.scope().is_all(), names, database.actions().names().collect())
        }
        Permission::System(system) => {
            let names = match system.scope() {
                Scope::All => Vec::new(),
                Scope::Names(resources) => {
                    resources.iter().map(|resource| resource.as_str().into()).collect()
                }
            };
            (system.scope().is_all(), names, vec!["read"])
        }
        // A type that a later version of the library knows.
        _ => (false, Vec::new(), Vec::new()),
    };
    let resource_type = permission.resource_type();
    Right {
        input,
        ok: true,
        canonical: masked(&permission.to_string()).into_owned(),
        resource_type,
        all,
        names,
        actions,
    }
}

fn mistakes(text: &str) -> Vec<Mistake> {
    let errors = Permission::errors(text);
    errors
        .iter()
        .map(|error| Mistake {
            kind: error.kind().name(),
            start: error.span().start(),
            end: error.span().end(),
            message: error.message().to_string(),
            help: error.help().into_owned(),
        })
        .collect()
}
