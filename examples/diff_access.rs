//! Shows what a new version of a tokens file grants and revokes: `cargo run --example diff_access -- old.json new.json`

use std::error::Error;
use std::process::ExitCode;

use influxdb3_offline_tokens::access::FileDifference;
use influxdb3_offline_tokens::load;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(old), Some(new)) = (arguments.next(), arguments.next()) else {
        return Err("usage: diff_access OLD NEW".into());
    };
    let (old, new) = (load(old)?, load(new)?);
    let difference = FileDifference::new(&old, &new);
    for token in &difference.tokens {
        let name = token.after.or(token.before).map(|entry| entry.name().as_str());
        println!("{}: {}", name.unwrap_or_default(), token.kind.name());
        token.change.gained.iter().for_each(|request| println!("  + {request}"));
        token.change.lost.iter().for_each(|request| println!("  - {request}"));
    }
    // Only a gain needs a review.
    Ok(if difference.gains() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
