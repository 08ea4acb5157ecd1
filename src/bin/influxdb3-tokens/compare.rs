//! The command `compare`: a tokens file and the tokens of a server.

use std::path::{Path, PathBuf};

use clap::Args;
use influxdb3_offline_tokens::server::{ServerComparison, ServerDifference, ServerToken, ServerTokens};
use influxdb3_offline_tokens::{Expiry, TokenFile};
use serde_json::{Value, json};

use crate::input::{is_stdin, load_file, read_text};
use crate::requests::{self, shown_expiry};
use crate::terminal::{
    Context as _, Exit, Failure, Format, Output, Result, count, masked, printable, quoted_path,
};

/// Compare a tokens file with the tokens of a server
///
/// A server reads a tokens file once and skips existing names, so later edits have no effect on it. Tokens are matched by
/// name. Rights, expiries and secrets are compared; a secret only if the server shows enough of its hash. The exit code is 1
/// if there are differences.
#[derive(Args)]
pub(crate) struct Compare {
    /// The tokens file; either file can be `-` for standard input
    file: PathBuf,

    /// The output of `influxdb3 show tokens --format json`, or `jsonl`
    shown: PathBuf,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Compare {
    pub(crate) fn run(self) -> Result<Exit> {
        if is_stdin(&self.file) && is_stdin(&self.shown) {
            return Err(Failure::new("`-` can be used only once: standard input cannot be read twice"));
        }
        let file = load_file(&self.file)?;
        let server = read_server(&self.shown)?;
        let comparison = ServerComparison::new(&file, &server);
        let uncompared = uncompared_secrets(&file, &server);
        let mut output = Output::new();
        match self.format {
            Format::Human => human(&comparison, &file, uncompared, &mut output)?,
            Format::Json => output.line(comparison_json(&comparison, uncompared))?,
        }
        output.finish(if comparison.is_empty() { Exit::Success } else { Exit::Findings })
    }
}

fn read_server(path: &Path) -> Result<ServerTokens> {
    let (bytes, shown) = (read_text(path)?, quoted_path(path));
    let text = bytes.trim_ascii();
    if text.is_empty() {
        return Err(Failure::new(format!("{shown} is empty: `influxdb3 show tokens` printed nothing")));
    }
    let context = format!("{shown}: not the output of `influxdb3 show tokens --format json`");
    if !text.starts_with(b"{") {
        return ServerTokens::parse(text).context(context);
    }
    // `jsonl` has one object per line.
    let lines: Vec<&[u8]> =
        text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    ServerTokens::parse(&[b"[", &*lines.join(&b",\n"[..]), b"]"].concat()).context(context)
}

/// Returns the number of secrets that cannot be compared.
fn uncompared_secrets(file: &TokenFile, server: &ServerTokens) -> usize {
    let is_unknown = |row: &&ServerToken| {
        file.get(row.name()).is_some_and(|entry| row.has_secret(entry.token()).is_none())
    };
    server.tokens().iter().filter(is_unknown).count()
}

fn human(
    comparison: &ServerComparison<'_>,
    file: &TokenFile,
    uncompared: usize,
    output: &mut Output,
) -> Result<()> {
    for entry in &comparison.missing {
        output.line(format_args!("token `{}`: only in the file", printable(entry.name().as_str())))?;
    }
    for row in &comparison.extra {
        output.line(format_args!("token `{}`: only on the server", printable(row.name())))?;
    }
    for token in &comparison.tokens {
        token_human(token, output)?;
    }
    if comparison.is_empty() {
        let tokens = count(file.tokens().len(), "token");
        output.line(format_args!(
            "no differences: {tokens} compared, no other resource tokens on the server"
        ))?;
    }
    if uncompared > 0 {
        let secrets = count(uncompared, "secret");
        output.line(format_args!("{secrets} not compared: the server shows no hash, or too little of it"))?;
    }
    Ok(())
}

fn token_human(token: &ServerDifference<'_>, output: &mut Output) -> Result<()> {
    let (row, change) = (token.row, &token.change);
    output.line(format_args!("token `{}`: differs", printable(row.name())))?;
    if let Some((file, server)) = change.expiry {
        let (file, server) = (shown_expiry(file), shown_expiry(server));
        output.line(format_args!("  expires: {file} in the file, {server} on the server"))?;
    }
    if row.is_admin() {
        output.line("  only on the server: an admin token with this name, which can do everything")?;
    }
    for request in &change.gained {
        output.line(format_args!("  only on the server: {request}"))?;
    }
    for request in &change.lost {
        output.line(format_args!("  only in the file: {request}"))?;
    }
    for unparsed in row.unparsed() {
        output.line(format_args!("  unknown permission: `{}`", printable(unparsed)))?;
    }
    if row.has_secret(token.entry.token()) == Some(false) {
        output.line("  secret: differs")?;
    }
    Ok(())
}

fn token_json(token: &ServerDifference<'_>) -> Value {
    let millis = |expiry: Option<Expiry>| expiry.map(Expiry::as_millis);
    let (row, change) = (token.row, &token.change);
    json!({
        "name": masked(row.name()),
        "expiry_millis":
            change.expiry.map(|(file, server)| json!({"file": millis(file), "server": millis(server)})),
        "admin": row.is_admin(),
        "only_on_server": requests::json(&change.gained),
        "only_in_file": requests::json(&change.lost),
        "unknown_permissions": row.unparsed().map(masked).collect::<Vec<_>>(),
        "same_secret": row.has_secret(token.entry.token()),
    })
}

fn comparison_json(comparison: &ServerComparison<'_>, uncompared: usize) -> Value {
    let missing = comparison.missing.iter().map(|entry| masked(entry.name().as_str()));
    json!({
        "same": comparison.is_empty(),
        "secrets_not_compared": uncompared,
        "only_in_file": missing.collect::<Vec<_>>(),
        "only_on_server": comparison.extra.iter().map(|row| masked(row.name())).collect::<Vec<_>>(),
        "tokens": comparison.tokens.iter().map(token_json).collect::<Vec<_>>(),
    })
}
