//! Makes the manifest of a Kubernetes Secret of a tokens file.
//!
//! ```text
//! cargo run --example kubernetes_secret -- permission-tokens.json --name influxdb3-tokens --output - |
//!     kubectl apply --server-side -f -
//! ```

mod util;

use std::ffi::OsString;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{CommandFactory, FromArgMatches, Parser};
use influxdb3_offline_tokens::token::SecretBytes;
use influxdb3_offline_tokens::{TokenFile, Validator};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::util::{
    Checked, Outcome, arguments, colours, columns, complain, finish, human, is_stdin, or_stdin,
    point_to_validate, read_stdin, shown_path,
};

/// The most that Kubernetes takes as the data of a Secret.
const MAX_DATA_BYTES: usize = 1 << 20;

/// Checks a tokens file and makes the manifest of a Kubernetes Secret of it, under the key `permission-tokens.json`.
///
/// The manifest is JSON, which is YAML too, and holds the secrets in base64: keep it as you keep the tokens file. Give it
/// to `kubectl apply --server-side -f -`; without `--server-side`, kubectl writes the data a second time into an annotation.
#[derive(Parser)]
#[command(
    name = "kubernetes_secret",
    version,
    after_help = "Exit codes: 0 made, 1 the file has errors and nothing was made, 2 wrong usage or a file could not be read \
                  or written."
)]
struct Args {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    /// The name of the Secret
    #[arg(long)]
    name: String,

    /// The namespace; without it, kubectl takes its own
    #[arg(long)]
    namespace: Option<String>,

    /// Make a Secret that cannot be changed; for other tokens, make one of another name
    #[arg(long)]
    immutable: bool,

    /// Where the manifest goes: a new file that only its owner can read, or `-`, standard output
    ///
    /// Who is interrupted while writing may leave a file `.FILE.….new` beside it, which holds the secrets: remove it.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    /// Write to standard output even where that is a terminal
    #[arg(long)]
    show_token: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Secret<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    immutable: bool,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
}

#[derive(Serialize)]
struct Data<'a> {
    // The key that the vendor's chart mounts.
    #[serde(rename = "permission-tokens.json")]
    file: &'a str,
}

fn main() -> ExitCode {
    let matches = arguments(Args::command());
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    finish("kubernetes_secret", run(&args))
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    if !is_subdomain(&args.name) {
        bail!(
            "`--name` is wrong: use at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
        );
    }
    if args.namespace.as_deref().is_some_and(|name| !is_label(name)) {
        bail!(
            "`--namespace` is wrong: use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"
        );
    }
    if is_stdin(&args.output) && io::stdout().is_terminal() && !args.show_token {
        bail!(
            "standard output is a terminal, and the manifest holds secrets: pipe it, or say `--show-token`"
        );
    }
    let validator = Validator::new(SystemTime::now());
    let (bytes, report) = if is_stdin(&args.file) {
        let bytes = SecretBytes::from(read_stdin()?);
        let report = validator.check(&bytes);
        (bytes, report)
    } else {
        let file = validator.check_file(&args.file).map_err(or_stdin)?;
        let report = file.report().clone();
        (file.into_bytes(), report)
    };
    if report.is_valid() && bytes.len() > MAX_DATA_BYTES {
        bail!("the file is larger than the {MAX_DATA_BYTES} bytes that a Secret may have");
    }
    let mut stderr = io::stderr();
    let (colours, columns) = (colours(&stderr), columns(&stderr));
    // Nobody is left to be told when standard error is closed.
    if let Err(invalid) = TokenFile::parse(&bytes) {
        let errors = invalid.report();
        let _ = human::first_errors(&args.file, &bytes, errors, colours, columns, &mut stderr);
        complain("kubernetes_secret", &anyhow::anyhow!("the file has errors, so no Secret was made"));
        point_to_validate("kubernetes_secret", &args.file);
        return Ok(Outcome::Findings);
    }
    let _ = human::write(&Checked::new(&args.file, &bytes, &report), colours, columns, &mut stderr);
    let text = Zeroizing::new(STANDARD.encode(&*bytes));
    let secret = Secret {
        api_version: "v1",
        kind: "Secret",
        metadata: Metadata { name: &args.name, namespace: args.namespace.as_deref() },
        r#type: "Opaque",
        immutable: args.immutable,
        data: Data { file: &text },
    };
    if is_stdin(&args.output) {
        write(&secret, io::stdout().lock()).context("cannot write to standard output")?;
    } else {
        save(&secret, &args.output).map_err(|error| {
            let shown = shown_path(&args.output);
            match error.kind() {
                ErrorKind::AlreadyExists => {
                    anyhow!("there is something at `{shown}` already; choose another name")
                }
                ErrorKind::NotFound => {
                    anyhow!("the directory of `{shown}` does not exist; make it first")
                }
                // Without the name of the temporary file.
                kind => anyhow!("cannot make `{shown}`: {kind}"),
            }
        })?;
    }
    Ok(Outcome::Fine)
}

fn write(secret: &Secret<'_>, output: impl Write) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    serde_json::to_writer_pretty(&mut output, secret)?;
    writeln!(output)?;
    output.flush()
}

/// A new file with mode 0600, whole or not at all.
fn save(secret: &Secret<'_>, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A name that tells what it is where the program was interrupted.
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let mut file = tempfile::Builder::new().prefix(&prefix).suffix(".new").tempfile_in(folder)?;
    write(secret, &mut file)?;
    file.as_file().sync_all()?;
    // What is there may be the tokens file. The error has the temporary file, which goes with it.
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// A name as DNS has it: RFC 1123.
fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_part)
}

fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_part(name)
}

fn is_part(part: &str) -> bool {
    let is_inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    !part.is_empty() && part.bytes().all(is_inner) && !part.starts_with('-') && !part.ends_with('-')
}
