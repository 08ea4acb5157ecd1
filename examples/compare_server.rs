//! Says what differs between a tokens file and the tokens that a server reports.
//!
//! ```text
//! influxdb3 show tokens --format json | cargo run --example compare_server -- permission-tokens.json
//! ```

mod util;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::server::{ServerComparison, ServerDifference, ServerToken, ServerTokens};
use influxdb3_offline_tokens::{Expiry, TokenFile, load};
use serde_json::{Value, json};

use crate::util::{
    Outcome, Output, a_file, arguments, count, finish, masked, printable, read_other, rights, shown_path,
};

/// Says what differs between a tokens file and the tokens that a server reports.
///
/// A server takes a tokens file once, and skips names that it has: what is changed in the file later does not reach it.
/// Tokens are paired by name. Compared is what each may do, when it ends, and its secret by the piece of a hash that the
/// server shows; not how permissions are spelt. Admin tokens of the server count only where the file has a token of
/// that name. `any other database` is all that have no entry of their own.
#[derive(Parser)]
#[command(
    name = "compare_server",
    version,
    after_help = "Exit codes: 0 nothing differs, 1 something differs, 2 wrong usage or trouble with a file. Secrets of which the server shows no hash are not compared."
)]
struct Arguments {
    /// The tokens file.
    #[arg(value_parser = a_file())]
    file: PathBuf,
    /// What `influxdb3 show tokens --format json` printed; `-` is standard input.
    #[arg(default_value = "-")]
    server: PathBuf,
    /// How the result is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn shown(text: &str) -> String {
    printable(&masked(text))
}

fn time(expiry: Option<Expiry>) -> String {
    expiry.map_or_else(|| "never".into(), |expiry| expiry.to_string())
}

fn text(out: &mut Output, file: &TokenFile, server: &ServerTokens) -> Result<()> {
    let comparison = ServerComparison::new(file, server);
    for entry in comparison.missing() {
        writeln!(out, "token `{}`: only in the file", shown(entry.name().as_str()))?;
    }
    for row in comparison.extra() {
        writeln!(out, "token `{}`: only on the server", shown(row.name()))?;
    }
    for token in comparison.tokens() {
        difference(out, token)?;
    }
    if comparison.is_empty() {
        let tokens = count(file.tokens().len(), "token");
        writeln!(out, "the server has the {tokens} of the file, and no other resource token")?;
    }
    let unknown = not_compared(file, server);
    if unknown > 0 {
        let secrets = count(unknown, "secret");
        writeln!(out, "not compared: {secrets}, because the server shows no hash, or too little of it")?;
    }
    Ok(())
}

/// How many secrets of the file could not be compared.
fn not_compared(file: &TokenFile, server: &ServerTokens) -> usize {
    let is_unknown = |row: &&ServerToken| {
        let entry = file.get(row.name());
        entry.is_some_and(|entry| row.has_secret(entry.token()).is_none())
    };
    server.tokens().iter().filter(is_unknown).count()
}

fn difference(out: &mut Output, token: &ServerDifference<'_>) -> Result<()> {
    writeln!(out, "token `{}`: differs", shown(token.row().name()))?;
    if let Some((file, server)) = token.expiry() {
        writeln!(out, "  expires: {} in the file, {} on the server", time(file), time(server))?;
    }
    if token.is_admin() {
        writeln!(out, "  only on the server: an admin token of this name, which may do everything")?;
    }
    for right in token.gained() {
        writeln!(out, "  only on the server: {right}")?;
    }
    for right in token.lost() {
        writeln!(out, "  only in the file: {right}")?;
    }
    for unread in token.row().permissions().unparsed() {
        writeln!(out, "  not understood: `{}`", shown(unread))?;
    }
    if token.has_same_secret() == Some(false) {
        writeln!(out, "  secret: another one on the server")?;
    }
    Ok(())
}

fn difference_json(token: &ServerDifference<'_>) -> Value {
    let millis = |expiry: Option<Expiry>| expiry.map(Expiry::as_millis);
    json!({
        "name": masked(token.row().name()),
        "expiry_millis":
            token.expiry().map(|(file, server)| json!({"file": millis(file), "server": millis(server)})),
        "admin": token.is_admin(),
        "only_on_server": rights::json(token.gained()),
        "only_in_file": rights::json(token.lost()),
        "not_understood": token.row().permissions().unparsed().map(masked).collect::<Vec<_>>(),
        "same_secret": token.has_same_secret(),
    })
}

fn json(file: &TokenFile, server: &ServerTokens) -> Value {
    let comparison = ServerComparison::new(file, server);
    json!({
        "same": comparison.is_empty(),
        "secrets_not_compared": not_compared(file, server),
        "only_in_file":
            comparison.missing().iter().map(|entry| masked(entry.name().as_str())).collect::<Vec<_>>(),
        "only_on_server": comparison.extra().iter().map(|row| masked(row.name())).collect::<Vec<_>>(),
        "tokens": comparison.tokens().iter().map(difference_json).collect::<Vec<_>>(),
    })
}

fn read(path: &Path) -> Result<ServerTokens> {
    let bytes = read_other(path)?;
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        bail!("`{}` is UTF-16; PowerShell's `Out-File` has `-Encoding utf8`", shown_path(path));
    }
    if bytes.trim_ascii().is_empty() {
        bail!("`{}` is empty: `influxdb3 show tokens --format json` printed nothing", shown_path(path));
    }
    // PowerShell writes a byte order mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    ServerTokens::parse(bytes).with_context(|| {
        format!("`{}` is not what `influxdb3 show tokens --format json` prints", shown_path(path))
    })
}

fn run(arguments: &Arguments) -> Result<Outcome> {
    let file = load(&arguments.file)?;
    let server = read(&arguments.server)?;
    let mut out = Output::new();
    match arguments.format {
        Format::Text => text(&mut out, &file, &server)?,
        Format::Json => writeln!(out, "{}", json(&file, &server))?,
    }
    out.flush().context("cannot write to standard output")?;
    let same = ServerComparison::new(&file, &server).is_empty();
    Ok(if same { Outcome::Fine } else { Outcome::Findings })
}

fn main() -> ExitCode {
    let matches = arguments(Arguments::command());
    let args = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("compare_server", run(&args))
}
