//! What is granted beside what is created.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::check::context::{At, Context, finding, replace_on_request, with_fragment};
use crate::check::names::is_placeholder;
use crate::check::whole::Whole;
use crate::code::Code;
use crate::diagnostic::{Applicability, Fix};
use crate::json;
use crate::name::INTERNAL_DATABASE;
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::Guesses;

/// The first permission that grants a database.
#[derive(Clone, Copy)]
pub(super) struct Granted {
    pub(super) token: usize,
    pub(super) permission: usize,
    pub(super) span: Span,
    /// Whether another one grants it, too.
    pub(super) again: bool,
}

/// Whether they are compared at all.
pub(super) fn are_compared(context: &Context<'_>) -> bool {
    context.wants(Code::GrantedNotCreated, Some(Applicability::Ask))
        || context.wants(Code::CreatedNotGranted, None)
}

/// Compares what is granted with what is created, where both are known.
pub(super) fn compare(whole: &Whole<'_>, context: &mut Context<'_>) {
    let mut told = Vec::new();
    if !whole.create_unreadable && context.wants(Code::GrantedNotCreated, Some(Applicability::Ask)) {
        told = granted_not_created(whole, context);
    }
    if !whole.all_granted && !whole.unreadable && context.wants(Code::CreatedNotGranted, None) {
        told.sort_unstable();
        created_not_granted(whole, context, &told);
    }
}

fn is_granted(whole: &Whole<'_>, name: &str) -> bool {
    whole.granted.as_ref().is_some_and(|granted| granted.contains_key(name))
}

/// A name that has its finding already needs no second one.
fn is_told(context: &Context<'_>, name: &str) -> bool {
    let code = Code::PlaceholderName;
    name == INTERNAL_DATABASE
        || is_placeholder(name) && context.validator.severity(code, code.severity()).is_some()
}

/// Gives the created names of which it was said that they are meant.
fn granted_not_created<'w>(whole: &'w Whole<'_>, context: &mut Context<'_>) -> Vec<&'w str> {
    let missing =
        whole.granted.iter().flatten().filter(|(name, _)| !whole.created.contains_key(name.as_ref()));
    let missing =
        missing.filter(|(name, _)| !is_told(context, name)).map(|(name, granted)| (name.as_ref(), *granted));
    let all: Vec<&str> = whole.created.keys().map(AsRef::as_ref).collect();
    // A misspelling stands in place of a name that nobody is granted, rather than beside one that somebody is.
    let free: Vec<&str> = all.iter().copied().filter(|name| !is_granted(whole, name)).collect();
    let mut guesses = Guesses::default();
    let mut told = Vec::new();
    // What stands in `create_databases` in a wrong spelling has its finding there.
    let missing = missing.filter(|(name, _)| !whole.nearly_created.contains(*name));
    let missing = first_first(context, missing.collect(), |granted| granted.span);
    let nears: Vec<Option<&str>> = missing
        .iter()
        .map(|(name, _)| {
            let near = guesses.meant(name, free.iter().copied());
            let near = near.or_else(|| guesses.meant(name, all.iter().copied()));
            near.filter(|near| may_show(near, near))
        })
        .collect();
    // One created name is not the misspelling of several.
    let mut times: HashMap<&str, usize, RandomState> = HashMap::default();
    for near in nears.iter().flatten() {
        *times.entry(near).or_default() += 1;
    }
    let strangers =
        if matches!(whole.create_array, Some((_, Some(_)))) { Vec::new() } else { in_order(&missing) };
    for ((name, granted), near) in missing.iter().copied().zip(nears) {
        let near = near.and_then(|near| Some((near, whole.created.get(near)?.1)));
        // Where nobody is granted the name that comes near, both are one mistake.
        let pair = near.filter(|(near, _)| !is_granted(whole, near)).map(|(near, _)| near);
        told.extend(pair);
        let fix = || match (pair, near) {
            // What cannot be read may grant it once more.
            (Some(pair), _) if !granted.again && !whole.unreadable && times.get(pair) == Some(&1) => {
                Some(replace_on_request(granted.span, pair))
            }
            // It is probably misspelt, and then it is not to be created.
            (_, Some(_)) => None,
            (_, None) => add_databases(whole, name, &strangers),
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

/// All names that may be shown, also those that a report does not keep, in the order of the file.
fn in_order<'n>(missing: &[(&'n str, Granted)]) -> Vec<&'n str> {
    let mut shown: Vec<_> = missing.iter().filter(|(name, _)| may_show(name, name)).collect();
    shown.sort_unstable_by_key(|(_, granted)| granted.span);
    shown.into_iter().map(|(name, _)| *name).collect()
}

/// Adds a name to `create_databases`; where that has none yet, all that are `missing`, as one place takes one edit.
fn add_databases(whole: &Whole<'_>, name: &str, missing: &[&str]) -> Option<Fix> {
    if !may_show(name, name) {
        return None;
    }
    let all = || {
        json::quoted_list(if missing.first() == Some(&name) { missing } else { core::slice::from_ref(&name) })
    };
    let (place, text) = match whole.create_array {
        Some((span, None)) => (span.end() - 1, String::from(all().trim_matches(['[', ']']))),
        Some((_, Some(last))) => (last.end(), format!(", {}", json::quoted(name))),
        None => (whole.first_member?, format!("\"create_databases\": {}, ", all())),
    };
    Some(replace_on_request(Span::new(place, place), text))
}

/// `told` are the names that have their finding, sorted.
fn created_not_granted(whole: &Whole<'_>, context: &mut Context<'_>, told: &[&str]) {
    let unused = whole.created.iter().filter(|(name, _)| !is_granted(whole, name));
    let unused =
        unused.filter(|(name, _)| !is_told(context, name) && told.binary_search(&name.as_ref()).is_err());
    let unused = unused.map(|(name, place)| (name.as_ref(), *place));
    for (name, (index, span)) in first_first(context, unused.collect(), |place| place.1) {
        context.tell(Code::CreatedNotGranted, span, || {
            let message = with_fragment("created, and no token of the file may use it", name, name);
            let found = finding(Code::CreatedNotGranted, span, At::Database(index), message);
            found.with_help("grant it to a token, or leave it out")
        });
    }
}

/// As many as a report keeps come first, in the order of the file; those behind them will only be counted.
fn first_first<'n, P>(
    context: &Context<'_>,
    mut names: Vec<(&'n str, P)>,
    span: impl Fn(&P) -> Span,
) -> Vec<(&'n str, P)> {
    let keep = context.validator.keep;
    if keep < names.len() {
        names.select_nth_unstable_by_key(keep, |(_, place)| span(place));
    }
    let first = names.len().min(keep);
    if let Some(first) = names.get_mut(..first) {
        first.sort_unstable_by_key(|(_, place)| span(place));
    }
    names
}
