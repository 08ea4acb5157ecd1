//! Makes a tokens file match a wanted file, in one write:
//! `cargo run --example reconcile -- permission-tokens.json wanted.json`
//!
//! The wanted file is a tokens file without secrets. Each token may have `"expires_in": "90d"` and `"rotate_within": "7d"`.

use std::error::Error;
use std::time::SystemTime;

use influxdb3_offline_tokens::wanted::WantedFile;
use influxdb3_offline_tokens::{Token, update};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), Some(wanted)) = (arguments.next(), arguments.next()) else {
        return Err("usage: reconcile FILE WANTED".into());
    };
    let wanted = WantedFile::parse(&std::fs::read(wanted)?)?;
    let mut changes = Vec::new();
    // The plan runs under the lock, and may run again if the file was replaced without it.
    let updated = update(&path, |file| {
        let plan = wanted.plan(file, SystemTime::now(), Token::generate);
        plan.inspect(|plan| changes.clone_from(plan))
    })?;
    for change in changes {
        println!("{change}");
    }
    println!("{} tokens, {:?}", updated.after.map_or(0, |file| file.tokens().len()), updated.outcome);
    Ok(())
}
