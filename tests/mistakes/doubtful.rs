//! What the crate makes of some mistakes today, and a person may want otherwise; alone only.

use influxdb3_offline_tokens::Code;

use crate::scene::Fix::{Ask, None, Safe};
use crate::scene::{Mistake, Place, row};

pub(crate) fn all() -> Vec<Mistake> {
    [objects(), strings()].concat()
}

/// Permissions as objects.
fn objects() -> Vec<Mistake> {
    use Code::{PermissionObject, UnknownAction, Whitespace, WildcardAction};
    use Place::Item;
    vec![
        // Two actions become one string, and no fix makes a permission of the object then.
        row(
            "star as an action of an object",
            WildcardAction,
            Item,
            r#"{"resource_type":"db","resource_names":["blue"],"actions":["*"]}"#,
            "*",
            Ask(r#"{"resource_type":"db","resource_names":["blue"],"actions":["read,write"]}"#),
        )
        .also(&[PermissionObject]),
        // It is no permission after that, either.
        row(
            "space in a name of an object",
            Whitespace,
            Item,
            r#"{"resource_type":"db","resource_names":["blue, green"],"actions":["read"]}"#,
            " ",
            Safe(r#"{"resource_type":"db","resource_names":["blue,green"],"actions":["read"]}"#),
        )
        .also(&[PermissionObject]),
        // Nothing says why it has no fix: `*` among names, or no name.
        row(
            "star among names of an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":["*","blue"],"actions":["read"]}"#,
            "{",
            None,
        ),
        // There is no action `red`, says the report.
        row(
            "type in a name of an object",
            UnknownAction,
            Item,
            r#"{"resource_type":"db","resource_names":["db:red"],"actions":["read"]}"#,
            "red",
            None,
        )
        .also(&[PermissionObject]),
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
        BadDatabaseName, EmptyItem, MixedWildcard, PermissionsNotAList, TokenPrefix, UnknownAction,
        UnknownResourceType, WildcardAction,
    };
    use Place::{Item, Permissions, Red, Token};
    vec![
        // A guess of a guess: what may only be read can be written.
        row("guess", MixedWildcard, Item, r#""db:*,green:write""#, "*,green", Ask(r#""db:*:write""#))
            .then(&[(Red, r#""db:red:read,write""#)]),
        // With `,` in place of `;` it may read, too.
        row("star lost", UnknownAction, Item, r#""db:blue:write;*""#, "write;*", Ask(r#""db:blue:write""#)),
        // One cause, and two findings.
        row("star and comma", EmptyItem, Item, r#""db:*,:read""#, "", Safe(r#""db:*:read""#))
            .also(&[MixedWildcard]),
        // The fix writes an action twice.
        row("twice", WildcardAction, Item, r#""db:a.b:write,*""#, "*", Ask(r#""db:a.b:write,read,write""#))
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
        // It is read as permissions with brackets in them, and mended so.
        row(
            "list in a string with a comma behind",
            PermissionsNotAList,
            Permissions,
            r#""permissions":"[\"db:red:read\",]""#,
            r#""[\"db:red:read\",]""#,
            Ask(r#""permissions":"[\"db:red:read,]""#),
        )
        .also(&[UnknownResourceType, UnknownAction, UnknownAction]),
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
