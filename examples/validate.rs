//! Checks offline tokens files: everything that is wrong, where it is, and what to do.
//!
//! ```text
//! cargo run --example validate -- tokens.json
//! cargo run --example validate -- --admin admin-token.json
//! ```

mod util;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, ValueEnum};
use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::disk::CheckedFile;
use influxdb3_offline_tokens::{
    AdminTokenFile, Code, Expiry, Release, Report, Severity, TokenFile, Validator,
};

use crate::util::mended::{self, AppliedFix};
use crate::util::totals::Totals;
use crate::util::{
    Checked, Outcome, Output, arguments, change, colours, columns, complain, finish, github, human, is_stdin,
    json, read_stdin, sarif,
};

/// Checks offline tokens files of InfluxDB 3 Enterprise.
///
/// Reports everything that is wrong with each file, where it is, and what to do about it. No output holds a token or a
/// piece of one: where the text of a file is shown, secrets are overwritten by `*`.
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(
    name = "validate",
    version,
    after_help = "Exit codes: 0 no error was found (warnings and notes do not count), 1 there are errors, 2 wrong usage, \
                  a file could not be read or written (the others are checked all the same), or the result could not be \
                  printed, 3 a file was changed, but a power cut may undo it, or what was mended could not be printed.\n\n\
                  Colours are written on a terminal only, and not where the variable NO_COLOR is set."
)]
struct Args {
    /// The files to check; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["explain", "list"])]
    files: Vec<PathBuf>,

    /// How findings are printed
    ///
    /// text: the place, underlined, and a summary. json: one object a file, on one line; `mended` lists what was fixed,
    /// `loads` is there and false where what was allowed keeps the file from loading, and a file that could not be read
    /// or written has `file` and `error`. github: annotations of GitHub Actions. sarif: one SARIF 2.1.0 log for
    /// code scanning services.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,

    /// Take the files for admin token files, which the server reads with `--admin-token-file`
    #[arg(long)]
    admin: bool,

    /// Also report what this release of the server refuses or does wrong, such as `3.9` or `3.11.1`
    #[arg(long)]
    release: Option<Release>,

    /// Do not report this code, by its name or id; `warnings` stands for all warnings
    ///
    /// The last level given for a code counts, and a code that is named counts more than `warnings`. Allowing an error
    /// does not make the file load: the server refuses it all the same.
    #[arg(long, value_name = "CODE")]
    allow: Vec<Selector>,

    /// Report this code as a note
    #[arg(long, value_name = "CODE")]
    note: Vec<Selector>,

    /// Report this code as a warning
    #[arg(long, value_name = "CODE")]
    warn: Vec<Selector>,

    /// Report this code as an error; `--deny warnings` makes all warnings errors
    #[arg(long, value_name = "CODE")]
    deny: Vec<Selector>,

    /// Mend in the files what can be mended safely, say what was mended, and report what is left
    #[arg(long)]
    fix: bool,

    /// Apply all fixes, also guesses and those that change what a token may do; look at the result
    #[arg(long, conflicts_with = "fix")]
    fix_all: bool,

    /// Check expiries against this time instead of now: `2027-01-01T00:00:00Z`, or Unix milliseconds
    #[arg(long, value_name = "TIME")]
    now: Option<Expiry>,

    /// Explain a code, by its name or id, and end
    #[arg(long, value_name = "CODE", exclusive = true)]
    explain: Option<Code>,

    /// List all codes, and end
    #[arg(long, exclusive = true)]
    list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
    Sarif,
}

/// What a level is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
    Warnings,
    Code(Code),
}

impl std::str::FromStr for Selector {
    type Err = influxdb3_offline_tokens::error::UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "warnings" { Ok(Self::Warnings) } else { Code::parse(text).map(Self::Code) }
    }
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("validate", run(&args, &levels(&matches)))
}

fn run(args: &Args, levels: &[(Selector, Option<Severity>)]) -> anyhow::Result<Outcome> {
    let mut output = Output::new();
    let mut totals = Totals::default();
    let outcome = if let Some(code) = args.explain {
        explain(code, &mut output).map(|()| Outcome::Fine)
    } else if args.list {
        list(&mut output).map(|()| Outcome::Fine)
    } else {
        if args.files.iter().filter(|file| is_stdin(file)).count() > 1 {
            bail!("`-` can be given once: standard input is read once");
        }
        if (args.fix || args.fix_all) && args.files.iter().any(|file| is_stdin(file)) {
            bail!("`-` cannot be fixed: fixes are written to files");
        }
        let checks = Checks {
            args,
            validator: validator(args, levels)?,
            lowered: levels.iter().any(|&(selector, level)| is_lowered(selector, level)),
        };
        check_all(&checks, &mut totals, &mut output)
    };
    if totals.changed {
        // A reader that has gone does not know of it.
        let told = outcome.and_then(|outcome| output.deliver().map(|()| outcome));
        return Ok(told.unwrap_or_else(|error| change::untold("validate", error)));
    }
    outcome.and_then(|outcome| output.flush().map(|()| outcome)).context("cannot write to standard output")
}

/// Whether what keeps a file from loading may be less than an error.
fn is_lowered(selector: Selector, severity: Option<Severity>) -> bool {
    severity != Some(Severity::Error)
        && matches!(selector, Selector::Code(code) if code.severity() == Severity::Error)
}

/// The levels in the order of the command line, where the last of one code counts.
fn levels(matches: &ArgMatches) -> Vec<(Selector, Option<Severity>)> {
    let mut levels = Vec::new();
    let flags = [
        ("allow", None),
        ("note", Some(Severity::Note)),
        ("warn", Some(Severity::Warning)),
        ("deny", Some(Severity::Error)),
    ];
    for (flag, severity) in flags {
        let indices = matches.indices_of(flag).into_iter().flatten();
        let values = matches.get_many::<Selector>(flag).into_iter().flatten();
        levels.extend(indices.zip(values).map(|(index, &selector)| (index, selector, severity)));
    }
    levels.sort_by_key(|&(index, ..)| index);
    levels.into_iter().map(|(_, selector, level)| (selector, level)).collect()
}

fn validator(args: &Args, levels: &[(Selector, Option<Severity>)]) -> anyhow::Result<Validator> {
    let now = match args.now {
        None => SystemTime::now(),
        Some(time) if (100_000_000..100_000_000_000).contains(&time.as_millis()) => {
            bail!("`--now` looks like seconds: in milliseconds it is `{}000`", time.as_millis())
        }
        Some(time) => {
            let since = u64::try_from(time.as_millis()).ok().map(Duration::from_millis);
            since
                .and_then(|since| UNIX_EPOCH.checked_add(since))
                .context("`--now` must not lie before 1970")?
        }
    };
    let mut validator = Validator::new(now);
    if args.admin {
        validator = validator.admin_token_file();
    }
    if let Some(release) = args.release {
        validator = validator.release(release);
    }
    for &(selector, level) in levels {
        validator = match selector {
            Selector::Warnings => validator.warnings(level),
            Selector::Code(code) => validator.severity(code, level),
        };
    }
    Ok(validator)
}

/// How files are checked.
struct Checks<'a> {
    args: &'a Args,
    validator: Validator,
    lowered: bool,
}

fn check_all(checks: &Checks<'_>, totals: &mut Totals, output: &mut Output) -> io::Result<Outcome> {
    let args = checks.args;
    let mut log = sarif::Log::default();
    let mut outcome = Outcome::Fine;
    for path in &args.files {
        let source = match check(checks, path, totals) {
            Ok(source) => source,
            Err(error) => {
                totals.failed += 1;
                outcome = outcome.max(Outcome::Failed);
                output.flush()?;
                complain("validate", &error);
                let message = format!("{error:#}");
                match args.format {
                    Format::Text => {}
                    Format::Json => json::write_failure(path, &message, output)?,
                    Format::Github => github::write_failure(path, &message, output)?,
                    Format::Sarif => log.add_failure(path, &message),
                }
                continue;
            }
        };
        if !source.report().is_valid() {
            outcome = outcome.max(Outcome::Findings);
        }
        let file = Checked {
            mended: &source.mended,
            fails_to_load: source.report().is_valid() && checks.fails_to_load(source.as_bytes()),
            ..Checked::new(path, source.as_bytes(), source.report())
        };
        totals.add(&file);
        match args.format {
            Format::Text => human::write(&file, colours(&io::stdout()), columns(&io::stdout()), output)?,
            Format::Json => json::write(&file, output)?,
            Format::Github => github::write(&file, output)?,
            Format::Sarif => log.add(&file),
        }
    }
    if totals.unsure {
        outcome = Outcome::Unsure;
    }
    match args.format {
        Format::Text => totals.write(output)?,
        Format::Sarif => log.write(output)?,
        Format::Json | Format::Github => {}
    }
    Ok(outcome)
}

impl Checks<'_> {
    /// Whether a text without errors does not load all the same. As a rule it does.
    fn fails_to_load(&self, bytes: &[u8]) -> bool {
        self.lowered
            && if self.args.admin {
                AdminTokenFile::parse(bytes).is_err()
            } else {
                TokenFile::parse(bytes).is_err()
            }
    }
}

/// What was read, and what was found in just that, after what was mended.
struct Source {
    read: Read,
    mended: Vec<AppliedFix>,
}

enum Read {
    File(CheckedFile),
    Stdin(Vec<u8>, Report),
}

impl Source {
    fn as_bytes(&self) -> &[u8] {
        match &self.read {
            Read::File(file) => file.as_bytes(),
            Read::Stdin(bytes, _) => bytes,
        }
    }

    fn report(&self) -> &Report {
        match &self.read {
            Read::File(file) => file.report(),
            Read::Stdin(_, report) => report,
        }
    }
}

/// Mends a file where that was asked for, and checks it.
fn check(checks: &Checks<'_>, path: &Path, totals: &mut Totals) -> anyhow::Result<Source> {
    let (args, validator) = (checks.args, &checks.validator);
    let unmended = |read| Source { read, mended: Vec::new() };
    if is_stdin(path) {
        let bytes = read_stdin()?;
        let report = validator.check(&bytes);
        return Ok(unmended(Read::Stdin(bytes, report)));
    }
    if !args.fix && !args.fix_all {
        return Ok(unmended(Read::File(validator.check_file(path)?)));
    }
    let up_to = if args.fix_all { Applicability::Unsafe } else { Applicability::Safe };
    // Each fix is told, with its words.
    let fixes = match validator.clone().max_diagnostics(usize::MAX).fix_file(path, up_to) {
        Ok(fixes) => fixes,
        Err(error) if error.is_durability_unknown() => {
            totals.unsure = true;
            complain("validate", &error.into());
            Vec::new()
        }
        Err(error) => return Err(error.into()),
    };
    totals.changed |= totals.unsure || !fixes.is_empty();
    let file = validator.check_file(path)?;
    let mended = mended::told(&fixes, file.as_bytes());
    Ok(Source { read: Read::File(file), mended })
}

fn explain(code: Code, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "# {} {} ({}): {}\n", code.id(), code.name(), code.severity(), code.summary())?;
    writeln!(output, "{}", code.explanation().trim_end())
}

fn list(output: &mut impl Write) -> io::Result<()> {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    for code in Code::ALL {
        writeln!(output, "{}  {code:width$}  {:7}  {}", code.id(), code.severity(), code.summary())?;
    }
    Ok(())
}
