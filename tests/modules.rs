//! The rules of the house: a module imports only modules above it in `lib.rs`, each dependency is named in one place, no
//! file is long, and public items have examples.

#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use regex::Regex;

const LONGEST: usize = 400;

/// Each dependency, and the files or folders that name it: one, but for random names of files and for keyed hashes.
const CONFINED: [(&str, &[&str]); 11] = [
    ("nom", &["permission/parse"]),
    ("serde_json", &["json"]),
    ("memchr", &["json"]),
    ("foldhash", &["check", "access"]),
    ("humantime", &["expiry"]),
    ("rand", &["token", "disk"]),
    ("base64", &["token"]),
    ("sha2", &["token", "access/authorizer"]),
    ("rustix", &["disk"]),
    ("arbitrary", &["fuzzing"]),
    ("proptest", &["strategies"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file of `src` by its path without ending: `permission/parse`.
fn files() -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(source()).unwrap().with_extension("");
                files.push((
                    name.to_str().unwrap().replace('\\', "/"),
                    std::fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    let mut files = Vec::new();
    collect(&source(), &mut files);
    files.sort();
    assert!(files.len() > 30);
    files
}

/// The code of a file: no comments, and nothing from its unit tests on.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    lines.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules of `lib.rs` in their order.
fn order() -> Vec<String> {
    let lib = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let names = lib.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    names.map(str::to_owned).collect()
}

/// The modules of the crate that a file names: in `use crate::…` and in paths such as `crate::name::check`.
fn named(code: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') || code[..at].ends_with(is_word) {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            // `use crate::{name::DatabaseName, span};`
            Some(list) => {
                list.split_once("};").map_or(list, |(list, _)| list).split(',').map(str::trim).collect()
            }
            None => vec![rest],
        };
        for path in list {
            modules.push(path.chars().take_while(|&c| is_word(c)).collect());
        }
    }
    modules
}

fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap()
}

/// Where `module` stands; `lib` and what is no module have no place.
fn wrong_imports(files: &[(String, String)], order: &[String]) -> Vec<String> {
    let place = |module: &str| order.iter().position(|listed| listed == module);
    let mut wrong = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| file != "lib") {
        let Some(own) = place(module_of(file)) else {
            wrong.push(format!("{file} is not in the list"));
            continue;
        };
        let code = code(text);
        for module in named(&code) {
            match place(&module) {
                Some(other) if other > own => {
                    wrong.push(format!("{file} imports {module}, which stands below it"));
                }
                Some(_) => {}
                // `crate::Token`: a re-export of `lib.rs`, which stands above everything.
                None => {
                    wrong.push(format!("{file} imports crate::{module}, which is not a module of the list"));
                }
            }
        }
        // A module itself has no parent but the crate; what stands in its folder reaches only its own module so.
        let depth = file.split('/').count() - 1;
        if code.contains(&"super::".repeat(depth + 1)) {
            wrong.push(format!("{file} imports from above its own module"));
        }
    }
    wrong
}

#[test]
fn modules_import_only_what_stands_above_them() {
    let order = order();
    assert!(order.len() > 15, "{order:?}");
    let wrong = wrong_imports(&files(), &order);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_import_is_seen() {
    let order = ["span", "name", "token"].map(str::to_owned);
    for (file, text, count) in [
        ("name", "use crate::span::Span;", 0),
        ("name", "use crate::token::Token;", 1),
        ("name", "use crate::{span::Span, token::Token};", 1),
        ("name", "fn f() -> crate::token::Token {}", 1),
        ("name", "use crate::Span;", 1),
        ("name", "use super::span::Span;", 1),
        ("name/part", "use super::Name;", 0),
        ("name/part", "use super::super::span::Span;", 1),
        ("name/part", "use crate::token::Token;", 1),
        ("name", "// use crate::token::Token;", 0),
        ("other", "", 1),
    ] {
        assert_eq!(wrong_imports(&[(file.into(), text.into())], &order).len(), count, "{file}: {text}");
    }
}

#[test]
fn dependencies_are_named_in_one_place() {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut wrong = Vec::new();
    for (dependency, homes) in CONFINED {
        let mut at_home = false;
        for (file, text) in &files() {
            let is_home = homes.iter().any(|home| file == home || file.starts_with(&format!("{home}/")));
            let code = code(text);
            let names = code.match_indices(dependency).any(|(at, _)| {
                let behind = &code[at + dependency.len()..];
                // A module of another crate may be called the same.
                let is_inside = code[..at].strip_suffix("::").is_some_and(|path| path.ends_with(is_word));
                !is_inside
                    && !code[..at].ends_with(is_word)
                    && (behind.starts_with("::") || code[..at].ends_with("use "))
            });
            at_home |= names && is_home;
            if names && !is_home {
                wrong.push(format!("{file} names {dependency}, which only {homes:?} may"));
            }
        }
        if !at_home {
            wrong.push(format!("{homes:?} do not name {dependency}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_long() {
    let long: Vec<String> = files()
        .iter()
        .filter(|(_, text)| text.lines().count() > LONGEST)
        .map(|(file, text)| format!("{file}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_house_is_at_most_one_level_deep() {
    let deep: Vec<String> =
        files().into_iter().map(|(file, _)| file).filter(|file| file.matches('/').count() > 1).collect();
    assert!(deep.is_empty(), "{deep:?}");
}

/// The public items that lack an example. rustfmt leaves each item in a paragraph of its own, behind its docs.
///
/// A type needs one, and so does a function with an argument besides `self`: the rest are getters and constructors whose
/// signature says it all.
fn without_example(file: &str, text: &str) -> Vec<String> {
    let item = Regex::new(
        r"(?m)^ *pub (?:const )?(?:(?:struct|enum|trait|type) (?<type>\w+)|fn (?<fn>\w+)[^(]*\((?<arguments>[^)]*))",
    )
    .unwrap();
    let takes_more_than_self = |arguments: &str| {
        arguments
            .split(',')
            .map(str::trim)
            .any(|argument| !argument.is_empty() && !argument.ends_with("self"))
    };
    let own = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let missing = own.split("\n\n").filter_map(|paragraph| {
        let found = item.captures(paragraph)?;
        let docs = &paragraph[..found.get(0)?.start()];
        let name = match found.name("arguments") {
            Some(arguments) => found.name("fn").filter(|_| takes_more_than_self(arguments.as_str())),
            None => found.name("type"),
        }?;
        (!docs.contains("/// ```\n")).then(|| format!("{file}: {}", name.as_str()))
    });
    missing.collect()
}

// What rustdoc counts, as an unstable option, leaves out the methods of types that are re-exported from private modules.
#[test]
fn public_items_have_examples() {
    let missing: Vec<String> = files().iter().flat_map(|(file, text)| without_example(file, text)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_missing_example_is_found() {
    let example = "/// ```\n/// assert!(true);\n/// ```\n";
    for (text, count) in [
        (format!("/// Parses it.\n///\n{example}#[must_use]\npub const fn f(a: u8) {{}}\n"), 0),
        ("/// Parses it.\n#[must_use]\npub const fn f(a: u8) {}\n".to_owned(), 1),
        ("/// Parses it.\npub fn f<T: Into<u8>>(\n    &self,\n    a: T,\n) {}\n".to_owned(), 1),
        (
            format!(
                "{example}pub struct A;\n\nimpl A {{\n\n    /// Sets it.\n    pub fn f(self, a: u8) {{}}\n}}\n"
            ),
            1,
        ),
        ("/// The length.\npub const fn len(&self) -> usize {}\n".to_owned(), 0),
        ("/// Consumes it.\npub fn into_inner(mut self) -> u8 {}\n".to_owned(), 0),
        ("/// A new token.\npub fn generate() -> Self {}\n".to_owned(), 0),
        ("/// All of them.\npub const ALL: u8 = 1;\n".to_owned(), 0),
        ("/// A type.\npub enum A {}\n".to_owned(), 1),
        ("/// A type.\npub type A = B;\n".to_owned(), 1),
        ("/// A trait.\npub trait A {}\n".to_owned(), 1),
        ("pub(crate) fn f(a: u8) {}\n".to_owned(), 0),
        ("fn f() {}\n\n#[cfg(test)]\nmod tests {\n    pub fn g(a: u8) {}\n}\n".to_owned(), 0),
    ] {
        assert_eq!(without_example("a", &text).len(), count, "{text}");
    }
}
