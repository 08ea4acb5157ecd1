//! Permissions: the snapshot of their errors, the constructors and the accessors.

use std::path::Path;

use influxdb3_offline_tokens::permission::{InvalidPermission, ParsePermissionError, Scope};
use influxdb3_offline_tokens::{DatabaseActions, Permission};

/// Each line of the fixture is a JSON string, followed by the canonical text or the errors.
#[test]
fn permissions_match_the_snapshot() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/permissions.txt");
    let expected = std::fs::read_to_string(&path).unwrap();
    let mut actual = String::new();
    for line in expected.lines().filter(|line| !line.starts_with(' ')) {
        let mut strings = serde_json::Deserializer::from_str(line).into_iter::<String>();
        match strings.next() {
            Some(Ok(text)) => actual += &render(&line[..strings.byte_offset()], &text),
            _ => actual.extend([line, "\n"]),
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
    } else {
        let changed = actual.lines().zip(expected.lines()).find(|(actual, expected)| actual != expected);
        assert!(
            actual == expected,
            "{changed:?}: run `UPDATE=1 cargo test --test grammar` and review the difference"
        );
    }
}

fn render(literal: &str, text: &str) -> String {
    let errors = Permission::errors(text);
    assert_eq!(errors.is_empty(), Permission::parse_borrowed(text).is_ok(), "{literal}");
    match Permission::parse(text) {
        Ok(permission) => format!("{literal} is {permission}\n"),
        Err(first) => {
            assert_eq!(errors.first(), Some(&first));
            errors.iter().fold(format!("{literal}\n"), |out, error| out + &render_error(text, error))
        }
    }
}

fn render_error(text: &str, error: &ParsePermissionError) -> String {
    let (kind, at, under) = (error.kind().name(), error.span().start(), error.span().text(text));
    let suggestion = error.suggestion().map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("  {kind} {at} {:?}: {}{suggestion}\n", under.unwrap(), error.message())
}

#[test]
fn limits_database_names_to_511_bytes() {
    let permission = |length: usize| format!("db:{}:read", "a".repeat(length));
    assert!(Permission::parse(&permission(511)).is_ok());
    let text = permission(512);
    let error = Permission::parse(&text).unwrap_err();
    assert_eq!((error.kind().name(), error.span().len()), ("database-name-too-long", 512));
    let with_policy = format!("db:{}/{}:read", "a".repeat(500), "b".repeat(10));
    assert!(Permission::parse(&with_policy).is_ok());
    assert!(Permission::parse(&with_policy.replace("/b", "/bb")).is_err());
}

#[test]
fn constructors_reject_invalid_parts() {
    let (read, empty) = (DatabaseActions::READ, DatabaseActions::EMPTY);
    assert_eq!(Permission::database([""; 0], read), Err(InvalidPermission::NoNames));
    assert_eq!(Permission::system([]), Err(InvalidPermission::NoNames));
    assert_eq!(Permission::database(["a"], empty), Err(InvalidPermission::NoActions));
    assert_eq!(Permission::all_databases(empty), Err(InvalidPermission::NoActions));
    for name in ["", "*", "a,b", "a:b", "a b", "_x", "a/b/c", "a/"] {
        let error = Permission::database(["a", name], read);
        assert!(matches!(error, Err(InvalidPermission::Name { index: 1, .. })), "{name}");
    }
}

#[test]
fn exposes_scope_and_actions() {
    let Permission::Database(permission) = Permission::parse("db:b,a:write,read").unwrap() else {
        panic!("a database permission")
    };
    let Scope::Names(names) = permission.scope() else { panic!("names") };
    assert_eq!(names.iter().collect::<Vec<_>>(), ["b", "a"]);
    assert!(names.contains("a") && !names.contains("c"));
    assert_eq!(permission.actions().names().collect::<Vec<_>>(), ["read", "write"]);
    let all = |text| Permission::parse(text).unwrap();
    assert!(matches!(all("db:*:read"), Permission::Database(all) if all.scope().is_all()));
    assert!(matches!(all("system:*:read"), Permission::System(all) if all.scope().is_all()));
}

#[test]
fn parses_lists_of_actions() {
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
