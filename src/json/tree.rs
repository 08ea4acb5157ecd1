//! A whole text as one value, where it is small.

use alloc::vec::Vec;

use crate::json::node::{Member, Node, RawStr, Value};
use crate::json::{Element, Sink, Unreadable, read};
use crate::span::Span;

/// Reads a whole text as one value.
pub(crate) fn tree(text: &str) -> Result<Node<'_>, Unreadable> {
    let (growing, result) = read(text, Growing::default);
    result?;
    Ok(growing.root.unwrap_or(Node { span: Span::new(0, 0), value: Value::Null }))
}

#[derive(Default)]
struct Growing<'a> {
    start: usize,
    members: Vec<Member<'a>>,
    tokens: Option<(RawStr<'a>, usize, Vec<Node<'a>>)>,
    root: Option<Node<'a>>,
}

impl<'a> Sink<'a> for Growing<'a> {
    fn object(&mut self, start: usize) {
        self.start = start;
    }

    fn member(&mut self, key: RawStr<'a>, value: Node<'a>) {
        self.members.push(Member { key, value });
    }

    fn tokens(&mut self, key: RawStr<'a>, start: usize) {
        self.tokens = Some((key, start, Vec::new()));
    }

    fn token(&mut self, _index: usize, element: &Element<'_, 'a>) {
        if let Some((_, _, nodes)) = &mut self.tokens {
            nodes.extend(element.node());
        }
    }

    fn tokens_end(&mut self, end: usize) {
        if let Some((key, start, nodes)) = self.tokens.take() {
            let value = Node { span: Span::new(start, end), value: Value::Array(nodes) };
            self.members.push(Member { key, value });
        }
    }

    fn object_end(&mut self, end: usize) {
        let members = core::mem::take(&mut self.members);
        self.root = Some(Node { span: Span::new(self.start, end), value: Value::Object(members) });
    }

    fn other(&mut self, value: Node<'a>) {
        self.root = Some(value);
    }
}
