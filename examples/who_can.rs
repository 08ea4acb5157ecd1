//! Lists the tokens that may write to a database: `cargo run --example who_can -- permission-tokens.json sensors`

use std::error::Error;
use std::time::SystemTime;

use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, load};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(database)) = (arguments.next(), arguments.next()) else {
        return Err("usage: who_can FILE DATABASE".into());
    };
    let file = load(path)?;
    let request = AccessRequest::Database(&database, DatabaseActions::WRITE);
    for (token, entry) in file.who_can(request, SystemTime::now()) {
        println!("{}: {entry}", token.name());
    }
    Ok(())
}
