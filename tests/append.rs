//! A change of a text keeps every byte that it does not concern, and looks like what is there.

mod util;

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};

const OLD: &str = "apiv3_Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNy";
const NEW: &str = "apiv3_NewZf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNy";

fn name(name: &str) -> TokenName {
    TokenName::parse(name).unwrap()
}

fn entry(of: &str) -> TokenEntry {
    TokenEntry::new(name(of), Token::parse(NEW).unwrap())
        .with_permissions([Permission::parse("db:a:read").unwrap()])
}

fn appended(of: &str) -> Change {
    Change::append([entry(of)])
}

/// The text after the changes, with the secrets written shortly.
#[track_caller]
fn after(text: &str, changes: &[Change]) -> String {
    let text = text.replace("OLD", OLD);
    let result = edit::apply(Some(text.as_bytes()), changes).unwrap().expect("a change");
    TokenFile::parse(&result).expect("a sound file");
    String::from_utf8(result.to_vec()).unwrap().replace(OLD, "OLD").replace(NEW, "NEW")
}

#[test]
fn an_entry_is_appended_in_the_style_of_the_file() {
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
        assert_eq!(after(text, &[appended("new")]), expected);
    }
}

#[test]
fn databases_are_added_where_they_are_missing() {
    let add = |names: &[&str]| {
        [Change::create_databases(names.iter().map(|name| DatabaseName::parse(name).unwrap()))]
    };
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
        ("{\n  \"tokens\": []\n}\n", &["a"], "{\n  \"create_databases\": [\"a\"],\n  \"tokens\": []\n}\n"),
        (
            "{\"tokens\": [], \"create_databases\": [\n \"a\"\n]}",
            &["b", "c"],
            "{\"tokens\": [], \"create_databases\": [\n \"a\",\n \"b\",\n \"c\"\n]}",
        ),
    ] {
        assert_eq!(after(text, &add(names)), expected);
    }
    let there = br#"{"create_databases":["\u0061"],"tokens":[]}"#;
    assert!(edit::apply(Some(there), &add(&["a"])).unwrap().is_none());
}

const THREE: &str = "{\"tokens\": [\n {\"token\":\"apiv3_1\",\"name\":\"a\",\"permissions\":[]},\n \
    {\"x\":[1e3],\"token\":\"OLD\",\"name\":\"\\u0062\",\"expiry_millis\":7,\"permissions\":[\"db:x:read\"]},\n \
    {\"token\":\"apiv3_3\",\"name\":\"c\",\"permissions\":[],\"expiry_millis\":9}\n]}";

#[test]
fn one_token_is_changed_and_the_others_stay() {
    let rotated = Change::rotate(name("b"), Token::parse(NEW).unwrap());
    assert_eq!(after(THREE, &[rotated]), THREE.replace("OLD", "NEW"));

    let set = |expiry| [Change::set_expiry(name("b"), expiry)];
    assert_eq!(after(THREE, &set(Some(Expiry::from_millis(-8)))), THREE.replace(":7", ":-8"));
    assert_eq!(after(THREE, &set(None)), THREE.replace(",\"expiry_millis\":7", ""));
    let first = [Change::set_expiry(name("a"), Some(Expiry::from_millis(5)))];
    let expected = THREE.replace("\"a\",\"permissions\":[]", "\"a\",\"permissions\":[],\"expiry_millis\":5");
    assert_eq!(after(THREE, &first), expected);

    let granted = Change::set_permissions(name("b"), [Permission::parse("system:*:read").unwrap()]);
    assert_eq!(after(THREE, &[granted]), THREE.replace("db:x:read", "system:*:read"));

    let beside = Change::rotate(name("b"), Token::parse(NEW).unwrap()).beside(name("b2"));
    let added =
        ",\n {\"token\":\"NEW\",\"name\":\"b2\",\"expiry_millis\":7,\"permissions\":[\"db:x:read\"]}\n]}";
    assert_eq!(after(THREE, &[beside]), THREE.replace("\n]}", added));
}

#[test]
fn a_token_is_removed_with_its_comma() {
    let lines: Vec<&str> = THREE.lines().collect();
    let without = |of: &str| after(THREE, &[Change::remove(name(of))]);
    assert_eq!(without("a"), [lines[0], lines[2], lines[3], lines[4]].join("\n"));
    assert_eq!(without("b"), [lines[0], lines[1], lines[3], lines[4]].join("\n"));
    let last = [lines[0], lines[1], lines[2].trim_end_matches(','), lines[4]].join("\n");
    assert_eq!(without("c"), last);
    let none = ["a", "b", "c"].map(|of| Change::remove(name(of)));
    assert_eq!(after(THREE, &none), "{\"tokens\": [\n \n]}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let text = THREE.replace("OLD", OLD);
    let refuse = |changes: &[Change]| edit::apply(Some(text.as_bytes()), changes).unwrap_err();
    assert_eq!(refuse(&[appended("b")]), ChangeError::NameExists(name("b")));
    assert_eq!(refuse(&[Change::remove(name("d"))]), ChangeError::NoSuchToken(name("d")));
    assert_eq!(refuse(&[appended("d"), appended("e")]), ChangeError::TokenExists(name("e")));
    let twice = Change::append([entry("d"), entry("d")]);
    assert_eq!(refuse(&[twice]), ChangeError::NameExists(name("d")));
    let same_secret = Change::rotate(name("a"), Token::parse(OLD).unwrap());
    assert_eq!(refuse(&[same_secret]), ChangeError::TokenExists(name("a")));
    for changes in [&[][..], &[appended("a")], &[Change::drop_databases([])]] {
        let broken = edit::apply(Some(b"{\"tokens\": ["), changes).unwrap_err();
        assert!(matches!(broken, ChangeError::Invalid(_)));
    }
}

#[test]
fn provisioning_twice_changes_nothing() {
    let append = |of: &str| Change::append([entry(of)]).keep_if_same();
    let once = edit::apply(None, &[append("a")]).unwrap().unwrap();
    assert!(edit::apply(Some(&once), &[append("a")]).unwrap().is_none());
    let other = Change::append([entry("a").with_expiry(Some(Expiry::from_millis(1)))]).keep_if_same();
    assert_eq!(edit::apply(Some(&once), &[other]).unwrap_err(), ChangeError::NameExists(name("a")));
}

#[test]
fn a_token_is_renamed_in_place() {
    let rename = |from: &str, to: &str| Change::rename(name(from), name(to));
    assert_eq!(after(THREE, &[rename("b", "\"x\\")]), THREE.replace("\\u0062", "\\\"x\\\\"));
    let text = THREE.replace("OLD", OLD);
    let apply = |change| edit::apply(Some(text.as_bytes()), &[change]);
    assert!(apply(rename("b", "b")).unwrap().is_none());
    assert_eq!(apply(rename("b", "a")).unwrap_err(), ChangeError::NameExists(name("a")));
    for to in ["d", "e"] {
        assert_eq!(apply(rename("d", to)).unwrap_err(), ChangeError::NoSuchToken(name("d")));
    }
}

#[test]
fn databases_are_dropped_with_their_commas() {
    let text = "{\"create_databases\": [\n \"a\",\n \"\\u0062\",\n \"c\"\n], \"tokens\": []}";
    let drop = |names: &[&str]| {
        [Change::drop_databases(names.iter().map(|name| DatabaseName::parse(name).unwrap()))]
    };
    for (names, expected) in [
        (&["a"][..], "[\n \"\\u0062\",\n \"c\"\n]"),
        (&["b", "d"], "[\n \"a\",\n \"c\"\n]"),
        (&["c"], "[\n \"a\",\n \"\\u0062\"\n]"),
        (&["c", "a"], "[\n \"\\u0062\"\n]"),
        (&["b", "c"], "[\n \"a\"\n]"),
        (&["a", "b", "c"], "[\n \n]"),
    ] {
        let expected = format!("{{\"create_databases\": {expected}, \"tokens\": []}}");
        assert_eq!(after(text, &drop(names)), expected);
    }
    assert!(edit::apply(Some(text.as_bytes()), &drop(&["d"])).unwrap().is_none());
    assert!(edit::apply(None, &drop(&["d"])).unwrap().is_none());
}

#[test]
fn a_rotation_expects_a_secret() {
    let digest = |token: &str| Token::parse(token).unwrap().sha512();
    let rotate = |expected| Change::rotate(name("b"), Token::parse(NEW).unwrap()).if_sha512(expected);
    assert_eq!(after(THREE, &[rotate(digest(OLD))]), THREE.replace("OLD", "NEW"));
    let text = THREE.replace("OLD", OLD);
    for rotate in [rotate(digest(NEW)), rotate(digest(NEW)).beside(name("d"))] {
        let refused = edit::apply(Some(text.as_bytes()), &[rotate]).unwrap_err();
        assert_eq!(refused, ChangeError::SecretChanged(name("b")));
    }
}

#[test]
fn a_change_is_described() {
    let entry = entry("a").with_expiry(Some(Expiry::from_millis(0)));
    let rotate = Change::rotate(name("a"), Token::parse(NEW).unwrap());
    let database = || [DatabaseName::parse("d").unwrap()];
    for (change, expected) in [
        (
            Change::append([entry.clone(), TokenEntry::new(name(OLD), entry.token().clone())]),
            "append token `a` with the expiry 1970-01-01T00:00:00Z and `db:a:read`; token `…` with no expiry and no permissions",
        ),
        (Change::append([]), "append no token"),
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
        (Change::create_databases(database()), "add `d` to `create_databases`"),
        (Change::drop_databases(database()), "remove `d` from `create_databases`"),
    ] {
        assert_eq!(change.to_string(), expected);
    }
}
