//! The JSON Schemas, compared with the parsers.

#![allow(missing_docs)]

mod util;

use influxdb3_offline_tokens::permission::PermissionErrorKind;
use influxdb3_offline_tokens::schema::{ADMIN_JSON_SCHEMA, JSON_SCHEMA};
use influxdb3_offline_tokens::{AdminTokenFile, Code, TokenFile, strategies};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema() -> Validator {
    validator(JSON_SCHEMA)
}

fn admin_schema() -> Validator {
    validator(ADMIN_JSON_SCHEMA)
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).expect("the schema is one of draft 2020-12");
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn schema_accepts_every_valid_fixture() {
    let schema = schema();
    let (mut accepted, mut rejected) = (0, 0);
    for code in Code::ALL {
        let folder = util::fixtures().join("codes").join(format!("{}-{}", code.id(), code.name()));
        for path in util::files(&folder, ".json") {
            let bytes = std::fs::read(&path).unwrap();
            let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
            let valid = TokenFile::parse(&bytes).is_ok();
            if schema.is_valid(&value) {
                accepted += 1;
            } else {
                rejected += 1;
                assert!(!valid, "{}: only the schema rejects it", path.display());
            }
        }
    }
    assert!(accepted > 200 && rejected > 100, "{accepted} accepted, {rejected} rejected");
}

#[test]
fn schema_rejects_common_mistakes() {
    let schema = schema();
    let token = |change: fn(&mut Value)| {
        let mut token =
            json!({"token": "apiv3_a", "name": "app", "expiry_millis": 1, "permissions": ["db:a:read"]});
        change(&mut token);
        json!({"create_databases": ["a"], "tokens": [token]})
    };
    assert!(schema.is_valid(&token(|_| {})));
    let wrong: &[(&str, Value)] = &[
        ("no tokens", json!({})),
        ("an array", json!([])),
        ("a map of tokens", json!({"tokens": {}})),
        ("databases in a string", json!({"tokens": [], "create_databases": "a"})),
        ("a wildcard database", json!({"tokens": [], "create_databases": ["*"]})),
        ("no token", token(|token| drop(token.as_object_mut().unwrap().remove("token")))),
        ("no name", token(|token| drop(token.as_object_mut().unwrap().remove("name")))),
        ("no permissions", token(|token| drop(token.as_object_mut().unwrap().remove("permissions")))),
        ("the prefix", token(|token| token["token"] = json!("abc"))),
        ("a space", token(|token| token["token"] = json!("apiv3_a b"))),
        ("an empty name", token(|token| token["name"] = json!(""))),
        ("the operator's name", token(|token| token["name"] = json!("_admin"))),
        ("a fraction", token(|token| token["expiry_millis"] = json!(1.5))),
        ("a date", token(|token| token["expiry_millis"] = json!("2026-01-01T00:00:00Z"))),
        ("a permission alone", token(|token| token["permissions"] = json!("db:a:read"))),
        ("an object", token(|token| token["permissions"] = json!([{"resource_type": "db"}]))),
        ("an action", token(|token| token["permissions"] = json!(["db:a:reed"]))),
        ("an empty item", token(|token| token["permissions"] = json!(["db:a,,b:read"]))),
        ("a mixed wildcard", token(|token| token["permissions"] = json!(["db:*,a:read"]))),
        ("a system resource", token(|token| token["permissions"] = json!(["system:queries:read"]))),
        ("a trailing line break", token(|token| token["permissions"] = json!(["db:a:read\n"]))),
    ];
    for (what, value) in wrong {
        assert!(!schema.is_valid(value), "{what}");
        assert!(TokenFile::parse(value.to_string().as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn admin_schema_matches_the_parser() {
    let schema = admin_schema();
    let file = |change: fn(&mut Value)| {
        let mut file = json!({"token": "apiv3_a", "name": "_admin", "description": "d", "expiry_millis": 1});
        change(&mut file);
        file
    };
    for (what, value, is_valid) in [
        ("all members", file(|_| {}), true),
        ("required members only", json!({"token": "apiv3_a", "name": "deploy"}), true),
        ("an unknown member", file(|file| file["more"] = json!(1)), true),
        (
            "null for optional members",
            file(|file| (file["description"], file["expiry_millis"]) = (Value::Null, Value::Null)),
            true,
        ),
        ("null as the name", file(|file| file["name"] = Value::Null), false),
        ("no token", file(|file| drop(file.as_object_mut().unwrap().remove("token"))), false),
        ("no name", file(|file| drop(file.as_object_mut().unwrap().remove("name"))), false),
        ("an empty name", file(|file| file["name"] = json!("")), false),
        ("the prefix", file(|file| file["token"] = json!("abc")), false),
        ("a space", file(|file| file["token"] = json!("apiv3_a b")), false),
        ("a number as the description", file(|file| file["description"] = json!(1)), false),
        ("a fraction", file(|file| file["expiry_millis"] = json!(1.5)), false),
        ("a date", file(|file| file["expiry_millis"] = json!("2026-01-01")), false),
        ("a tokens file", json!({"tokens": []}), false),
        ("an array", json!([file(|_| {})]), false),
    ] {
        assert_eq!(schema.is_valid(&value), is_valid, "{what}");
        assert_eq!(AdminTokenFile::parse(value.to_string().as_bytes()).is_ok(), is_valid, "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schema_accepts_generated_files(file in any::<TokenFile>()) {
        let value: Value = serde_json::from_slice(&file.to_json()).unwrap();
        prop_assert!(schema().is_valid(&value));
    }

    #[test]
    fn admin_schema_accepts_generated_files(file in any::<AdminTokenFile>()) {
        let value: Value = serde_json::from_slice(&file.to_json()).unwrap();
        prop_assert!(admin_schema().is_valid(&value));
    }

    #[test]
    fn schema_rejects_invalid_permissions((text, kind) in strategies::wrong_permission_text()) {
        // A regular expression cannot limit the names in a list.
        prop_assume!(kind != PermissionErrorKind::DatabaseNameTooLong);
        let value = json!({"tokens": [{"token": "apiv3_a", "name": "app", "permissions": [text]}]});
        prop_assert!(!schema().is_valid(&value));
    }
}
