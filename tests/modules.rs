//! Structure of `src`: import order and cycles, confined dependencies, length of files, paths of items, and examples.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

const MAX_LINES: usize = 400;

/// Each dependency, and the only files or folders that may name it.
const CONFINED: [(&str, &[&str]); 11] = [
    ("nom", &["permission/parse"]),
    ("serde_json", &["json"]),
    ("foldhash", &["access", "document", "rules"]),
    ("humantime", &["expiry"]),
    ("rand", &["token", "replace"]),
    ("base64", &["token", "access/authorization"]),
    ("sha2", &["token", "access/authorizer"]),
    ("rustix", &["replace"]),
    ("arbitrary", &["fuzzing"]),
    ("proptest", &["strategies"]),
    ("annotate_snippets", &["render"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The path without extension and the text of every file of the library.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let file =
                path.strip_prefix(source()).unwrap().with_extension("").to_str().unwrap().replace('\\', "/");
            match path.extension() {
                // `bin` is another crate.
                None if file != "bin" => folders.push(path),
                Some(extension) if extension == "rs" => {
                    files.push((file, std::fs::read_to_string(&path).unwrap()));
                }
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 30);
    files
}

/// The code of a file, without comments and unit tests.
fn code(text: &str) -> String {
    let own = text.split("\nmod tests {").next().unwrap();
    own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
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

static IMPORT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap());
static INLINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w$:])((?:crate|super|self)(?:::\w+)+)").unwrap());

/// The paths of a `use` tree: `a::{b, c::{d, e}}` gives `a::b`, `a::c::d` and `a::c::e`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let mut depth = 0;
    let branches = inner.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let branches = branches.filter(|branch| !branch.trim().is_empty());
    branches.flat_map(leaves).map(|leaf| format!("{}{leaf}", head.trim())).collect()
}

/// The imported paths with their aliases: `super::Name as Other`.
fn imports(code: &str) -> Vec<String> {
    IMPORT.captures_iter(code).flat_map(|found| leaves(&found[1])).collect()
}

/// The imported paths, and inline paths from `crate`, `super` or `self`.
fn paths(code: &str) -> Vec<String> {
    let rest = IMPORT.replace_all(code, "");
    let inline = INLINE.captures_iter(&rest).map(|found| found[1].to_owned());
    let imports = imports(code).into_iter();
    imports.map(|path| path.split(" as ").next().unwrap().to_owned()).chain(inline).collect()
}

/// The top-level modules that code names with `crate::`.
fn named_modules(code: &str) -> Vec<String> {
    let paths = paths(code).into_iter();
    paths.filter_map(|path| Some(path.strip_prefix("crate::")?.split("::").next()?.to_owned())).collect()
}

/// Resolves a path in the module `own` to one from the crate root.
fn absolute(own: &str, path: &str) -> String {
    let mut base: Vec<&str> = own.split("::").collect();
    let mut rest = path;
    if let Some(inner) = path.strip_prefix("crate::") {
        (base, rest) = (Vec::new(), inner);
    }
    rest = rest.strip_prefix("self::").unwrap_or(rest);
    while let Some(inner) = rest.strip_prefix("super::") {
        base.pop();
        rest = inner;
    }
    base.push(rest);
    base.join("::")
}

/// The import cycles. Imports of a module's own children do not count.
fn cycles(files: &[(String, String)]) -> BTreeSet<String> {
    let files = files.iter().filter(|(file, _)| file != "lib");
    let modules: BTreeMap<String, String> =
        files.map(|(file, text)| (file.replace('/', "::"), code(text))).collect();
    // `use self::child::Name` makes `parent::Name` an import of the child.
    let mut homes: BTreeMap<String, &str> = BTreeMap::new();
    for (own, code) in &modules {
        for path in imports(code) {
            let (path, alias) = path.split_once(" as ").unwrap_or((&path, &path));
            let path = absolute(own, path);
            let child = path.rsplit_once("::").and_then(|(child, _)| modules.get_key_value(child));
            if let Some((child, _)) = child.filter(|(child, _)| child.starts_with(&format!("{own}::"))) {
                homes.insert(format!("{own}::{}", alias.rsplit("::").next().unwrap()), child);
            }
        }
    }
    let module = |path: String| -> Option<&str> {
        let mut path = path.as_str();
        loop {
            let found = modules.get_key_value(path).map(|(module, _)| module.as_str());
            if let Some(found) = found.or_else(|| homes.get(path).copied()) {
                return Some(found);
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let others: BTreeMap<&str, BTreeSet<&str>> = modules
        .iter()
        .map(|(own, code)| {
            let named = paths(code).into_iter().filter_map(|path| module(absolute(own, &path)));
            let is_own = |other: &&str| *other == own || other.starts_with(&format!("{own}::"));
            (own.as_str(), named.filter(|other| !is_own(other)).collect())
        })
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = others
        .iter()
        .map(|(own, direct)| {
            let mut reached = BTreeSet::new();
            let mut next: Vec<&str> = direct.iter().copied().collect();
            while let Some(other) = next.pop() {
                if reached.insert(other) {
                    next.extend(&others[other]);
                }
            }
            (*own, reached)
        })
        .collect();
    let cycle = |(own, others): (&&str, &BTreeSet<&str>)| {
        let back: Vec<&str> = others.iter().copied().filter(|other| reached[other].contains(own)).collect();
        back.join(", ")
    };
    reached.iter().map(cycle).filter(|cycle| !cycle.is_empty()).collect()
}

/// The imports of modules further down in `lib.rs`, and of anything that is not a module.
fn invalid_imports(files: &[(String, String)], order: &[String]) -> Vec<String> {
    let place = |module: &str| order.iter().position(|listed| listed == module);
    let mut errors = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| file != "lib") {
        let Some(own) = place(file.split('/').next().unwrap()) else {
            errors.push(format!("{file} is not in the list"));
            continue;
        };
        let code = code(text);
        for module in named_modules(&code) {
            match place(&module) {
                Some(other) if other > own => {
                    errors.push(format!("{file} imports {module}, which is below it"));
                }
                Some(_) => {}
                // For example `crate::Token`, a re-export of `lib.rs`.
                None => {
                    errors.push(format!("{file} imports crate::{module}, which is not a module of the list"));
                }
            }
        }
        // `super` must not leave the top-level module.
        let depth = file.split('/').count() - 1;
        if code.contains(&"super::".repeat(depth + 1)) {
            errors.push(format!("{file} imports from above its own module"));
        }
    }
    errors
}

#[test]
fn modules_import_only_modules_above_them() {
    let order = order();
    assert!(order.len() > 15, "{order:?}");
    let errors = invalid_imports(&files(), &order);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn detects_invalid_imports() {
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
        assert_eq!(invalid_imports(&[(file.into(), text.into())], &order).len(), count, "{file}: {text}");
    }
}

#[test]
fn imports_have_no_cycles() {
    let cycles = cycles(&files());
    assert!(cycles.is_empty(), "{cycles:#?}");
}

#[test]
fn detects_import_cycles() {
    // Each line is a file and its text, in which `|` is a line break.
    for (files, expected) in [
        // Three files of a folder, by each kind of path.
        (
            r"a: mod x;|mod y;|mod z;
            a/x: use crate::a::y::Y;
            a/y: pub(crate) use super::{|    A,|    z::{Z, more},|};
            a/z: fn f() -> crate::a::x::X {}",
            &["a::x, a::y, a::z"][..],
        ),
        // By an alias in the parent.
        (
            r"a: mod x;|mod y;|pub use self::x::X as Y;|use y::f;
            a/x: fn g() { super::f() }
            a/y: use crate::a::Y as Mine;",
            &["a::x, a::y"],
        ),
        // Two cycles.
        (
            r"a/x: use crate::b::y::Y;
            b/y: use crate::a::x::X;
            c: use crate::d::D;
            d: use crate::c;",
            &["a::x, b::y", "c, d"],
        ),
        // Parents, own children and the module itself.
        (
            r"a: mod x;|mod y;|pub use self::x::X;|use y::Y;|pub fn g() { self::x::g() }
            a/x: use super::A;|use crate::a::y::Y;|use crate::a::x::g;
            a/y: use crate::a::{A, g};|use std::a::x::X;",
            &[],
        ),
        // Comments, strings and unit tests.
        (
            r#"a/x: use super::y::Y;
            a/y: // use super::x::X;|const HELP: &str = "use x; see y";|#[cfg(test)]|mod tests {|    use super::super::x::X;|}"#,
            &[],
        ),
    ] {
        let files = files.lines().map(|line| line.trim().split_once(": ").unwrap());
        let files: Vec<_> = files.map(|(file, text)| (file.to_owned(), text.replace('|', "\n"))).collect();
        assert_eq!(Vec::from_iter(cycles(&files)), expected, "{files:#?}");
    }
}

static EXPORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^pub use ([^;]+);").unwrap());
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^pub (?:const )?(?:fn|struct|enum|trait|type|static|const|macro) (\w+)").unwrap()
});

/// The names that a file exports: what it defines and what it re-exports.
fn exports(code: &str) -> BTreeSet<String> {
    let last = |path: String| path.rsplit("::").next().unwrap().to_owned();
    let reexports = EXPORT.captures_iter(code).flat_map(|found| leaves(&found[1])).map(last);
    reexports.chain(ITEM.captures_iter(code).map(|found| found[1].to_owned())).collect()
}

/// The root re-exports what most programs need, and no type has two paths.
#[test]
fn types_have_one_path() {
    const MAX: usize = 32;
    let lib = code(&std::fs::read_to_string(source().join("lib.rs")).unwrap());
    let root = exports(&lib);
    assert!((25..=MAX).contains(&root.len()), "{} names at the root: {root:?}", root.len());
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in root {
        paths.entry(name).or_default().push("crate".into());
    }
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        let text = std::fs::read_to_string(source().join(module).with_extension("rs")).unwrap();
        for name in exports(&code(&text)) {
            paths.entry(name).or_default().push(module.into());
        }
    }
    // Functions such as `admin::load` may share a name.
    let is_type = |name: &str| name.starts_with(char::is_uppercase);
    let duplicates: Vec<_> =
        paths.iter().filter(|(name, modules)| is_type(name) && modules.len() > 1).collect();
    assert!(duplicates.is_empty(), "{duplicates:?}");
}

#[test]
fn dependencies_are_confined() {
    let mut errors = Vec::new();
    for (dependency, homes) in CONFINED {
        // A path of the dependency, or an import of it; a module of another crate may have the same name.
        let name =
            Regex::new(&format!(r"(?m)(?:^|[^\w:]|[^\w]::){dependency}::|\buse {dependency}\b")).unwrap();
        let mut is_used_at_home = false;
        for (file, text) in files().iter().filter(|(file, _)| !file.ends_with("tests")) {
            let is_home = homes.iter().any(|home| file == home || file.starts_with(&format!("{home}/")));
            let is_named = name.is_match(&code(text));
            is_used_at_home |= is_named && is_home;
            if is_named && !is_home {
                errors.push(format!("{file} names {dependency}, which only {homes:?} may"));
            }
        }
        if !is_used_at_home {
            errors.push(format!("{homes:?} do not name {dependency}"));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn files_are_short_and_folders_flat() {
    for (file, text) in files() {
        assert!(text.lines().count() <= MAX_LINES, "{file}: {} lines", text.lines().count());
        assert!(file.matches('/').count() <= 1, "{file} is more than one folder deep");
    }
}

/// The public types, and functions with arguments besides `self`, that lack an example.
fn items_without_example(file: &str, text: &str) -> Vec<String> {
    let item = Regex::new(
        r"(?m)^ *pub (?:const )?(?:(?:struct|enum|trait|type) (?<type>\w+)|fn (?<fn>\w+)[^(]*\((?<arguments>[^)]*))",
    )
    .unwrap();
    let takes_more_than_self = |arguments: &str| {
        let mut arguments = arguments.split(',').map(str::trim);
        arguments.any(|argument| !argument.is_empty() && !argument.ends_with("self"))
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

// rustdoc's unstable `--show-coverage` omits methods of types from private modules.
#[test]
fn public_items_have_examples() {
    let missing: Vec<String> =
        files().iter().flat_map(|(file, text)| items_without_example(file, text)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn detects_missing_examples() {
    let example = "/// ```\n/// assert!(true);\n/// ```\n";
    let cases = [
        ("/// Parses it.\n///\nEXAMPLE#[must_use]\npub const fn f(a: u8) {}\n", 0),
        ("/// Parses it.\n#[must_use]\npub const fn f(a: u8) {}\n", 1),
        ("/// Parses it.\npub fn f<T: Into<u8>>(\n    &self,\n    a: T,\n) {}\n", 1),
        ("EXAMPLEpub struct A;\n\nimpl A {\n\n    /// Sets it.\n    pub fn f(self, a: u8) {}\n}\n", 1),
        ("/// The length.\npub const fn len(&self) -> usize {}\n", 0),
        ("/// Consumes it.\npub fn into_inner(mut self) -> u8 {}\n", 0),
        ("/// A new token.\npub fn generate() -> Self {}\n", 0),
        ("/// All of them.\npub const ALL: u8 = 1;\n", 0),
        ("/// A type.\npub enum A {}\n", 1),
        ("/// A type.\npub type A = B;\n", 1),
        ("/// A trait.\npub trait A {}\n", 1),
        ("pub(crate) fn f(a: u8) {}\n", 0),
        ("fn f() {}\n\n#[cfg(test)]\nmod tests {\n    pub fn g(a: u8) {}\n}\n", 0),
    ];
    for (text, count) in cases.map(|(text, count)| (text.replace("EXAMPLE", example), count)) {
        assert_eq!(items_without_example("a", &text).len(), count, "{text}");
    }
}
