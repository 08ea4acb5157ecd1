//! The JSON Schemas, compared with the parsers.

#[path = "util/props.rs"]
mod props;
mod util;

use influxdb3_offline_tokens::permission::PermissionErrorKind;
use influxdb3_offline_tokens::schema::{ADMIN_JSON_SCHEMA, JSON_SCHEMA};
use influxdb3_offline_tokens::{AdminTokenFile, Code, TokenFile, strategies};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).expect("a valid schema of draft 2020-12");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn schema() -> Validator {
    validator(JSON_SCHEMA)
}

fn without(mut object: Value, member: &str) -> Value {
    assert!(object.as_object_mut().unwrap().remove(member).is_some());
    object
}

fn with(mut object: Value, member: &str, value: Value) -> Value {
    object[member] = value;
    object
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
    let token = json!({"token": "apiv3_a", "name": "app", "expiry_millis": 1, "permissions": ["db:a:read"]});
    let file = |token: Value| json!({"create_databases": ["a"], "tokens": [token]});
    let with = |member, value: Value| file(with(token.clone(), member, value));
    assert!(schema.is_valid(&file(token.clone())));
    for (what, value) in [
        ("no tokens", json!({})),
        ("an array", json!([])),
        ("a map of tokens", json!({"tokens": {}})),
        ("databases in a string", json!({"tokens": [], "create_databases": "a"})),
        ("a wildcard database", json!({"tokens": [], "create_databases": ["*"]})),
        ("no token", file(without(token.clone(), "token"))),
        ("no name", file(without(token.clone(), "name"))),
        ("no permissions", file(without(token.clone(), "permissions"))),
        ("the prefix", with("token", json!("abc"))),
        ("a space", with("token", json!("apiv3_a b"))),
        ("an empty name", with("name", json!(""))),
        ("the operator's name", with("name", json!("_admin"))),
        ("a fraction", with("expiry_millis", json!(1.5))),
        ("a date", with("expiry_millis", json!("2026-01-01T00:00:00Z"))),
        ("a permission alone", with("permissions", json!("db:a:read"))),
        ("an object", with("permissions", json!([{"resource_type": "db"}]))),
        ("an action", with("permissions", json!(["db:a:reed"]))),
        ("an empty item", with("permissions", json!(["db:a,,b:read"]))),
        ("a mixed wildcard", with("permissions", json!(["db:*,a:read"]))),
        ("a system resource", with("permissions", json!(["system:queries:read"]))),
        ("a trailing line break", with("permissions", json!(["db:a:read\n"]))),
    ] {
        assert!(!schema.is_valid(&value), "{what}");
        assert!(TokenFile::parse(value.to_string().as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn admin_schema_matches_the_parser() {
    let schema = validator(ADMIN_JSON_SCHEMA);
    let file = json!({"token": "apiv3_a", "name": "_admin", "description": "d", "expiry_millis": 1});
    let with = |member, value: Value| with(file.clone(), member, value);
    for (what, value, is_valid) in [
        ("all members", file.clone(), true),
        ("required members only", json!({"token": "apiv3_a", "name": "deploy"}), true),
        ("an unknown member", with("more", json!(1)), true),
        ("null as the description", with("description", Value::Null), true),
        ("null as the expiry", with("expiry_millis", Value::Null), true),
        ("null as the name", with("name", Value::Null), false),
        ("no token", without(file.clone(), "token"), false),
        ("no name", without(file.clone(), "name"), false),
        ("an empty name", with("name", json!("")), false),
        ("the prefix", with("token", json!("abc")), false),
        ("a space", with("token", json!("apiv3_a b")), false),
        ("a number as the description", with("description", json!(1)), false),
        ("a fraction", with("expiry_millis", json!(1.5)), false),
        ("a date", with("expiry_millis", json!("2026-01-01")), false),
        ("a tokens file", json!({"tokens": []}), false),
        ("an array", json!([file]), false),
    ] {
        assert_eq!(schema.is_valid(&value), is_valid, "{what}");
        assert_eq!(AdminTokenFile::parse(value.to_string().as_bytes()).is_ok(), is_valid, "{what}");
    }
}

proptest! {
    #![proptest_config(props::cases(200))]

    #[test]
    fn schemas_accept_generated_files(file: TokenFile, admin: AdminTokenFile) {
        for (schema, json) in [(JSON_SCHEMA, file.to_json()), (ADMIN_JSON_SCHEMA, admin.to_json())] {
            prop_assert!(validator(schema).is_valid(&serde_json::from_slice(&json).unwrap()));
        }
    }

    #[test]
    fn schema_rejects_invalid_permissions((text, kind) in strategies::wrong_permission_text()) {
        // A regular expression cannot limit the names in a list.
        prop_assume!(kind != PermissionErrorKind::DatabaseNameTooLong);
        let value = json!({"tokens": [{"token": "apiv3_a", "name": "app", "permissions": [text]}]});
        prop_assert!(!schema().is_valid(&value));
    }
}
