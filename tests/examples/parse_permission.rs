use serde_json::{Value, json};

use crate::{folder, run};

fn parse(arguments: &[&str], input: &[u8]) -> (i32, Vec<Value>) {
    let run = run("parse_permission", folder(&[]).path(), arguments, input);
    assert_eq!(run.stderr, "");
    (run.code, run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn right_strings() {
    let (code, lines) = parse(&["db:b,a:write,read,read", "db:*:create", "system:health,ping:read"], b"");
    assert_eq!(code, 0);
    let right = |input: &str,
                 canonical: &str,
                 resource_type: &str,
                 all: bool,
                 names: &[&str],
                 actions: &[&str]| {
        json!({"input": input, "ok": true, "canonical": canonical, "resource_type": resource_type, "all": all,
               "names": names, "actions": actions})
    };
    assert_eq!(
        lines,
        [
            right(
                "db:b,a:write,read,read",
                "db:b,a:read,write",
                "db",
                false,
                &["b", "a"],
                &["read", "write"]
            ),
            right("db:*:create", "db:*:create", "db", true, &[], &["create"]),
            right(
                "system:health,ping:read",
                "system:health,ping:read",
                "system",
                false,
                &["health", "ping"],
                &["read"]
            ),
        ]
    );
}

#[test]
fn wrong_strings_have_all_their_mistakes() {
    let (code, lines) = parse(&["dbs:a,,b:red"], b"");
    assert_eq!(code, 1);
    let first = json!({"kind": "unknown-resource-type", "start": 0, "end": 3,
                       "message": "unknown resource type `dbs`", "help": "did you mean `db`?"});
    let line = &lines[0];
    assert_eq!((&line["input"], &line["ok"]), (&"dbs:a,,b:red".into(), &false.into()));
    for member in ["kind", "start", "end", "message", "help"] {
        assert_eq!(line[member], first[member], "{member}");
    }
    let errors: Vec<_> =
        line["errors"].as_array().unwrap().iter().map(|error| (&error["kind"], &error["start"])).collect();
    let expected: [(Value, Value); 3] = [
        ("unknown-resource-type".into(), 0.into()),
        ("empty-item".into(), 6.into()),
        ("unknown-action".into(), 9.into()),
    ];
    assert_eq!(errors, expected.iter().map(|(kind, start)| (kind, start)).collect::<Vec<_>>());
}

#[test]
fn lines_of_standard_input() {
    let (code, lines) = parse(&[], b"db:a:read\r\n\ndb:\xC3:read\nsystem:ping:read");
    assert_eq!(code, 1);
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap_or("")).collect();
    assert_eq!(kinds, ["", "missing-part", "invalid-utf8", ""]);
    assert_eq!((&lines[2]["start"], &lines[2]["end"]), (&3.into(), &4.into()));
    assert_eq!(parse(&[], b""), (0, vec![]));
    let (code, lines) = parse(&["db:first:read", "-", "db:last:read"], b"db:a:read\ndb:b:read\n");
    let inputs: Vec<_> = lines.iter().map(|line| line["input"].as_str().unwrap()).collect();
    assert_eq!((code, inputs), (0, vec!["db:first:read", "db:a:read", "db:b:read", "db:last:read"]));
    let twice = run("parse_permission", folder(&[]).path(), &["-", "-"], b"db:a:read\n");
    assert_eq!((twice.code, twice.stdout.as_str()), (2, ""));
    assert!(twice.stderr.contains("`-` can be given once"), "{}", twice.stderr);
}

#[test]
fn tokens_are_masked_at_equal_length() {
    for text in ["apiv3_secret", "db:apiv3_secret:read", "db:a:APIV3_secret"] {
        let (_, lines) = parse(&[text], b"");
        assert_eq!(lines[0]["input"], "*".repeat(text.len()), "{text}");
        assert!(!lines[0].to_string().contains("secret"), "{text}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let run = run("parse_permission", folder(&[]).path(), &["--unknown"], b"");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
}
