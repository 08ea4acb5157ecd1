//! The parser against `serde_json`, on random texts and on the `JSONTestSuite`.

use std::collections::HashMap;
use std::path::Path;
use std::prelude::rust_2024::*;
use std::println;
use std::process::Command;

#[cfg(test)]
use serde_json::Value as Json;

use base64::Engine as _;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::random_texts::{Rng, mutate, nested, tokens_file, value};
use super::{Kind, MAX_DEPTH, Node, Parser, Str, SyntaxError, Value};
use crate::span::Span;

fn read(text: &str) -> (Node<'_>, Vec<SyntaxError>) {
    let mut parser = Parser::new(text, Vec::new());
    let node = Node::read(&mut parser);
    (node, parser.end())
}

fn to_json(text: &str, node: &Node<'_>) -> Option<Json> {
    Some(match &node.value {
        Value::Scalar | Value::Number(_) => serde_json::from_str(node.span.text(text)?).ok()?,
        Value::String(string) => Json::String(string.decode()?.into_owned()),
        Value::Array(nodes) => {
            Json::Array(nodes.iter().map(|node| to_json(text, node)).collect::<Option<_>>()?)
        }
        Value::Object(members) => {
            let member =
                |(key, node): &(Str<'_>, Node<'_>)| Some((key.decode()?.into(), to_json(text, node)?));
            Json::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
    })
}

fn depth(node: &Node<'_>) -> usize {
    let inner = match &node.value {
        Value::Array(nodes) => nodes.iter().map(depth).max(),
        Value::Object(members) => members.iter().map(|(_, node)| depth(node)).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

/// Every span is in the text and on character boundaries; without errors, values are nested and each is JSON.
fn check_spans(text: &str, node: &Node<'_>, is_valid: bool) {
    let inside = |span: Span| assert!(span.text(text).is_some(), "{text:?}: {span:?}");
    let string = |string: &Str<'_>| {
        inside(string.span());
        inside(string.outer_span());
        let (decoded, mut locator) = (string.decode().unwrap_or_default(), string.locator());
        for (at, character) in decoded.char_indices() {
            inside(locator.locate(at..at + character.len_utf8()));
        }
    };
    inside(node.span);
    let outer = match &node.value {
        Value::String(value) => {
            string(value);
            value.outer_span()
        }
        Value::Array(nodes) => {
            for node in nodes {
                check_spans(text, node, is_valid);
            }
            node.span
        }
        Value::Object(members) => {
            for (key, value) in members {
                string(key);
                check_spans(text, value, is_valid);
                assert!(!is_valid || key.span().end() < value.span.start(), "{text:?}");
            }
            node.span
        }
        Value::Scalar | Value::Number(_) => node.span,
    };
    if is_valid {
        let spelled = outer.text(text).unwrap_or_default();
        assert!(serde_json::from_str::<IgnoredAny>(spelled).is_ok(), "{text:?}: {spelled:?}");
    }
}

/// Compares with `serde_json`, and returns whether the text is accepted.
fn check(text: &str) -> bool {
    let (node, errors) = read(text);
    let is_valid = errors.is_empty();
    let is_too_deep = || text.matches(['[', '{']).count() > MAX_DEPTH;
    let theirs = serde_json::from_str::<IgnoredAny>(text);
    assert!(is_valid == theirs.is_ok() || !is_valid && is_too_deep(), "{text:?}: {errors:?}, {theirs:?}");
    check_spans(text, &node, is_valid);
    for error in &errors {
        assert!(error.span.text(text).is_some(), "{text:?}: {error:?}");
    }
    if is_valid && let Ok(theirs) = serde_json::from_str::<Json>(text) {
        assert_eq!(to_json(text, &node), Some(theirs), "{text:?}");
    }
    assert!(!is_valid || depth(&node) <= MAX_DEPTH);
    // Without a tree.
    let mut parser = Parser::new(text, Vec::new());
    parser.skip();
    assert_eq!(parser.end(), errors, "{text:?}");
    check_typed(text, is_valid && depth(&node) < 100);
    is_valid
}

#[derive(Debug, Deserialize, PartialEq)]
struct File {
    create_databases: Vec<String>,
    tokens: Vec<Entry>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Entry {
    token: String,
    name: String,
    permissions: Vec<String>,
    expiry_millis: Option<i64>,
}

type Members<'n, 'a> = HashMap<String, &'n Node<'a>>;

/// A text that has no syntax error is read as serde reads it, which ignores unknown members.
fn check_typed(text: &str, is_valid: bool) {
    fn strings(node: &Node<'_>) -> Option<Vec<String>> {
        let Value::Array(nodes) = &node.value else { return None };
        nodes.iter().map(string).collect()
    }
    fn string(node: &Node<'_>) -> Option<String> {
        let Value::String(string) = &node.value else { return None };
        Some(string.decode()?.into_owned())
    }
    fn members<'n, 'a>(node: &'n Node<'a>, known: &[&str]) -> Option<Members<'n, 'a>> {
        let Value::Object(members) = &node.value else { return None };
        let mut found = HashMap::new();
        for (key, node) in members {
            // Every name is used, and a known one only once.
            let key = key.decode()?.into_owned();
            let is_known = known.contains(&key.as_str());
            if found.insert(key, node).is_some() && is_known {
                return None;
            }
        }
        Some(found)
    }
    let entry = |node: &Node<'_>| {
        let members = members(node, &["token", "name", "permissions", "expiry_millis"])?;
        let expiry_millis = match members.get("expiry_millis") {
            None => None,
            Some(node) if node.kind == Kind::Null => None,
            // serde_json reads `-0` as a float.
            Some(node) if node.kind == Kind::Number => {
                Some(node.span.text(text).filter(|number| *number != "-0")?.parse().ok()?)
            }
            Some(_) => return None,
        };
        Some(Entry {
            token: string(members.get("token")?)?,
            name: string(members.get("name")?)?,
            permissions: strings(members.get("permissions")?)?,
            expiry_millis,
        })
    };
    let file = |node: &Node<'_>| {
        let members = members(node, &["create_databases", "tokens"])?;
        let Value::Array(tokens) = &members.get("tokens")?.value else { return None };
        let create_databases = strings(members.get("create_databases")?)?;
        Some(File { create_databases, tokens: tokens.iter().map(entry).collect::<Option<_>>()? })
    };
    // serde also reads structs from arrays.
    if is_valid && !text.trim_start().starts_with('[') {
        let theirs = serde_json::from_str::<File>(text).ok();
        assert_eq!(file(&read(text).0), theirs, "{text:?}");
    }
}

#[test]
fn texts_are_accepted_as_by_serde() {
    let mut rng = Rng(0x9E37_79B9_7F4A_7C15);
    let (mut accepted, mut rejected) = (0, 0);
    for round in 0..5_000 {
        let mut text = match round % 8 {
            0..3 => value(&mut rng, 0),
            3 => nested(&mut rng),
            _ => tokens_file(&mut rng),
        };
        for _ in 0..rng.below(4) {
            mutate(&mut rng, &mut text);
        }
        if check(&text) { accepted += 1 } else { rejected += 1 }
    }
    assert!(accepted > 1_000 && rejected > 1_000, "{accepted} {rejected}");
}

#[test]
fn json_test_suite() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        b64: String,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/json-test-suite.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output();
    let Some(output) = output.ok().filter(|output| path.exists() && output.status.success()) else {
        println!("skipped: no gzip, or no {}", path.display());
        return;
    };
    let (mut accepted, mut rejected) = (0, 0);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(case.b64).unwrap();
        let is_valid = std::str::from_utf8(&bytes).is_ok_and(check);
        match case.name.as_bytes()[0] {
            b'y' => {
                assert!(is_valid, "{}", case.name);
                accepted += 1;
            }
            b'n' => {
                assert!(!is_valid, "{}", case.name);
                rejected += 1;
            }
            _ => {}
        }
    }
    assert!(accepted > 90 && rejected > 180, "{accepted} {rejected}");
}
