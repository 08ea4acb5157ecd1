//! The shape of the file: its members, and the members of its entries.

use alloc::format;
use alloc::vec::Vec;
use std::collections::HashMap;

use crate::check::context::{At, Context, finding, in_brackets};
use crate::check::databases::are_compared;
use crate::check::entry::Entry;
use crate::check::format::{CREATE_DATABASES, ENTRY_MEMBERS, FILE_MEMBERS, TOKENS};
use crate::check::members::{
    Other, duplicate, firsts_of_their_names, is_http_member, key_name, meaning, unknown,
};
use crate::check::numbered::LONG;
use crate::check::plain::Quiet;
use crate::check::shape::{
    TOKENS_FORM, array_at_top, holds_a_file, http_body, is_like_an_entry, other_file, wrapped,
};
use crate::check::syntax::{Attempt, bare_token};
use crate::check::whole::Whole;
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::file::{TokenEntry, TokenFile};
use crate::json::{self, Element, Member, Node, RawStr, Sink, Value};
use crate::name::DatabaseName;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

// What a token of the usual size takes; a guess for the first room.
const BYTES_PER_TOKEN: usize = 256;

/// Reads a tokens file, and makes its value where that is asked for.
pub(super) fn attempt<'v>(context: &Context<'v>, text: &str, build: bool) -> Attempt<'v, TokenFile> {
    match json::read(text, || Decoder::new(context.fresh(), text, build)) {
        (decoder, Ok(())) => {
            let (context, file, _) = decoder.finish();
            (context, Ok(file))
        }
        (decoder, Err(error)) => (decoder.abandon(), Err(error)),
    }
}

/// Takes the pieces of the file, applies the rules, and makes the values where that is asked for.
pub(super) struct Decoder<'v, 'a> {
    pub(super) context: Context<'v>,
    pub(super) whole: Whole<'a>,
    pub(super) quiet: Quiet,
    // The databases that the present entry grants; kept for its room.
    pub(super) granted_here: Vec<(usize, &'a str)>,
    // Lists of permissions of which nothing is to be said, and whether their databases are known to be granted again.
    pub(super) quiet_lists: HashMap<&'a str, bool, foldhash::fast::RandomState>,
    pub(super) text: &'a str,
    start: usize,
    // Where each of [`FILE_MEMBERS`] stands first.
    members: [Option<RawStr<'a>>; FILE_MEMBERS.len()],
    others: Vec<Other<'a, Node<'a>>>,
    // How many these become before those that stand twice are left out.
    most_others: usize,
    tokens_seen: bool,
    create_seen: bool,
    pub(super) built: Option<(Vec<DatabaseName>, Vec<TokenEntry>)>,
}

impl<'v, 'a> Decoder<'v, 'a> {
    pub(super) fn new(context: Context<'v>, text: &'a str, build: bool) -> Self {
        Self {
            quiet: Quiet::new(&context),
            whole: Whole::new(text, are_compared(&context)),
            context,
            granted_here: Vec::new(),
            quiet_lists: HashMap::default(),
            text,
            start: 0,
            members: [None; FILE_MEMBERS.len()],
            others: Vec::new(),
            most_others: LONG,
            tokens_seen: false,
            create_seen: false,
            built: build.then(Default::default),
        }
    }

    pub(super) fn finish(mut self) -> (Context<'v>, Option<TokenFile>, Whole<'a>) {
        self.whole.finish(&mut self.context);
        let file = self.built.map(|(databases, tokens)| TokenFile::checked(databases, tokens));
        (self.context, file, self.whole)
    }

    /// What is certain although the rest could not be read.
    pub(super) fn abandon(mut self) -> Context<'v> {
        self.take_others();
        self.whole.duplicates(&mut self.context);
        self.context
    }

    /// Remembers a member of the format, and says so where it stands twice.
    fn first_of_its_name(&mut self, key: RawStr<'a>, name: &str) -> bool {
        let place = FILE_MEMBERS.iter().position(|known| *known == name);
        match place.and_then(|place| self.members.get_mut(place)) {
            Some(Some(first)) => {
                duplicate(&mut self.context, *first, key, name, At::Member(name));
                false
            }
            Some(slot) => {
                *slot = Some(key);
                true
            }
            None => true,
        }
    }

    /// The members that are not of the format, the first of each name.
    fn take_others(&mut self) -> Vec<Other<'a, Node<'a>>> {
        firsts_of_their_names(&mut self.context, core::mem::take(&mut self.others), |name| At::Member(name))
    }

    fn wrong_tokens(&mut self, node: &Node<'a>) {
        let message = format!("`tokens` is a list of objects, not {}", node.value.description());
        let span = opening(node);
        // An object of another kind, such as a map of tokens by their names, does not become an entry by brackets.
        let is_entry = is_like_an_entry(node);
        let fix = is_entry.then(|| in_brackets(node.span));
        let wrong = finding(Code::WrongType, span, At::Member(TOKENS), message);
        self.context.push(wrong.with_help("write `\"tokens\": [{…}]`").fix(fix));
        // What it holds can be checked all the same.
        if is_entry {
            self.entry(0, node);
        } else {
            self.whole.databases.unreadable = true;
        }
    }

    fn entry(&mut self, index: usize, node: &Node<'a>) {
        self.whole.begin(node.span.start());
        let entry = match &node.value {
            Value::Object(members) => Entry::read(self, index, node.span, members),
            other => {
                self.context.tell(Code::WrongType, opening(node), || {
                    let message = format!("a token of the file is an object, not {}", other.description());
                    let found = finding(Code::WrongType, opening(node), At::Token(index), message);
                    found.with_help("write `{\"token\": …, \"name\": …, \"permissions\": […]}`")
                });
                self.whole.databases.unreadable = true;
                None
            }
        };
        if let (Some((_, tokens)), Some(entry)) = (&mut self.built, entry) {
            tokens.push(entry);
        }
    }

    pub(super) const fn builds(&self) -> bool {
        self.built.is_some()
    }

    fn create_databases(&mut self, node: &Node<'a>) {
        self.create_seen = true;
        let names = self.whole.databases.create(&mut self.context, self.text, node);
        if let Some((databases, _)) = &mut self.built {
            databases.extend(names.iter().filter_map(|name| DatabaseName::parse(name).ok()));
        }
    }

    /// The members that are not of the format, when it is known which ones are there.
    fn other_members(&mut self, end: usize) {
        let others = self.take_others();
        let has = |wanted: &str| others.iter().any(|other| other.name == wanted);
        let opening = Span::new(self.start, self.start + 1);
        let http = others.iter().find(|other| is_http_member(&other.name));
        if !self.tokens_seen && http.is_none() {
            // A right name means itself.
            let is_token = |name: &str| {
                meaning(name, &["token"]).is_some_and(|(_, how)| how == Some(Applicability::Safe))
            };
            let is_string = |node: &Node<'_>| matches!(node.value, Value::String(_));
            let has_token = others.iter().any(|other| is_string(&other.value) && is_token(&other.name));
            let says_permissions =
                || others.iter().any(|other| meaning(&other.name, &["permissions"]).is_some());
            // An admin token has neither; and a member that is misspelt says it, too.
            let is_entry = ENTRY_MEMBERS.iter().any(|known| *known != "permissions" && has(known));
            if has_token && self.create_seen || (is_entry || has_token) && says_permissions() {
                let member = |Other { key, value, .. }| Member { key, value };
                return self.token_at_top(end, &others.into_iter().map(member).collect::<Vec<_>>());
            }
            if let Some((code, message, help)) = other_file(has_token, has) {
                self.whole.databases.unreadable = true;
                return self.context.push(finding(code, opening, At::File, message).with_help(help));
            }
        }
        if let Some(Other { key, name, .. }) = http.filter(|_| !self.tokens_seen) {
            // One finding for the whole body is enough: its other members are right in it.
            self.whole.databases.unreadable = true;
            return self.context.push(http_body(key.outer(), At::Member(name)));
        }
        if let [Other { key, name, value, .. }] = others.as_slice()
            && !self.tokens_seen
            && !self.create_seen
            && holds_a_file(value)
        {
            self.whole.databases.unreadable = true;
            return self.context.push(wrapped(*key, name));
        }
        let mut free: Vec<&'static str> = FILE_MEMBERS.to_vec();
        let mut tokens_meant = self.tokens_seen;
        if !self.tokens_seen {
            self.whole.databases.unreadable = true;
        }
        for other in &others {
            free.retain(|known| match *known {
                TOKENS => !tokens_meant,
                _ => !self.create_seen,
            });
            let meaning = (meaning(&other.name, &free), FILE_MEMBERS.as_slice());
            match unknown(&mut self.context, other, meaning, At::Member(&other.name)) {
                Some(CREATE_DATABASES) => self.create_databases(&other.value),
                Some(TOKENS) => {
                    tokens_meant = true;
                    self.tokens_of(&other.value);
                }
                _ => {}
            }
        }
        if !tokens_meant {
            let message = "the file has no `tokens`";
            let found = finding(Code::MissingMember, opening, At::File, message);
            self.context.push(found.with_help("add `\"tokens\": [{…}]`"));
        }
    }

    /// A token with permissions where the file should be.
    fn token_at_top(&mut self, end: usize, members: &[Member<'a>]) {
        self.whole.databases.unreadable = true;
        let message = "the file has no `tokens`, and one token stands in its place";
        let opening = Span::new(self.start, self.start + 1);
        let edits = [
            Edit::new(Span::new(self.start, self.start), "{\"tokens\": ["),
            Edit::new(Span::new(end, end), "]}"),
        ];
        let found = finding(Code::MissingMember, opening, At::File, message);
        // `create_databases` would be wrapped with it.
        let fix = (!self.create_seen).then(|| Fix::new(Applicability::Ask, edits));
        self.context.push(found.with_help("wrap it: `{\"tokens\": [{…}]}`").fix(fix));
        self.whole.databases.first_member = None;
        // What is wrong in it is wrong there, too.
        self.whole.begin(self.start);
        let _ = Entry::read(self, 0, Span::new(self.start, end), members);
    }

    fn tokens_of(&mut self, node: &Node<'a>) {
        match &node.value {
            Value::Array(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    self.entry(index, node);
                }
            }
            _ => self.wrong_tokens(node),
        }
    }
}

impl<'a> Sink<'a> for Decoder<'_, 'a> {
    fn object(&mut self, start: usize) {
        self.start = start;
        self.whole.object_start = start;
        self.whole.databases.first_member = Some(start + 1);
    }

    fn member(&mut self, key: RawStr<'a>, value: Node<'a>) {
        let name = key_name(&mut self.context, key);
        let first = self.first_of_its_name(key, &name);
        match name.as_ref() {
            _ if !first => {}
            TOKENS => {
                self.tokens_seen = true;
                self.tokens_of(&value);
            }
            CREATE_DATABASES => self.create_databases(&value),
            _ => {
                self.others.push(Other { key, name, value, once: true });
                if self.others.len() >= self.most_others {
                    self.others = self.take_others();
                    self.most_others = LONG.max(2 * self.others.len());
                }
            }
        }
    }

    fn tokens(&mut self, key: RawStr<'a>, start: usize) {
        self.first_of_its_name(key, TOKENS);
        self.tokens_seen = true;
        self.whole.tokens_start = Some(start);
        let tokens = self.text.len() / BYTES_PER_TOKEN;
        self.whole.reserve(tokens);
        if let Some((_, entries)) = &mut self.built {
            entries.reserve(tokens);
        }
    }

    fn token(&mut self, index: usize, element: &Element<'_, 'a>) {
        if element.flat().is_some_and(|flat| self.plain_entry(index, element.start(), flat)) {
            self.whole.begin(element.start());
            self.whole.last_token = element.span();
        } else if let Some(node) = element.node() {
            self.whole.last_token = Some(node.span);
            self.entry(index, &node);
        }
    }

    fn tokens_end(&mut self, end: usize) {
        self.whole.tokens_end = end;
        if let Some(start) = self.whole.tokens_start.filter(|_| self.whole.token_count == 0) {
            let message = "there is no token in the file";
            let found = finding(Code::NoTokens, Span::new(start, end), At::Member(TOKENS), message);
            self.context.push(found.with_help("add one, or start the server without the file"));
            self.whole.databases.unreadable = true;
        }
    }

    fn object_end(&mut self, end: usize) {
        self.other_members(end);
    }

    fn other(&mut self, value: Node<'a>) {
        let text = match &value.value {
            Value::String(string) => string.decode_secret(),
            _ => None,
        };
        let nodes = if let Value::Array(nodes) = &value.value { nodes.as_slice() } else { &[] };
        let is_entry = |node: &Node<'_>| matches!(node.value, Value::Object(_));
        let is_file = nodes.iter().any(holds_a_file);
        let found = match &value.value {
            // What is no list of tokens has no fix: wrapped, each of its values would be a mistake.
            Value::Array(_) => array_at_top(&value, is_file, !is_file && nodes.iter().all(is_entry)),
            Value::String(string) if text.is_some_and(|text| text.trim().starts_with(TOKEN_PREFIX)) => {
                bare_token(string.inner(), &TOKENS_FORM)
            }
            other => {
                let message = format!("expected an object with `tokens`, found {}", other.description());
                finding(Code::NotAnObject, value.span, At::File, message).with_help(TOKENS_FORM.smallest)
            }
        };
        self.context.push(found);
        if !is_file && (nodes.iter().all(is_entry) || nodes.iter().any(is_like_an_entry)) {
            for (index, node) in nodes.iter().enumerate() {
                self.entry(index, node);
            }
        }
    }
}

/// The value as a whole, or the bracket where it begins.
pub(super) const fn opening(node: &Node<'_>) -> Span {
    match node.value {
        Value::Array(_) | Value::Object(_) => Span::new(node.span.start(), node.span.start() + 1),
        _ => node.span,
    }
}
