//! The server's rules of access, one table row for each thing they say, in every order of the permissions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use influxdb3_offline_tokens::access::{DenyReason, DifferenceKind, EntryKey, FileDifference, decide};
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

fn at(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs())
}

// `write db1`, `read,write new db9`, `read others`, `read any`, `system health`.
fn request(text: &str) -> AccessRequest<'_> {
    match text.split(' ').collect::<Vec<_>>()[..] {
        ["system", name] => AccessRequest::system(name.parse().unwrap()),
        [actions, "others"] => AccessRequest::other_databases(set(actions)),
        [actions, "any"] => AccessRequest::any_database(set(actions)),
        [actions, "new", name] => AccessRequest::new_database(name, set(actions)),
        [actions, name] => AccessRequest::database(name, set(actions)),
        _ => panic!("no request: {text}"),
    }
}

fn set(actions: &str) -> DatabaseActions {
    if actions == "-" { DatabaseActions::EMPTY } else { DatabaseActions::parse(actions).unwrap() }
}

fn orders<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    if list.len() < 2 {
        return vec![list.to_vec()];
    }
    let mut all = Vec::new();
    for at in 0..list.len() {
        let mut rest = list.to_vec();
        let first = rest.remove(at);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

/// Decides in every order of the permissions and in every way there is, and expects one text of all.
#[track_caller]
fn expect(list: &[&str], asked: &str, expected: &str) {
    for order in orders(list) {
        let permissions = permissions(&order);
        let request = request(asked);
        let decided = decide(&permissions, request);
        assert_eq!(decided.to_string(), expected, "{order:?}, {asked}");
        assert_eq!(Rights::new(&permissions).decide(request), decided, "rights of {order:?}, {asked}");
        let file = file([entry("app", CANARY, &order)]);
        let authorizer = Authorizer::new(&file);
        assert_eq!(
            authorizer.decide(CANARY, request, UNIX_EPOCH),
            decided,
            "authorizer of {order:?}, {asked}"
        );
        assert_eq!(file.tokens()[0].decide(request, UNIX_EPOCH), decided, "entry of {order:?}, {asked}");
        if let Some(entry) = decided.entry() {
            let made: Vec<_> = entry.sources(&permissions).map(|at| permissions[at].clone()).collect();
            let alone = decide(&made, request);
            assert_eq!(alone.entry(), Some(entry), "what made the entry makes it alone: {order:?}, {asked}");
        }
    }
}

#[track_caller]
fn table(rows: &[(&[&str], &str, &str)]) {
    for (list, asked, expected) in rows {
        expect(list, asked, expected);
    }
}

const NO_ENTRY: &str = "denied: no permission of the token covers this request";
const INTERNAL: &str = "denied: only an admin token reaches `_internal`, whatever a permission says";
const NO_NAME: &str = "denied: no database can have this name";
const NOWHERE: &str = "denied: no single entry for databases has all of these actions";

#[test]
fn rule_1_grants_of_one_key_are_united() {
    table(&[
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
fn rule_2_the_exact_entry_hides_the_wildcard() {
    let hiding: &[&str] = &["db:db1:read", "db:*:write"];
    let split: &[&str] = &["db:db1:read", "db:*:read", "db:*:write"];
    table(&[
        (hiding, "write db1", "denied: `db:db1:read` lacks `write`, and hides `db:*:write`, which has it"),
        (hiding, "read db1", "allowed by `db:db1:read`"),
        (hiding, "write db2", "allowed by `db:*:write`"),
        (hiding, "read db2", "denied: `db:*:write` lacks `read`"),
        // Together they would have both.
        (hiding, "read,write db1", "denied: `db:db1:read` lacks `write`"),
        (
            split,
            "read,write db1",
            "denied: `db:db1:read` lacks `write`, and hides `db:*:read,write`, which has it",
        ),
        (split, "read,write db2", "allowed by `db:*:read,write`"),
        // A name is compared whole, and as it is.
        (hiding, "write db", "allowed by `db:*:write`"),
        (hiding, "write db11", "allowed by `db:*:write`"),
        (hiding, "write DB1", "allowed by `db:*:write`"),
        (&["db:a/rp:read"], "read a", NO_ENTRY),
        (&["db:a:read"], "read a/rp", NO_ENTRY),
    ]);
}

#[test]
fn rule_3_all_actions_are_needed_in_one_entry() {
    table(&[
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
fn rule_4_a_new_database_is_decided_by_the_wildcard() {
    table(&[
        (&["db:*:write"], "write new db9", "allowed by `db:*:write`"),
        (&["db:*:write"], "create new db9", "denied: `db:*:write` lacks `create`"),
        (&["db:*:create"], "create new db9", "allowed by `db:*:create`"),
        // An exact entry neither allows nor hides it.
        (&["db:db9:create,write"], "create new db9", NO_ENTRY),
        (&["db:db9:read", "db:*:write"], "write new db9", "allowed by `db:*:write`"),
        (&["db:db9:write", "db:*:read"], "write new db9", "denied: `db:*:read` lacks `write`"),
    ]);
}

#[test]
fn other_databases_are_decided_by_the_wildcard_alone() {
    table(&[
        (&["db:*:write", "db:a:read"], "write others", "allowed by `db:*:write`"),
        (&["db:a:read,write", "db:*:read"], "read,write others", "denied: `db:*:read` lacks `write`"),
        (&["db:a:read"], "read others", NO_ENTRY),
        (&["db:*:read"], "- others", "denied: no action is asked for"),
    ]);
    // A database of any name is a database, and not all others.
    let (old, new) = (permissions(&["db:*:read"]), permissions(&["db:*:read", "db:another-database:write"]));
    let (old, new) = (Rights::new(&old), Rights::new(&new));
    let write = DatabaseActions::WRITE;
    assert_eq!(
        new.difference(&old),
        [AccessRequest::database("another-database", write)],
        "gained for one database"
    );
    assert_eq!(old.difference(&new), [AccessRequest::database("another-database", DatabaseActions::READ)]);
    let all = permissions(&["db:*:read,write"]);
    assert_eq!(Rights::new(&all).difference(&old), [AccessRequest::other_databases(write)]);
}

#[test]
fn rule_5_any_database_needs_one_entry_with_all_actions() {
    table(&[
        (&["db:b:read", "db:a:read"], "read any", "allowed by `db:a:read`"),
        (&["db:a:read", "db:*:read"], "read any", "allowed by `db:*:read`"),
        (&["db:a:write", "db:*:read"], "write any", "allowed by `db:a:write`"),
        (&["db:a:write", "db:b:read"], "read,write any", NOWHERE),
        (&["db:a:write", "db:a:read"], "read,write any", "allowed by `db:a:read,write`"),
        (&["db:*:read"], "write any", NOWHERE),
        (&["system:*:read"], "read any", NO_ENTRY),
        (&["db:_internal:read"], "read any", "allowed by `db:_internal:read`"),
    ]);
}

#[test]
fn rule_6_system_resources() {
    table(&[
        (&["system:health,ping:read"], "system ping", "allowed by `system:ping:read`"),
        (&["system:health:read"], "system metrics", NO_ENTRY),
        (&["system:*:read"], "system ready", "allowed by `system:*:read`"),
        (&["system:*:read", "system:ready:read"], "system ready", "allowed by `system:ready:read`"),
        (&["system:*:read", "system:ready:read"], "system health", "allowed by `system:*:read`"),
        (&["db:*:read", "db:health:read"], "system health", NO_ENTRY),
        (&["system:*:read"], "read health", NO_ENTRY),
    ]);
}

#[test]
fn rule_7_internal_is_for_admins() {
    table(&[
        (&["db:_internal:read"], "read _internal", INTERNAL),
        (&["db:*:read"], "read _internal", INTERNAL),
        (&["db:_internal:read", "db:*:read"], "read _internal", INTERNAL),
        (&["db:*:read"], "read new _internal", INTERNAL),
        (&[], "read _internal", INTERNAL),
    ]);
}

#[test]
fn rule_8_without_an_entry_everything_is_denied() {
    for asked in ["read a", "read new a", "read any", "system health"] {
        expect(&[], asked, NO_ENTRY);
    }
    table(&[(&["db:a:read"], "read b", NO_ENTRY), (&["system:*:read"], "read a", NO_ENTRY)]);
    // Nothing asked for is nothing allowed.
    let nothing = "denied: no action is asked for";
    for asked in ["- a", "- new a", "- any", "- _internal"] {
        expect(&["db:*:read", "db:a:read"], asked, nothing);
    }
}

#[test]
fn a_name_that_no_database_can_have_is_denied_by_the_wildcard_too() {
    let permissions = permissions(&["db:*:read", "db:a,b:read"]);
    let long = "a".repeat(512);
    let strange =
        ["", "*", "a,b", "a b", " a", "a\0", "a:b", "db:*", "a.b", "\u{200b}a", "a\n", "%2A", "\"a\"", &long];
    for name in strange {
        for request in [
            AccessRequest::database(name, DatabaseActions::READ),
            AccessRequest::new_database(name, DatabaseActions::READ),
        ] {
            assert_eq!(decide(&permissions, request).to_string(), NO_NAME, "{name:?}");
        }
    }
    // What the server's widest rule allows, `db:*` reaches.
    for name in ["_own", "-a", "größe", "a/b/c", &long[1..]] {
        assert!(
            decide(&permissions, AccessRequest::database(name, DatabaseActions::READ)).is_allowed(),
            "{name:?}"
        );
    }
}

#[test]
fn an_unknown_and_an_expired_token_may_do_nothing() {
    let request = AccessRequest::database("a", DatabaseActions::READ);
    let ends = |millis| entry("app", CANARY, &["db:a:read"]).with_expiry(Some(Expiry::from_millis(millis)));
    for (expiry, now, allowed) in [
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
        let file = file([ends(expiry)]);
        let authorizer = Authorizer::new(&file);
        let decision = authorizer.decide(CANARY, request, now);
        assert_eq!(decision.is_allowed(), allowed, "{expiry} {now:?}");
        assert_eq!(file.tokens()[0].decide(request, now), decision);
        assert_eq!(file.who_can(request, now).count(), usize::from(allowed));
        if !allowed {
            assert_eq!(decision, Decision::Denied(DenyReason::Expired(Expiry::from_millis(expiry))));
            assert!(decision.reason().unwrap().is_unauthenticated());
        }
    }
    let authorizer = Authorizer::new(&file([entry("app", CANARY, &["db:*:read"])]));
    let others = [
        "",
        "apiv3_",
        &CANARY[1..],
        &CANARY[..CANARY.len() - 1],
        &format!("{CANARY} "),
        &CANARY.to_lowercase(),
    ];
    for presented in others {
        let decision = authorizer.decide(presented, request, at(0));
        assert_eq!(decision, Decision::Denied(DenyReason::UnknownToken));
    }
    let none = Authorizer::new(&TokenFile::default());
    assert!(none.is_empty() && !none.decide(CANARY, request, at(0)).is_allowed());
}

#[test]
fn every_token_of_a_large_file_is_found_and_no_other() {
    let token = |at: usize| format!("apiv3_{at:040}");
    let tokens = (0..5000).map(|at| {
        let own = format!("db:own{at}:read");
        entry(&format!("t{at}"), &token(at), &[&own, "db:shared:write"])
    });
    let authorizer = Authorizer::new(&file(tokens));
    assert_eq!(authorizer.len(), 5000);
    for at in 0..5000 {
        let who = authorizer.authenticate(token(at), UNIX_EPOCH).unwrap();
        assert_eq!(who.name().as_str(), format!("t{at}"));
        let read = |name: &str| who.decide(AccessRequest::database(name, DatabaseActions::READ)).is_allowed();
        assert!(read(&format!("own{at}")) && !read(&format!("own{}", at + 1)) && !read("shared"));
        assert!(authorizer.authenticate(token(at + 5000), UNIX_EPOCH).is_err());
    }
}

#[test]
fn a_token_with_many_databases_finds_each() {
    let names: Vec<String> = (0..3000).map(|at| format!("database_{at}")).collect();
    let all = format!("db:{}:read", names.join(","));
    let authorizer = Authorizer::new(&file([entry("app", CANARY, &[&all])]));
    let who = authorizer.authenticate(CANARY, UNIX_EPOCH).unwrap();
    for name in &names {
        let decision = who.decide(AccessRequest::database(name, DatabaseActions::READ));
        assert_eq!(decision.to_string(), format!("allowed by `db:{name}:read`"));
    }
    assert!(!who.decide(AccessRequest::database("database_3000", DatabaseActions::READ)).is_allowed());
}

#[test]
fn threads_share_an_authorizer() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Authorizer>();
    shared::<Expectations>();
}

/// What shows names, of tokens that were pasted as names.
fn misplaced() -> String {
    let entry = entry(CANARY, "apiv3_other", &[&format!("db:{CANARY}:read")]);
    let twice = TokenFile::new([], [entry.clone(), entry.clone()]).unwrap_err();
    let database = DatabaseName::parse(CANARY).unwrap();
    let file = TokenFile::new([database.clone()], [entry.clone()]).unwrap();
    let empty = TokenFile::default();
    let (difference, rights) = (FileDifference::new(&empty, &file), entry.rights());
    let decision = entry.decide(AccessRequest::database(CANARY, DatabaseActions::WRITE), UNIX_EPOCH);
    let decisions: Vec<_> =
        file.who_can(AccessRequest::database(CANARY, DatabaseActions::READ), UNIX_EPOCH).collect();
    let key = EntryKey::Database(CANARY);
    let permissions = entry.permissions();
    format!(
        "{:?} {database:?} {twice:?} {twice} {file:?} {difference:?} {rights:?} {decision:?} {decision} {decisions:?} {key:?} {key} {permissions:?}",
        entry.name()
    )
}

#[test]
fn nothing_shows_a_token() {
    let file = file([entry("app", CANARY, &["db:a:read"]), entry("old", "apiv3_old", &[])]);
    let authorizer = Authorizer::new(&file);
    let request = AccessRequest::database(CANARY, DatabaseActions::READ);
    let who = authorizer.authenticate(CANARY, UNIX_EPOCH).unwrap();
    let expectations = format!("{CANARY} can read a\napp can read {CANARY}\nnobody can read {CANARY}");
    let expectations = Expectations::parse(&expectations).unwrap();
    let failed = expectations.check(&file, UNIX_EPOCH);
    let wrong = Expectations::parse(&format!("{CANARY} {CANARY}\napp can {CANARY} a")).unwrap_err();
    let other = TokenFile::default();
    let outputs = [
        format!(
            "{authorizer:?} {who:?} {:?}",
            who.decide(AccessRequest::any_database(DatabaseActions::READ))
        ),
        format!("{:?}", FileDifference::new(&file, &other)),
        format!("{request} {}", decide(&[], request)),
        failed.iter().map(ToString::to_string).collect(),
        format!("{:?}", expectations.verify(&file, UNIX_EPOCH).unwrap_err()),
        format!("{wrong} {wrong:?}"),
        decide(&permissions(&[&format!("db:{CANARY}:read")]), request).to_string(),
        format!("{request:?} {:?} {expectations:?} {failed:?}", decide(&[], request)),
        misplaced(),
    ];
    for output in outputs {
        assert!(!output.contains("Canary"), "{output}");
    }
}

#[test]
fn what_a_token_can_do_after_hiding() {
    let permissions =
        permissions(&["db:b,a:read", "db:*:write,create", "db:_internal:read", "system:ping:read"]);
    let rights = Rights::new(&permissions);
    let named: Vec<_> = rights.databases().map(|(name, actions)| format!("{name}:{actions}")).collect();
    assert_eq!(named, ["_internal:", "a:read", "b:read"]);
    assert_eq!(rights.other_databases(), set("create,write"));
    assert_eq!((rights.database("a"), rights.database("c")), (set("read"), set("create,write")));
    assert_eq!((rights.database("_internal"), rights.database("*")), (set("-"), set("-")));
    assert_eq!(rights.system_resources().collect::<Vec<_>>(), [SystemResource::Ping]);
}

#[test]
fn who_can() {
    let file = file([
        entry("one", "apiv3_1", &["db:a:read"]),
        entry("all", "apiv3_2", &["db:*:read"]),
        entry("hidden", "apiv3_3", &["db:a:write", "db:*:read"]),
    ]);
    let who = |asked| {
        let who = file.who_can(request(asked), UNIX_EPOCH);
        who.map(|(token, by)| format!("{} by {by}", token.name())).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(who("read a"), "one by db:a:read, all by db:*:read");
    assert_eq!(who("read b"), "all by db:*:read, hidden by db:*:read");
    assert_eq!(who("write new b"), "");
    assert_eq!(who("write any"), "hidden by db:a:write");
}

#[track_caller]
fn covers(wide: &[&str], narrow: &[&str], witness: &[&str]) {
    let (one, other) = (permissions(wide), permissions(narrow));
    let (one, other) = (Rights::new(&one), Rights::new(&other));
    assert_eq!(one.covers(&other), witness.is_empty());
    let beyond: Vec<_> = other.difference(&one).iter().map(ToString::to_string).collect();
    assert_eq!(beyond, witness, "{narrow:?} beyond {wide:?}");
}

#[test]
fn one_list_covers_another_or_a_witness_says_why_not() {
    covers(&["db:*:read"], &["db:a:read"], &[]);
    covers(&["db:a:read"], &["db:*:read"], &["read on any other database"]);
    covers(&["db:*:read,write", "db:a:read"], &["db:*:write"], &["write on database `a`"]);
    covers(&["db:*:write"], &["db:*:read,write", "db:a:write"], &["read on any other database"]);
    covers(&["db:*:write", "db:_internal:read"], &["db:*:write"], &[]);
    covers(&["db:*:write"], &["db:_internal:read"], &["read on any database"]);
    covers(&["db:*:write,read"], &["db:_internal:read"], &[]);
    covers(
        &["system:health:read"],
        &["system:*:read"],
        &[
            "read on system resource `metrics`",
            "read on system resource `ping`",
            "read on system resource `ready`",
        ],
    );
    covers(
        &["db:a,b:read"],
        &["db:a:read,write", "db:c:read"],
        &["write on database `a`", "read on database `c`"],
    );
}

#[track_caller]
fn smallest(list: &[&str], expected: &[&str]) {
    for order in orders(list) {
        let permissions = permissions(&order);
        let small: Vec<_> =
            Rights::new(&permissions).to_permissions().iter().map(ToString::to_string).collect();
        assert_eq!(small, expected, "{order:?}");
    }
}

#[test]
fn the_smallest_list() {
    smallest(&[], &[]);
    smallest(&["db:b:read", "db:a:read"], &["db:a,b:read"]);
    smallest(&["db:a:read", "db:a:write"], &["db:a:read,write"]);
    smallest(&["db:a:read", "db:*:read", "db:b:write"], &["db:*:read", "db:b:write"]);
    // One permission for each set of actions, even if two of them could be spread over the others.
    let sets = ["db:a:read", "db:b:write", "db:c:read,write"];
    smallest(&sets, &sets);
    smallest(&["db:a,c:read", "db:b,c:write"], &sets);
    // An entry that hides is not left out, though `db:*` has more.
    smallest(&["db:*:read,write", "db:a:read"], &["db:*:read,write", "db:a:read"]);
    smallest(&["db:a:read", "db:b:read,write"], &["db:a:read", "db:b:read,write"]);
    smallest(&["system:ping:read", "system:*:read"], &["system:*:read"]);
    smallest(&["system:ping:read", "system:health:read"], &["system:health,ping:read"]);
    smallest(&["db:_internal:read", "db:a:read"], &["db:a:read"]);
    smallest(&["db:_internal:write", "db:a:read"], &["db:a:read", "db:_internal:write"]);
}

#[test]
fn the_difference_of_two_files() {
    let ends = |entry: TokenEntry, millis| entry.with_expiry(Some(Expiry::from_millis(millis)));
    let databases = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
    let old = TokenFile::new(
        databases(&["gone", "stays"]),
        [
            entry("same", "apiv3_same", &["db:a:read", "db:a:write"]),
            entry("removed", "apiv3_removed", &["db:a:read"]),
            entry("before", "apiv3_renamed", &["db:a:read"]),
            entry("rotated", "apiv3_old", &["db:a:read"]),
            entry("changed", "apiv3_changed", &["db:a:read", "db:*:write"]),
            ends(entry("longer", "apiv3_longer", &["db:a:read"]), 1),
            ends(entry("shorter", "apiv3_shorter", &["db:a:read"]), 2),
            ends(entry("idle", "apiv3_idle", &[]), 1),
            entry("x", "apiv3_x", &["db:x:read"]),
            entry("y", "apiv3_y", &["db:y:read"]),
        ],
    );
    let new = TokenFile::new(
        databases(&["stays", "added"]),
        [
            entry("added", "apiv3_added", &["db:a:read"]),
            entry("same", "apiv3_same", &["db:a:read,write"]),
            entry("after", "apiv3_renamed", &["db:a:read"]),
            entry("rotated", "apiv3_new", &["db:a:read"]),
            entry("changed", "apiv3_changed", &["db:a:write", "db:*:write"]),
            entry("longer", "apiv3_longer", &["db:a:read"]),
            ends(entry("shorter", "apiv3_shorter", &["db:a:read"]), 1),
            entry("idle", "apiv3_idle", &[]),
            // The holders of the two secrets have changed places.
            entry("y", "apiv3_x", &["db:y:read"]),
            entry("x", "apiv3_y", &["db:x:read"]),
        ],
    );
    let (old, new) = (old.unwrap(), new.unwrap());
    let difference = FileDifference::new(&old, &new);
    let lines: Vec<_> = difference
        .tokens()
        .iter()
        .map(|token| {
            let name = |entry: Option<&TokenEntry>| {
                entry.map_or(String::from("-"), |entry| entry.name().to_string())
            };
            let rights = |list: &[AccessRequest<'_>]| {
                list.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            };
            format!(
                "{} {} {}: +[{}] -[{}] expiry {} gains {}",
                token.kind().name(),
                name(token.before()),
                name(token.after()),
                rights(token.gained()),
                rights(token.lost()),
                token.expiry().is_some(),
                token.gains()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "removed removed -: +[] -[read on database `a`] expiry false gains false",
            "renamed before after: +[] -[] expiry false gains false",
            "rotated rotated rotated: +[] -[] expiry false gains false",
            "kept changed changed: +[write on database `a`] -[read on database `a`] expiry false gains true",
            "kept longer longer: +[] -[] expiry true gains true",
            "kept shorter shorter: +[] -[] expiry true gains false",
            "kept idle idle: +[] -[] expiry true gains false",
            "renamed x y: +[read on database `y`] -[read on database `x`] expiry false gains true",
            "renamed y x: +[read on database `x`] -[read on database `y`] expiry false gains true",
            "added - added: +[read on database `a`] -[] expiry false gains true",
        ]
    );
    let names = |list: &[&influxdb3_offline_tokens::DatabaseName]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(difference.databases_added()), ["added"]);
    assert_eq!(names(difference.databases_removed()), ["gone"]);
    assert!(difference.gains() && !difference.is_empty());
    assert!(FileDifference::new(&old, &old).is_empty());
    assert_eq!(DifferenceKind::Kept.name(), "kept");
}

fn team() -> TokenFile {
    file([
        entry("app", "apiv3_app", &["db:sensors:read,write", "db:*:read"]),
        entry("admin-sync", "apiv3_admin", &["db:*:create,read,write,delete", "db:sensors:read"]),
        entry("night job", "apiv3_night", &["system:health:read"]),
        entry("old", "apiv3_old", &["db:*:delete"]).with_expiry(Some(Expiry::from_millis(0))),
    ])
}

#[test]
fn expectations_hold_or_fail() {
    let team = team();
    for (line, expected) in [
        ("app can read,write sensors", ""),
        ("app can read *", ""),
        ("app can write *", "`app` cannot write on any other database: `db:*:read` lacks `write`"),
        (
            "admin-sync can write *",
            "`admin-sync` cannot write on database `sensors`: `db:sensors:read` lacks `write`, and hides `db:*:create,read,write,delete`, which has it",
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
            "`app` cannot read on database `_internal`: only an admin token reaches `_internal`, whatever a permission says",
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
        ("  # nothing", ""),
        ("app can read sensors# comment", ""),
    ] {
        let expectations = Expectations::parse(line).unwrap_or_else(|wrong| panic!("{line}: {wrong}"));
        let failed = expectations.check(&team, at(1));
        let failed: Vec<_> = failed.iter().map(|one| one.to_string().replacen("line 1: ", "", 1)).collect();
        assert_eq!(failed.join(" / "), expected, "{line}");
        assert_eq!(expectations.verify(&team, at(1)).is_ok(), expected.is_empty(), "{line}");
    }
}

#[test]
fn the_error_of_failed_expectations_lists_all() {
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

#[test]
fn expectations_that_are_wrong_say_where_and_what() {
    for (line, expected) in [
        (
            "app",
            "`can` or `cannot` is missing: use `can` or `cannot` after the tokens, and put a name with spaces between two `\"`",
        ),
        (
            "app may read a",
            "unexpected word `may`: use `can` or `cannot` after the tokens, and put a name with spaces between two `\"`",
        ),
        (
            "night job can read a",
            "unexpected word `job`: use `can` or `cannot` after the tokens, and put a name with spaces between two `\"`",
        ),
        ("can read a", "the name of a token is missing: name at least one"),
        ("app, can read a", "the name of a token is missing: name at least one"),
        (", app can read a", "the name of a token is missing: name at least one"),
        ("only can read a", "the name of a token is missing: name at least one"),
        ("nobody but can read a", "the name of a token is missing: name at least one"),
        (
            "_admin can read a",
            "invalid token name `_admin`: `_admin` is reserved for the operator token: use another name",
        ),
        ("\"\" can read a", "invalid token name: the name is empty: add a name; is a variable unset?"),
        ("only app cannot read a", "`cannot` in a line with `only` or `nobody`: use `can`"),
        ("app can", "the actions are missing: name at least one, such as `read`"),
        ("app can raed a", "unknown action `raed`: did you mean `read`?"),
        ("app can read, a", "unknown action `a`: use `create`, `describe`, `read`, `write` or `delete`"),
        ("app can read", "the end is missing: name a database, `*`, `any`, `new` or `system`"),
        (
            "app can read a b",
            "unexpected word `b`: write one database or resource on a line, and nothing after it",
        ),
        (
            "app can read a, b",
            "unexpected word `,`: write one database or resource on a line, and nothing after it",
        ),
        (
            "app can read a.b",
            "invalid database name `a.b`: `.` is not allowed in a database name: use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside",
        ),
        (
            "app can read system",
            "unknown system resource: use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name between two `\"`",
        ),
        (
            "app can read system tokens",
            "unknown system resource `tokens`: use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name between two `\"`",
        ),
        (
            "app cannot read *",
            "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
        ),
        (
            "only app can read *",
            "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
        ),
        (
            "nobody can read *",
            "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
        ),
        (
            "nobody but app can read *",
            "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
        ),
        (
            "app cannot read system *",
            "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
        ),
        (
            "app can write system health",
            "only `read` is available for system resources: remove the other actions",
        ),
        ("\"app can read a", "the `\"` is not closed: close it on the same line"),
    ] {
        let wrong = Expectations::parse(&format!("# one\r\n{line}\n")).expect_err(line);
        assert_eq!(wrong.to_string(), format!("line 2: {expected}"), "{line}");
    }
}
