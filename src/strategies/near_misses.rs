//! Permission strings with one mistake.

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::sample::{Index, select};
use proptest::strategy::Strategy;

use crate::code::Code;
use crate::name::InvalidNameKind as Name;
use crate::permission::{PermissionErrorKind as Kind, PermissionPart as Part, SystemResource};
use crate::strategies::plain_name;

/// The mistakes, and templates of permissions that have them. In them, `@` is a list of database names, `#` another
/// name, `!` a list of actions, and `&` a list of system resources.
const NEAR_MISSES: &[(Kind, &[&str])] = &[
    (Kind::MissingPart(Part::Actions), &["db:@", "system:&"]),
    (Kind::MissingPart(Part::Names), &["db", "db:!", "system", "system:read"]),
    // Without `x`, a name could be a type by chance.
    (Kind::MissingPart(Part::Type), &["x@:!"]),
    (Kind::ExtraPart, &["db:@:!:write", "db:@:!:", "db:@:!:a:b", "system:&:read:*"]),
    (Kind::EmptyPart(Part::Type), &[":@:!", ":&:read"]),
    (Kind::EmptyPart(Part::Names), &["db::!", "system::read"]),
    (Kind::EmptyPart(Part::Actions), &["db:@:", "system:&:"]),
    (Kind::EmptyItem { number: 1 }, &["db:,@:!", "db:@:,!", "system:,&:read", "system:&:,read"]),
    (
        Kind::EmptyItem { number: 2 },
        &["db:#,:!", "db:#,,@:!", "db:@:read,", "db:@:read,,!", "system:&:read,"],
    ),
    (Kind::Whitespace, &[" db:@:!", "db :@:!", "db: @:!", "db:#, @:!", "db:#\u{A0},@:!", "db:@:!\n"]),
    (Kind::Whitespace, &["system:\t&:read", "system:&:read  "]),
    (Kind::UnknownResourceType, &["dbs:@:!", "DB:@:!", "database:@:!", "bucket:@:!", "d:@:!", "token:@:!"]),
    (Kind::UnknownResourceType, &["System:&:read", "sys:&:read", "sytem:&:read", "systems:&:read"]),
    (Kind::AdminPermission, &["*:*:*", "*:@:!", "*:&:read"]),
    (Kind::MixedWildcard, &["db:*,@:!", "db:@,*:!", "db:#,*,@:!", "system:*,&:read", "system:&,*:read"]),
    (Kind::Glob, &["db:sensors_*:!", "db:@,*_raw:!", "db:a*b,@:!", "db:#,**,@:!", "system:&,h*:read"]),
    (Kind::UnexpandedVariable, &["db:$DB:!", "db:${DB},@:!", "db:@,${A,B}:!", "db:#,${DB:-db1},@:!"]),
    (Kind::UnexpandedVariable, &["db:{{ db }}:!", "db:{{db}}_raw,@:!", "db:@,<db>:!", "system:&,$(x):read"]),
    (
        Kind::UnknownAction,
        &["db:@:reaad", "db:@:Read,!", "db:@:!,rw", "db:@:write;read", "db:@:read|write,!"],
    ),
    (Kind::UnknownAction, &["db:@:!,lire\u{301}", "system:&:READ", "system:&:read,raed"]),
    (Kind::WildcardAction, &["db:@:*", "db:@:*,!", "db:@:!,*", "system:&:*"]),
    (Kind::ActionNotGrantable, &["db:@:drop", "db:@:!,update", "db:@:all,!", "system:&:admin", "db:@:ALL"]),
    (Kind::BadDatabaseName(Name::LastSlash), &["db:#/:!", "db:@,#/:!"]),
    (Kind::BadDatabaseName(Name::SecondSlash), &["db:#/b/c:!", "db:#/b/c,@:!"]),
    (Kind::BadDatabaseName(Name::BadStart('_')), &["db:__#:!", "db:@,__#:!"]),
    (Kind::BadDatabaseName(Name::BadStart('-')), &["db:-#:!", "db:-#,@:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter('.')), &["db:#.x:!", "db:@,#.x:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter(' ')), &["db:# x:!", "db:# x,@:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter('"')), &["db:#\"x:!", "db:@,#\"x:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter('\0')), &["db:#\0x:!", "db:#\0x,@:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter('\u{43E}')), &["db:#\u{43E}x:!", "db:@,#\u{43E}x:!"]),
    (Kind::BadDatabaseName(Name::BadCharacter('\u{1F4C8}')), &["db:#\u{1F4C8}x:!", "db:#\u{1F4C8}x,@:!"]),
    (Kind::DatabaseNameTooLong, &["db:LONG:!", "db:LONG,@:!", "db:@,LONG:!"]),
    (Kind::ActionNotForType, &["system:&:write", "system:&:read,create", "system:&:describe,read"]),
    (Kind::UnknownSystemResource, &["system:tokens:read", "system:Health,&:read", "system:&,helth:read"]),
];

/// Generates permission strings with exactly one mistake, and its kind.
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
    fill_templates(NEAR_MISSES.to_vec())
}

/// Generates permission strings with this mistake. Returns `None` if the code is not about permission strings.
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
    let chosen: Vec<_> = NEAR_MISSES.iter().copied().filter(|(kind, _)| kind.name() == code.name()).collect();
    (!chosen.is_empty()).then(|| fill_templates(chosen))
}

fn fill_templates(
    near_misses: Vec<(Kind, &'static [&'static str])>,
) -> impl Strategy<Value = (String, Kind)> {
    let list = |words: Vec<&'static str>| vec(select(words), 1..=3).prop_map(|words| words.join(","));
    let names = vec(plain_name(), 1..=3).prop_map(|names| names.join(","));
    let actions = list(["read", "write", "create", "describe", "delete"].into());
    let resources = list(SystemResource::ALL.iter().map(|resource| resource.as_str()).collect());
    (select(near_misses), any::<Index>(), names, plain_name(), actions, resources).prop_map(
        |((kind, templates), which, names, name, actions, resources)| {
            let text = which.get(templates).replace("LONG", &"a".repeat(512));
            let text = text.replace('@', &names).replace('#', &name);
            (text.replace('!', &actions).replace('&', &resources), kind)
        },
    )
}
