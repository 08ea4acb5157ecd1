//! Changes to a file, and how they are printed.

use std::collections::HashSet;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::disk::{FileOptions, UpdateError, Updated};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{
    Code, DatabaseName, Expiry, Permission, Report, Severity, Token, TokenFile, Validator,
};
use serde_json::json;

use crate::input::failure;
use crate::terminal::{
    Exit, Failure, Format, Output, Result, given_path, masked, printable, quoted_path, shown_path, warning,
};

/// Plans changes to a file under its lock, and writes them.
pub(crate) fn update(
    path: &Path,
    options: &FileOptions,
    plan: impl FnMut(Option<&TokenFile>) -> Result<Vec<Change>>,
) -> Result<Updated> {
    options.update(path, plan).map_err(|error| match error {
        UpdateError::Plan { error, .. } => error,
        UpdateError::File(error) => failure(&error),
        _ => Failure::new(format!("{}: the update failed", quoted_path(path))),
    })
}

/// How a new token is printed.
#[derive(Args)]
pub(crate) struct Print {
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    /// Also print the token, which is a secret
    #[arg(long)]
    show_token: bool,
}

/// A token that was written to a file.
pub(crate) struct Written<'a> {
    pub(crate) path: &'a Path,
    pub(crate) is_created: bool,
    pub(crate) name: &'a str,
    pub(crate) token: &'a Token,
    pub(crate) expiry: Option<Expiry>,
    /// The permissions; `None` for an admin token.
    pub(crate) permissions: Option<&'a [Permission]>,
    pub(crate) create_databases: &'a [DatabaseName],
}

impl Print {
    /// Prints a token that was written to a file.
    pub(crate) fn token(&self, verb: &str, written: &Written<'_>) -> Result<Exit> {
        let mut output = Output::after_change();
        let permissions: Vec<String> = match written.permissions {
            Some(permissions) => {
                permissions.iter().map(|one| masked(&one.to_string()).into_owned()).collect()
            }
            None => vec!["*:*:*".into()],
        };
        let databases: Vec<_> = written.create_databases.iter().map(|name| masked(name.as_str())).collect();
        if self.format == Format::Json {
            output.line(json!({
                "file": given_path(written.path),
                "created": written.is_created,
                "name": masked(written.name),
                "expiry_millis": written.expiry.map(Expiry::as_millis),
                "permissions": permissions,
                "create_databases": databases,
                "token": self.show_token.then(|| written.token.expose()),
            }))?;
            return output.finish(Exit::Success);
        }
        let (name, path) = (printable(written.name), shown_path(written.path));
        output.line(format_args!("{verb} token `{name}` in {path}"))?;
        for permission in &permissions {
            output.line(format_args!("  grants   {}", printable(permission)))?;
        }
        match written.expiry {
            Some(expiry) if !expiry.is_never() => output.line(format_args!("  expires  {expiry}"))?,
            _ => output.line("  never expires")?,
        }
        if !databases.is_empty() {
            output.line(format_args!("  creates  {}", databases.join(", ")))?;
        }
        if self.show_token {
            output.line(format_args!("  token    {}", written.token.expose()))?;
        } else {
            output.line("The token is in the file. Use --show-token to print it.")?;
        }
        output.finish(Exit::Success)
    }
}

/// Prints the result of a change.
pub(crate) fn print_result(line: &str) -> Result<Exit> {
    let mut output = Output::after_change();
    output.line(line)?;
    output.finish(Exit::Success)
}

/// Prints the warnings about some tokens of a file, and about its mode.
pub(crate) fn warn(path: &Path, names: &[&str]) {
    let validator = Validator::new(SystemTime::now()).max_diagnostics(usize::MAX);
    let Ok(file) = validator.check_file(path) else { return };
    let Ok(loaded) = TokenFile::parse(&file.bytes) else { return };
    let entries = loaded.tokens().iter().enumerate();
    let changed: HashSet<usize> =
        entries.filter(|(_, entry)| names.contains(&entry.name().as_str())).map(|(index, _)| index).collect();
    let is_of_token = |pointer: &str| {
        let index = pointer.strip_prefix("/tokens/").and_then(|rest| rest.split('/').next()?.parse().ok());
        index.is_some_and(|index: usize| changed.contains(&index))
    };
    print_warnings(&file.report, is_of_token);
}

/// Prints the warnings about an admin token file.
pub(crate) fn warn_admin(path: &Path) {
    if let Ok(file) = Validator::new(SystemTime::now()).admin_token_file().check_file(path) {
        print_warnings(&file.report, |_| true);
    }
}

fn print_warnings(report: &Report, is_relevant: impl Fn(&str) -> bool) {
    for diagnostic in report.iter().filter(|found| found.severity() >= Severity::Warning) {
        if diagnostic.code() == Code::ReadableByOthers || is_relevant(diagnostic.pointer()) {
            let help = diagnostic.help().map(|help| format!("; {help}")).unwrap_or_default();
            warning(format_args!("{}{help}", diagnostic.message()));
        }
    }
}
