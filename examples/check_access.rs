//! Decides whether a presented token may write to a database:
//! `echo "$TOKEN" | cargo run --example check_access -- permission-tokens.json sensors`

use std::error::Error;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::SystemTime;

use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, load};
use zeroize::Zeroizing;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(database)) = (arguments.next(), arguments.next()) else {
        return Err("usage: check_access FILE DATABASE".into());
    };
    let authorizer = Authorizer::new(&load(path)?);
    let mut token = Zeroizing::new(String::with_capacity(1024));
    std::io::stdin().lock().read_line(&mut token)?;
    let request = AccessRequest::Database(&database, DatabaseActions::WRITE);
    let decision = authorizer.decide(token.trim_end(), request, SystemTime::now());
    println!("{decision}");
    Ok(if decision.is_allowed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
