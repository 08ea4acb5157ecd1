//! What can only be said of the file as a whole: what stands twice, what is granted and what is created.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use crate::check::context::{
    At, Context, finding, half_a_character, remove_element, replace_safely, with_fragment,
};
use crate::check::databases::{self, Granted};
use crate::check::decode::opening;
use crate::check::names::{database_name, is_to_be_filled_in};
use crate::check::seen::Seen;
use crate::check::shape::list_in_a_string;
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::json::{self, Node, RawStr, Value};
use crate::name::check_database_name;
use crate::redact::may_show;
use crate::release::Release;
use crate::span::Span;

/// The default limit of databases on a server (documentation, server source).
const MAX_DATABASES: usize = 100;
const ONE_ENTRY: &str = "name and token stand in one entry already: make one of the two entries";
// A list of names in one string is looked into where it is no longer: nobody writes a longer one.
const SHORT_LIST: usize = 4_096;

pub(crate) struct Whole<'a> {
    pub(crate) text: &'a str,
    /// Where the bracket of the file is.
    pub(crate) object_start: usize,
    // In an array at the top there is no place for a member.
    pub(super) first_member: Option<usize>,
    /// The place of the array `tokens`; its end only where it was read to the end.
    pub(crate) tokens_start: Option<usize>,
    pub(crate) tokens_end: usize,
    pub(crate) token_count: usize,
    pub(crate) last_token: Option<Span>,
    // Where each token begins.
    starts: Vec<usize>,
    /// The place of `create_databases`, and of its last item.
    pub(crate) create_array: Option<(Span, Option<Span>)>,
    secrets: Seen<'a>,
    names: Seen<'a>,
    padded_names: Vec<(usize, RawStr<'a>)>,
    // As often as it is granted; none where it is not compared with what is created.
    pub(super) granted: Option<Vec<Granted<'a>>>,
    pub(super) all_granted: bool,
    // A permission that was refused or is not there may have granted anything.
    pub(super) unreadable: bool,
    pub(super) created: HashMap<Cow<'a, str>, (usize, Span), RandomState>,
    pub(super) create_unreadable: bool,
    /// What wrong names of `create_databases` would be without white space and commas.
    pub(super) nearly_created: HashSet<String, RandomState>,
}

impl<'a> Whole<'a> {
    pub(super) fn new(text: &'a str, compares_databases: bool) -> Self {
        Self {
            text,
            object_start: 0,
            first_member: None,
            tokens_start: None,
            tokens_end: 0,
            token_count: 0,
            last_token: None,
            starts: Vec::new(),
            create_array: None,
            secrets: Seen::new(text),
            names: Seen::new(text),
            padded_names: Vec::new(),
            granted: compares_databases.then(Vec::new),
            all_granted: false,
            unreadable: false,
            created: HashMap::default(),
            create_unreadable: false,
            nearly_created: HashSet::default(),
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

    /// Whether the file creates this database.
    pub(crate) fn creates(&self, database: &str) -> bool {
        self.created.contains_key(database)
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
        let secrets: Vec<_> = self.secrets.again().collect();
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

    /// A database that a permission names; `name` has no error. Where the file spells it without escapes it is borrowed.
    pub(super) fn grant(&mut self, place: (usize, usize, Span), name: &str, borrowed: Option<&'a str>) {
        let Some(all) = &mut self.granted else { return };
        let name = borrowed.map_or_else(|| Cow::Owned(name.into()), Cow::Borrowed);
        let (token, permission, span) = place;
        all.push(Granted { name, token, permission, span });
    }

    pub(super) fn unreadable(&mut self) {
        self.unreadable = true;
    }

    pub(super) fn grant_all(&mut self) {
        self.all_granted = true;
    }

    /// The value of `create_databases`; gives the names.
    pub(super) fn create_databases(
        &mut self,
        context: &mut Context<'_>,
        text: &'a str,
        node: &Node<'a>,
    ) -> Vec<Cow<'a, str>> {
        let Value::Array(items) = &node.value else {
            self.create_not_a_list(context, text, node);
            return Vec::new();
        };
        self.create_array = Some((node.span, items.last().map(|item| item.span)));
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        let mut names = Vec::with_capacity(items.len());
        self.created.reserve(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = At::Database(index);
            let Value::String(string) = item.value else {
                context.tell(Code::WrongType, opening(item), || {
                    let message =
                        format!("the name of a database is a string, not {}", item.value.description());
                    finding(Code::WrongType, opening(item), at, message)
                        .with_help("write its name in double quotes")
                });
                continue;
            };
            let Some(name) = string.decode() else {
                half_a_character(context, string);
                continue;
            };
            if let Some(code) = database_name(context, at, &mut string.places(), &name, 0) {
                if context.validator.severity(code, code.severity()).is_none() {
                    continue;
                }
                let pieces = name.split(',').map(str::trim).filter(|name| check_database_name(name).is_ok());
                self.nearly_created.extend(pieces.map(String::from));
                continue;
            }
            match self.created.entry(name.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert((index, string.inner()));
                }
                Slot::Occupied(slot) => {
                    let fix = || remove_element(&spans, index);
                    context.find(Code::DuplicateDatabase, string.inner(), fix, || {
                        let message = with_fragment("this database stands twice in the list", &name, &name);
                        finding(Code::DuplicateDatabase, string.inner(), at, message)
                            .label(slot.get().1, "it stands here already")
                            .with_help("remove it")
                    });
                }
            }
            names.push(name);
        }
        if self.created.len() > MAX_DATABASES {
            let message = format!(
                "these are {} databases, and a server has at most {MAX_DATABASES} by default",
                self.created.len()
            );
            let found =
                finding(Code::TooManyDatabases, opening(node), At::Member("create_databases"), message);
            context.push(found.with_help("raise the server's limit, or create fewer"));
        }
        names
    }

    fn create_not_a_list(&mut self, context: &mut Context<'_>, text: &'a str, node: &Node<'a>) {
        self.create_unreadable = true;
        let message = format!("`create_databases` is a list of strings, not {}", node.value.description());
        let mut found =
            finding(Code::CreateDatabasesNotAList, opening(node), At::Member("create_databases"), message)
                .with_help("write `\"create_databases\": [\"db1\", \"db2\"]`");
        if let Value::String(string) = node.value
            && let Some(decoded) = string.decode()
        {
            let list = list_in_a_string(&decoded);
            let is_list = list.is_some();
            let names: Vec<Cow<'_, str>> = match list {
                Some(list) => list.into_iter().map(Cow::Owned).collect(),
                None => separated(&decoded).map(|(_, name)| Cow::Borrowed(name)).collect(),
            };
            if names.iter().all(|name| check_database_name(name).is_ok()) {
                let fix = || replace_safely(node.span, json::quoted_list(&names));
                found = found.fix(may_show(text_of(text, node), &decoded).then(fix));
            } else if !is_list && decoded.len() <= SHORT_LIST {
                let mut places = string.places();
                for (start, name) in separated(&decoded) {
                    database_name(context, At::Member("create_databases"), &mut places, name, start);
                }
            }
        }
        context.push(found);
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
        databases::compare(self, context);
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

/// The names of a list in one string, with their places in it.
fn separated(list: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    list.split(',').filter_map(move |item| {
        let start = next + item.len() - item.trim_start().len();
        next += item.len() + 1;
        (list.contains(',') || !item.trim().is_empty()).then(|| (start, item.trim()))
    })
}

fn text_of<'a>(text: &'a str, node: &Node<'_>) -> &'a str {
    node.span.text(text).unwrap_or_default()
}
