//! Secrecy of tokens in broken text: no output contains a piece of one.

#![allow(missing_docs)]

mod util;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::process::Command;

use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::edit::{self, Change};
use influxdb3_offline_tokens::server::{HttpPermission, HttpTokenRequest, ServerTokens};
use influxdb3_offline_tokens::{AdminTokenFile, Code, Report, TokenFile, TokenName, Validator, redact};

/// A random token, a passphrase, and a passphrase without the prefix of tokens.
const SECRETS: [&str; 3] =
    ["apiv3_h7Qx2L9vTzkP4wR8sM3nB6", "apiv3_tulip maple crane ocean", "tulip maple crane ocean"];

/// An edit of [`FILE`] that inserts a secret at `§`.
struct Place {
    from: &'static str,
    to: &'static str,
    secrets: &'static [&'static str],
}

impl Place {
    fn edited_file(&self) -> String {
        assert!(FILE.contains(self.from), "{}", self.from);
        FILE.replacen(self.from, self.to, 1)
    }
}

const FILE: &str = r#"{
  "create_databases": ["red", "blue"],
  "tokens": [
    {"token": "apiv3_a", "name": "app",
      "expiry_millis": 1798761600000, "permissions": ["db:red:read", "db:blue:write"]},
    {"token": "apiv3_b", "name": "b", "permissions": ["db:red:read"], "x": {"y": [1]}}
  ]
}
"#;

/// Places where every value is a secret.
const SECRET_PLACES: &[Place] = &[
    Place { from: r#""apiv3_a""#, to: r#""§""#, secrets: &SECRETS },
    Place { from: r#""token": "apiv3_b""#, to: r#""tokne": "§""#, secrets: &SECRETS },
    Place { from: r#""token": "apiv3_a""#, to: r#""secret": "§""#, secrets: &SECRETS },
    Place { from: r#""token": "apiv3_b""#, to: r#""token": "apiv3_b", "token": "§""#, secrets: &SECRETS },
    Place { from: r#""x""#, to: r#""note": "§", "x""#, secrets: &SECRETS },
    Place { from: "[1]", to: r#"["§"]"#, secrets: &SECRETS },
    Place { from: r#""tokens""#, to: r#""password": "§", "tokens""#, secrets: &SECRETS },
    Place { from: r#""apiv3_a""#, to: r#"["§"]"#, secrets: &SECRETS },
    Place { from: r#""apiv3_a""#, to: r#"{"value": "§"}"#, secrets: &SECRETS },
    Place { from: r#""apiv3_a""#, to: r#""Bearer §""#, secrets: &SECRETS },
];

/// Places where a value is a secret if it looks like one.
const OTHER_PLACES: &[Place] = &[
    Place { from: r#""x""#, to: r#""§""#, secrets: PREFIXED },
    Place { from: r#""app""#, to: r#""§""#, secrets: RANDOM },
    Place { from: "1798761600000", to: r#""§""#, secrets: PREFIXED },
    Place { from: "1798761600000", to: "§", secrets: PREFIXED },
    Place { from: "db:red:read", to: "§", secrets: PREFIXED },
    Place { from: "db:red:read", to: "db:§:read", secrets: PREFIXED },
    Place { from: "blue:write", to: "blue:§", secrets: PREFIXED },
    Place { from: r#""red""#, to: r#""§""#, secrets: PREFIXED },
    Place { from: "\"tokens\"", to: "// §\n\"tokens\"", secrets: PREFIXED },
    Place { from: "{\"token\"", to: "{ /* § */ \"token\"", secrets: PREFIXED },
    Place { from: "{\"token\"", to: "# §\n{\"token\"", secrets: PREFIXED },
];
const PREFIXED: &[&str] = SECRETS.split_at(2).0;
const RANDOM: &[&str] = SECRETS.split_at(1).0;

/// Edits that replace every occurrence.
#[rustfmt::skip]
const EDITS: &[(&str, &str)] = &[
    ("\"", "'"), ("\"", "`"), ("\"", ""), ("\"", "\"\""), ("\"", "\\\""), (": \"", ": \u{201C}"),
    (" \"", " "), ("\":", "\" ="), ("\":", ":"), ("\": ", "\" => "), ("\":", "\"::"), ("\":", "\""),
    ("\": \"", "\":, \""), (": \"", ": \"\t"), (": \"", ": \"\0"), (": \"", ": \"\u{1b}[0m"),
    (": \"", ": \"\n"), (": \"", ": \"\\q"), (": \"", ": \"C:\\"), (": \"", ": \"\\ud800"),
    (": \"", ": \"\\u12"), (": \"", ": True \""), (": \"", ": 01 \""), (": \"", ": 1e \""),
    (": \"", ": +1 \""), (": \"", ": ${X} \""), (": \"", ": $(pass \""), (": \"", ": {{ \""),
    (": \"", ": < \""), (": \"", ": ] \""), (": \"", ": } \""), (": \"", ": @ \""), (": ", ": [["),
    ("{\"", "{{\""), ("{", ""), ("}", ""), ("[", ""), ("]", ""), ("{", "["), ("]", "}"), ("}", "}}"),
    ("]", "]]"), ("[", "[,"), (",", ""), (",", ",,"), (",", ";"), ("}", ",}"), ("]", ",]"),
    (",", "\n<<<<<<< HEAD\n,"), (",", "\n=======\n,"), (",", ", // x\n"), (",", ", # x\n"),
    (",", ", /* x"), (",", ",\u{A0}"), (" ", "\u{FEFF}"), ("{\n", "{: 1,\n"), ("{\n", "{[1]: 1,\n"),
    ("}\n", "}\n{\"tokens\": [{\"token\": \"§\"}]}"), ("}\n", "}\n§"), ("{\n", "\"a\": {\n"),
    ("\"tokens\"", "\"tokenz\""), ("\"name\"", "\"nam\\u0065\""),
];

/// Texts around a secret.
const TEXTS: &[&str] = &[
    "§",
    "\"§\"",
    "[\"§\"]",
    "Bearer §",
    "TOKEN=§",
    "export TOKEN='§'\n",
    "tokens:\n  - token: §\n    name: app\n",
    "---\n- token: '§'\n",
    "token = \"§\"\n",
    "name,token\napp,§\n",
    "<token>§</token>",
    "${§}",
    "{{ § }}",
    "§: {\"tokens\": []}",
    r#"{"tokens": "§"}"#,
    r#"{"tokens": ["§"]}"#,
    r#"{"tokens": {"app": "§"}}"#,
    r#"{"tokens": §}"#,
    r#"{"tokens": [§]}"#,
    r#"{"tokens": [{"token": ${§}}]}"#,
    r#"{"tokens": [{"token": <§>, "name": "app"}]}"#,
    r#"{"tokens": [{"token": §, "name": "app"}]}"#,
    r#"{"tokens": [{token: §, name: app}]}"#,
    r#"{"tokens": [{"token": "apiv3_x" "§", "name": "app"}]}"#,
    r#"{"tokens": []} {"token": "§"}"#,
    "{\"tokens\": []}\n§",
    r#""token": "§", "name": "app""#,
    r#"[{"token": "§", "name": "app"}]"#,
    r#"{"token": "§", "name": "_admin"}"#,
    r#"{"token_name": "app", "token": "§", "permissions": []}"#,
    "'{\"tokens\": [{\"token\": \"§\"}]}'",
    "```json\n{\"tokens\": [{\"token\": \"§\"}]}\n```\n",
    r#""{\"tokens\": [{\"token\": \"§\"}]}""#,
    r#"{"Name": "§", "SecretString": "{\"tokens\": [{\"token\": \"§\"}]}"}"#,
    r#"{"tokens": [{"token": "§"}], "sops": {"mac": "ENC[§]"}}"#,
    "/run/secrets/§\n",
    "$ANSIBLE_VAULT;§\n",
    "{\"tokens\": [{\n<<<<<<< HEAD\n\"token\": \"§\",\n=======\n\"token\": \"apiv3_x\",\n>>>>>>> §\n\"name\": \"a\"}]}",
];

/// Texts with pieces of a secret between `§`.
const SPLIT_TEXTS: &[&str] = &[
    r#"{"tokens": [{"token": "apiv3_§h7Q§"§x2L§"§9vTz§"§kP4§", "name": "app"}]}"#,
    r#"{"tokens": [{"token": "apiv3_§h7Qq§"§x2Lq§"§9vTz§"§kP4q§", "name": "app"}]}"#,
    "{'tokens': [{'token': 'apiv3_§tulip§ §maple§ §crane§ §ocean§', 'name': 'app'}]}",
    "{tokens: [{token: apiv3_§h7Q§ §x2L§ §9vTz§ §kP4§, name: app}]}",
    r#"{"tokens": [{"name": "app", "permissions": [], "token": "apiv3_§h7Qx2L9vT"#,
];

/// Insertions between two characters of a secret.
const PIECES: [&str; 15] =
    ["\"", "'", "\" ", "\", \"", "\": \"", "\n", ",", ": ", "}", "]", "{", "\\", "\0", " // ", "${"];

#[test]
fn never_shows_a_secret() {
    let mut outputs = Outputs::default();
    for (number, place) in SECRET_PLACES.iter().chain(OTHER_PLACES).enumerate() {
        let file = place.edited_file();
        for (index, secret) in place.secrets.iter().enumerate() {
            let mut check = |what: &str, text: &str| {
                outputs.check(
                    &format!("place {number}, secret {index}, {what}"),
                    &fill(text, secret),
                    secret,
                );
            };
            check("no change", &file);
            for (from, to) in EDITS {
                check(&format!("{from:?} becomes {to:?}"), &file.replace(from, to));
            }
        }
    }
    for (number, text) in TEXTS.iter().enumerate() {
        for (index, secret) in SECRETS.iter().enumerate() {
            outputs.check(&format!("text {number}, secret {index}"), &fill(text, secret), secret);
        }
    }
    for (number, text) in SPLIT_TEXTS.iter().enumerate() {
        for secret in text.split('§').skip(1).step_by(2) {
            outputs.check(&format!("split text {number}"), &text.replace('§', ""), secret);
        }
    }
    outputs.finish();
    assert!(outputs.messages.len() >= 27, "the messages of syntax errors are {:#?}", outputs.messages);
}

#[test]
fn never_shows_pieces_of_a_broken_secret() {
    let mut outputs = Outputs::default();
    for (number, place) in SECRET_PLACES.iter().enumerate() {
        let file = place.edited_file();
        let (before, after) = file.split_once('§').unwrap();
        for (index, secret) in place.secrets.iter().enumerate() {
            for at in 0..=secret.len() {
                let (start, end) = secret.split_at(at);
                let what = format!("place {number}, secret {index}, byte {at}");
                outputs.check(&format!("{what}, truncated"), &[before, start].concat(), secret);
                let piece = PIECES[(at + number) % PIECES.len()];
                let text = [before, start, piece, end, after].concat();
                outputs.check(&format!("{what}, {piece:?}"), &text, secret);
            }
        }
    }
    outputs.finish();
}

#[test]
fn never_shows_a_secret_of_a_damaged_file() {
    let mut outputs = Outputs::default();
    for (number, place) in SECRET_PLACES.iter().chain(OTHER_PLACES).enumerate() {
        let file = place.edited_file();
        let secret = place.secrets[number % place.secrets.len()];
        for (at, character) in file.char_indices().filter(|(_, c)| !c.is_alphanumeric() && *c != '§') {
            let (start, end) = file.split_at(at);
            let what = format!("place {number}, byte {at}");
            outputs.check(&format!("{what}, truncated"), &fill(start, secret), secret);
            let without = [start, &end[character.len_utf8()..]].concat();
            outputs.check(&format!("{what}, without {character:?}"), &fill(&without, secret), secret);
        }
    }
    outputs.finish();
}

fn fill(text: &str, secret: &str) -> String {
    text.replace('§', secret)
}

/// Returns whether a text contains four consecutive characters of a word of the secret, or a shorter word.
fn has_piece(secret: &str, text: &str) -> bool {
    let mut words = secret.trim_start_matches("apiv3_").split(' ');
    words.any(|word| util::piece_of_length(word.len().min(4), word, text).is_some())
}

/// Searches outputs for secrets.
#[derive(Default)]
struct Outputs {
    cases: usize,
    /// Messages of syntax errors.
    messages: BTreeSet<String>,
    /// Cases that show a secret, without their texts.
    leaks: BTreeSet<String>,
    /// Texts for the program and their secrets.
    files: Vec<String>,
    secrets: BTreeSet<String>,
}

impl Outputs {
    fn check(&mut self, what: &str, text: &str, secret: &str) {
        let is_shown = |text: &str| has_piece(secret, text);
        if !is_shown(text) {
            return;
        }
        let validator = Validator::new(util::now());
        let report = validator.check(text.as_bytes());
        let syntax = report.iter().filter(|found| found.code() == Code::JsonSyntax);
        self.messages.extend(syntax.map(|found| found.message().to_owned()));
        let mut outputs = vec![
            ("a report", report_output(&report)),
            ("an error", error_output(TokenFile::parse(text.as_bytes()))),
            ("redact", redact(text.as_bytes())),
        ];
        // The other outputs are slow and similar.
        self.cases += 1;
        if self.cases.is_multiple_of(9) {
            self.files.push(text.into());
            self.secrets.insert(secret.into());
            let admin = validator.clone().admin_token_file().check(text.as_bytes());
            outputs.extend([
                ("a report of an admin token file", report_output(&admin)),
                ("a JSON report", serde_json::to_string(&report).unwrap()),
                ("a rendered report", report.render("tokens.json", text.as_bytes()).to_string()),
                ("a fix", fix_output(&validator, text.as_bytes())),
                ("an error of another format", parse_errors(text.as_bytes())),
            ]);
        }
        for (output, shown) in outputs {
            if is_shown(&shown) {
                self.leaks.insert(format!("{what}: {output}"));
            }
        }
    }

    /// Fails if an output showed a secret.
    fn finish(&self) {
        assert!(self.cases > 1_000, "{} cases", self.cases);
        for format in ["human", "json", "github", "sarif"] {
            let shown = self.run_program(format);
            assert!(!self.secrets.iter().any(|secret| has_piece(secret, &shown)), "the format {format}");
        }
        assert!(self.leaks.is_empty(), "{:#?}", self.leaks);
    }

    /// Returns the output of the program for all files.
    fn run_program(&self, format: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..self.files.len()).map(|number| format!("{number}.json")).collect();
        for (name, text) in names.iter().zip(&self.files) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut program = Command::new(env!("CARGO_BIN_EXE_influxdb3-tokens"));
        program.args(["validate", "--format", format]).args(names).current_dir(folder.path());
        let output = program.output().unwrap();
        assert!(output.stdout.len() > self.files.len(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

fn report_output(report: &Report) -> String {
    let mut out = format!("{report}\n{report:?}\n");
    for found in report {
        let _ = writeln!(out, "{found}\n{}\n{}\n{:?}", found.message(), found.pointer(), found.help());
        for label in found.labels() {
            let _ = writeln!(out, "{}", label.message());
        }
        if let Some(fix) = found.fix() {
            let _ = writeln!(out, "{fix:?}");
            for edit in fix.edits() {
                let _ = writeln!(out, "{:?}", edit.text());
            }
        }
    }
    out
}

fn fix_output(validator: &Validator, bytes: &[u8]) -> String {
    let fixed = validator.fix(bytes, Applicability::Unsafe).unwrap();
    let mut out = format!("{fixed:?}");
    for applied in &fixed.applied {
        let _ = writeln!(out, "{applied:?} {} {}", applied.message(), applied.pointer());
    }
    out
}

/// Errors of the other parsers.
fn parse_errors(bytes: &[u8]) -> String {
    let change = [Change::remove(TokenName::parse("app").unwrap())];
    [
        error_output(AdminTokenFile::parse(bytes)),
        error_output(edit::apply(Some(bytes), &change)),
        error_output(HttpTokenRequest::parse(bytes)),
        error_output(HttpPermission::parse(bytes)),
        error_output(ServerTokens::parse(bytes)),
        error_output(serde_json::from_slice::<TokenFile>(bytes)),
    ]
    .concat()
}

fn error_output<T, E: Error>(result: Result<T, E>) -> String {
    let mut out = String::new();
    let Err(error) = result else { return out };
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        let _ = writeln!(out, "{error}\n{error:?}");
        next = error.source();
    }
    out
}
