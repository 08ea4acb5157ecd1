//! Strategy for tokens files with one mistake.
#![allow(unreachable_pub, reason = "as in util")]

use influxdb3_offline_tokens::{Code, Token, TokenFile, strategies};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A file that a mistake can change; `fill_in` replaces the words in capitals.
const FILE: &str = r#"{"create_databases":DATABASES,"tokens":[BEFORE{"token":"TOKEN","name":"mistaken","expiry_millis":1900000000000,"permissions":["db:created:read"]}AFTER]}"#;
const ENTRY: &str =
    r#"{"token":"TOKEN","name":"mistaken","expiry_millis":1900000000000,"permissions":["db:created:read"]}"#;
const TOKEN: &str = r#""TOKEN""#;
const NAME: &str = r#""mistaken""#;
const EXPIRY: &str = "1900000000000";
const PERMISSIONS: &str = r#"["db:created:read"]"#;
const PERMISSION: &str = r#""db:created:read""#;
const WRONG_TYPES: &[&str] = &["5", "null", "[]", "{}"];

/// A code, a fragment of [`FILE`], and its replacements, each of which is a mistake with that code.
#[rustfmt::skip]
const MISTAKES: &[(Code, &str, &[&str])] = &[
    (Code::ByteOrderMark, "{\"create", &["\u{FEFF}{\"create"]),
    (Code::EmptyFile, FILE, &["", " ", "\n", "\r\n\t"]),
    (Code::JsonSyntax, "AFTER]}", &["AFTER]", "AFTER],}", "AFTER]}// mine", "AFTER]}{}", "AFTER],mine:1}"]),
    (Code::NestedTooDeeply, "AFTER]", &["AFTER],\"description\":DEEP"]),
    (Code::DuplicateMember, "\"name\"", &["\"token\":\"TOKEN\",\"name\""]),
    (Code::NotAnObject, FILE, &["42", "null", "true", "\"x\""]),
    (Code::ArrayAtTop, FILE, &["[ENTRY]"]),
    (Code::BareToken, FILE, &[TOKEN]),
    (Code::AdminTokenFile, FILE, &[r#"{"token":"TOKEN","name":"_admin"}"#]),
    (Code::HttpRequestBody, "\"name\"", &["\"token_name\""]),
    (Code::MissingMember, "\"token\":\"TOKEN\",", &[""]),
    (Code::MissingMember, "\"name\":\"mistaken\",", &[""]),
    (Code::MissingMember, ",\"permissions\":[\"db:created:read\"]", &[""]),
    (Code::WrongType, TOKEN, WRONG_TYPES),
    (Code::WrongType, NAME, WRONG_TYPES),
    (Code::UnknownMember, "\"name\"", &["\"description\":\"mine\",\"name\""]),
    (Code::MisspeltMember, "\"expiry_millis\"", &["\"expiry_milis\"", "\"expiryMillis\"", "\"EXPIRY_MILLIS\"", "\"expires_at\""]),
    (Code::PermissionsNotAList, PERMISSIONS, &["\"db:a:read\""]),
    (Code::PermissionObject, PERMISSION, &[r#"{"resource_type":"db","resource_names":["a"],"actions":["read"]}"#]),
    (Code::CreateDatabasesNotAList, "DATABASES", &["\"db1,db2\""]),
    (Code::ExpiryNotAnInteger, EXPIRY, &["\"1756400061529\"", "1.75e12", "\"2026-01-01T00:00:00Z\"", "\"90d\"", "1.5"]),
    (Code::TokenNotUrlSafe, TOKEN, &["\"TOKEN+x\""]),
    (Code::WildcardSystem, PERMISSION, &["\"system:*:read\""]),
    (Code::DefaultRetentionPolicy, PERMISSION, &["\"db:a/autogen:read\""]),
    (Code::NullMember, EXPIRY, &["null"]),
    (Code::NullMember, "DATABASES", &["null"]),
    (Code::PlaceholderName, PERMISSION, &["\"db:my_database:read\""]),
    (Code::TokenPrefix, TOKEN, &["\"xBODY\"", "\"BearerBODY\"", "\"APIV3_BODY\""]),
    (Code::TokenCharacters, TOKEN, &["\"TOKEN \"", "\"TOKEN\\n\"", "\"TOKEN\u{2026}x\"", "\"TOKEN\u{e9}\""]),
    (Code::PlaceholderToken, TOKEN, &["\"apiv3_your_token_here\""]),
    (Code::WeakToken, TOKEN, &["\"apiv3_aaaaaaaa\""]),
    (Code::TokenWithColon, TOKEN, &["\"TOKEN:x\""]),
    (Code::EmptyName, NAME, &["\"\""]),
    (Code::ReservedName, NAME, &["\"_admin\""]),
    (Code::NameWithSurroundingSpace, NAME, &["\" mine\"", "\"mine \"", "\"\\tmine\\n\""]),
    (Code::TokenInName, NAME, &["\"apiv3_a1-_a1-_a1-_a1-_a1-_a1-_a1-_a1-_\""]),
    (Code::Expired, EXPIRY, &["1000000000000"]),
    (Code::ExpiryInSeconds, EXPIRY, &["1756400061"]),
    (Code::ExpiryTooFine, EXPIRY, &["1756400061529000"]),
    (Code::ExpiryNotPositive, EXPIRY, &["0", "-1"]),
    (Code::NeverExpires, "\"expiry_millis\":1900000000000,", &[""]),
    (Code::DuplicateName, "AFTER", &[r#",{"token":"TOKEN1","name":"mistaken","permissions":[]}AFTER"#]),
    (Code::DuplicateToken, "AFTER", &[r#",{"token":"TOKEN","name":"other","permissions":[]}AFTER"#]),
    (Code::NoTokens, FILE, &[r#"{"create_databases":DATABASES,"tokens":[]}"#]),
    (Code::NoPermissions, PERMISSIONS, &["[]"]),
    (Code::DuplicatePermission, PERMISSIONS, &[r#"["db:a,b:read","db:b,a:read"]"#]),
    (Code::DuplicateItem, PERMISSION, &["\"db:a,a:read\""]),
    (Code::RedundantPermission, PERMISSIONS, &[r#"["db:a:read","db:a:read,write"]"#]),
    (Code::SpecificHidesWildcard, PERMISSIONS, &[r#"["db:*:read,write","db:a:read"]"#]),
    (Code::WildcardDatabase, PERMISSION, &["\"db:*:read\""]),
    (Code::GrantedNotCreated, "DATABASES", &["[]"]),
    (Code::CreatedNotGranted, FILE, &[r#"{"create_databases":["nobody"],"tokens":[ENTRY]}"#]),
    (Code::DuplicateDatabase, "DATABASES", &[r#"["a","b","a"]"#]),
    (Code::CreateWildcard, "DATABASES", &["[\"*\"]"]),
    (Code::TooManyDatabases, "DATABASES", &["MANY"]),
    (Code::InternalDatabase, PERMISSION, &["\"db:_internal:read\""]),
];

/// Files with one mistake, and its code. Other entries have no errors.
pub fn mistaken_file() -> impl Strategy<Value = (String, Code)> {
    let from_table = (select(MISTAKES), any::<Index>())
        .prop_map(|((code, old, new), which)| (code, FILE.replacen(old, new[which.index(new.len())], 1)));
    let permission = strategies::wrong_permission_text().prop_map(|(text, kind)| {
        let code = Code::parse(kind.name()).unwrap();
        (code, FILE.replacen(PERMISSION, &serde_json::to_string(&text).unwrap(), 1))
    });
    let mistake = prop_oneof![3 => from_table, 1 => permission];
    let spaces = vec(select(&["", " ", "\t", "\n", "\r\n", "   \n\n"][..]), 0..40);
    let file = (any::<TokenFile>(), any::<Index>());
    (mistake, spaces, file, any::<Token>().no_shrink()).prop_map(
        |((code, text), spaces, (file, place), token)| {
            (insert_spaces(&fill_in(&text, &file, place, token.expose()), &spaces), code)
        },
    )
}

fn fill_in(text: &str, file: &TokenFile, place: Index, token: &str) -> String {
    let entries: Vec<String> =
        file.tokens().iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let (before, after) = entries.split_at(place.index(entries.len() + 1));
    let token = serde_json::to_string(token).unwrap();
    let token = &token[1..token.len() - 1];
    let many: Vec<String> = (0..101).map(|number| format!("d{number}")).collect();
    text.replace("ENTRY", ENTRY)
        .replace("DATABASES", &serde_json::to_string(file.create_databases()).unwrap())
        .replace("DEEP", &("[".repeat(200) + &"]".repeat(200)))
        .replace("MANY", &serde_json::to_string(&many).unwrap())
        .replace("TOKEN", token)
        .replace("BODY", token.trim_start_matches("apiv3_"))
        .replace("BEFORE", &before.iter().map(|entry| format!("{entry},")).collect::<String>())
        .replace("AFTER", &after.iter().map(|entry| format!(",{entry}")).collect::<String>())
}

/// Inserts the spaces, repeated in a cycle, around the punctuation of the JSON.
fn insert_spaces(compact: &str, spaces: &[&str]) -> String {
    let mut spaces = spaces.iter().cycle();
    let mut space = || spaces.next().copied().unwrap_or_default();
    let (mut out, mut in_string, mut is_escaped) = (String::new(), false, false);
    for character in compact.chars() {
        if !in_string && matches!(character, ']' | '}' | ',' | ':') {
            out += space();
        }
        out.push(character);
        if !in_string && matches!(character, '[' | '{' | ',' | ':') {
            out += space();
        }
        in_string ^= character == '"' && !is_escaped;
        is_escaped = in_string && character == '\\' && !is_escaped;
    }
    out
}

#[test]
fn every_mistake_replaces_one_fragment() {
    for (code, old, new) in MISTAKES {
        assert_eq!(FILE.matches(old).count(), 1, "{code}: {old}");
        assert!(new.iter().all(|new| new != old), "{code}: {old}");
    }
}
