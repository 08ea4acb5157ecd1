//! The document of a file: one [`Entry`] per token, in one pass.

mod field;
mod members;
mod permissions;
mod entry;
mod other_file;
mod shape;
mod syntax_errors;

use core::borrow::BorrowMut;

pub(crate) use self::entry::{Entry, Role};
pub(crate) use self::field::{Field, Text};
pub(crate) use self::members::{FILE_MEMBERS, Meaning, Other};
pub(crate) use self::other_file::OtherFile;
pub(crate) use self::permissions::{Element, Grant, PermissionList, Resource};
pub(crate) use self::shape::Shape;
use crate::diagnostic::Sink;
use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Node, Parser, Str, SyntaxError};

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
    /// The span of the object, or of another value in its place.
    pub(crate) span: Span,
    pub(crate) tokens: Field<'a, ()>,
    pub(crate) create_databases: Field<'a, ()>,
    /// The number of entries and other elements of `tokens`, and the last of them.
    pub(crate) entries: usize,
    pub(crate) last_entry: Option<Span>,
    /// The last element of `create_databases`.
    pub(crate) last_database: Option<Span>,
    /// The elements that are not objects, with their indices.
    pub(crate) invalid_entries: Vec<(usize, Node<'a>)>,
    /// The elements of `create_databases` that are not strings, with their indices.
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

struct Reader<'a, 'v, V> {
    outline: Outline<'a>,
    entry: Entry<'a>,
    visitor: &'v mut V,
}

/// A parser over `&mut Sink` reads a part of the text a second time, when its syntax errors are already reported.
impl ErrorHandler for &mut Sink {
    fn syntax_error(&mut self, _: SyntaxError, _: &str) {}
}

impl<'a, V: Visitor<'a>> Reader<'a, '_, V> {
    fn read_object(mut self, parser: &mut Parser<'a, Sink>) -> Outline<'a> {
        self.outline.span = parser.object(|parser, key| match key.decode().as_deref() {
            Some("create_databases") if self.outline.create_databases.is_missing() => {
                self.read_databases(parser, key);
            }
            Some("tokens") if self.outline.tokens.is_missing() => self.read_tokens(parser, key),
            _ => self.outline.others.push(Other::new(key, Node::read(parser))),
        });
        if !self.outline.others.is_empty() {
            self.resolve_others(parser);
        }
        self.outline
    }

    fn read_tokens(&mut self, parser: &mut Parser<'a, impl ErrorHandler + BorrowMut<Sink>>, key: Str<'a>) {
        if parser.kind() == Kind::Array {
            let span = parser.array(|parser| self.read_element(parser));
            self.outline.tokens = Field::Valid { key, span, value: () };
            return;
        }
        let node = Node::read(parser);
        if shape::is_entry(&node) {
            let (text, start) = (parser.text(), node.span.start());
            self.read_element(&mut Parser::at(text, start, parser.errors.borrow_mut()));
        }
        self.outline.tokens = Field::Invalid { key, node };
    }

    /// Reads an element of `tokens`.
    #[inline]
    fn read_element(&mut self, parser: &mut Parser<'a, impl ErrorHandler + BorrowMut<Sink>>) {
        if parser.kind() == Kind::Object {
            self.entry.read(parser, self.outline.entries);
            self.visit_entry(parser.errors.borrow_mut());
        } else {
            let node = Node::read(parser);
            self.outline.last_entry = Some(node.span);
            self.outline.invalid_entries.push((self.outline.entries, node));
            self.outline.entries += 1;
        }
    }

    #[inline]
    fn visit_entry(&mut self, sink: &mut Sink) {
        self.outline.last_entry = Some(self.entry.span);
        self.outline.entries += 1;
        self.visitor.entry(&self.entry, sink);
    }

    fn read_databases(&mut self, parser: &mut Parser<'a, impl ErrorHandler>, key: Str<'a>) {
        if parser.kind() != Kind::Array {
            self.outline.create_databases = Field::Invalid { key, node: Node::read(parser) }.optional();
            return;
        }
        let mut index = 0;
        let span = parser.array(|parser| {
            let node = Node::read(parser);
            self.outline.last_database = Some(node.span);
            match node.as_str().and_then(Text::new) {
                Some(name) => self.visitor.database(index, name),
                None => self.outline.invalid_databases.push((index, node)),
            }
            index += 1;
        });
        self.outline.create_databases = Field::Valid { key, span, value: () };
    }

    /// Sets the meaning of the members without a field, and reads the values of misspelt ones.
    #[cold]
    fn resolve_others(&mut self, parser: &mut Parser<'a, Sink>) {
        let Outline { tokens, create_databases, others, shape, .. } = &mut self.outline;
        let [databases_name, tokens_name] = FILE_MEMBERS;
        let keys = [(databases_name, create_databases.key().copied()), (tokens_name, tokens.key().copied())];
        members::resolve(others, &keys, &FILE_MEMBERS);
        if let Some(key) = OtherFile::sops(others) {
            *shape = Shape::Other(OtherFile::SOPS, key.outer_span());
        } else if tokens.is_missing() {
            *shape = shape::of_object(others, !create_databases.is_missing());
        }
        let is_misspelt = matches!(shape, Shape::TokensFile);
        let is_entry = matches!(shape, Shape::Entry);
        let text = parser.text();
        let misspelt = others.iter().filter(|_| is_misspelt).filter_map(Other::misspelt);
        for (known, key, start) in misspelt.collect::<Vec<_>>() {
            let mut second_pass = Parser::at(text, start, &mut parser.errors);
            if known == tokens_name {
                self.read_tokens(&mut second_pass, key);
            } else {
                self.read_databases(&mut second_pass, key);
            }
        }
        if is_entry {
            self.entry.read(&mut Parser::at(text, self.outline.span.start(), ()), 0);
            // `create_databases` is a member of the file.
            self.entry.others.retain(|other| !other.matches(databases_name));
            self.visit_entry(&mut parser.errors);
        }
    }

    /// Reads a file that is not an object.
    #[cold]
    fn read_other(mut self, parser: &mut Parser<'a, Sink>) -> Outline<'a> {
        let node = Node::read(parser);
        self.outline.span = node.span;
        if node.kind != Kind::Array {
            self.outline.shape = Shape::Scalar(node);
            return self.outline;
        }
        self.outline.shape = shape::of_array(&node);
        if node.elements().iter().any(shape::is_entry) {
            let mut second_pass = Parser::at(parser.text(), node.span.start(), &mut parser.errors);
            second_pass.array(|parser| self.read_element(parser));
        }
        self.outline
    }
}
