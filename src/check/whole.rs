//! What can only be said of the file as a whole: which tokens and names stand twice.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use crate::check::context::{At, Context, finding, with_fragment};
use crate::check::databases::{self, Databases};
use crate::check::names::is_to_be_filled_in;
use crate::check::seen::Seen;
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::json::RawStr;
use crate::release::Release;
use crate::span::Span;

const ONE_ENTRY: &str = "name and token stand in one entry already: make one of the two entries";

/// What is known of a file, as far as it was read.
pub(crate) struct Whole<'a> {
    pub(crate) text: &'a str,
    /// Where the bracket of the file is.
    pub(crate) object_start: usize,
    /// The place of the array `tokens`; its end only where it was read to the end.
    pub(crate) tokens_start: Option<usize>,
    pub(crate) tokens_end: usize,
    pub(crate) token_count: usize,
    pub(crate) last_token: Option<Span>,
    // Where each token begins.
    starts: Vec<usize>,
    secrets: Seen<'a>,
    names: Seen<'a>,
    padded_names: Vec<(usize, RawStr<'a>)>,
    pub(crate) databases: Databases<'a>,
}

impl<'a> Whole<'a> {
    pub(super) fn new(text: &'a str, compares_databases: bool) -> Self {
        Self {
            text,
            object_start: 0,
            tokens_start: None,
            tokens_end: 0,
            token_count: 0,
            last_token: None,
            starts: Vec::new(),
            secrets: Seen::new(text),
            names: Seen::new(text),
            padded_names: Vec::new(),
            databases: Databases::new(compares_databases),
        }
    }

    /// The next token begins here.
    pub(super) fn begin(&mut self, start: usize) {
        self.token_count += 1;
        self.starts.push(start);
    }

    /// Which token has this name, counted from 0.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.get(name).map(|place| self.token_at(place))
    }

    /// Which token stands at a place.
    fn token_at(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start <= place).saturating_sub(1)
    }

    /// Whether an entry has this secret.
    pub(crate) fn has_token(&self, token: &str) -> bool {
        self.secrets.get(token).is_some()
    }

    /// Makes room for that many tokens.
    pub(super) fn reserve(&mut self, tokens: usize) {
        self.secrets.reserve(tokens);
        self.names.reserve(tokens);
        self.starts.reserve(tokens);
    }

    /// The secret of an entry, however wrong it is.
    pub(super) fn token(&mut self, start: usize, token: &str) {
        self.secrets.insert(start, token);
    }

    /// The name of an entry, which is not empty and not reserved.
    pub(super) fn name(&mut self, start: usize, name: &str) {
        self.names.insert(start, name);
    }

    /// A name that begins or ends with white space.
    pub(super) fn padded_name(&mut self, index: usize, string: RawStr<'a>) {
        self.padded_names.push((index, string));
    }

    /// Names and secrets that stand twice.
    pub(super) fn duplicates(&mut self, context: &mut Context<'_>) {
        self.secrets.sort();
        self.names.sort();
        let release = context.validator.release;
        let entry_of = |string: RawStr<'_>| self.token_at(string.inner().start());
        // In which entry the name of each stands first, how many have both of these, and those that have what one before has.
        let mut named: HashMap<usize, usize, RandomState> = HashMap::default();
        let mut both: HashMap<(usize, usize), usize, RandomState> = HashMap::default();
        let mut copies: HashSet<usize, RandomState> = HashSet::default();
        let mut secrets: Vec<_> = self.secrets.again().collect();
        // In the order of the text: of many fixes the first have words.
        secrets.sort_unstable_by_key(|(_, string)| string.inner());
        if !secrets.is_empty() {
            named.extend(self.names.again().map(|(first, string)| (entry_of(string), entry_of(first))));
        }
        let firsts = |first, string| {
            let entry = entry_of(string);
            (named.get(&entry).copied().unwrap_or(entry), entry_of(first))
        };
        for (first, string) in &secrets {
            let key = firsts(*first, *string);
            // The one that both stand in first has them as well.
            let times = both.entry(key).or_insert(usize::from(key.0 == key.1));
            *times += 1;
            if *times > 1 {
                copies.insert(entry_of(*string));
            }
        }
        for (first, string) in secrets {
            let entry = entry_of(string);
            let (key, is_copy) = (firsts(first, string), copies.contains(&entry));
            // An entry that was pasted twice needs no second token, and a template none at all.
            let is_twice = both.get(&key).is_some_and(|times| *times > 1);
            let is_template = || string.decode_secret().is_none_or(|token| is_to_be_filled_in(&token));
            let fix = || {
                let new = || Fix::new(Applicability::Ask, [Edit::new_token(string.inner())]);
                (!is_twice && !is_template()).then(new)
            };
            context.find(Code::DuplicateToken, string.inner(), fix, || {
                let message = match release {
                    Some(release) if release >= Release::UNIQUE_TOKENS => {
                        format!("another entry has this token, and release {release} refuses it")
                    }
                    Some(release) if release >= Release::OFFLINE_TOKENS => {
                        format!("another entry has this token, and release {release} forgets that entry's without a word")
                    }
                    Some(_) => "another entry has this token".into(),
                    None => {
                        "another entry has this token: before 3.11.1 the last hides the first, since then it is refused".into()
                    }
                };
                let at = At::TokenMember(entry, "token");
                finding(Code::DuplicateToken, string.inner(), at, message)
                    .label(first.inner(), "it stands here already")
                    .with_help(if is_copy { ONE_ENTRY } else { "give every entry a token of its own" })
            });
        }
        let names = context.wants(Code::DuplicateName, None).then(|| self.names.again());
        for (first, string) in names.into_iter().flatten() {
            context.tell(Code::DuplicateName, string.inner(), || {
                let name = string.decode().unwrap_or_default();
                let message = with_fragment("another token has this name", &name, &name);
                let entry = entry_of(string);
                let at = At::TokenMember(entry, "name");
                finding(Code::DuplicateName, string.inner(), at, message)
                    .label(first.inner(), "it stands here already")
                    .with_help(if copies.contains(&entry) {
                        ONE_ENTRY
                    } else {
                        "the server refuses the second: give it another name"
                    })
            });
        }
    }

    /// The rules that need the whole file.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some(release) = context.validator.release.filter(|release| *release < Release::OFFLINE_TOKENS)
        {
            let message = format!(
                "release {release} reads no offline tokens file; {} is the first that does",
                Release::OFFLINE_TOKENS
            );
            let span = Span::new(self.object_start, self.object_start + 1);
            let found = finding(Code::NeedsNewerRelease, span, At::File, message);
            context.push(found.with_help("use a newer release, or make the tokens through its HTTP API"));
        }
        self.duplicates(context);
        self.padded(context);
        databases::compare(&mut self.databases, context);
    }

    fn padded(&self, context: &mut Context<'_>) {
        // What each becomes, and whether only one does.
        let mut once: HashMap<String, bool, RandomState> = HashMap::default();
        for name in self.padded_names.iter().filter_map(|(_, string)| string.decode()) {
            once.entry(name.trim().into()).and_modify(|once| *once = false).or_insert(true);
        }
        for (index, string) in &self.padded_names {
            // Not where the result would be empty, reserved or a duplicate.
            let allowed = |name: &str| {
                crate::name::check_token_name(name).is_ok()
                    && self.names.get(name).is_none()
                    && once.get(name) == Some(&true)
            };
            padded(context, At::TokenMember(*index, "name"), *string, allowed);
        }
    }
}

/// Warns of a name with white space around it; the fix is for a name that is `allowed` without.
pub(super) fn padded(
    context: &mut Context<'_>,
    at: At<'_>,
    string: RawStr<'_>,
    allowed: impl Fn(&str) -> bool,
) {
    let Some(name) = string.decode() else { return };
    let trimmed = name.trim();
    if trimmed == name {
        return;
    }
    let fix = || {
        let start = name.len() - name.trim_start().len();
        let edits = [
            Edit::new(string.place(Span::new(0, start)), ""),
            Edit::new(string.place(Span::new(start + trimmed.len(), name.len())), ""),
        ];
        let edits: Vec<Edit> = edits.into_iter().filter(|edit| !edit.span().is_empty()).collect();
        allowed(trimmed).then(|| Fix::new(Applicability::Safe, edits))
    };
    context.find(Code::NameWithSurroundingSpace, string.inner(), fix, || {
        let message = "the name begins or ends with white space, and the server does not trim it";
        let found = finding(Code::NameWithSurroundingSpace, string.inner(), at, message);
        found.with_help(if allowed(trimmed) {
            "remove the white space"
        } else {
            "choose another name: without the white space it is taken, or none"
        })
    });
}
