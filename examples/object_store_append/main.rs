//! Appends to a tokens file in an object store, from many writers at once and without a lock:
//! `cargo run --example object_store_append -- 50`
//!
//! The store is in memory. The function to copy is in `append.rs`.

mod append;

use std::error::Error;
use std::sync::Arc;

use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName};
use object_store::ObjectStoreExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let writers: usize = std::env::args().nth(1).map_or(Ok(20), |writers| writers.parse())?;
    let (store, location) = (Arc::new(InMemory::new()), Path::from("permission-tokens.json"));
    let mut tasks = Vec::new();
    for number in 0..writers {
        let (store, location) = (Arc::clone(&store), location.clone());
        let entry = TokenEntry::new(TokenName::parse(&format!("writer-{number}"))?, Token::generate()?)
            .with_permissions([Permission::parse("db:sensors:write")?]);
        tasks.push(tokio::spawn(async move { append::append(&*store, &location, &[entry], 30).await }));
    }
    for (number, task) in tasks.into_iter().enumerate() {
        println!("writer-{number}: {} puts", task.await??);
    }
    let file = TokenFile::parse(&store.get(&location).await?.bytes().await?)?;
    println!("{} tokens in the file", file.tokens().len());
    assert_eq!(file.tokens().len(), writers);
    Ok(())
}
