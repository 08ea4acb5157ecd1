//! Checks a tokens file against a file of expectations, such as a build does before it deploys.
//!
//! ```text
//! cargo run --example assert_access -- permission-tokens.json expectations.txt
//! ```

mod util;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::Expectations;

use crate::util::{
    Outcome, Output, a_file, arguments, complain, finish, load_or_stdin, read_other, shown_path,
};

/// Checks a tokens file against a file of expectations.
///
/// Each line is one, such as `app can read,write sensors`, `app cannot read any`, `only admin-sync can delete any`,
/// `nobody but admin-sync can create new` or `collector can read system health`; `#` begins a comment. Those that fail are
/// printed, and nothing where all hold. A file without any is refused.
#[derive(Parser)]
#[command(
    name = "assert_access",
    version,
    after_help = "Exit codes: 0 all hold, 1 at least one fails, 2 wrong usage or trouble with a file."
)]
struct Arguments {
    /// The tokens file; `-` is standard input.
    file: PathBuf,
    /// The file of expectations.
    #[arg(value_parser = a_file())]
    expectations: PathBuf,
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    let file = load_or_stdin(&arguments.file)?;
    let shown = shown_path(&arguments.expectations);
    let text = String::from_utf8(read_other(&arguments.expectations)?)
        .ok()
        .with_context(|| format!("`{shown}` is not UTF-8"))?;
    let expectations = match Expectations::parse(&text) {
        Ok(expectations) => expectations,
        Err(wrong) => {
            for line in wrong.to_string().lines() {
                complain(&shown, &anyhow::anyhow!("{line}"));
            }
            anyhow::bail!("`{shown}` is not a file of expectations; mend these lines");
        }
    };
    // A build that checks nothing looks like one that checked everything.
    anyhow::ensure!(!expectations.is_empty(), "`{shown}` has no expectation: nothing would be checked");
    let failed = expectations.check(&file, SystemTime::now());
    let mut out = Output::new();
    for one in &failed {
        writeln!(out, "{shown}: {one}")?;
    }
    out.flush().context("cannot write to standard output")?;
    Ok(if failed.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("assert_access", run(&args))
}
