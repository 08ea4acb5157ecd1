//! Creates, checks and changes offline permission tokens files of InfluxDB 3 Enterprise.

mod terminal;
mod input;
mod arguments;
mod github;
mod json;
mod sarif;
mod summary;
mod fixes;
mod validate;
mod codes;
mod list;
mod changes;
mod create;
mod change;
mod apply;
mod requests;
mod permission;
mod access;
mod difference;
mod compare;
mod export;
mod shell;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::terminal::{Color, Failure};

/// Creates, checks and changes offline permission tokens files of InfluxDB 3 Enterprise.
///
/// No output contains a token, except with --show-token and in `export secret`, which writes the whole file. A token in a
/// wrong place, such as a name, is recognized by its prefix.
#[derive(Parser)]
#[command(
    name = "influxdb3-tokens",
    version,
    max_term_width = 80,
    after_help = "Exit codes:\n  \
                  0  success; warnings and notes do not count unless they are denied\n  \
                  1  an error among the findings, access denied, a failed expectation, or a\n     difference: for `diff`, one that grants something\n  \
                  2  invalid usage, an unknown token name, or a file that cannot be read,\n     parsed or written\n  \
                  3  the file was changed, but durability is unknown, or the result could\n     not be printed"
)]
struct Arguments {
    /// When to use colors; `auto` respects `NO_COLOR` and `CLICOLOR_FORCE`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true, display_order = 900)]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(validate::Arguments),
    Explain(codes::Explain),
    Codes(codes::Codes),
    Create(create::Create),
    Append(create::Append),
    List(list::List),
    Rotate(change::Rotate),
    Rename(change::Rename),
    Remove(change::Remove),
    Set(change::Set),
    Redact(list::Redact),
    Apply(apply::Apply),
    /// Work with admin token files, which the server reads with `--admin-token-file`
    #[command(subcommand)]
    Admin(create::Admin),
    Permission(permission::Arguments),
    Access(access::Access),
    WhoCan(access::WhoCan),
    Diff(difference::Diff),
    Assert(difference::Assert),
    Compare(compare::Compare),
    /// Print a tokens file in another form
    #[command(subcommand)]
    Export(export::Export),
    Completions(shell::Completions),
    Man(shell::Man),
}

fn main() -> ExitCode {
    let matches = terminal::parse(Arguments::command());
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    arguments.color.apply();
    let result = match arguments.command {
        Command::Validate(arguments) => arguments.run(validate_matches(&matches)),
        Command::Explain(arguments) => arguments.run(),
        Command::Codes(arguments) => arguments.run(),
        Command::Create(arguments) => arguments.run(),
        Command::Append(arguments) => arguments.run(),
        Command::List(arguments) => arguments.run(),
        Command::Rotate(arguments) => arguments.run(),
        Command::Rename(arguments) => arguments.run(),
        Command::Remove(arguments) => arguments.run(),
        Command::Set(arguments) => arguments.run(),
        Command::Redact(arguments) => arguments.run(),
        Command::Apply(arguments) => arguments.run(),
        Command::Admin(create::Admin::Create(arguments)) => arguments.run(),
        Command::Permission(arguments) => arguments.run(),
        Command::Access(arguments) => arguments.run(),
        Command::WhoCan(arguments) => arguments.run(),
        Command::Diff(arguments) => arguments.run(),
        Command::Assert(arguments) => arguments.run(),
        Command::Compare(arguments) => arguments.run(),
        Command::Export(arguments) => arguments.run(),
        Command::Completions(arguments) => arguments.run(Arguments::command()),
        Command::Man(arguments) => arguments.run(Arguments::command()),
    };
    result.unwrap_or_else(|failure: Failure| failure.report()).into()
}

/// Returns the matches of the subcommand, which know the order of the flags.
fn validate_matches(matches: &clap::ArgMatches) -> &clap::ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| matches)
}
