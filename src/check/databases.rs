//! What is granted beside what is created.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::check::context::{At, Context, finding, replace_on_request, with_fragment};
use crate::check::names::is_placeholder;
use crate::check::numbered::firsts;
use crate::check::whole::Whole;
use crate::code::Code;
use crate::diagnostic::{Applicability, Fix};
use crate::json;
use crate::name::INTERNAL_DATABASE;
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::Guesses;

/// A database, and the permission that grants it.
pub(super) struct Granted<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) token: usize,
    pub(super) permission: usize,
    pub(super) span: Span,
}

/// Whether they are compared at all.
pub(super) fn are_compared(context: &Context<'_>) -> bool {
    context.wants(Code::GrantedNotCreated, Some(Applicability::Ask))
        || context.wants(Code::CreatedNotGranted, None)
}

/// Compares what is granted with what is created, where both are known.
pub(super) fn compare(whole: &Whole<'_>, context: &mut Context<'_>) {
    let compared = Compared::new(whole);
    let mut told = Vec::new();
    if !whole.create_unreadable && context.wants(Code::GrantedNotCreated, Some(Applicability::Ask)) {
        told = granted_not_created(&compared, context);
    }
    if !whole.all_granted && !whole.unreadable && context.wants(Code::CreatedNotGranted, None) {
        told.sort_unstable();
        created_not_granted(&compared, context, &told);
    }
}

struct Compared<'w, 'a> {
    whole: &'w Whole<'a>,
    // In the order of the file, and as often as they are granted.
    not_created: Vec<&'w Granted<'a>>,
    // By the index in `create_databases`.
    is_granted: Vec<bool>,
}

impl<'w, 'a> Compared<'w, 'a> {
    fn new(whole: &'w Whole<'a>) -> Self {
        let items = whole.created.values().map(|(index, _)| index + 1).max().unwrap_or(0);
        let (mut not_created, mut is_granted) = (Vec::new(), vec![false; items]);
        for granted in whole.granted.iter().flatten() {
            match whole.created.get(&granted.name) {
                None => not_created.push(granted),
                Some((index, _)) => {
                    if let Some(is_granted) = is_granted.get_mut(*index) {
                        *is_granted = true;
                    }
                }
            }
        }
        if !not_created.is_sorted_by_key(|granted| granted.span) {
            not_created.sort_by_key(|granted| granted.span);
        }
        Self { whole, not_created, is_granted }
    }

    /// Whether somebody is granted a name that is created.
    fn is_granted(&self, name: &str) -> bool {
        let place = self.whole.created.get(name);
        place.and_then(|(index, _)| self.is_granted.get(*index)).is_some_and(|is_granted| *is_granted)
    }

    /// What is granted and not created, where it is first, and whether it is again.
    fn missing(&self, context: &Context<'_>) -> Vec<(&'w Granted<'a>, bool)> {
        let names: Vec<&str> = self.not_created.iter().map(|granted| granted.name.as_ref()).collect();
        let firsts = firsts(&names);
        let mut again = vec![false; names.len()];
        for (index, first) in firsts.iter().enumerate() {
            if let Some(again) = again.get_mut(*first).filter(|_| *first != index) {
                *again = true;
            }
        }
        let all = self.not_created.iter().zip(&firsts).zip(again).enumerate();
        // What stands in `create_databases` in a wrong spelling has its finding there.
        let is_missing = |granted: &Granted<'_>| {
            !is_told(context, &granted.name) && !self.whole.nearly_created.contains(granted.name.as_ref())
        };
        all.filter(|(index, ((granted, first), _))| *first == index && is_missing(granted))
            .map(|(_, ((granted, _), again))| (*granted, again))
            .collect()
    }
}

/// A name that has its finding already needs no second one.
fn is_told(context: &Context<'_>, name: &str) -> bool {
    let code = Code::PlaceholderName;
    name == INTERNAL_DATABASE
        || is_placeholder(name) && context.validator.severity(code, code.severity()).is_some()
}

/// Gives the created names of which it was said that they are meant.
fn granted_not_created<'w>(compared: &Compared<'w, '_>, context: &mut Context<'_>) -> Vec<&'w str> {
    let whole = compared.whole;
    let missing = compared.missing(context);
    let all: Vec<&str> = whole.created.keys().map(AsRef::as_ref).collect();
    // A misspelling stands in place of a name that nobody is granted, rather than beside one that somebody is.
    let free: Vec<&str> = all.iter().copied().filter(|name| !compared.is_granted(name)).collect();
    let mut guesses = Guesses::default();
    let mut told = Vec::new();
    let nears: Vec<Option<&str>> = if all.is_empty() {
        vec![None; missing.len()]
    } else {
        let near = |(granted, _): &(&Granted<'_>, bool)| {
            let near = guesses.meant(&granted.name, free.iter().copied());
            let near = near.or_else(|| guesses.meant(&granted.name, all.iter().copied()));
            near.filter(|near| may_show(near, near))
        };
        missing.iter().map(near).collect()
    };
    // One created name is not the misspelling of several.
    let mut times: HashMap<&str, usize, RandomState> = HashMap::default();
    for near in nears.iter().flatten() {
        *times.entry(near).or_default() += 1;
    }
    let names = missing.iter().map(|(granted, _)| granted.name.as_ref());
    let strangers: Vec<&str> = if matches!(whole.create_array, Some((_, Some(_)))) {
        Vec::new()
    } else {
        // Also those that a report does not keep.
        names.filter(|name| may_show(name, name)).collect()
    };
    for ((granted, again), near) in missing.into_iter().zip(nears) {
        let name = granted.name.as_ref();
        let near = near.and_then(|near| Some((near, whole.created.get(near)?.1)));
        // Where nobody is granted the name that comes near, both are one mistake.
        let pair = near.filter(|(near, _)| !compared.is_granted(near)).map(|(near, _)| near);
        told.extend(pair);
        let fix = || match (pair, near) {
            // What cannot be read may grant it once more.
            (Some(pair), _) if !again && !whole.unreadable && times.get(pair) == Some(&1) => {
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
fn created_not_granted(compared: &Compared<'_, '_>, context: &mut Context<'_>, told: &[&str]) {
    let unused = compared.whole.created.iter().filter(|(name, _)| !compared.is_granted(name));
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
