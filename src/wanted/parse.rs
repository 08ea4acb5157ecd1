//! The parser of wanted files, which reports all errors.

use core::fmt;
use core::time::Duration;
use std::collections::HashSet;
use std::time::UNIX_EPOCH;

use super::{WantedExpiry, WantedFile, WantedToken};
use crate::expiry::Expiry;
use crate::name::{DatabaseName, InvalidName, TokenName};
use crate::permission::Permission;
use crate::server::json::{InvalidJson, InvalidJsonKind, Object, fail, list, root, text, wrong_type};
use crate::span::LineIndex;
use crate::syntax::Node;

const FILE: &str = "the wanted file";
const TOKEN: &str = "a wanted token";
const EXPIRES_IN: &str = "expires_in";
const ROTATE_WITHIN: &str = "rotate_within";
const EXPIRY_MILLIS: &str = "expiry_millis";

/// The error for an invalid [`WantedFile`]: its errors in source order. `Display` prints one per line.
///
/// Invalid JSON, an object with a duplicate member, and the times of a token have only their first error.
///
/// ```
/// use influxdb3_offline_tokens::wanted::WantedFile;
///
/// let error = WantedFile::parse(br#"{"tokens": [{"name": "app", "permissions": ["db:a:raed"], "expires_in": "soon"}]}"#)
///     .unwrap_err();
/// assert_eq!(error.errors().len(), 2);
/// assert_eq!(error.errors()[0].location().column, 51);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidWantedFile(Vec<InvalidJson>);

impl InvalidWantedFile {
    /// Returns the errors in source order, at least one.
    #[must_use]
    pub fn errors(&self) -> &[InvalidJson] {
        &self.0
    }
}

impl fmt::Display for InvalidWantedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid wanted file")?;
        for error in &self.0 {
            write!(f, "\n{error}")?;
        }
        Ok(())
    }
}

impl core::error::Error for InvalidWantedFile {}

impl WantedFile {
    /// Parses a wanted file. Unlike in a tokens file, an unknown member is an error: with a misspelt `expires_in`, a token
    /// would never expire.
    ///
    /// ```
    /// use influxdb3_offline_tokens::wanted::WantedFile;
    ///
    /// let error = WantedFile::parse(br#"{"tokens": [{"name": "app", "permisions": []}]}"#).unwrap_err();
    /// let lines: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    /// assert_eq!(lines, ["1:13: a wanted token has no `permissions`", "1:29: unknown member; use `permissions`"]);
    /// ```
    ///
    /// # Errors
    /// Returns an error in these cases:
    ///
    /// - The JSON is invalid, or a value has the wrong type.
    /// - A member is missing, unknown or duplicate, or is a `token`, which a wanted file cannot contain.
    /// - A name, permission or duration is invalid, or two tokens have the same name.
    /// - A token has both `expires_in` and `expiry_millis`, or an `expires_in` of less than a second.
    /// - A `rotate_within` is not at least a second shorter than its `expires_in`.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidWantedFile> {
        let mut errors = Vec::new();
        let root = keep(root(json), &mut errors);
        let wanted = root.and_then(|root| file(&root, &mut errors));
        wanted.filter(|_| errors.is_empty()).ok_or_else(|| {
            let lines = LineIndex::new(json);
            let mut errors: Vec<InvalidJson> = errors.into_iter().map(|error| error.locate(&lines)).collect();
            errors.sort_by_key(InvalidJson::span);
            InvalidWantedFile(errors)
        })
    }
}

/// Returns the value, or adds the error to the list.
fn keep<T>(result: Result<T, InvalidJson>, errors: &mut Vec<InvalidJson>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

fn file(node: &Node<'_>, errors: &mut Vec<InvalidJson>) -> Option<WantedFile> {
    let file = keep(Object::of(node, FILE), errors)?;
    errors.extend(file.unknown(&["create_databases", "tokens"]));
    let create_databases = file
        .get("create_databases")
        .map_or_else(Vec::new, |node| all(keep(list(node, "`create_databases`"), errors), database, errors));
    let tokens = keep(file.required("tokens", FILE).and_then(|node| list(node, "`tokens`")), errors)?;
    let mut names = HashSet::new();
    let tokens = tokens.iter().filter_map(|node| {
        let token = token(node, errors)?;
        if !names.insert(token.name.clone()) {
            let message = "another wanted token has the same name";
            keep::<()>(fail(InvalidJsonKind::DuplicateName, node.head(), message), errors);
        }
        Some(token)
    });
    Some(WantedFile { create_databases, tokens: tokens.collect(), remove_others: false })
}

fn token(node: &Node<'_>, errors: &mut Vec<InvalidJson>) -> Option<WantedToken> {
    let token = keep(Object::of(node, TOKEN), errors)?;
    if let Some(secret) = token.get("token") {
        let message = "a wanted file cannot contain secrets; remove `token`";
        keep::<()>(fail(InvalidJsonKind::UnknownMember, secret.head(), message), errors);
    }
    errors.extend(token.unknown(&["token", "name", "permissions", EXPIRY_MILLIS, EXPIRES_IN, ROTATE_WITHIN]));
    let name = keep(token.required("name", TOKEN).and_then(name), errors);
    let permissions = token.required("permissions", TOKEN).and_then(|node| list(node, "`permissions`"));
    let permissions = all(keep(permissions, errors), permission, errors);
    let expiry = keep(expiry(&token), errors)?;
    Some(WantedToken { name: name?, permissions, expiry })
}

/// Parses the elements of a list.
fn all<'n, 'a, T>(
    nodes: Option<&'n [Node<'a>]>,
    parse: impl Fn(&'n Node<'a>) -> Result<T, InvalidJson>,
    errors: &mut Vec<InvalidJson>,
) -> Vec<T> {
    nodes.unwrap_or_default().iter().filter_map(|node| keep(parse(node), errors)).collect()
}

fn database(node: &Node<'_>) -> Result<DatabaseName, InvalidJson> {
    let (string, name) = text(node, "a database name")?;
    DatabaseName::parse(&name).or_else(|error: InvalidName| {
        let span = string.locator().locate(error.span().range());
        fail(InvalidJsonKind::Name(error.kind()), span, format!("{error}"))
    })
}

fn name(node: &Node<'_>) -> Result<TokenName, InvalidJson> {
    let (string, name) = text(node, "`name`")?;
    TokenName::parse(&name)
        .or_else(|error| fail(InvalidJsonKind::Name(error.kind()), string.span(), format!("{error}")))
}

fn permission(node: &Node<'_>) -> Result<Permission, InvalidJson> {
    let (string, permission) = text(node, "a permission")?;
    Permission::parse(&permission).or_else(|error| {
        let span = string.locator().locate(error.span().range());
        let message = format!("{}; {}", error.message(), error.help());
        fail(InvalidJsonKind::Permission(error.kind()), span, message)
    })
}

fn expiry(token: &Object<'_, '_>) -> Result<WantedExpiry, InvalidJson> {
    let time = |node: &Node<'_>, message: &'static str| fail(InvalidJsonKind::Time, node.head(), message);
    let [millis, lifetime, rotate] = [EXPIRY_MILLIS, EXPIRES_IN, ROTATE_WITHIN].map(|name| token.get(name));
    match (millis, lifetime, rotate) {
        (_, None, Some(rotate)) => time(rotate, "`rotate_within` needs `expires_in`"),
        (Some(_), Some(lifetime), _) => time(lifetime, "use either `expires_in` or `expiry_millis`"),
        (None, None, None) => Ok(WantedExpiry::Never),
        (Some(millis), None, None) => {
            let Some(number) = millis.number() else {
                return wrong_type(millis, "`expiry_millis`", "an integer");
            };
            match number.parse().map(Expiry::from_millis) {
                Ok(expiry) if expiry.is_never() => Ok(WantedExpiry::Never),
                Ok(expiry) => Ok(WantedExpiry::At(expiry)),
                Err(_) => time(millis, "`expiry_millis` must be an integer of 64 bits"),
            }
        }
        (None, Some(lifetime_node), rotate) => {
            let lifetime = duration(lifetime_node, "`expires_in`")?;
            let rotate_within =
                rotate.map_or(Ok(Duration::ZERO), |node| duration(node, "`rotate_within`"))?;
            // With a shorter lifetime, each run would rotate the token.
            if lifetime < rotate_within.saturating_add(Duration::from_secs(1)) {
                let message =
                    "`expires_in` must be at least a second, and a second longer than `rotate_within`";
                return time(rotate.unwrap_or(lifetime_node), message);
            }
            Ok(WantedExpiry::In { lifetime, rotate_within })
        }
    }
}

/// Parses a duration such as `90d`, to the millisecond.
fn duration(node: &Node<'_>, what: &str) -> Result<Duration, InvalidJson> {
    let (string, text) = text(node, what)?;
    let expiry = Expiry::parse_after(UNIX_EPOCH, &text)
        .or_else(|error| fail(InvalidJsonKind::Time, string.span(), format!("{what}: {error}")))?;
    Ok(Duration::from_millis(expiry.as_millis().unsigned_abs()))
}
