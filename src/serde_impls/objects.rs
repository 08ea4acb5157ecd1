//! The serialized objects and their members.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::code::Severity;
use crate::diagnostic::{Diagnostic, Fix, Label, Report, TextEdit};
use crate::file::{AdminTokenFile, TokenEntry, TokenFile};
use crate::json::{compact, pretty};
use crate::permission::Permission;
use crate::secret::SecretBytes;
use crate::server::{HttpPermission, HttpTokenRequest};

/// Serializes types as objects. An `optional` member is omitted if it is `None`.
macro_rules! objects {
    ($($type:ident($value:ident) { $($name:literal $($optional:ident)?: $member:expr,)+ })+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                let mut object = serializer.serialize_map(None)?;
                $(member!(object, $name, $member $(, $optional)?);)+
                object.end()
            }
        }
    )+};
}

macro_rules! member {
    ($object:ident, $name:literal, $member:expr) => {
        $object.serialize_entry($name, &$member)?;
    };
    ($object:ident, $name:literal, $member:expr, optional) => {
        if let Some(value) = $member {
            $object.serialize_entry($name, &value)?;
        }
    };
}

objects! {
    TokenEntry(entry) {
        "token": entry.token().expose(),
        "name": entry.name(),
        "expiry_millis" optional: entry.expiry(),
        "permissions": entry.permissions(),
    }
    TokenFile(file) {
        "create_databases" optional: Some(file.create_databases()).filter(|names| !names.is_empty()),
        "tokens": file.tokens(),
    }
    AdminTokenFile(file) {
        "token": file.token().expose(),
        "name": file.name(),
        "description" optional: file.description(),
        "expiry_millis" optional: file.expiry(),
    }
    HttpPermission(permission) {
        "resource_type": permission.0.parts()[0],
        "resource_names": permission.0.parts()[1].split(',').collect::<Vec<_>>(),
        "actions": permission.0.parts()[2].split(',').collect::<Vec<_>>(),
    }
    HttpTokenRequest(request) {
        "token_name": request.name(),
        "permissions": request.permissions().iter().cloned().map(HttpPermission).collect::<Vec<_>>(),
        "expiry_secs" optional: request.expiry_secs(),
    }
    Report(report) {
        "valid": report.is_valid(),
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "notes": report.count(Severity::Note),
        "diagnostics": report.iter().as_slice(),
        "omitted": report.omitted(),
    }
    Diagnostic(diagnostic) {
        "code": diagnostic.code().id(),
        "name": diagnostic.code().name(),
        "severity": diagnostic.severity().as_str(),
        "message": diagnostic.message(),
        "pointer": diagnostic.pointer(),
        "start": diagnostic.span().start(),
        "end": diagnostic.span().end(),
        "line": diagnostic.location().line,
        "column": diagnostic.location().column,
        "help": diagnostic.help(),
        "labels": diagnostic.labels(),
        "fixes": diagnostic.fix().as_slice(),
    }
    Label(label) {
        "message": label.message(),
        "start": label.span().start(),
        "end": label.span().end(),
        "line": label.location().line,
        "column": label.location().column,
    }
    Fix(fix) {
        "applicability": fix.applicability().name(),
        "edits": fix.edits(),
        "effect" optional: fix.effect(),
    }
    TextEdit(edit) {
        "start": edit.span().start(),
        "end": edit.span().end(),
        "text": edit.text(),
        "new_token" optional: edit.text().is_none().then_some(true),
    }
}

impl TokenFile {
    /// Returns the file as JSON text, indented by two spaces, with a final newline. It contains the secrets, and is
    /// zeroized on drop.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// assert_eq!(&*TokenFile::default().to_json(), b"{\n  \"tokens\": []\n}\n");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> SecretBytes {
        pretty(self)
    }
}

impl AdminTokenFile {
    /// Returns the file as JSON text, indented by two spaces, with a final newline, as the vendor's command writes it (server
    /// source). It contains the secret, and is zeroized on drop.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::parse("apiv3_a")?);
    /// assert_eq!(&*file.to_json(), b"{\n  \"token\": \"apiv3_a\",\n  \"name\": \"_admin\"\n}\n");
    /// # Ok::<(), influxdb3_offline_tokens::token::InvalidToken>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> SecretBytes {
        pretty(self)
    }
}

impl HttpPermission {
    /// Returns the object as JSON text on one line.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let permission = HttpPermission(Permission::parse("system:ping:read")?);
    /// assert_eq!(permission.to_json(), r#"{"resource_type":"system","resource_names":["ping"],"actions":["read"]}"#);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        compact(self)
    }
}

impl From<Permission> for HttpPermission {
    fn from(permission: Permission) -> Self {
        Self(permission)
    }
}

impl HttpTokenRequest {
    /// Returns the body as JSON text on one line. It contains no secret.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let request = HttpTokenRequest::new(TokenName::parse("app")?, [], None);
    /// assert_eq!(request.to_json(), r#"{"token_name":"app","permissions":[]}"#);
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        compact(self)
    }
}
