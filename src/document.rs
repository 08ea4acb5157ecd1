//! The file as a document: one [`Entry`] per token, in one pass.

mod field;
mod members;
mod permissions;
mod entry;
mod other_file;
mod shape;
mod not_json;
mod syntax_errors;

use alloc::vec::Vec;

pub(crate) use self::entry::{Entry, Role};
pub(crate) use self::field::{Field, Text};
pub(crate) use self::members::{FILE_MEMBERS, Meaning, Other};
pub(crate) use self::not_json::NotJson;
pub(crate) use self::other_file::OtherFile;
pub(crate) use self::permissions::{Element, Grant, Intent, Resource, items};
pub(crate) use self::shape::Shape;
use crate::diagnostic::Sink;
use crate::span::Span;
use crate::syntax::{Kind, Node, Parser, Str, Value};
use crate::token::TOKEN_PREFIX;

/// Receives the document, in source order.
pub(crate) trait Visitor<'a> {
    /// Visits a database of `create_databases`.
    fn database(&mut self, index: usize, name: Text<'a>);

    /// Visits an entry. It is valid only during the call.
    fn entry(&mut self, entry: &Entry<'a>, sink: &mut Sink);
}

/// The file without its entries and databases.
#[derive(Debug, Default)]
pub(crate) struct Outline<'a> {
    pub(crate) shape: Shape<'a>,
    /// The span of the object, or of what is in its place.
    pub(crate) span: Span,
    pub(crate) tokens: Field<'a, ()>,
    pub(crate) create_databases: Field<'a, ()>,
    /// The number of entries and other elements of `tokens`, and the last of them.
    pub(crate) entries: usize,
    pub(crate) last_entry: Option<Span>,
    /// The last element of `create_databases`.
    pub(crate) last_database: Option<Span>,
    /// The elements that are no objects, with their indices.
    pub(crate) invalid_entries: Vec<(usize, Node<'a>)>,
    /// The elements of `create_databases` that are no strings, with their indices.
    pub(crate) invalid_databases: Vec<(usize, Node<'a>)>,
    /// The members without a field, in source order.
    pub(crate) others: Vec<Other<'a>>,
}

impl Outline<'_> {
    /// Returns whether the text ends inside the object of the file.
    pub(crate) fn is_truncated(&self, text: &str) -> bool {
        self.span.end() == text.len() && !text.ends_with('}')
    }
}

/// Reads a file.
pub(crate) fn read<'a>(mut parser: Parser<'a, Sink>, visitor: &mut impl Visitor<'a>) -> (Outline<'a>, Sink) {
    let reader = Reader { outline: Outline::default(), entry: Entry::new(Role::Resource), visitor };
    let outline = match parser.kind() {
        Kind::Object => reader.read_object(&mut parser),
        _ => reader.read_other(&mut parser),
    };
    (outline, parser.end())
}

/// Reads an admin token file into an entry, if it is an object.
pub(crate) fn read_admin(mut parser: Parser<'_, Sink>) -> (Result<Entry<'_>, Node<'_>>, Sink) {
    if parser.kind() != Kind::Object {
        let node = Node::read(&mut parser);
        return (Err(node), parser.end());
    }
    let mut entry = Entry::new(Role::Admin);
    entry.read(&mut parser, 0);
    (Ok(entry), parser.end())
}

/// Returns whether a JSON string is a token without a file around it.
pub(crate) fn is_bare_token(node: &Node<'_>) -> bool {
    let text = node.as_str().and_then(Text::new);
    text.is_some_and(|text| text.trim().starts_with(TOKEN_PREFIX))
}

struct Reader<'a, 'v, V> {
    outline: Outline<'a>,
    entry: Entry<'a>,
    visitor: &'v mut V,
}

impl<'a, V: Visitor<'a>> Reader<'a, '_, V> {
    fn read_object(mut self, parser: &mut Parser<'a, Sink>) -> Outline<'a> {
        let span = parser.object(|parser, key| match key.decode().as_deref() {
            Some("create_databases") if self.outline.create_databases.is_missing() => {
                self.read_databases(parser, key);
            }
            Some("tokens") if self.outline.tokens.is_missing() => self.read_tokens(parser, key),
            _ => self.outline.others.push(Other::new(key, Node::read(parser))),
        });
        self.outline.span = span;
        if !self.outline.others.is_empty() {
            self.resolve_others(parser);
        }
        self.outline
    }

    fn read_tokens(&mut self, parser: &mut Parser<'a, Sink>, key: Str<'a>) {
        if parser.kind() != Kind::Array {
            let node = Node::read(parser);
            return self.tokens_from_node(key, node, parser);
        }
        let span = parser.array(|parser| {
            if parser.kind() == Kind::Object {
                self.entry.read(parser, self.outline.entries);
                self.outline.last_entry = Some(self.entry.span);
                self.visitor.entry(&self.entry, &mut parser.errors);
            } else {
                let node = Node::read(parser);
                self.outline.last_entry = Some(node.span);
                self.outline.invalid_entries.push((self.outline.entries, node));
            }
            self.outline.entries += 1;
        });
        self.outline.tokens = Field::Valid { key, span, value: () };
    }

    fn read_databases(&mut self, parser: &mut Parser<'a, Sink>, key: Str<'a>) {
        if parser.kind() != Kind::Array {
            self.outline.create_databases = Field::Invalid { key, node: Node::read(parser) }.optional();
            return;
        }
        let mut index = 0;
        let span = parser.array(|parser| {
            let node = Node::read(parser);
            self.database(index, node);
            index += 1;
        });
        self.outline.create_databases = Field::Valid { key, span, value: () };
    }

    fn database(&mut self, index: usize, node: Node<'a>) {
        self.outline.last_database = Some(node.span);
        match node.as_str().and_then(Text::new) {
            Some(name) => self.visitor.database(index, name),
            None => self.outline.invalid_databases.push((index, node)),
        }
    }

    /// Finds the meaning of the members without a field, and takes the values of misspelt ones.
    #[cold]
    fn resolve_others(&mut self, parser: &mut Parser<'a, Sink>) {
        let Outline { tokens, create_databases, others, shape, .. } = &mut self.outline;
        let [databases_name, tokens_name] = FILE_MEMBERS;
        let keys = [(databases_name, create_databases.key().copied()), (tokens_name, tokens.key().copied())];
        members::resolve(others, &keys, &FILE_MEMBERS);
        if let Some(key) = OtherFile::sops(others) {
            *shape = Shape::Other(OtherFile::Sops, key.outer_span());
        } else if tokens.is_missing() {
            *shape = shape::of_object(others, !create_databases.is_missing());
        }
        match self.outline.shape {
            Shape::TokensFile => {}
            Shape::Entry => {
                let members = core::mem::take(&mut self.outline.others);
                let members = members.into_iter().map(|other| (other.key, other.node)).collect();
                return self.entry_from_node(self.outline.span, members, parser);
            }
            _ => return,
        }
        for index in 0..self.outline.others.len() {
            let Some(other) = self.outline.others.get_mut(index) else { continue };
            let Meaning::Misspelt { known, .. } = other.meaning else { continue };
            let (key, node) = (other.key, other.node.take());
            if known == tokens_name {
                self.tokens_from_node(key, node, parser);
            } else if let Value::Array(nodes) = node.value {
                for (index, node) in nodes.into_iter().enumerate() {
                    self.database(index, node);
                }
                self.outline.create_databases = Field::Valid { key, span: node.span, value: () };
            } else {
                self.outline.create_databases = Field::Invalid { key, node }.optional();
            }
        }
    }

    #[cold]
    fn tokens_from_node(&mut self, key: Str<'a>, node: Node<'a>, parser: &mut Parser<'a, Sink>) {
        let span = node.span;
        if shape::is_entry(&node) {
            let mut node = node;
            let entry = node.take();
            self.outline.tokens = Field::Invalid { key, node };
            self.entries_from_nodes(Vec::from([entry]), parser);
        } else if node.kind == Kind::Array {
            self.outline.tokens = Field::Valid { key, span, value: () };
            self.entries_from_nodes(node.into_elements(), parser);
        } else {
            self.outline.tokens = Field::Invalid { key, node };
        }
    }

    #[cold]
    fn entries_from_nodes(&mut self, nodes: Vec<Node<'a>>, parser: &mut Parser<'a, Sink>) {
        for node in nodes {
            let span = node.span;
            if let Value::Object(members) = node.value {
                self.entry_from_node(span, members, parser);
                continue;
            }
            self.outline.last_entry = Some(span);
            self.outline.invalid_entries.push((self.outline.entries, node));
            self.outline.entries += 1;
        }
    }

    fn entry_from_node(
        &mut self,
        span: Span,
        members: Vec<(Str<'a>, Node<'a>)>,
        parser: &mut Parser<'a, Sink>,
    ) {
        self.entry.read_node(parser.text(), self.outline.entries, span, members);
        self.outline.last_entry = Some(span);
        self.outline.entries += 1;
        self.visitor.entry(&self.entry, &mut parser.errors);
    }

    /// Reads a file that is not an object.
    #[cold]
    fn read_other(mut self, parser: &mut Parser<'a, Sink>) -> Outline<'a> {
        let node = Node::read(parser);
        self.outline.span = node.span;
        if node.kind == Kind::Array {
            let (shape, entries) = shape::of_array(node);
            self.outline.shape = shape;
            self.entries_from_nodes(entries, parser);
        } else if let Some(string) = node.as_str().filter(|_| is_bare_token(&node)) {
            self.outline.shape = Shape::Token(string.span());
        } else if let Some(kind) = node.as_str().and_then(OtherFile::of_string) {
            self.outline.shape = Shape::Other(kind, Span::new(node.span.start(), node.span.start() + 1));
        } else {
            self.outline.shape = Shape::Scalar { kind: node.kind, span: node.span };
        }
        self.outline
    }
}
