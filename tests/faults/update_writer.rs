//! A writer that appends with `update`. It reads the token from standard input, and its plan takes a chosen time.
//!
//! Usage: `update_writer FILE --name N [--lock-timeout SECONDS] [--plan-millis M]`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use influxdb3_offline_tokens::disk::FileOptions;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::token::InvalidToken;
use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1));
    let number = |flag: &str| value(flag).and_then(|value| value.parse().ok());
    let (Some(path), Some(name)) = (args.first(), value("--name")) else { return ExitCode::from(2) };
    let mut line = String::new();
    let Ok(_) = std::io::stdin().read_line(&mut line) else { return ExitCode::from(2) };
    let Ok(new_name) = TokenName::parse(name) else { return ExitCode::from(2) };
    let plan = |file: Option<&TokenFile>| {
        std::thread::sleep(Duration::from_millis(number("--plan-millis").unwrap_or(0)));
        if file.is_some_and(|file| file.get(name).is_some()) {
            return Ok(Vec::new());
        }
        let entry = TokenEntry::new(new_name.clone(), Token::parse(line.trim())?);
        Ok::<_, InvalidToken>(vec![Change::append([
            entry.with_permissions(Permission::parse("db:*:read").ok())
        ])])
    };
    let options =
        FileOptions::new().lock_timeout(Duration::from_secs(number("--lock-timeout").unwrap_or(10)));
    match options.update(path, plan) {
        Ok(_) => {
            let mut out = std::io::stdout().lock();
            let printed = writeln!(out, "ACK {name}").and_then(|()| out.flush());
            if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(4) }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(if error.is_durability_unknown() { 3 } else { 1 })
        }
    }
}
