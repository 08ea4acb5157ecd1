//! Adds a token to a tokens file, and prints `ACK NAME` only after it is on disk:
//! `cargo run --example append_token -- permission-tokens.json --name collector --permission db:sensors:write`
//!
//! `tests/faults.rs` kills and stops this program, and makes its system calls fail.

use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use influxdb3_offline_tokens::disk::FileOptions;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenName};
use zeroize::Zeroizing;

const USAGE: &str = "usage: append_token FILE --name NAME [--permission PERMISSION]... [--token-stdin] [--keep-if-same] \
                     [--lock-timeout SECONDS] [--restrict-mode]";

/// The arguments of the command line.
#[derive(Default)]
struct Arguments {
    file: OsString,
    name: String,
    permissions: Vec<Permission>,
    token_stdin: bool,
    keep_if_same: bool,
    options: FileOptions,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self::default();
        let mut words = std::env::args_os().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().and_then(|value| value.into_string().ok()).ok_or(USAGE);
            match word.to_str() {
                Some("--name") => arguments.name = value()?,
                Some("--permission") => arguments.permissions.push(value()?.parse()?),
                Some("--token-stdin") => arguments.token_stdin = true,
                Some("--keep-if-same") => arguments.keep_if_same = true,
                Some("--lock-timeout") => {
                    let timeout = Duration::from_secs(value()?.parse()?);
                    arguments.options = arguments.options.lock_timeout(timeout);
                }
                Some("--restrict-mode") => arguments.options = arguments.options.restrict_mode(true),
                _ if arguments.file.is_empty() => arguments.file = word,
                _ => return Err(USAGE.into()),
            }
        }
        if arguments.file.is_empty() { Err(USAGE.into()) } else { Ok(arguments) }
    }

    fn entry(&self) -> Result<TokenEntry, Box<dyn Error>> {
        let token = if self.token_stdin {
            let mut line = Zeroizing::new(String::with_capacity(1024));
            std::io::stdin().lock().read_line(&mut line)?;
            Token::parse(line.trim_end())?
        } else {
            Token::generate()?
        };
        Ok(TokenEntry::new(TokenName::parse(&self.name)?, token).with_permissions(self.permissions.clone()))
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse()?;
    let append = Change::append([arguments.entry()?]);
    let append = if arguments.keep_if_same { append.keep_if_same() } else { append };
    match arguments.options.change(&arguments.file, &[append]) {
        Ok(_) => {
            let mut output = std::io::stdout().lock();
            writeln!(output, "ACK {}", arguments.name)?;
            output.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.is_durability_unknown() => {
            eprintln!("{error}");
            Ok(ExitCode::from(3))
        }
        Err(error) => Err(error.into()),
    }
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}
