//! SARIF logs against the rules of the SARIF 2.1.0 schema for the objects that the program writes, restated here: which
//! members there are, of which type, and which are required.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{folder, run};

/// What a member holds: text, an integer from a least value, a flag, one of some words, an object, or a list of objects.
enum Kind {
    Text,
    Uri,
    Integer(i64),
    Flag,
    Word(&'static [&'static str]),
    Object(&'static str),
    List(&'static str),
    Bag,
}

use Kind::{Bag, Flag, Integer, List, Object, Text, Uri, Word};

const LEVELS: Kind = Word(&["none", "note", "warning", "error"]);

/// The members of an object that the schema knows and the program writes; `true` for those that it requires.
fn members(object: &str) -> &'static [(&'static str, Kind, bool)] {
    match object {
        "log" => &[("$schema", Uri, false), ("version", Word(&["2.1.0"]), true), ("runs", List("run"), true)],
        "run" => &[
            ("tool", Object("tool"), true),
            ("columnKind", Word(&["utf16CodeUnits", "unicodeCodePoints"]), false),
            ("invocations", List("invocation"), false),
            ("results", List("result"), false),
            ("properties", Bag, false),
        ],
        "tool" => &[("driver", Object("toolComponent"), true)],
        "toolComponent" => &[
            ("name", Text, true),
            ("version", Text, false),
            ("semanticVersion", Text, false),
            ("rules", List("reportingDescriptor"), false),
        ],
        "reportingDescriptor" => &[
            ("id", Text, true),
            ("name", Text, false),
            ("shortDescription", Object("multiformatMessageString"), false),
            ("help", Object("multiformatMessageString"), false),
            ("defaultConfiguration", Object("reportingConfiguration"), false),
        ],
        "multiformatMessageString" => &[("text", Text, true), ("markdown", Text, false)],
        "reportingConfiguration" => &[("level", LEVELS, false)],
        "invocation" => &[
            ("executionSuccessful", Flag, true),
            ("toolExecutionNotifications", List("notification"), false),
        ],
        "notification" => &[
            ("message", Object("message"), true),
            ("level", LEVELS, false),
            ("locations", List("location"), false),
        ],
        "result" => &[
            ("message", Object("message"), true),
            ("ruleId", Text, false),
            ("ruleIndex", Integer(-1), false),
            ("level", LEVELS, false),
            ("locations", List("location"), false),
            ("relatedLocations", List("location"), false),
            ("fixes", List("fix"), false),
        ],
        "message" => &[("text", Text, true)],
        "location" => &[
            ("id", Integer(-1), false),
            ("physicalLocation", Object("physicalLocation"), false),
            ("logicalLocations", List("logicalLocation"), false),
            ("message", Object("message"), false),
        ],
        "physicalLocation" => {
            &[("artifactLocation", Object("artifactLocation"), true), ("region", Object("region"), false)]
        }
        "artifactLocation" => &[("uri", Uri, false), ("description", Object("message"), false)],
        "logicalLocation" => &[("fullyQualifiedName", Text, false)],
        "region" => &[
            ("startLine", Integer(1), false),
            ("startColumn", Integer(1), false),
            ("endLine", Integer(1), false),
            ("endColumn", Integer(1), false),
            ("byteOffset", Integer(-1), false),
            ("byteLength", Integer(0), false),
        ],
        "fix" => {
            &[("description", Object("message"), false), ("artifactChanges", List("artifactChange"), true)]
        }
        "artifactChange" => &[
            ("artifactLocation", Object("artifactLocation"), true),
            ("replacements", List("replacement"), true),
        ],
        "replacement" => &[
            ("deletedRegion", Object("region"), true),
            ("insertedContent", Object("artifactContent"), false),
        ],
        "artifactContent" => &[("text", Text, false)],
        _ => panic!("no such object: {object}"),
    }
}

#[track_caller]
fn assert_is(object: &str, value: &Value) {
    let found = value.as_object().unwrap_or_else(|| panic!("{object} is no object: {value}"));
    let known = members(object);
    for name in found.keys() {
        assert!(known.iter().any(|(known, ..)| known == name), "{object} has {name}: {value}");
    }
    for (name, kind, required) in known {
        let Some(value) = found.get(*name) else {
            assert!(!required, "{object} has no {name}: {value}");
            continue;
        };
        let right = match kind {
            Text => value.is_string(),
            Uri => value.as_str().is_some_and(|uri| {
                uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte))
            }),
            Integer(least) => value.as_i64().is_some_and(|value| value >= *least),
            Flag => value.is_boolean(),
            Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Bag => value.is_object(),
            Object(object) => {
                assert_is(object, value);
                true
            }
            List(object) => {
                value.as_array().unwrap().iter().for_each(|item| assert_is(object, item));
                true
            }
        };
        assert!(right, "{object}: {name} is {value}");
    }
}

#[track_caller]
pub(crate) fn assert_is_log(log: &Value) {
    assert_is("log", log);
    for run in log["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "rules are unique");
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(result["ruleId"], rules[index]["id"]);
        }
    }
}

const TEXT: &str = "{\n  \"tokens\": [],\n  \"create_databases\": [\"a\", \"a\", \"ü\"]\n}";

#[test]
fn a_log_has_places_rules_and_fixes() {
    let folder = folder(&[("my tokens.json", TEXT)]);
    let run = run("validate", folder.path(), &["--format", "sarif", "my tokens.json", "none.json"], b"");
    assert_eq!(run.code, 2);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_is_log(&log);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let results = run["results"].as_array().unwrap();
    let duplicate = results.iter().find(|result| result["ruleId"] == "T0412").unwrap();
    assert_eq!(duplicate["level"], "warning");
    let place = &duplicate["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20tokens.json");
    let region = &place["region"];
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
fn a_log_of_nothing_is_a_log() {
    let folder = folder(&[]);
    let run = run("validate", folder.path(), &["--format", "sarif", "-"], b"{\"tokens\": [], \"\xff\": 1}");
    assert_is_log(&serde_json::from_str(&run.stdout).unwrap());
    assert!(run.stdout.contains("\"uri\": \"stdin\""));
}
