//! The commands `create`, `append` and `admin create`: new tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use influxdb3_offline_tokens::disk::Outcome;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{AdminTokenFile, TokenEntry, TokenName, admin};

use crate::arguments::{CreateDatabases, Expires, Permissions, Secret, Write};
use crate::changes::{Print, Written, update, warn, warn_admin};
use crate::input::{failure, file_to_change};
use crate::terminal::{Context as _, Exit, Failure, Result, quoted_path};

/// The new token, and the databases that come with it.
#[derive(Args)]
struct NewToken {
    /// The name of the token
    #[arg(long)]
    name: String,

    #[command(flatten)]
    permissions: Permissions,

    #[command(flatten)]
    expires: Expires,

    #[command(flatten)]
    create_databases: CreateDatabases,

    #[command(flatten)]
    secret: Secret,
}

impl NewToken {
    fn entry(&self) -> Result<TokenEntry> {
        let name = TokenName::parse(&self.name).context("--name")?;
        let (permissions, expiry) = (self.permissions.parse()?, self.expires.parse()?);
        Ok(TokenEntry::new(name, self.secret.get()?).with_expiry(expiry).with_permissions(permissions))
    }
}

/// Create a tokens file with its first token
///
/// The file has mode 0600. The command fails if the file exists; `append` adds a token to it. Without --expiry or
/// --expires-at, the token never expires.
#[derive(Args)]
pub(crate) struct Create {
    /// The new tokens file
    #[arg(value_parser = file_to_change())]
    file: PathBuf,

    #[command(flatten)]
    token: NewToken,

    #[command(flatten)]
    print: Print,
}

impl Create {
    pub(crate) fn run(self) -> Result<Exit> {
        let write = Write::default();
        self.token.write(&self.file, &write, &self.print, |exists| {
            if exists {
                Err(Failure::new(format!(
                    "{} exists; use `append`, or another path",
                    quoted_path(&self.file)
                )))
            } else {
                Ok(false)
            }
        })
    }
}

/// Add a token to a tokens file
///
/// Every other byte of the file is unchanged. Without --expiry or --expires-at, the token never expires. A server that
/// already has resource tokens ignores the file.
#[derive(Args)]
pub(crate) struct Append {
    /// The tokens file
    #[arg(value_parser = file_to_change())]
    file: PathBuf,

    #[command(flatten)]
    token: NewToken,

    /// Succeed if the file already has the same entry; needs --token-stdin
    #[arg(long, requires = "token_stdin", conflicts_with = "expiry")]
    keep_if_same: bool,

    #[command(flatten)]
    write: Write,

    #[command(flatten)]
    print: Print,
}

impl Append {
    pub(crate) fn run(self) -> Result<Exit> {
        self.token.write(&self.file, &self.write, &self.print, |exists| {
            if exists {
                Ok(self.keep_if_same)
            } else {
                Err(Failure::new(format!("{} does not exist; use `create`", quoted_path(&self.file))))
            }
        })
    }
}

impl NewToken {
    /// Adds the token. `keep_if_same` receives whether the file exists, and may reject it.
    fn write(
        &self,
        path: &std::path::Path,
        write: &Write,
        print: &Print,
        keep_if_same: impl Fn(bool) -> Result<bool>,
    ) -> Result<Exit> {
        let (entry, databases) = (self.entry()?, self.create_databases.parse()?);
        let updated = update(path, &write.options(), |file| {
            let append = Change::append([entry.clone()]);
            let append = if keep_if_same(file.is_some())? { append.keep_if_same() } else { append };
            let create = (!databases.is_empty()).then(|| Change::create_databases(databases.iter().cloned()));
            Ok([append].into_iter().chain(create).collect())
        })?;
        let (verb, is_created) = match updated.outcome {
            Outcome::Created => ("created", true),
            Outcome::Unchanged => ("unchanged:", false),
            _ => ("added", false),
        };
        let exit = print.token(
            verb,
            &Written {
                path,
                is_created,
                name: entry.name().as_str(),
                token: entry.token(),
                expiry: entry.expiry(),
                permissions: Some(entry.permissions()),
                create_databases: &databases,
            },
        )?;
        warn(path, &[entry.name().as_str()]);
        Ok(exit)
    }
}

#[derive(Subcommand)]
pub(crate) enum Admin {
    Create(CreateAdmin),
}

/// Create an admin token file, with one token that can do everything
///
/// The file has mode 0600. The command fails if the file exists.
#[derive(Args)]
pub(crate) struct CreateAdmin {
    /// The new admin token file
    #[arg(value_parser = file_to_change())]
    file: PathBuf,

    /// The name of the token
    #[arg(long, default_value = "_admin")]
    name: String,

    /// A description of the token
    #[arg(long)]
    description: Option<String>,

    #[command(flatten)]
    expires: Expires,

    #[command(flatten)]
    secret: Secret,

    #[command(flatten)]
    print: Print,
}

impl CreateAdmin {
    pub(crate) fn run(self) -> Result<Exit> {
        let file = AdminTokenFile::new(self.secret.get()?)
            .with_expiry(self.expires.parse()?)
            .with_description(self.description.as_deref())
            .with_name(&self.name)
            .context("--name")?;
        admin::create(&self.file, &file).map_err(|error| failure(&error))?;
        let exit = self.print.token(
            "created",
            &Written {
                path: &self.file,
                is_created: true,
                name: file.name(),
                token: file.token(),
                expiry: file.expiry(),
                permissions: None,
                create_databases: &[],
            },
        )?;
        warn_admin(&self.file);
        Ok(exit)
    }
}
