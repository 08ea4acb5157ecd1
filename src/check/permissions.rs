//! The permissions of a token: their shape, and the rules of each one by itself.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::context::{At, Context, finding, replace_safely};
use crate::check::decode::Decoder;
use crate::check::grammar::errors;
use crate::check::names::name_warnings;
use crate::check::numbered::firsts;
use crate::check::rights;
use crate::check::several::is_a_type;
use crate::check::shape::{not_a_list, text};
use crate::code::{Code, Severity};
use crate::json::{Node, RawStr, Value};
use crate::name::{INTERNAL_DATABASE, check_database_name};
use crate::permission::{DatabaseActions, Permission, PermissionRef, SystemResource, stands_for_actions};
use crate::release::Release;
use crate::span::Span;

/// A right permission, and where it stands.
pub(super) struct Grant<'t, 'a> {
    pub(super) index: usize,
    pub(super) string: RawStr<'a>,
    pub(super) text: &'t str,
    pub(super) permission: PermissionRef<'t>,
}

impl<'t, 'a> Grant<'t, 'a> {
    /// The names with their places in the decoded text; `*` as a name.
    pub(super) fn names(&self) -> impl Iterator<Item = (Span, &'t str)> + use<'t, 'a> {
        let (start, end) = self.name_places();
        self.spans(start, end)
    }

    /// Where the names begin and end in the decoded text.
    fn name_places(&self) -> (usize, usize) {
        let start = self.permission.resource_type().len() + 1;
        (start, self.text.rfind(':').unwrap_or(start))
    }

    /// The actions as they are written, with their places in the file.
    pub(super) fn actions(&self) -> impl Iterator<Item = (Span, &'t str)> + use<'t, 'a> {
        let mut places = self.string.places();
        let items = self.spans(self.text.rfind(':').map_or(0, |colon| colon + 1), self.text.len());
        items.map(move |(span, item)| (places.place(span), item))
    }

    /// The items with their places in the decoded text.
    fn spans(&self, start: usize, end: usize) -> impl Iterator<Item = (Span, &'t str)> + use<'t, 'a> {
        let mut at = start;
        pieces(self.text.get(start..end).unwrap_or_default()).map(move |item| {
            let span = Span::new(at, at + item.len());
            at = span.end() + 1;
            (span, item)
        })
    }

    pub(super) const fn database_actions(&self) -> Option<DatabaseActions> {
        match &self.permission {
            Permission::Database(permission) => Some(permission.actions()),
            Permission::System(_) => None,
        }
    }
}

/// Applies the rules of a list of permissions; gives the values where they are asked for and all are right.
pub(super) fn read<'a>(
    decoder: &mut Decoder<'_, 'a>,
    token: usize,
    node: &Node<'a>,
    build: bool,
) -> Option<Vec<Permission>> {
    let Value::Array(items) = &node.value else {
        not_a_list(decoder, token, node);
        return None;
    };
    if items.is_empty() {
        decoder.context.tell(Code::NoPermissions, node.span, || {
            let message = "the token has no permission: it can do nothing";
            let at = At::TokenMember(token, "permissions");
            let found = finding(Code::NoPermissions, node.span, at, message);
            found.with_help("grant something, or remove the token")
        });
    }
    list(decoder, token, items, build)
}

/// The same for the items of a list.
pub(super) fn list<'a>(
    decoder: &mut Decoder<'_, 'a>,
    token: usize,
    items: &[Node<'a>],
    build: bool,
) -> Option<Vec<Permission>> {
    if decoder.context.validator.only_errors() {
        return values(&mut decoder.context, token, items, build);
    }
    let texts: Vec<(usize, RawStr<'a>, Cow<'a, str>)> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| text(&mut decoder.context, token, index, item))
        .collect();
    if texts.len() < items.len() {
        decoder.whole.databases.unreadable = true;
    }
    let mut grants = Vec::with_capacity(texts.len());
    for (index, string, text) in &texts {
        if let Some(permission) = Permission::accept(text) {
            let grant = Grant { index: *index, string: *string, text, permission };
            one(decoder, token, &grant);
            grants.push(grant);
        } else {
            names_of_a_wrong_one(decoder, (token, *index), *string, text);
            errors(&mut decoder.context, At::Permission(token, *index), *string, text);
        }
    }
    let elements = || items.iter().map(|item| item.span).collect();
    rights::between(&mut decoder.context, token, &grants, elements);
    let all = build && grants.len() == items.len();
    all.then(|| grants.iter().map(|grant| grant.permission.to_owned()).collect())
}

/// The same where only errors are asked for: a right permission has none.
fn values(
    context: &mut Context<'_>,
    token: usize,
    items: &[Node<'_>],
    build: bool,
) -> Option<Vec<Permission>> {
    let mut permissions = Vec::with_capacity(if build { items.len() } else { 0 });
    let mut all = build;
    for (index, item) in items.iter().enumerate() {
        let Some((_, string, text)) = text(context, token, index, item) else {
            all = false;
            continue;
        };
        match Permission::accept(&text) {
            Some(permission) if all => permissions.push(permission.to_owned()),
            Some(_) => {}
            None => {
                all = false;
                errors(context, At::Permission(token, index), string, &text);
            }
        }
    }
    all.then_some(permissions)
}

/// The rules of one right permission.
pub(super) fn one<'a>(decoder: &mut Decoder<'_, 'a>, token: usize, grant: &Grant<'_, 'a>) {
    let Permission::Database(permission) = &grant.permission else {
        return if !decoder.context.validator.only_errors() {
            duplicate_items(&mut decoder.context, token, grant);
        };
    };
    let at = At::Permission(token, grant.index);
    if permission.scope().is_all() {
        decoder.whole.databases.all_granted = true;
    } else {
        if decoder.context.validator.only_errors() {
            return;
        }
        let inside = Span::new("db:".len(), grant.text.rfind(':').unwrap_or("db:".len()));
        names(decoder, (token, grant.index), grant.string, (grant.text, inside), true);
    }
    if decoder.context.validator.only_errors() {
        return;
    }
    let context = &mut decoder.context;
    if permission.scope().is_all() {
        wildcard(context, at, grant, permission.actions());
    }
    let documented = DatabaseActions::READ | DatabaseActions::WRITE;
    if !documented.contains(permission.actions()) && context.wants(Code::UndocumentedAction, None) {
        for (span, action) in grant.actions().filter(|(_, action)| !matches!(*action, "read" | "write")) {
            context.tell(Code::UndocumentedAction, span, || {
                let message =
                    format!("the server accepts `{action}`, and the documentation does not name it");
                let found = finding(Code::UndocumentedAction, span, at, message);
                found.with_help("expect that a later release may refuse it")
            });
        }
    }
    releases(context, at, grant, permission.actions());
    duplicate_items(context, token, grant);
}

/// The rules of right names of databases, which stand in this part of a permission.
fn names<'a>(
    decoder: &mut Decoder<'_, 'a>,
    (token, index): (usize, usize),
    string: RawStr<'a>,
    (text, inside): (&str, Span),
    are_granted: bool,
) {
    let only_fixes = decoder.context.validator.only_fixes().is_some();
    if only_fixes && (!decoder.whole.databases.are_compared() || !are_granted) {
        return;
    }
    let at = At::Permission(token, index);
    let mut start = inside.start();
    let mut places = string.places();
    for name in pieces(inside.text(text).unwrap_or_default()) {
        let span = Span::new(start, start + name.len());
        start = span.end() + 1;
        let place = places.place(span);
        if are_granted {
            decoder.whole.databases.grant((token, index, place), name, string.slice(span));
        }
        if only_fixes {
            continue;
        }
        name_warnings(&mut decoder.context, at, place, name);
        if name == INTERNAL_DATABASE {
            decoder.context.tell(Code::InternalDatabase, place, || {
                let message = "only admin tokens reach `_internal`, whatever is granted";
                let found = finding(Code::InternalDatabase, place, at, message);
                found.with_help("remove it, or use an admin token")
            });
        }
    }
}

/// More words than this that are no actions say no more than these.
const MANY: usize = 100;

/// The same where another part of the permission is wrong: that does not hide what can be said of its names.
fn names_of_a_wrong_one<'a>(
    decoder: &mut Decoder<'_, 'a>,
    place: (usize, usize),
    string: RawStr<'a>,
    text: &str,
) {
    let (before, behind) = text.split_once(':').unwrap_or_default();
    let (list, rest) = behind.split_once(':').unwrap_or((behind, ""));
    if rest.contains(':') {
        // Another permission may follow in the string, and what it grants is not known.
        decoder.whole.databases.unreadable = true;
    } else if is_of_a_system(before, list, rest) {
        return;
    }
    // `db:a,db:b:read` and `db:a,db:*` are rather two permissions than one for a database `db`.
    let is_name = |name: &str| !is_a_type(name) && check_database_name(name).is_ok();
    let are_right = before.trim().eq_ignore_ascii_case("db") && list.split(',').all(is_name);
    if !are_right {
        decoder.whole.databases.unreadable = true;
        return;
    }
    // Without an action, or with actions alone, the part before may be anything.
    let has_names = match behind.split_once(':') {
        Some((_, rest)) => rest.split(',').take(MANY).any(|word| stands_for_actions(word.trim())),
        None => !behind.split(',').any(|word| DatabaseActions::parse(word.trim()).is_ok()),
    };
    if !has_names {
        decoder.whole.databases.unreadable = true;
    }
    let start = before.len() + 1;
    let inside = Span::new(start, start + list.len());
    names(decoder, place, string, (text, inside), has_names);
}

/// Whether it grants no database, whatever is wrong with it. Not where a name or an action may be one of a database: the type
/// may be wrong, or a second permission stand behind.
fn is_of_a_system(before: &str, list: &str, rest: &str) -> bool {
    let is_known = |name: &str| matches!(name, "" | "*") || SystemResource::parse(name).is_ok();
    before.trim().eq_ignore_ascii_case("system")
        && list.split(',').all(|name| is_known(name.trim()))
        && !rest.split(',').any(|word| is_a_type(word.trim()))
}

fn wildcard(context: &mut Context<'_>, at: At<'_>, grant: &Grant<'_, '_>, actions: DatabaseActions) {
    let Some((span, _)) = grant.names().next() else { return };
    let span = grant.string.place(span);
    let code = Code::WildcardDatabase;
    let strong = DatabaseActions::WRITE | DatabaseActions::CREATE | DatabaseActions::DELETE;
    let severity = if (actions & strong).is_empty() { code.severity() } else { Severity::Warning };
    context.tell_as(code, severity, span, || {
        let message = format!("the token can {} all databases, also those to come", spoken(actions));
        finding(code, span, at, message).with_help("list the databases that it needs")
    });
}

/// `read and write`.
pub(super) fn spoken(actions: DatabaseActions) -> String {
    actions.names().collect::<Vec<_>>().join(" and ")
}

fn releases(context: &mut Context<'_>, at: At<'_>, grant: &Grant<'_, '_>, actions: DatabaseActions) {
    let Some(release) = context.validator.release else { return };
    let newer = |span, what: &str, first: Release| {
        let message = format!("release {release} refuses {what}; {first} accepts it");
        finding(Code::NeedsNewerRelease, span, at, message)
    };
    // A release that reads no such file does nothing wrong with it.
    let reads = release >= Release::OFFLINE_TOKENS;
    if reads
        && release < Release::WILDCARD_DATABASES
        && let Some((span, _)) = grant.names().find(|(_, name)| *name == "*")
    {
        let span = grant.string.place(span);
        context.push(
            newer(span, "`db:*` in a tokens file", Release::WILDCARD_DATABASES)
                .with_help("list the databases"),
        );
    }
    if release < Release::CREATE_ACTION
        && let Some((span, _)) = grant.actions().find(|(_, action)| *action == "create")
    {
        let found = newer(span, "`create`", Release::CREATE_ACTION);
        context.push(found.with_help("remove it, or use a newer release"));
    }
    if reads && release < Release::NO_DELETE_BY_WRITE && !actions.contains(DatabaseActions::DELETE) {
        let deletes = grant.actions().find(|(_, action)| matches!(*action, "read" | "write"));
        if let Some((span, action)) = deletes {
            let message = format!("with release {release}, `{action}` also allows deleting the database");
            let found = finding(Code::AllowsDelete, span, at, message);
            context.push(found.with_help(format!("use {} or later", Release::NO_DELETE_BY_WRITE)));
        }
    }
}

fn duplicate_items(context: &mut Context<'_>, token: usize, grant: &Grant<'_, '_>) {
    if !grant.text.as_bytes().contains(&b',') {
        return;
    }
    let at = At::Permission(token, grant.index);
    let (start, colon) = grant.name_places();
    let twice =
        second_ones(grant.text, start, colon).chain(second_ones(grant.text, colon + 1, grant.text.len()));
    let mut places = grant.string.places();
    for (first, span) in twice {
        let place = places.place(span);
        let fix = || {
            // The comma before it may be an escape in the file.
            let removed = places.place(Span::new(span.start() - 1, span.end()));
            Some(replace_safely(removed, ""))
        };
        context.find(Code::DuplicateItem, place, fix, || {
            let found = finding(Code::DuplicateItem, place, at, "this stands in the list already");
            found.label(grant.string.place(first), "here").with_help("remove it")
        });
    }
}

/// The items of a list that stand in it before, each behind the first that says the same. A short list is searched for them.
fn second_ones(text: &str, start: usize, end: usize) -> impl Iterator<Item = (Span, Span)> {
    const SHORT: usize = 24;
    let list = text.get(start..end).unwrap_or_default();
    let is_searched = list.len() > SHORT || repeats(list);
    let items: Vec<&str> = if is_searched { pieces(list).collect() } else { Vec::new() };
    let place = move |item: &str| RawStr::in_text(text, item).inner();
    let firsts = firsts(&items);
    firsts
        .into_iter()
        .enumerate()
        .filter(|(index, first)| index != first)
        .filter_map(move |(index, first)| Some((place(items.get(first)?), place(items.get(index)?))))
}

fn repeats(list: &str) -> bool {
    let mut rest = list;
    while let Some((item, others)) = rest.split_once(',') {
        if pieces(others).any(|other| other == item) {
            return true;
        }
        rest = others;
    }
    false
}

/// The pieces between commas. Most are short: a search with many bytes at a time, as `split` has it, takes longer for them.
fn pieces(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list);
    core::iter::from_fn(move || {
        let list = rest?;
        let comma = list.bytes().position(|byte| byte == b',');
        let (piece, behind) =
            comma.map_or((list, None), |at| (list.get(..at).unwrap_or_default(), list.get(at + 1..)));
        rest = behind;
        Some(piece)
    })
}
