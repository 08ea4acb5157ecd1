//! Repairs of invalid permissions: a text is repaired as a whole, or not at all.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::permission_join::is_type;
use crate::diagnostic::Applicability;
use crate::permission::{DatabaseActions, Mistake, Permission, PermissionErrorKind as Kind};
use crate::span::Span;

/// The repair of one mistake, in the text of its permission.
#[derive(Clone, Debug)]
pub(super) struct Repair {
    pub(super) applicability: Applicability,
    pub(super) edits: Vec<(Range<usize>, Cow<'static, str>)>,
    /// The right that it grants beyond the text.
    pub(super) effect: Option<String>,
}

/// Returns the repair of each mistake, if all together make the permission valid.
pub(super) fn repairs(text: &str, mistakes: &[Mistake]) -> Option<Vec<Repair>> {
    // With an extra part, it is not certain which parts the other errors are in.
    if mistakes.len() > 1 && mistakes.iter().any(|mistake| mistake.kind == Kind::ExtraPart) {
        return None;
    }
    let parts = Parts::new(text);
    let mut repairs: Vec<Repair> =
        mistakes.iter().map(|mistake| repair(text, *mistake, &parts)).collect::<Option<_>>()?;
    let mut edits: Vec<_> = repairs.iter().flat_map(|repair| &repair.edits).collect();
    edits.sort_unstable_by_key(|(range, _)| (range.start, range.end));
    let mut repaired = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        // Two repairs of the same bytes contradict each other.
        repaired.push_str(text.get(at..range.start)?);
        repaired.push_str(new);
        at = range.end;
    }
    repaired.push_str(text.get(at..)?);
    Permission::accept(&repaired)?;
    let applicability = repairs.iter().map(|repair| repair.applicability).max()?;
    for repair in &mut repairs {
        repair.applicability = applicability;
    }
    Some(repairs)
}

/// The parts of the whole text, as context of a repair.
struct Parts<'t> {
    names: &'t str,
    actions: &'t str,
    is_system: bool,
    // Whether a name or action is a type. The text may then hold a second permission, and a repair might grant more.
    has_type: bool,
}

impl<'t> Parts<'t> {
    fn new(text: &'t str) -> Self {
        let mut parts = text.split(':');
        let [kind, names, actions] =
            [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
        let is_separator = |c: char| matches!(c, ',' | ';' | ':') || c.is_whitespace();
        let rest = text.split_once(':').map_or("", |(_, rest)| rest);
        let has_type =
            rest.split(is_separator).any(|word| is_type(word) || !word.is_empty() && word == kind.trim());
        Self { names, actions, is_system: kind.trim().eq_ignore_ascii_case("system"), has_type }
    }

    fn has_wildcard_name(&self) -> bool {
        self.names.split(',').any(|name| name.trim() == "*")
    }

    /// Returns the actions that `*` adds to the others.
    fn actions_of_wildcard(&self) -> DatabaseActions {
        let all = DatabaseActions::READ | DatabaseActions::WRITE;
        let all = if self.is_system { DatabaseActions::READ } else { all };
        let has = |action: &str| self.actions.split(',').any(|other| other.trim() == action);
        all.iter().filter(|action| !action.names().all(has)).collect()
    }
}

const GRANTS_EVERYTHING: &str = "grants the actions on everything";

fn repair(text: &str, mistake: Mistake, parts: &Parts<'_>) -> Option<Repair> {
    let span = mistake.span;
    let new = |applicability, range: Span, new: Cow<'static, str>| {
        Some(Repair { applicability, edits: Vec::from([(range.range(), new)]), effect: None })
    };
    if parts.has_type && !matches!(mistake.kind, Kind::Whitespace | Kind::EmptyItem { .. }) {
        return None;
    }
    match mistake.kind {
        Kind::Whitespace => new(Applicability::Safe, span, "".into()),
        Kind::EmptyItem { .. } => {
            // An unset variable may have been next to the wildcard.
            let is_ambiguous = parts.has_wildcard_name();
            let applicability = if is_ambiguous { Applicability::Unsafe } else { Applicability::Safe };
            let effect = is_ambiguous.then(|| GRANTS_EVERYTHING.into());
            Some(Repair { effect, ..new(applicability, with_comma(span, text)?, "".into())? })
        }
        Kind::ExtraPart => extra_part(text, span),
        Kind::MixedWildcard => Some(Repair {
            effect: Some(GRANTS_EVERYTHING.into()),
            ..new(Applicability::Unsafe, span, "*".into())?
        }),
        Kind::WildcardAction | Kind::ActionNotForType => {
            let actions = parts.actions_of_wildcard();
            let is_left = actions.is_empty();
            let (range, text) =
                if is_left { (with_comma(span, text)?, "") } else { (span, actions.as_str()) };
            let effect = (!actions.is_empty()).then(|| format!("grants `{actions}`"));
            Some(Repair { effect, ..new(Applicability::Unsafe, range, text.into())? })
        }
        _ => {
            let error = mistake.error(text);
            let is_safe = error.differs_only_in_case();
            let applicability = if is_safe { Applicability::Safe } else { Applicability::Unsafe };
            let meant = error.suggestion()?;
            let effect = match mistake.kind {
                Kind::UnknownAction | Kind::ActionNotGrantable => Some(format!("grants `{meant}`")),
                Kind::UnknownSystemResource => Some(format!("grants the actions on `{meant}`")),
                _ => None,
            };
            let effect = effect.filter(|_| !is_safe);
            Some(Repair { effect, ..new(applicability, span, meant.into())? })
        }
    }
}

/// Turns extra parts into actions.
fn extra_part(text: &str, span: Span) -> Option<Repair> {
    let extra = span.text(text)?;
    let edits = if extra.bytes().all(|byte| byte == b':') {
        Vec::from([(span.range(), Cow::Borrowed(""))])
    } else {
        let colons = extra.match_indices(':').map(|(at, _)| span.start() + at);
        colons.map(|at| (at..at + 1, Cow::Borrowed(","))).collect()
    };
    Some(Repair { applicability: Applicability::Unsafe, edits, effect: None })
}

/// Returns the span of an item with the comma before it, or else the one after it.
fn with_comma(item: Span, text: &str) -> Option<Span> {
    let (start, end) = (item.start(), item.end());
    if text.get(..start)?.ends_with(',') {
        return Some(Span::new(start - 1, end));
    }
    text.get(end..)?.starts_with(',').then(|| Span::new(start, end + 1))
}
