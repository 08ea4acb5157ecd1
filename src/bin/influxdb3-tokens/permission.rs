//! The command `permission`: parses permission strings.

use std::ffi::OsString;
use std::io::{self, BufRead as _, Write as _};

use clap::Args;
use influxdb3_offline_tokens::Permission;
use influxdb3_offline_tokens::permission::Scope;
use serde_json::{Map, Value, json};

use crate::terminal::{Context as _, Exit, Failure, Output, Result, masked, masked_argument};

/// Parse permission strings, and print one JSON object per line
///
/// A valid permission has `input`, `ok` (true), `canonical`, `resource_type`, `all`, `names` and `actions`. An invalid one
/// has `input`, `ok` (false), `errors`, and `kind`, `start`, `end`, `message` and `help` of the first error. `kind` is a
/// code for `explain`; `start` and `end` are byte offsets. A text that may contain a token is overwritten by `*`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The permission strings; if none or `-`, the lines of standard input
    #[arg(value_name = "STRING")]
    permissions: Vec<OsString>,
}

const STDIN: &str = "-";

impl Arguments {
    pub(crate) fn run(mut self) -> Result<Exit> {
        if self.permissions.iter().filter(|&text| text == STDIN).count() > 1 {
            return Err(Failure::new("`-` can be used only once: standard input cannot be read twice"));
        }
        if self.permissions.is_empty() {
            self.permissions.push(STDIN.into());
        }
        let (mut output, mut exit) = (Output::new(), Exit::Success);
        for text in &self.permissions {
            if text != STDIN {
                exit = exit.max(print(text.as_encoded_bytes(), &mut output)?);
                continue;
            }
            for line in io::stdin().lock().split(b'\n') {
                let line = line.context("<stdin>")?;
                exit = exit.max(print(line.strip_suffix(b"\r").unwrap_or(&line), &mut output)?);
                // The caller may wait for each answer.
                output.flush().context("cannot write to standard output")?;
                if output.is_closed() {
                    break;
                }
            }
        }
        output.finish(exit)
    }
}

fn print(bytes: &[u8], output: &mut Output) -> Result<Exit> {
    let text = String::from_utf8_lossy(bytes);
    let errors = match std::str::from_utf8(bytes) {
        Ok(text) => Permission::errors(text).iter().map(error).collect(),
        Err(error) => {
            let start = error.valid_up_to();
            let end = error.error_len().map_or(bytes.len(), |length| start + length);
            let (message, help) = ("the text is not valid UTF-8", "encode it as UTF-8");
            vec![
                json!({"kind": "invalid-utf8", "start": start, "end": end, "message": message, "help": help}),
            ]
        }
    };
    match errors.first() {
        None => {
            let permission = Permission::parse(&text)?;
            output.line(valid(&masked(&text), &permission))?;
            Ok(Exit::Success)
        }
        Some(Value::Object(first)) => {
            let mut line = Map::new();
            line.insert("input".into(), masked_argument(&text).into());
            line.insert("ok".into(), false.into());
            line.extend(first.clone());
            line.insert("errors".into(), errors.into());
            output.line(Value::Object(line))?;
            Ok(Exit::Findings)
        }
        Some(_) => Ok(Exit::Findings),
    }
}

fn error(error: &influxdb3_offline_tokens::permission::ParsePermissionError) -> Value {
    json!({
        "kind": error.kind().name(),
        "start": error.span().start(),
        "end": error.span().end(),
        "message": error.message().to_string(),
        "help": error.help(),
    })
}

fn valid(input: &str, permission: &Permission) -> Value {
    let (all, names, actions): (_, Vec<_>, Vec<_>) = match permission {
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
        _ => (false, Vec::new(), Vec::new()),
    };
    json!({
        "input": input,
        "ok": true,
        "canonical": masked(&permission.to_string()),
        "resource_type": permission.resource_type(),
        "all": all,
        "names": names,
        "actions": actions,
    })
}
