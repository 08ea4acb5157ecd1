//! Checks tokens files, and prints the findings in the style of rustc:
//! `cargo run --features render --example validate -- permission-tokens.json`

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::SystemTime;

use influxdb3_offline_tokens::Validator;

fn main() -> ExitCode {
    let validator = Validator::new(SystemTime::now());
    let mut exit = ExitCode::SUCCESS;
    for path in std::env::args_os().skip(1) {
        match validator.check_file(&path) {
            Ok(file) => {
                let report = &file.report;
                let name = path.to_string_lossy();
                print!("{}", report.render(&name, &file.bytes).color(std::io::stdout().is_terminal()));
                if !report.is_valid() {
                    exit = ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("{error}");
                exit = ExitCode::from(2);
            }
        }
    }
    exit
}
