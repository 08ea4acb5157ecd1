//! What the grammar refuses, in the words of a finding, with a fix where one is known.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::check::context::{At, Context, finding, replace_on_request, replace_safely, with_fragment};
use crate::check::several::{apart, between_permissions, is_a_type, joined};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix, Replacement};
use crate::json::RawStr;
use crate::permission::{ParsePermissionError, Permission, PermissionErrorKind as Kind};
use crate::redact::mentions_token;
use crate::release::Release;
use crate::span::Span;

/// The place in the file of a place in the text; none where it is in no one piece of the file.
type Place<'p> = &'p mut dyn FnMut(Span) -> Option<Span>;

/// Everything that is wrong with a permission string that the grammar refuses.
pub(super) fn errors(context: &mut Context<'_>, at: At<'_>, string: RawStr<'_>, text: &str) {
    if context.is_damaged(string.inner()) {
        // What is wrong with the rest follows from what stood there, which nobody knows.
        return;
    }
    let may_be_several = text.bytes().filter(|byte| *byte == b':').nth(2).is_some();
    // First, as `db:a,db:b,db:c:read` may be read as two of which the first has no actions.
    if may_be_several && let Some(joined) = joined(text) {
        let fix = || Some(Fix::new(Applicability::Ask, joined.edits(string)));
        return joined.tell(context, at, string, fix);
    }
    let separators = if may_be_several { between_permissions(text) } else { Vec::new() };
    if let Some(first) = separators.first() {
        let place = string.place(Span::new(first.start(), text.len()));
        let fix = || Some(Fix::new(Applicability::Ask, apart(string, &separators)));
        context.find(Code::ExtraPart, place, fix, || {
            let message = "a string holds one permission, and this is one more";
            finding(Code::ExtraPart, place, at, message).with_help("write each as a string of its own")
        });
    }
    each_error(context, at, string, text, &separators);
}

/// The errors of each of the permissions that stand in one string.
pub(super) fn each_error(
    context: &mut Context<'_>,
    at: At<'_>,
    string: RawStr<'_>,
    text: &str,
    separators: &[Span],
) {
    let mut places = string.places();
    let mut start = 0;
    let ends = separators.iter().map(|separator| (separator.start(), separator.end()));
    for (end, next) in ends.chain([(text.len(), text.len())]) {
        let mut place = |span: Span| Some(places.place(Span::new(start + span.start(), start + span.end())));
        errors_in(context, at, text.get(start..end).unwrap_or_default(), &mut place, false);
        start = next;
    }
}

/// Where the third part would end with the type of another permission, but for white space or empty items: without them the
/// rest would be read in another way.
fn nearly_another(text: &str) -> Option<Span> {
    let mut colons = text.match_indices(':').skip(1).map(|(at, _)| at);
    let (start, end) = (colons.next()? + 1, colons.next()?);
    let actions = text.get(start..end)?;
    let is_separator = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
    let written = actions.trim_end_matches(is_separator);
    let word = written.rsplit(is_separator).next()?;
    let before = written.strip_suffix(word)?.trim_end();
    matches!(word, "db" | "system").then(|| Span::new(start + before.len(), end))
}

/// What a fix of one mistake must know of the rest of the text.
struct Parts {
    // Where each ends, and whether there is nothing in it but white space and commas.
    ends: Vec<(usize, bool)>,
    // Whether a word behind the type is a type, or what stands as one: then there may be two permissions here, and what
    // somebody wrote of one could come to mean other names or more actions.
    has_another_type: bool,
    // Whether `*` stands among several names, if only beside empty ones.
    has_all_among_names: bool,
    // What `*` stands for beside the other actions; none where both stand there.
    other_actions: Option<&'static str>,
}

impl Parts {
    fn of(text: &str) -> Self {
        let is_blank = |part: &str| part.chars().all(|c| c == ',' || c.is_whitespace());
        let mut end = 0;
        let ends = text.split(':').map(|part| {
            end += part.len() + 1;
            (end - 1, is_blank(part))
        });
        let (first, rest) = text.split_once(':').unwrap_or((text, ""));
        let first = first.trim();
        let is_separator = |c: char| matches!(c, ',' | ';' | ':') || c.is_whitespace();
        let is_one = |word: &str| is_a_type(word) || word.eq_ignore_ascii_case(first);
        let has_another_type = rest.split(is_separator).any(|word| !word.is_empty() && is_one(word));
        let mut lists = rest.split(':');
        let names = lists.next().unwrap_or_default();
        let has_several = names.contains('*') && names.contains(',');
        let has_all_among_names = has_several && names.split(',').any(|name| name.trim() == "*");
        let actions = lists.next().unwrap_or_default();
        let has_star = actions.contains('*');
        let has = |action| has_star && actions.split(',').any(|other| other.trim() == action);
        let other_actions = match (has("read"), has("write")) {
            (true, false) => Some("write"),
            (false, true) => Some("read"),
            (false, false) => Some("read,write"),
            (true, true) => None,
        };
        Self { ends: ends.collect(), has_another_type, has_all_among_names, other_actions }
    }

    /// Whether the part that ends at a place or behind it would be empty without its empty items.
    fn is_blank(&self, at: usize) -> bool {
        self.ends.get(self.ends.partition_point(|(end, _)| *end < at)).is_some_and(|(_, blank)| *blank)
    }
}

/// The same for a text that is put together from pieces of the file; what is in no one piece is left out.
/// Where each piece is a string (`is_in_pieces`), none becomes several.
pub(super) fn errors_in(
    context: &mut Context<'_>,
    at: At<'_>,
    text: &str,
    place: Place<'_>,
    is_in_pieces: bool,
) {
    if Permission::accept(text).is_some() {
        return;
    }
    let release = context.validator.release;
    // Looked for once, not for every fragment of a long text.
    let (hides, another, parts) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
    Permission::each_mistake(text, |mistake| {
        let Some(span) = place(mistake.span) else { return };
        let code = code(mistake.kind);
        let fix = || {
            let another: &Option<Span> = another.get_or_init(|| nearly_another(text));
            let joins = another.is_some_and(|another| {
                another.start() <= mistake.span.start() && mistake.span.end() <= another.end()
            });
            if joins {
                return None;
            }
            let fix = fix(&mistake.error(text), place, span, text, parts.get_or_init(|| Parts::of(text)))?;
            let is_several =
                |edit: &Edit| matches!(edit.replacement(), Replacement::Text(text) if text.contains(','));
            (!is_in_pieces || !fix.edits().iter().any(is_several)).then_some(fix)
        };
        context.find(code, span, fix, || {
            let error = mistake.error(text);
            let fragment = error.span().text(text).unwrap_or_default();
            let message = match error.kind() {
                Kind::UnknownResourceType
                | Kind::Glob
                | Kind::UnexpandedVariable
                | Kind::UnknownAction
                | Kind::ActionNotGrantable
                | Kind::ActionNotForType
                | Kind::UnknownSystemResource => {
                    let hides = *hides.get_or_init(|| mentions_token(text));
                    with_fragment(&error.message().to_string(), if hides { "" } else { fragment }, fragment)
                }
                // Only where it is spelt so is it taken for that.
                Kind::AdminPermission => admin_permission(release, is_admin(text)),
                _ => error.message().to_string(),
            };
            finding(code, span, at, message).with_help(help(release, &error, text))
        });
    });
}

/// The code of the same name.
const fn code(kind: Kind) -> Code {
    match kind {
        Kind::MissingPart(_) => Code::MissingPart,
        Kind::ExtraPart => Code::ExtraPart,
        Kind::EmptyPart(_) => Code::EmptyPart,
        Kind::EmptyItem { .. } => Code::EmptyItem,
        Kind::Whitespace => Code::Whitespace,
        Kind::UnknownResourceType => Code::UnknownResourceType,
        Kind::AdminPermission => Code::AdminPermission,
        Kind::MixedWildcard => Code::MixedWildcard,
        Kind::Glob => Code::Glob,
        Kind::BadDatabaseName(_) => Code::BadDatabaseName,
        Kind::DatabaseNameTooLong => Code::DatabaseNameTooLong,
        Kind::UnexpandedVariable => Code::UnexpandedVariable,
        Kind::UnknownAction => Code::UnknownAction,
        Kind::WildcardAction => Code::WildcardAction,
        Kind::ActionNotGrantable => Code::ActionNotGrantable,
        Kind::ActionNotForType => Code::ActionNotForType,
        Kind::UnknownSystemResource => Code::UnknownSystemResource,
    }
}

fn is_admin(text: &str) -> bool {
    text.starts_with("*:") && text.matches(':').count() == 2
}

fn admin_permission(release: Option<Release>, is_taken: bool) -> String {
    let message = "only an admin token has `*` as resource type";
    match release {
        _ if !is_taken => message.into(),
        Some(release) if release >= Release::WILDCARD_DATABASES => {
            format!("{message}, and release {release} refuses it")
        }
        Some(release) if release >= Release::OFFLINE_TOKENS => {
            format!("{message}, and release {release} would make a full admin token of it")
        }
        Some(_) => message.into(),
        None => format!("{message}; releases 3.4 to 3.9 would make a full admin token of it"),
    }
}

/// Whether a type that is not spelt right is all that keeps a release from taking the rest: of `* :*:*` an old one makes an
/// admin token, and of unknown system resources it dies.
fn harms_if_mended(text: &str, error: &ParsePermissionError) -> bool {
    let Some((first, rest)) = text.split_once(':') else { return false };
    // First, as the type may be long, and the errors behind it many.
    if error.span().end() > first.len() {
        return false;
    }
    let meant = error.suggestion().map_or_else(|| first.trim().to_ascii_lowercase(), String::from);
    meant == "*" || meant == "system" && Permission::accept(&format!("{meant}:{rest}")).is_none()
}

fn help(release: Option<Release>, error: &ParsePermissionError, text: &str) -> Cow<'static, str> {
    let is_system = text.starts_with("system:");
    let help = match error.kind() {
        Kind::WildcardAction if is_system => {
            Cow::Borrowed("write `read`, the only action on system resources")
        }
        _ => error.help(),
    };
    // Which names of system resources kill a server, as far as it was run; it takes them in any case, and `*` twice.
    let kills = match error.kind() {
        Kind::UnknownSystemResource | Kind::Glob => !error.differs_only_in_case(),
        Kind::MixedWildcard => {
            text.split(':').nth(1).is_some_and(|names| names.split(',').any(|name| name != "*"))
        }
        _ => false,
    };
    if !is_system || !kills {
        return help;
    }
    let old = Release::OFFLINE_TOKENS..Release::WILDCARD_DATABASES;
    let who = match release {
        Some(release) if old.contains(&release) => format!("release {release}"),
        Some(_) => return help,
        None => "a server of 3.4 to 3.9".into(),
    };
    let before = if help.ends_with('?') { " " } else { "; " };
    Cow::Owned(format!("{help}{before}{who} panics at this, and at every later start"))
}

fn fix(
    error: &ParsePermissionError,
    places: Place<'_>,
    place: Span,
    text: &str,
    parts: &Parts,
) -> Option<Fix> {
    let is_system = text.starts_with("system:");
    let fragment = error.span().text(text).unwrap_or_default();
    let is_type = matches!(error.kind(), Kind::Whitespace | Kind::UnknownResourceType);
    if is_type && harms_if_mended(text, error) {
        return None;
    }
    let changes_a_word = !matches!(error.kind(), Kind::Whitespace | Kind::EmptyItem { .. });
    if changes_a_word && parts.has_another_type {
        return None;
    }
    Some(match error.kind() {
        Kind::ExtraPart => {
            let start = error.span().start();
            // Not where the result would have other mistakes.
            let (before, after) = text.split_at_checked(start)?;
            if after.bytes().all(|byte| byte == b':') {
                return Permission::accept(before).map(|_| replace_on_request(place, ""));
            }
            Permission::accept(&format!("{before}{}", after.replace(':', ",")))?;
            let colons = fragment.match_indices(':').map(|(at, _)| Span::new(start + at, start + at + 1));
            let edits: Option<Vec<Edit>> = colons.map(|colon| Some(Edit::new(places(colon)?, ","))).collect();
            Fix::new(Applicability::Ask, edits?)
        }
        Kind::EmptyItem { .. } => {
            let end = error.span().end();
            if parts.is_blank(end) {
                return None;
            }
            // A variable that is not set may have stood in front of all databases.
            let is_name = parts.ends.get(1).is_some_and(|(names, _)| end <= *names);
            let is_doubtful = is_name && parts.has_all_among_names;
            let replace = if is_doubtful { replace_on_request } else { replace_safely };
            replace(places(with_its_comma(error.span(), text)?)?, "")
        }
        Kind::Whitespace => {
            // Where nothing else stands between two separators, an empty item or part would be left.
            let (start, end) = (error.span().start(), error.span().end());
            let is_edge = |c: Option<char>| c.is_none_or(|c| matches!(c, ':' | ','));
            let before = is_edge(text.get(..start)?.chars().next_back());
            let after = is_edge(text.get(end..)?.chars().next());
            (!(before && after)).then(|| replace_safely(place, ""))?
        }
        // `db:a:*:read` is for a table, or for two databases; nobody wrote that all of one may be written.
        Kind::MixedWildcard | Kind::WildcardAction if parts.ends.len() > 3 => return None,
        Kind::MixedWildcard => replace_on_request(place, "*"),
        Kind::WildcardAction if is_system => replace_on_request(place, "read"),
        Kind::WildcardAction => match parts.other_actions {
            Some(others) => replace_on_request(place, others),
            None => replace_on_request(places(with_its_comma(error.span(), text)?)?, ""),
        },
        Kind::ActionNotForType => replace_on_request(place, "read"),
        _ if error.differs_only_in_case() => replace_safely(place, error.suggestion()?),
        _ => replace_on_request(place, error.suggestion()?),
    })
}

/// An item of a list with the comma before it, or else the one behind it.
fn with_its_comma(item: Span, text: &str) -> Option<Span> {
    let (start, end) = (item.start(), item.end());
    if text.get(..start)?.ends_with(',') {
        return Some(Span::new(start - 1, end));
    }
    text.get(end..)?.starts_with(',').then(|| Span::new(start, end + 1))
}
