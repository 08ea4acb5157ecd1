//! What the examples that change a file share: the secret, the acknowledgement, and what an error means for the caller.

use std::collections::HashSet;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow, bail};
use influxdb3_offline_tokens::disk::FileOptions;
use influxdb3_offline_tokens::edit::{Change, ChangeError};
use influxdb3_offline_tokens::{
    Code, DatabaseName, Diagnostic, Error, Expiry, Permission, Severity, Token, TokenEntry, TokenFile,
    Validator, load,
};
use zeroize::Zeroizing;

use super::{Outcome, colours, columns, complain, human, masked, point_to_validate, printable, shown_path};

/// How the file is changed.
#[derive(clap::Args)]
pub(crate) struct How {
    /// Take all rights to the file from everybody but its owner
    #[arg(long)]
    tighten: bool,

    /// How many seconds to wait for other writers
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = seconds, allow_negative_numbers = true)]
    wait: u64,
}

fn seconds(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "the time to wait is a whole number of seconds, such as `10`")
}

impl How {
    pub(crate) fn options(&self) -> FileOptions {
        FileOptions::new().lock_timeout(Duration::from_secs(self.wait)).restrict_mode(self.tighten)
    }
}

/// A new secret, or the one on the first line of standard input.
pub(crate) fn secret(from_stdin: bool) -> anyhow::Result<Token> {
    if !from_stdin {
        return Ok(Token::generate()?);
    }
    // One buffer that is large enough: one that grows would leave pieces of the secret behind.
    const LONGEST: usize = 64 * 1024;
    let mut line = Zeroizing::new(String::with_capacity(LONGEST));
    let input = io::stdin().lock();
    input.take(LONGEST as u64).read_line(&mut line).context("cannot read standard input")?;
    if line.len() == LONGEST {
        bail!("the line on standard input is too long for a token");
    }
    let token = line.trim_end_matches(['\r', '\n']);
    if token.is_empty() {
        bail!("there is no token on standard input");
    }
    Token::parse(token).context("the token on standard input is wrong")
}

/// The permissions of a command line; where some are wrong, all of them are shown.
pub(crate) fn permissions(texts: &[String]) -> anyhow::Result<Vec<Permission>> {
    let mut permissions = Vec::new();
    for text in texts {
        match Permission::parse(text) {
            Ok(permission) => permissions.push(permission),
            // Nobody is left to be told when standard error is closed.
            Err(_) => drop(human::permission(text, &mut io::stderr())),
        }
    }
    match texts.len() - permissions.len() {
        0 => Ok(permissions),
        wrong => bail!("{wrong} of {} permissions wrong; nothing was changed", texts.len()),
    }
}

/// The expiry of a command line, which is to come.
pub(crate) fn expiry(duration: Option<&str>) -> anyhow::Result<Option<Expiry>> {
    let Some(duration) = duration else { return Ok(None) };
    let now = SystemTime::now();
    let expiry = Expiry::parse_after(now, duration).context("`--expiry` is wrong")?;
    not_over(expiry, now, "--expiry").map(Some)
}

/// The same as a time, not a duration.
pub(crate) fn expires_at(time: Option<&str>) -> anyhow::Result<Option<Expiry>> {
    let Some(time) = time else { return Ok(None) };
    let expiry = Expiry::parse(time).context("`--expires-at` is wrong")?;
    not_over(expiry, SystemTime::now(), "--expires-at").map(Some)
}

fn not_over(expiry: Expiry, now: SystemTime, option: &str) -> anyhow::Result<Expiry> {
    // Before March 1973.
    const SECONDS_END: i64 = 100_000_000_000;
    if expiry.is_past(now) {
        if (1..SECONDS_END).contains(&expiry.as_millis()) {
            bail!("`{option}` looks like seconds: use milliseconds, as `date +%s000` prints them");
        }
        bail!("`{option}` is wrong: the token would have ended already");
    }
    Ok(expiry)
}

/// The databases of a command line, each once.
pub(crate) fn databases(names: &[String]) -> anyhow::Result<Vec<DatabaseName>> {
    let database = |(at, name): (usize, &String)| {
        DatabaseName::parse(name).with_context(|| format!("item {} of `--create-databases` is wrong", at + 1))
    };
    let mut databases: Vec<DatabaseName> =
        names.iter().enumerate().map(database).collect::<Result<_, _>>()?;
    let mut seen = HashSet::new();
    databases.retain(|name| seen.insert(name.clone()));
    Ok(databases)
}

/// Says what can be said against an entry and databases that have no error, and are in the file now.
pub(crate) fn warn(program: &str, databases: Vec<DatabaseName>, entry: TokenEntry) {
    let Ok(file) = TokenFile::new(databases, [entry]) else { return };
    // The file may create what the entry names.
    let validator = Validator::new(SystemTime::now()).severity(Code::GrantedNotCreated, None);
    for found in validator.check(&file.to_json()).iter().filter(|found| found.severity() == Severity::Warning)
    {
        warn_of(program, found);
    }
}

fn warn_of(program: &str, found: &Diagnostic) {
    let help = match found.code() {
        // It was made just now.
        Code::ExpiresSoon => Some("`--expiry` sets a later time"),
        _ => found.help(),
    };
    let help = help.map_or_else(String::new, |help| format!("; {help}"));
    let _ = writeln!(io::stderr(), "{program}: warning: {}{help}", found.message());
}

/// Says what can be said against the file in which a new secret is now: others may read it; and where something may have
/// been granted, a server would refuse it for that.
pub(crate) fn warn_of_file(program: &str, path: &Path, granted: bool) {
    // On the last one depends what is said of the second: a placeholder is no database.
    let wanted = [Code::ReadableByOthers, Code::GrantedNotCreated, Code::PlaceholderName];
    let others = Code::ALL.iter().copied().filter(|code| !wanted.contains(code));
    // The others would fill the report.
    let validator = Validator::new(SystemTime::now());
    let validator = others.fold(validator, |validator, code| validator.severity(code, None));
    let Ok(file) = validator.check_file(path) else { return };
    let of = |code: Code| file.report().iter().filter(move |found| found.code() == code);
    of(Code::ReadableByOthers).for_each(|found| warn_of(program, found));
    let missing: Vec<&Diagnostic> = of(Code::GrantedNotCreated).collect();
    // Without `create_databases`, all are meant to be there already.
    let creates = || TokenFile::parse(file.as_bytes()).is_ok_and(|file| !file.create_databases().is_empty());
    if granted && !missing.is_empty() && creates() {
        let _ = writeln!(io::stderr(), "{program}: warning: {}", not_created(&missing, path));
    }
}

fn not_created(missing: &[&Diagnostic], path: &Path) -> String {
    let [one] = missing else {
        let path = shown_path(path);
        return format!(
            "databases are granted but not in `create_databases`, so a server without them does not make their tokens; add them \
             there, as `--create-databases` would have; `validate {path}` shows them"
        );
    };
    // The message starts with the name if that may be quoted.
    let name = one.message().strip_prefix("database `").and_then(|rest| rest.split('`').next());
    match (name, one.help()) {
        (Some(name), _) if one.labels().is_empty() => {
            format!("{}; add it there, as `--create-databases {name}` would have", one.message())
        }
        // It comes near one that is created.
        (Some(_), Some(help)) => format!("{}; {help}", one.message()),
        _ => format!("{}; `validate {}` shows it", one.message(), shown_path(path)),
    }
}

/// Makes the changes, and says `ACK name` on standard output when they are on the disk. `kept` is the entry that may be there
/// already.
pub(crate) fn acknowledge(
    program: &str,
    path: &Path,
    changes: &[Change],
    kept: Option<&TokenEntry>,
    options: &FileOptions,
    name: &str,
) -> anyhow::Result<Outcome> {
    match options.change(path, changes) {
        Ok(_) => {
            let mut output = io::stdout().lock();
            let told = writeln!(output, "ACK {}", printable(&masked(name))).and_then(|()| output.flush());
            Ok(told.map_or_else(|error| untold(program, error), |()| Outcome::Fine))
        }
        Err(error) => {
            let exists = matches!(error, Error::Change { error: ChangeError::NameExists(_), .. });
            match kept.filter(|_| exists).and_then(|kept| other_entry(path, kept)) {
                Some(other) => {
                    complain(program, &anyhow!("nothing was changed: `{}`: {other}", shown_path(path)));
                    Ok(Outcome::Findings)
                }
                None => refused(program, path, error),
            }
        }
    }
}

/// In what the entry that was to be kept differs from the one that was wanted.
fn other_entry(path: &Path, wanted: &TokenEntry) -> Option<String> {
    let file = load(path).ok()?;
    let there = file.get(wanted.name().as_str())?;
    let parts = [
        ("token", !there.token().matches(wanted.token().expose())),
        ("expiry", there.expiry() != wanted.expiry()),
        ("permissions", there.permissions() != wanted.permissions()),
    ];
    let parts: Vec<&str> = parts.iter().filter(|(_, differs)| *differs).map(|(part, _)| *part).collect();
    // None where it was changed meanwhile.
    let parts = Some(parts.join(" and ")).filter(|parts| !parts.is_empty())?;
    let name = printable(&masked(wanted.name().as_str()));
    Some(format!(
        "the token `{name}` is there, and differs from the wanted one in {parts}; remove it first, or choose another name"
    ))
}

/// The file was changed, and standard output does not take it.
pub(crate) fn untold(program: &str, error: io::Error) -> Outcome {
    complain(
        program,
        &anyhow::Error::new(error).context("the file was changed; cannot write to standard output"),
    );
    Outcome::Unsure
}

/// Says why the file was not changed, with its first errors where it is no sound tokens file.
pub(crate) fn refused(program: &str, path: &Path, error: Error) -> anyhow::Result<Outcome> {
    if error.is_durability_unknown() {
        complain(program, &error.into());
        return Ok(Outcome::Unsure);
    }
    if error.report().is_some()
        && let Ok(file) = Validator::new(SystemTime::now()).check_file(path)
        // It may have been mended meanwhile.
        && let Err(invalid) = TokenFile::parse(file.as_bytes())
    {
        let mut stderr = io::stderr();
        let (colours, columns) = (colours(&stderr), columns(&stderr));
        drop(human::first_errors(path, file.as_bytes(), invalid.report(), colours, columns, &mut stderr));
        let errors = invalid.report().count(Severity::Error);
        let errors = if errors == 1 { "one error".into() } else { format!("{errors} errors") };
        complain(program, &anyhow!("nothing was changed: `{}` has {errors}", shown_path(path)));
        point_to_validate(program, path);
        return Ok(Outcome::Findings);
    }
    let findings = error.report().is_some() || matches!(error, Error::Change { .. } | Error::Exists { .. });
    let error = anyhow::Error::new(error);
    if findings {
        complain(program, &error.context("nothing was changed"));
        return Ok(Outcome::Findings);
    }
    Err(error)
}
