//! Several mistakes at once: one cause gives one finding, and no finding hides another.

#![allow(missing_docs)]

mod util;

use std::collections::BTreeSet;

use influxdb3_offline_tokens::{
    Applicability, Code, Diagnostic, Level, Release, Report, Severity, Validator,
};

const STRONG: &str = "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc";

fn check(text: &str) -> Report {
    Validator::new(util::now()).check(text.as_bytes())
}

/// `code text`, and behind it ` / text` for every other place that belongs to it.
fn findings(text: &str) -> Vec<String> {
    let told = |found: &Diagnostic| {
        let under = found.span().text(text).unwrap();
        let labels = found.labels().iter().map(|label| format!(" / {}", label.span().text(text).unwrap()));
        format!("{} {under}", found.code()) + &labels.collect::<String>()
    };
    check(text).iter().map(told).collect()
}

/// A file with one token that has nothing wrong but what its permissions make of it.
fn file(create_databases: &str, permissions: &str) -> String {
    format!(
        r#"{{"create_databases": {create_databases}, "tokens": [{{"token": "{STRONG}", "name": "app", "expiry_millis": 1780272000000, "permissions": {permissions}}}]}}"#
    )
}

#[test]
fn one_cause_gives_one_finding() {
    for (create_databases, permissions, expected) in [
        // Two spellings of one name.
        (r#"["sensors"]"#, r#"["db:sensor:read"]"#, &["granted-not-created sensor / sensors"][..]),
        (r#"["sensors"]"#, r#"["db:Sensors:read"]"#, &["granted-not-created Sensors / sensors"]),
        (
            r#"["sensors"]"#,
            r#"["db:sensor:read", "db:sensor:write"]"#,
            &["granted-not-created sensor / sensors"],
        ),
        // Where the name that comes near is granted itself, it is only shown.
        (r#"["red"]"#, r#"["db:red,reds:read"]"#, &["granted-not-created reds / red"]),
        // Two names that have nothing to do with each other are two causes.
        (r#"["blue"]"#, r#"["db:red:read"]"#, &["created-not-granted blue", "granted-not-created red"]),
        // What has a finding of its own is not said to be unused, too.
        (r#"["_internal"]"#, r#"["system:*:read"]"#, &["internal-database _internal"]),
        (r#"["my_database"]"#, r#"["system:*:read"]"#, &["placeholder-name my_database"]),
        // What cannot be read may have granted the database.
        (r#"["red"]"#, r#"["db:red"]"#, &["missing-part "]),
        (r#"["red", "blue"]"#, r#"["db:red:read,db:blue:read"]"#, &["extra-part ,db:blue:read"]),
        (r#"["red"]"#, "[5]", &["wrong-type 5"]),
        (r#"["red"]"#, r#"{"db": "red"}"#, &["permissions-not-a-list {"]),
        (r#"["red"]"#, r#"[{"db": "red"}]"#, &["permission-object {"]),
        // A permission that has a name twice does not cover itself.
        (r#"["red"]"#, r#"["db:red,red:read", "db:red:write"]"#, &["duplicate-item red / red"]),
        (
            r#"["red"]"#,
            r#"["db:red,red:read", "db:red:read,write"]"#,
            &["redundant-permission db:red,red:read / db:red:read,write", "duplicate-item red / red"],
        ),
        // One permission too many in a string is no wrong action and no extra part.
        (r#"["red"]"#, r#"["db:red:read,db:red:write"]"#, &["extra-part ,db:red:write"]),
        (
            r#"["red"]"#,
            r#""db:red:read, system:ping:read""#,
            &[r#"permissions-not-a-list "db:red:read, system:ping:read""#],
        ),
        // The first of two is shown.
        (r#"["red", "red"]"#, r#"["db:red:read"]"#, &["duplicate-database red / red"]),
        (r#"["red"]"#, r#"["db:red,red:read"]"#, &["duplicate-item red / red"]),
        (
            r#"["red"]"#,
            r#"["db:red:read", "db:red:read"]"#,
            &["duplicate-permission db:red:read / db:red:read"],
        ),
        (
            r#"["red"]"#,
            r#"["db:red:read", "db:red:read,write"]"#,
            &["redundant-permission db:red:read / db:red:read,write"],
        ),
        (
            r#"["red", "blue"]"#,
            r#"["db:red:read", "db:blue:read", "db:red,blue:read"]"#,
            &["redundant-permission db:red,blue:read / db:red:read / db:blue:read"],
        ),
        (
            r#"["red"]"#,
            r#"["db:*:read,describe", "db:red:read"]"#,
            &["wildcard-database *", "undocumented-action describe", "specific-hides-wildcard red / *"],
        ),
    ] {
        let text = file(create_databases, permissions);
        assert_eq!(findings(&text), expected, "{create_databases} {permissions}");
    }
}

#[test]
fn a_misspelt_database_is_mended_where_it_stands_once() {
    let once = file(r#"["sensors"]"#, r#"["db:sensor:read"]"#);
    let token = once.split_once("\"tokens\": [").unwrap().1.split_once("]}]}").unwrap().0;
    let other = token.replace("\"app\"", "\"other\"").replace("apiv3_UiZ", "apiv3_Zi8");
    let twice = once.replace("]}]}", &format!("]}}, {other}]}}]}}"));
    let fixed = |text: &str| {
        let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Ask).unwrap();
        String::from_utf8(fixed.as_bytes().to_vec()).unwrap()
    };
    assert_eq!(fixed(&once), once.replace("db:sensor:", "db:sensors:"));
    // Nor is what is probably misspelt created.
    assert_eq!(fixed(&twice), twice);
}

#[test]
fn a_file_without_tokens_is_not_told_that_its_databases_are_unused() {
    for (text, expected) in [
        (r#"{"create_databases": ["red"], "tokens": []}"#, &["no-tokens []"][..]),
        (r#"{"create_databases": ["red"]}"#, &["missing-member {"]),
        (r#"{"create_databases": ["red"], "tokens": "x"}"#, &[r#"wrong-type "x""#]),
        (r#"{"create_databases": ["red"], "tokens": ["x"]}"#, &[r#"wrong-type "x""#]),
    ] {
        assert_eq!(findings(text), expected, "{text}");
    }
}

#[test]
fn a_duration_of_the_http_api_is_not_said_to_be_no_expiry_too() {
    let text =
        file("[]", r#"["system:*:read"]"#).replace("\"expiry_millis\": 1780272000000", "\"expiry_secs\": 60");
    assert_eq!(findings(&text), [r#"http-request-body "expiry_secs""#]);
}

/// What says how long a token lives, or says it in another unit, is renamed by nobody: the number would mean something else.
#[test]
fn a_duration_does_not_become_an_expiry() {
    for member in [
        "expiry_mins",
        "expiry_seconds",
        "expires_in",
        "expiresIn",
        "expiry_in_millis",
        "expiry_micros",
        "ttl",
        "ttl_days",
    ] {
        let text = file("[]", r#"["system:*:read"]"#).replace("expiry_millis", member);
        assert_eq!(findings(&text), [format!("misspelt-member \"{member}\"")]);
        let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Ask).unwrap();
        assert!(fixed.as_bytes() == text.as_bytes(), "{member}");
        let both = text.replace(&format!("\"{member}\""), &format!("\"{member}\": 5, \"expiry_milis\""));
        assert!(findings(&both).contains(&"misspelt-member \"expiry_milis\"".to_owned()), "{both}");
        let fixed = Validator::new(util::now()).fix(both.as_bytes(), Applicability::Safe).unwrap();
        assert!(fixed.as_bytes() == both.replace("expiry_milis", "expiry_millis").as_bytes(), "{member}");
    }
    for member in ["expiry_milliseconds", "expires_at", "expiry_milis", "expiry"] {
        let text = file("[]", r#"["system:*:read"]"#).replace("expiry_millis", member);
        let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Ask).unwrap();
        assert!(fixed.as_bytes() == text.replace(member, "expiry_millis").as_bytes(), "{member}");
    }
}

#[test]
fn names_that_would_meet_without_their_space_are_left() {
    let entry = |name: &str, token: &str| {
        format!(
            r#"{{"token": "{token}", "name": "{name}", "expiry_millis": 1780272000000, "permissions": ["system:*:read"]}}"#
        )
    };
    let other = STRONG.replace("apiv3_UiZ", "apiv3_Zi8");
    let text = format!(r#"{{"tokens": [{}, {}]}}"#, entry(" app", STRONG), entry("app ", &other));
    let found = findings(&text);
    assert_eq!(found, ["name-with-surrounding-space  app", "name-with-surrounding-space app "]);
    let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Ask).unwrap();
    assert!(fixed.as_bytes() == text.as_bytes());
}

#[test]
fn a_placeholder_that_is_allowed_is_a_database() {
    let text = file(r#"["red"]"#, r#"["db:red,my_db:read"]"#);
    assert_eq!(findings(&text), ["placeholder-name my_db"]);
    let validator = Validator::new(util::now()).level(Code::PlaceholderName, Level::Allow);
    let report = validator.check(text.as_bytes());
    assert_eq!(report.iter().map(Diagnostic::code).collect::<Vec<_>>(), [Code::GrantedNotCreated]);
}

#[test]
fn a_wrong_spelling_of_a_created_name_that_is_allowed_says_nothing_of_the_granted_one() {
    let text = file(r#"["red "]"#, r#"["db:red:read"]"#);
    assert_eq!(findings(&text), ["bad-database-name  "]);
    let validator = Validator::new(util::now()).level(Code::BadDatabaseName, Level::Allow);
    let report = validator.check(text.as_bytes());
    assert_eq!(report.iter().map(Diagnostic::code).collect::<Vec<_>>(), [Code::GrantedNotCreated]);
}

/// Only names that no server knows, in any case, and `*` among names.
#[test]
fn a_server_is_said_to_panic_only_where_it_does() {
    for (permission, panics) in [
        ("system:tokens:read", true),
        ("system:*,health:read", true),
        ("system:h*:read", true),
        ("system:Health:read", false),
        ("system:*,*:read", false),
    ] {
        let report = Validator::new(util::now()).check(file("[]", &format!("[\"{permission}\"]")).as_bytes());
        let found = report.iter().find(|found| found.severity() == Severity::Error).unwrap();
        assert_eq!(found.help().unwrap().contains("panics"), panics, "{permission}");
    }
}

#[test]
fn a_wrong_part_does_not_hide_what_is_wrong_with_the_others() {
    for (create_databases, permissions, expected) in [
        (r#"["red"]"#, r#"["db:red,blue:reed"]"#, &["granted-not-created blue", "unknown-action reed"][..]),
        (
            r#"["red"]"#,
            r#"["db:blue:read;write"]"#,
            &["created-not-granted red", "granted-not-created blue", "unknown-action read;write"],
        ),
        ("[]", r#"["db:DATABASE1:rw"]"#, &["placeholder-name DATABASE1", "unknown-action rw"]),
        ("[]", r#"["db:_internal:*"]"#, &["internal-database _internal", "wildcard-action *"]),
        ("[]", r#"["db:a b:reed"]"#, &["bad-database-name  ", "unknown-action reed"]),
        (
            r#"["red"]"#,
            r#"["db:red:reed,db:red:wriite"]"#,
            &["unknown-action reed", "extra-part ,db:red:wriite", "unknown-action wriite"],
        ),
        (
            r#"["red"]"#,
            r#"[{"resource_type": "db", "resource_names": ["red", "b.lue"], "actions": ["r\u0065ed"]}]"#,
            &["permission-object {", "bad-database-name .", r"unknown-action r\u0065ed"],
        ),
        (
            r#""red,b lue""#,
            r#"["db:red:read"]"#,
            &[r#"create-databases-not-a-list "red,b lue""#, "bad-database-name  "],
        ),
    ] {
        let text = file(create_databases, permissions);
        assert_eq!(findings(&text), expected, "{create_databases} {permissions}");
    }
}

/// Every mistake that can stand beside others, in one file.
fn all_at_once() -> String {
    let long = "x".repeat(65);
    let many: String = (0..100).map(|number| format!(", \"many{number}\"")).collect();
    format!(
        r#"{{
  // A comment.
  "create_databases": ["red", "red", "*", "my db", "DATABASE_NAME", "{long}", "${{DB}}", "_internal", 5{many}],
  "tokens": [
    {{"token": "apiv3_secret", "name": "one", "expiry_milis": 1780272000000, "permissions": [
      "db:m", "db:red:read:write", "db::read", "db:red,,many1:read", "db:red, many1:read", "dbs:red:read", "*:*:*",
      "db:*,red:read", "db:many*:read", "db:red:reed", "db:red:*", "db:red:drop", "system:health:write",
      "system:tokens:read"]}},
    {{"token": "apiv3_your_token_here", "name": "apiv3_c3RhbmRzLWluLWEtbmFtZS1hbmQtaXMtc2VlbgAA", "expiry_millis": 1756400061529, "permissions": []}},
    {{"token": "abc", "name": "", "expiry_millis": 1780272000, "permissions": "db:red:read"}},
    {{"token": "{STRONG} ", "name": "_admin", "expiry_millis": 1780272000000000, "permissions": [
      {{"resource_type": "db", "resource_names": ["red"], "actions": ["read"]}}]}},
    {{"token": "{STRONG}:", "name": " five", "expiry_millis": 0, "permissions": [
      "db:red:read", "db:red:read", "db:many1,many1:read", "db:many2:read", "db:many2:read,write", "db:*:read,create",
      "db:blue:read"]}},
    {{"token": "{STRONG}", "name": "six", "expiry_millis": 1767312000000, "permissions": ["system:*:read"]}},
    {{"token": "{STRONG}", "name": "six", "expiry_millis": 1893456000000, "permissions": ["system:*:read"]}},
    {{"token": "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c", "token_name": "eight", "note": "", "note": "",
      "expiry_millis": "2026-06-01T00:00:00Z", "permissions": ["system:*:read"]}},
    {{"token": "apiv3_ZZkwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c", "permissions": ["system:*:read"]}},
  ]
}}
"#
    )
}

/// What is about a file of another shape, or about the disk; or is not said where something could not be read.
const ALONE: [Code; 15] = [
    Code::InvalidUtf8,
    Code::ByteOrderMark,
    Code::EmptyFile,
    Code::NestedTooDeeply,
    Code::NotAnObject,
    Code::ArrayAtTop,
    Code::BareToken,
    Code::AdminTokenFile,
    Code::TokensFile,
    Code::CreateDatabasesNotAList,
    Code::NoTokens,
    Code::CreatedNotGranted,
    Code::ReadableByOthers,
    Code::ForeignOwner,
    Code::SeveralLinks,
];

/// In any order, so that the one which may hold an expiry is looked at.
#[test]
fn a_member_of_the_http_api_hides_no_misspelt_one() {
    for expiries in [r#""expiry_secs": 60, "expiry_milis": 5"#, r#""expiry_milis": 5, "expiry_secs": 60"#] {
        let text = format!(
            r#"{{"tokens": [{{"token": "{STRONG}", "name": "app", {expiries}, "permissions": []}}]}}"#
        );
        let found = findings(&text);
        for expected in ["misspelt-member \"expiry_milis\"", "http-request-body \"expiry_secs\"", "expired 5"]
        {
            assert!(found.iter().any(|found| found == expected), "{expected}: {found:?}");
        }
    }
}

/// `naken` comes as near to `name` as to `token`, and only one of them is left.
#[test]
fn a_member_is_meant_to_be_what_the_others_leave() {
    let others = r#""expiry_millis": 1780272000000, "permissions": ["system:*:read"]"#;
    for members in [r#""naken": "TOKEN", "namec": "app""#, r#""namec": "app", "naken": "TOKEN""#] {
        let text = format!(r#"{{"tokens": [{{{}, {others}}}]}}"#, members.replace("TOKEN", STRONG));
        let mut found = findings(&text);
        found.sort();
        assert_eq!(found, ["misspelt-member \"naken\"", "misspelt-member \"namec\""], "{members}");
        let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Safe).unwrap();
        let expected = text.replace("naken", "token").replace("namec", "name");
        assert!(fixed.as_bytes() == expected.as_bytes(), "{members}");
    }
}

#[test]
fn a_file_with_all_mistakes_at_once_is_told_all() {
    let text = all_at_once();
    let validator = Validator::new(util::now()).release(Release::parse("3.8").unwrap());
    let report = validator.check(text.as_bytes());
    let found: BTreeSet<Code> = report.iter().map(Diagnostic::code).collect();
    let missing: Vec<&Code> =
        Code::ALL.iter().filter(|code| !found.contains(code) && !ALONE.contains(code)).collect();
    assert!(missing.is_empty(), "not found: {missing:?}");
    assert!(found.len() > 50, "{} codes", found.len());
    let places: Vec<_> = report.iter().map(Diagnostic::span).collect();
    assert!(places.is_sorted());
}

#[test]
fn every_finding_says_what_to_do() {
    let mut texts: Vec<Vec<u8>> = vec![all_at_once().into_bytes()];
    for folder in util::files(&util::fixtures().join("codes"), "") {
        texts.extend(util::files(&folder, ".json").iter().map(|path| std::fs::read(path).unwrap()));
    }
    for text in texts {
        for release in [None, Some("3.0"), Some("3.8"), Some("3.12")] {
            let mut validator = Validator::new(util::now());
            if let Some(release) = release {
                validator = validator.release(Release::parse(release).unwrap());
            }
            for found in &validator.check(&text) {
                assert!(found.help().is_some_and(|help| !help.is_empty()), "no help: {found}");
            }
        }
    }
}

/// The codes, the first help, and how the first fix is applied.
fn codes_of(text: &str) -> (Vec<&'static str>, String, Option<Applicability>) {
    let report = check(text);
    let codes = report.iter().map(|found| found.code().name()).collect();
    let help = report.iter().find_map(Diagnostic::help).unwrap_or_default().to_owned();
    (
        codes,
        help,
        report
            .iter()
            .find_map(|found| found.fixes().first())
            .map(influxdb3_offline_tokens::Fix::applicability),
    )
}

/// As an admin token file, the token could do everything.
#[test]
fn an_entry_at_the_top_is_no_admin_token_file() {
    for members in [
        r#""token": "T", "name": "app", "permisions": ["system:ping:read"]"#,
        r#""Token": "T", "name": "app", "perms": ["system:ping:read"]"#,
        r#""name": "app", "permissions": ["system:ping:read"], "expiry_millis": 1780272000000"#,
        r#""create_databases": [], "token": "T", "name": "app""#,
    ] {
        let text = format!("{{{members}}}").replace("\"T\"", &format!("\"{STRONG}\""));
        let report = check(&text);
        let first = report.iter().next().unwrap();
        assert_eq!(first.message(), "the file has no `tokens`, and one token stands in its place", "{text}");
        assert!(report.iter().all(|found| found.code() != Code::AdminTokenFile), "{report}");
        assert!(report.iter().all(|found| found.code() != Code::UnknownMember), "{report}");
    }
    let body = r#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}], "expiry_secs": 60}"#;
    let (codes, help, fix) = codes_of(body);
    assert!(
        codes == ["http-request-body"] && help.starts_with("make an entry of it") && fix.is_none(),
        "{help}"
    );
    let admin = format!(r#"{{"Token": "{STRONG}", "name": "_admin"}}"#);
    assert_eq!(codes_of(&admin).0, ["admin-token-file"]);
}

#[test]
fn an_expiry_is_taken_for_what_it_may_be() {
    let with = |expiry: &str| file("[]", r#"["system:ping:read"]"#).replace("1780272000000", expiry);
    // What people write for never.
    assert_eq!(codes_of(&with("253402300799000")).0, ["expires-far"]);
    let (codes, help, fix) = codes_of(&with("300000000000000"));
    assert_eq!((codes.as_slice(), help.as_str(), fix), (&["expires-far"][..], "choose a nearer time", None));
    // 90 days in milliseconds, 30 days in seconds, and what is both.
    let (codes, help, fix) = codes_of(&with("7776000000"));
    assert!(codes == ["expired"] && help.contains("90 days") && fix.is_none(), "{help}");
    let (codes, help, fix) = codes_of(&with("2592000"));
    assert!(codes == ["expired"] && help.contains("if it is a duration") && fix.is_none(), "{help}");
    let (codes, help, fix) = codes_of(&with("2592000000"));
    assert!(codes == ["expiry-in-seconds"] && help.contains("30 days") && fix.is_none(), "{help}");
    let (codes, _, fix) = codes_of(&with("null"));
    assert_eq!((codes.as_slice(), fix), (&["expiry-not-an-integer"][..], Some(Applicability::Ask)));
    assert!(codes_of(&with("\"$EXPIRY\"")).1.contains("template"));
}

/// A token that never ended would end in 1970, and a value of another type would be another mistake.
#[test]
fn a_member_is_renamed_safely_only_where_its_value_fits() {
    let fix = |old: &str, new: &str| codes_of(&file("[]", r#"["system:ping:read"]"#).replace(old, new)).2;
    for (old, new, how) in [
        ("\"expiry_millis\": 1780272000000", "\"expiry_milis\": 1780272000000", Some(Applicability::Safe)),
        ("\"expiry_millis\": 1780272000000", "\"expiry_milis\": 1780272000", Some(Applicability::Ask)),
        ("\"expiry_millis\": 1780272000000", "\"not_after\": 1780272000000", Some(Applicability::Ask)),
        ("\"expiry_millis\": 1780272000000", "\"expiry_hrs\": 5", None),
        ("\"name\": \"app\"", "\"names\": [\"app\"]", None),
    ] {
        assert_eq!(fix(old, new), how, "{new}");
    }
    let text = file("[]", r#"["db:a:read"]"#).replace("create_databases\": []", "databases\": [\"a\"]");
    assert_eq!(findings(&text), ["misspelt-member \"databases\""]);
}

#[test]
fn a_name_that_nobody_is_granted_is_meant_rather_than_one_that_is() {
    let text = file(r#"["sensor1", "sensro2"]"#, r#"["db:sensor1:read", "db:sensor2:read"]"#);
    assert_eq!(findings(&text), ["granted-not-created sensor2 / sensro2"]);
}

#[test]
fn what_was_not_filled_in_is_said() {
    for (old, new, under, message) in [
        (
            "1780272000000",
            "${EXPIRY}",
            "${EXPIRY}",
            "a variable or a template stands here, and was not filled in",
        ),
        (
            "1780272000000",
            "{{ .Values.expiry }}",
            "{{ .Values.expiry }}",
            "a variable or a template stands here, and was not filled in",
        ),
        ("1780272000000", "", ",", "a value is missing here"),
        ("1780272000000", "1780.", ",", "a number is not finished here"),
        ("\"app\"", "\"${APP}\"", "${APP}", "a variable was not filled in"),
    ] {
        let text = file("[]", r#"["system:ping:read"]"#).replace(old, new);
        let report = check(&text);
        let found = report.iter().find(|found| found.message() == message).expect(new);
        assert_eq!(found.span().text(&text), Some(under));
    }
    // The server takes any name.
    let text = file("[]", r#"["system:ping:read"]"#).replace("\"app\"", "\"<app>\"");
    assert!(check(&text).is_valid() && influxdb3_offline_tokens::TokenFile::parse(text.as_bytes()).is_ok());
    let text = file("[]", r#"["system:ping:read"]"#).replace("\"app\"", "\" _admin\"");
    assert!(codes_of(&text).1.starts_with("choose another name"));
}

#[test]
fn a_file_of_another_kind_is_called_by_its_name() {
    for (text, expected) in [
        (
            r#"{"apiVersion": "v1", "kind": "Secret", "data": {}}"#,
            "the file has no `tokens`: it is a manifest of Kubernetes",
        ),
        (r#"{"kind": "Secret"}"#, "the server ignores the member `kind`"),
        ("# of the plant\n\ntokens:\n- name: a\n", "this looks like YAML, and a tokens file is JSON"),
        ("<<<<<<< HEAD\n{}\n", "this is a mark of two versions of the file that were not merged"),
        ("tokens:\n- name: a\n", "this looks like YAML, and a tokens file is JSON"),
        ("---\napiVersion: v1\n", "this looks like YAML, and a tokens file is JSON"),
        ("tokens", "the file does not begin with `{`, so it is not JSON"),
        ("<html>", "this is HTML or XML, and not JSON"),
        (r#"{"token": "x"}"#, "this is an admin token file, not a file of resource tokens"),
    ] {
        let report = Validator::new(util::now()).check(text.as_bytes());
        let messages: Vec<&str> = report.iter().map(Diagnostic::message).collect();
        assert!(messages.contains(&expected), "{text}: {messages:?}");
    }
}

/// The text after all fixes.
fn fixed(text: &str, level: Applicability) -> String {
    let fixed = Validator::new(util::now()).fix(text.as_bytes(), level).unwrap();
    String::from_utf8(fixed.as_bytes().to_vec()).unwrap()
}

#[test]
fn one_database_is_not_what_several_are_meant_to_be() {
    let text = file(r#"["metrics_a", "metrics_b"]"#, r#"["db:metrics_c:read", "db:metrics_d:write"]"#);
    assert_eq!(fixed(&text, Applicability::Ask), text);
    let once = file(r#"["sensors"]"#, r#"["db:sensorz:read"]"#);
    assert_eq!(fixed(&once, Applicability::Ask), once.replace("sensorz", "sensors"));
}

#[test]
fn all_databases_are_created_where_there_is_none() {
    let permissions = r#"["db:db1,db2:read,write", "db:db3:read", "system:ping:read"]"#;
    let created = r#"["db1", "db2", "db3"]"#;
    for text in
        [file("[]", permissions), file("[]", permissions).replacen(r#""create_databases": [], "#, "", 1)]
    {
        assert_eq!(fixed(&text, Applicability::Ask), file(created, permissions));
    }
}

#[test]
fn a_token_at_the_top_gets_its_databases_once() {
    let permissions = r#"["db:a:read"]"#;
    let whole = file(r#"["a"]"#, permissions);
    let entry = whole.split_once("\"tokens\": [").unwrap().1.split_once("]}]}").unwrap().0.to_owned() + "]}";
    assert_eq!(fixed(&entry, Applicability::Ask), whole);
    // With databases it is no admin token file either, and what is wrong in it is told.
    let flat = entry.replacen('{', r#"{"create_databases": ["a"], "#, 1).replace(":read", ":reed");
    assert_eq!(findings(&flat), ["missing-member {", "unknown-action reed"]);
    let listed = format!("[{whole}]");
    assert_eq!(findings(&listed), ["array-at-top ["]);
    assert_eq!(fixed(&listed, Applicability::Ask), listed);
}

#[test]
fn what_may_be_no_name_is_no_database() {
    for (permission, expected) in [
        ("db:read,write", "missing-part "),
        ("db:write:a", "unknown-action a"),
        ("system:read", "missing-part "),
    ] {
        let text = file("[]", &format!("[\"{permission}\"]"));
        assert_eq!(findings(&text), [expected], "{permission}");
        assert_eq!(fixed(&text, Applicability::Ask), text);
    }
    let text = file(r#"["a", " orders"]"#, r#"["db:a,orders:read"]"#);
    assert_eq!(findings(&text), ["bad-database-name  "]);
    let text = file(r#"["a", "b, c"]"#, r#"["db:a,b,c:read"]"#);
    assert_eq!(findings(&text), ["bad-database-name ,"]);
    let text = file(r#"["to_${DB}_x"]"#, r#"["db:to_${DB}_x:read"]"#);
    assert_eq!(findings(&text), ["unexpanded-variable ${DB}", "unexpanded-variable ${DB}"]);
}

/// As long as a type is misspelt, no old release takes the rest.
#[test]
fn a_type_is_not_mended_where_the_rest_would_harm() {
    for permission in ["* :*:*", "System:tokens:read", " system:*,health:read", "SYSTEM:h*:read"] {
        let text = file("[]", &format!("[\"{permission}\"]"));
        assert_eq!(fixed(&text, Applicability::Safe), text, "{permission}");
    }
    let text = file("[]", r#"["SYSTEM :ping:read"]"#);
    assert_eq!(fixed(&text, Applicability::Safe), file("[]", r#"["system:ping:read"]"#));
    for (permission, is_taken) in [("*:*:*", true), ("* :*:*", false), ("*:*", false)] {
        let report = check(&file("[]", &format!("[\"{permission}\"]")));
        let messages: Vec<&str> = report.iter().map(Diagnostic::message).collect();
        assert_eq!(
            messages.iter().any(|message| message.contains("full admin token")),
            is_taken,
            "{permission}"
        );
    }
}

#[test]
fn a_token_comes_out_of_its_quotes_whole() {
    let text = file("[]", r#"["system:*:read"]"#);
    for (open, close) in [("'", "'"), ("\\\"", "\\\""), ("`", "`"), ("Bearer '", "'"), ("Bearer ", "")] {
        let quoted = text.replace(STRONG, &format!("{open}{STRONG}{close}"));
        assert_eq!(fixed(&quoted, Applicability::Ask), text, "{open}");
    }
    let half = text.replace(STRONG, &format!("'{STRONG}"));
    assert_eq!(fixed(&half, Applicability::Ask), half);
    for variable in [
        "${READ_ONLY_TOKEN_VALUE_FOR_1}",
        "{{.Values.telegraf.Production.value1}}",
        "$APP_KEY_Aa1_FOR_ORDERS",
    ] {
        let text = text.replace(STRONG, &format!("apiv3_{variable}"));
        assert_eq!(findings(&text), [format!("placeholder-token apiv3_{variable}")]);
    }
}

#[test]
fn an_expiry_under_any_name_is_one() {
    let text = file("[]", r#"["system:*:read"]"#);
    for member in ["expiration_millis", "expires_at_ms", "expiresAtMillis", "expiry_timestamp", "expire_at"] {
        let other = text.replace("expiry_millis", member);
        assert_eq!(findings(&other), [format!("misspelt-member \"{member}\"")]);
        assert_eq!(fixed(&other, Applicability::Ask), text);
    }
}

/// A reader of today's change found these in it.
#[test]
fn what_only_looks_like_a_mistake_is_none() {
    let text = file("[]", r#"["system:*:read"]"#);
    // Strong tokens in which chance wrote a variable.
    for token in [
        "apiv3_Zk$Ab9Qm2rT7yWx4LpVn8cBf3DdWEg87nw8hmK0C9",
        "apiv3_x9Zk<b>cZk9Qm2rT7yWx4LpVn8cBf3DdWEg87nw8hmK0C9",
    ] {
        assert_eq!(findings(&text.replace(STRONG, token)), [""; 0], "{token}");
    }
    for member in ["expired", "expiry_comment", "lifetime_note", "expirations", "expires_status"] {
        let more = text.replace("\"expiry_millis\"", &format!("\"{member}\": 1, \"expiry_millis\""));
        assert_eq!(findings(&more), [format!("unknown-member \"{member}\"")]);
        let alone = text.replace("expiry_millis", member);
        assert_eq!(findings(&alone), ["never-expires {".to_owned(), format!("unknown-member \"{member}\"")]);
    }
    // The misspelt one has its name before the other.
    for other in ["expires_at", "ttl", "expiry_secs"] {
        let both = text.replace("\"expiry_millis\"", &format!("\"{other}\": 1, \"expiry_milis\""));
        assert!(fixed(&both, Applicability::Safe).contains("\"expiry_millis\": 1780272000000"), "{both}");
    }
    let report = check("-----BEGIN CERTIFICATE-----");
    assert!(!report.iter().any(|found| found.message().contains("YAML")));
    let wrong = file("[]", r#"["sytem:tokens:read"]"#);
    assert_eq!(fixed(&wrong, Applicability::Ask), wrong);
    // Nothing of a token is told, also where it is taken for a variable.
    let pasted = file(r#"["apiv3_Zk9Qm2rT7yWx4LpVn8cBf3DdWEg87nw8hmK0C9$Zk9Qm2rT7y"]"#, "[]");
    assert!(!check(&pasted).to_string().contains("Zk9Qm2rT7y"));
}

/// However many there are, each is found where it stands first, and what follows is said once for each.
#[test]
fn very_many_names_are_told_as_few_are() {
    const MANY: usize = 10_000;
    let listed = |name: &str| (0..MANY).map(|n| format!("{name}{n}")).collect::<Vec<_>>();
    let of = |code: Code, text: &str| -> Vec<(usize, Vec<usize>)> {
        let report = Validator::new(util::now()).keep(4 * MANY).check(text.as_bytes());
        let starts = |found: &Diagnostic| found.labels().iter().map(|label| label.span().start()).collect();
        let all = report.iter().filter(|found| found.code() == code);
        all.map(|found| (found.span().start(), starts(found))).collect()
    };
    // Each database three times: twice in one entry, and once in another.
    let names = listed("granted-").join(",");
    let entry = |name: &str, permissions: &str| {
        let token = STRONG.replace("apiv3_", &format!("apiv3_{name}"));
        format!(
            r#"{{"token": "{token}", "name": "{name}", "expiry_millis": 1780272000000, "permissions": [{permissions}]}}"#
        )
    };
    let text = format!(
        r#"{{"create_databases": ["created"], "tokens": [{}, {}]}}"#,
        entry("a", &format!(r#""db:{names}:read", "db:{names}:write""#)),
        entry("b", &format!(r#""db:{names}:read""#)),
    );
    let places: Vec<_> = of(Code::GrantedNotCreated, &text).into_iter().map(|(start, _)| start).collect();
    let mut start = text.find(&names).unwrap();
    let mut expected = Vec::new();
    for name in names.split(',') {
        expected.push(start);
        start += name.len() + 1;
    }
    assert!(places == expected, "{} of {}", places.len(), expected.len());

    // One that stands behind many is left to a person where it is granted twice, as any other.
    for (again, fixes) in [("granted-1", 1), ("sensor", 0)] {
        let permissions = format!(r#"["db:{names},sensor:read", "db:{again}:write"]"#);
        let text = file(r#"["sensors"]"#, &permissions);
        let report = Validator::new(util::now()).keep(4 * MANY).check(text.as_bytes());
        let sensor = report.iter().find(|found| found.span().text(&text) == Some("sensor"));
        assert_eq!(sensor.map(|found| found.fixes().len()), Some(fixes), "{again}");
    }

    // Each member three times, in the file and in an entry.
    let three = [listed("m"), listed("m"), listed("m")]
        .concat()
        .iter()
        .map(|m| format!(r#""{m}": 1"#))
        .collect::<Vec<_>>();
    let three = three.join(", ");
    let in_file = format!(r#"{{{three}, "tokens": []}}"#);
    let in_entry = file("[\"d\"]", r#"["db:d:read"]"#).replace("\"expiry", &format!("{three}, \"expiry"));
    for text in [in_file, in_entry] {
        let start = text.find("\"m0\"").unwrap();
        let twice = of(Code::DuplicateMember, &text);
        assert_eq!((twice.len(), of(Code::UnknownMember, &text).len()), (2 * MANY, MANY));
        let first = |(place, labels): &(usize, Vec<usize>)| {
            let key = |start: usize| text[start..].split('"').nth(1);
            matches!(labels.as_slice(), [first] if first < place && key(*first) == key(*place) && *first < start + three.len() / 3)
        };
        assert!(twice.iter().all(first));
    }
}
