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

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{Node, Value, tree};
    use crate::json::{KEPT_DEPTH, Unreadable};

    fn depth(node: &Node<'_>) -> usize {
        match &node.value {
            Value::Array(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or(0),
            Value::Object(members) => {
                1 + members.iter().map(|member| depth(&member.value)).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    #[test]
    fn what_no_rule_looks_at_is_read_and_not_kept() {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let text = |depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
            for (nested, kept) in [(3, 3), (KEPT_DEPTH, KEPT_DEPTH), (40, KEPT_DEPTH + 1)] {
                let text = text(nested);
                let root = tree(&text).unwrap();
                assert_eq!((depth(&root), root.span.len()), (kept, text.len()), "{nested} {open}");
            }
            assert!(matches!(tree(&text(200)), Err(Unreadable::TooDeep(_))));
            let wrong = text(40).replace('0', "01");
            assert!(matches!(tree(&wrong), Err(Unreadable::Syntax(_))));
        }
    }
}
