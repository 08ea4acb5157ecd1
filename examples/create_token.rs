//! Creates a tokens file with one token: `cargo run --example create_token -- permission-tokens.json`

use std::error::Error;
use std::io;
use std::time::SystemTime;

use influxdb3_offline_tokens::disk::Outcome;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenName, update};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: create_token FILE")?;
    let entry = TokenEntry::new(TokenName::parse("collector")?, Token::generate()?)
        .with_expiry(Some(Expiry::parse_after(SystemTime::now(), "90d")?))
        .with_permissions([Permission::parse("db:sensors:write")?]);
    let changes = [Change::append([entry]), Change::create_databases([DatabaseName::parse("sensors")?])];
    // The plan runs under the lock of the file, so that no other program creates it in between.
    let updated = update(&path, |file| match file {
        None => Ok(changes.to_vec()),
        Some(_) => Err(io::Error::from(io::ErrorKind::AlreadyExists)),
    })?;
    assert_eq!(updated.outcome, Outcome::Created);
    println!("created {} with the token `collector`", path.display());
    Ok(())
}
