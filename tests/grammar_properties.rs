//! Properties of the grammar: valid permissions, near misses, and any text.

mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use influxdb3_offline_tokens::permission::{
    DatabaseNames, DatabasePermission, ParsePermissionError, PermissionErrorKind, Scope,
};
use influxdb3_offline_tokens::{DatabaseActions, DatabaseName, Permission, SystemResource, strategies};
use laws::grammar::{self, is_valid, is_valid_name};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn holds(law: laws::Law) -> Result<(), TestCaseError> {
    law.map_err(TestCaseError::fail)
}

/// Fragments of the grammar and of common mistakes in any order.
fn soup() -> impl Strategy<Value = String> {
    #[rustfmt::skip]
    let words = [
        "db", "system", "*", ":", ":", ":", ",", ",", "read", "write", "create", "describe", "delete", "health", "metrics",
        "ping", "ready", "a", "db1", "_internal", "/", "_", "-", " ", "\t", "$", "${", "}", "{{", "}}", "<", ">", "$(", ")",
        "é", "о", "\u{1F4C8}", "\u{A0}", "READ", "reaad", "drop", "token", "\0", "\"", "0",
    ];
    vec(select(words.to_vec()), 0..12).prop_map(|words| words.concat())
}

/// Permissions after a few random edits.
fn mutated() -> impl Strategy<Value = String> {
    let characters = select(":,*/_-ab9 \t$<>{}éR".chars().collect::<Vec<_>>());
    let text = prop_oneof![
        strategies::permission_text(),
        strategies::wrong_permission_text().prop_map(|(text, _)| text)
    ];
    (text, vec((any::<Index>(), 0..4_u8, characters), 1..4)).prop_map(|(text, changes)| {
        let mut text: Vec<char> = text.chars().collect();
        for (at, change, character) in changes {
            let place = at.index(text.len() + 1);
            match change {
                0 if place < text.len() => text[place] = character,
                1 if place < text.len() => drop(text.remove(place)),
                2 => text.truncate(place),
                _ => text.insert(place, character),
            }
        }
        text.into_iter().collect()
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => soup(),
        3 => mutated(),
        1 => any::<String>(),
        1 => vec(any::<u8>(), 0..40).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn any_text_keeps_the_laws(text in any_text()) {
        holds(grammar::all(&text))?;
    }

    #[test]
    fn errors_never_quote_text_with_a_token(text in "[#-&]{8,20}", prefix in "api[vV]3_?") {
        for shape in ["db:{}:read", "db:a:{}", "{}:a:read", "{}", "system:{}:read", "db:a:read:{}", "db:a,{},:read"] {
            let permission = shape.replace("{}", &format!("{text}{prefix}{text}"));
            for error in Permission::errors(&permission).into_iter().chain(Permission::parse(&permission).err()) {
                let output = format!("{error} {error:?} {} {}", error.message(), error.help());
                let shown = text.as_bytes().windows(8).any(|piece| output.as_bytes().windows(8).any(|window| window == piece));
                prop_assert!(!shown, "{output}");
            }
        }
    }

    #[test]
    fn action_lists_match_the_reference(words in vec(select(&["read", "write", "create", "", "rad", "delete", "describe"][..]), 0..5)) {
        holds(grammar::action_lists(&words.join(",")))?;
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn printing_and_parsing_are_inverse(permission: Permission) {
        let text = permission.to_string();
        prop_assert_eq!(Permission::parse(&text), Ok(permission.clone()));
        let mut appended = String::from("x");
        permission.append_to(&mut appended);
        prop_assert_eq!(&appended[1..], &text);
    }

    #[test]
    fn valid_permissions_keep_the_laws(text in strategies::permission_text()) {
        prop_assert!(is_valid(&text));
        holds(grammar::all(&text))?;
    }

    #[test]
    fn a_near_miss_has_one_error((text, kind) in strategies::wrong_permission_text()) {
        prop_assert!(!is_valid(&text));
        let kinds: Vec<PermissionErrorKind> = Permission::errors(&text).iter().map(ParsePermissionError::kind).collect();
        prop_assert_eq!(kinds, [kind], "{:?}", text);
        holds(grammar::errors_have_valid_spans(&text))?;
    }

    #[test]
    fn constructors_match_the_parser(
        names in vec(any::<DatabaseName>(), 1..5),
        actions in strategies::database_actions(),
        resources in vec(any::<SystemResource>(), 1..6),
    ) {
        let names: Vec<&str> = names.iter().map(DatabaseName::as_str).collect();
        let parsed = Permission::parse(&format!("db:{}:{actions}", names.join(","))).unwrap();
        prop_assert_eq!(&Permission::database(&names, actions).unwrap(), &parsed);
        let scope = DatabaseNames::new(&names).unwrap();
        prop_assert_eq!(scope.iter().collect::<Vec<_>>(), names);
        let permission = DatabasePermission::new(Scope::Names(scope), actions).unwrap();
        prop_assert_eq!(Permission::Database(permission), parsed);
        let system = Permission::system(resources.clone()).unwrap().to_string();
        let Permission::System(system) = Permission::parse(&system).unwrap() else { unreachable!() };
        prop_assert_eq!(system.scope().names().unwrap().iter().collect::<Vec<_>>(), resources);
    }

    #[test]
    fn database_names_match_the_reference(name in prop_oneof![any::<String>(), soup(), "[a-zA-Z0-9_/-]{0,12}"]) {
        let built = Permission::database([&name], DatabaseActions::READ);
        prop_assert_eq!(built.is_ok(), is_valid_name(&name), "{:?}", name);
        if let Ok(built) = built {
            prop_assert_eq!(Permission::parse(&built.to_string()), Ok(built));
        }
    }

    #[test]
    fn action_sets_behave_as_sets(a: DatabaseActions, b: DatabaseActions) {
        prop_assert_eq!((a | b).contains(a), true);
        prop_assert_eq!((a & b) | (a - b), a);
        prop_assert!(((a - b) & b).is_empty());
        prop_assert_eq!((a | b).len(), a.iter().count() + (b - a).iter().count());
        prop_assert_eq!(a.iter().fold(DatabaseActions::EMPTY, DatabaseActions::union), a);
        prop_assert_eq!(a.names().collect::<Vec<_>>().join(","), a.to_string());
    }
}

/// The time must not grow with the square of the length.
#[test]
fn parses_long_texts_in_linear_time() {
    const TIMES: usize = 20_000;
    let begin = std::time::Instant::now();
    for piece in
        ["<", "${", "{{", "$(", "$", "${}", "<>", ":", ",", " ", "*", "a,", "$a,", "<a>,", "* ,", "{", "$a:"]
    {
        for (before, after) in [("", ""), ("db:", ":read"), ("db:a:", ""), ("", ">"), ("", "}}"), ("", ")")] {
            let text = format!("{before}{}{after}", piece.repeat(TIMES));
            let start = std::time::Instant::now();
            let _ = Permission::errors(&text);
            assert!(start.elapsed().as_secs() < 5, "`{piece}` {TIMES} times in `{before}…{after}`");
        }
    }
    assert!(begin.elapsed().as_secs() < 60);
}
