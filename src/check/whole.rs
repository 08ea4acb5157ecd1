//! What can only be said of the file as a whole: what stands twice, what is granted and what is created.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use crate::check::context::{
    At, Context, finding, remove_element, replace_on_request, replace_safely, with_fragment,
};
use crate::check::decode::{half_a_character, list_in_a_string, opening};
use crate::check::permissions::{is_placeholder, is_variable};
use crate::check::seen::Seen;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::json::{self, Node, RawStr, Value};
use crate::name::{INTERNAL_DATABASE, InvalidNameKind, MAX_DATABASE_NAME, check_database_name};
use crate::redact::may_show;
use crate::release::Release;
use crate::span::Span;
use crate::suggest::meant;

/// The default limit of databases on a server (documentation, server source).
const MAX_DATABASES: usize = 100;
/// The longest name that the documentation allows.
const DOCUMENTED_NAME: usize = 64;

#[derive(Default)]
pub(crate) struct Whole<'a> {
    /// Where the bracket of the file is.
    pub(crate) object_start: usize,
    // In an array at the top there is no place for a member.
    pub(super) first_member: Option<usize>,
    /// The place of the array `tokens`; its end only where it was read to the end.
    pub(crate) tokens_start: Option<usize>,
    pub(crate) tokens_end: usize,
    pub(crate) token_count: usize,
    pub(crate) last_token: Option<Span>,
    /// The place of `create_databases`, and of its last item.
    pub(crate) create_array: Option<(Span, Option<Span>)>,
    secrets: Seen<'a>,
    names: Seen<'a>,
    padded_names: Vec<(usize, RawStr<'a>)>,
    granted: HashMap<Cow<'a, str>, (usize, usize, Span)>,
    all_granted: bool,
    // A permission that was refused may grant anything.
    unreadable: bool,
    created: HashMap<String, (usize, Span)>,
    create_unreadable: bool,
}

impl<'a> Whole<'a> {
    /// Which token has this name, counted from 0.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.get(name)
    }

    /// Whether an entry has this secret.
    pub(crate) fn has_token(&self, token: &str) -> bool {
        self.secrets.get(token).is_some()
    }

    /// Makes room for as many tokens as a text of this length has, where they are of the usual size.
    pub(super) fn reserve(&mut self, length: usize) {
        const BYTES_PER_TOKEN: usize = 256;
        self.secrets.reserve(length / BYTES_PER_TOKEN);
        self.names.reserve(length / BYTES_PER_TOKEN);
    }

    /// Whether the file creates this database.
    pub(crate) fn creates(&self, database: &str) -> bool {
        self.created.contains_key(database)
    }

    /// An entry's secret, however wrong it is.
    pub(super) fn token(&mut self, context: &mut Context<'_>, index: usize, string: RawStr<'a>, token: &str) {
        let Some(first) = self.secrets.insert(string, token, index) else { return };
        let message = match context.validator.release {
            Some(release) if release >= Release::UNIQUE_TOKENS => {
                format!("another entry has this token, and release {release} refuses it")
            }
            Some(release) => {
                format!("another entry has this token, and release {release} forgets that entry's without a word")
            }
            None => {
                "another entry has this token: before 3.11.1 the last hides the first, since then it is refused".into()
            }
        };
        let found = finding(Code::DuplicateToken, string.inner(), At::TokenMember(index, "token"), message)
            .label(first.outer(), "it stands here already")
            .help("give every entry a token of its own")
            .fix(Fix::new(Applicability::Ask, [Edit::new_token(string.inner())]));
        context.push(found);
    }

    /// An entry's name, which is not empty and not reserved.
    pub(super) fn name(&mut self, context: &mut Context<'_>, index: usize, string: RawStr<'a>, name: &str) {
        if name.trim() != name {
            self.padded_names.push((index, string));
        }
        let Some(first) = self.names.insert(string, name, index) else { return };
        let message = with_fragment("another token has this name", name, name);
        let found = finding(Code::DuplicateName, string.inner(), At::TokenMember(index, "name"), message)
            .label(first.outer(), "it stands here already")
            .help("the server refuses the second: give it another name");
        context.push(found);
    }

    /// A database that a permission names; `name` has no error. Where the file spells it without escapes it is borrowed.
    pub(super) fn grant(&mut self, place: (usize, usize, Span), name: &str, borrowed: Option<&'a str>) {
        if !self.granted.contains_key(name) {
            let name = borrowed.map_or_else(|| Cow::Owned(name.into()), Cow::Borrowed);
            self.granted.insert(name, place);
        }
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
    ) -> Vec<String> {
        let Value::Array(items) = &node.value else {
            self.create_not_a_list(context, text, node);
            return Vec::new();
        };
        self.create_array = Some((node.span, items.last().map(|item| item.span)));
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        let mut names = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = At::Database(index);
            let Value::String(string) = item.value else {
                let message = format!("the name of a database is a string, not {}", item.value.description());
                context.push(finding(Code::WrongType, opening(item), at, message));
                continue;
            };
            let Some(name) = string.decode() else {
                half_a_character(context, string);
                continue;
            };
            if database_name(context, at, string, &name) {
                continue;
            }
            match self.created.entry(name.clone().into_owned()) {
                Slot::Vacant(slot) => {
                    slot.insert((index, string.inner()));
                }
                Slot::Occupied(slot) => {
                    let message = with_fragment("this database stands twice in the list", &name, &name);
                    let found = finding(Code::DuplicateDatabase, string.inner(), at, message)
                        .label(slot.get().1, "it stands here already")
                        .help("remove it")
                        .fix(remove_element(&spans, index));
                    context.push(found);
                }
            }
            names.push(name.into_owned());
        }
        if self.created.len() > MAX_DATABASES {
            let message = format!(
                "these are {} databases, and a server has at most {MAX_DATABASES} by default",
                self.created.len()
            );
            let found =
                finding(Code::TooManyDatabases, opening(node), At::Member("create_databases"), message);
            context.push(found.help("raise the server's limit, or create fewer"));
        }
        names
    }

    fn create_not_a_list(&mut self, context: &mut Context<'_>, text: &'a str, node: &Node<'a>) {
        self.create_unreadable = true;
        let message = format!("`create_databases` is a list of strings, not {}", node.value.description());
        let mut found =
            finding(Code::CreateDatabasesNotAList, opening(node), At::Member("create_databases"), message)
                .help("write `\"create_databases\": [\"db1\", \"db2\"]`");
        if let Value::String(string) = node.value
            && let Some(decoded) = string.decode()
        {
            let list = list_in_a_string(&decoded);
            let names: Vec<String> =
                list.unwrap_or_else(|| decoded.split(',').map(|name| name.trim().into()).collect());
            if names.iter().all(|name| check_database_name(name).is_ok())
                && may_show(text_of(text, node), &decoded)
            {
                let quoted: Vec<String> = names.iter().map(|name| json::quoted(name)).collect();
                found = found.fix(replace_safely(node.span, format!("[{}]", quoted.join(", "))));
            }
        }
        context.push(found);
    }

    /// The rules that need the whole file.
    pub(super) fn finish(&self, context: &mut Context<'_>) {
        if let Some(release) = context.validator.release.filter(|release| *release < Release::OFFLINE_TOKENS)
        {
            let message = format!(
                "release {release} reads no offline tokens file; {} is the first that does",
                Release::OFFLINE_TOKENS
            );
            let span = Span::new(self.object_start, self.object_start + 1);
            context.push(finding(Code::NeedsNewerRelease, span, At::File, message));
        }
        self.padded(context);
        if !self.create_unreadable && context.wants(Code::GrantedNotCreated) {
            self.granted_not_created(context);
        }
        if !self.all_granted && !self.unreadable && context.wants(Code::CreatedNotGranted) {
            self.created_not_granted(context);
        }
    }

    fn padded(&self, context: &mut Context<'_>) {
        for (index, string) in &self.padded_names {
            // Not where the result would be empty, reserved or a duplicate.
            let allowed =
                |name: &str| crate::name::check_token_name(name).is_ok() && self.names.get(name).is_none();
            padded(context, At::TokenMember(*index, "name"), *string, allowed);
        }
    }

    fn granted_not_created(&self, context: &mut Context<'_>) {
        for (name, (token, permission, span)) in &self.granted {
            // A name that has its finding already needs no second one.
            let told = name == INTERNAL_DATABASE || is_placeholder(name);
            if told || self.created.contains_key(name.as_ref()) {
                continue;
            }
            let message = with_fragment(
                "granted but not in `create_databases`, so a server without it refuses the file",
                name,
                name,
            );
            let found = finding(Code::GrantedNotCreated, *span, At::Permission(*token, *permission), message);
            let created = self.created.keys().map(String::as_str);
            let near = meant(name, created).map(|(near, _)| near).filter(|near| may_show(near, near));
            let help = match near {
                Some(near) => format!("did you mean `{near}`? else add it to `create_databases`"),
                None => "add it to `create_databases`, unless it exists on every server that reads the file"
                    .into(),
            };
            context.push(found.help(help).fix(self.add_database(name)));
        }
    }

    fn add_database(&self, name: &str) -> Option<Fix> {
        if !may_show(name, name) {
            return None;
        }
        let quoted = json::quoted(name);
        let (place, text) = match self.create_array {
            Some((span, None)) => (span.end() - 1, quoted),
            Some((_, Some(last))) => (last.end(), format!(", {quoted}")),
            None => (self.first_member?, format!("\"create_databases\": [{quoted}], ")),
        };
        Some(replace_on_request(Span::new(place, place), text))
    }

    fn created_not_granted(&self, context: &mut Context<'_>) {
        for (name, (index, span)) in &self.created {
            if self.granted.contains_key(name.as_str()) {
                continue;
            }
            let message = with_fragment("created, and no token of the file may use it", name, name);
            let found = finding(Code::CreatedNotGranted, *span, At::Database(*index), message);
            let granted = self.granted.keys().map(AsRef::as_ref);
            context.push(match meant(name, granted).filter(|(near, _)| may_show(near, near)) {
                Some((near, _)) => found.help(format!("did you mean `{near}`?")),
                None => found,
            });
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
    let start = name.len() - name.trim_start().len();
    let edits = [
        Edit::new(string.place(Span::new(0, start)), ""),
        Edit::new(string.place(Span::new(start + trimmed.len(), name.len())), ""),
    ];
    let edits: Vec<Edit> = edits.into_iter().filter(|edit| !edit.span().is_empty()).collect();
    let message = "the name begins or ends with white space, and the server does not trim it";
    let found = finding(Code::NameWithSurroundingSpace, string.inner(), at, message);
    let fix = allowed(trimmed).then(|| Fix::new(Applicability::Safe, edits));
    context.push(found.help("remove the white space").fix(fix));
}

fn text_of<'a>(text: &'a str, node: &Node<'_>) -> &'a str {
    node.span.text(text).unwrap_or_default()
}

/// The rules of a name in `create_databases`; whether it has an error.
fn database_name(context: &mut Context<'_>, at: At<'_>, string: RawStr<'_>, name: &str) -> bool {
    if name == "*" {
        let message = "`*` is not a name, and cannot be created";
        let found = finding(Code::CreateWildcard, string.inner(), at, message);
        context.push(found.help("list the names"));
        return true;
    }
    if is_variable(name) {
        let found = finding(Code::UnexpandedVariable, string.inner(), at, "a variable was not filled in");
        context.push(found.help("write the value, or fill the template in before"));
        return true;
    }
    if let Err(error) = check_database_name(name) {
        let (code, span) = match error.kind() {
            InvalidNameKind::TooLong => (Code::DatabaseNameTooLong, string.inner()),
            _ => (Code::BadDatabaseName, string.place(error.span())),
        };
        let found = finding(code, span, at, format!("{}", error.kind()));
        context.push(found.help(
            "a database name is ASCII letters, digits, `_` and `-`, first a letter or digit, with at most one `/` inside",
        ));
        return true;
    }
    name_warnings(context, at, string.inner(), name);
    if name == INTERNAL_DATABASE {
        let message = "`_internal` exists on every server, and is not created";
        context.push(finding(Code::InternalDatabase, string.inner(), at, message).help("remove it"));
    }
    false
}

/// What can be said of a right name of a database, wherever it stands.
pub(super) fn name_warnings(context: &mut Context<'_>, at: At<'_>, span: Span, name: &str) {
    if name.len() > DOCUMENTED_NAME {
        let message = format!(
            "a database name of {} characters: the documentation allows {DOCUMENTED_NAME}, the server {MAX_DATABASE_NAME}",
            name.len()
        );
        let mut found = finding(Code::DatabaseNameTooLong, span, at, message).help("use a shorter name");
        found.severity = Severity::Warning;
        context.push(found);
    }
    if is_placeholder(name) {
        let message = with_fragment("this looks like a name from an example", name, name);
        let found = finding(Code::PlaceholderName, span, at, message);
        context.push(found.help("write the name of your database"));
    }
}
