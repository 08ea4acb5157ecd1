//! Parses permission strings: `cargo run --example parse_permission -- db:sensors:write,read system:ping:raed`

use std::process::ExitCode;

use influxdb3_offline_tokens::Permission;
use influxdb3_offline_tokens::permission::Scope;

fn main() -> ExitCode {
    let mut exit = ExitCode::SUCCESS;
    for text in std::env::args().skip(1) {
        match Permission::parse_borrowed(&text) {
            Ok(Permission::Database(permission)) => match permission.scope() {
                Scope::All => println!("all databases: {}", permission.actions()),
                Scope::Names(names) => {
                    for name in names.iter() {
                        println!("database {name}: {}", permission.actions());
                    }
                }
            },
            Ok(permission) => println!("{permission}"),
            Err(_) => {
                exit = ExitCode::FAILURE;
                for error in Permission::errors(&text) {
                    println!("{error}");
                }
            }
        }
    }
    exit
}
