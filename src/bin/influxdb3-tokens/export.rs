//! The command `export`: a tokens file in another form.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand, ValueEnum};
use influxdb3_offline_tokens::server::HttpTokenRequest;
use influxdb3_offline_tokens::{Severity, TokenEntry, TokenFile, Validator};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::access::unknown_token;
use crate::input::{check, load_file};
use crate::terminal::{
    Exit, Failure, Output, Result, command_with, masked, note, printable, quoted_path, warning,
};

#[derive(Subcommand)]
pub(crate) enum Export {
    Requests(Requests),
    Secret(Secret),
}

impl Export {
    pub(crate) fn run(self) -> Result<Exit> {
        match self {
            Self::Requests(arguments) => arguments.run(),
            Self::Secret(arguments) => arguments.run(),
        }
    }
}

const DATABASES: (&str, &str) = ("POST", "/api/v3/configure/database");

/// Print the requests that create the databases and tokens of a file on a running server
///
/// Use it for a server that already has resource tokens and so ignores the file. The requests do not contain the secrets of
/// the file: the server generates new ones and returns each once. Do not log the output of the commands. Expired tokens are
/// skipped, and the exit code is then 1. An expiry is sent as a duration that starts with the request.
#[derive(Args)]
pub(crate) struct Requests {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    /// Print only the request for this token, and none for databases; can be repeated
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,

    /// The address of the server
    #[arg(long, value_name = "URL", value_parser = address, default_value = "http://127.0.0.1:8181")]
    host: String,

    /// The output format: commands for a shell in which `INFLUXDB3_AUTH_TOKEN` is an admin token, or one JSON object with
    /// `method`, `path` and `body` per line
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "curl")]
    format: RequestFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RequestFormat {
    Curl,
    Json,
}

type Request = ((&'static str, &'static str), String);

impl Requests {
    fn run(self) -> Result<Exit> {
        let file = load_file(&self.file)?;
        let (requests, left_out) = self.requests(&file, SystemTime::now())?;
        let mut output = Output::new();
        match self.format {
            RequestFormat::Curl => {
                output.line(
                    "# Each response contains a new secret, shown only once: store it, but not in a log.",
                )?;
                output.line(": \"${INFLUXDB3_AUTH_TOKEN:?must be an admin token}\"\nfailed=0")?;
                for request in &requests {
                    self.curl(request, &mut output)?;
                }
                // Not `exit`, which would end an interactive shell.
                output.line("test \"$failed\" -eq 0")?;
            }
            RequestFormat::Json => {
                note("each response contains a new secret, shown only once: store it, but not in a log");
                for ((method, path), body) in &requests {
                    let body: Value = serde_json::from_str(body)?;
                    output.line(json!({"method": method, "path": path, "body": body}))?;
                }
            }
        }
        output.finish(if left_out { Exit::Findings } else { Exit::Success })
    }

    /// Returns the requests in order, and whether a token is left out.
    fn requests(&self, file: &TokenFile, now: SystemTime) -> Result<(Vec<Request>, bool)> {
        if let Some(unknown) = self.names.iter().find(|name| file.get(name).is_none()) {
            return Err(unknown_token(&self.file, unknown));
        }
        let databases = if self.names.is_empty() { file.create_databases() } else { &[] };
        let mut requests: Vec<Request> =
            databases.iter().map(|name| (DATABASES, json!({"db": name.as_str()}).to_string())).collect();
        let mut left_out = false;
        let is_chosen = |entry: &&TokenEntry| {
            self.names.is_empty() || self.names.iter().any(|name| name == entry.name().as_str())
        };
        for entry in file.tokens().iter().filter(is_chosen) {
            match HttpTokenRequest::from_entry(entry, now) {
                Ok(request) => requests.push((HttpTokenRequest::METHOD_AND_PATH, request.to_json())),
                Err(error) => {
                    warning(format_args!("token `{}` is skipped: {error}", printable(entry.name().as_str())));
                    left_out = true;
                }
            }
        }
        if requests.iter().any(|(_, body)| masked(body) != body.as_str()) {
            return Err(Failure::new(
                "a name in the file contains `apiv3_` and may be a token; rename it before the export",
            ));
        }
        Ok((requests, left_out))
    }

    fn curl(&self, ((method, path), body): &Request, output: &mut Output) -> Result<()> {
        // An existing database is an error of the server, but not of this script.
        let counts = if *path == DATABASES.1 { "" } else { "failed=1; " };
        let url = quoted(&(printable(self.host.trim_end_matches('/')) + path));
        let body = quoted(body);
        // Not as an argument: all users of a machine can see the arguments of a program.
        output.line(format_args!(
            "printf 'Authorization: Bearer %s\\n' \"$INFLUXDB3_AUTH_TOKEN\" |\n  \
             curl --silent --show-error --fail-with-body --globoff --write-out '\\n' --request {method} {url} \\\n  \
             --header @- --header 'Content-Type: application/json' \\\n  --data-raw {body} ||\n  \
             {{ {counts}printf 'failed: %s\\n' {body} >&2; }}"
        ))
    }
}

/// Accepts `http://` or `https://`, a host, and optionally a port and a path.
fn address(text: &str) -> std::result::Result<String, &'static str> {
    match text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) {
        Some(host)
            if host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
                && host.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@')) =>
        {
            Ok(text.into())
        }
        _ => Err("use an address such as `http://127.0.0.1:8181`, without a user, `?` or `#`"),
    }
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The maximum size of the data of a Secret of Kubernetes.
const MAX_SECRET_BYTES: usize = 1 << 20;

/// Print a file as the manifest of a Kubernetes Secret, under the key `permission-tokens.json`
///
/// The manifest is JSON, and so valid YAML. It contains the secrets in base64: protect it like the file itself. Pass it to
/// `kubectl apply --server-side -f -`; without `--server-side`, kubectl copies the data into an annotation.
#[derive(Args)]
pub(crate) struct Secret {
    /// The tokens file; `-` is standard input
    file: PathBuf,

    /// The name of the Secret
    #[arg(long, value_parser = subdomain)]
    name: String,

    /// The namespace of the Secret
    #[arg(long, value_parser = label)]
    namespace: Option<String>,

    /// Make the Secret immutable
    #[arg(long)]
    immutable: bool,

    /// Write the manifest to a new file that only its owner can read, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print the manifest even to a terminal
    #[arg(long)]
    show_token: bool,
}

impl Secret {
    fn run(self) -> Result<Exit> {
        if self.output.is_none() && io::stdout().is_terminal() && !self.show_token {
            return Err(Failure::new(
                "the manifest contains secrets: pipe it, use --output, or use --show-token",
            ));
        }
        let checked = check(&Validator::new(SystemTime::now()), &self.file)?;
        let shown = quoted_path(&self.file);
        if !checked.report.is_valid() {
            let validate = command_with("validate", &self.file);
            return Err(Failure::new(format!("{shown} is invalid, so no Secret is printed; run {validate}")));
        }
        if checked.bytes.len() > MAX_SECRET_BYTES {
            return Err(Failure::new(format!(
                "{shown}: larger than the {MAX_SECRET_BYTES} bytes of a Secret"
            )));
        }
        for diagnostic in checked.report.iter().filter(|found| found.severity() == Severity::Warning) {
            let at = diagnostic.location();
            warning(format_args!("{shown}:{}:{}: {}", at.line, at.column, diagnostic.message()));
        }
        let manifest = self.manifest(&checked.bytes)?;
        match &self.output {
            None => {
                let mut output = Output::new();
                output.write_all(&manifest)?;
                output.finish(Exit::Success)
            }
            Some(path) => match write_new(path, &manifest) {
                Ok(()) => Ok(Exit::Success),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    Err(Failure::new(format!("{}: the file exists; use another path", quoted_path(path))))
                }
                Err(error) => Err(Failure::new(format!("{}: {}", quoted_path(path), error.kind()))),
            },
        }
    }

    fn manifest(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let data = Zeroizing::new(STANDARD.encode(bytes));
        let mut metadata = json!({"name": self.name});
        if let (Some(namespace), Some(members)) = (&self.namespace, metadata.as_object_mut()) {
            members.insert("namespace".into(), namespace.as_str().into());
        }
        let mut head = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"});
        if let (true, Some(members)) = (self.immutable, head.as_object_mut()) {
            members.insert("immutable".into(), true.into());
        }
        let head = serde_json::to_string(&head)?;
        // Written by hand: a value of serde_json would leave a copy of the secrets behind.
        let head = head.strip_suffix('}').unwrap_or(&head);
        let mut manifest = Zeroizing::new(Vec::with_capacity(head.len() + data.len() + 64));
        writeln!(manifest, "{head},\"data\":{{\"permission-tokens.json\":\"{}\"}}}}", *data)?;
        Ok(manifest)
    }
}

/// Writes a new file with mode 0600.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // The file may contain a part of the secrets.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Accepts a DNS subdomain (RFC 1123).
fn subdomain(name: &str) -> std::result::Result<String, &'static str> {
    if name.len() <= 253 && name.split('.').all(is_label) {
        Ok(name.into())
    } else {
        Err("use at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends")
    }
}

/// Accepts a DNS label (RFC 1123).
fn label(name: &str) -> std::result::Result<String, &'static str> {
    if name.len() <= 63 && is_label(name) {
        Ok(name.into())
    } else {
        Err("use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends")
    }
}

fn is_label(part: &str) -> bool {
    let is_inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    !part.is_empty() && part.bytes().all(is_inner) && !part.starts_with('-') && !part.ends_with('-')
}
