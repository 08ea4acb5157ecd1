//! Checks a tokens file against a file of expectations, such as a build does before it deploys.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;
use influxdb3_offline_tokens::{Expectations, load};

/// Checks a tokens file against a file of expectations.
///
/// A line of it: `app can read,write sensors`, `app cannot read any`, `only admin-sync can delete any`,
/// `nobody but admin-sync can create new`, `collector can read system health`; `#` begins a comment.
///
/// Exit code: 0 all hold, 1 one fails, 2 trouble.
#[derive(Parser)]
struct Arguments {
    /// The tokens file.
    file: PathBuf,
    /// The expectations.
    expectations: PathBuf,
}

fn run(file: &Path, expectations: &Path) -> Result<bool> {
    let file = load(file)?;
    let shown = expectations.display();
    let text = std::fs::read_to_string(expectations).with_context(|| format!("cannot read `{shown}`"))?;
    let expectations = match Expectations::parse(&text) {
        Ok(expectations) => expectations,
        Err(wrong) => {
            for error in wrong.errors() {
                eprintln!("{shown}: {error}");
            }
            anyhow::bail!("`{shown}` is no file of expectations");
        }
    };
    let failed = expectations.check(&file, SystemTime::now());
    for one in &failed {
        println!("{shown}: {one}");
    }
    Ok(failed.is_empty())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.file, &arguments.expectations) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
