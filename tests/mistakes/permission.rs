//! Mistakes of permission strings.

use influxdb3_offline_tokens::Code;

use crate::scene::Fix::{Ask, None, Safe};
use crate::scene::{Mistake, Place, row};

pub(crate) fn all() -> Vec<Mistake> {
    [parts(), kinds_and_names(), actions(), systems()].concat()
}

fn parts() -> Vec<Mistake> {
    use Code::{EmptyItem, EmptyPart, ExtraPart, MissingPart, Whitespace, WildcardAction};
    use Place::{Actions, Item, Kind, Names};
    vec![
        row("no actions", MissingPart, Item, "\"db:blue\"", "", None),
        row("no type", MissingPart, Item, "\"blue:write\"", "", None),
        row("an action only", MissingPart, Item, "\"write\"", "", None),
        row("a type only", MissingPart, Item, "\"db\"", "", None),
        row(
            "actions apart",
            ExtraPart,
            Item,
            "\"db:blue:read:write\"",
            ":write",
            Ask("\"db:blue:read,write\""),
        ),
        row("colon behind", ExtraPart, Item, "\"db:blue:write:\"", ":", Ask("\"db:blue:write\"")),
        row(
            "two in one",
            ExtraPart,
            Item,
            "\"db:blue:write,db:green:read\"",
            ",db:green:read",
            Ask("\"db:blue:write\",\"db:green:read\""),
        ),
        row("type again", ExtraPart, Item, "\"db:blue,db:green:read\"", "db:", Ask("\"db:blue,green:read\"")),
        row("all of a table", ExtraPart, Item, "\"db:blue:*:read\"", ":read", None).also(&[WildcardAction]),
        row("empty type", EmptyPart, Kind, "", "", None),
        row("empty names", EmptyPart, Names, "", "", None),
        row("empty actions", EmptyPart, Actions, "", "", None),
        row("empty name", EmptyItem, Names, "blue,,green", "", Safe("blue,green")),
        row("empty last name", EmptyItem, Names, "blue,", "", Safe("blue")),
        row("empty action", EmptyItem, Actions, "write,", "", Safe("write")),
        row("nothing but commas", EmptyItem, Names, ",", "", None).also(&[EmptyItem]),
        row("space in front", Whitespace, Kind, " db", " ", Safe("db")),
        row("space behind", Whitespace, Actions, "write ", " ", Safe("write")),
        row("space behind a comma", Whitespace, Names, "blue, green", " ", Safe("blue,green")),
        row("space between actions", Whitespace, Actions, "write, read", " ", Safe("write,read")),
        row("tab", Whitespace, Names, "blue\\t", "\\t", Safe("blue")),
    ]
}

fn kinds_and_names() -> Vec<Mistake> {
    use Code::{
        AdminPermission, BadDatabaseName, DatabaseNameTooLong, DuplicateItem, Glob, GrantedNotCreated,
        InternalDatabase, MixedWildcard, PlaceholderName, SpecificHidesWildcard, UnexpandedVariable,
        UnknownResourceType, WildcardDatabase,
    };
    use Place::{Created, Item, Kind, Names, Red};
    const HIDES: &[(Place, &str)] = &[(Red, "\"db:red:read,write\"")];
    const LONG: &str = "plant_7_hall_3_line_12_station_4_temperature_sensors_raw_1_minute";
    vec![
        row("dbs", UnknownResourceType, Kind, "dbs", "dbs", Ask("db")),
        row("database", UnknownResourceType, Kind, "database", "database", Ask("db")),
        row("DB", UnknownResourceType, Kind, "DB", "DB", Safe("db")),
        row("bucket", UnknownResourceType, Kind, "bucket", "bucket", Ask("db")),
        row("type token", UnknownResourceType, Kind, "token", "token", None),
        row("admin", AdminPermission, Item, "\"*:*:*\"", "*", None),
        row("admin of a name", AdminPermission, Kind, "*", "*", None),
        row("star among names", MixedWildcard, Names, "*,green", "*,green", Ask("*")),
        row("star twice", MixedWildcard, Names, "*,*", "*,*", Ask("*")),
        row("pattern", Glob, Names, "sensors_*", "sensors_*", None),
        row("pattern in front", Glob, Names, "*_prod", "*_prod", None),
        row("point", BadDatabaseName, Names, "sensor.data", ".", None),
        row("space in a name", BadDatabaseName, Names, "my blue", " ", None),
        row("two slashes", BadDatabaseName, Names, "a/b/c", "/", None),
        row("underscore in front", BadDatabaseName, Names, "_x", "_", None),
        row("Cyrillic", BadDatabaseName, Names, "r\u{43e}d", "\u{43e}", None),
        row("point in a created name", BadDatabaseName, Created, "\"sensor.data\"", ".", None),
        row("long", DatabaseNameTooLong, Names, LONG, LONG, None).also(&[GrantedNotCreated]),
        row("DATABASE1", PlaceholderName, Names, "DATABASE1", "DATABASE1", None),
        row("my_database", PlaceholderName, Names, "my_database", "my_database", None),
        row("created DATABASE1", PlaceholderName, Created, "\"DATABASE1\"", "DATABASE1", None),
        row("$DB", UnexpandedVariable, Names, "$DB", "$DB", None),
        row("${DB}", UnexpandedVariable, Names, "${DB}", "${DB}", None),
        row("{{ db }}", UnexpandedVariable, Names, "{{ db }}", "{{ db }}", None),
        row("<db>", UnexpandedVariable, Names, "<db>", "<db>", None),
        row("part of a variable", UnexpandedVariable, Names, "blue_${ENV}", "${ENV}", None),
        row("created variable", UnexpandedVariable, Created, "\"$DB\"", "$DB", None),
        row("_internal", InternalDatabase, Names, "_internal", "_internal", None),
        row(
            "name twice in a permission",
            DuplicateItem,
            Names,
            "blue,green,blue",
            "blue",
            Safe("blue,green"),
        ),
        row("not created", GrantedNotCreated, Names, "violet", "violet", Ask("violet"))
            .then(&[(Created, "\"violet\"")]),
        row("nearly created", GrantedNotCreated, Names, "greeen", "greeen", None),
        row("all may be written", WildcardDatabase, Item, "\"db:*:write\"", "*", Ask("\"db:*:write\""))
            .then(HIDES)
            .also(&[SpecificHidesWildcard]),
        row(
            "hides all",
            SpecificHidesWildcard,
            Item,
            "\"db:*:read,write\"",
            "red",
            Ask("\"db:*:read,write\""),
        )
        .then(HIDES)
        .also(&[WildcardDatabase]),
        row("all may be read", WildcardDatabase, Names, "*", "*", None),
    ]
}

fn actions() -> Vec<Mistake> {
    use Code::{
        ActionNotGrantable, DuplicateItem, DuplicatePermission, RedundantPermission, UndocumentedAction,
        UnexpandedVariable, UnknownAction, WildcardAction,
    };
    use Place::{Actions, Item};
    vec![
        row("wirte", UnknownAction, Actions, "wirte", "wirte", Ask("write")),
        row("Write", UnknownAction, Actions, "Write", "Write", Safe("write")),
        row("rw", UnknownAction, Actions, "rw", "rw", Ask("read,write")),
        row("semicolon", UnknownAction, Actions, "write;read", "write;read", Ask("read,write")),
        row("query", UnknownAction, Actions, "query", "query", None),
        row("star as an action", WildcardAction, Actions, "*", "*", Ask("read,write")),
        row(
            "star among actions",
            WildcardAction,
            Item,
            "\"db:green:write,*\"",
            "*",
            Ask("\"db:green:write,read\""),
        ),
        row("drop", ActionNotGrantable, Actions, "drop", "drop", None),
        row("update", ActionNotGrantable, Actions, "write,update", "update", None),
        row("all", ActionNotGrantable, Actions, "all", "all", None),
        row("action of admins", ActionNotGrantable, Actions, "admin", "admin", None),
        row("action as a variable", UnexpandedVariable, Actions, "$ACTIONS", "$ACTIONS", None),
        row("describe", UndocumentedAction, Actions, "describe", "describe", None),
        row("action twice", DuplicateItem, Actions, "write,write", "write", Safe("write")),
        row("permission twice", DuplicatePermission, Item, "\"db:red:read\"", "db:red:read", Safe("")),
        row(
            "covered",
            RedundantPermission,
            Item,
            "\"db:red:read,write\"",
            "db:red:read",
            Safe("\"db:red:read,write\""),
        )
        .then(&[(Place::Red, "")]),
    ]
}

fn systems() -> Vec<Mistake> {
    use Code::{
        ActionNotForType, DuplicateItem, EmptyItem, MixedWildcard, RedundantPermission, UnknownAction,
        UnknownResourceType, UnknownSystemResource, Whitespace, WildcardAction,
    };
    use Place::{Health, Item};
    vec![
        row(
            "system may be written",
            ActionNotForType,
            Item,
            "\"system:ping:write\"",
            "write",
            Ask("\"system:ping:read\""),
        ),
        row(
            "a system action more",
            ActionNotForType,
            Item,
            "\"system:ping:read,write\"",
            "write",
            Ask("\"system:ping:read\""),
        ),
        row(
            "all actions of a system",
            WildcardAction,
            Item,
            "\"system:ping:*\"",
            "*",
            Ask("\"system:ping:read\""),
        ),
        row("table of the system", UnknownSystemResource, Item, "\"system:queries:read\"", "queries", None),
        row(
            "Ping",
            UnknownSystemResource,
            Item,
            "\"system:Ping:read\"",
            "Ping",
            Safe("\"system:ping:read\""),
        ),
        row("sys", UnknownResourceType, Item, "\"sys:ping:read\"", "sys", Ask("\"system:ping:read\"")),
        row(
            "star among systems",
            MixedWildcard,
            Item,
            "\"system:*,ping:read\"",
            "*,ping",
            Ask("\"system:*:read\""),
        ),
        row("empty system", EmptyItem, Item, "\"system:ping,:read\"", "", Safe("\"system:ping:read\"")),
        row(
            "space of a system",
            Whitespace,
            Item,
            "\"system:ping, ready:read\"",
            " ",
            Safe("\"system:ping,ready:read\""),
        ),
        row(
            "system twice",
            DuplicateItem,
            Item,
            "\"system:ping,ping:read\"",
            "ping",
            Safe("\"system:ping:read\""),
        ),
        row(
            "covered system",
            RedundantPermission,
            Item,
            "\"system:health,ping:read\"",
            "system:health:read",
            Safe("\"system:health,ping:read\""),
        )
        .then(&[(Health, "")]),
        row("reed", UnknownAction, Item, "\"system:ping:reed\"", "reed", Ask("\"system:ping:read\"")),
    ]
}
