//! Every permission string and every mistake of the grammar, one line each.

#![allow(missing_docs)]

use influxdb3_offline_tokens::{DatabaseActions, InvalidPermission, Permission, Scope};

#[test]
fn right_strings_and_their_canonical_text() {
    let wrong: Vec<String> = RIGHT
        .iter()
        .filter_map(|&(text, canonical)| match Permission::parse(text) {
            Ok(permission) if permission.to_string() == canonical => None,
            found => Some(format!("{text}: {found:?}, wanted {canonical}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[rustfmt::skip]
const RIGHT: &[(&str, &str)] = &[
    ("db:db1:read", "db:db1:read"),
    ("db:db1:write", "db:db1:write"),
    ("db:db1,db2:read,write", "db:db1,db2:read,write"),
    ("db:db1:write,read", "db:db1:read,write"),
    ("db:db2,db1:read", "db:db2,db1:read"),
    ("db:db1,db1:read", "db:db1,db1:read"),
    ("db:db1:read,read", "db:db1:read"),
    ("db:db1:create", "db:db1:create"),
    ("db:db1:describe", "db:db1:describe"),
    ("db:db1:delete", "db:db1:delete"),
    ("db:db1:delete,write,read,describe,create", "db:db1:create,describe,read,write,delete"),
    ("db:*:read", "db:*:read"),
    ("db:*:read,write,create", "db:*:create,read,write"),
    ("db:_internal:read", "db:_internal:read"),
    ("db:_internal,a:read", "db:_internal,a:read"),
    ("db:a:read", "db:a:read"),
    ("db:0:read", "db:0:read"),
    ("db:A-b_C9:read", "db:A-b_C9:read"),
    ("db:a-:read", "db:a-:read"),
    ("db:a_:read", "db:a_:read"),
    ("db:a/b:read", "db:a/b:read"),
    ("db:a/_:read", "db:a/_:read"),
    ("db:a/-b,c/d:read", "db:a/-b,c/d:read"),
    ("db:db:read", "db:db:read"),
    ("db:read:read", "db:read:read"),
    ("db:system:write", "db:system:write"),
    ("system:health:read", "system:health:read"),
    ("system:metrics:read", "system:metrics:read"),
    ("system:ping:read", "system:ping:read"),
    ("system:ready:read", "system:ready:read"),
    ("system:health,metrics,ping,ready:read", "system:health,metrics,ping,ready:read"),
    ("system:ping,health:read", "system:ping,health:read"),
    ("system:ping,ping:read,read", "system:ping,ping:read"),
    ("system:*:read", "system:*:read"),
];

#[test]
fn wrong_strings_and_everything_that_is_wrong_with_them() {
    let mut wrong = Vec::new();
    for &(text, expected) in WRONG {
        let found: Vec<(&str, &str, Option<&str>)> = Permission::errors(text)
            .iter()
            .map(|error| (error.kind().name(), error.span().text(text).unwrap_or("?"), error.suggestion()))
            .collect();
        if found != expected {
            wrong.push(format!("{text:?}:\n  found    {found:?}\n  expected {expected:?}"));
        }
        assert!(Permission::parse(text).is_err() && Permission::parse_borrowed(text).is_err(), "{text}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Expected = &'static [(&'static str, &'static str, Option<&'static str>)];

// The name of the mistake, the text under its span, what was meant.
#[rustfmt::skip]
const WRONG: &[(&str, Expected)] = &[
    // A part is missing.
    ("", &[("missing-part", "", None)]),
    ("read", &[("missing-part", "", None)]),
    ("sensors", &[("missing-part", "", None)]),
    ("db", &[("missing-part", "", None)]),
    ("system", &[("missing-part", "", None)]),
    ("db:m", &[("missing-part", "", None)]),
    ("db:read", &[("missing-part", "", None)]),
    ("db:a,b", &[("missing-part", "", None)]),
    ("db:*", &[("missing-part", "", None)]),
    ("system:health", &[("missing-part", "", None)]),
    ("sensors:read", &[("missing-part", "", None)]),
    ("sensors:read,", &[("missing-part", "", None), ("empty-item", "", None)]),
    ("sensors: read", &[("missing-part", "", None), ("whitespace", " ", None)]),
    ("sensors:read,write", &[("missing-part", "", None)]),
    ("sensors,b d:read", &[("missing-part", "", None), ("bad-database-name", " ", None)]),
    ("dbs:m", &[("unknown-resource-type", "dbs", Some("db")), ("missing-part", "", None)]),
    // A part is too many.
    ("db:m:read:write", &[("extra-part", ":write", None)]),
    ("db:m:read:", &[("extra-part", ":", None)]),
    ("db:m:read:write:x", &[("extra-part", ":write:x", None)]),
    ("db:a:b:read", &[("unknown-action", "b", None), ("extra-part", ":read", None)]),
    ("system:health:read:write", &[("extra-part", ":write", None)]),
    // A part is empty.
    (":m:read", &[("empty-part", "", None)]),
    ("db::read", &[("empty-part", "", None)]),
    ("db:m:", &[("empty-part", "", None)]),
    ("db::", &[("empty-part", "", None), ("empty-part", "", None)]),
    ("::", &[("empty-part", "", None), ("empty-part", "", None), ("empty-part", "", None)]),
    ("system::read", &[("empty-part", "", None)]),
    // An item is empty.
    ("db:a,,b:read", &[("empty-item", "", None)]),
    ("db:a,:read", &[("empty-item", "", None)]),
    ("db:,a:read", &[("empty-item", "", None)]),
    ("db:,:read", &[("empty-item", "", None), ("empty-item", "", None)]),
    ("db:a:read,,write", &[("empty-item", "", None)]),
    ("db:a:read,", &[("empty-item", "", None)]),
    ("db:a:,read", &[("empty-item", "", None)]),
    ("system:health,:read", &[("empty-item", "", None)]),
    // White space.
    (" db:a:read", &[("whitespace", " ", None)]),
    ("db:a:read ", &[("whitespace", " ", None)]),
    ("db:a:read\n", &[("whitespace", "\n", None)]),
    ("db :a:read", &[("whitespace", " ", None)]),
    ("db: a:read", &[("whitespace", " ", None)]),
    ("db:a, b:read", &[("whitespace", " ", None)]),
    ("db:a ,b:read", &[("whitespace", " ", None)]),
    ("db:a:read,  write", &[("whitespace", "  ", None)]),
    ("db:a:\tread\u{A0}", &[("whitespace", "\t", None), ("whitespace", "\u{A0}", None)]),
    ("db: :read", &[("empty-part", " ", None)]),
    ("db:a, ,b:read", &[("empty-item", " ", None)]),
    ("system: health:read", &[("whitespace", " ", None)]),
    ("db: *:read", &[("whitespace", " ", None)]),
    // The type.
    ("dbs:m:read", &[("unknown-resource-type", "dbs", Some("db"))]),
    ("database:m:read", &[("unknown-resource-type", "database", Some("db"))]),
    ("databases:m:read", &[("unknown-resource-type", "databases", Some("db"))]),
    ("DB:m:read", &[("unknown-resource-type", "DB", Some("db"))]),
    ("Db:m:read", &[("unknown-resource-type", "Db", Some("db"))]),
    ("bucket:m:read", &[("unknown-resource-type", "bucket", Some("db"))]),
    ("dbx:m:read", &[("unknown-resource-type", "dbx", Some("db"))]),
    ("System:health:read", &[("unknown-resource-type", "System", Some("system"))]),
    ("sytem:health:read", &[("unknown-resource-type", "sytem", Some("system"))]),
    ("sys:health:read", &[("unknown-resource-type", "sys", Some("system"))]),
    ("token:m:read", &[("unknown-resource-type", "token", None)]),
    ("table:m:read", &[("unknown-resource-type", "table", None)]),
    ("dbs:a:red", &[("unknown-resource-type", "dbs", Some("db")), ("unknown-action", "red", Some("read"))]),
    ("sys:db1:write", &[("unknown-resource-type", "sys", Some("system")), ("unknown-system-resource", "db1", None), ("action-not-for-type", "write", None)]),
    // The admin token's permission.
    ("*:*:*", &[("admin-permission", "*", None)]),
    ("*:m:read", &[("admin-permission", "*", None)]),
    // `*` among names.
    ("db:*,a:read", &[("mixed-wildcard", "*,a", None)]),
    ("db:a,*:read", &[("mixed-wildcard", "a,*", None)]),
    ("db:*,*:read", &[("mixed-wildcard", "*,*", None)]),
    ("system:*,health:read", &[("mixed-wildcard", "*,health", None)]),
    ("system:*,*:read", &[("mixed-wildcard", "*,*", None)]),
    // Patterns.
    ("db:sensors_*:read", &[("glob", "sensors_*", None)]),
    ("db:*_raw:read", &[("glob", "*_raw", None)]),
    ("db:**:read", &[("glob", "**", None)]),
    ("system:h*:read", &[("glob", "h*", None)]),
    // Names of databases.
    ("db:sensor.data:read", &[("bad-database-name", ".", None)]),
    ("db:my db:read", &[("bad-database-name", " ", None)]),
    ("db:a/b/c:read", &[("bad-database-name", "/", None)]),
    ("db:a/:read", &[("bad-database-name", "/", None)]),
    ("db:/a:read", &[("bad-database-name", "/", None)]),
    ("db:_x:read", &[("bad-database-name", "_", None)]),
    ("db:__internal:read", &[("bad-database-name", "_", None)]),
    ("db:_internals:read", &[("bad-database-name", "_", None)]),
    ("db:_internal/a:read", &[("bad-database-name", "_", None)]),
    ("db:-x:read", &[("bad-database-name", "-", None)]),
    ("db:sens\u{43E}rs:read", &[("bad-database-name", "\u{43E}", None)]),
    ("db:m\u{FC}ll:read", &[("bad-database-name", "\u{FC}", None)]),
    ("db:\u{1F4C8}:read", &[("bad-database-name", "\u{1F4C8}", None)]),
    ("db:a\u{0}b:read", &[("bad-database-name", "\0", None)]),
    ("db:a.b,c.d:read", &[("bad-database-name", ".", None), ("bad-database-name", ".", None)]),
    // Variables.
    ("db:$INFLUXDB3_DATABASE:read", &[("unexpanded-variable", "$INFLUXDB3_DATABASE", None)]),
    ("db:${DB}:read", &[("unexpanded-variable", "${DB}", None)]),
    ("db:${DB:-db1}:read", &[("unexpanded-variable", "${DB:-db1}", None)]),
    ("db:{{ db }}:read", &[("unexpanded-variable", "{{ db }}", None)]),
    ("db:<db>:read", &[("unexpanded-variable", "<db>", None)]),
    ("db:$(db):read", &[("unexpanded-variable", "$(db)", None)]),
    ("db:raw_${DB},a:read", &[("unexpanded-variable", "${DB}", None)]),
    ("db:a:$ACTIONS", &[("unexpanded-variable", "$ACTIONS", None)]),
    ("$PERMISSION", &[("unexpanded-variable", "$PERMISSION", None)]),
    ("db:$:read", &[("bad-database-name", "$", None)]),
    // Actions.
    ("db:m:reaad", &[("unknown-action", "reaad", Some("read"))]),
    ("db:m:Read", &[("unknown-action", "Read", Some("read"))]),
    ("db:m:WRITE", &[("unknown-action", "WRITE", Some("write"))]),
    ("db:m:rw", &[("unknown-action", "rw", Some("read,write"))]),
    ("db:m:r", &[("unknown-action", "r", Some("read"))]),
    ("db:m:write;read", &[("unknown-action", "write;read", Some("read,write"))]),
    ("db:m:write;\tread", &[("unknown-action", "write;\tread", Some("read,write"))]),
    ("db:read;write", &[("missing-part", "", None), ("unknown-action", "read;write", Some("read,write"))]),
    ("m:read|write", &[("missing-part", "", None), ("unknown-action", "read|write", Some("read,write"))]),
    ("db:read/write", &[("missing-part", "", None)]),
    ("db:m:read+", &[("unknown-action", "read+", Some("read"))]),
    ("db:m:read;drop", &[("unknown-action", "read;drop", None)]),
    ("db:m:;", &[("unknown-action", ";", None)]),
    ("db:m:foo", &[("unknown-action", "foo", None)]),
    ("db:m:red,wirte", &[("unknown-action", "red", Some("read")), ("unknown-action", "wirte", Some("write"))]),
    ("db:m:*", &[("wildcard-action", "*", None)]),
    ("db:m:read,*", &[("wildcard-action", "*", None)]),
    ("db:m:drop", &[("action-not-grantable", "drop", None)]),
    ("db:m:update", &[("action-not-grantable", "update", None)]),
    ("db:m:all", &[("action-not-grantable", "all", None)]),
    ("db:m:admin", &[("action-not-grantable", "admin", None)]),
    ("system:health:write", &[("action-not-for-type", "write", None)]),
    ("system:health:read,write", &[("action-not-for-type", "write", None)]),
    ("system:health:*", &[("wildcard-action", "*", None)]),
    ("system:health:Read", &[("unknown-action", "Read", Some("read"))]),
    ("system:health:rw", &[("unknown-action", "rw", None)]),
    // System resources.
    ("system:tokens:read", &[("unknown-system-resource", "tokens", None)]),
    ("system:queries:read", &[("unknown-system-resource", "queries", None)]),
    ("system:Health:read", &[("unknown-system-resource", "Health", Some("health"))]),
    ("system: Health:read", &[("whitespace", " ", None), ("unknown-system-resource", "Health", Some("health"))]),
    ("system:helth:read", &[("unknown-system-resource", "helth", Some("health"))]),
    // Several at once, in the order of the text.
    ("dbs:a,,b.c:red", &[("unknown-resource-type", "dbs", Some("db")), ("empty-item", "", None), ("bad-database-name", ".", None), ("unknown-action", "red", Some("read"))]),
];

#[test]
fn places_of_what_is_missing() {
    for (text, kind, at, message) in [
        ("db:a,,b:read", "empty-item", 5, "item 2 of the list is empty"),
        ("db:,a:read", "empty-item", 3, "item 1 of the list is empty"),
        ("db:a,:read", "empty-item", 5, "item 2 of the list is empty"),
        ("db::read", "empty-part", 3, "the list of names is empty"),
        ("db:a:", "empty-part", 5, "the list of actions is empty"),
        (":a:read", "empty-part", 0, "the resource type is empty"),
        ("db:a", "missing-part", 4, "the actions are missing"),
        ("db", "missing-part", 2, "the names are missing: a permission has three parts"),
        ("sensors:read", "missing-part", 0, "the resource type is missing: a permission has three parts"),
    ] {
        let error = Permission::parse(text).unwrap_err();
        assert_eq!((error.kind().name(), error.span().start(), error.span().len()), (kind, at, 0), "{text}");
        assert_eq!(error.message().to_string(), message, "{text}");
        assert_eq!(error.to_string(), format!("{message}, at byte {at}"), "{text}");
    }
}

#[test]
fn the_length_of_a_name_is_counted_in_bytes() {
    let of = |length: usize| format!("db:{}:read", "a".repeat(length));
    assert!(Permission::parse(&of(511)).is_ok());
    let text = of(512);
    let error = Permission::parse(&text).unwrap_err();
    assert_eq!((error.kind().name(), error.span().len()), ("database-name-too-long", 512));
    let with_policy = format!("db:{}/{}:read", "a".repeat(500), "b".repeat(10));
    assert!(Permission::parse(&with_policy).is_ok());
    assert!(Permission::parse(&with_policy.replace("/b", "/bb")).is_err());
}

#[test]
fn a_look_alike_letter_is_named() {
    let error = Permission::parse("db:sens\u{43E}rs:read").unwrap_err();
    assert_eq!(
        error.message().to_string(),
        "`\u{43E}` (U+043E, which looks like `o`) is not allowed in a database name"
    );
}

#[test]
fn constructors_refuse_what_the_grammar_refuses() {
    let read = DatabaseActions::READ;
    assert_eq!(Permission::database([""; 0], read), Err(InvalidPermission::NoNames));
    assert_eq!(Permission::database(["a"], DatabaseActions::EMPTY), Err(InvalidPermission::NoActions));
    assert_eq!(Permission::all_databases(DatabaseActions::EMPTY), Err(InvalidPermission::NoActions));
    assert_eq!(Permission::system([]), Err(InvalidPermission::NoNames));
    for name in ["", "*", "a,b", "a:b", "a b", "_x", "a/b/c", "a/"] {
        assert!(
            matches!(Permission::database(["a", name], read), Err(InvalidPermission::Name { index: 1, .. })),
            "{name}"
        );
    }
}

#[test]
fn what_was_parsed_can_be_asked() {
    let Permission::Database(permission) = Permission::parse("db:b,a:write,read").unwrap() else {
        panic!("a database permission")
    };
    let Scope::Names(names) = permission.scope() else { panic!("names") };
    assert_eq!(names.iter().collect::<Vec<_>>(), ["b", "a"]);
    assert!(names.contains("a") && !names.contains("c"));
    assert_eq!(permission.actions().names().collect::<Vec<_>>(), ["read", "write"]);
    assert!(
        matches!(Permission::parse("db:*:read").unwrap(), Permission::Database(all) if all.scope().is_all())
    );
    assert!(
        matches!(Permission::parse("system:*:read").unwrap(), Permission::System(all) if all.scope().is_all())
    );
}

#[test]
fn a_list_of_actions_by_itself() {
    for (text, kind, under) in [
        ("", "empty-part", ""),
        ("read,", "empty-item", ""),
        ("red", "unknown-action", "red"),
        ("*", "wildcard-action", "*"),
        ("read, write", "whitespace", " "),
        ("admin", "action-not-grantable", "admin"),
        ("read:write", "unknown-action", "read:write"),
    ] {
        let error = DatabaseActions::parse(text).unwrap_err();
        assert_eq!((error.kind().name(), error.span().text(text)), (kind, Some(under)), "{text}");
    }
    assert_eq!(DatabaseActions::parse("write,create,write").unwrap().to_string(), "create,write");
}
