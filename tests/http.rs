//! `HttpTokenRequest` and `HttpPermission`: errors, expiries, and conversion from and to entries of the file.

#[path = "util/props.rs"]
mod props;
mod util;

use std::fmt::Write as _;
use std::time::Duration;

use InvalidJsonKind as Kind;
use influxdb3_offline_tokens::error::InvalidExpiryKind;
use influxdb3_offline_tokens::name::InvalidNameKind;
use influxdb3_offline_tokens::permission::{PermissionErrorKind, PermissionPart};
use influxdb3_offline_tokens::server::{HttpPermission, HttpTokenRequest, InvalidJsonKind};
use influxdb3_offline_tokens::{Expiry, Permission, Token, TokenEntry, TokenName};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::MapDeserializer;
use serde_json::{Value, json};

#[test]
fn serializes_permissions_as_objects() {
    for (text, resource_type, names, actions) in [
        ("db:a:read", "db", json!(["a"]), json!(["read"])),
        ("db:b,a:write,delete,create", "db", json!(["b", "a"]), json!(["create", "write", "delete"])),
        ("db:*:read", "db", json!(["*"]), json!(["read"])),
        ("system:ping,health:read", "system", json!(["ping", "health"]), json!(["read"])),
        ("system:*:read", "system", json!(["*"]), json!(["read"])),
    ] {
        let json = HttpPermission(Permission::parse(text).unwrap()).to_json();
        let expected = json!({"resource_type": resource_type, "resource_names": names, "actions": actions});
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected, "{text}");
    }
}

/// The vendor's example, with the member `resource_names` that the server accepts.
const BODY: &str = r#"{
  "token_name": "Read-write for DATABASE1, DATABASE2",
  "permissions": [{"resource_type": "db", "resource_names": ["DATABASE1", "DATABASE2"], "actions": ["read", "write"]}],
  "expiry_secs": 300000
}"#;

#[test]
fn parses_the_documented_body() {
    let request = HttpTokenRequest::parse(BODY.as_bytes()).unwrap();
    assert_eq!(request.name().as_str(), "Read-write for DATABASE1, DATABASE2");
    assert_eq!(request.permissions(), [Permission::parse("db:DATABASE1,DATABASE2:read,write").unwrap()]);
    assert_eq!(request.expiry_secs(), Some(300_000));
    let entry = request.into_entry(Token::generate().unwrap(), util::now()).unwrap();
    assert_eq!(entry.expiry().unwrap().as_millis(), 1_767_225_600_000 + 300_000_000);
    // Some clients send unknown members.
    let more = BODY.replacen('{', r#"{"type": "resource","#, 1).replace("300000", "null");
    assert_eq!(HttpTokenRequest::parse(more.as_bytes()).unwrap().expiry_secs(), None);
    assert_eq!(HttpTokenRequest::METHOD_AND_PATH, ("POST", "/api/v3/enterprise/configure/token"));
}

#[test]
fn reports_errors_with_spans() {
    use PermissionErrorKind as P;
    const ONE: &str = r#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a", "b"], "actions": ["read"]}], "expiry_secs": 60}"#;
    const SECONDS: &str = "`expiry_secs` must be a non-negative integer of seconds";
    let permission = Kind::Permission;
    let character = |character| permission(P::BadDatabaseName(InvalidNameKind::BadCharacter(character)));
    let deep = "[".repeat(200);
    // A fragment of `ONE`, its replacement, the kind of the error, the text under it, and a part of the message.
    #[rustfmt::skip]
    let rows = [
        (ONE, "", Kind::Syntax, "", "unexpected end of the JSON"),
        (ONE, "[1,]", Kind::Syntax, ",", "invalid JSON"),
        ("60}", "60} x", Kind::Syntax, "x", "unexpected text after the JSON value"),
        (ONE, &deep, Kind::Syntax, "[", "arrays and objects are nested too deeply"),
        (ONE, "[]", Kind::WrongType, "[", "the body of the request must be an object, not an array"),
        (ONE, "{}", Kind::MissingMember, "{", "the body of the request has no `token_name`"),
        ("\"app\"", "7", Kind::WrongType, "7", "`token_name` must be a string, not a number"),
        ("\"app\"", "null", Kind::MissingMember, "{", "the body of the request has no `token_name`"),
        ("app", "_admin", Kind::Name(InvalidNameKind::Reserved), "_admin", "`_admin` is reserved for the operator token"),
        ("\"expiry_secs\"", "\"expiry_sec\"", Kind::MisspeltMember, "\"expiry_sec\"",
            "unknown member `expiry_sec`: the server ignores it; use `expiry_secs`"),
        ("\"expiry_secs\"", "\"token_name\"", Kind::DuplicateMember, "\"token_name\"",
            "duplicate member `token_name`: keep only one of them"),
        ("60", "-1", Kind::Time, "-1", SECONDS),
        ("60", "1.5", Kind::Time, "1.5", SECONDS),
        ("60", "\"60\"", Kind::WrongType, "\"60\"", "`expiry_secs` must be an integer, not a string"),
        ("{\"resource_type", "\"db:a:read\", {\"resource_type", Kind::WrongType, "\"db:a:read\"",
            "a permission must be an object, not a string"),
        ("resource_names", "resource_name", Kind::MisspeltMember, "\"resource_name\"",
            "unknown member `resource_name`: the server ignores it; use `resource_names`"),
        ("resource_names", "resource_identifier", Kind::MisspeltMember, "[\"a\", \"b\"]",
            "`resource_identifier` is from older documentation; use `resource_names`"),
        ("\"actions\": [\"read\"]", "\"x\": 1", Kind::MissingMember, "{", "a permission has no `actions`"),
        ("\"db\"", "\"dbs\"", permission(P::UnknownResourceType), "dbs", "unknown resource type"),
        ("\"db\"", "\"*\"", permission(P::AdminPermission), "*", "only admin tokens have the resource type `*`"),
        ("[\"a\", \"b\"]", "[]", permission(P::EmptyPart(PermissionPart::Names)), "[]", "empty list of names"),
        ("[\"a\", \"b\"]", "\"a\"", Kind::WrongType, "\"a\"", "`resource_names` must be an array, not a string"),
        ("\"b\"", "5", Kind::WrongType, "5", "a name of `resource_names` must be a string, not a number"),
        ("\"b\"", "\"\"", permission(Permission::parse("db:a,:read").unwrap_err().kind()), "",
            "`resource_names`, item 2: the item is empty: remove it"),
        ("\"b\"", "\"*\"", permission(P::MixedWildcard), "[\"a\", \"*\"]", "`*` cannot be mixed with names"),
        ("\"b\"", "\"c,d\"", character(','), ",", "`,` is not allowed in a database name"),
        ("\"b\"", "\"c:d\"", character(':'), ":", "`:` is not allowed in a database name"),
        ("\"b\"", "\"sensors_*\"", permission(P::Glob), "sensors_*", "unsupported pattern `sensors_*` in a name"),
        ("\"b\"", "\"m\\u002eb\"", character('.'), "\\u002e", "`.` is not allowed in a database name"),
        ("\"b\"", "\"\\ud800\"", Kind::Syntax, "\"\\ud800\"", "unpaired surrogate in a string escape"),
        ("[\"read\"]", "[\"read\", \"wrte\"]", permission(P::UnknownAction), "wrte", "unknown action"),
        ("[\"read\"]", "[\"read,write\"]", permission(P::UnknownAction), "read,write", "unknown action"),
        ("[\"read\"]", "[\"*\"]", permission(P::WildcardAction), "*", "`*` is not an action: the server rejects it"),
        ("[\"read\"]", "[]", permission(P::EmptyPart(PermissionPart::Actions)), "[]", "empty list of actions"),
        ("\"db\"", "\"system\"", permission(P::UnknownSystemResource), "a", "unknown system resource"),
    ];
    for (old, new, kind, under, message) in rows {
        assert!(ONE.contains(old));
        let text = ONE.replacen(old, new, 1);
        let error = HttpTokenRequest::parse(text.as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.span().text(&text)), (kind, Some(under)), "{text}: {error}");
        let location = format!("{}:{}: ", error.location().line, error.location().column);
        let shown = error.to_string();
        assert!(
            shown.strip_prefix(&location).is_some_and(|shown| shown.contains(message)),
            "{text}: {error}"
        );
        assert!(serde_json::from_str::<HttpTokenRequest>(&text).is_err(), "{text}");
    }
    let error = HttpTokenRequest::parse(b"{\"token_name\": \"\xFF\"}").unwrap_err();
    assert_eq!((error.kind(), error.span().range()), (Kind::NotUtf8, 16..17));
}

#[test]
fn rounds_expiries_down_to_seconds() {
    let entry = |millis: i64| {
        TokenEntry::new(TokenName::parse("app").unwrap(), Token::generate().unwrap())
            .with_expiry(Some(Expiry::from_millis(millis)))
    };
    let now = 1_767_225_600_000;
    let seconds = |millis: i64| {
        let request = HttpTokenRequest::from_entry(&entry(millis), util::now());
        request.map(|request| request.expiry_secs()).map_err(|error| error.kind())
    };
    for (millis, expected) in [
        (now + 1_000, Ok(Some(1))),
        (now + 1_999, Ok(Some(1))),
        (now + 2_000, Ok(Some(2))),
        (now + 999, Err(InvalidExpiryKind::Past)),
        (now, Err(InvalidExpiryKind::Past)),
        (1, Err(InvalidExpiryKind::Past)),
        (i64::MIN, Err(InvalidExpiryKind::Past)),
        (i64::MAX, Ok(None)),
    ] {
        assert_eq!(seconds(millis), expected, "{millis}");
    }
    let late = util::now() + Duration::from_millis(999);
    let request = HttpTokenRequest::from_entry(&entry(now + 10_000), late).unwrap();
    let back = request.into_entry(Token::generate().unwrap(), late).unwrap().expiry().unwrap();
    assert_eq!(back.as_millis(), now + 9_999);
    let forever = HttpTokenRequest::new(TokenName::parse("app").unwrap(), [], Some(u64::MAX));
    let error = forever.into_entry(Token::generate().unwrap(), util::now()).unwrap_err();
    assert_eq!(error.kind(), InvalidExpiryKind::OutOfRange);
}

#[test]
fn never_shows_a_token() {
    let canary = util::CANARY;
    let entry = TokenEntry::new(TokenName::parse("app").unwrap(), Token::parse(canary).unwrap())
        .with_expiry(Some(Expiry::from_millis(1_767_225_600_000 + 3_600_000)))
        .with_permissions([Permission::parse("db:a:read").unwrap()]);
    let request = HttpTokenRequest::from_entry(&entry, util::now()).unwrap();
    let mut out = format!("{request:?} {}", request.to_json());
    let body = request.to_json();
    let quoted = format!("\"{canary}\"");
    let values = r#""app" "token_name" "db" ["a"] "a" "read" ["read"] "actions" 3600"#;
    for old in values.split(' ').chain([&*body]) {
        let text = body.replacen(old, &quoted, 1);
        // Some bodies are valid, because any text can be a token name.
        if let Err(error) = HttpTokenRequest::parse(text.as_bytes()) {
            let _ = write!(out, "{error} {error:?}");
        }
        if let Err(error) = serde_json::from_str::<HttpTokenRequest>(&text) {
            let _ = write!(out, "{error} {error:?}");
        }
    }
    let error = HttpPermission::from_parts("db", &[format!("{canary}.")], &["read"]).unwrap_err();
    let _ = write!(out, "{error} {error:?}");
    util::assert_no_piece_of(canary, &out, "a request");
}

fn parses_like_serde(text: &[u8]) -> Result<(), String> {
    let by_serde = serde_json::from_slice::<HttpTokenRequest>(text);
    match (HttpTokenRequest::parse(text), by_serde) {
        (Ok(ours), Ok(theirs)) if ours == theirs => Ok(()),
        (Err(error), Err(_)) if error.span().end() <= text.len() && error.location().line > 0 => Ok(()),
        (ours, theirs) => Err(format!("{ours:?}\n{theirs:?}")),
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn requests_round_trip(entry in any::<TokenEntry>(), seconds in proptest::option::of(any::<u64>())) {
        let request = HttpTokenRequest::new(entry.name().clone(), entry.permissions().iter().cloned(), seconds);
        let json = request.to_json();
        prop_assert_eq!(&HttpTokenRequest::parse(json.as_bytes()).unwrap(), &request);
        prop_assert_eq!(&serde_json::from_str::<HttpTokenRequest>(&json).unwrap(), &request);
        for permission in entry.permissions() {
            let json = HttpPermission(permission.clone()).to_json();
            prop_assert_eq!(&HttpPermission::parse(json.as_bytes()).unwrap().0, permission);
            prop_assert_eq!(&serde_json::from_str::<HttpPermission>(&json).unwrap().0, permission);
        }
    }

    #[test]
    fn entries_round_trip_to_the_second(entry in any::<TokenEntry>()) {
        let Ok(request) = HttpTokenRequest::from_entry(&entry, util::now()) else {
            prop_assert!(entry.expiry().unwrap().as_millis() < 1_767_225_601_000);
            return Ok(());
        };
        let back = request.into_entry(entry.token().clone(), util::now()).unwrap();
        prop_assert_eq!(back.name(), entry.name());
        prop_assert_eq!(back.permissions(), entry.permissions());
        match (back.expiry(), entry.expiry()) {
            (Some(back), Some(entry)) => {
                let earlier = i128::from(entry.as_millis()) - i128::from(back.as_millis());
                prop_assert!((0..1000).contains(&earlier), "{earlier}");
            }
            (None, entry) => prop_assert!(entry.is_none_or(|entry| entry.as_millis() == i64::MAX)),
            (Some(_), None) => prop_assert!(false),
        }
    }

    #[test]
    fn from_parts_matches_the_string(
        resource_type in "db|system|dbs|\\*|",
        names in vec("[a-c]{1,2}|a,b||health|\\*|_internal|[a,:. ]{1,3}", 0..3),
        actions in vec("read|write|reed|\\*||[a,:]{1,2}", 0..3),
    ) {
        let built = HttpPermission::from_parts(&resource_type, &names, &actions);
        let text = format!("{resource_type}:{}:{}", names.join(","), actions.join(","));
        match built {
            Ok(permission) => {
                prop_assert_eq!(&permission.0, &Permission::parse(&text).unwrap());
                let back: Value = serde_json::from_str(&permission.to_json()).unwrap();
                prop_assert_eq!(&back["resource_names"], &json!(names), "the names change");
            }
            Err(error) => {
                // Only the string may split an item at its separator.
                let separated = |item: &String| item.contains([',', ':']);
                let hidden = names.iter().chain(&actions).any(separated) || resource_type.contains(':');
                prop_assert!(hidden || Permission::parse(&text).is_err(), "{text}: {error}");
            }
        }
    }

    #[test]
    fn parse_matches_serde_after_edits(
        entry in any::<TokenEntry>(),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let request = HttpTokenRequest::new(entry.name().clone(), entry.permissions().iter().cloned(), Some(60));
        let mut text = request.to_json().into_bytes();
        for (at, byte) in bytes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if let Err(error) = parses_like_serde(&text) {
            prop_assert!(false, "{}\n{error}", String::from_utf8_lossy(&text));
        }
    }

}

/// A value of a format without unsigned integers, such as TOML.
struct Signed(Value);

impl<'de> serde::Deserializer<'de> for Signed {
    type Error = serde_json::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.as_i64() {
            Some(integer) => visitor.visit_i64(integer),
            None => self.0.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, serde_json::Error> for Signed {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn deserializes_seconds_from_signed_integers() {
    let parse = |seconds: i64| {
        let members =
            [("token_name", json!("app")), ("permissions", json!([])), ("expiry_secs", json!(seconds))];
        let members = members.map(|(name, value)| (name, Signed(value)));
        HttpTokenRequest::deserialize(MapDeserializer::new(members.into_iter()))
    };
    assert_eq!(parse(60).unwrap().expiry_secs(), Some(60));
    assert!(parse(-1).is_err());
}

/// Otherwise the token would never expire.
#[test]
fn rejects_misspelt_expiry_members() {
    for member in ["expiry_millis", "expiry", "expires_in", "expiry_seconds", "ttl"] {
        let text = BODY.replace("expiry_secs", member);
        assert_eq!(HttpTokenRequest::parse(text.as_bytes()).unwrap_err().kind(), Kind::MisspeltMember);
        assert!(serde_json::from_str::<HttpTokenRequest>(&text).is_err(), "{member}");
    }
    let both = BODY.replacen("\"resource_names\"", "\"resource_identifier\": [\"*\"], \"resource_names\"", 1);
    assert!(HttpTokenRequest::parse(both.as_bytes()).is_err());
    assert!(serde_json::from_str::<HttpTokenRequest>(&both).is_err());
}
