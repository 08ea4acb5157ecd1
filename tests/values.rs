//! Names, tokens, expiries, releases, permissions and files as values: parsing, printing and conversions.

#![allow(missing_docs)]

mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use serde::Deserialize as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use InvalidNameKind::{BadCharacter, BadStart, Empty, LastSlash, SecondSlash, TooLong};
use InvalidTokenKind::{Characters, Prefix};
use influxdb3_offline_tokens::error::{DuplicateEntry, InvalidExpiryKind};
use influxdb3_offline_tokens::name::InvalidNameKind;
use influxdb3_offline_tokens::permission::{
    DatabaseNames, DatabasePermission, Scope, SystemPermission, SystemResources,
};
use influxdb3_offline_tokens::span::{LineIndex, Span};
use influxdb3_offline_tokens::token::InvalidTokenKind;
use influxdb3_offline_tokens::{
    AdminTokenFile, Code, DatabaseActions, DatabaseName, Expiry, Permission, Release, Severity,
    SystemResource, Token, TokenEntry, TokenFile, TokenName, Validator,
};
use props::cases;
use proptest::prelude::*;

/// Asserts that a check reports an error at `pointer` if the member there is `value`.
#[track_caller]
fn assert_check_rejects(pointer: &str, value: &str) {
    let mut file = serde_json::json!({
        "create_databases": ["a"],
        "tokens": [{"token": "apiv3_a", "name": "a", "permissions": []}],
    });
    *file.pointer_mut(pointer).unwrap() = value.into();
    let report = Validator::new(UNIX_EPOCH).check(file.to_string().as_bytes());
    let has_error =
        report.iter().any(|found| found.severity() == Severity::Error && found.pointer() == pointer);
    assert!(has_error, "{value:?}: {report}");
}

#[test]
fn parses_database_names() {
    for name in ["a", "0", "db1", "A-b_c", "a/b", "a/_", "_internal", &"a".repeat(511)] {
        assert_eq!(DatabaseName::parse(name).unwrap().as_str(), name);
    }
    let long = "a".repeat(512);
    for (name, kind, span) in [
        ("", Empty, Span::new(0, 0)),
        ("_x", BadStart('_'), Span::new(0, 1)),
        ("-x", BadStart('-'), Span::new(0, 1)),
        ("/x", BadStart('/'), Span::new(0, 1)),
        ("_", BadStart('_'), Span::new(0, 1)),
        ("_Internal", BadStart('_'), Span::new(0, 1)),
        (" a", BadCharacter(' '), Span::new(0, 1)),
        ("a ", BadCharacter(' '), Span::new(1, 2)),
        ("a.b", BadCharacter('.'), Span::new(1, 2)),
        ("*", BadCharacter('*'), Span::new(0, 1)),
        ("a,b", BadCharacter(','), Span::new(1, 2)),
        ("a:b", BadCharacter(':'), Span::new(1, 2)),
        ("a\u{43E}b", BadCharacter('\u{43E}'), Span::new(1, 3)),
        ("\u{1F4C8}", BadCharacter('\u{1F4C8}'), Span::new(0, 4)),
        ("a/", LastSlash, Span::new(1, 2)),
        ("a/b/", LastSlash, Span::new(3, 4)),
        ("a/b/c", SecondSlash, Span::new(3, 4)),
        ("a//b", SecondSlash, Span::new(2, 3)),
        (&long, TooLong, Span::new(0, 512)),
    ] {
        let error = DatabaseName::parse(name).unwrap_err();
        assert_eq!((error.kind(), error.span()), (kind, span), "{name:?}");
        assert_check_rejects("/create_databases/0", name);
    }
}

#[test]
fn parses_token_names() {
    for name in ["a", " ", " app", "_ADMIN", " _admin", "_admin ", "\u{1F511}", "a\nb"] {
        assert_eq!(TokenName::parse(name).unwrap().as_str(), name);
    }
    for (name, kind) in [("", Empty), ("_admin", InvalidNameKind::Reserved)] {
        assert_eq!(TokenName::parse(name).unwrap_err().kind(), kind);
        assert_check_rejects("/tokens/0/name", name);
    }
}

#[test]
fn parses_tokens() {
    for token in ["apiv3_", "apiv3_a", "apiv3_a:b", "apiv3_~!"] {
        assert_eq!(Token::parse(token).unwrap().expose(), token);
    }
    for (token, kind, span) in [
        ("", Prefix, Span::new(0, 0)),
        ("abc", Prefix, Span::new(0, 3)),
        ("APIV3_abc", Prefix, Span::new(0, 9)),
        (" apiv3_abc", Prefix, Span::new(0, 10)),
        ("Bearer apiv3_abc", Prefix, Span::new(0, 16)),
        ("apiv3_a b", Characters, Span::new(7, 8)),
        ("apiv3_a\n", Characters, Span::new(7, 8)),
        ("apiv3_a \t b", Characters, Span::new(7, 10)),
        ("apiv3_\u{2026}x", Characters, Span::new(6, 9)),
        ("apiv3_\u{7F}", Characters, Span::new(6, 7)),
    ] {
        let error = Token::parse(token).unwrap_err();
        assert_eq!((error.kind(), error.span()), (kind, span), "{token:?}");
        assert_check_rejects("/tokens/0/token", token);
    }
}

#[test]
fn generates_distinct_url_safe_tokens() {
    let tokens: Vec<Token> = (0..100).map(|_| Token::generate().unwrap()).collect();
    for token in &tokens {
        let body = token.expose().strip_prefix("apiv3_").unwrap();
        assert_eq!(body.len(), 86);
        assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }
    let distinct: std::collections::HashSet<&str> = tokens.iter().map(Token::expose).collect();
    assert_eq!(distinct.len(), tokens.len());
}

#[test]
fn hashes_the_whole_token() {
    // `printf apiv3_abc | sha512sum`
    let hash = Token::parse("apiv3_abc").unwrap().sha512();
    let hex = hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(hex, SHA512_OF_APIV3_ABC);
}

const SHA512_OF_APIV3_ABC: &str = "4543376fb0e749b254cc7e177337714a4a1c70d4e3f3c4aaca36258c02323541957f0298cde6e60d791159d79ba6ba23d1b70716ee6ef6229584fc5c96d0627e";

#[test]
fn parses_and_displays_expiries() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (1_756_400_061_529, "2025-08-28T16:54:21.529Z"),
        (1_756_400_061_000, "2025-08-28T16:54:21Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "253402300800000"),
        (-1, "-1"),
        (i64::MIN, "-9223372036854775808"),
        (i64::MAX, "9223372036854775807"),
    ] {
        let expiry = Expiry::from_millis(millis);
        assert_eq!(expiry.to_string(), text);
        assert_eq!(Expiry::parse(text), Ok(expiry));
        assert_eq!(text.parse(), Ok(expiry));
    }
    for (text, millis) in
        [("1756400061529", 1_756_400_061_529), ("0", 0), ("2026-01-01T00:00:00.123456Z", 1_767_225_600_123)]
    {
        assert_eq!(Expiry::parse(text).unwrap().as_millis(), millis, "{text}");
    }
    #[rustfmt::skip]
    let invalid = [
        "", "never", "90d", "1.5", "1e3", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", " 1",
        "2026-13-01T00:00:00Z",
    ];
    for text in invalid {
        assert_eq!(Expiry::parse(text).unwrap_err().kind(), InvalidExpiryKind::NotATime, "{text}");
    }
    for text in ["9223372036854775808", "-9223372036854775809"] {
        assert_eq!(Expiry::parse(text).unwrap_err().kind(), InvalidExpiryKind::OutOfRange, "{text}");
    }
}

#[test]
fn adds_durations_to_a_time() {
    let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
    let day = 86_400_000;
    for (duration, millis) in
        [("10d", 10 * day), ("2h 30m", 9_000_000), ("1500ms", 1_500), ("1999us", 1), ("0s", 0)]
    {
        let expiry = Expiry::parse_after(now, duration).unwrap();
        assert_eq!(expiry.as_millis(), 1_000_000_000 + millis, "{duration}");
    }
    for duration in ["", "10", "d", "soon", "-1d", "1,5d"] {
        let error = Expiry::parse_after(now, duration).unwrap_err();
        assert_eq!(error.kind(), InvalidExpiryKind::NotADuration, "{duration}");
    }
    let largest = Duration::from_millis(i64::MAX.unsigned_abs());
    assert_eq!(Expiry::after(UNIX_EPOCH, largest).unwrap().as_millis(), i64::MAX);
    for duration in [largest + Duration::from_millis(1), Duration::MAX, Duration::from_secs(u64::MAX)] {
        assert_eq!(Expiry::after(UNIX_EPOCH, duration).unwrap_err().kind(), InvalidExpiryKind::OutOfRange);
    }
    let before = UNIX_EPOCH - Duration::from_millis(5);
    assert_eq!(Expiry::after(before, Duration::from_millis(2)).unwrap().as_millis(), -3);
}

#[test]
fn expires_at_the_exact_millisecond() {
    for (millis, nanos, is_past) in [
        (1_000, 0, false),
        (1_000, 999_999_999, false),
        (1_000, 1_000_000_000, true),
        (1_000, 1_000_000_001, true),
        (0, 0, true),
        (i64::MIN, 0, true),
        (i64::MAX, 0, false),
    ] {
        let now = UNIX_EPOCH + Duration::from_nanos(nanos);
        assert_eq!(Expiry::from_millis(millis).is_past(now), is_past, "{millis} {nanos}");
    }
}

#[test]
fn parses_releases() {
    for (text, release) in [
        ("3.9", Release::new(3, 9, 0)),
        ("3.11.1", Release::new(3, 11, 1)),
        ("v3.10.0", Release::new(3, 10, 0)),
        ("0.0", Release::new(0, 0, 0)),
        ("65535.65535.65535", Release::new(65_535, 65_535, 65_535)),
    ] {
        assert_eq!(Release::parse(text), Ok(release), "{text}");
    }
    for text in [
        "", "3", "3.", ".9", "3..1", "3.9.0.1", "3.x", "3.-1", "3.+1", "3.9 ", "65536.0", "vv3.9", "3.9-beta",
    ] {
        assert!(Release::parse(text).is_err(), "{text}");
    }
    assert!(Release::new(3, 9, 9) < Release::new(3, 10, 0));
}

#[test]
fn rejects_duplicate_names_and_tokens() {
    let entry = |name, token| TokenEntry::new(TokenName::parse(name).unwrap(), Token::parse(token).unwrap());
    let file = TokenFile::new([], [entry("a", "apiv3_1"), entry("b", "apiv3_2")]).unwrap();
    for (name, token, has_same_name) in
        [("b", "apiv3_3", true), ("c", "apiv3_1", false), ("a", "apiv3_1", true)]
    {
        let mut pushed = file.clone();
        let by_push = pushed.push(entry(name, token)).unwrap_err();
        assert_eq!(pushed.tokens().len(), 2);
        let entries = file.tokens().iter().cloned().chain([entry(name, token)]);
        for error in [by_push, TokenFile::new([], entries).unwrap_err()] {
            let is_expected = match &error {
                DuplicateEntry::Name { name: shown, .. } => has_same_name && *shown == name,
                DuplicateEntry::Token { name: shown, .. } => !has_same_name && *shown == name,
                _ => false,
            };
            assert!(is_expected, "{name} {token}: {error}");
        }
    }
    let mut file = file;
    file.push(entry("c", "apiv3_3")).unwrap();
    assert_eq!(file.tokens()[2].name(), "c");
}

fn any_time() -> impl Strategy<Value = SystemTime> {
    (any::<bool>(), 0..=i64::MAX.unsigned_abs() / 2, 0..1_000_000_000_u32).prop_map(
        |(before, seconds, nanos)| {
            let distance = Duration::new(seconds, nanos);
            let time =
                if before { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
            time.unwrap_or(UNIX_EPOCH)
        },
    )
}

/// Milliseconds since 1970, rounded down; independent of the library.
fn millis_of(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_millis()).unwrap(),
        Err(before) => {
            let nanos = i128::try_from(before.duration().as_nanos()).unwrap();
            -((nanos + 999_999) / 1_000_000)
        }
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn expiries_round_trip(expiry: Expiry, millis: i64) {
        for expiry in [expiry, Expiry::from_millis(millis)] {
            prop_assert_eq!(Expiry::parse(&expiry.to_string()), Ok(expiry));
            prop_assert_eq!(Expiry::parse(&expiry.as_millis().to_string()), Ok(expiry));
        }
    }

    #[test]
    fn adds_durations_exactly_or_fails(now in any_time(), duration: Duration) {
        // Only a fraction of a millisecond is lost.
        let exact = millis_of(now) + i128::try_from(duration.as_millis()).unwrap();
        match Expiry::after(now, duration) {
            Ok(expiry) => prop_assert_eq!(i128::from(expiry.as_millis()), exact),
            Err(error) => {
                prop_assert_eq!(error.kind(), InvalidExpiryKind::OutOfRange);
                prop_assert!(i64::try_from(exact).is_err());
            }
        }
    }

    #[test]
    fn past_expiries_have_no_time_remaining(expiry: Expiry, now in any_time()) {
        prop_assert_eq!(expiry.is_past(now), i128::from(expiry.as_millis()) <= millis_of(now));
        prop_assert_eq!(expiry.is_past(now), expiry.remaining(now).is_none());
        prop_assert_eq!(expiry.is_past(now), expiry.elapsed(now).is_some());
    }

    #[test]
    fn releases_round_trip_and_sort(a: Release, b: Release) {
        prop_assert_eq!(Release::parse(&a.to_string()), Ok(a));
        prop_assert_eq!(Release::parse(&format!("v{a}")), Ok(a));
        let numbers = |release: Release| release.to_string().split('.').map(|part| part.parse::<u16>().unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(a.cmp(&b), numbers(a).cmp(&numbers(b)));
    }

    #[test]
    fn names_and_resources_round_trip(database: DatabaseName, name: TokenName, resource: SystemResource) {
        prop_assert_eq!(database.to_string().parse(), Ok(database));
        prop_assert_eq!(name.to_string().parse(), Ok(name));
        prop_assert_eq!(resource.to_string().parse(), Ok(resource));
    }

    #[test]
    fn texts_keep_the_laws(
        text in prop_oneof![any::<String>(), "apiv3_.{0,8}", "[aApiv3_ ]{5,9}", "[0-9TZ:. +-]{0,30}"],
    ) {
        laws::grammar::all(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn tokens_match_only_themselves(token: Token, other: Token) {
        prop_assert!(token.matches(token.expose()) && token.clone().matches(token.expose()));
        prop_assert_eq!(token.matches(other.expose()), token.expose() == other.expose());
        prop_assert_eq!(token.sha512() == other.sha512(), token.expose() == other.expose());
    }

    #[test]
    fn locates_lines_and_columns(text in "(\n|\r\n|a|é|\u{1F4C8}|.{1,400}|\n{3}){0,12}", offset in 0..5_000_usize) {
        let offset = offset.min(text.len());
        let offset = (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap();
        let before = &text[..offset];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let location = LineIndex::new(text.as_bytes()).location(offset);
        prop_assert_eq!((location.line, location.column), (line, column));
    }
}

/// A deserializer of strings and any `f64`, including those that JSON cannot represent.
enum Scalar {
    Text(&'static str),
    Number(f64),
}

impl<'de> serde::Deserializer<'de> for Scalar {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Number(number) => visitor.visit_f64(number),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl serde::de::IntoDeserializer<'_> for Scalar {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn serde_rejects_non_integer_expiries() {
    // Read as `null`, such a number would mean a token that never expires.
    for expiry in [f64::NAN, f64::INFINITY, 1.5] {
        let members = [
            ("token", Scalar::Text("apiv3_a")),
            ("name", Scalar::Text("a")),
            ("expiry_millis", Scalar::Number(expiry)),
        ];
        let object = serde::de::value::MapDeserializer::new(members.into_iter());
        assert!(AdminTokenFile::deserialize(object).is_err(), "{expiry}");
    }
}

/// With a misspelt `expiry_millis`, the token would never expire.
#[test]
fn serde_rejects_misspelt_members() {
    let entry =
        |member: &str| format!(r#"{{"token": "apiv3_a", "name": "a", "permissions": [], "{member}": 1}}"#);
    for member in ["expiry_milis", "Expiry_millis", "expires", "expiry_secs", "ttl"] {
        let text = entry(member);
        let file = format!(r#"{{"tokens": [{text}]}}"#);
        let error = serde_json::from_str::<TokenEntry>(&text).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("/{member}: ")) && error.contains("use `expiry_millis`"),
            "{error}"
        );
        assert!(serde_json::from_str::<TokenFile>(&file).is_err(), "{member}");
        assert!(TokenFile::parse(file.as_bytes()).is_err(), "{member}");
        let admin = text.replace("permissions", "owner");
        assert_eq!(
            serde_json::from_str::<AdminTokenFile>(&admin).is_err(),
            AdminTokenFile::parse(admin.as_bytes()).is_err(),
            "{member}"
        );
    }
    for member in ["comment", "owner", "x"] {
        assert_eq!(serde_json::from_str::<TokenEntry>(&entry(member)).unwrap().expiry(), None);
    }
    // If `expiry_millis` is present, these are unknown members, not misspelt ones.
    for member in ["id", "value", "expires", "grants"] {
        let text = entry("expiry_millis").replacen('{', &format!("{{\"{member}\": 1, "), 1);
        assert!(serde_json::from_str::<TokenEntry>(&text).is_ok(), "{member}");
        assert!(TokenFile::parse(format!(r#"{{"tokens": [{text}]}}"#).as_bytes()).is_ok(), "{member}");
    }
    let error = serde_json::from_str::<TokenEntry>("[1]").unwrap_err().to_string();
    assert!(error.starts_with("an entry must be an object"), "{error}");
    let file = r#"{"create_database": ["a"], "tokens": []}"#;
    assert!(serde_json::from_str::<TokenFile>(file).is_err() && TokenFile::parse(file.as_bytes()).is_err());
}

#[test]
fn treats_null_as_absent() {
    let entry = r#"{"token": "apiv3_a", "name": "a", "expiry_millis": null, "permissions": []}"#;
    let file = format!(r#"{{"create_databases": null, "tokens": [{entry}]}}"#);
    let parsed = TokenFile::parse(file.as_bytes()).unwrap();
    let by_serde: TokenFile = serde_json::from_str(&file).unwrap();
    assert_eq!((parsed.create_databases(), parsed.tokens()[0].expiry()), (&[][..], None));
    assert_eq!(*parsed.to_json(), *by_serde.to_json());
    let admin = r#"{"token": "apiv3_a", "name": "a", "description": null, "expiry_millis": null}"#;
    let parsed = AdminTokenFile::parse(admin.as_bytes()).unwrap();
    let by_serde: AdminTokenFile = serde_json::from_str(admin).unwrap();
    assert_eq!((parsed.description(), parsed.expiry()), (None, None));
    assert_eq!(*parsed.to_json(), *by_serde.to_json());
    for member in ["token", "name", "permissions", "tokens"] {
        let file = r#"{"tokens": [{"token": "apiv3_a", "name": "a", "permissions": []}]}"#;
        let mut value: serde_json::Value = serde_json::from_str(file).unwrap();
        let entry = if member == "tokens" { &mut value[member] } else { &mut value["tokens"][0][member] };
        *entry = serde_json::Value::Null;
        assert!(TokenFile::parse(value.to_string().as_bytes()).is_err(), "{member}");
        assert!(serde_json::from_value::<TokenFile>(value).is_err(), "{member}");
    }
}

#[test]
fn names_and_values_convert_from_strings() {
    fn converts<T: TryFrom<String> + for<'a> TryFrom<&'a str> + std::str::FromStr>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
            && <T as TryFrom<&str>>::try_from(text).is_ok()
            && text.parse::<T>().is_ok()
            && T::try_from(String::new()).is_err()
    }
    assert!(converts::<DatabaseName>("a") && converts::<TokenName>("a") && converts::<Token>("apiv3_a"));
    assert!(converts::<Expiry>("1000") && converts::<Release>("3.9") && converts::<Permission>("db:a:read"));
    assert!(converts::<DatabaseActions>("read") && converts::<SystemResource>("ping"));
    assert!(converts::<Code>("T0214") && converts::<Severity>("note"));
    let name = DatabaseName::try_from("a").unwrap();
    assert!(name == "a" && name == *"a" && name != "b");
    let name = TokenName::try_from("a").unwrap();
    assert!(name == "a" && name == *"a" && name != "b");
}

#[test]
fn actions_form_a_set() {
    let (read, write) = (DatabaseActions::READ, DatabaseActions::WRITE);
    let mut actions = DatabaseActions::EMPTY;
    actions |= read | write;
    assert_eq!(actions & read, read);
    actions = actions - read;
    assert_eq!((actions, !actions), (write, DatabaseActions::ALL - write));
    assert_eq!(!DatabaseActions::ALL, DatabaseActions::EMPTY);
    let all: Vec<String> = DatabaseActions::ALL.into_iter().map(|action| action.to_string()).collect();
    assert!(DatabaseActions::ALL.names().eq(all.iter().map(String::as_str)));
    assert!((read | write).into_iter().eq([read, write]));
}

#[test]
fn sorts_permissions() {
    let mut permissions: Vec<Permission> =
        ["system:ping:read", "db:b:read", "db:a:write", "db:a:read", "db:*:write"]
            .map(|text| text.parse().unwrap())
            .into();
    permissions.sort();
    let sorted: Vec<String> = permissions.iter().map(ToString::to_string).collect();
    assert_eq!(sorted, ["db:*:write", "db:a:read", "db:a:write", "db:b:read", "system:ping:read"]);
}

#[test]
fn builds_permissions_from_typed_names() {
    let name = |text: &str| DatabaseName::parse(text).unwrap();
    let mut names = DatabaseNames::from(name("b"));
    names.extend([name("a/x"), name("_internal")]);
    for (permission, text) in [
        (Permission::read(name("a")), "db:a:read"),
        (Permission::write(names.clone()), "db:b,a/x,_internal:write"),
        (Permission::read_write(Scope::All), "db:*:read,write"),
        (
            DatabasePermission::write(names).with_added_actions(DatabaseActions::ALL).into(),
            "db:b,a/x,_internal:create,describe,read,write,delete",
        ),
        (SystemPermission::new(SystemResource::Ping.into()).into(), "system:ping:read"),
    ] {
        assert_eq!(permission, Permission::parse(text).unwrap());
        assert_eq!(permission.to_string(), text);
    }
    let mut resources = SystemResources::from(SystemResource::Ready);
    resources.extend([SystemResource::Ping]);
    assert_eq!(resources.to_string(), "ready,ping");
    assert!(resources.contains(SystemResource::Ping) && !resources.contains(SystemResource::Health));
    assert_eq!(resources.into_iter().count(), 2);
}

#[test]
fn iterates_names_and_resources() {
    let text = String::from("db:a,b:read");
    let names: Vec<&str> = match Permission::parse_borrowed(&text).unwrap() {
        Permission::Database(permission) => {
            permission.scope().names().copied().unwrap().into_iter().collect()
        }
        _ => unreachable!(),
    };
    assert_eq!(names, ["a", "b"]);
    let resources = SystemResources::new([SystemResource::Ready, SystemResource::Ping]).unwrap();
    assert!((&resources).into_iter().eq([SystemResource::Ready, SystemResource::Ping]));
}
