//! Where a mistake is not told beside another, or not mended.

use influxdb3_offline_tokens::{Code, Severity};

use crate::scene::{Mistake, Place};

/// By name: the second is not told beside the first, and why.
const HIDDEN: &[(&str, &str, &str)] = &[
    ("covered", "hides all", "where it is covered it hides nothing"),
    ("query", "not created", "what has no action that is known may grant nothing"),
    ("query", "nearly created", "what has no action that is known may grant nothing"),
    ("query", "created only", "what has no action that is known may grant it"),
];

/// By name: neither is mended beside the other, and why.
const LEFT: &[(&str, &str, &str)] = &[
    ("comment as a member", "expiry null", "the comment may be of the expiry"),
    ("comment as a member", "never", "the comment may be of the expiry"),
    ("comment as a member", "zero", "the comment may be of the expiry"),
    ("comment as a member", "minus one", "the comment may be of the expiry"),
    ("list of entries", "entry as a string", "it is no list of entries"),
    ("list of entries", "entry as a list", "it is no list of entries"),
    ("list of entries", "entry null", "it is no list of entries"),
    ("token of another", "name of another", "one of the two entries may be a copy"),
];

/// Why the second is not told beside the first, both in one entry.
pub(crate) fn hides(one: &Mistake, other: &Mistake) -> Option<&'static str> {
    use Code::{
        AdminPermission, BadDatabaseName, CreateDatabasesNotAList, CreatedNotGranted, DatabaseNameTooLong,
        DuplicateItem, GrantedNotCreated, InternalDatabase, PlaceholderName, UndocumentedAction,
        WildcardDatabase,
    };
    let named = HIDDEN.iter().find(|(hides, hidden, _)| (one.name, other.name) == (*hides, *hidden));
    if let Some((_, _, reason)) = named {
        return Some(reason);
    }
    if is_one_permission(one, other) {
        let is_about_a_name = matches!(
            other.code,
            PlaceholderName | InternalDatabase | GrantedNotCreated | DatabaseNameTooLong
        );
        match (one.code, other.code) {
            (AdminPermission, _) => return Some("nothing else is read of a permission of admins"),
            (_, DuplicateItem | WildcardDatabase | UndocumentedAction) if is_wrong(one) => {
                return Some("it is only said of what can be read");
            }
            (_, BadDatabaseName) if ["empty type", "type token"].contains(&one.name) => {
                return Some("nobody knows that it is a database");
            }
            _ if one.place == Place::Kind && is_about_a_name && !is_database(one) => {
                return Some("it is only said of what is a database for certain");
            }
            _ => {}
        }
    }
    match (one.code, other.code) {
        (CreateDatabasesNotAList, GrantedNotCreated) => Some("what is created cannot be read"),
        (_, CreatedNotGranted) if may_grant(one) => Some("what cannot be read may grant it"),
        _ => None,
    }
}

/// Whether its type is `db` but for its case and white space.
fn is_database(one: &Mistake) -> bool {
    one.wrong.trim().eq_ignore_ascii_case("db")
}

/// Whether all databases are granted, or what is granted cannot be read.
fn may_grant(one: &Mistake) -> bool {
    let is_of_permissions =
        matches!(one.place, Place::Whole | Place::Permissions | Place::Item | Place::Kind | Place::Names);
    let is_read = matches!(one.code, Code::MisspeltMember | Code::DuplicateMember)
        || ["no actions", "star among actions"].contains(&one.name);
    let is_of_all = matches!(one.code, Code::WildcardDatabase | Code::SpecificHidesWildcard);
    let is_of_a_system = (one.wrong.starts_with("\"system:") || one.place == Place::Health)
        && one.code != Code::UnknownSystemResource;
    is_of_all || is_of_permissions && is_wrong(one) && !is_read && !is_database(one) && !is_of_a_system
}

/// Why neither is mended beside the other, both in one entry.
pub(crate) fn leaves(one: &Mistake, other: &Mistake) -> Option<&'static str> {
    use Code::{UnknownAction, UnknownResourceType, WildcardAction};
    if let Some((_, _, reason)) = LEFT.iter().find(|entry| is_of(entry, one, other)) {
        return Some(reason);
    }
    let has_braces = [one, other].iter().any(|mistake| mistake.name == "{{ db }}");
    let is_word =
        |mistake: &&Mistake| matches!(mistake.code, UnknownAction | UnknownResourceType | WildcardAction);
    let is_beside = has_braces && [one, other].iter().any(is_word) && is_one_permission(one, other);
    is_beside.then_some("it may be a template with more in it")
}

/// By name: together they are something else, and what.
const OTHERS: &[(&str, &str, &str)] = &[
    ("all may be read", "describe", "what `red` may is hidden"),
    ("all may be read", "hides all", "one covers the other"),
    ("all may be written", "hides all", "one covers the other"),
    ("system twice", "covered system", "the two cover another one"),
    ("list of entries", "nearly created", "nothing is created that it comes near to"),
    ("nothing created", "nearly created", "nothing is created that it comes near to"),
    ("no list of databases", "nearly created", "nothing is created that it comes near to"),
];

pub(crate) fn are_another(one: &Mistake, other: &Mistake) -> bool {
    OTHERS.iter().any(|entry| is_of(entry, one, other))
}

fn is_of((first, second, _): &(&str, &str, &str), one: &Mistake, other: &Mistake) -> bool {
    [(one.name, other.name), (other.name, one.name)].contains(&(*first, *second))
}

/// Whether two parts of one permission are wrong.
pub(crate) fn is_one_permission(one: &Mistake, other: &Mistake) -> bool {
    one.place != other.place && one.place.is_part() && other.place.is_part()
}

fn is_wrong(mistake: &Mistake) -> bool {
    // Of the lengths here, the server takes each.
    mistake.code.severity() == Severity::Error && mistake.code != Code::DatabaseNameTooLong
}
