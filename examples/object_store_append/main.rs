//! Appends to a tokens file in an object store, from many writers at once and without a lock.
//!
//! ```text
//! cargo run --example object_store_append -- --writers 50
//! ```
//!
//! What to take from it is `append.rs`.

mod append;
#[path = "../util/mod.rs"]
mod util;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName};
use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path;

use crate::util::{Outcome, Output, arguments, count, finish};

/// Lets many writers append a token each to one tokens file in an object store, all at once.
///
/// The store is one in memory, which ends with the program; its functions are those of Amazon S3, Google Cloud Storage and
/// Azure. Prints `ACK NAME` and the number of tries for each writer, and never a token.
#[derive(Parser)]
#[command(
    name = "object_store_append",
    version,
    after_help = "Exit codes: 0 all acknowledged and all there, 2 wrong usage or a writer was refused."
)]
struct Args {
    /// How many writers
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    writers: u16,

    /// How often each of them tries
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("object_store_append", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build()?;
    runtime.block_on(async {
        let (store, location) = (Arc::new(InMemory::new()), Path::from("permission-tokens.json"));
        let mut writers = Vec::new();
        for number in 0..args.writers {
            let (store, location, tries) = (Arc::clone(&store), location.clone(), args.tries);
            let entry = TokenEntry::new(TokenName::parse(&format!("writer-{number}"))?, Token::generate()?)
                .with_permissions([Permission::parse("db:sensors:write")?]);
            writers.push(tokio::spawn(async move {
                let tried = append::append(&*store, &location, &[entry], tries).await;
                tried.with_context(|| format!("writer-{number}"))
            }));
        }
        let mut output = Output::new();
        for (number, writer) in writers.into_iter().enumerate() {
            let tried = writer.await??;
            writeln!(output, "ACK writer-{number}, tries: {tried}")?;
        }
        let file = TokenFile::parse(&store.get(&location).await?.bytes().await?)?;
        writeln!(output, "{} in the file", count(file.tokens().len(), "token"))?;
        output.flush().context("cannot write to standard output")?;
        if file.tokens().len() != usize::from(args.writers) {
            bail!("a token is not there");
        }
        Ok(Outcome::Fine)
    })
}
