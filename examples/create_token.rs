//! Makes a token in an offline tokens file, as `influxdb3 create token … --offline` does.
//!
//! ```text
//! cargo run --example create_token -- --name collector --permission db:sensors:write --expiry 90d \
//!     --create-databases sensors --output-file permission-tokens.json
//! ```

mod util;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::{
    Changed, DatabaseName, Expiry, Permission, Token, TokenEntry, TokenName, append_all,
};
use serde::Serialize;

use crate::util::{Outcome, Output, arguments, finish, given_path, human, is_stdin, masked, shown_path};

/// Makes a token in an offline tokens file, as `influxdb3 create token … --offline` does.
///
/// The file is made, readable by its owner only, or the token is added to it and everything else in it stays as it is.
/// The token is not printed: it stands in the file.
#[derive(Parser)]
#[command(
    name = "create_token",
    version,
    after_help = "Exit codes: 0 the token was made, 1 the file has errors, or a token of this name already, 2 wrong usage, \
                  or the file could not be read or written."
)]
struct Args {
    /// The name of the token, which no other token of the file has
    #[arg(long)]
    name: String,

    /// What the token may do, such as `db:sensors:read,write` or `system:health:read`; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION", required = true)]
    permissions: Vec<String>,

    /// After which time it ends, such as `90d`, `1y` or `2h 30m`; without it, the token never expires
    #[arg(long, value_name = "DURATION")]
    expiry: Option<String>,

    /// Databases that the server is to create when it starts, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    create_databases: Vec<String>,

    /// Accepted because the vendor's command needs it: this program only writes files
    #[arg(long)]
    offline: bool,

    /// The tokens file
    #[arg(long, value_name = "FILE")]
    output_file: PathBuf,

    /// How the result is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,

    /// Also print the token, which is a secret
    #[arg(long)]
    show_token: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    output_file: String,
    expiry_millis: Option<i64>,
    permissions: Vec<String>,
    create_databases: Vec<Cow<'a, str>>,
    created: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("create_token", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    if is_stdin(&args.output_file) {
        bail!("`--output-file` is a file, not `-`");
    }
    let entry = entry(args, SystemTime::now())?;
    let names = args.create_databases.iter().enumerate();
    let databases = names
        .map(|(at, name)| {
            DatabaseName::parse(name)
                .with_context(|| format!("item {} of `--create-databases` is wrong", at + 1))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;

    match append_all(&args.output_file, [entry.clone()], databases) {
        Ok(changed) => {
            print(args, &entry, changed == Changed::Created).context("cannot write to standard output")?;
            Ok(Outcome::Fine)
        }
        Err(error) => util::change::refused("create_token", &args.output_file, error),
    }
}

fn entry(args: &Args, now: SystemTime) -> anyhow::Result<TokenEntry> {
    let name = TokenName::parse(&args.name).context("`--name` is wrong")?;
    let mut permissions = Vec::new();
    let mut wrong = 0;
    for text in &args.permissions {
        if let Ok(permission) = Permission::parse(text) {
            permissions.push(permission);
        } else {
            wrong += 1;
            human::permission(text, &mut io::stderr())?;
        }
    }
    if wrong > 0 {
        bail!("{wrong} of {} permissions wrong; no token was made", args.permissions.len());
    }
    let expiry = match &args.expiry {
        Some(duration) => Some(Expiry::parse_after(now, duration).context("`--expiry` is wrong")?),
        None => None,
    };
    if expiry.is_some_and(|expiry| expiry.is_past(now)) {
        bail!("`--expiry` is wrong: the token would have ended already");
    }
    let token = Token::generate()?;
    Ok(TokenEntry::new(name, token).with_expiry(expiry).with_permissions(permissions))
}

fn print(args: &Args, entry: &TokenEntry, created: bool) -> io::Result<()> {
    let mut output = Output::new();
    let token = args.show_token.then(|| entry.token().expose());
    let name = masked(entry.name().as_str());
    let databases: Vec<Cow<'_, str>> = args.create_databases.iter().map(|name| masked(name)).collect();
    let permissions =
        entry.permissions().iter().map(|permission| masked(&permission.to_string()).into_owned());
    let permissions: Vec<String> = permissions.collect();
    if args.format == Format::Json {
        let made = Made {
            name: &name,
            output_file: given_path(&args.output_file),
            expiry_millis: entry.expiry().map(Expiry::as_millis),
            permissions,
            create_databases: databases,
            created,
            token,
        };
        serde_json::to_writer(&mut output, &made)?;
        writeln!(output)?;
        return output.flush();
    }
    let path = shown_path(&args.output_file);
    let done = if created { "made with" } else { "has a new" };
    writeln!(output, "`{path}` {done} token `{}`", util::printable(&name))?;
    for permission in permissions {
        writeln!(output, "  may:     {permission}")?;
    }
    match entry.expiry() {
        Some(expiry) => writeln!(output, "  expires: {expiry}")?,
        None => writeln!(output, "  expires: never")?,
    }
    if !databases.is_empty() {
        writeln!(output, "  creates: {}", databases.join(", "))?;
    }
    match token {
        Some(token) => writeln!(output, "  token:   {token}")?,
        None => writeln!(output, "The token stands in the file; --show-token would print it, too.")?,
    }
    output.flush()
}
