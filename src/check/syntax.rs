//! Text that is not JSON: what it is instead, and what can be known all the same.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::check::context::{At, Context, finding, replace_safely};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::json::{MAX_DEPTH, Unreadable};
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
        context.push(empty.help(form.smallest));
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
                        context.find(Code::JsonSyntax, span, || {
                            let found = finding(Code::JsonSyntax, span, At::File, message);
                            found.help("remove it").fix(replace_safely(span, ""))
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
                        context.find(Code::JsonSyntax, span, || {
                            finding(Code::JsonSyntax, span, At::File, message).help("remove it")
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
    context.absorb(decoded);
    context.push(describe(text, form, error));
    context
}

const fn place(text: &str, error: Unreadable) -> usize {
    match error {
        Unreadable::CutOff => text.len(),
        Unreadable::TooDeep(at) | Unreadable::Syntax(at) | Unreadable::Trailing(at) => at,
    }
}

pub(super) fn bare_token(span: Span, form: &Form) -> Diagnostic {
    let (message, help) = form.bare;
    finding(Code::BareToken, span, At::File, message).help(help)
}

fn describe(text: &str, form: &Form, error: Unreadable) -> Diagnostic {
    let bare = text.trim_matches([' ', '\t', '\r', '\n', '"', '\'']);
    if bare.starts_with(TOKEN_PREFIX) && !bare.contains(char::is_whitespace) {
        let start = text.find(bare).unwrap_or(0);
        return bare_token(Span::new(start, start + bare.len()), form);
    }
    let (at, message, help): (usize, &'static str, Option<&'static str>) = match error {
        Unreadable::TooDeep(at) => {
            let message = alloc::format!("arrays and objects are nested more than {MAX_DEPTH} deep");
            return finding(Code::NestedTooDeeply, Span::new(at, at + 1), At::File, message).help(form.depth);
        }
        Unreadable::CutOff => (
            text.len(),
            "the file ends too early: a string, array or object is not closed",
            Some("was it copied or written in full?"),
        ),
        Unreadable::Trailing(at) => trailing(text, at),
        Unreadable::Syntax(at) => {
            let (message, help) = cause(text, at);
            (at, message, help)
        }
    };
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let found = finding(Code::JsonSyntax, Span::new(at, at + length), At::File, message);
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

fn trailing(text: &str, at: usize) -> (usize, &'static str, Option<&'static str>) {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some('{' | '[') => (at, "a second JSON document begins here", Some("put all tokens into one object")),
        Some('}' | ']') => (at, "this bracket closes nothing", None),
        _ => (at, "there is text behind the end of the JSON", Some("remove it")),
    }
}

fn cause(text: &str, at: usize) -> (&'static str, Option<&'static str>) {
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default().trim_end();
    let last = before.chars().next_back();
    let first = rest.chars().next().unwrap_or(' ');
    let is_value_end = |c: char| matches!(c, '"' | '}' | ']') || c.is_ascii_alphanumeric();
    match first {
        '\'' => ("strings are in double quotes, not in single quotes", Some("write `\"`")),
        '\u{2018}'..='\u{201F}' => {
            ("strings are in plain double quotes, not in typographic ones", Some("write `\"`"))
        }
        '\0'..='\u{1F}' => (
            "a line break or control character stands in a string",
            Some("close the string on its line, or write `\\n`"),
        ),
        '"' | '{' | '[' if last.is_some_and(is_value_end) => {
            ("a `,` is missing before this", Some("separate values by `,`"))
        }
        '=' => ("a name and its value are separated by `:`", Some("write `:`")),
        'N' | 'T' | 'F' | 'I' if !before.ends_with('\\') => {
            ("this is not a JSON value", Some("JSON writes `null`, `true` and `false`, and no `NaN`"))
        }
        _ if before.ends_with('\\') => {
            ("this escape does not exist in JSON", Some("write `\\\\` for a backslash"))
        }
        '0'..='9' if last == Some('0') || before.ends_with("-0") => {
            ("a number does not begin with 0", Some("remove the leading zeros"))
        }
        _ if matches!(last, Some('{' | ',')) && (first.is_alphabetic() || first == '_') => {
            ("the name of a member is a string in double quotes", Some("write `\"` around it"))
        }
        ']' | '}' if last == Some(',') => ("a `,` stands before the closing bracket", Some("remove the `,`")),
        ']' | '}' if last == Some(':') => ("a value is missing here", None),
        ']' | '}' => ("this bracket does not close what is open", Some("check the brackets before it")),
        ',' => ("a value is missing before this `,`", Some("remove the `,`")),
        _ => ("this cannot stand here in JSON", Some("is a `\"` or a `,` missing before it?")),
    }
}

/// What stands in a text that JSON does not have, and what it is.
type Extra = (Span, &'static str);

/// The same text with blanks in place of comments and trailing commas, and where these are; none without them.
fn without_extras(text: &str) -> Option<(Zeroizing<String>, Vec<Extra>)> {
    let bytes = text.as_bytes();
    let mut clean = Zeroizing::new(text.as_bytes().to_vec());
    let mut extras = Vec::new();
    let mut comma = None;
    // A comment that does not end is looked through once.
    let mut ends = true;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let comment = match byte {
            b'"' => {
                at += string_length(rest);
                comma = None;
                continue;
            }
            b'#' => Some(line_length(rest)),
            b'/' if rest.starts_with(b"//") => Some(line_length(rest)),
            b'/' if ends && rest.starts_with(b"/*") => {
                let length = block_length(rest);
                ends = length.is_some();
                length
            }
            _ => None,
        };
        if let Some(length) = comment {
            let span = Span::new(at, at + length);
            extras.push((span, "there are no comments in JSON"));
            blank(&mut clean, span);
            at += length;
            continue;
        }
        match byte {
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    let span = Span::new(comma, comma + 1);
                    extras.push((span, "JSON allows no `,` after the last value"));
                    blank(&mut clean, span);
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => comma = None,
        }
        at += 1;
    }
    // Blanks stand for whole comments, so that what is left is UTF-8.
    let clean = Zeroizing::new(String::from_utf8(core::mem::take(&mut *clean)).ok()?);
    (!extras.is_empty()).then_some((clean, extras))
}

fn blank(text: &mut [u8], span: Span) {
    for byte in text.get_mut(span.range()).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' => return at + 1,
            // A string ends with its line, so that one missing quote does not turn the file inside out.
            b'\n' => return at,
            _ => 1,
        };
    }
    rest.len()
}

fn line_length(rest: &[u8]) -> usize {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    if rest.get(end.wrapping_sub(1)) == Some(&b'\r') { end - 1 } else { end }
}

fn block_length(rest: &[u8]) -> Option<usize> {
    rest.get(2..)?.windows(2).position(|window| window == b"*/").map(|at| at + 4)
}
