//! Changes to a text: layout, errors and descriptions. `append_properties.rs` has generated files.

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};

const OLD: &str = "apiv3_Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNy";
const NEW: &str = "apiv3_NewZf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNy";

fn name(name: &str) -> TokenName {
    TokenName::parse(name).unwrap()
}

fn token(token: &str) -> Token {
    Token::parse(token).unwrap()
}

fn databases(names: &[&str]) -> Vec<DatabaseName> {
    names.iter().map(|name| DatabaseName::parse(name).unwrap()).collect()
}

fn entry(entry_name: &str) -> TokenEntry {
    TokenEntry::new(name(entry_name), token(NEW)).with_permissions([Permission::parse("db:a:read").unwrap()])
}

fn append(name: &str) -> Change {
    Change::append([entry(name)])
}

/// Applies the changes, with `OLD` and `NEW` for the tokens.
#[track_caller]
fn apply(text: &str, changes: &[Change]) -> String {
    let text = text.replace("OLD", OLD);
    let result = edit::apply(Some(text.as_bytes()), changes).unwrap().expect("a change");
    TokenFile::parse(&result).expect("a valid file");
    String::from_utf8(result.to_vec()).unwrap().replace(OLD, "OLD").replace(NEW, "NEW")
}

#[test]
fn appends_in_the_style_of_the_file() {
    for (text, expected) in [
        (
            r#"{"tokens":[{"token":"OLD","name":"old","permissions":[]}]}"#,
            r#"{"tokens":[{"token":"OLD","name":"old","permissions":[]},{"token":"NEW","name":"new","permissions":["db:a:read"]}]}"#,
        ),
        (
            r#"{"tokens": [{"token": "OLD", "name": "old", "permissions": []}], "x": 1.50}"#,
            r#"{"tokens": [{"token": "OLD", "name": "old", "permissions": []}, {"token": "NEW", "name": "new", "permissions": ["db:a:read"]}], "x": 1.50}"#,
        ),
        (r#"{"tokens":[]}"#, r#"{"tokens":[{"token": "NEW", "name": "new", "permissions": ["db:a:read"]}]}"#),
        (
            "{\n  \"tokens\": []\n}",
            "{\n  \"tokens\": [\n    {\"token\": \"NEW\", \"name\": \"new\", \"permissions\": [\"db:a:read\"]}\n  ]\n}",
        ),
        (
            "{\r\n\t\"tokens\" : [\r\n\t\t{\r\n\t\t\t\"token\": \"OLD\",\r\n\t\t\t\"name\": \"old\",\r\n\t\t\t\"permissions\": []\r\n\t\t}\r\n\t]\r\n}\r\n",
            "{\r\n\t\"tokens\" : [\r\n\t\t{\r\n\t\t\t\"token\": \"OLD\",\r\n\t\t\t\"name\": \"old\",\r\n\t\t\t\"permissions\": []\r\n\t\t},\r\n\t\t{\r\n\t\t\t\"token\": \"NEW\",\r\n\t\t\t\"name\": \"new\",\r\n\t\t\t\"permissions\": [\"db:a:read\"]\r\n\t\t}\r\n\t]\r\n}\r\n",
        ),
    ] {
        assert_eq!(apply(text, &[append("new")]), expected);
    }
}

#[test]
fn adds_missing_databases() {
    let add = |names: &[&str]| [Change::create_databases(databases(names))];
    for (text, names, expected) in [
        (r#"{"tokens":[]}"#, &["a"][..], r#"{"create_databases": ["a"], "tokens":[]}"#),
        (
            r#"{"create_databases":["a"],"tokens":[]}"#,
            &["a", "b"],
            r#"{"create_databases":["a", "b"],"tokens":[]}"#,
        ),
        (
            r#"{"create_databases":[ ],"tokens":[]}"#,
            &["b", "c", "b"],
            r#"{"create_databases":["b", "c" ],"tokens":[]}"#,
        ),
        (r#"{"create_databases":null,"tokens":[]}"#, &["a"], r#"{"create_databases":["a"],"tokens":[]}"#),
        ("{\n  \"tokens\": []\n}\n", &["a"], "{\n  \"create_databases\": [\"a\"],\n  \"tokens\": []\n}\n"),
        (
            "{\"tokens\": [], \"create_databases\": [\n \"a\"\n]}",
            &["b", "c"],
            "{\"tokens\": [], \"create_databases\": [\n \"a\",\n \"b\",\n \"c\"\n]}",
        ),
    ] {
        assert_eq!(apply(text, &add(names)), expected);
    }
    // Long whitespace is not repeated for each name.
    let long = format!("{{\"create_databases\": [{}\"a\"], \"tokens\": []}}", " ".repeat(1_000));
    assert_eq!(apply(&long, &add(&["b", "c"])), long.replace("\"a\"", r#""a", "b", "c""#));
    let escaped = br#"{"create_databases":["\u0061"],"tokens":[]}"#;
    assert!(edit::apply(Some(escaped), &add(&["a"])).unwrap().is_none());
}

const THREE: &str = "{\"tokens\": [\n {\"token\":\"apiv3_1\",\"name\":\"a\",\"permissions\":[]},\n \
    {\"x\":[1e3],\"token\":\"OLD\",\"name\":\"\\u0062\",\"expiry_millis\":7,\"permissions\":[\"db:x:read\"]},\n \
    {\"token\":\"apiv3_3\",\"name\":\"c\",\"permissions\":[],\"expiry_millis\":9}\n]}";

#[test]
fn changes_one_token() {
    let rotate = || Change::rotate(name("b"), token(NEW));
    let set_expiry = |name, millis: Option<i64>| Change::set_expiry(name, millis.map(Expiry::from_millis));
    for (change, old, new) in [
        (rotate(), "OLD", "NEW"),
        (rotate().if_sha512(token(OLD).sha512()), "OLD", "NEW"),
        (
            rotate().beside(name("b2")),
            "\n]}",
            ",\n {\"token\":\"NEW\",\"name\":\"b2\",\"expiry_millis\":7,\"permissions\":[\"db:x:read\"]}\n]}",
        ),
        (Change::rename(name("b"), name("\"x\\")), "\\u0062", "\\\"x\\\\"),
        (set_expiry(name("b"), Some(-8)), ":7", ":-8"),
        (set_expiry(name("b"), None), ",\"expiry_millis\":7", ""),
        (
            set_expiry(name("a"), Some(5)),
            "\"a\",\"permissions\":[]",
            "\"a\",\"permissions\":[],\"expiry_millis\":5",
        ),
        (
            Change::set_permissions(name("b"), [Permission::parse("system:*:read").unwrap()]),
            "db:x:read",
            "system:*:read",
        ),
    ] {
        assert_eq!(apply(THREE, &[change]), THREE.replace(old, new));
    }
    let passed_on = [Change::rotate(name("a"), token(NEW)), Change::rotate(name("c"), token("apiv3_1"))];
    assert_eq!(apply(THREE, &passed_on), THREE.replace("apiv3_1", "NEW").replace("apiv3_3", "apiv3_1"));
    let text = THREE.replace("OLD", OLD).replace("[\"db:x:read\"]", "[ \"db:x:read\" ]");
    let same_permissions = Change::set_permissions(name("b"), [Permission::parse("db:x:read").unwrap()]);
    for change in [Change::rename(name("a"), name("a")), same_permissions] {
        assert!(edit::apply(Some(text.as_bytes()), &[change]).unwrap().is_none());
    }
}

#[test]
fn removes_tokens_with_their_commas() {
    let lines: Vec<&str> = THREE.lines().collect();
    let b = lines[2].trim_end_matches(',');
    for (names, expected) in [
        (&["a"][..], &[lines[0], lines[2], lines[3], lines[4]][..]),
        (&["b"], &[lines[0], lines[1], lines[3], lines[4]]),
        (&["c"], &[lines[0], lines[1], b, lines[4]]),
        (&["a", "b", "c"], &["{\"tokens\": [", " ", "]}"]),
    ] {
        let changes: Vec<_> = names.iter().map(|removed| Change::remove(name(removed))).collect();
        assert_eq!(apply(THREE, &changes), expected.join("\n"));
    }
}

#[test]
fn rejects_conflicting_changes() {
    let text = THREE.replace("OLD", OLD);
    let rename = |from, to| Change::rename(name(from), name(to));
    let rotate = || Change::rotate(name("b"), token(NEW)).if_sha512(token(NEW).sha512());
    for (changes, expected) in [
        (&[append("b")][..], ChangeError::NameExists(name("b"))),
        (&[Change::append([entry("d"), entry("d")])], ChangeError::NameExists(name("d"))),
        (&[append("d"), append("e")], ChangeError::TokenExists(name("e"))),
        (&[Change::remove(name("d"))], ChangeError::NoSuchToken(name("d"))),
        (&[Change::rotate(name("a"), token(OLD))], ChangeError::TokenExists(name("a"))),
        (&[rotate()], ChangeError::SecretChanged(name("b"))),
        (&[rotate().beside(name("d"))], ChangeError::SecretChanged(name("b"))),
        (&[rename("b", "a")], ChangeError::NameExists(name("a"))),
        (&[rename("d", "d")], ChangeError::NoSuchToken(name("d"))),
        (&[rename("d", "e")], ChangeError::NoSuchToken(name("d"))),
    ] {
        let error = edit::apply(Some(text.as_bytes()), changes).unwrap_err();
        assert_eq!((format!("{error:?}"), &error), (expected.to_string(), &expected));
    }
    for changes in [&[][..], &[append("a")], &[Change::drop_databases([])]] {
        let error = edit::apply(Some(b"{\"tokens\": ["), changes).unwrap_err();
        assert!(matches!(error, ChangeError::Invalid(_)));
    }
}

#[test]
fn keep_if_same_is_idempotent() {
    let append = |entry| Change::append([entry]).keep_if_same();
    let text = edit::apply(None, &[append(entry("a"))]).unwrap().unwrap();
    assert_eq!(*text, *TokenFile::new([], [entry("a")]).unwrap().to_json());
    assert!(edit::apply(Some(&text), &[append(entry("a"))]).unwrap().is_none());
    let other = append(entry("a").with_expiry(Some(Expiry::from_millis(1))));
    assert_eq!(edit::apply(Some(&text), &[other]).unwrap_err(), ChangeError::NameExists(name("a")));
}

#[test]
fn drops_databases_with_their_commas() {
    let text = "{\"create_databases\": [\n \"a\",\n \"\\u0062\",\n \"c\"\n], \"tokens\": []}";
    let drop = |names: &[&str]| [Change::drop_databases(databases(names))];
    for (names, expected) in [
        (&["a"][..], "[\n \"\\u0062\",\n \"c\"\n]"),
        (&["b", "d"], "[\n \"a\",\n \"c\"\n]"),
        (&["c"], "[\n \"a\",\n \"\\u0062\"\n]"),
        (&["c", "a"], "[\n \"\\u0062\"\n]"),
        (&["b", "c"], "[\n \"a\"\n]"),
        (&["a", "b", "c"], "[\n \n]"),
    ] {
        let expected = format!("{{\"create_databases\": {expected}, \"tokens\": []}}");
        assert_eq!(apply(text, &drop(names)), expected);
    }
    for text in [Some(text.as_bytes()), None] {
        assert!(edit::apply(text, &drop(&["d"])).unwrap().is_none());
    }
}

#[test]
fn describes_changes() {
    let entry = entry("a").with_expiry(Some(Expiry::from_millis(0)));
    let rotate = Change::rotate(name("a"), token(NEW));
    for (change, expected) in [
        (
            Change::append([entry.clone(), TokenEntry::new(name(OLD), entry.token().clone())]),
            "append token `a` with the expiry 1970-01-01T00:00:00Z and `db:a:read`; token `…` with no expiry and no permissions",
        ),
        (Change::append([]), "create the file if it does not exist"),
        (rotate.clone(), "rotate token `a`"),
        (rotate.beside(name("b")), "rotate token `a` to `b`, and keep both"),
        (Change::remove(name("a")), "remove token `a`"),
        (Change::rename(name("a"), name("b")), "rename token `a` to `b`"),
        (Change::set_expiry(name("a"), None), "remove the expiry of token `a`"),
        (
            Change::set_expiry(name("a"), Some(Expiry::from_millis(0))),
            "set the expiry of token `a` to 1970-01-01T00:00:00Z",
        ),
        (Change::set_permissions(name("a"), []), "set the permissions of token `a` to nothing"),
        (Change::create_databases(databases(&["d"])), "add `d` to `create_databases`"),
        (Change::drop_databases(databases(&["d"])), "remove `d` from `create_databases`"),
    ] {
        assert_eq!(change.to_string(), expected);
    }
    let rotate = Change::rotate(name("a"), token(NEW)).if_sha512([0; 64]);
    assert!(format!("{rotate:?}").ends_with("if_sha512: Some([hash]) }"), "{rotate:?}");
}
