//! What fixes do to a file, told by the findings that they are for: `Validator::fix_file` only counts them.

use std::collections::BTreeMap;

use influxdb3_offline_tokens::{
    Applicability, CheckedFile, Code, Diagnostic, Edit, Fix, GenerateTokenError, LineIndex, Location,
    Replacement, Span, Token, Validator, redact,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{masked, printable};

/// One fix.
pub(crate) struct Mended {
    pub(crate) code: Code,
    /// Where it was, in the file before any fix; none where it is about the file itself.
    pub(crate) place: Option<Location>,
    message: String,
    secret: Option<NewSecret>,
}

/// A token was replaced by a new one.
struct NewSecret {
    /// Of the token, where it has one that may be shown.
    name: Option<String>,
}

impl Mended {
    /// What was wrong, and that a token is another now: the programs that have the old one must be told.
    pub(crate) fn message(&self) -> String {
        match &self.secret {
            None => self.message.clone(),
            Some(NewSecret { name: Some(name) }) => {
                format!("token `{name}` has a new secret: {}", self.message)
            }
            Some(NewSecret { name: None }) => format!("this token has a new secret: {}", self.message),
        }
    }

    pub(crate) fn has_new_secret(&self) -> bool {
        self.secret.is_some()
    }
}

/// What all fixes of a file will do, as the findings say it.
pub(crate) struct Foreseen {
    pub(crate) mended: Vec<Mended>,
    /// The text that comes of it, without the secrets.
    shown: String,
}

impl Foreseen {
    /// Makes the fixes of all findings in memory, again and again, as one can uncover others.
    pub(crate) fn of(
        validator: &Validator,
        file: &CheckedFile,
        up_to: Applicability,
    ) -> Result<Self, GenerateTokenError> {
        // As many rounds as the library makes.
        const ROUNDS: usize = 32;
        let is_of_the_mode =
            |found: &&Diagnostic| up_to == Applicability::Ask && found.code() == Code::ReadableByOthers;
        let mode = file.report().iter().find(is_of_the_mode).map(|found| Mended {
            code: found.code(),
            place: None,
            message: found.message().to_owned(),
            secret: None,
        });
        let mut mended: Vec<Mended> = mode.into_iter().collect();
        let lines = LineIndex::new(file.as_bytes());
        let mut text = Zeroizing::new(file.as_bytes().to_vec());
        let mut rounds: Vec<Round> = Vec::new();
        for _ in 0..ROUNDS {
            let again = (!rounds.is_empty()).then(|| validator.check(&text));
            let mut chosen = Chosen::default();
            for found in again.as_ref().unwrap_or(file.report()) {
                let Some(fix) = found.fixes().iter().find(|fix| fix.applicability() <= up_to) else {
                    continue;
                };
                if chosen.take(fix, mended.len()) {
                    let at = rounds.iter().rev().fold(found.span().start(), |at, round| round.before(at));
                    mended.push(Mended {
                        code: found.code(),
                        place: Some(lines.location(at)),
                        message: found.message().to_owned(),
                        secret: None,
                    });
                }
            }
            if chosen.edits.is_empty() {
                break;
            }
            let (next, round) = chosen.splice(&text)?;
            text = next;
            rounds.push(round);
        }
        let shown = if mended.is_empty() { String::new() } else { redact(&text) };
        let names = names(&text, &shown);
        for (number, secret) in rounds.iter().flat_map(|round| &round.secrets) {
            if let Some(mended) = mended.get_mut(*number) {
                mended.secret = Some(NewSecret { name: names.get(secret.expose()).cloned() });
            }
        }
        Ok(Self { mended, shown })
    }

    /// Whether just that was done. If not, another program has changed the file, too.
    pub(crate) fn came_true(&self, text: &[u8]) -> bool {
        self.mended.is_empty() || redact(text) == self.shown
    }
}

/// The edits of a round by where they begin, each with the number of its fix.
#[derive(Default)]
struct Chosen<'f> {
    edits: BTreeMap<usize, Vec<(&'f Edit, usize)>>,
}

impl<'f> Chosen<'f> {
    /// Takes a fix, if it overlaps none that was taken before.
    fn take(&mut self, fix: &'f Fix, number: usize) -> bool {
        let takes = fix.edits().iter().all(|edit| self.is_free(edit));
        if takes {
            for edit in fix.edits() {
                self.edits.entry(edit.span().start()).or_default().push((edit, number));
            }
        }
        takes
    }

    /// As all that were taken are apart, only those next to it can overlap it.
    fn is_free(&self, edit: &Edit) -> bool {
        let start = edit.span().start();
        let beside = [self.edits.range(..start).next_back(), self.edits.range(start..).next()];
        let mut beside = beside.into_iter().flatten().flat_map(|(_, others)| others);
        beside.all(|(other, _)| are_apart(edit, other))
    }

    fn splice(&self, text: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Round), GenerateTokenError> {
        let mut round = Round::default();
        let new = |edit: &Edit| match edit.replacement() {
            Replacement::Text(text) => text.len(),
            _ => LONGEST_TOKEN,
        };
        let grown: usize = self.edits.values().flatten().map(|(edit, _)| new(edit)).sum();
        // No larger buffer is needed, so none is left behind unwiped.
        let mut result = Zeroizing::new(Vec::with_capacity(text.len() + grown));
        let mut at = 0;
        for (edit, number) in self.edits.values().flatten() {
            let old = edit.span();
            result.extend_from_slice(text.get(at..old.start()).unwrap_or_default());
            let start = result.len();
            if let Replacement::Text(text) = edit.replacement() {
                result.extend_from_slice(text.as_bytes());
            } else {
                let token = Token::generate()?;
                result.extend_from_slice(token.expose().as_bytes());
                round.secrets.push((*number, token));
            }
            round.moved.push((Span::new(start, result.len()), old));
            at = old.end();
        }
        result.extend_from_slice(text.get(at..).unwrap_or_default());
        Ok((result, round))
    }
}

/// The length of a token that is generated.
const LONGEST_TOKEN: usize = 92;

fn are_apart(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.span(), other.span());
    let appends =
        |edit: &Edit| matches!(edit.replacement(), Replacement::Text(text) if text.starts_with(','));
    // Two items that are appended to one list stand behind each other.
    let both_append = a == b && a.is_empty() && appends(one) && appends(other);
    both_append || a.start() != b.start() && (a.end() <= b.start() || b.end() <= a.start())
}

/// What was done in one round.
#[derive(Default)]
struct Round {
    /// What stands in a place now, and what stood there before; in the order of the text.
    moved: Vec<(Span, Span)>,
    /// New tokens, each with the number of its fix.
    secrets: Vec<(usize, Token)>,
}

impl Round {
    /// Where a byte stood before the round; of a text that was put in, where that was done.
    fn before(&self, at: usize) -> usize {
        let behind = self.moved.partition_point(|(new, _)| new.start() <= at);
        match behind.checked_sub(1).and_then(|last| self.moved.get(last)) {
            None => at,
            Some((new, old)) if at < new.end() => old.start(),
            Some((new, old)) => at - new.end() + old.end(),
        }
    }
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    tokens: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

/// The names of tokens, by the token. One that may be a secret, or that is long, is left out.
fn names<'a>(text: &'a [u8], shown: &str) -> BTreeMap<&'a str, String> {
    const LONGEST_NAME: usize = 64;
    let Some(text) = std::str::from_utf8(text).ok().filter(|_| !shown.is_empty()) else {
        return BTreeMap::new();
    };
    let Ok(file) = serde_json::from_str::<Members<'a>>(text) else { return BTreeMap::new() };
    let entries = file.tokens.iter().flatten();
    let entries = entries.filter_map(|entry| serde_json::from_str::<Members<'a>>(entry.get()).ok());
    let name = |entry: &Members<'a>| {
        let (token, raw) = (entry.token?.get().trim_matches('"'), entry.name?.get());
        let start = raw.as_ptr().addr() - text.as_ptr().addr();
        let is_shown = shown.get(start..start + raw.len()) == Some(raw);
        let name: String = serde_json::from_str(raw).ok().filter(|_| is_shown)?;
        let fits = !name.is_empty() && name.len() <= LONGEST_NAME && masked(&name) == name;
        fits.then(|| (token, printable(&name)))
    };
    let inner: Vec<_> = entries.filter_map(|entry| name(&entry)).collect();
    inner.into_iter().chain(name(&file)).collect()
}
