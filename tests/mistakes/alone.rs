//! Mistakes that are tried alone only. Of some a person may want more to be said, or more to be mended.

use influxdb3_offline_tokens::Code;

use crate::scene::Fix::{Ask, None};
use crate::scene::{Mistake, Place, row};

pub(crate) fn all() -> Vec<Mistake> {
    [objects(), strings()].concat()
}

/// Permissions as objects.
fn objects() -> Vec<Mistake> {
    use Code::{PermissionObject, WildcardAction};
    use Place::Item;
    vec![
        // Two actions would be two strings.
        row(
            "star as an action of an object",
            WildcardAction,
            Item,
            r#"{"resource_type":"db","resource_names":["blue"],"actions":["*"]}"#,
            "*",
            None,
        )
        .also(&[PermissionObject]),
        row(
            "two names in one of an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":["blue, green"],"actions":["read"]}"#,
            "{",
            None,
        ),
        // Nothing says why it has no fix: `*` among names, or no name.
        row(
            "star among names of an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":["*","blue"],"actions":["read"]}"#,
            "{",
            None,
        ),
        row(
            "type in a name of an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":["db:red"],"actions":["read"]}"#,
            "{",
            None,
        ),
        row(
            "no names of an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":[],"actions":["read"]}"#,
            "{",
            None,
        ),
    ]
}

fn strings() -> Vec<Mistake> {
    use Code::{
        BadDatabaseName, EmptyItem, ExpiryNotAnInteger, HttpRequestBody, MixedWildcard, PermissionsNotAList,
        TokenPrefix, UnknownAction, UnknownSystemResource, WildcardAction,
    };
    use Place::{Expiry, Item, Permissions, Red, Token};
    vec![
        // A guess of a guess: what may only be read can be written.
        row("guess", MixedWildcard, Item, r#""db:*,green:write""#, "*,green", Ask(r#""db:*:write""#))
            .then(&[(Red, r#""db:red:read,write""#)]),
        // Nobody knows whether all actions were meant.
        row("star behind a semicolon", UnknownAction, Item, r#""db:blue:write;*""#, "write;*", None),
        // A variable that is not set must not become all databases unasked.
        row("star and comma", EmptyItem, Item, r#""db:*,:read""#, "", Ask(r#""db:*:read""#)),
        row("twice", WildcardAction, Item, r#""db:a.b:write,*""#, "*", Ask(r#""db:a.b:write,read""#))
            .also(&[BadDatabaseName]),
        // Nothing says that the action is wrong.
        row(
            "wrong in a list in a string",
            PermissionsNotAList,
            Permissions,
            r#""permissions":"[\"db:red:reed\"]""#,
            r#""[\"db:red:reed\"]""#,
            None,
        ),
        row(
            "list in a string with a comma behind",
            PermissionsNotAList,
            Permissions,
            r#""permissions":"[\"db:red:read\",]""#,
            r#""[\"db:red:read\",]""#,
            None,
        ),
        // From now on it would be over.
        row(
            "no seconds of the HTTP API",
            HttpRequestBody,
            Expiry,
            r#""expiry_secs":0"#,
            r#""expiry_secs""#,
            None,
        ),
        row("no days", ExpiryNotAnInteger, Expiry, r#""expiry_millis":"0d""#, r#""0d""#, None),
        row(
            "star too many",
            WildcardAction,
            Item,
            r#""db:blue:read,write,*""#,
            "*",
            Ask(r#""db:blue:read,write""#),
        ),
        row(
            "star in front",
            WildcardAction,
            Item,
            r#""db:blue:*,read,write""#,
            "*",
            Ask(r#""db:blue:read,write""#),
        ),
        row("star of a system", UnknownAction, Item, r#""system:health:read*""#, "read*", None),
        row("system for db", UnknownSystemResource, Item, r#""system:blue:read""#, "blue", None),
        // The report says nothing of the other entry with this token, and the fix knows.
        row(
            "scheme and token of another",
            TokenPrefix,
            Token,
            r#""token":"Bearer KEEPER""#,
            "Bearer KEEPER",
            Ask(r#""token":"NEW""#),
        ),
    ]
}
