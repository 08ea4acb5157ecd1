//! The commands `list` and `redact`: a file without its secrets.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::{Expiry, redact};
use serde_json::json;

use crate::input::{is_stdin, load_file, read_other, read_stdin};
use crate::terminal::{Exit, Format, Output, Result, masked, printable};

/// List the tokens of a file, without their secrets
#[derive(Args)]
pub(crate) struct List {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl List {
    pub(crate) fn run(self) -> Result<Exit> {
        let file = load_file(&self.file)?;
        let mut output = Output::new();
        if self.format == Format::Json {
            let tokens = file.tokens().iter().map(|entry| {
                let permissions =
                    entry.permissions().iter().map(|permission| masked(&permission.to_string()).into_owned());
                json!({
                    "name": masked(entry.name().as_str()),
                    "expiry_millis": entry.expiry().map(Expiry::as_millis),
                    "permissions": permissions.collect::<Vec<_>>(),
                })
            });
            output.line(json!({"tokens": tokens.collect::<Vec<_>>()}))?;
            return output.finish(Exit::Success);
        }
        let now = SystemTime::now();
        for entry in file.tokens() {
            let expiry = match entry.expiry() {
                Some(expiry) if expiry.is_never() => "never expires".to_owned(),
                Some(expiry) if expiry.is_past(now) => format!("expired {expiry}"),
                Some(expiry) => format!("expires {expiry}"),
                None => "never expires".to_owned(),
            };
            output.line(format_args!("{}  ({expiry})", printable(entry.name().as_str())))?;
            for permission in entry.permissions() {
                output.line(format_args!("  {}", printable(&permission.to_string())))?;
            }
        }
        output.finish(Exit::Success)
    }
}

/// Print a file with its secrets overwritten by `*`, even if it is invalid
#[derive(Args)]
pub(crate) struct Redact {
    /// The file; `-` is standard input
    file: PathBuf,
}

impl Redact {
    pub(crate) fn run(self) -> Result<Exit> {
        let text =
            if is_stdin(&self.file) { redact(&read_stdin()?) } else { redact(&read_other(&self.file)?) };
        let mut output = Output::new();
        std::io::Write::write_all(&mut output, text.as_bytes())?;
        output.finish(Exit::Success)
    }
}
