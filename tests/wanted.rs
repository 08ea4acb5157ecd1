//! Plans of a wanted file: the changes to a tokens file, and none once they are applied.

#![allow(missing_docs)]

#[path = "util/layout.rs"]
mod layout;
#[path = "util/examples.rs"]
mod examples;
#[path = "util/props.rs"]
mod props;
mod util;

use std::cell::Cell;
use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use influxdb3_offline_tokens::edit::{self, ChangeError};
use influxdb3_offline_tokens::wanted::WantedFile;
use influxdb3_offline_tokens::{Expiry, Rights, Token, TokenEntry, TokenFile};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Secrets that are not random: `apiv3_new1` and so on.
fn secrets() -> impl FnMut() -> Result<Token, Infallible> {
    let count = Cell::new(0);
    move || {
        count.set(count.get() + 1);
        Ok(Token::parse(&format!("apiv3_new{}", count.get())).unwrap())
    }
}

fn day(number: u64) -> SystemTime {
    util::now() + Duration::from_secs(number * 24 * 3600)
}

fn millis(number: u64) -> i64 {
    Expiry::try_from(day(number)).unwrap().as_millis()
}

fn wanted(tokens: &Value) -> WantedFile {
    WantedFile::parse(json!({ "tokens": tokens }).to_string().as_bytes()).unwrap()
}

#[track_caller]
fn plan(wanted: &WantedFile, file: Option<&TokenFile>, now: SystemTime) -> Vec<String> {
    wanted.plan(file, now, secrets()).unwrap().iter().map(ToString::to_string).collect()
}

/// Plans the changes from a token with the expiry `old` to a wanted one with `members`, and asserts that no others follow.
#[track_caller]
fn expiry_changes(old: Option<i64>, members: &Value) -> Vec<String> {
    let mut entry = json!({"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]});
    if let Some(old) = old {
        entry["expiry_millis"] = old.into();
    }
    let mut token = json!({"name": "app", "permissions": ["db:a:read"]});
    token.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let wanted = wanted(&json!([token]));
    let text = json!({ "tokens": [entry] }).to_string();
    let file = TokenFile::parse(text.as_bytes()).unwrap();
    let changes = wanted.plan(Some(&file), day(0), secrets()).unwrap();
    let after = edit::apply(Some(text.as_bytes()), &changes).unwrap();
    assert_eq!(after.is_some(), !changes.is_empty(), "a change without effect");
    let after = TokenFile::parse(after.as_deref().unwrap_or(text.as_bytes())).unwrap();
    assert_eq!(plan(&wanted, Some(&after), day(0)), [""; 0], "not idempotent");
    changes.iter().map(|change| change.to_string().replace(" of token `app`", "")).collect()
}

#[test]
fn plans_expiries_and_rotations() {
    let rotate = || "rotate token `app`".to_owned();
    let set = |number| format!("set the expiry to {}", Expiry::from_millis(millis(number)));
    let remove = || "remove the expiry".to_owned();
    let lifetime = json!({"expires_in": "90d", "rotate_within": "7d"});
    let at = |number| json!({"expiry_millis": millis(number)});
    let past = millis(0) - 1;
    for (old, members, expected) in [
        (None, json!({}), vec![]),
        (Some(i64::MAX), json!({}), vec![]),
        (Some(millis(1)), json!({}), vec![remove()]),
        (Some(past), json!({}), vec![rotate(), remove()]),
        (Some(millis(0)), json!({}), vec![rotate(), remove()]),
        (None, json!({"expiry_millis": i64::MAX}), vec![]),
        (None, at(5), vec![set(5)]),
        (Some(i64::MAX), at(5), vec![set(5)]),
        (Some(millis(5)), at(5), vec![]),
        (Some(millis(6)), at(5), vec![set(5)]),
        (Some(past), at(5), vec![rotate(), set(5)]),
        // No rotation, because the wanted expiry of the new token is also past.
        (Some(past), at(0), vec![set(0)]),
        (Some(millis(0)), at(0), vec![]),
        (None, lifetime.clone(), vec![set(90)]),
        (Some(i64::MAX), lifetime.clone(), vec![set(90)]),
        (Some(past), lifetime.clone(), vec![rotate(), set(90)]),
        (Some(millis(7)), lifetime.clone(), vec![rotate(), set(90)]),
        (Some(millis(7) + 1), lifetime.clone(), vec![]),
        (Some(millis(90)), lifetime.clone(), vec![]),
        // Tolerates a clock that is ahead.
        (Some(millis(90) + 3_600_000), lifetime.clone(), vec![]),
        (Some(millis(90) + 3_600_001), lifetime, vec![set(90)]),
        (Some(millis(0) + 66_000), json!({"expires_in": "1m"}), vec![]),
        (
            Some(millis(0) + 66_001),
            json!({"expires_in": "1m"}),
            vec![format!("set the expiry to {}", Expiry::from_millis(millis(0) + 60_000))],
        ),
        (Some(millis(0) + 1), json!({"expires_in": "1m"}), vec![]),
    ] {
        assert_eq!(expiry_changes(old, &members), expected, "{old:?} {members}");
    }
}

#[test]
fn plans_additions_and_removals() {
    let text = br#"{"create_databases": ["a"], "tokens": [
        {"token": "apiv3_a", "name": "one", "permissions": ["db:a:write,read", "db:a:read"]},
        {"token": "apiv3_b", "name": "other", "permissions": ["db:a:read"]}]}"#;
    let file = TokenFile::parse(text).unwrap();
    let wanted = WantedFile::parse(
        br#"{"create_databases": ["b", "a", "c"], "tokens": [
        {"name": "two", "permissions": ["db:b:read"], "expires_in": "1d"},
        {"name": "one", "permissions": ["db:a:read", "db:a:write"]},
        {"name": "three", "permissions": [], "expiry_millis": 7}]}"#,
    )
    .unwrap();
    let append = "append token `two` with the expiry 2026-01-02T00:00:00Z and `db:b:read`; \
                  token `three` with the expiry 1970-01-01T00:00:00.007Z and no permissions";
    let create = "add `b`, `c` to `create_databases`";
    assert_eq!(plan(&wanted, Some(&file), day(0)), [create, append]);
    let all = wanted.clone().remove_others(true);
    assert_eq!(plan(&all, Some(&file), day(0)), [create, append, "remove token `other`"]);
    assert_eq!(plan(&all.remove_others(false), Some(&file), day(0)), [create, append]);

    let changes = wanted.plan(Some(&file), day(0), secrets()).unwrap();
    let after = TokenFile::parse(&edit::apply(Some(text), &changes).unwrap().unwrap()).unwrap();
    let secrets: Vec<&str> = after.tokens().iter().map(|entry| entry.token().expose()).collect();
    assert_eq!(secrets, ["apiv3_a", "apiv3_b", "apiv3_new1", "apiv3_new2"]);
    assert_eq!(plan(&wanted, Some(&after), day(0)), [""; 0]);
    // `three` has expired too, but is not rotated, because its wanted expiry is also past.
    assert_eq!(plan(&wanted, Some(&after), day(1))[0], "rotate token `two`");
    assert_eq!(plan(&wanted, Some(&after), day(1)).len(), 2);
    assert_eq!(plan(&wanted, None, day(0)).len(), 2);
    let other = WantedFile::parse(br#"{"tokens": [{"name": "one", "permissions": ["db:a:read"]}]}"#).unwrap();
    assert_eq!(plan(&other, Some(&file), day(0)), ["set the permissions of token `one` to `db:a:read`"]);
}

#[test]
fn rotations_expect_the_planned_secret() {
    let text = |token: &str| {
        format!(
            r#"{{"tokens": [{{"token": "{token}", "name": "app", "expiry_millis": 1, "permissions": []}}]}}"#
        )
    };
    let file = TokenFile::parse(text("apiv3_a").as_bytes()).unwrap();
    let changes = wanted(&json!([{"name": "app", "permissions": [], "expires_in": "1d"}]));
    let changes = changes.plan(Some(&file), day(0), secrets()).unwrap();
    let error = edit::apply(Some(text("apiv3_b").as_bytes()), &changes).unwrap_err();
    assert!(matches!(error, ChangeError::SecretChanged(name) if name == "app"));
}

#[test]
fn returns_errors_of_the_secret_source() {
    let wanted = wanted(&json!([{"name": "app", "permissions": []}]));
    assert_eq!(wanted.plan(None, day(0), || Err("no vault")).unwrap_err(), "no vault");
    let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#);
    assert!(wanted.plan(Some(&file.unwrap()), day(0), || Err("no vault")).unwrap().is_empty());
}

/// A wanted file, the tokens and databases that it names, and whether it removes others.
fn wanted_file() -> impl Strategy<Value = (WantedFile, TokenFile, bool)> {
    let lifetimes = prop::collection::vec((0..4_u8, 1..200_u64, 0..200_u64), 8);
    (any::<TokenFile>(), lifetimes, any::<bool>()).prop_map(|(file, lifetimes, remove)| {
        let token = |(entry, (kind, lifetime, within)): (&TokenEntry, &(u8, u64, u64))| {
            let permissions: Vec<String> = entry.permissions().iter().map(ToString::to_string).collect();
            let mut token = json!({"name": entry.name().as_str(), "permissions": permissions});
            match kind {
                0 => {}
                1 => token["expires_in"] = format!("{lifetime}d").into(),
                2 => {
                    token["expires_in"] = format!("{}d", lifetime + within).into();
                    token["rotate_within"] = format!("{within}d").into();
                }
                _ => token["expiry_millis"] = entry.expiry().map(Expiry::as_millis).into(),
            }
            token
        };
        let tokens: Vec<Value> = file.tokens().iter().zip(&lifetimes).map(token).collect();
        let databases: Vec<&str> = file.create_databases().iter().map(AsRef::as_ref).collect();
        let json = json!({"create_databases": databases, "tokens": tokens}).to_string();
        (WantedFile::parse(json.as_bytes()).unwrap().remove_others(remove), file, remove)
    })
}

fn comparable(entry: &TokenEntry) -> (String, [u8; 64], String) {
    let rest = format!("{:?} {:?}", entry.expiry(), entry.permissions());
    (entry.name().to_string(), entry.token().sha512(), rest)
}

proptest! {
    #![proptest_config(props::cases(200))]

    #[test]
    fn plans_are_complete_and_idempotent(
        (wanted, names, removes) in wanted_file(),
        (file, text) in layout::token_file_and_json(),
        days in 0..300_u64,
    ) {
        let changes = wanted.plan(Some(&file), day(days), Token::generate).unwrap();
        let after = edit::apply(Some(text.as_bytes()), &changes).unwrap();
        prop_assert_eq!(after.is_some(), !changes.is_empty());
        let after = TokenFile::parse(after.as_deref().unwrap_or(text.as_bytes())).unwrap();
        prop_assert_eq!(plan(&wanted, Some(&after), day(days)), [""; 0]);
        // Tolerates a clock that is a little behind.
        let earlier = day(days) - Duration::from_secs(60);
        prop_assert_eq!(plan(&wanted, Some(&after), earlier), [""; 0]);
        for entry in names.tokens() {
            let planned = after.get(entry.name().as_str()).expect("a wanted token");
            prop_assert!(Rights::new(planned.permissions()) == Rights::new(entry.permissions()), "rights differ");
        }
        for entry in file.tokens().iter().filter(|entry| names.get(entry.name().as_str()).is_none()) {
            let kept = after.get(entry.name().as_str());
            prop_assert_eq!(kept.map(comparable), Some(comparable(entry)).filter(|_| !removes));
        }
        for name in names.create_databases().iter().chain(file.create_databases()) {
            prop_assert!(after.create_databases().contains(name), "missing database");
        }
    }
}

#[test]
fn reports_every_error_with_location() {
    let long = r#""expires_in": "3d", "rotate_within""#;
    for (json, expected) in [
        ("", vec!["1:1: unexpected end of the JSON"]),
        ("[]", vec!["1:1: the wanted file must be an object, not an array"]),
        ("{}", vec!["1:1: the wanted file has no `tokens`"]),
        (r#"{"tokens": [], "tokens": []}"#, vec!["1:16: duplicate member `tokens`: keep only one of them"]),
        (
            r#"{"create_database": [], "tokens": {}}"#,
            vec![
                "1:2: unknown member; use `create_databases`",
                "1:35: `tokens` must be an array, not an object",
            ],
        ),
        (
            r#"{"create_databases": ["a b", 5], "tokens": [7]}"#,
            vec![
                "1:25: a space is not allowed in a database name (at byte 1 of `a b`): use ASCII letters, digits, `_` and `-`, \
                 with a letter or digit first and at most one `/` inside",
                "1:30: a database name must be a string, not a number",
                "1:45: a wanted token must be an object, not a number",
            ],
        ),
        (
            r#"{"tokens": [{"name": "", "permissions": ["db:a:raed"], "token": "apiv3_a", "x": 1}]}"#,
            vec![
                "1:23: the name is empty: add a name; is a variable unset?",
                "1:48: unknown action `raed`; did you mean `read`?",
                "1:65: a wanted file cannot contain secrets; remove `token`",
                "1:76: unknown member; remove it",
            ],
        ),
        (
            "{\"tokens\": [{\"name\": \"a\", \"permissions\": []},\n {\"name\": \"a\", \"permissions\": []}]}",
            vec!["2:2: another wanted token has the same name"],
        ),
    ] {
        let error = WantedFile::parse(json.as_bytes()).unwrap_err();
        let lines: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected, "{json}");
        assert_eq!(error.to_string(), format!("invalid wanted file\n{}", lines.join("\n")));
    }
    let both = "use either `expires_in` or `expiry_millis`";
    let shorter = "`expires_in` must be at least a second, and a second longer than `rotate_within`";
    let no_duration = "`expires_in`: invalid duration `90`: expected a form such as `10d`, `1y` or `2h 30m`";
    for (members, expected) in [
        (r#""expires_in": "1d", "expiry_millis": 1"#, both),
        (r#""rotate_within": "1d""#, "`rotate_within` needs `expires_in`"),
        (r#""rotate_within": "1d", "expiry_millis": 1"#, "`rotate_within` needs `expires_in`"),
        (&format!(r#"{long}: "3d""#), shorter),
        (&format!(r#"{long}: "71h 59m 59s 1ms""#), shorter),
        (r#""expires_in": "0s""#, shorter),
        (r#""expires_in": "90""#, no_duration),
        (r#""expires_in": 90"#, "`expires_in` must be a string, not a number"),
        (r#""expiry_millis": "1""#, "`expiry_millis` must be an integer, not a string"),
        (r#""expiry_millis": 1.5"#, "`expiry_millis` must be an integer of 64 bits"),
        (
            r#""expires_in": "900000000y""#,
            "`expires_in`: the time `900000000y` does not fit into 64 bits of milliseconds: use an earlier time",
        ),
    ] {
        let json = format!(r#"{{"tokens": [{{"name": "a", "permissions": [], {members}}}]}}"#);
        let error = WantedFile::parse(json.as_bytes()).unwrap_err();
        let [error] = error.errors() else { panic!("{error}") };
        assert!(error.to_string().ends_with(&format!(": {expected}")), "{members}: {error}");
    }
    let shortest = format!(r#"{{"tokens": [{{"name": "a", "permissions": [], {long}: "71h 59m 59s"}}]}}"#);
    assert!(WantedFile::parse(shortest.as_bytes()).is_ok());
}

#[test]
fn never_shows_a_token() {
    let canary = util::CANARY;
    for json in [
        format!(r#"{{"{canary}": "{canary}", "tokens": ["{canary}"]}}"#),
        format!(r#"{{"create_databases": [".{canary}"], "tokens": "{canary}"}}"#),
        format!(
            r#"{{"tokens": [{{"name": "{canary}", "token": "{canary}", "permissions": ["{canary}", "db:a:{canary}"]}}]}}"#
        ),
        format!(r#"{{"tokens": [{{"name": "a", "permissions": [], "expires_in": "{canary}"}}]}}"#),
        format!(r#"{{"tokens": [{{"name": "a", "permissions": [], "expiry_millis": "{canary}"}}]}}"#),
        format!(r#"{{"tokens": [{canary}]}}"#),
    ] {
        let error = WantedFile::parse(json.as_bytes()).unwrap_err();
        util::assert_no_piece_of(canary, &format!("{error} {error:?} {error:#?}"), &json);
    }
    let wanted = wanted(&json!([{"name": canary, "permissions": [format!("db:{canary}:read")]}]));
    util::assert_no_piece_of(canary, &format!("{wanted:?} {:?}", plan(&wanted, None, day(0))), "a plan");
}

#[test]
fn reconciles_once_across_processes() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = folder.path().join("wanted.json");
    let json = json!({"tokens": [{"name": "app", "permissions": ["db:a:read"], "expires_in": "90d"}]});
    std::fs::write(&wanted, json.to_string()).unwrap();
    let program = examples::example("reconcile");
    let children = [(); 8].map(|()| {
        let mut command = std::process::Command::new(&program);
        command.arg(folder.path().join("tokens.json")).arg(&wanted);
        command.stdout(std::process::Stdio::piped()).spawn().unwrap()
    });
    let printed = children.map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });
    let count = |is_expected: fn(&String) -> bool| printed.iter().filter(|text| is_expected(text)).count();
    assert_eq!(count(|text| text.starts_with("append token `app`")), 1, "{printed:?}");
    assert_eq!(count(|text| text == "1 tokens, Unchanged\n"), 7, "{printed:?}");
}
