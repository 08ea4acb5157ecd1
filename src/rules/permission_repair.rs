//! The repairs of invalid permissions.

use crate::diagnostic::Applicability;
use crate::permission::{DatabaseActions, Mistake, PermissionErrorKind as Kind};
use crate::span::Span;

/// The repair of one mistake: a span of the permission and its new text.
pub(super) struct Repair {
    pub(super) applicability: Applicability,
    pub(super) span: Span,
    pub(super) text: String,
    /// The right that it grants beyond the text.
    pub(super) effect: Option<String>,
}

/// Returns a repair of each mistake; `None` if one of them has none.
pub(super) fn repairs(text: &str, mistakes: &[Mistake]) -> Option<Vec<Repair>> {
    // With an extra part, it is not certain which parts the other errors are in.
    if mistakes.len() > 1 && mistakes.iter().any(|mistake| mistake.kind == Kind::ExtraPart) {
        return None;
    }
    let context = Context::new(text);
    let repairs = mistakes.iter().map(|mistake| context.repair(*mistake));
    let mut repairs = repairs.collect::<Option<Vec<Repair>>>()?;
    let applicability = repairs.iter().map(|repair| repair.applicability).max()?;
    for repair in &mut repairs {
        repair.applicability = applicability;
    }
    // Two repairs of the same bytes contradict each other.
    let mut spans: Vec<Span> = repairs.iter().map(|repair| repair.span).collect();
    spans.sort_unstable();
    spans.is_sorted_by(|one, next| one.end() <= next.start()).then_some(repairs)
}

/// The permission that contains a mistake.
struct Context<'t> {
    text: &'t str,
    actions: &'t str,
    is_system: bool,
    has_wildcard_name: bool,
    // Whether a name or action is a type: the text may contain a second permission, and a repair might grant more.
    has_type: bool,
}

impl<'t> Context<'t> {
    fn new(text: &'t str) -> Self {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let (names, actions) = rest.split_once(':').unwrap_or((rest, ""));
        let kind = kind.trim();
        let is_separator = |c: char| matches!(c, ',' | ';' | ':') || c.is_whitespace();
        let is_type = |word: &str| {
            ["db", "system"].iter().any(|known| known.eq_ignore_ascii_case(word))
                || !word.is_empty() && word == kind
        };
        Self {
            text,
            actions,
            is_system: kind.eq_ignore_ascii_case("system"),
            has_wildcard_name: names.split(',').any(|name| name.trim() == "*"),
            has_type: rest.split(is_separator).any(is_type),
        }
    }

    /// Returns the repair of a mistake, if there is a likely one.
    fn repair(&self, mistake: Mistake) -> Option<Repair> {
        let (kind, span) = (mistake.kind, mistake.span);
        if self.has_type && !matches!(kind, Kind::Whitespace | Kind::EmptyItem { .. }) {
            return None;
        }
        let repair = |applicability, span, text: &str, effect| {
            Some(Repair { applicability, span, text: text.into(), effect })
        };
        let everything = || Some("grants the actions on everything".into());
        match kind {
            Kind::Whitespace => repair(Applicability::Safe, span, "", None),
            // An unset variable may have been next to the wildcard.
            Kind::EmptyItem { .. } if self.has_wildcard_name => {
                repair(Applicability::Unsafe, self.with_comma(span)?, "", everything())
            }
            Kind::EmptyItem { .. } => repair(Applicability::Safe, self.with_comma(span)?, "", None),
            // Each `:` is probably a comma between actions.
            Kind::ExtraPart => {
                let extra = span.text(self.text)?;
                let is_empty = extra.bytes().all(|byte| byte == b':');
                let actions = if is_empty { String::new() } else { extra.replace(':', ",") };
                repair(Applicability::Unsafe, span, &actions, None)
            }
            Kind::MixedWildcard => repair(Applicability::Unsafe, span, "*", everything()),
            Kind::WildcardAction | Kind::ActionNotForType => {
                let actions = self.missing_actions();
                if actions.is_empty() {
                    return repair(Applicability::Unsafe, self.with_comma(span)?, "", None);
                }
                repair(Applicability::Unsafe, span, actions.as_str(), Some(format!("grants `{actions}`")))
            }
            _ => {
                let error = mistake.error(self.text);
                let suggestion = error.suggestion()?;
                if error.differs_only_in_case() {
                    return repair(Applicability::Safe, span, suggestion, None);
                }
                let effect = match kind {
                    Kind::UnknownAction | Kind::ActionNotGrantable => Some(format!("grants `{suggestion}`")),
                    Kind::UnknownSystemResource => Some(format!("grants the actions on `{suggestion}`")),
                    _ => None,
                };
                repair(Applicability::Unsafe, span, suggestion, effect)
            }
        }
    }

    /// Returns the actions that `*` adds to the others.
    fn missing_actions(&self) -> DatabaseActions {
        let write = if self.is_system { DatabaseActions::EMPTY } else { DatabaseActions::WRITE };
        let has = |action: &str| self.actions.split(',').any(|other| other.trim() == action);
        (DatabaseActions::READ | write).iter().filter(|action| !action.names().all(has)).collect()
    }

    /// Returns the span of an item with the comma before it, or else the one after it.
    fn with_comma(&self, item: Span) -> Option<Span> {
        let (start, end) = (item.start(), item.end());
        if self.text.get(..start)?.ends_with(',') {
            return Some(Span::new(start - 1, end));
        }
        self.text.get(end..)?.starts_with(',').then(|| Span::new(start, end + 1))
    }
}
