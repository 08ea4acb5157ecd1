//! The command `validate`: checks and fixes files.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, ValueEnum};
use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::error::UnknownCode;
use influxdb3_offline_tokens::{AdminTokenFile, Code, Expiry, Release, Severity, TokenFile, Validator};

use crate::fixes::{self, Fixed};
use crate::input::{Checked, check, is_stdin};
use crate::summary::Summary;
use crate::terminal::{Exit, Failure, Output, Result, columns, error, shown_path};
use crate::{arguments, github, json, sarif};

/// Check files and report all problems
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Arguments {
    /// The files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The output format: human-readable, one JSON object per file and line, annotations for GitHub Actions, or one SARIF
    /// 2.1.0 log
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    /// Check admin token files, which the server reads with `--admin-token-file`
    #[arg(long)]
    admin: bool,

    /// Also report what this release of the server, such as `3.9`, rejects or misinterprets
    #[arg(long, value_name = "RELEASE")]
    release: Option<Release>,

    /// Do not report a code, by its name or id; `warnings` stands for all warnings
    ///
    /// The last flag for a code applies, and a flag for a code overrides one for `warnings`. A file whose errors are allowed
    /// still does not load.
    #[arg(long, value_name = "CODE")]
    allow: Vec<Selector>,

    /// Report a code as a note
    #[arg(long, value_name = "CODE")]
    note: Vec<Selector>,

    /// Report a code as a warning
    #[arg(long, value_name = "CODE")]
    warn: Vec<Selector>,

    /// Report a code as an error; `--deny warnings` turns all warnings into errors
    #[arg(long, value_name = "CODE")]
    deny: Vec<Selector>,

    /// Apply the safe fixes, marked `[*]`, and report what remains
    #[arg(long)]
    fix: bool,

    /// Apply all fixes: also guesses, and those that change rights, create a new token, or restrict the mode of the file
    #[arg(long, conflicts_with = "fix")]
    fix_all: bool,

    /// Print a redacted diff of the fixes instead of the findings, and write nothing; with --fix-all, of all fixes
    #[arg(long)]
    diff: bool,

    /// Print only findings and applied fixes, no summary
    #[arg(short, long)]
    quiet: bool,

    /// Check expiries at this time instead of now
    #[arg(long, value_name = "TIME")]
    now: Option<Expiry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Github,
    Sarif,
}

/// The findings whose severity a flag sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
    Warnings,
    Code(Code),
}

impl std::str::FromStr for Selector {
    type Err = UnknownCode;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownCode> {
        if text == "warnings" { Ok(Self::Warnings) } else { Code::parse(text).map(Self::Code) }
    }
}

/// Returns the severities in the order of the command line.
fn severities(matches: &ArgMatches) -> Vec<(Selector, Option<Severity>)> {
    let flags = [
        ("allow", None),
        ("note", Some(Severity::Note)),
        ("warn", Some(Severity::Warning)),
        ("deny", Some(Severity::Error)),
    ];
    let mut severities = Vec::new();
    for (flag, severity) in flags {
        let indices = matches.indices_of(flag).into_iter().flatten();
        let selectors = matches.get_many::<Selector>(flag).into_iter().flatten();
        severities.extend(indices.zip(selectors).map(|(index, &selector)| (index, selector, severity)));
    }
    severities.sort_by_key(|&(index, ..)| index);
    severities.into_iter().map(|(_, selector, severity)| (selector, severity)).collect()
}

/// A file, its findings, and the applied fixes.
pub(crate) struct Findings<'a> {
    pub(crate) path: &'a Path,
    pub(crate) checked: Checked,
    pub(crate) fixed: Vec<Fixed>,
    /// Whether the file does not load, although its report has no error because errors are allowed.
    pub(crate) fails_to_load: bool,
}

/// The message if [`Findings::fails_to_load`] is true.
pub(crate) const FAILS_TO_LOAD: &str =
    "the file does not load: its errors are allowed, but the server rejects it";

impl Arguments {
    pub(crate) fn run(self, matches: &ArgMatches) -> Result<Exit> {
        if self.files.iter().filter(|file| is_stdin(file)).count() > 1 {
            return Err(Failure::new("`-` can be used only once: standard input cannot be read twice"));
        }
        if self.diff && self.format != Format::Human {
            return Err(Failure::new("--diff supports only the format `human`; remove --format"));
        }
        if (self.fix || self.fix_all) && !self.diff && self.files.iter().any(|file| is_stdin(file)) {
            return Err(Failure::new("`-` cannot be fixed: use --diff, or name a file"));
        }
        let severities = severities(matches);
        let mut validator = Validator::new(arguments::time("--now", self.now)?);
        if self.admin {
            validator = validator.admin_token_file();
        }
        if let Some(release) = self.release {
            validator = validator.release(release);
        }
        for &(selector, severity) in &severities {
            validator = match selector {
                Selector::Warnings => validator.warnings(severity),
                Selector::Code(code) => validator.severity(code, severity),
            };
        }
        let is_lowered = |&(selector, severity): &(Selector, Option<Severity>)| {
            severity != Some(Severity::Error)
                && matches!(selector, Selector::Code(code) if code.severity() == Severity::Error)
        };
        let run = Run { has_lowered_error: severities.iter().any(is_lowered), arguments: &self, validator };
        run.check_files()
    }

    fn level(&self) -> Applicability {
        if self.fix_all { Applicability::Unsafe } else { Applicability::Safe }
    }
}

struct Run<'a> {
    arguments: &'a Arguments,
    validator: Validator,
    /// Whether the severity of an error is lowered.
    has_lowered_error: bool,
}

impl Run<'_> {
    fn check_files(&self) -> Result<Exit> {
        let arguments = self.arguments;
        let mut output = Output::new();
        let mut summary = Summary::default();
        let mut log = sarif::Log::default();
        let mut exit = Exit::Success;
        for path in &arguments.files {
            if arguments.diff {
                match self.diff(path, &mut output) {
                    Ok(file_exit) => exit = exit.max(file_exit),
                    Err(failure) => exit = exit.max(failure.report()),
                }
                continue;
            }
            match self.check_file(path, &mut exit) {
                Ok(findings) => {
                    if !findings.checked.report.is_valid() {
                        exit = exit.max(Exit::Findings);
                    }
                    if !findings.fixed.is_empty() {
                        output.note_change();
                    }
                    summary.add(&findings, &self.validator);
                    match arguments.format {
                        Format::Human => human(&findings, &mut output)?,
                        Format::Json => json::write(&findings, &mut output)?,
                        Format::Github => github::write(&findings, &mut output)?,
                        Format::Sarif => log.add(&findings),
                    }
                }
                Err(failure) => {
                    summary.add_failure();
                    exit = exit.max(Exit::Failure);
                    let message = failure.message();
                    match arguments.format {
                        Format::Human => {}
                        Format::Json => json::write_failure(path, message, &mut output)?,
                        Format::Github => github::write_failure(path, message, &mut output)?,
                        Format::Sarif => log.add_failure(path, message),
                    }
                    error(message);
                }
            }
        }
        match arguments.format {
            Format::Human if !arguments.quiet && !arguments.diff => output.line(summary)?,
            Format::Sarif => log.write(&mut output)?,
            _ => {}
        }
        output.finish(exit)
    }

    /// Fixes a file if requested, and checks it.
    fn check_file<'p>(&self, path: &'p Path, exit: &mut Exit) -> Result<Findings<'p>> {
        let arguments = self.arguments;
        let mut applied = Vec::new();
        if arguments.fix || arguments.fix_all {
            let fixes = self.validator.clone().max_diagnostics(usize::MAX).fix_file(path, arguments.level());
            match fixes {
                Ok(fixes) => applied = fixes,
                Err(unknown) if unknown.is_durability_unknown() => {
                    error(&unknown);
                    *exit = Exit::DurabilityUnknown;
                }
                Err(failed) => return Err(failed.into()),
            }
        }
        let checked = check(&self.validator, path)?;
        let fixed = fixes::describe(&applied, &checked.bytes);
        let fails_to_load =
            self.has_lowered_error && checked.report.is_valid() && !self.loads(&checked.bytes);
        Ok(Findings { path, checked, fixed, fails_to_load })
    }

    fn loads(&self, bytes: &[u8]) -> bool {
        if self.arguments.admin {
            AdminTokenFile::parse(bytes).is_ok()
        } else {
            TokenFile::parse(bytes).is_ok()
        }
    }

    /// Prints what the fixes of a file would change.
    fn diff(&self, path: &Path, output: &mut Output) -> Result<Exit> {
        let checked = check(&self.validator, path)?;
        let fixed =
            self.validator.clone().max_diagnostics(usize::MAX).fix(&checked.bytes, self.arguments.level())?;
        fixes::write_diff(&shown_path(path), &checked.bytes, &fixed.bytes, output)?;
        Ok(if checked.report.is_valid() { Exit::Success } else { Exit::Findings })
    }
}

fn human(findings: &Findings<'_>, output: &mut Output) -> Result<()> {
    let (path, report) = (shown_path(findings.path), &findings.checked.report);
    for fixed in &findings.fixed {
        let place = fixed.location.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        output.line(format_args!(
            "fixed[{} {}] {path}{place}: {}",
            fixed.code.id(),
            fixed.code.name(),
            fixed.message
        ))?;
    }
    if !findings.fixed.is_empty() {
        output.line("")?;
    }
    if findings.fails_to_load {
        output.line(format_args!("{path}: {FAILS_TO_LOAD}\n"))?;
    }
    if !report.is_empty() {
        output.line(report.render(&path, &findings.checked.bytes).color(true).width(columns()))?;
        output.line("")?;
    }
    Ok(())
}
