//! The permissions of a token: their shape, and the rules of each one by itself.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashSet;

use crate::check::context::{At, Context, finding, replace_safely};
use crate::check::decode::{Decoder, half_a_character, in_brackets, list_in_a_string, opening};
use crate::check::grammar::errors;
use crate::check::names::name_warnings;
use crate::check::rights;
use crate::code::{Code, Severity};
use crate::json::{self, Node, RawStr, Value};
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, Permission, PermissionRef};
use crate::redact::may_show;
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
        self.text.get(start..end).unwrap_or_default().split(',').map(move |item| {
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
        let message = "the token has no permission: it can do nothing";
        let found = finding(Code::NoPermissions, node.span, At::TokenMember(token, "permissions"), message);
        decoder.context.push(found.help("grant something, or remove the token"));
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
    let mut grants = Vec::with_capacity(texts.len());
    for (index, string, text) in &texts {
        if let Some(permission) = Permission::accept(text) {
            let grant = Grant { index: *index, string: *string, text, permission };
            one(decoder, token, &grant);
            grants.push(grant);
        } else {
            decoder.whole.unreadable();
            errors(&mut decoder.context, At::Permission(token, *index), *string, text);
        }
    }
    if rights::may_meet(&grants) {
        let elements: Vec<Span> = items.iter().map(|item| item.span).collect();
        rights::between(&mut decoder.context, token, &grants, &elements);
    }
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

fn text<'a>(
    context: &mut Context<'_>,
    token: usize,
    index: usize,
    item: &Node<'a>,
) -> Option<(usize, RawStr<'a>, Cow<'a, str>)> {
    let at = At::Permission(token, index);
    match &item.value {
        Value::String(string) => {
            let text = string.decode();
            if text.is_none() {
                half_a_character(context, *string);
            }
            return text.map(|text| (index, *string, text));
        }
        Value::Object(_) => {
            context.find(Code::PermissionObject, opening(item), || {
                let message = "a permission is a string, not an object";
                let found = finding(Code::PermissionObject, opening(item), at, message);
                match object_as_text(item) {
                    Some(text) => {
                        let fix = replace_safely(item.span, json::quoted(&text));
                        found.help(format!("write `{text}`")).fix(fix)
                    }
                    None => found.help("write TYPE:NAMES:ACTIONS, as in `db:db1,db2:read,write`"),
                }
            });
        }
        other => {
            context.tell(Code::WrongType, opening(item), || {
                let message = format!("a permission is a string, not {}", other.description());
                let found = finding(Code::WrongType, opening(item), at, message);
                found.help("write TYPE:NAMES:ACTIONS, as in `db:db1,db2:read,write`")
            });
        }
    }
    None
}

/// The permission string that means the same as an object of the HTTP API.
fn object_as_text(node: &Node<'_>) -> Option<String> {
    let Value::Object(members) = &node.value else { return None };
    let member = |names: &[&str]| {
        let found = members
            .iter()
            .find(|member| member.key.decode().is_some_and(|key| names.contains(&key.as_ref())));
        found.map(|member| &member.value)
    };
    let list = |names: &[&str]| -> Option<String> {
        let strings = |node: &Node<'_>| match &node.value {
            Value::String(string) => string.decode().map(Cow::into_owned),
            _ => None,
        };
        match &member(names)?.value {
            Value::Array(items) => Some(items.iter().map(strings).collect::<Option<Vec<_>>>()?.join(",")),
            Value::String(string) => string.decode().map(Cow::into_owned),
            _ => None,
        }
    };
    let resource_type = list(&["resource_type"])?;
    let names = list(&["resource_names", "resource_name", "resource_identifier"])?;
    let text = format!("{resource_type}:{names}:{}", list(&["actions", "action"])?);
    let right = members.len() == 3 && Permission::parse_borrowed(&text).is_ok();
    (right && may_show(&text, &text)).then_some(text)
}

fn not_a_list<'a>(decoder: &mut Decoder<'_, 'a>, token: usize, node: &Node<'a>) {
    let message = format!("`permissions` is a list of strings, not {}", node.value.description());
    let at = At::TokenMember(token, "permissions");
    let found = finding(Code::PermissionsNotAList, opening(node), at, message)
        .help("write `\"permissions\": [\"db:db1:read\"]`");
    let Value::String(string) = node.value else {
        let fix = matches!(node.value, Value::Object(_)).then(|| in_brackets(node.span));
        return decoder.context.push(found.fix(fix));
    };
    let Some(text) = string.decode() else { return decoder.context.push(found) };
    if let Some(list) = list_in_a_string(&text) {
        let right = list.iter().all(|item| Permission::accept(item).is_some() && may_show(item, item));
        let fix = || {
            let quoted: Vec<String> = list.iter().map(|item| json::quoted(item)).collect();
            replace_safely(node.span, format!("[{}]", quoted.join(", ")))
        };
        return decoder.context.push(found.fix(right.then(fix)));
    }
    if let Ok(permission) = Permission::parse_borrowed(&text) {
        decoder.context.push(found.fix(in_brackets(node.span)));
        one(decoder, token, &Grant { index: 0, string, text: &text, permission });
    } else {
        decoder.context.push(found);
        errors(&mut decoder.context, at, string, &text);
    }
}

/// The rules of one right permission.
fn one<'a>(decoder: &mut Decoder<'_, 'a>, token: usize, grant: &Grant<'_, 'a>) {
    let Permission::Database(permission) = &grant.permission else {
        return if !decoder.context.validator.only_errors() {
            duplicate_items(&mut decoder.context, token, grant);
        };
    };
    let at = At::Permission(token, grant.index);
    if permission.scope().is_all() {
        decoder.whole.grant_all();
    } else {
        if decoder.context.validator.only_errors() {
            return;
        }
        let inside = "db:".len()..grant.text.rfind(':').unwrap_or("db:".len());
        let mut start = inside.start;
        let mut places = grant.string.places();
        for name in grant.text.get(inside).unwrap_or_default().split(',') {
            let span = Span::new(start, start + name.len());
            start = span.end() + 1;
            let place = places.place(span);
            decoder.whole.grant((token, grant.index, place), name, grant.string.slice(span));
            name_warnings(&mut decoder.context, at, place, name);
            if name == INTERNAL_DATABASE {
                decoder.context.tell(Code::InternalDatabase, place, || {
                    let message = "only admin tokens reach `_internal`, whatever is granted";
                    let found = finding(Code::InternalDatabase, place, at, message);
                    found.help("remove it, or use an admin token")
                });
            }
        }
    }
    if decoder.context.validator.only_errors() {
        return;
    }
    let context = &mut decoder.context;
    if permission.scope().is_all() {
        wildcard(context, at, grant, permission.actions());
    }
    let documented = DatabaseActions::READ | DatabaseActions::WRITE;
    if !documented.contains(permission.actions()) && context.wants(Code::UndocumentedAction) {
        for (span, action) in grant.actions().filter(|(_, action)| !matches!(*action, "read" | "write")) {
            context.tell(Code::UndocumentedAction, span, || {
                let message =
                    format!("the server accepts `{action}`, and the documentation does not name it");
                finding(Code::UndocumentedAction, span, at, message)
            });
        }
    }
    releases(context, at, grant, permission.actions());
    duplicate_items(context, token, grant);
}

fn wildcard(context: &mut Context<'_>, at: At<'_>, grant: &Grant<'_, '_>, actions: DatabaseActions) {
    let Some((span, _)) = grant.names().next() else { return };
    let span = grant.string.place(span);
    let code = Code::WildcardDatabase;
    let strong = DatabaseActions::WRITE | DatabaseActions::CREATE | DatabaseActions::DELETE;
    let severity = if (actions & strong).is_empty() { code.severity() } else { Severity::Warning };
    context.add((code, severity, false), span, || {
        let message = format!("the token can {} all databases, also those to come", spoken(actions));
        finding(code, span, at, message).help("list the databases that it needs")
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
    if release < Release::WILDCARD_DATABASES
        && let Some((span, _)) = grant.names().find(|(_, name)| *name == "*")
    {
        let span = grant.string.place(span);
        context.push(
            newer(span, "`db:*` in a tokens file", Release::WILDCARD_DATABASES).help("list the databases"),
        );
    }
    if release < Release::CREATE_ACTION
        && let Some((span, _)) = grant.actions().find(|(_, action)| *action == "create")
    {
        context.push(newer(span, "`create`", Release::CREATE_ACTION));
    }
    if release < Release::NO_DELETE_BY_WRITE && !actions.contains(DatabaseActions::DELETE) {
        let deletes = grant.actions().find(|(_, action)| matches!(*action, "read" | "write"));
        if let Some((span, action)) = deletes {
            let message = format!("with release {release}, `{action}` also allows deleting the database");
            let found = finding(Code::AllowsDelete, span, at, message);
            context.push(found.help(format!("use {} or later", Release::NO_DELETE_BY_WRITE)));
        }
    }
}

fn duplicate_items(context: &mut Context<'_>, token: usize, grant: &Grant<'_, '_>) {
    let at = At::Permission(token, grant.index);
    let (_, lists) = grant.text.split_once(':').unwrap_or_default();
    let (names, actions) = lists.rsplit_once(':').unwrap_or_default();
    let mut twice: Vec<Span> = Vec::new();
    let (start, colon) = grant.name_places();
    if may_repeat(names) {
        twice.extend(second_ones(grant.spans(start, colon)));
    }
    if may_repeat(actions) {
        twice.extend(second_ones(grant.spans(colon + 1, grant.text.len())));
    }
    let mut places = grant.string.places();
    for span in twice {
        let place = places.place(span);
        context.find(Code::DuplicateItem, place, || {
            // The comma before it may be an escape in the file.
            let removed = places.place(Span::new(span.start() - 1, span.end()));
            let found = finding(Code::DuplicateItem, place, at, "this stands in the list already");
            found.help("remove it").fix(replace_safely(removed, ""))
        });
    }
}

/// Whether an item can stand twice in a list; a short one is searched for it.
fn may_repeat(list: &str) -> bool {
    const SHORT: usize = 80;
    let mut rest = list;
    while let Some((item, others)) = rest.split_once(',') {
        if list.len() > SHORT || others.split(',').any(|other| other == item) {
            return true;
        }
        rest = others;
    }
    false
}

fn second_ones<'t>(items: impl Iterator<Item = (Span, &'t str)>) -> impl Iterator<Item = Span> {
    let mut seen = HashSet::new();
    items.filter(move |(_, item)| !seen.insert(*item)).map(|(span, _)| span)
}
