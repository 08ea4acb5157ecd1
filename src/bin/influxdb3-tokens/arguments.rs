//! The flags of several commands.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use influxdb3_offline_tokens::disk::FileOptions;
use influxdb3_offline_tokens::{
    AccessRequest, DatabaseActions, DatabaseName, Expiry, Permission, SystemResource, Token,
};

use crate::input::read_token;
use crate::terminal::{Context as _, Failure, Result, shown_argument};

/// The permissions of a token.
#[derive(Args)]
pub(crate) struct Permissions {
    /// A permission, such as `db:sensors:read,write` or `system:health:read`; can be repeated
    #[arg(long = "permission", value_name = "PERMISSION")]
    texts: Vec<String>,

    /// Databases to grant --action on, separated by commas; `*` for all
    #[arg(long = "database", value_name = "NAMES", requires = "actions")]
    databases: Option<String>,

    /// Actions to grant on --database, separated by commas: create, describe, read, write, delete
    #[arg(long = "action", value_name = "ACTIONS", requires = "databases")]
    actions: Option<String>,

    /// System resources to grant `read` on, separated by commas: health, metrics, ping, ready; `*` for all
    #[arg(long = "system", value_name = "RESOURCES")]
    system: Option<String>,
}

impl Permissions {
    /// Returns the permissions, or all errors in one message.
    pub(crate) fn parse(&self) -> Result<Vec<Permission>> {
        let database = self.databases.as_ref().zip(self.actions.as_ref());
        let database = database.map(|(names, actions)| format!("db:{names}:{actions}"));
        let system = self.system.as_ref().map(|names| format!("system:{names}:read"));
        let (mut permissions, mut errors) = (Vec::new(), Vec::new());
        for text in self.texts.iter().cloned().chain(database).chain(system) {
            match Permission::parse(&text) {
                Ok(permission) => permissions.push(permission),
                Err(_) => errors.extend(
                    Permission::errors(&text)
                        .iter()
                        .map(|error| format!("permission `{}`: {error}", shown_argument(&text))),
                ),
            }
        }
        if errors.is_empty() { Ok(permissions) } else { Err(Failure::new(errors.join("\n"))) }
    }

    /// Returns whether no permission is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.databases.is_none() && self.system.is_none()
    }
}

/// The expiry of a token.
#[derive(Args)]
pub(crate) struct Expires {
    /// Expire after this time, such as `90d` or `2h 30m`
    #[arg(long, value_name = "DURATION", conflicts_with = "expires_at")]
    expiry: Option<String>,

    /// Expire at this time, such as `2030-06-30T00:00:00Z`, or in Unix milliseconds
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

impl Expires {
    /// Returns the expiry, which must be in the future; `None` without a flag.
    pub(crate) fn parse(&self) -> Result<Option<Expiry>> {
        let now = SystemTime::now();
        let (flag, expiry) = match (&self.expiry, &self.expires_at) {
            (Some(duration), _) => ("--expiry", Expiry::parse_after(now, duration).context("--expiry")?),
            (_, Some(time)) => ("--expires-at", Expiry::parse(time).context("--expires-at")?),
            (None, None) => return Ok(None),
        };
        reject_seconds(flag, expiry)?;
        if expiry.is_past(now) {
            return Err(Failure::new(format!("{flag}: {expiry} is in the past")));
        }
        Ok(Some(expiry))
    }
}

/// Rejects a time in seconds, as `date +%s` prints it.
fn reject_seconds(flag: &str, time: Expiry) -> Result<()> {
    let millis = time.as_millis();
    if (100_000_000..100_000_000_000).contains(&millis) {
        return Err(Failure::new(format!(
            "{flag}: `{millis}` looks like seconds; use milliseconds: `{millis}000`"
        )));
    }
    Ok(())
}

/// Returns the time of a flag, or the current time.
pub(crate) fn time(flag: &str, time: Option<Expiry>) -> Result<SystemTime> {
    let Some(time) = time else { return Ok(SystemTime::now()) };
    reject_seconds(flag, time)?;
    let since = u64::try_from(time.as_millis()).ok().map(Duration::from_millis);
    since
        .and_then(|since| UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| Failure::new(format!("{flag}: the time is before 1970")))
}

/// Databases for the server to create.
#[derive(Args)]
pub(crate) struct CreateDatabases {
    /// A database for the server to create at start-up; can be repeated, or separated by commas
    #[arg(long = "create-database", value_name = "NAME", value_delimiter = ',')]
    names: Vec<String>,
}

impl CreateDatabases {
    pub(crate) fn parse(&self) -> Result<Vec<DatabaseName>> {
        let parse = |name: &String| {
            DatabaseName::parse(name).context(format_args!("--create-database `{}`", shown_argument(name)))
        };
        self.names.iter().map(parse).collect()
    }
}

/// The secret of a token.
#[derive(Args)]
pub(crate) struct Secret {
    /// Read the token from the first line of standard input instead of generating one
    #[arg(long)]
    token_stdin: bool,
}

impl Secret {
    pub(crate) fn get(&self) -> Result<Token> {
        if self.token_stdin { read_token() } else { Ok(Token::generate()?) }
    }
}

/// The options of a change on disk.
#[derive(Args)]
pub(crate) struct Write {
    /// Restrict the mode of the file to its owner
    #[arg(long)]
    restrict_mode: bool,

    /// Wait this long for other writers, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    lock_timeout: u64,
}

impl Default for Write {
    fn default() -> Self {
        Self { restrict_mode: false, lock_timeout: 10 }
    }
}

impl Write {
    pub(crate) fn options(&self) -> FileOptions {
        let timeout = Duration::from_secs(self.lock_timeout);
        FileOptions::new().lock_timeout(timeout).restrict_mode(self.restrict_mode)
    }
}

/// The target of a request.
#[derive(Args)]
#[group(id = "target", multiple = false)]
pub(crate) struct Target {
    /// An existing database
    #[arg(long, value_name = "NAME", value_parser = database_name)]
    pub(crate) database: Option<String>,

    /// A database that does not exist yet
    #[arg(long, value_name = "NAME", value_parser = database_name)]
    pub(crate) new_database: Option<String>,

    /// At least one database
    #[arg(long)]
    pub(crate) any_database: bool,

    /// A system resource: health, metrics, ping or ready
    #[arg(long, value_name = "NAME")]
    pub(crate) system: Option<SystemResource>,
}

impl Target {
    /// Returns the request; the actions of a system resource can only be `read`.
    pub(crate) fn request(&self, actions: Option<DatabaseActions>) -> Result<AccessRequest<'_>> {
        if let Some(resource) = self.system {
            return match actions {
                None | Some(DatabaseActions::READ) => Ok(AccessRequest::System(resource)),
                Some(_) => Err(Failure::new("a system resource can only be read; remove --action")),
            };
        }
        if self.database.is_none() && self.new_database.is_none() && !self.any_database {
            return Err(Failure::new("use one of --database, --new-database, --any-database and --system"));
        }
        let Some(actions) = actions else {
            return Err(Failure::new("--action is missing; use, for example, `--action read`"));
        };
        match (&self.database, &self.new_database) {
            (Some(name), _) => Ok(AccessRequest::Database(name, actions)),
            (_, Some(name)) => Ok(AccessRequest::NewDatabase(name, actions)),
            _ => Ok(AccessRequest::AnyDatabase(actions)),
        }
    }
}

/// Rejects a name that no database can have: its requests are always denied.
fn database_name(text: &str) -> std::result::Result<String, String> {
    DatabaseName::parse(text).map(String::from).map_err(|error| error.to_string())
}

/// Parses actions separated by commas.
pub(crate) fn actions(text: &str) -> std::result::Result<DatabaseActions, String> {
    DatabaseActions::parse(text).map_err(|error| error.to_string())
}
