//! Text that is not JSON: what it is instead, and what can be known all the same.

use alloc::vec::Vec;

use crate::check::context::{At, Context, finding, is_unseen, replace_on_request, replace_safely};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::json::{MAX_DEPTH, Unreadable, without_extras};
use crate::permission::variables;
use crate::redact::mentions_token;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

/// What a kind of file looks like, for messages.
pub(super) struct Form {
    /// Where there is nothing at all.
    pub(super) smallest: &'static str,
    /// Where there is only a token.
    pub(super) bare: (&'static str, &'static str),
    /// Where brackets are nested too deeply.
    pub(super) depth: &'static str,
}

/// What was found, and the value where it is sound; or the place that cannot be read, and what was found in front of it.
pub(super) type Attempt<'v, T> = (Context<'v>, Result<Option<T>, Unreadable>);

/// Reads a text, and again without its comments and trailing commas where it has any: then no value is to be made.
pub(super) fn read<'v, T>(
    mut context: Context<'v>,
    text: &str,
    form: &Form,
    attempt: impl Fn(Context<'v>, &str, bool) -> Attempt<'v, T>,
) -> (Context<'v>, Option<T>) {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        let message = "there is nothing in the file";
        let empty = finding(Code::EmptyFile, Span::new(0, 0), At::File, message);
        context.push(empty.with_help(form.smallest));
        return (context, None);
    }
    match attempt(context.fresh(), text, true) {
        (decoded, Ok(file)) => {
            context.absorb(decoded);
            (context, file)
        }
        (decoded, Err(error)) => {
            let Some((clean, extras)) = without_extras(text) else {
                return (give_up(context, decoded, text, form, error), None);
            };
            match attempt(context.fresh(), &clean, false) {
                (decoded, Ok(_)) => {
                    // All that was wrong were these, so that taking them out is safe.
                    for (span, message) in extras {
                        // But for a token that only a comment holds.
                        let comment = span.text(text).unwrap_or_default();
                        let holds_token = mentions_token(comment) || comment.contains("\\u");
                        let remove = if holds_token { replace_on_request } else { replace_safely };
                        let fix = || Some(remove(span, ""));
                        context.find(Code::JsonSyntax, span, fix, || {
                            finding(Code::JsonSyntax, span, At::File, message).with_help("remove it")
                        });
                    }
                    context.absorb(decoded);
                    (context, None)
                }
                (_, Err(again))
                    if !clean.trim_start().starts_with(['{', '[']) || place(&clean, again) == 0 =>
                {
                    (give_up(context, decoded, text, form, error), None)
                }
                (decoded, Err(again)) => {
                    // What looks like a comment behind the error may be something else.
                    for (span, message) in
                        extras.into_iter().filter(|(span, _)| span.start() < place(&clean, again))
                    {
                        context.tell(Code::JsonSyntax, span, || {
                            finding(Code::JsonSyntax, span, At::File, message).with_help("remove it")
                        });
                    }
                    (give_up(context, decoded, &clean, form, again), None)
                }
            }
        }
    }
}

fn give_up<'v>(
    mut context: Context<'v>,
    decoded: Context<'v>,
    text: &str,
    form: &Form,
    error: Unreadable,
) -> Context<'v> {
    // Of a file without its braces it is not to be said that it is a string.
    if !lacks_braces(text, error) {
        context.absorb(decoded);
    }
    context.push(describe(text, form, error));
    context
}

/// Whether a text begins with the name of a member, where its object should.
fn lacks_braces(text: &str, error: Unreadable) -> bool {
    let Unreadable::Trailing(at) = error else { return false };
    text.trim_start().starts_with('"') && text.get(at..).is_some_and(|rest| rest.starts_with(':'))
}

const fn place(text: &str, error: Unreadable) -> usize {
    match error {
        Unreadable::CutOff => text.len(),
        Unreadable::TooDeep(at) | Unreadable::Syntax(at) | Unreadable::Trailing(at) => at,
    }
}

pub(super) fn bare_token(span: Span, form: &Form) -> Diagnostic {
    let (message, help) = form.bare;
    finding(Code::BareToken, span, At::File, message).with_help(help)
}

fn describe(text: &str, form: &Form, error: Unreadable) -> Diagnostic {
    if let Some(token) = only_tokens(text) {
        return bare_token(token, form);
    }
    let (at, message, help): (usize, &'static str, &'static str) = match error {
        Unreadable::TooDeep(at) => {
            let message = alloc::format!("arrays and objects are nested more than {MAX_DEPTH} deep");
            return finding(Code::NestedTooDeeply, Span::new(at, at + 1), At::File, message)
                .with_help(form.depth);
        }
        Unreadable::CutOff => (
            text.len(),
            "the file ends too early: a string, array or object is not closed",
            "was it copied or written in full?",
        ),
        Unreadable::Trailing(_) if lacks_braces(text, error) => (
            text.len() - text.trim_start().len(),
            "the file begins with a member, and not with the `{` of an object",
            "put `{` and `}` around the whole",
        ),
        Unreadable::Trailing(at) => trailing(text, at),
        Unreadable::Syntax(at) => {
            let at = unicode_escape(text, at).unwrap_or(at);
            match (other_format(text, at), variable(text, at)) {
                (Some(other), _) => other,
                (None, Some(span)) => {
                    let message = "a variable or a template stands here, and was not filled in";
                    return finding(Code::JsonSyntax, span, At::File, message)
                        .with_help("fill it in before; a text stands in double quotes then");
                }
                (None, None) => {
                    let (message, help) = cause(text, at);
                    (at, message, help)
                }
            }
        }
    };
    finding(Code::JsonSyntax, wrong_piece(text, at), At::File, message).with_help(help)
}

/// The variable outside of a string that begins at a place, or has its second byte there.
fn variable(text: &str, at: usize) -> Option<Span> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
    let line = text.get(start..)?.lines().next()?;
    let found = variables(line).into_iter().map(|span| Span::new(start + span.start(), start + span.end()));
    let is_here = |span: &Span| span.start() <= at && at <= span.start() + 1;
    let in_string = || Open::before(text.get(..at).unwrap_or_default()).in_string;
    let variable =
        found.filter(is_here).find(|span| span.text(text).is_some_and(|text| !text.contains('"')))?;
    (!in_string()).then_some(variable)
}

/// Where the `u` of an escape without four digits stands: what reads it tells the last of the four characters behind it.
fn unicode_escape(text: &str, at: usize) -> Option<usize> {
    let (before, escape) = text.split_at_checked(at.checked_sub(4)?)?;
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    let digits = escape.strip_prefix('u')?.bytes().take(4);
    let wrong = backslashes % 2 == 1 && !digits.fold(true, |right, byte| right & byte.is_ascii_hexdigit());
    wrong.then_some(before.len())
}

/// The word, the escape or the character at a place.
fn wrong_piece(text: &str, at: usize) -> Span {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return Span::new(at, at) };
    if text.get(..at).is_some_and(|before| before.ends_with('\\')) {
        return Span::new(at - 1, at + first.len_utf8());
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    Span::new(at, at + word.max(first.len_utf8()))
}

/// The first token of a text that has nothing else in it: alone, as `Bearer apiv3_…`, or as `NAME=apiv3_…`.
fn only_tokens(text: &str) -> Option<Span> {
    let mut first = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let word = line.rsplit([' ', '\t', '=']).next().unwrap_or_default();
        let token = word.trim_matches(['"', '\'']);
        if !token.starts_with(TOKEN_PREFIX) || line.starts_with(['{', '[', '-']) {
            return None;
        }
        first = first.or(Some(token));
    }
    let token = first?;
    let start = text.find(token)?;
    Some(Span::new(start, start + token.len()))
}

/// Where a text of another format begins, and what it is as far as that is plain.
fn other_format(text: &str, at: usize) -> Option<(usize, &'static str, &'static str)> {
    const HELP: &str = "a tokens file is a JSON object: `{\"tokens\": […]}`";
    let begin = |from: usize| Some(from + text.get(from..)?.find(|c: char| !c.is_ascii_whitespace())?);
    let mut start = begin(0)?;
    // YAML and others have comments, which may stand first.
    while text.get(start..)?.starts_with('#') {
        start = begin(start + text.get(start..)?.find('\n')?)?;
    }
    let at = at.max(start);
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '<');
    let begins = text.get(start..at)?.chars().all(is_word);
    let behind = text.get(start..)?.trim_start_matches(is_word);
    let marked = text.get(start..)?.strip_prefix("---");
    let is_yaml = marked.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n']))
        || behind
            .strip_prefix(':')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n']));
    match text.get(start..)?.chars().next()? {
        '<' if text.get(start..)?.starts_with("<<<<<<<") => Some((
            start,
            "this is a mark of two versions of the file that were not merged",
            "keep one of them, or what belongs into the file of both, and remove the marks",
        )),
        '<' if begins => Some((start, "this is HTML or XML, and not JSON", HELP)),
        first if begins && is_yaml && (first.is_alphabetic() || first == '-') => {
            Some((start, "this looks like YAML, and a tokens file is JSON", HELP))
        }
        first if begins && (first.is_alphabetic() || first == '-') => {
            Some((start, "the file does not begin with `{`, so it is not JSON", HELP))
        }
        _ => None,
    }
}

fn trailing(text: &str, at: usize) -> (usize, &'static str, &'static str) {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some('{' | '[') => (at, "a second JSON document begins here", "put all tokens into one object"),
        Some('}' | ']') => (at, "this bracket closes nothing", "remove it"),
        _ => (at, "there is text behind the end of the JSON", "remove it"),
    }
}

/// What is open in front of a place.
#[derive(Default)]
struct Open {
    brackets: Vec<u8>,
    in_string: bool,
    // Whether the last string was the name of a member.
    after_name: bool,
}

impl Open {
    fn before(text: &str) -> Self {
        let mut open = Self::default();
        let mut last = b' ';
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' if open.in_string => _ = bytes.next(),
                b'"' => {
                    open.in_string = !open.in_string;
                    if open.in_string {
                        open.after_name = matches!(last, b'{' | b',') && open.brackets.last() == Some(&b'{');
                    }
                    last = byte;
                }
                _ if open.in_string || byte.is_ascii_whitespace() => {}
                _ => {
                    match byte {
                        b'{' | b'[' => open.brackets.push(byte),
                        b'}' | b']' => _ = open.brackets.pop(),
                        _ => {}
                    }
                    open.after_name = false;
                    last = byte;
                }
            }
        }
        open
    }
}

fn cause(text: &str, at: usize) -> (&'static str, &'static str) {
    let open = Open::before(text.get(..at).unwrap_or_default());
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default().trim_end();
    let last = before.chars().next_back();
    let first = rest.chars().next().unwrap_or(' ');
    let is_value_end = |c: char| matches!(c, '"' | '}' | ']') || c.is_ascii_alphanumeric();
    match first {
        '\'' => ("strings are in double quotes, not in single quotes", "write `\"`"),
        '\u{2018}'..='\u{201F}' => {
            ("strings are in plain double quotes, not in typographic ones", "write `\"`")
        }
        '\0'..='\u{1F}' if open.in_string => (
            "a line break or control character stands in a string",
            "close the string on its line, or write `\\n`",
        ),
        '\0' => ("a zero byte stands here: the file may be UTF-16", "save it as UTF-8"),
        _ if is_unseen(first) => (
            "a space that JSON does not know, or a character that is not seen, stands here",
            "remove it, or write a plain space",
        ),
        _ if open.after_name && !open.in_string => ("a name and its value are separated by `:`", "write `:`"),
        '"' | '{' | '[' if last.is_some_and(is_value_end) => {
            ("a `,` is missing before this", "separate values by `,`")
        }
        'N' | 'T' | 'F' | 'I' if !before.ends_with('\\') => {
            ("this is not a JSON value", "JSON writes `null`, `true` and `false`, and no `NaN`")
        }
        _ if before.ends_with('\\') => ("this escape does not exist in JSON", "write `\\\\` for a backslash"),
        '0'..='9' if last == Some('0') || before.ends_with("-0") => {
            ("a number does not begin with 0", "remove the leading zeros")
        }
        _ if matches!(last, Some('{' | ',')) && (first.is_alphabetic() || first == '_') => {
            ("the name of a member is a string in double quotes", "write `\"` around it")
        }
        ']' | '}' if last == Some(',') => ("a `,` stands before the closing bracket", "remove the `,`"),
        ']' | '}' if last == Some(':') => ("a value is missing here", "write it behind the `:`"),
        ']' | '}' => ("this bracket does not close what is open", "check the brackets before it"),
        ',' if last == Some(':') => {
            ("a value is missing here", "write it behind the `:`; was a variable not set?")
        }
        ',' if matches!(last, Some('.' | 'e' | 'E' | '+' | '-')) => {
            ("a number is not finished here", "write its digits")
        }
        ',' => ("a value is missing before this `,`", "remove the `,`"),
        _ => ("this cannot stand here in JSON", "is a `\"` or a `,` missing before it?"),
    }
}
