//! The commands `rotate`, `rename`, `remove` and `set`: changes to an existing token.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use influxdb3_offline_tokens::disk::{Outcome, Updated};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{TokenEntry, TokenName};

use crate::access::unknown_token;
use crate::arguments::{Expires, Permissions, Secret, Write};
use crate::changes::{Print, Written, print_result, update, warn};
use crate::input::file_to_change;
use crate::terminal::{Context as _, Exit, Failure, Result, printable, shown_path};

/// The token to change.
#[derive(Args)]
struct Existing {
    /// The tokens file
    #[arg(value_parser = file_to_change())]
    file: PathBuf,

    /// The name of the token
    name: String,
}

impl Existing {
    /// Changes the token and returns the result.
    fn change(&self, write: &Write, plan: impl Fn(&TokenEntry) -> Result<Vec<Change>>) -> Result<Updated> {
        update(&self.file, &write.options().create(false), |file| {
            plan(
                file.and_then(|file| file.get(&self.name))
                    .ok_or_else(|| unknown_token(&self.file, &self.name))?,
            )
        })
    }

    /// Prints a line such as "removed token `app` from tokens.json".
    fn report(&self, updated: &Updated, verb: &str, more: &str) -> Result<Exit> {
        let (name, path) = (printable(&self.name), shown_path(&self.file));
        if updated.outcome == Outcome::Unchanged {
            return print_result(&format!("unchanged: token `{name}` in {path}"));
        }
        print_result(&format!("{verb} token `{name}` {more} {path}"))
    }

    fn path(&self) -> &Path {
        &self.file
    }
}

/// Replace the secret of a token
///
/// Its permissions and, without --expiry or --expires-at, its expiry are unchanged. A server that already has a token with
/// this name keeps the old secret: use --beside, or also change the token on the server.
#[derive(Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    token: Existing,

    /// Keep the token, and add one under this name with the same permissions and a new secret
    #[arg(long, value_name = "NAME")]
    beside: Option<String>,

    /// Rotate only if the current secret has this SHA-512, in hexadecimal
    #[arg(long, value_name = "SHA512", value_parser = sha512)]
    if_sha512: Option<[u8; 64]>,

    #[command(flatten)]
    expires: Expires,

    #[command(flatten)]
    secret: Secret,

    #[command(flatten)]
    write: Write,

    #[command(flatten)]
    print: Print,
}

/// Parses a SHA-512 in hexadecimal.
fn sha512(text: &str) -> std::result::Result<[u8; 64], &'static str> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let bytes: Option<Vec<u8>> = (0..64).map(|at| digit(2 * at)).collect();
    let is_hex = text.len() == 128 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = bytes.filter(|_| is_hex).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or("a SHA-512 has 128 hexadecimal digits")
}

impl Rotate {
    pub(crate) fn run(self) -> Result<Exit> {
        let beside = self.beside.as_deref().map(TokenName::parse).transpose().context("--beside")?;
        let (expiry, token) = (self.expires.parse()?, self.secret.get()?);
        let updated = self.token.change(&self.write, |entry| {
            if expiry.is_none() && entry.expiry().is_some_and(|expiry| expiry.is_past(SystemTime::now())) {
                return Err(Failure::new("the token has expired, and so would the new one; use --expiry"));
            }
            let name = entry.name().clone();
            let mut rotate = Change::rotate(name.clone(), token.clone());
            if let Some(digest) = self.if_sha512 {
                rotate = rotate.if_sha512(digest);
            }
            let new_name = beside.clone().unwrap_or(name);
            if let Some(beside) = &beside {
                rotate = rotate.beside(beside.clone());
            }
            let set = expiry.map(|expiry| Change::set_expiry(new_name, Some(expiry)));
            Ok([rotate].into_iter().chain(set).collect())
        })?;
        let name = beside.as_ref().map_or(self.token.name.as_str(), TokenName::as_str);
        let entry = updated.after.as_ref().and_then(|file| file.get(name));
        let entry = entry.ok_or_else(|| unknown_token(self.token.path(), name))?;
        let exit = self.print.token(
            if beside.is_some() { "added" } else { "rotated" },
            &Written {
                path: self.token.path(),
                is_created: false,
                name,
                token: entry.token(),
                expiry: entry.expiry(),
                permissions: Some(entry.permissions()),
                create_databases: &[],
            },
        )?;
        warn(self.token.path(), &[name]);
        Ok(exit)
    }
}

/// Rename a token
///
/// A server that already has the token keeps the old name.
#[derive(Args)]
pub(crate) struct Rename {
    #[command(flatten)]
    token: Existing,

    /// The new name
    new_name: String,

    #[command(flatten)]
    write: Write,
}

impl Rename {
    pub(crate) fn run(self) -> Result<Exit> {
        let new_name = TokenName::parse(&self.new_name).context("NEW_NAME")?;
        let updated = self
            .token
            .change(&self.write, |entry| Ok(vec![Change::rename(entry.name().clone(), new_name.clone())]))?;
        let more = format!("to `{}` in", printable(new_name.as_str()));
        let exit = self.token.report(&updated, "renamed", &more)?;
        warn(self.token.path(), &[new_name.as_str()]);
        Ok(exit)
    }
}

/// Remove a token
///
/// A server that already has the token keeps it: also remove it there.
#[derive(Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    token: Existing,

    #[command(flatten)]
    write: Write,
}

impl Remove {
    pub(crate) fn run(self) -> Result<Exit> {
        let remove = |entry: &TokenEntry| Ok(vec![Change::remove(entry.name().clone())]);
        let updated = self.token.change(&self.write, remove)?;
        self.token.report(&updated, "removed", "from")
    }
}

/// Set the permissions or the expiry of a token
///
/// The given permissions replace all permissions of the token.
#[derive(Args)]
pub(crate) struct Set {
    #[command(flatten)]
    token: Existing,

    #[command(flatten)]
    permissions: Permissions,

    #[command(flatten)]
    expires: Expires,

    /// Remove the expiry, so that the token never expires
    #[arg(long, conflicts_with_all = ["expiry", "expires_at"])]
    no_expiry: bool,

    #[command(flatten)]
    write: Write,
}

impl Set {
    pub(crate) fn run(self) -> Result<Exit> {
        let (permissions, expiry) = (self.permissions.parse()?, self.expires.parse()?);
        let sets_expiry = self.no_expiry || expiry.is_some();
        if self.permissions.is_empty() && !sets_expiry {
            return Err(Failure::new(
                "nothing to set; use --permission, --database, --system, --expiry, --expires-at or --no-expiry",
            ));
        }
        let updated = self.token.change(&self.write, |entry| {
            let name = entry.name();
            let permissions = (!self.permissions.is_empty())
                .then(|| Change::set_permissions(name.clone(), permissions.iter().cloned()));
            let expiry = sets_expiry.then(|| Change::set_expiry(name.clone(), expiry));
            Ok(permissions.into_iter().chain(expiry).collect())
        })?;
        let exit = self.token.report(&updated, "changed", "in")?;
        warn(self.token.path(), &[&self.token.name]);
        Ok(exit)
    }
}
