//! SARIF logs, checked with the JSON Schema of SARIF 2.1.0 (OASIS). The schema is in the source of the crate `serde-sarif`,
//! which cargo fetches but never builds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::{folder, run};

/// The schema, or `None` if cargo cannot fetch it.
static SCHEMA: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let mut metadata = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    metadata.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
    let output = metadata.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).output().ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let manifest = &packages.find(|package| package["name"] == "serde-sarif").unwrap()["manifest_path"];
    let schema = Path::new(manifest.as_str().unwrap()).with_file_name("src/schema.json");
    let mut schema: Value = serde_json::from_slice(&std::fs::read(schema).ok()?).unwrap();
    // The pattern has an unmatched `]`, and our logs have no language.
    for object in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][object]["properties"]["language"];
        drop(language.as_object_mut().unwrap().remove("pattern"));
    }
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    Some(options.build(&schema).unwrap())
});

#[track_caller]
fn assert_matches_schema(log: &Value) {
    let Some(schema) = &*SCHEMA else {
        println!("skipped: cargo cannot fetch the schema of SARIF");
        return;
    };
    let errors: Vec<String> =
        schema.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn schema_rejects_invalid_logs() {
    let Some(schema) = &*SCHEMA else {
        println!("skipped: cargo cannot fetch the schema of SARIF");
        return;
    };
    let log = log_of(&["tokens.json"], &[("tokens.json", TEXT)], b"");
    assert!(schema.is_valid(&log));
    for (pointer, member, value) in [
        ("", "version", None),
        ("/runs/0", "severity", Some("high".into())),
        ("/runs/0/results/0", "level", Some("hint".into())),
        ("/runs/0/results/0/locations/0/physicalLocation/region", "startLine", Some(0.into())),
        ("/runs/0/results/0", "message", None),
    ] {
        let mut log = log.clone();
        let object = log.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        let _ = match value {
            Some(value) => object.insert(member.into(), value),
            None => object.remove(member),
        };
        assert!(!schema.is_valid(&log), "{pointer}/{member}");
    }
}

/// Runs `validate --format sarif`, and asserts that it prints a valid log.
#[track_caller]
fn log_of(arguments: &[&str], files: &[(&str, &str)], input: &[u8]) -> Value {
    let folder = folder(files);
    let run = run(&[&["validate", "--format", "sarif"][..], arguments].concat(), folder.path(), input);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_valid_log(&log);
    assert_eq!(run.code < 2, log["runs"][0]["invocations"][0]["executionSuccessful"] == true);
    log
}

#[track_caller]
fn assert_valid_log(log: &Value) {
    assert_matches_schema(log);
    for run in log["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "duplicate rules");
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(result["ruleId"], rules[index]["id"]);
        }
    }
}

const TEXT: &str = "{\n  \"tokens\": [],\n  \"create_databases\": [\"a\", \"a\", \"ü\"]\n}";

#[test]
fn log_has_locations_rules_and_fixes() {
    let log = log_of(&["my tokens.json", "none.json"], &[("my tokens.json", TEXT)], b"");
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let results = run["results"].as_array().unwrap();
    let duplicate = results.iter().find(|result| result["ruleId"] == "T0412").unwrap();
    assert_eq!(duplicate["level"], "warning");
    let location = &duplicate["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "my%20tokens.json");
    let region = &location["region"];
    let offset = usize::try_from(region["byteOffset"].as_u64().unwrap()).unwrap();
    let length = usize::try_from(region["byteLength"].as_u64().unwrap()).unwrap();
    assert!(TEXT[offset..offset + length].contains('a'));
    assert_eq!((&region["startLine"], &region["endLine"]), (&3.into(), &3.into()));
    let width = region["endColumn"].as_u64().unwrap() - region["startColumn"].as_u64().unwrap();
    assert_eq!(width, length as u64);
    let replacement = &duplicate["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "");
    assert_eq!(duplicate["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "/create_databases/1");
}

#[test]
fn fix_descriptions_state_the_effect() {
    let text =
        br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:Read", "db:a:raed"]}]}"#;
    let log = log_of(&["-"], &[], text);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fixes = results.iter().filter(|result| result["ruleId"] == "T0214").map(|result| &result["fixes"][0]);
    let texts: Vec<&str> = fixes.map(|fix| fix["description"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["applicability: safe", "applicability: unsafe; grants `read`"]);
}

#[test]
fn logs_invalid_utf8() {
    let log = log_of(&["-"], &[], b"{\"tokens\": [], \"\xff\": 1}");
    assert_eq!(
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "stdin"
    );
}
