//! Decides requests by a tokens file as the server decides them: one from the arguments, or one a line as JSON.
//!
//! ```text
//! cargo run --example check_access -- permission-tokens.json --token-name collector --database sensors --action write
//! ```

mod util;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, bail};
use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::access::decide;
use influxdb3_offline_tokens::{
    AccessRequest, DatabaseActions, Decision, Permission, SystemResource, TokenEntry, load,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::util::{Outcome, Output, a_file, arguments, database_name, finish, masked, printable};

/// Decides requests by a tokens file as the server decides them.
///
/// With --batch each line of standard input is a JSON object, and each line of standard output its decision:
/// `{"token_name": "app", "database": "d", "actions": ["read"]}` gives
/// `{"allowed": true, "reason": null, "entry": "db:d:read"}`. Members: `token_name`, or `permissions`, a list of permission
/// strings in its place; `database`, with `"exists": false` where it does not exist yet, or `"any_database": true`, or
/// `system`, where `actions` may be left out and `read` is meant; `actions`. A line that is wrong gives `{"error": …}`, and
/// the run goes on.
#[derive(Parser)]
#[command(
    name = "check_access",
    version,
    group = ArgGroup::new("what").args(["database", "any_database", "system", "batch"]).required(true),
    // The usual line is wider than a terminal.
    override_usage = "check_access --token-name <NAME> --database <NAME> [--new]\n           \
                      --action <ACTION>... <FILE>\n       \
                      check_access --token-name <NAME> --any-database\n           \
                      --action <ACTION>... <FILE>\n       \
                      check_access --token-name <NAME> --system <NAME> <FILE>\n       \
                      check_access --batch [FILE]",
    after_help = "Exit codes: 0 allowed (with --batch: all lines answered), 1 denied, 2 wrong usage or trouble with a file \
                  (with --batch: also a line that is wrong)."
)]
struct Arguments {
    /// The tokens file; with --batch it can be left out where all lines have permissions of their own.
    #[arg(required_unless_present = "batch")]
    #[arg(value_parser = a_file())]
    file: Option<PathBuf>,
    /// The name of the token.
    #[arg(long, value_name = "NAME", required_unless_present = "batch", conflicts_with = "batch")]
    token_name: Option<String>,
    /// A database that exists.
    #[arg(long, value_name = "NAME", value_parser = database_name)]
    database: Option<String>,
    /// With --database: it does not exist yet.
    #[arg(long, requires = "database", conflicts_with_all = ["any_database", "system", "batch"])]
    new: bool,
    /// Any database at all.
    #[arg(long)]
    any_database: bool,
    /// A system resource: health, metrics, ping or ready.
    #[arg(long, value_name = "NAME")]
    system: Option<SystemResource>,
    /// What is to be done, such as `read`; may be given several times, and all are needed. Not needed with --system.
    #[arg(long = "action", value_name = "ACTION", required_unless_present_any = ["batch", "system"], conflicts_with = "batch")]
    actions: Vec<String>,
    /// Read requests from standard input, one JSON object a line.
    #[arg(long)]
    batch: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    token_name: Option<String>,
    permissions: Option<Vec<String>>,
    database: Option<String>,
    any_database: Option<bool>,
    system: Option<String>,
    exists: Option<bool>,
    actions: Option<Vec<String>>,
}

struct Answer {
    allowed: bool,
    reason: Option<&'static str>,
    entry: Option<String>,
    text: String,
}

impl From<Decision<'_>> for Answer {
    fn from(decision: Decision<'_>) -> Self {
        Self {
            allowed: decision.is_allowed(),
            reason: decision.reason().map(|reason| reason.name()),
            entry: decision.entry().map(|entry| entry.to_string()),
            text: decision.to_string(),
        }
    }
}

impl Answer {
    fn json(&self) -> Value {
        json!({"allowed": self.allowed, "reason": self.reason, "entry": self.entry})
    }
}

type Tokens<'a> = HashMap<&'a str, &'a TokenEntry>;

/// `tokens` are those of the file, where there is one.
fn answer(tokens: Option<&Tokens<'_>>, request: &Request, now: SystemTime) -> Result<Answer> {
    let permissions: Option<Vec<Permission>> = request
        .permissions
        .as_ref()
        .map(|list| {
            list.iter()
                .enumerate()
                .map(|(at, text)| Permission::parse(text).with_context(|| format!("permission {at}")))
                .collect()
        })
        .transpose()?;
    let read = ["read".to_owned()];
    let actions = match &request.actions {
        Some(actions) => actions,
        None if request.system.is_some() => &read[..],
        None => bail!("no request: `actions` is missing"),
    };
    let actions = actions.iter().try_fold(DatabaseActions::EMPTY, |all, action| {
        DatabaseActions::parse(action)
            .map(|action| all | action)
            .map_err(|error| anyhow!("actions: {}; {}", error.message(), error.help()))
    })?;
    let decided = |asked: AccessRequest<'_>| match (&request.token_name, &permissions) {
        (Some(name), None) => {
            let tokens = tokens.context(
                "`token_name` needs a tokens file: name one on the command line, or give `permissions`",
            )?;
            // A token that the file does not have is an unknown one.
            let unknown = Decision::Denied(influxdb3_offline_tokens::access::DenyReason::UnknownToken);
            Ok(tokens.get(&**name).map_or(unknown, |token| token.decide(asked, now)).into())
        }
        (None, Some(permissions)) => Ok(decide(permissions, asked).into()),
        _ => bail!("give exactly one of `token_name` and `permissions`"),
    };
    if request.exists.is_some() && (request.any_database == Some(true) || request.system.is_some()) {
        bail!("`exists` is said of a database");
    }
    match (&request.database, request.any_database.unwrap_or(false), &request.system) {
        (Some(name), false, None) if request.exists == Some(false) => {
            decided(AccessRequest::new_database(name, actions))
        }
        (Some(name), false, None) => decided(AccessRequest::database(name, actions)),
        // A database without a name that does not exist: `db:*` decides.
        (None, false, None) if request.exists == Some(false) => {
            decided(AccessRequest::other_databases(actions))
        }
        (None, true, None) => decided(AccessRequest::any_database(actions)),
        (None, false, Some(resource)) => {
            let resource = SystemResource::parse(resource)?;
            let answer = decided(AccessRequest::system(resource))?;
            if actions.is_empty() {
                return Ok(Answer {
                    allowed: false,
                    reason: Some("no-actions"),
                    text: "denied: no action is asked for".into(),
                    entry: None,
                });
            }
            if answer.allowed && actions != DatabaseActions::READ {
                let text = "denied: system resources can only be read".into();
                return Ok(Answer {
                    allowed: false,
                    reason: Some("missing-action"),
                    text,
                    entry: answer.entry,
                });
            }
            Ok(answer)
        }
        _ => bail!("give exactly one of `database`, `any_database` and `system`"),
    }
}

fn batch(tokens: Option<&Tokens<'_>>) -> Result<Outcome> {
    let (input, mut output) = (std::io::stdin().lock(), Output::new());
    let mut outcome = Outcome::Fine;
    for line in input.split(b'\n') {
        let line = line.context("cannot read standard input")?;
        // What serde_json says may quote the line, and the line may hold a token: only the place is told.
        let request = serde_json::from_slice(&line)
            .map_err(|error| anyhow!("no request: {} at column {}", describe(&error), error.column()));
        let answer = request.and_then(|request| answer(tokens, &request, SystemTime::now()));
        let json = match answer {
            Ok(answer) => answer.json(),
            Err(error) => {
                outcome = Outcome::Failed;
                json!({"error": format!("{error:#}")})
            }
        };
        // An answer a line, for whoever asks and waits.
        writeln!(output, "{json}")
            .and_then(|()| output.flush())
            .context("cannot write to standard output")?;
        if output.closed() {
            break;
        }
    }
    Ok(outcome)
}

fn describe(error: &serde_json::Error) -> &'static str {
    if error.is_data() {
        "a member is unknown, twice there, or of another type"
    } else {
        "not one JSON object"
    }
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    let file = arguments.file.as_ref().map(load).transpose()?;
    let tokens: Option<Tokens<'_>> =
        file.as_ref().map(|file| file.tokens().iter().map(|token| (token.name().as_str(), token)).collect());
    if arguments.batch {
        return batch(tokens.as_ref());
    }
    if arguments.system.is_some() && arguments.actions.iter().any(|action| action != "read") {
        bail!("system resources can only be read; leave out the actions");
    }
    let name = arguments.token_name.clone().unwrap_or_default();
    if !tokens.as_ref().is_some_and(|tokens| tokens.contains_key(&*name)) {
        bail!("the file has no token named `{}`; check `--token-name`", printable(&masked(&name)));
    }
    let request = Request {
        token_name: Some(name),
        permissions: None,
        database: arguments.database.clone(),
        any_database: Some(arguments.any_database),
        system: arguments.system.map(|resource| resource.to_string()),
        exists: arguments.new.then_some(false),
        actions: Some(arguments.actions.clone()).filter(|actions| !actions.is_empty()),
    };
    let answer = answer(tokens.as_ref(), &request, SystemTime::now())?;
    let mut out = Output::new();
    writeln!(out, "{}", answer.text)?;
    out.flush().context("cannot write to standard output")?;
    Ok(if answer.allowed { Outcome::Fine } else { Outcome::Findings })
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("check_access", run(&args))
}
