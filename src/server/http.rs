//! The HTTP request that creates a resource token on a running server (documentation).

use core::time::Duration;
use std::borrow::Cow;
use std::time::SystemTime;

use crate::expiry::{Expiry, InvalidExpiry, InvalidExpiryKind};
use crate::file::TokenEntry;
use crate::name::{InvalidNameKind, TokenName};
use crate::permission::{ParsePermissionError, Permission, PermissionErrorKind as Kind, PermissionPart};
use crate::server::http_error::{ACTIONS, InvalidHttpPermission, RESOURCE_NAMES, RESOURCE_TYPE};
use crate::server::json::{InvalidJson, InvalidJsonKind, Object, fail, list, read, text, wrong_type};
use crate::span::Span;
use crate::suggest::Word;
use crate::syntax::{Node, Str};
use crate::token::Token;

/// A permission in the form of the HTTP API: `{"resource_type": "db", "resource_names": ["db1"], "actions": ["read"]}`
/// (documentation).
///
/// serde serializes and parses that object. Older documentation calls the names `resource_identifier`, which is rejected.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
/// use influxdb3_offline_tokens::server::HttpPermission;
///
/// let permission = HttpPermission::parse(br#"{"resource_type": "db", "resource_names": ["a", "b"], "actions": ["write"]}"#)?;
/// assert_eq!(permission.0, Permission::parse("db:a,b:write")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpPermission(pub Permission);

impl HttpPermission {
    /// Parses a permission object. Unknown members are ignored.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::parse(br#"{"resource_type": "db", "actions": ["read"]}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "1:1: a permission has no `resource_names`");
    /// ```
    ///
    /// # Errors
    /// Returns an error if the JSON is invalid, or a member is missing, misspelt, duplicate or of the wrong type. It
    /// also returns an error if the grammar rejects a type, name or action.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidJson> {
        read(json, permission).map(Self)
    }

    /// Creates a permission from the values of its three members.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::from_parts("db", &["a", "b,c"], &["read"]).unwrap_err();
    /// assert!(error.to_string().starts_with("`resource_names`, item 2: `,` is not allowed in a database name: use "));
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no name or no action, or if a part contains `,` or `:` or does not match the grammar.
    pub fn from_parts<N: AsRef<str>, A: AsRef<str>>(
        resource_type: &str,
        resource_names: &[N],
        actions: &[A],
    ) -> Result<Self, InvalidHttpPermission> {
        let names: Vec<&str> = resource_names.iter().map(AsRef::as_ref).collect();
        let actions: Vec<&str> = actions.iter().map(AsRef::as_ref).collect();
        let lists: [(PermissionPart, &[&str]); 3] = [
            (PermissionPart::Type, &[resource_type]),
            (PermissionPart::Names, &names),
            (PermissionPart::Actions, &actions),
        ];
        for (part, items) in lists {
            for (index, item) in items.iter().enumerate() {
                if let Some(error) = check_separators(resource_type, part, item) {
                    return Err(InvalidHttpPermission::new(part, Some(index), error));
                }
            }
        }
        let text = format!("{resource_type}:{}:{}", names.join(","), actions.join(","));
        Permission::parse(&text).map(Self).map_err(|error| in_lists(error, &text, &lists))
    }
}

/// Returns the error for an item with a `,` or `:`, which would separate items in a permission string.
fn check_separators(resource_type: &str, part: PermissionPart, item: &str) -> Option<ParsePermissionError> {
    let (at, separator) = item.char_indices().find(|(_, c)| matches!(c, ',' | ':'))?;
    Some(match (part, resource_type) {
        (PermissionPart::Names, "db") => {
            let kind = Kind::BadDatabaseName(InvalidNameKind::BadCharacter(separator));
            ParsePermissionError::new(kind, Span::new(at, at + 1))
        }
        (PermissionPart::Names, _) => ParsePermissionError::for_text(Kind::UnknownSystemResource, item),
        (PermissionPart::Actions, _) => ParsePermissionError::for_text(Kind::UnknownAction, item),
        (PermissionPart::Type, _) => ParsePermissionError::for_text(Kind::UnknownResourceType, item),
    })
}

/// Finds the item that contains an error of the permission string.
fn in_lists(
    error: ParsePermissionError,
    text: &str,
    lists: &[(PermissionPart, &[&str]); 3],
) -> InvalidHttpPermission {
    let before = text.get(..error.span().start()).unwrap_or_default();
    let start = before.rfind([':', ',']).map_or(0, |at| at + 1);
    let end = error.span().end() - start;
    let (part, items) = lists.get(before.matches(':').count()).unwrap_or(&lists[0]);
    let index = before.rsplit(':').next().map_or(0, |list| list.matches(',').count());
    // An error of the whole list has no item.
    let item = items.get(index).filter(|item| end <= item.len()).map(|_| index);
    InvalidHttpPermission::new(*part, item, error.at(Span::new(before.len() - start, end)))
}

/// The body of the HTTP request that creates a resource token on a running server (documentation).
///
/// It has no secret: the server generates one and returns it once (documentation). So a request cannot transfer a secret from
/// a file.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use influxdb3_offline_tokens::{Expiry, Permission, Token, TokenEntry, TokenName};
/// use influxdb3_offline_tokens::server::HttpTokenRequest;
///
/// let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
///     .with_expiry(Some(Expiry::parse("2026-01-01T01:00:00Z")?))
///     .with_permissions([Permission::parse("db:a:read")?]);
/// assert_eq!(
///     HttpTokenRequest::from_entry(&entry, now)?.to_json(),
///     r#"{"token_name":"app","permissions":[{"resource_type":"db","resource_names":["a"],"actions":["read"]}],"expiry_secs":3600}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTokenRequest {
    name: TokenName,
    permissions: Vec<Permission>,
    expiry_secs: Option<u64>,
}

impl HttpTokenRequest {
    /// The method and the path of the request (documentation).
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let (method, path) = HttpTokenRequest::METHOD_AND_PATH;
    /// let line = format!("{method} {path} HTTP/1.1");
    /// assert_eq!(line, "POST /api/v3/enterprise/configure/token HTTP/1.1");
    /// ```
    pub const METHOD_AND_PATH: (&'static str, &'static str) = ("POST", "/api/v3/enterprise/configure/token");

    /// Creates a request for a token that expires this many seconds after its creation; `None` means never.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, TokenName};
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let permission = Permission::parse("db:a:read")?;
    /// let request = HttpTokenRequest::new(TokenName::parse("app")?, [permission], Some(3_600));
    /// assert_eq!(HttpTokenRequest::parse(request.to_json().as_bytes())?, request);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(
        name: TokenName,
        permissions: impl IntoIterator<Item = Permission>,
        expiry_secs: Option<u64>,
    ) -> Self {
        Self { name, permissions: permissions.into_iter().collect(), expiry_secs }
    }

    /// Returns the request that creates the token of an entry, if it is sent at `now`. The token expires at the same time,
    /// or less than a second earlier.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use influxdb3_offline_tokens::{Expiry, Token, TokenEntry, TokenName};
    /// use influxdb3_offline_tokens::error::InvalidExpiryKind;
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// assert_eq!(HttpTokenRequest::from_entry(&entry, UNIX_EPOCH)?.expiry_secs(), None);
    /// let entry = entry.with_expiry(Some(Expiry::from_millis(2_900)));
    /// assert_eq!(HttpTokenRequest::from_entry(&entry, UNIX_EPOCH)?.expiry_secs(), Some(2));
    /// let expired = HttpTokenRequest::from_entry(&entry.with_expiry(Some(Expiry::from_millis(0))), UNIX_EPOCH);
    /// assert_eq!(expired.unwrap_err().kind(), InvalidExpiryKind::Past);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns [`InvalidExpiryKind::Past`] if the entry has expired or expires within a second.
    pub fn from_entry(entry: &TokenEntry, now: SystemTime) -> Result<Self, InvalidExpiry> {
        let expiry = entry.expiry().filter(|expiry| !expiry.is_never());
        let seconds = |expiry: Expiry| {
            let seconds = expiry.remaining(now).map_or(0, |left| left.as_secs());
            if seconds > 0 { Ok(seconds) } else { Err(InvalidExpiry::new(InvalidExpiryKind::Past)) }
        };
        let expiry_secs = expiry.map(seconds).transpose()?;
        Ok(Self::new(entry.name().clone(), entry.permissions().iter().cloned(), expiry_secs))
    }

    /// Returns the equivalent entry of a tokens file with this token, if the request is sent at `now`.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use influxdb3_offline_tokens::{Token, TokenName};
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let request = HttpTokenRequest::new(TokenName::parse("app")?, [], Some(60));
    /// let entry = request.into_entry(Token::generate()?, UNIX_EPOCH)?;
    /// assert_eq!(entry.expiry().map(|expiry| expiry.as_millis()), Some(60_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the expiry does not fit into 64 bits of milliseconds.
    pub fn into_entry(self, token: Token, now: SystemTime) -> Result<TokenEntry, InvalidExpiry> {
        let seconds = self.expiry_secs.map(Duration::from_secs);
        let expiry = seconds.map(|seconds| Expiry::after(now, seconds)).transpose()?;
        Ok(TokenEntry::new(self.name, token).with_expiry(expiry).with_permissions(self.permissions))
    }

    /// Parses a body. Unknown members are ignored, such as the `type` that some clients send.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let body = br#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["red"]}]}"#;
    /// let error = HttpTokenRequest::parse(body).unwrap_err();
    /// assert_eq!(error.to_string(), "1:101: `actions`, item 1: unknown action `red`: did you mean `read`?");
    /// assert_eq!(error.span().text(std::str::from_utf8(body)?), Some("red"));
    /// # Ok::<(), std::str::Utf8Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`HttpPermission::parse`]. Also returns an error if the name is empty or reserved, or `expiry_secs`
    /// is not a non-negative integer.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidJson> {
        read(json, request)
    }

    /// Returns the name of the token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let body = br#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}], "expiry_secs": 60}"#;
    /// let request = HttpTokenRequest::parse(body)?;
    /// assert_eq!(request.name().as_str(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &TokenName {
        &self.name
    }

    /// Returns the permissions of the token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let body = br#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}], "expiry_secs": 60}"#;
    /// let request = HttpTokenRequest::parse(body)?;
    /// assert_eq!(request.permissions()[0].to_string(), "db:a:read");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Returns the seconds until the token expires; `None` if it never expires.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let body = br#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}], "expiry_secs": 60}"#;
    /// let request = HttpTokenRequest::parse(body)?;
    /// assert_eq!(request.expiry_secs(), Some(60));
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn expiry_secs(&self) -> Option<u64> {
        self.expiry_secs
    }
}

fn request(root: &Node<'_>) -> Result<HttpTokenRequest, InvalidJson> {
    const WHAT: &str = "the body of the request";
    const MEMBERS: [&str; 3] = ["token_name", "permissions", "expiry_secs"];
    let body = Object::of(root, WHAT)?;
    body.reject_misspelt(&MEMBERS)?;
    let expiry_secs = body.get("expiry_secs");
    if expiry_secs.is_none() {
        let is_expiry = |name: &str| Word::new(name).is_expiry();
        let message = "the server ignores it, so the token never expires; use `expiry_secs`";
        body.reject(&MEMBERS, |name| is_expiry(name).then(|| message.into()))?;
    }
    let (string, name) = text(body.required("token_name", WHAT)?, "`token_name`")?;
    let name = TokenName::parse(&name)
        .or_else(|error| fail(InvalidJsonKind::Name(error.kind()), string.span(), format!("{error}")))?;
    let permissions = list(body.required("permissions", WHAT)?, "`permissions`")?;
    let permissions = permissions.iter().map(permission).collect::<Result<Vec<_>, _>>()?;
    let expiry_secs = expiry_secs.map(seconds).transpose()?;
    Ok(HttpTokenRequest { name, permissions, expiry_secs })
}

fn seconds(node: &Node<'_>) -> Result<u64, InvalidJson> {
    let Some(number) = node.number() else { return wrong_type(node, "`expiry_secs`", "an integer") };
    let message = "`expiry_secs` must be a non-negative integer of seconds";
    number.parse().or_else(|_| fail(InvalidJsonKind::Time, node.span, message))
}

fn permission(node: &Node<'_>) -> Result<Permission, InvalidJson> {
    const WHAT: &str = "a permission";
    let object = Object::of(node, WHAT)?;
    if let Some(node) = object.get("resource_identifier") {
        let message = "`resource_identifier` is from older documentation; use `resource_names`";
        return fail(InvalidJsonKind::MisspeltMember, node.span, message);
    }
    object.reject_misspelt(&[RESOURCE_TYPE, RESOURCE_NAMES, ACTIONS])?;
    let (type_string, resource_type) = text(object.required(RESOURCE_TYPE, WHAT)?, "`resource_type`")?;
    let strings = |member, what, item| {
        let node = object.required(member, WHAT)?;
        let strings = list(node, what)?.iter().map(|node| text(node, item));
        let (strings, texts) = strings.collect::<Result<(Vec<Str<'_>>, Vec<Cow<'_, str>>), InvalidJson>>()?;
        Ok((node.span, strings, texts))
    };
    let (names_span, names, name_texts) =
        strings(RESOURCE_NAMES, "`resource_names`", "a name of `resource_names`")?;
    let (actions_span, actions, action_texts) = strings(ACTIONS, "`actions`", "an action")?;
    let parsed = HttpPermission::from_parts(&resource_type, &name_texts, &action_texts);
    parsed.map(|permission| permission.0).or_else(|error| {
        let range = error.span().range();
        let (list_span, strings) = match error.part() {
            PermissionPart::Type => (type_string.locator().locate(range.clone()), &names),
            PermissionPart::Names => (names_span, &names),
            PermissionPart::Actions => (actions_span, &actions),
        };
        let string = error.item().and_then(|item| strings.get(item));
        let span = string.map_or(list_span, |string| string.locator().locate(range));
        fail(InvalidJsonKind::Permission(error.kind()), span, format!("{error}"))
    })
}
