//! The databases that a file creates, and beside them those that it grants.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use crate::check::context::{
    At, Context, finding, half_a_character, remove_element, replace_on_request, replace_safely, with_fragment,
};
use crate::check::decode::opening;
use crate::check::names::{database_name, is_placeholder};
use crate::check::numbered::{LONG, firsts, keep_firsts};
use crate::check::shape::list_in_a_string;
use crate::code::Code;
use crate::diagnostic::{Applicability, Fix};
use crate::json::{self, Node, Value};
use crate::name::{INTERNAL_DATABASE, check_database_name};
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::Guesses;

/// The default limit of databases on a server (documentation, server source).
const MAX_DATABASES: usize = 100;
// Most files grant a few names many times. A map of more is slower than to list them each time, and to sort the list.
const FEW: usize = 1 << 10;
// A list of names in one string is looked into where it is no longer: nobody writes a longer one.
const SHORT_LIST: usize = 4_096;

/// The names in `create_databases`.
type CreatedNames<'a> = HashMap<Cow<'a, str>, Created, RandomState>;

/// A name in `create_databases`, where it stands first.
struct Created {
    index: usize,
    span: Span,
    /// Whether somebody is granted it, as far as it is known.
    is_granted: bool,
}

/// A database that is not created, as far as it is known, and the permission that grants it.
struct Granted<'a> {
    name: Cow<'a, str>,
    token: usize,
    permission: usize,
    span: Span,
    // Whether a later one, which is not in the list, grants it, too.
    again: bool,
}

/// The names of databases in a file, as far as it was read.
pub(crate) struct Databases<'a> {
    /// The place of `create_databases`, and of its last item.
    pub(crate) array: Option<(Span, Option<Span>)>,
    // Where it could stand; in an array at the top there is no place for a member.
    pub(super) first_member: Option<usize>,
    created: CreatedNames<'a>,
    // What wrong names of `create_databases` would be without white space and commas.
    nearly_created: HashSet<String, RandomState>,
    create_unreadable: bool,
    // None where it is not compared with what is created.
    granted: Option<Vec<Granted<'a>>>,
    // Where the first few names are in `granted`.
    places: HashMap<Cow<'a, str>, usize, RandomState>,
    // How many are listed before those that are granted twice are left out.
    most_granted: usize,
    /// Whether a permission is for all databases.
    pub(super) all_granted: bool,
    /// Whether a permission that was refused or is not there may have granted anything.
    pub(super) unreadable: bool,
}

impl<'a> Databases<'a> {
    pub(super) fn new(are_compared: bool) -> Self {
        Self {
            array: None,
            first_member: None,
            created: HashMap::default(),
            nearly_created: HashSet::default(),
            create_unreadable: false,
            granted: are_compared.then(Vec::new),
            places: HashMap::default(),
            most_granted: LONG,
            all_granted: false,
            unreadable: false,
        }
    }

    /// Whether a name that is granted is compared with anything.
    pub(super) const fn are_compared(&self) -> bool {
        self.granted.is_some()
    }

    /// Whether the file creates this database.
    pub(crate) fn creates(&self, database: &str) -> bool {
        self.created.contains_key(database)
    }

    /// A database that a permission names; `name` has no error. Where the file spells it without escapes it is borrowed.
    pub(super) fn grant(&mut self, place: (usize, usize, Span), name: &str, borrowed: Option<&'a str>) {
        let Some(all) = &mut self.granted else { return };
        if note_granted(&mut self.created, name) {
            return;
        }
        if let Some(first) = self.places.get(name).and_then(|place| all.get_mut(*place)) {
            first.again = true;
            return;
        }
        let name = borrowed.map_or_else(|| Cow::Owned(name.into()), Cow::Borrowed);
        if self.places.len() < FEW {
            self.places.insert(name.clone(), all.len());
        }
        let (token, permission, span) = place;
        all.push(Granted { name, token, permission, span, again: false });
        if all.len() >= self.most_granted {
            // The first few names, which are different, stay where they are.
            only_firsts(all);
            self.most_granted = LONG.max(2 * all.len());
        }
    }

    /// The value of `create_databases`; gives the names.
    pub(super) fn create(
        &mut self,
        context: &mut Context<'_>,
        text: &'a str,
        node: &Node<'a>,
    ) -> Vec<Cow<'a, str>> {
        let Value::Array(items) = &node.value else {
            self.not_a_list(context, text, node);
            return Vec::new();
        };
        self.array = Some((node.span, items.last().map(|item| item.span)));
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        let mut names = Vec::with_capacity(items.len());
        self.created.reserve(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = At::Database(index);
            let Value::String(string) = item.value else {
                context.tell(Code::WrongType, opening(item), || {
                    let kind = item.value.description();
                    let message = format!("the name of a database is a string, not {kind}");
                    finding(Code::WrongType, opening(item), at, message)
                        .with_help("write its name in double quotes")
                });
                continue;
            };
            let Some(name) = string.decode() else {
                half_a_character(context, string);
                continue;
            };
            if let Some(code) = database_name(context, at, &mut string.places(), &name, 0) {
                if context.validator.severity(code, code.severity()).is_none() {
                    continue;
                }
                let pieces = name.split(',').map(str::trim).filter(|name| check_database_name(name).is_ok());
                self.nearly_created.extend(pieces.map(String::from));
                continue;
            }
            match self.created.entry(name.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(Created { index, span: string.inner(), is_granted: false });
                }
                Slot::Occupied(slot) => {
                    let fix = || remove_element(&spans, index);
                    context.find(Code::DuplicateDatabase, string.inner(), fix, || {
                        let message = with_fragment("this database stands twice in the list", &name, &name);
                        finding(Code::DuplicateDatabase, string.inner(), at, message)
                            .label(slot.get().span, "it stands here already")
                            .with_help("remove it")
                    });
                }
            }
            names.push(name);
        }
        if self.created.len() > MAX_DATABASES {
            let message = format!(
                "these are {} databases, and a server has at most {MAX_DATABASES} by default",
                self.created.len()
            );
            let found =
                finding(Code::TooManyDatabases, opening(node), At::Member("create_databases"), message);
            context.push(found.with_help("raise the server's limit, or create fewer"));
        }
        names
    }

    fn not_a_list(&mut self, context: &mut Context<'_>, text: &'a str, node: &Node<'a>) {
        self.create_unreadable = true;
        let message = format!("`create_databases` is a list of strings, not {}", node.value.description());
        let mut found =
            finding(Code::CreateDatabasesNotAList, opening(node), At::Member("create_databases"), message)
                .with_help("write `\"create_databases\": [\"db1\", \"db2\"]`");
        if let Value::String(string) = node.value
            && let Some(decoded) = string.decode()
        {
            let list = list_in_a_string(&decoded);
            let is_list = list.is_some();
            let names: Vec<Cow<'_, str>> = match list {
                Some(list) => list.into_iter().map(Cow::Owned).collect(),
                None => separated(&decoded).map(|(_, name)| Cow::Borrowed(name)).collect(),
            };
            if names.iter().all(|name| check_database_name(name).is_ok()) {
                let fix = || replace_safely(node.span, json::quoted_list(&names));
                found = found.fix(may_show(text_of(text, node), &decoded).then(fix));
            } else if !is_list && decoded.len() <= SHORT_LIST {
                let mut places = string.places();
                for (start, name) in separated(&decoded) {
                    database_name(context, At::Member("create_databases"), &mut places, name, start);
                }
            }
        }
        context.push(found);
    }
}

/// Whether they are compared at all.
pub(super) fn are_compared(context: &Context<'_>) -> bool {
    context.wants(Code::GrantedNotCreated, Some(Applicability::Ask))
        || context.wants(Code::CreatedNotGranted, None)
}

/// Compares what is granted with what is created, where both are known.
pub(super) fn compare(databases: &mut Databases<'_>, context: &mut Context<'_>) {
    let Databases { granted: Some(granted), created, .. } = databases else { return };
    // What was granted before it was created.
    granted.retain(|granted| !note_granted(created, &granted.name));
    let mut told = Vec::new();
    if !databases.create_unreadable && context.wants(Code::GrantedNotCreated, Some(Applicability::Ask)) {
        only_firsts(granted);
        told = granted_not_created(databases, context);
    }
    if !databases.all_granted && !databases.unreadable && context.wants(Code::CreatedNotGranted, None) {
        told.sort_unstable();
        created_not_granted(databases, context, &told);
    }
}

/// Notes that a created name is granted; false where it is not created.
fn note_granted(created: &mut CreatedNames<'_>, granted: &str) -> bool {
    created.get_mut(granted).map(|created| created.is_granted = true).is_some()
}

fn is_granted(databases: &Databases<'_>, created: &str) -> bool {
    databases.created.get(created).is_some_and(|created| created.is_granted)
}

/// Leaves out what grants a name again, and notes that it is.
fn only_firsts(granted: &mut Vec<Granted<'_>>) {
    let names: Vec<&str> = granted.iter().map(|granted| granted.name.as_ref()).collect();
    let firsts = firsts(&names);
    for (_, first) in firsts.iter().enumerate().filter(|(index, first)| index != *first) {
        if let Some(first) = granted.get_mut(*first) {
            first.again = true;
        }
    }
    keep_firsts(granted, &firsts);
}

/// A name that has its finding already needs no second one.
fn is_told(context: &Context<'_>, name: &str) -> bool {
    name == INTERNAL_DATABASE
        || is_placeholder(name)
            && context.validator.severity(Code::PlaceholderName, Code::PlaceholderName.severity()).is_some()
}

/// Gives the created names of which it was said that they are meant.
fn granted_not_created<'w>(databases: &'w Databases<'_>, context: &mut Context<'_>) -> Vec<&'w str> {
    // What stands in `create_databases` in a wrong spelling has its finding there.
    let is_told = |name: &str| is_told(context, name) || databases.nearly_created.contains(name);
    let missing = databases.granted.iter().flatten().filter(|granted| !is_told(&granted.name));
    let missing: Vec<&Granted<'_>> = missing.collect();
    let all: Vec<&str> = databases.created.keys().map(AsRef::as_ref).collect();
    // A misspelling stands in place of a name that nobody is granted, rather than beside one that somebody is.
    let free: Vec<&str> = all.iter().copied().filter(|name| !is_granted(databases, name)).collect();
    let mut guesses = Guesses::default();
    let mut told = Vec::new();
    let near = |granted: &&Granted<'_>| {
        let mut meant = |names: &[&'w str]| guesses.meant(&granted.name, names.iter().copied());
        meant(&free).or_else(|| meant(&all)).filter(|near| may_show(near, near))
    };
    // Many files create none, and then nothing is compared.
    let nears: Vec<Option<&str>> =
        if all.is_empty() { vec![None; missing.len()] } else { missing.iter().map(near).collect() };
    // One created name is not the misspelling of several.
    let mut times: HashMap<&str, usize, RandomState> = HashMap::default();
    for near in nears.iter().flatten() {
        *times.entry(near).or_default() += 1;
    }
    let strangers: Vec<&str> = if matches!(databases.array, Some((_, Some(_)))) {
        Vec::new()
    } else {
        // Also those that a report does not keep.
        let names = missing.iter().map(|granted| granted.name.as_ref());
        names.filter(|name| may_show(name, name)).collect()
    };
    for (granted, near) in missing.into_iter().zip(nears) {
        let name = granted.name.as_ref();
        let near = near.and_then(|near| Some((near, databases.created.get(near)?.span)));
        // Where nobody is granted the name that comes near, both are one mistake.
        let pair = near.filter(|(near, _)| !is_granted(databases, near)).map(|(near, _)| near);
        told.extend(pair);
        let fix = || match (pair, near) {
            // What cannot be read may grant it once more.
            (Some(pair), _) if !granted.again && !databases.unreadable && times.get(pair) == Some(&1) => {
                Some(replace_on_request(granted.span, pair))
            }
            // It is probably misspelt, and then it is not to be created.
            (_, Some(_)) => None,
            (_, None) => add_databases(databases, name, &strangers),
        };
        context.find(Code::GrantedNotCreated, granted.span, fix, || {
            let message = with_fragment(
                "granted but not in `create_databases`, so a server without it does not make the token",
                name,
                name,
            );
            let at = At::Permission(granted.token, granted.permission);
            let found = finding(Code::GrantedNotCreated, granted.span, at, message);
            match near {
                Some((near, place)) => found
                    .label(place, "this one is created")
                    .with_help(format!("did you mean `{near}`? else add it to `create_databases`")),
                None => found.with_help(
                    "add it to `create_databases`, unless it exists on every server that reads the file",
                ),
            }
        });
    }
    told
}

/// Adds a name to `create_databases`; where that has none yet, all that are `missing`, as one place takes one edit.
fn add_databases(databases: &Databases<'_>, name: &str, missing: &[&str]) -> Option<Fix> {
    if !may_show(name, name) {
        return None;
    }
    let all = || {
        json::quoted_list(if missing.first() == Some(&name) { missing } else { core::slice::from_ref(&name) })
    };
    let (place, text) = match databases.array {
        Some((span, None)) => (span.end() - 1, String::from(all().trim_matches(['[', ']']))),
        Some((_, Some(last))) => (last.end(), format!(", {}", json::quoted(name))),
        None => (databases.first_member?, format!("\"create_databases\": {}, ", all())),
    };
    Some(replace_on_request(Span::new(place, place), text))
}

/// `told` are the names that have their finding, sorted.
fn created_not_granted(databases: &Databases<'_>, context: &mut Context<'_>, told: &[&str]) {
    let unused = databases.created.iter().filter(|(_, created)| !created.is_granted);
    let unused =
        unused.filter(|(name, _)| !is_told(context, name) && told.binary_search(&name.as_ref()).is_err());
    let unused = unused.map(|(name, created)| (name.as_ref(), created)).collect();
    for (name, Created { index, span, .. }) in first_first(context, unused) {
        let (index, span) = (*index, *span);
        context.tell(Code::CreatedNotGranted, span, || {
            let message = with_fragment("created, and no token of the file may use it", name, name);
            let found = finding(Code::CreatedNotGranted, span, At::Database(index), message);
            found.with_help("grant it to a token, or leave it out")
        });
    }
}

/// As many as a report keeps come first, in the order of the file; those behind them will only be counted.
fn first_first<'w>(
    context: &Context<'_>,
    mut names: Vec<(&'w str, &'w Created)>,
) -> Vec<(&'w str, &'w Created)> {
    let keep = context.validator.keep;
    let span = |(_, created): &(&str, &Created)| created.span;
    if keep < names.len() {
        names.select_nth_unstable_by_key(keep, span);
    }
    let first = names.len().min(keep);
    if let Some(first) = names.get_mut(..first) {
        first.sort_unstable_by_key(span);
    }
    names
}

/// The names of a list in one string, with their places in it.
fn separated(list: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    list.split(',').filter_map(move |item| {
        let start = next + item.len() - item.trim_start().len();
        next += item.len() + 1;
        (list.contains(',') || !item.trim().is_empty()).then(|| (start, item.trim()))
    })
}

fn text_of<'a>(text: &'a str, node: &Node<'_>) -> &'a str {
    node.span.text(text).unwrap_or_default()
}
