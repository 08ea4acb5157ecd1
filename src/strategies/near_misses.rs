//! Permission strings with one mistake in them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::arbitrary::any;
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::sample::{Index, select};
use proptest::strategy::Strategy;

use crate::code::Code;
use crate::permission::{PermissionErrorKind as Kind, PermissionPart as Part, SystemResource};
use crate::strategies::plain_name;
use crate::strategies::wrong_values::spoilt;

/// A right permission in pieces.
#[derive(Clone, Debug)]
struct Pieces {
    system: bool,
    names: Vec<String>,
    actions: Vec<&'static str>,
}

impl Pieces {
    fn text(&self) -> String {
        let resource_type = if self.system { "system" } else { "db" };
        format!("{resource_type}:{}:{}", self.names.join(","), self.actions.join(","))
    }

    fn with_type(&self, resource_type: &str) -> String {
        format!("{resource_type}:{}:{}", self.names.join(","), self.actions.join(","))
    }

    /// The same with another word in place of a name.
    fn with_name(&mut self, at: Index, name: impl Into<String>) -> String {
        let place = at.index(self.names.len());
        if let Some(slot) = self.names.get_mut(place) {
            *slot = name.into();
        }
        self.text()
    }

    /// The same with another word in place of an action.
    fn with_action(&mut self, at: Index, action: &'static str) -> String {
        let place = at.index(self.actions.len());
        if let Some(slot) = self.actions.get_mut(place) {
            *slot = action;
        }
        self.text()
    }
}

/// How a permission is spoilt.
type Spoil = fn(&mut Pieces, Index, Index) -> (String, Kind);

/// The name of what is wrong afterwards, and how a permission on databases and one on system resources come to it.
type Way = (&'static str, Option<Spoil>, Option<Spoil>);

const WAYS: [Way; 20] = [
    ("missing-part", Some(actions_missing), Some(actions_missing)),
    ("missing-part", Some(names_missing), Some(names_missing)),
    ("missing-part", Some(names_forgotten), Some(names_forgotten)),
    ("missing-part", Some(type_missing), None),
    ("extra-part", Some(extra_part), Some(extra_part)),
    ("empty-part", Some(empty_part), Some(empty_part)),
    ("empty-item", Some(empty_item), Some(empty_item)),
    ("whitespace", Some(whitespace), Some(whitespace)),
    ("unknown-resource-type", Some(unknown_type), Some(unknown_type)),
    ("admin-permission", Some(admin), Some(admin)),
    ("mixed-wildcard", Some(mixed_wildcard), Some(mixed_wildcard)),
    ("glob", Some(glob), Some(glob)),
    ("unexpanded-variable", Some(variable), Some(variable)),
    ("unknown-action", Some(unknown_action), Some(unknown_action)),
    ("wildcard-action", Some(wildcard_action), Some(wildcard_action)),
    ("action-not-grantable", Some(not_grantable), Some(not_grantable)),
    ("bad-database-name", Some(bad_name), None),
    ("database-name-too-long", Some(too_long), None),
    ("action-not-for-type", None, Some(not_for_type)),
    ("unknown-system-resource", None, Some(unknown_resource)),
];

/// Permission strings with exactly one mistake in them, and which one it is.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((text, kind) in strategies::wrong_permission_text())| {
///     prop_assert_eq!(Permission::parse(&text).unwrap_err().kind(), kind);
/// });
/// ```
pub fn wrong_permission_text() -> impl Strategy<Value = (String, Kind)> {
    ingredients().prop_map(|ingredients| ingredients.spoilt(&WAYS))
}

/// Permission strings with one chosen mistake in them; none for a code that is not of permission strings.
///
/// ```
/// use influxdb3_offline_tokens::{Code, Permission, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((text, _) in strategies::wrong_permission_text_with(Code::Glob).unwrap())| {
///     prop_assert_eq!(Permission::parse(&text).unwrap_err().kind().name(), "glob");
/// });
/// ```
#[must_use]
pub fn wrong_permission_text_with(code: Code) -> Option<impl Strategy<Value = (String, Kind)> + use<>> {
    let ways: Vec<Way> = ways(code.name());
    (!ways.is_empty()).then(|| ingredients().prop_map(move |ingredients| ingredients.spoilt(&ways)))
}

fn ways(kind: &str) -> Vec<Way> {
    WAYS.into_iter().filter(|(name, ..)| *name == kind).collect()
}

/// A right permission of each kind, and what chooses between the ways to spoil it.
#[derive(Clone, Debug)]
struct Ingredients {
    databases: Pieces,
    resources: Pieces,
    way: Index,
    of_databases: bool,
    picks: (Index, Index),
}

impl Ingredients {
    fn spoilt(mut self, ways: &[Way]) -> (String, Kind) {
        let (_, of_databases, of_system) = *self.way.get(ways);
        let (first, second) = self.picks;
        match (of_databases, of_system) {
            (Some(spoil), _) if self.of_databases => spoil(&mut self.databases, first, second),
            (_, Some(spoil)) => spoil(&mut self.resources, first, second),
            (Some(spoil), None) => spoil(&mut self.databases, first, second),
            (None, None) => (String::new(), Kind::MissingPart(Part::Type)),
        }
    }
}

fn ingredients() -> impl Strategy<Value = Ingredients> {
    let databases = (
        vec(plain_name(10), 1..=3),
        vec(select(&["read", "write", "create", "describe", "delete"][..]), 1..=3),
    );
    let databases = databases.prop_map(|(names, actions)| Pieces { system: false, names, actions });
    let resource = select(SystemResource::ALL.to_vec()).prop_map(|resource| String::from(resource.as_str()));
    let resources =
        vec(resource, 1..=3).prop_map(|names| Pieces { system: true, names, actions: ["read"].into() });
    (databases, resources, any::<Index>(), weighted(0.75), any::<(Index, Index)>()).prop_map(
        |(databases, resources, way, of_databases, picks)| Ingredients {
            databases,
            resources,
            way,
            of_databases,
            picks,
        },
    )
}

fn actions_missing(pieces: &mut Pieces, _: Index, _: Index) -> (String, Kind) {
    let text = pieces.text();
    let end = text.rfind(':').unwrap_or(text.len());
    (text.chars().take(end).collect(), Kind::MissingPart(Part::Actions))
}

fn names_missing(pieces: &mut Pieces, _: Index, _: Index) -> (String, Kind) {
    (if pieces.system { "system" } else { "db" }.into(), Kind::MissingPart(Part::Names))
}

fn names_forgotten(pieces: &mut Pieces, _: Index, _: Index) -> (String, Kind) {
    let resource_type = if pieces.system { "system" } else { "db" };
    (format!("{resource_type}:{}", pieces.actions.join(",")), Kind::MissingPart(Part::Names))
}

fn type_missing(pieces: &mut Pieces, _: Index, _: Index) -> (String, Kind) {
    // `x`: no name is then one of a type by chance.
    (format!("x{}:{}", pieces.names.join(","), pieces.actions.join(",")), Kind::MissingPart(Part::Type))
}

fn extra_part(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    (pieces.text() + *at.get(&[":write", ":", ":a:b", ":*"]), Kind::ExtraPart)
}

fn empty_part(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    let part = *at.get(&[Part::Type, Part::Names, Part::Actions]);
    let text = match part {
        Part::Type => pieces.with_type(""),
        Part::Names => {
            pieces.names.clear();
            pieces.text()
        }
        Part::Actions => {
            pieces.actions.clear();
            pieces.text()
        }
    };
    (text, Kind::EmptyPart(part))
}

fn empty_item(pieces: &mut Pieces, of: Index, at: Index) -> (String, Kind) {
    let place = if of.index(2) == 0 {
        let place = at.index(pieces.names.len() + 1);
        pieces.names.insert(place, String::new());
        place
    } else {
        let place = at.index(pieces.actions.len() + 1);
        pieces.actions.insert(place, "");
        place
    };
    (pieces.text(), Kind::EmptyItem { number: place + 1 })
}

fn whitespace(pieces: &mut Pieces, which: Index, at: Index) -> (String, Kind) {
    let text = pieces.text();
    // Beside a separator, or at an end.
    let separators = text.match_indices([':', ',']).flat_map(|(at, _)| [at, at + 1]);
    let places: Vec<usize> = separators.chain([0, text.len()]).collect();
    let (before, behind) = text.split_at(*at.get(&places));
    (format!("{before}{}{behind}", which.get(&[" ", "  ", "\t", "\n", "\u{A0}"])), Kind::Whitespace)
}

fn unknown_type(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    const OF_DATABASES: [&str; 9] =
        ["dbs", "DB", "Db", "database", "databases", "bucket", "d", "table", "token"];
    const OF_SYSTEM: [&str; 7] = ["System", "SYSTEM", "sys", "sytem", "systems", "table", "token"];
    let word = if pieces.system { at.get(&OF_SYSTEM) } else { at.get(&OF_DATABASES) };
    (pieces.with_type(word), Kind::UnknownResourceType)
}

fn admin(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    let text = if at.index(2) == 0 { "*:*:*".into() } else { pieces.with_type("*") };
    (text, Kind::AdminPermission)
}

fn mixed_wildcard(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    let place = at.index(pieces.names.len() + 1);
    pieces.names.insert(place, "*".into());
    (pieces.text(), Kind::MixedWildcard)
}

fn glob(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let glob = *which.get(&["sensors_*", "*_raw", "a*b", "**"]);
    (pieces.with_name(at, glob), Kind::Glob)
}

fn variable(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let variable = *which.get(&[
        "$DB",
        "${DB}",
        "${A,B}",
        "${DB:-db1}",
        "{{ db }}",
        "{{db}}_raw",
        "<db>",
        "$(db)",
        "a_$X",
    ]);
    (pieces.with_name(at, variable), Kind::UnexpandedVariable)
}

fn unknown_action(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let word = *which.get(&[
        "reaad",
        "Read",
        "READ",
        "raed",
        "rw",
        "r",
        "write;read",
        "read|write",
        "foo",
        "lire\u{301}",
    ]);
    (pieces.with_action(at, word), Kind::UnknownAction)
}

fn wildcard_action(pieces: &mut Pieces, at: Index, _: Index) -> (String, Kind) {
    (pieces.with_action(at, "*"), Kind::WildcardAction)
}

fn not_grantable(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let word = *which.get(&["drop", "update", "all", "admin", "ALL"]);
    (pieces.with_action(at, word), Kind::ActionNotGrantable)
}

fn bad_name(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let (name, kind) = spoilt(at.get::<String>(&pieces.names), which);
    (pieces.with_name(at, name), Kind::BadDatabaseName(kind))
}

fn too_long(pieces: &mut Pieces, at: Index, more: Index) -> (String, Kind) {
    (pieces.with_name(at, "a".repeat(512 + more.index(100))), Kind::DatabaseNameTooLong)
}

fn not_for_type(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let word = *which.get(&["write", "create", "describe", "delete"]);
    (pieces.with_action(at, word), Kind::ActionNotForType)
}

fn unknown_resource(pieces: &mut Pieces, at: Index, which: Index) -> (String, Kind) {
    let word = *which.get(&["tokens", "queries", "Health", "helth", "db1"]);
    (pieces.with_name(at, word), Kind::UnknownSystemResource)
}
