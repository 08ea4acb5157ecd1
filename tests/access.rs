//! The server's access rules, differences of rights, and expectations of access.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use influxdb3_offline_tokens::access::{DenyReason, EntryKey, FileDifference, decide};
use influxdb3_offline_tokens::{
    AccessRequest, Authorizer, DatabaseActions, DatabaseName, Decision, Expectations, Expiry, Permission,
    Rights, SystemResource, Token, TokenEntry, TokenFile, TokenName,
};

const CANARY: &str = "apiv3_CanarySecret0123456789abcdefghijkl";

fn permissions(list: &[&str]) -> Vec<Permission> {
    list.iter().map(|text| Permission::parse(text).unwrap()).collect()
}

fn entry(name: &str, token: &str, list: &[&str]) -> TokenEntry {
    TokenEntry::new(TokenName::parse(name).unwrap(), Token::parse(token).unwrap())
        .with_permissions(permissions(list))
}

fn file(entries: impl IntoIterator<Item = TokenEntry>) -> TokenFile {
    TokenFile::new([], entries).unwrap()
}

fn with_expiry(entry: TokenEntry, millis: i64) -> TokenEntry {
    entry.with_expiry(Some(Expiry::from_millis(millis)))
}

fn at(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs())
}

fn read(database: &str) -> AccessRequest<'_> {
    AccessRequest::Database(database, DatabaseActions::READ)
}

/// Parses `write db1`, `read,write new db9`, `read others`, `read any` or `system health`; `-` is no action.
fn request(text: &str) -> AccessRequest<'_> {
    match text.split(' ').collect::<Vec<_>>()[..] {
        ["system", name] => AccessRequest::System(name.parse().unwrap()),
        [actions, "others"] => AccessRequest::OtherDatabases(action_set(actions)),
        [actions, "any"] => AccessRequest::AnyDatabase(action_set(actions)),
        [actions, "new", name] => AccessRequest::NewDatabase(name, action_set(actions)),
        [actions, name] => AccessRequest::Database(name, action_set(actions)),
        _ => panic!("invalid request: {text}"),
    }
}

fn action_set(actions: &str) -> DatabaseActions {
    if actions == "-" { DatabaseActions::EMPTY } else { DatabaseActions::parse(actions).unwrap() }
}

fn strings(list: impl IntoIterator<Item: ToString>) -> Vec<String> {
    list.into_iter().map(|item| item.to_string()).collect()
}

/// Checks rows of permissions, a request and the decision. `access_properties.rs` has every order of the permissions.
#[track_caller]
fn assert_decisions(rows: &[(&[&str], &str, &str)]) {
    for (list, asked, expected) in rows {
        let permissions = permissions(list);
        let decision = decide(&permissions, request(asked));
        assert_eq!(decision.to_string(), *expected, "{list:?}, {asked}");
        assert!(!decision.reason().is_some_and(|reason| reason.is_unauthenticated()));
    }
}

const NO_ENTRY: &str = "denied: no permission of the token covers this request";
const INTERNAL: &str = "denied: only admin tokens can access `_internal`";
const INVALID_NAME: &str = "denied: no database can have this name";
const NO_SINGLE_ENTRY: &str = "denied: no single entry for databases has all of these actions";
const NO_ACTION: &str = "denied: the request names no action";

#[test]
fn merges_permissions_on_the_same_database() {
    assert_decisions(&[
        (&["db:a:read", "db:a:write"], "read,write a", "allowed by `db:a:read,write`"),
        (
            &["db:a,b:read", "db:b,c:write", "db:b:delete"],
            "read,write,delete b",
            "allowed by `db:b:read,write,delete`",
        ),
        (&["db:a,b:read", "db:b,c:write"], "write a", "denied: `db:a:read` lacks `write`"),
        (&["db:*:read", "db:*:write"], "read,write a", "allowed by `db:*:read,write`"),
        (&["db:a,a:read"], "read a", "allowed by `db:a:read`"),
    ]);
}

#[test]
fn exact_entries_shadow_the_wildcard() {
    let shadowing: &[&str] = &["db:db1:read", "db:*:write"];
    let split: &[&str] = &["db:db1:read", "db:*:read", "db:*:write"];
    assert_decisions(&[
        (
            shadowing,
            "write db1",
            "denied: `db:db1:read` lacks `write`, and shadows `db:*:write`, which has it",
        ),
        (shadowing, "read db1", "allowed by `db:db1:read`"),
        (shadowing, "write db2", "allowed by `db:*:write`"),
        (shadowing, "read db2", "denied: `db:*:write` lacks `read`"),
        (shadowing, "read,write db1", "denied: `db:db1:read` lacks `write`"),
        (
            split,
            "read,write db1",
            "denied: `db:db1:read` lacks `write`, and shadows `db:*:read,write`, which has it",
        ),
        (split, "read,write db2", "allowed by `db:*:read,write`"),
        // Names are compared whole and case-sensitively.
        (shadowing, "write db", "allowed by `db:*:write`"),
        (shadowing, "write db11", "allowed by `db:*:write`"),
        (shadowing, "write DB1", "allowed by `db:*:write`"),
        (&["db:a/rp:read"], "read a", NO_ENTRY),
        (&["db:a:read"], "read a/rp", NO_ENTRY),
    ]);
}

#[test]
fn requires_all_actions_in_one_entry() {
    assert_decisions(&[
        (&["db:a:read"], "read,write a", "denied: `db:a:read` lacks `write`"),
        (
            &["db:a:create,describe,read,write,delete"],
            "create,describe,read,write,delete a",
            "allowed by `db:a:create,describe,read,write,delete`",
        ),
        (&["db:a:write"], "delete a", "denied: `db:a:write` lacks `delete`"),
        (&["db:a:read,write"], "describe a", "denied: `db:a:read,write` lacks `describe`"),
    ]);
}

#[test]
fn decides_new_databases_by_the_wildcard() {
    assert_decisions(&[
        (&["db:*:write"], "write new db9", "allowed by `db:*:write`"),
        (&["db:*:write"], "create new db9", "denied: `db:*:write` lacks `create`"),
        (&["db:*:create"], "create new db9", "allowed by `db:*:create`"),
        // Exact entries have no effect.
        (&["db:db9:create,write"], "create new db9", NO_ENTRY),
        (&["db:db9:read", "db:*:write"], "write new db9", "allowed by `db:*:write`"),
        (&["db:db9:write", "db:*:read"], "write new db9", "denied: `db:*:read` lacks `write`"),
    ]);
}

#[test]
fn decides_other_databases_by_the_wildcard() {
    assert_decisions(&[
        (&["db:*:write", "db:a:read"], "write others", "allowed by `db:*:write`"),
        (&["db:a:read,write", "db:*:read"], "read,write others", "denied: `db:*:read` lacks `write`"),
        (&["db:a:read"], "read others", NO_ENTRY),
        (&["db:*:read"], "- others", NO_ACTION),
    ]);
}

#[test]
fn any_database_requires_one_entry() {
    assert_decisions(&[
        (&["db:b:read", "db:a:read"], "read any", "allowed by `db:a:read`"),
        (&["db:a:read", "db:*:read"], "read any", "allowed by `db:*:read`"),
        (&["db:a:write", "db:*:read"], "write any", "allowed by `db:a:write`"),
        (&["db:a:write", "db:b:read"], "read,write any", NO_SINGLE_ENTRY),
        (&["db:a:write", "db:a:read"], "read,write any", "allowed by `db:a:read,write`"),
        (&["db:*:read"], "write any", NO_SINGLE_ENTRY),
        (&["system:*:read"], "read any", NO_ENTRY),
        (&["db:_internal:read"], "read any", "allowed by `db:_internal:read`"),
    ]);
}

#[test]
fn decides_system_resources() {
    assert_decisions(&[
        (&["system:health,ping:read"], "system ping", "allowed by `system:ping:read`"),
        (&["system:ping,ping:read"], "system ping", "allowed by `system:ping:read`"),
        (&["system:health:read"], "system metrics", NO_ENTRY),
        (&["system:*:read"], "system ready", "allowed by `system:*:read`"),
        (&["system:*:read", "system:ready:read"], "system ready", "allowed by `system:ready:read`"),
        (&["system:*:read", "system:ready:read"], "system health", "allowed by `system:*:read`"),
        (&["db:*:read", "db:health:read"], "system health", NO_ENTRY),
        (&["system:*:read"], "read health", NO_ENTRY),
    ]);
}

#[test]
fn denies_the_internal_database() {
    assert_decisions(&[
        (&["db:_internal:read"], "read _internal", INTERNAL),
        (&["db:*:read"], "read _internal", INTERNAL),
        (&["db:_internal:read", "db:*:read"], "read _internal", INTERNAL),
        (&["db:*:read"], "read new _internal", INTERNAL),
        (&[], "read _internal", INTERNAL),
    ]);
}

#[test]
fn denies_without_an_entry_or_action() {
    for asked in ["read a", "read new a", "read any", "system health"] {
        assert_decisions(&[(&[], asked, NO_ENTRY)]);
    }
    assert_decisions(&[(&["db:a:read"], "read b", NO_ENTRY), (&["system:*:read"], "read a", NO_ENTRY)]);
    for asked in ["- a", "- new a", "- any", "- others", "- _internal"] {
        assert_decisions(&[(&["db:*:read", "db:a:read"], asked, NO_ACTION)]);
    }
}

#[test]
fn denies_invalid_database_names() {
    let permissions = permissions(&["db:*:read", "db:a,b:read"]);
    let long = "a".repeat(512);
    let invalid =
        ["", "*", "a,b", "a b", " a", "a\0", "a:b", "db:*", "a.b", "\u{200b}a", "a\n", "%2A", "\"a\"", &long];
    for name in invalid {
        for request in [read(name), AccessRequest::NewDatabase(name, DatabaseActions::READ)] {
            assert_eq!(decide(&permissions, request).to_string(), INVALID_NAME, "{name:?}");
        }
    }
    // The most permissive name rule of the server allows these.
    for name in ["_own", "-a", "größe", "a/b/c", &long[1..]] {
        assert!(decide(&permissions, read(name)).is_allowed(), "{name:?}");
    }
}

#[test]
fn denies_unknown_and_expired_tokens() {
    let request = read("a");
    for (expiry, now, is_allowed) in [
        (1000, at(999), true),
        (1000, at(1000), false),
        (1000, at(1001), false),
        (1000, at(999) + Duration::from_nanos(999_999), true),
        (0, at(0), false),
        (0, at(0) - Duration::from_nanos(1), true),
        (-1, at(0) - Duration::from_nanos(1), false),
        (-1, at(0) - Duration::from_millis(2), true),
        (i64::MIN, at(0), false),
        (i64::MAX - 1, at(i64::MAX), false),
        (i64::MAX, at(i64::MAX), true),
    ] {
        let file = file([with_expiry(entry("app", CANARY, &["db:a:read"]), expiry)]);
        let authorizer = Authorizer::new(&file);
        let decision = authorizer.decide(CANARY, request, now);
        assert_eq!(decision.is_allowed(), is_allowed, "{expiry} {now:?}");
        assert_eq!(file.tokens()[0].decide(request, now), decision);
        assert_eq!(file.who_can(request, now).count(), usize::from(is_allowed));
        if !is_allowed {
            assert_eq!(decision, Decision::Denied(DenyReason::Expired(Expiry::from_millis(expiry))));
            let reason = decision.reason().unwrap();
            assert!(reason.is_unauthenticated() && reason.name() == "expired");
        }
    }
    let authorizer = Authorizer::new(&file([entry("app", CANARY, &["db:*:read"])]));
    let truncated = &CANARY[..CANARY.len() - 1];
    for presented in ["", "apiv3_", &CANARY[1..], truncated, &format!("{CANARY} "), &CANARY.to_lowercase()] {
        let decision = authorizer.decide(presented, request, at(0));
        assert_eq!(decision, Decision::Denied(DenyReason::UnknownToken));
    }
    let empty = Authorizer::new(&TokenFile::default());
    assert!(empty.is_empty() && !empty.decide(CANARY, request, at(0)).is_allowed());
}

#[test]
fn finds_every_token_of_a_large_file() {
    let token = |at: usize| format!("apiv3_{at:040}");
    let tokens = (0..5000).map(|at| {
        let own = format!("db:own{at}:read");
        entry(&format!("t{at}"), &token(at), &[&own, "db:shared:write"])
    });
    let authorizer = Authorizer::new(&file(tokens));
    assert_eq!(format!("{authorizer:?}"), "Authorizer(5000 tokens)");
    assert!(!authorizer.is_empty());
    for at in 0..5000 {
        let found = authorizer.authenticate(token(at), UNIX_EPOCH).unwrap();
        assert_eq!(found.name().as_str(), format!("t{at}"));
        let can_read = |name: &str| found.decide(read(name)).is_allowed();
        assert!(can_read(&format!("own{at}")) && !can_read(&format!("own{}", at + 1)) && !can_read("shared"));
        assert!(authorizer.authenticate(token(at + 5000), UNIX_EPOCH).is_err());
    }
}

#[test]
fn finds_every_database_of_a_token() {
    let names: Vec<String> = (0..3000).map(|at| format!("database_{at}")).collect();
    let all = format!("db:{}:read", names.join(","));
    let authorizer = Authorizer::new(&file([entry("app", CANARY, &[&all])]));
    let found = authorizer.authenticate(CANARY, UNIX_EPOCH).unwrap();
    for name in &names {
        assert_eq!(found.decide(read(name)).to_string(), format!("allowed by `db:{name}:read`"));
    }
    assert!(!found.decide(read("database_3000")).is_allowed());
}

#[test]
fn authorizer_and_expectations_are_send_and_sync() {
    fn assert_shareable<T: Send + Sync + 'static>() {}
    assert_shareable::<Authorizer>();
    assert_shareable::<Expectations>();
}

#[test]
fn never_shows_a_token() {
    let team = file([entry("app", CANARY, &["db:a:read"]), entry("old", "apiv3_old", &[])]);
    let authorizer = Authorizer::new(&team);
    let found = authorizer.authenticate(CANARY, UNIX_EPOCH).unwrap();
    let request = read(CANARY);
    let expectations = format!("{CANARY} can read a\napp can read {CANARY}\nnobody can read {CANARY}");
    let expectations = Expectations::parse(&expectations).unwrap();
    let failed = expectations.check(&team, UNIX_EPOCH);
    let invalid = Expectations::parse(&format!("{CANARY} {CANARY}\napp can {CANARY} a")).unwrap_err();
    // Tokens pasted as names.
    let entry = entry(CANARY, "apiv3_other", &[&format!("db:{CANARY}:read")]);
    let duplicate = TokenFile::new([], [entry.clone(), entry.clone()]).unwrap_err();
    let database = DatabaseName::parse(CANARY).unwrap();
    let misnamed = TokenFile::new([database.clone()], [entry.clone()]).unwrap();
    let allowed = entry.decide(request, UNIX_EPOCH);
    let decisions: Vec<_> = misnamed.who_can(request, UNIX_EPOCH).collect();
    let (denied, key) = (decide(&[], request), EntryKey::Database(CANARY));
    let outputs = [
        format!("{authorizer:?} {found:?} {request:?} {request} {denied:?} {denied} {allowed:?} {allowed}"),
        format!("{expectations:?} {failed:?} {} {invalid:?} {invalid}", strings(&failed).join("")),
        format!("{:?}", expectations.verify(&team, UNIX_EPOCH).unwrap_err()),
        format!("{database:?} {duplicate:?} {duplicate} {misnamed:?} {decisions:?} {key:?} {key}"),
        format!("{:?} {:?} {:?}", entry.name(), entry.rights(), entry.permissions()),
        format!("{:?}", FileDifference::new(&team, &misnamed)),
    ];
    for output in outputs {
        assert!(!output.contains("Canary"), "{output}");
    }
}

#[test]
fn lists_rights_after_shadowing() {
    let permissions =
        permissions(&["db:b,a:read", "db:*:write,create", "db:_internal:read", "system:ping:read"]);
    let rights = Rights::new(&permissions);
    let named: Vec<_> = rights.databases().map(|(name, actions)| format!("{name}:{actions}")).collect();
    assert_eq!(named, ["_internal:", "a:read", "b:read"]);
    assert_eq!(rights.other_databases(), action_set("create,write"));
    for (name, expected) in [("a", "read"), ("c", "create,write"), ("_internal", "-"), ("*", "-")] {
        assert_eq!(rights.database(name), action_set(expected), "{name}");
    }
    assert_eq!(rights.system_resources().collect::<Vec<_>>(), [SystemResource::Ping]);
    assert!(format!("{rights:?}").ends_with("EntryKey(system:ping): DatabaseActions(read)}"));
}

#[test]
fn lists_tokens_with_access() {
    let file = file([
        entry("one", "apiv3_1", &["db:a:read"]),
        entry("all", "apiv3_2", &["db:*:read"]),
        entry("shadowed", "apiv3_3", &["db:a:write", "db:*:read"]),
    ]);
    for (asked, expected) in [
        ("read a", "one by db:a:read [0], all by db:*:read [0]"),
        ("read b", "all by db:*:read [0], shadowed by db:*:read [1]"),
        ("write new b", ""),
        ("write any", "shadowed by db:a:write [0]"),
    ] {
        let found = file.who_can(request(asked), UNIX_EPOCH);
        let found: Vec<_> = found
            .map(|(token, entry)| {
                let sources: Vec<_> = entry.sources(token.permissions()).collect();
                format!("{} by {entry} {sources:?}", token.name())
            })
            .collect();
        assert_eq!(found.join(", "), expected, "{asked}");
    }
}

#[test]
fn covers_rights_or_returns_witnesses() {
    let table: &[(&[&str], &[&str], &[&str])] = &[
        (&["db:*:read"], &["db:a:read"], &[]),
        (&["db:a:read"], &["db:*:read"], &["read on any other database"]),
        (&["db:*:read"], &["db:*:read,write"], &["write on any other database"]),
        (&["db:*:read"], &["db:*:read", "db:a:write"], &["write on database `a`"]),
        (&["db:*:read", "db:a:write"], &["db:*:read"], &["read on database `a`"]),
        (&["db:*:write"], &["db:*:read,write", "db:a:write"], &["read on any other database"]),
        (&["db:*:write", "db:_internal:read"], &["db:*:write"], &[]),
        (&["db:*:write"], &["db:_internal:read"], &["read on any database"]),
        (&["db:*:write,read"], &["db:_internal:read"], &[]),
        (
            &["system:health,ping:read"],
            &["system:*:read"],
            &["read on system resource `metrics`", "read on system resource `ready`"],
        ),
        (
            &["db:a,b:read"],
            &["db:a:read,write", "db:c:read"],
            &["write on database `a`", "read on database `c`"],
        ),
    ];
    for (wide, narrow, witnesses) in table {
        let (one, other) = (permissions(wide), permissions(narrow));
        let (one, other) = (Rights::new(&one), Rights::new(&other));
        assert_eq!(one.covers(&other), witnesses.is_empty(), "{narrow:?} in {wide:?}");
        assert_eq!(strings(other.difference(&one)), *witnesses, "{narrow:?} beyond {wide:?}");
    }
}

#[test]
fn minimizes_permissions() {
    let sets: &[&str] = &["db:a:read", "db:b:write", "db:c:read,write"];
    let table: &[(&[&str], &[&str])] = &[
        (&[], &[]),
        (&["db:b:read", "db:a:read"], &["db:a,b:read"]),
        (&["db:a:read", "db:a:write"], &["db:a:read,write"]),
        (&["db:a:read", "db:*:read", "db:b:write"], &["db:*:read", "db:b:write"]),
        // Keeps one permission per set of actions, although `db:c:read,write` could be split over the other two.
        (sets, sets),
        (&["db:b,c:write", "db:a,c:read"], sets),
        // A shadowing entry stays, though `db:*` has more actions.
        (&["db:a:read", "db:*:read,write"], &["db:*:read,write", "db:a:read"]),
        (&["system:ping:read", "system:*:read"], &["system:*:read"]),
        (&["system:ping:read", "system:health:read"], &["system:health,ping:read"]),
        (&["db:_internal:read", "db:a:read"], &["db:a:read"]),
        (&["db:_internal:write", "db:a:read"], &["db:a:read", "db:_internal:write"]),
    ];
    for (list, expected) in table {
        assert_eq!(strings(Rights::new(&permissions(list)).to_permissions()), *expected, "{list:?}");
    }
}

#[test]
fn compares_two_files() {
    let database = |name: &str| DatabaseName::parse(name).unwrap();
    let old = TokenFile::new(
        ["removed", "kept"].map(database),
        [
            entry("same", "apiv3_same", &["db:a:read", "db:a:write"]),
            entry("removed", "apiv3_removed", &["db:a:read"]),
            entry("before", "apiv3_renamed", &["db:a:read"]),
            entry("rotated", "apiv3_old", &["db:a:read"]),
            entry("changed", "apiv3_changed", &["db:a:read", "db:*:write"]),
            with_expiry(entry("later", "apiv3_later", &["db:a:read"]), 1),
            with_expiry(entry("earlier", "apiv3_earlier", &["db:a:read"]), 2),
            with_expiry(entry("idle", "apiv3_idle", &[]), 1),
            entry("x", "apiv3_x", &["db:x:read"]),
            entry("y", "apiv3_y", &["db:y:read"]),
        ],
    )
    .unwrap();
    let new = TokenFile::new(
        ["kept", "added"].map(database),
        [
            entry("added", "apiv3_added", &["db:a:read"]),
            entry("same", "apiv3_same", &["db:a:read,write"]),
            entry("after", "apiv3_renamed", &["db:a:read"]),
            entry("rotated", "apiv3_new", &["db:a:read"]),
            entry("changed", "apiv3_changed", &["db:a:write", "db:*:write"]),
            entry("later", "apiv3_later", &["db:a:read"]),
            with_expiry(entry("earlier", "apiv3_earlier", &["db:a:read"]), 1),
            entry("idle", "apiv3_idle", &[]),
            // Two tokens swapped their names.
            entry("y", "apiv3_x", &["db:y:read"]),
            entry("x", "apiv3_y", &["db:x:read"]),
        ],
    )
    .unwrap();
    let difference = FileDifference::new(&old, &new);
    let name = |entry: Option<&TokenEntry>| entry.map_or("-".into(), |entry| entry.name().to_string());
    let tokens = difference.tokens.iter().map(|token| {
        let (kind, before, after) = (token.kind.name(), name(token.before), name(token.after));
        let (gained, lost) =
            (strings(&token.change.gained).join("; "), strings(&token.change.lost).join("; "));
        let expiry = if token.change.expiry.is_some() { " expiry" } else { "" };
        let gains = if token.gains() { " gains" } else { "" };
        format!("{kind} {before} {after}: +[{gained}] -[{lost}]{expiry}{gains}")
    });
    let expected = [
        "removed removed -: +[] -[read on database `a`]",
        "renamed before after: +[] -[]",
        "rotated rotated rotated: +[] -[]",
        "kept changed changed: +[write on database `a`] -[read on database `a`] gains",
        "kept later later: +[] -[] expiry gains",
        "kept earlier earlier: +[] -[] expiry",
        "kept idle idle: +[] -[] expiry",
        "renamed x y: +[read on database `y`] -[read on database `x`] gains",
        "renamed y x: +[read on database `x`] -[read on database `y`] gains",
        "added - added: +[read on database `a`] -[] gains",
    ];
    assert_eq!(tokens.collect::<Vec<_>>(), expected);
    assert_eq!(strings(&difference.databases_added), ["added"]);
    assert_eq!(strings(&difference.databases_removed), ["removed"]);
    assert!(difference.gains() && !difference.is_empty());
    assert!(FileDifference::new(&old, &old).is_empty());
    // Only databases are removed.
    assert!(!FileDifference::new(&old, &file(old.tokens().iter().cloned())).is_empty());
}

#[test]
fn checks_expectations() {
    let team = file([
        entry("app", "apiv3_app", &["db:sensors:read,write", "db:*:read"]),
        entry("admin-sync", "apiv3_admin", &["db:*:create,read,write,delete", "db:sensors:read"]),
        entry("night job", "apiv3_night", &["system:health:read"]),
        with_expiry(entry("old", "apiv3_old", &["db:*:delete"]), 0),
    ]);
    for (line, expected) in [
        ("app can read,write sensors", ""),
        ("app can read *", ""),
        ("app can write *", "`app` cannot write on any other database: `db:*:read` lacks `write`"),
        (
            "admin-sync can write *",
            "`admin-sync` cannot write on database `sensors`: `db:sensors:read` lacks `write`, and shadows `db:*:create,read,write,delete`, which has it",
        ),
        ("app cannot delete any", ""),
        ("app cannot write any", "`app` can write on any database: allowed by `db:sensors:read,write`"),
        (
            "app cannot delete,write sensors",
            "`app` can write on database `sensors`: allowed by `db:sensors:read,write`",
        ),
        ("app,admin-sync can read sensors", ""),
        (
            "app can read _internal",
            "`app` cannot read on database `_internal`: only admin tokens can access `_internal`",
        ),
        ("nobody can read _internal", ""),
        ("only admin-sync can delete any", ""),
        ("nobody but admin-sync can delete any", ""),
        (
            "nobody can delete any",
            "`admin-sync` can delete on any database: allowed by `db:*:create,read,write,delete`",
        ),
        ("only app can write sensors", ""),
        (
            "only app can delete any",
            "`app` cannot delete on any database: no single entry for databases has all of these actions / `admin-sync` can delete on any database: allowed by `db:*:create,read,write,delete`",
        ),
        ("admin-sync can create new", ""),
        ("app can write new", "`app` cannot write on any other database: `db:*:read` lacks `write`"),
        ("\"night job\" can read system health", ""),
        ("only \"night job\" can read system any", ""),
        (
            "\"night job\" can read system *",
            "`night job` cannot read on system resource `metrics`: no permission of the token covers this request",
        ),
        (
            "\"night job\" cannot read system any",
            "`night job` can read on system resource `health`: allowed by `system:health:read`",
        ),
        (
            "app can read system any",
            "`app` cannot read on system resource `health`: no permission of the token covers this request",
        ),
        ("ap cannot read any", "the file has no token `ap`"),
        (
            "old can delete a",
            "`old` cannot delete on database `a`: the token expired at 1970-01-01T00:00:00Z",
        ),
        ("app can read \"any\"", ""),
        ("  # comment", ""),
        ("app can read sensors# comment", ""),
    ] {
        let expectations = Expectations::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let failed = strings(&expectations.check(&team, at(1))).join(" / ");
        assert_eq!(failed.replace("line 1: ", ""), expected, "{line}");
        assert_eq!(expectations.verify(&team, at(1)).is_ok(), expected.is_empty(), "{line}");
    }
}

#[test]
fn lists_all_failed_expectations() {
    let expectations: Expectations = "app can read a\nnobody can read b\njob can read a".parse().unwrap();
    let file = file([entry("app", "apiv3_a", &["db:b:read"])]);
    let error = expectations.verify(&file, UNIX_EPOCH).unwrap_err();
    let expected = "3 failed expectations:\n  \
        line 1: `app` cannot read on database `a`: no permission of the token covers this request\n  \
        line 2: `app` can read on database `b`: allowed by `db:b:read`\n  \
        line 3: the file has no token `job`";
    assert_eq!(error.to_string(), expected);
    assert_eq!(format!("{error:?}"), expected);
}

/// `errors.rs` has several invalid lines.
#[test]
fn rejects_invalid_expectations() {
    let table: &[(&[&str], &str)] = &[
        (
            &["app"],
            "`can` or `cannot` is missing: use `can` or `cannot` after the tokens, and put a name with spaces in double quotes",
        ),
        (
            &["night job can read a"],
            "unexpected word `job`: use `can` or `cannot` after the tokens, and put a name with spaces in double quotes",
        ),
        (
            &[
                "can read a",
                "app, can read a",
                ", app can read a",
                "only can read a",
                "nobody but can read a",
            ],
            "the name of a token is missing: name at least one",
        ),
        (
            &["_admin can read a"],
            "invalid token name `_admin`: `_admin` is reserved for the operator token: use another name",
        ),
        (&["\"\" can read a"], "invalid token name: the name is empty: add a name; is a variable unset?"),
        (&["only app cannot read a"], "unexpected `cannot` after `only` or `nobody`: use `can`"),
        (&["app can"], "the actions are missing: name at least one, such as `read`"),
        (&["app can read, a"], "unknown action `a`: use `create`, `describe`, `read`, `write` or `delete`"),
        (&["app can read"], "the target is missing: name a database, `*`, `any`, `new` or `system`"),
        (
            &["app can read a, b"],
            "unexpected word `,`: name one database or resource per line, and nothing after it",
        ),
        (
            &["app can read a.b"],
            "invalid database name `a.b`: `.` is not allowed in a database name: use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside",
        ),
        (
            &["app can read system"],
            "unknown system resource: use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name in double quotes",
        ),
        (
            &["app can read system tokens"],
            "unknown system resource `tokens`: use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name in double quotes",
        ),
        (
            &["app cannot read *", "only app can read *", "nobody can read *", "app cannot read system *"],
            "unexpected `*` after `cannot`, `only` or `nobody`: use `any`, which denies each of them",
        ),
        (
            &["app can write system health"],
            "only `read` is available for system resources: remove the other actions",
        ),
        (&["\"app can read a"], "the `\"` is not closed: close it on the same line"),
    ];
    for (lines, expected) in table {
        for line in *lines {
            let error = Expectations::parse(&format!("# one\r\n{line}\n")).expect_err(line);
            assert_eq!(error.to_string(), format!("line 2: {expected}"), "{line}");
        }
    }
}
