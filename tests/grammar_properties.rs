//! The laws of the grammar: printing and parsing are inverse, nothing panics, every error has its place, and the parser
//! agrees with a check that is written as plainly as possible.

#![allow(missing_docs)]

#[path = "util/props.rs"]
mod props;

use influxdb3_offline_tokens::{
    DatabaseActions, DatabaseName, DatabaseNames, DatabasePermission, ParsePermissionError, Permission,
    PermissionErrorKind, Scope, SystemResource, strategies,
};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The grammar as format.md tells it, by splitting; it shares nothing with the parser.
fn is_right(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let &[resource_type, names, actions] = parts.as_slice() else { return false };
    let all_of = |list: &str, is_right: &dyn Fn(&str) -> bool| list.split(',').all(is_right);
    match resource_type {
        "db" => {
            (names == "*" || all_of(names, &is_right_name))
                && all_of(actions, &|action| {
                    ["create", "describe", "read", "write", "delete"].contains(&action)
                })
        }
        "system" => {
            (names == "*" || all_of(names, &|name| ["health", "metrics", "ping", "ready"].contains(&name)))
                && all_of(actions, &|action| action == "read")
        }
        _ => false,
    }
}

fn is_right_name(name: &str) -> bool {
    if name == "_internal" {
        return true;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/".contains(c);
    (1..=511).contains(&name.len())
        && name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric())
        && name.chars().all(allowed)
        && name.chars().filter(|&c| c == '/').count() <= 1
        && !name.ends_with('/')
}

/// What the permission means, by splitting a right text.
fn canonical(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    let written: Vec<&str> = parts[2].split(',').collect();
    let order = ["create", "describe", "read", "write", "delete"];
    let actions: Vec<&str> = order.into_iter().filter(|action| written.contains(action)).collect();
    format!("{}:{}:{}", parts[0], parts[1], actions.join(","))
}

/// Texts near the grammar: pieces of it, and of what people write instead, in any order.
fn soup() -> impl Strategy<Value = String> {
    let words = [
        "db",
        "system",
        "*",
        ":",
        ":",
        ":",
        ",",
        ",",
        "read",
        "write",
        "create",
        "describe",
        "delete",
        "health",
        "metrics",
        "ping",
        "ready",
        "a",
        "db1",
        "_internal",
        "/",
        "_",
        "-",
        " ",
        "\t",
        "$",
        "${",
        "}",
        "{{",
        "}}",
        "<",
        ">",
        "$(",
        ")",
        "é",
        "о",
        "\u{1F4C8}",
        "\u{A0}",
        "READ",
        "reaad",
        "drop",
        "token",
        "\0",
        "\"",
        "0",
    ];
    vec(select(words.to_vec()), 0..12).prop_map(|words| words.concat())
}

/// A right text after some random changes of characters.
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

#[track_caller]
fn errors_are_in_place(text: &str) -> Result<(), TestCaseError> {
    let errors = Permission::errors(text);
    match Permission::parse(text) {
        Ok(_) => prop_assert!(errors.is_empty(), "accepted, with errors {errors:?}"),
        Err(first) => prop_assert_eq!(Some(&first), errors.first()),
    }
    for error in &errors {
        prop_assert!(error.span().text(text).is_some(), "{:?} is not a place in the text", error.span());
        prop_assert!(!error.to_string().is_empty() && !error.help().is_empty());
    }
    let places: Vec<_> = errors.iter().map(|error| (error.span().start(), error.span().end())).collect();
    prop_assert!(places.is_sorted(), "not in the order of the text: {places:?}");
    Ok(())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_parser_agrees_with_the_plain_check(text in any_text()) {
        prop_assert_eq!(Permission::parse(&text).is_ok(), is_right(&text));
        if is_right(&text) {
            prop_assert_eq!(Permission::parse(&text).unwrap().to_string(), canonical(&text));
        }
    }

    #[test]
    fn borrowed_and_owned_are_the_same(text in any_text()) {
        let owned = Permission::parse(&text);
        let borrowed = Permission::parse_borrowed(&text);
        prop_assert_eq!(borrowed.map(|permission| permission.to_owned()), owned.clone());
        if let Ok(permission) = owned {
            prop_assert_eq!(permission.as_ref().to_owned(), permission.clone());
            prop_assert_eq!(format!("{permission:?}"), format!("{:?}", permission.as_ref()));
        }
    }

    #[test]
    fn errors_have_places_and_are_in_order(text in any_text()) {
        errors_are_in_place(&text)?;
    }

    #[test]
    fn an_error_keeps_nothing_of_the_text(text in "[#-&]{8,20}") {
        for text in [text.clone(), format!("db:{text}:read"), format!("db:a:{text}"), format!("{text}:a:read")] {
            for error in Permission::errors(&text) {
                let output = format!("{error} {error:?} {} {}", error.message(), error.help());
                let shown = text.as_bytes().windows(8).any(|piece| output.as_bytes().windows(8).any(|window| window == piece));
                prop_assert!(!shown || text.contains("db:a:"), "{output}");
            }
        }
    }

    #[test]
    fn lists_of_actions_agree_with_the_plain_check(text in any_text(), words in vec(select(&["read", "write", "create", "", "rad", "delete", "describe"][..]), 0..5)) {
        for text in [text, words.join(",")] {
            let known = ["create", "describe", "read", "write", "delete"];
            let right = text.split(',').all(|word| known.contains(&word));
            match DatabaseActions::parse(&text) {
                Ok(actions) => {
                    prop_assert!(right);
                    prop_assert_eq!(DatabaseActions::parse(&actions.to_string()), Ok(actions));
                }
                Err(error) => prop_assert!(!right && error.span().text(&text).is_some()),
            }
        }
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
    fn canonical_text_is_a_fixed_point(text in strategies::permission_text()) {
        let canonical = Permission::parse(&text).unwrap().to_string();
        prop_assert_eq!(Permission::parse(&canonical).unwrap().to_string(), canonical);
    }

    #[test]
    fn right_texts_have_no_error(text in strategies::permission_text()) {
        prop_assert!(is_right(&text));
        prop_assert!(Permission::errors(&text).is_empty());
    }

    #[test]
    fn a_near_miss_has_that_mistake_and_no_other((text, kind) in strategies::wrong_permission_text()) {
        prop_assert!(!is_right(&text));
        let kinds: Vec<PermissionErrorKind> = Permission::errors(&text).iter().map(ParsePermissionError::kind).collect();
        prop_assert_eq!(kinds, [kind], "{:?}", text);
        errors_are_in_place(&text)?;
    }

    #[test]
    fn constructors_make_what_the_parser_reads(names in vec(strategies::database_name(), 1..5), actions in strategies::database_actions()) {
        let made = Permission::database(names.iter().map(DatabaseName::as_str), actions).unwrap();
        let texts: Vec<&str> = names.iter().map(DatabaseName::as_str).collect();
        prop_assert_eq!(&made, &Permission::parse(&format!("db:{}:{actions}", texts.join(","))).unwrap());
        let listed = DatabaseNames::new(&texts).unwrap();
        prop_assert_eq!(listed.iter().collect::<Vec<_>>(), texts);
        let permission = DatabasePermission::new(Scope::Names(listed), actions).unwrap();
        prop_assert_eq!(Permission::Database(permission), made);
    }

    #[test]
    fn any_name_is_refused_or_right(name in prop_oneof![any::<String>(), soup(), "[a-zA-Z0-9_/-]{0,12}"]) {
        let made = Permission::database([&name], DatabaseActions::READ);
        prop_assert_eq!(made.is_ok(), is_right_name(&name), "{:?}", name);
        if let Ok(made) = made {
            prop_assert_eq!(Permission::parse(&made.to_string()), Ok(made));
        }
    }

    #[test]
    fn system_resources_are_as_written(resources in vec(any::<SystemResource>(), 1..6)) {
        let made = Permission::system(resources.clone()).unwrap();
        let Permission::System(permission) = Permission::parse(&made.to_string()).unwrap() else { unreachable!() };
        prop_assert_eq!(permission.scope().names().unwrap().iter().collect::<Vec<_>>(), resources);
    }

    #[test]
    fn sets_of_actions_obey_the_laws_of_sets(a: DatabaseActions, b: DatabaseActions) {
        prop_assert_eq!((a | b).contains(a), true);
        prop_assert_eq!((a & b) | (a - b), a);
        prop_assert!(((a - b) & b).is_empty());
        prop_assert_eq!((a | b).len(), a.len() + (b - a).len());
        prop_assert_eq!(a.iter().fold(DatabaseActions::EMPTY, DatabaseActions::union), a);
        prop_assert_eq!(a.names().collect::<Vec<_>>().join(","), a.to_string());
    }
}

/// Texts that once were slow or could be: the time must not grow with the square of the length.
#[test]
fn long_texts_end_soon() {
    let begin = std::time::Instant::now();
    let times = 20_000;
    for piece in
        ["<", "${", "{{", "$(", "$", "${}", "<>", ":", ",", " ", "*", "a,", "$a,", "<a>,", "* ,", "{", "$a:"]
    {
        for (before, behind) in [("", ""), ("db:", ":read"), ("db:a:", ""), ("", ">"), ("", "}}"), ("", ")")]
        {
            let text = format!("{before}{}{behind}", piece.repeat(times));
            let start = std::time::Instant::now();
            let _ = Permission::errors(&text);
            assert!(start.elapsed().as_secs() < 5, "`{piece}` {times} times in `{before}…{behind}`");
        }
    }
    assert!(begin.elapsed().as_secs() < 60);
}
