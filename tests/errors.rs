//! Error messages: the fact, the invalid text unless it may be a secret, and the help.

use std::fmt::Debug;
use std::str::FromStr;

use influxdb3_offline_tokens::server::{HttpPermission, HttpTokenRequest, ServerTokens};
use influxdb3_offline_tokens::{
    Code, DatabaseActions, DatabaseName, Expectations, Expiry, Permission, Release, Severity, SystemResource,
    Token, TokenEntry, TokenFile, TokenName, load,
};

fn message<T: FromStr<Err: ToString> + Debug>(text: &str) -> String {
    text.parse::<T>().unwrap_err().to_string()
}

#[test]
fn quotes_invalid_permissions() {
    for (text, expected) in [
        ("db:a:raed", "unknown action `raed` (at byte 5): did you mean `read`?"),
        ("bd:a:read", "unknown resource type `bd` (at byte 0): did you mean `db`?"),
        ("system:helth:read", "unknown system resource `helth` (at byte 7): did you mean `health`?"),
        (
            "db:${DB}:read",
            "unexpanded variable `${DB}` (at byte 3): write the value, or expand the template first",
        ),
        (
            "db:a*:read",
            "unsupported pattern `a*` in a name (at byte 3): list the names, or use `*` alone for everything",
        ),
        (
            "db:a:drop",
            "the action `drop` cannot be granted to a resource token (at byte 5): \
             grant `read`, `write`, `create`, `describe` or `delete`",
        ),
        (
            "system:ping:write",
            "the action `write` is not available for system resources (at byte 12): \
             use only `read` on system resources",
        ),
        (
            "db:a:read:write",
            "unexpected part `:write` after the actions (at byte 9): \
             separate actions with `,`, and write each permission as a separate string",
        ),
        ("db:a", "missing actions (at byte 4): write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`"),
        ("db:a,,b:read", "item 2 of the list is empty (at byte 5): remove the extra `,`"),
        (
            "db:my db:read",
            "a space is not allowed in a database name (at byte 5): \
             use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside",
        ),
    ] {
        assert_eq!(message::<Permission>(text), expected, "{text}");
        let first = Permission::errors(text).into_iter().next().unwrap();
        assert_eq!(first.to_string(), expected, "{text}");
        let error = serde_json::from_str::<Permission>(&format!("{text:?}")).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn quotes_invalid_values() {
    let name =
        "use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside";
    for (message, expected) in [
        (
            message::<DatabaseName>("my.db"),
            format!("`.` is not allowed in a database name (at byte 2 of `my.db`): {name}"),
        ),
        (message::<TokenName>(""), "the name is empty: add a name; is a variable unset?".into()),
        (
            message::<DatabaseActions>("read,wirte"),
            "unknown action `wirte` (at byte 5): did you mean `write`?".into(),
        ),
        (
            message::<SystemResource>("Ping"),
            "unknown system resource `Ping` (at byte 0): did you mean `ping`?".into(),
        ),
        (
            message::<Expiry>("99999999999999999999"),
            "the time `99999999999999999999` does not fit into 64 bits of milliseconds: use an earlier time"
                .into(),
        ),
        (
            message::<Release>("3.x"),
            "invalid release `3.x`: expected a form such as `3.9` or `3.11.1`".into(),
        ),
        (
            message::<Code>("xyz"),
            "unknown code `xyz`: expected a form such as `T0214` or `unknown-action`".into(),
        ),
        (
            message::<Severity>("fatal"),
            "unknown severity `fatal`: expected `note`, `warning` or `error`".into(),
        ),
        (
            Permission::database(["a", "b c"], DatabaseActions::READ).unwrap_err().to_string(),
            format!(
                "invalid database name at index 1: a space is not allowed in a database name (at byte 1 of `b c`): {name}"
            ),
        ),
        (
            HttpTokenRequest::parse(br#"{"token_nmae": "app"}"#).unwrap_err().to_string(),
            "1:2: unknown member `token_nmae`: the server ignores it; use `token_name`".into(),
        ),
        (
            ServerTokens::parse(br#"[{"name": "a", "name": "b"}]"#).unwrap_err().to_string(),
            "1:16: duplicate member `name`: keep only one of them".into(),
        ),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn names_duplicate_entries() {
    let entry = |name, token| TokenEntry::new(TokenName::parse(name).unwrap(), Token::parse(token).unwrap());
    let error = |second| TokenFile::new([], [entry("app", "apiv3_a"), second]).unwrap_err().to_string();
    assert_eq!(error(entry("app", "apiv3_b")), "a token named `app` already exists; use another name");
    assert_eq!(error(entry("job", "apiv3_a")), "the token of `job` is already in use; generate a new one");
}

#[test]
fn lists_invalid_expectations() {
    let error = Expectations::parse("app can raed a\napp can read a\napp can read a b").unwrap_err();
    let expected = [
        "line 1: unknown action `raed`: did you mean `read`?",
        "line 3: unexpected word `b`: name one database or resource per line, and nothing after it",
    ];
    assert_eq!(error.to_string().lines().collect::<Vec<_>>(), expected);
    assert_eq!(error.errors().map(|(line, _)| line).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn never_quotes_possible_secrets() {
    for text in ["apiv3_a", "APIV3_A", "x apiv3_a", "Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE", "a\u{1b}[31m", "a`b"]
    {
        let permission = format!("db:a:{text}");
        let messages = [
            message::<Permission>(&permission),
            serde_json::from_value::<Permission>(permission.into()).unwrap_err().to_string(),
            message::<DatabaseActions>(text),
            message::<SystemResource>(text),
            message::<Expiry>(text),
            message::<Release>(text),
            message::<Code>(text),
            message::<Severity>(text),
            message::<Token>(&format!("\"{text}")),
            message::<Expectations>(&format!("app can {text}! a")),
            HttpPermission::from_parts("db", &["a"], &[text]).unwrap_err().to_string(),
            HttpPermission::from_parts(text, &["a"], &["read"]).unwrap_err().to_string(),
        ];
        for message in messages {
            assert!(!message.contains(text), "{message:?}");
        }
        let name = format!("{text} .");
        assert!(!message::<DatabaseName>(&name).contains(text));
    }
    // A text with a token is not quoted at all.
    let text = "db:apiv3_a:secret";
    assert_eq!(
        message::<Permission>(text),
        "unknown action (at byte 11): use `read`, `write`, `create`, `describe` or `delete` for databases, \
         `read` for system resources"
    );
    assert!(Permission::errors(text).iter().all(|error| !error.to_string().contains("secret")));
}

#[test]
fn lists_the_first_errors_of_a_file() {
    let one = TokenFile::parse(
        br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:raed"]}]}"#,
    );
    let expected = "invalid tokens file: 1:71: error[T0214] unknown-action: unknown action: `raed`; help: did you mean `read`?";
    assert_eq!(one.unwrap_err().to_string(), expected);

    let many = TokenFile::parse(b"{\n\"tokens\": [{\"token\": \"secret\"}, {}]}").unwrap_err();
    let expected = [
        "invalid tokens file: 6 errors",
        "  2:12: error[T0112] missing-member: token 1 has no `name`; help: add `\"name\"`",
        "  2:12: error[T0112] missing-member: token 1 has no `permissions`; help: add `\"permissions\"`",
        "  2:23: error[T0301] token-prefix: the token does not start with `apiv3_`; \
         help: generate a token with `influxdb3 create token` or this crate",
        "  and 3 more",
    ];
    assert_eq!(many.to_string().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn debug_equals_display() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    std::fs::write(&path, "[]").unwrap();
    for error in [load(&path).unwrap_err(), load(folder.path().join("none.json")).unwrap_err()] {
        assert_eq!(format!("{error:?}"), error.to_string());
    }
    let error = TokenFile::parse(b"[]").unwrap_err();
    assert_eq!(format!("{error:?} {error:#?}"), format!("{error} {error}"));
    let error = load(&path).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("`{}`: invalid tokens file: 1:1: error[T0108]", path.display())),
        "{error}"
    );
}
