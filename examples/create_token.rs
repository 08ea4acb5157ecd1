//! Makes a token in an offline tokens file, or an admin token file, as `influxdb3 create token … --offline` does.
//!
//! ```text
//! cargo run --example create_token -- --name collector --permission db:sensors:write --expiry 90d \
//!     --create-databases sensors --output-file permission-tokens.json
//! cargo run --example create_token -- --admin --output-file admin-token.json
//! ```

mod util;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::disk::{self, FileOptions};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{AdminTokenFile, DatabaseName, Expiry, Token, TokenEntry, TokenName, admin};
use serde::Serialize;

use crate::util::{Outcome, Output, arguments, finish, given_path, is_stdin, masked, shown_path};

/// Makes a token in an offline tokens file, as `influxdb3 create token … --offline` does.
///
/// The file is made, readable by its owner only, or the token is added to it and everything else in it stays as it is.
/// The token is not printed: it stands in the file.
///
/// With --admin it makes an admin token file, as `influxdb3 create token --admin … --offline` does, with two differences:
/// a file that is there already is left alone, where the vendor's command replaces it, and --expiry counts without --name,
/// too, where the vendor's command ignores it.
#[derive(Parser)]
#[command(
    name = "create_token",
    version,
    override_usage = "create_token --name <NAME> --permission <PERMISSION>... [OPTIONS]\n           \
                      --output-file <FILE>\n       \
                      create_token --admin [OPTIONS] --output-file <FILE>",
    after_help = "Exit codes: 0 the token was made, 1 the file has errors, or a token of this name already (with \
                  --admin: there is a file), 2 wrong usage, or the file could not be read or written, 3 the file was changed, but \
                  standard output could not be written, or a power cut may still bring the old file back."
)]
struct Args {
    /// Make an admin token file, of one token that may do everything
    #[arg(long, conflicts_with_all = ["permissions", "create_databases"])]
    admin: bool,

    /// The name of the token, which no other token of the file has; with --admin `_admin`, the operator token, by default
    #[arg(long, required_unless_present = "admin")]
    name: Option<String>,

    /// What the token may do, such as `db:sensors:read,write` or `system:health:read`; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION", required_unless_present = "admin")]
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

    /// The tokens file, or the admin token file
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

/// What the program prints; `permissions` is `*:*:*` for an admin token, as the server prints it.
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
    if args.admin {
        return admin(args);
    }
    let entry = entry(args)?;
    let databases = util::change::databases(&args.create_databases)?;
    let changes = [Change::append([entry.clone()]), Change::create_databases(databases.clone())];
    match FileOptions::new().change(&args.output_file, &changes) {
        Ok(outcome) => {
            let permissions: Vec<String> = entry.permissions().iter().map(ToString::to_string).collect();
            let made = (entry.name().as_str(), entry.token(), entry.expiry());
            let is_new = outcome == disk::Outcome::Created;
            let printed = print(args, made, (&permissions, &databases), is_new);
            util::change::warn("create_token", databases, entry);
            util::change::warn_of_file("create_token", &args.output_file, true);
            Ok(told(printed))
        }
        Err(error) => util::change::refused("create_token", &args.output_file, error),
    }
}

fn told(printed: io::Result<()>) -> Outcome {
    printed.map_or_else(|error| util::change::untold("create_token", error), |()| Outcome::Fine)
}

fn admin(args: &Args) -> anyhow::Result<Outcome> {
    let file =
        AdminTokenFile::new(Token::generate()?).with_expiry(util::change::expiry(args.expiry.as_deref())?);
    let file = match &args.name {
        Some(name) => file.with_name(name).context("`--name` is wrong")?,
        None => file,
    };
    match admin::create(&args.output_file, &file) {
        Ok(()) => {
            let made = (file.name(), file.token(), file.expiry());
            Ok(told(print(args, made, (&["*:*:*".to_owned()], &[]), true)))
        }
        Err(error) => util::change::refused("create_token", &args.output_file, error),
    }
}

fn entry(args: &Args) -> anyhow::Result<TokenEntry> {
    let name = TokenName::parse(args.name.as_deref().unwrap_or_default()).context("`--name` is wrong")?;
    let permissions = util::change::permissions(&args.permissions)?;
    let expiry = util::change::expiry(args.expiry.as_deref())?;
    let token = Token::generate()?;
    Ok(TokenEntry::new(name, token).with_expiry(expiry).with_permissions(permissions))
}

fn print(
    args: &Args,
    (name, token, expiry): (&str, &Token, Option<Expiry>),
    (permissions, databases): (&[String], &[DatabaseName]),
    created: bool,
) -> io::Result<()> {
    let mut output = Output::new();
    let token = args.show_token.then(|| token.expose());
    let name = masked(name);
    let databases: Vec<Cow<'_, str>> = databases.iter().map(|name| masked(name.as_str())).collect();
    let permissions: Vec<String> = permissions.iter().map(|text| masked(text).into_owned()).collect();
    if args.format == Format::Json {
        let made = Made {
            name: &name,
            output_file: given_path(&args.output_file),
            expiry_millis: expiry.map(Expiry::as_millis),
            permissions,
            create_databases: databases,
            created,
            token,
        };
        serde_json::to_writer(&mut output, &made)?;
        writeln!(output)?;
        return output.deliver();
    }
    let path = shown_path(&args.output_file);
    let done = if created { "made with" } else { "has a new" };
    writeln!(output, "`{path}` {done} token `{}`", util::printable(&name))?;
    for permission in permissions {
        writeln!(output, "  may:     {permission}")?;
    }
    match expiry {
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
    output.deliver()
}
