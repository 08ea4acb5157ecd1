//! The stated Rust version, the gitleaks rules in `integrations/`, and the length of the examples.

mod util;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use influxdb3_offline_tokens::Token;
use regex::Regex;
use serde_json::Value;

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap()).collect()
}

/// Covers what users build, with all features and on all systems.
#[test]
fn dependencies_build_with_the_stated_rust() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--all-features", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let string = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes = list(&metadata["resolve"]["nodes"]).into_iter();
    let nodes: BTreeMap<String, Value> = nodes.map(|node| (string(&node["id"]), node)).collect();
    let mut built = BTreeSet::new();
    let mut next = vec![string(&metadata["resolve"]["root"])];
    while let Some(id) = next.pop() {
        for dependency in list(&nodes[&id]["deps"]) {
            let is_for_users = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            if is_for_users && built.insert(string(&dependency["pkg"])) {
                next.push(string(&dependency["pkg"]));
            }
        }
    }
    assert!(built.len() > 20, "{built:?}");
    let stated = version(env!("CARGO_PKG_RUST_VERSION"));
    for package in list(&metadata["packages"]) {
        if built.contains(&string(&package["id"])) {
            let needed = package["rust_version"].as_str().unwrap_or("1.0");
            assert!(version(needed) <= stated, "{} needs Rust {needed}", package["name"]);
        }
    }
}

#[test]
fn documents_the_minimum_rust_version() {
    let stated = format!("Rust {}", env!("CARGO_PKG_RUST_VERSION"));
    for path in ["README.md", ".pre-commit-hooks.yaml"] {
        assert!(text(path).contains(&stated), "{path} does not mention {stated}");
    }
}

/// A rule of gitleaks.
struct Rule {
    /// Its first group is the secret.
    expression: Regex,
    /// The minimum entropy of a secret.
    entropy: f64,
    /// Lower-case words that no secret contains.
    stopwords: Vec<String>,
}

impl Rule {
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let secret = self.expression.captures(text)?.get(1)?.as_str();
        let is_example = self.stopwords.iter().any(|word| secret.to_lowercase().contains(word));
        (entropy(secret) > self.entropy && !is_example).then_some(secret)
    }
}

fn rules() -> [Rule; 2] {
    let text = text("integrations/gitleaks.toml");
    let rules = text.split("[[rules]]").skip(1).map(|rule| {
        let value = |key: &str| rule.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        let words = value("stopwords").unwrap_or("[]").trim_matches(['[', ']']);
        Rule {
            expression: Regex::new(value("regex").unwrap().trim_matches('\'')).unwrap(),
            entropy: value("entropy").unwrap().parse().unwrap(),
            stopwords: words.split_terminator(", ").map(|word| word.trim_matches('"').to_owned()).collect(),
        }
    });
    rules.collect::<Vec<_>>().try_into().ok().expect("two rules")
}

/// Bits per character, as in gitleaks.
fn entropy(text: &str) -> f64 {
    let mut counts = BTreeMap::new();
    for character in text.chars() {
        *counts.entry(character).or_insert(0.0) += 1.0;
    }
    let length: f64 = counts.values().sum();
    -counts.values().map(|count: &f64| count / length * (count / length).log2()).sum::<f64>()
}

#[test]
fn gitleaks_finds_generated_tokens() {
    let [full_length, any_length] = rules();
    for _ in 0..2_000 {
        let token = Token::generate().unwrap();
        let token = token.expose();
        for (before, after) in [
            ("", ""),
            ("\"token\": \"", "\","),
            ("Bearer ", "\n"),
            ("TOKEN=", " "),
            ("://u:", "@h"),
            ("'", "'"),
        ] {
            let text = format!("{before}{token}{after}");
            assert!(full_length.find(&text) == Some(token), "in `{before}…{after}`");
        }
        assert!(full_length.find(&format!("{token}A")).is_none() && full_length.find(&token[..91]).is_none());
        // 16 random bytes, which rarely contain a stopword.
        let has_stopword = any_length.stopwords.iter().any(|word| token.to_lowercase().contains(word));
        assert!(has_stopword || any_length.find(&token[..28]).is_some(), "a short token is not found");
    }
}

#[test]
fn gitleaks_ignores_placeholders() {
    let mut examples: Vec<String> = [
        "apiv3_0XXXX-xxxXxXxxxXX_OxxxX...",
        "apiv3_your_token_here",
        "apiv3_YOUR_ADMIN_TOKEN_STRING_HERE",
        "apiv3_${TOKEN}",
        "apiv3_...",
        "apiv3_",
        "--token apiv3_TOKEN",
    ]
    .map(str::to_owned)
    .into();
    examples.extend([32, 86].map(|length| format!("apiv3_{}", "x".repeat(length))));
    examples.push(format!("apiv3_{}", "0123456789".repeat(9)));
    let folder = util::fixtures().join("codes/T0303-placeholder-token");
    for path in util::files(&folder, ".json") {
        if util::file_name(&path).starts_with("bad") {
            let file = std::fs::read_to_string(path).unwrap();
            let tokens = file.lines().filter(|line| line.contains("\"token\"") && line.contains("apiv3_"));
            examples.extend(tokens.map(str::to_owned));
        }
    }
    assert!(examples.len() > 12, "{examples:?}");
    for example in &examples {
        assert!(rules().iter().all(|rule| rule.find(example).is_none()), "{example}");
    }
}

#[test]
fn examples_are_short() {
    const MAX_LINES: usize = 100;
    let files = util::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), ".rs");
    assert!(files.len() > 8, "{files:?}");
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{}: {lines} lines", file.display());
    }
}
