//! Secrecy of tokens: no output of a value, an error or a panic contains a piece of one, and neither does freed memory.

#![allow(missing_docs, unsafe_code)]

mod util;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use influxdb3_offline_tokens::access::{FileDifference, PresentedToken};
use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
use influxdb3_offline_tokens::edit::{self, Change};
use influxdb3_offline_tokens::live::LiveAuthorizer;
use influxdb3_offline_tokens::server::{HttpPermission, HttpTokenRequest, ServerComparison, ServerTokens};
use influxdb3_offline_tokens::{
    AccessRequest, AdminTokenFile, Authorizer, Code, DatabaseActions, DatabaseName, Expectations, Expiry,
    Permission, Release, Rights, Severity, SystemResource, Token, TokenEntry, TokenFile, TokenName,
    Validator, admin, append, load, redact, update,
};
use serde_json::json;
use util::CANARY;

thread_local! {
    static IS_SEARCHING: Cell<bool> = const { Cell::new(false) };
    static LEAKS: Cell<usize> = const { Cell::new(0) };
}

/// An allocator that counts freed blocks with a piece of the canary.
struct LeakDetector;

const NEEDLE_START: usize = 20;
const NEEDLE_LENGTH: usize = 8;

impl LeakDetector {
    /// # Safety
    /// The block must be readable.
    unsafe fn inspect(block: *mut u8, size: usize) {
        if !IS_SEARCHING.try_with(Cell::get).unwrap_or(false) {
            return;
        }
        let needle = &CANARY.as_bytes()[NEEDLE_START..NEEDLE_START + NEEDLE_LENGTH];
        // Volatile, as a block may have uninitialized bytes.
        let byte = |offset: usize| unsafe { block.add(offset).read_volatile() };
        let found = (0..size.saturating_sub(NEEDLE_LENGTH - 1)).any(|start| {
            needle.iter().enumerate().all(|(offset, expected)| byte(start + offset) == *expected)
        });
        if found {
            let _ = LEAKS.try_with(|leaks| leaks.set(leaks.get() + 1));
            if std::env::var_os("SHOW_LEAKS").is_some() {
                IS_SEARCHING.with(|searching| searching.set(false));
                eprintln!("{size} bytes: {}", std::backtrace::Backtrace::force_capture());
                IS_SEARCHING.with(|searching| searching.set(true));
            }
        }
    }
}

unsafe impl GlobalAlloc for LeakDetector {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that reused memory is not counted again.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            Self::inspect(block, layout.size());
            System.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Always moves the block, so that the old one is freed with its contents.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

#[global_allocator]
static ALLOCATOR: LeakDetector = LeakDetector;

/// Returns how many blocks `work` frees with a piece of the canary.
fn leaks(work: impl FnOnce()) -> usize {
    LEAKS.with(|leaks| leaks.set(0));
    IS_SEARCHING.with(|searching| searching.set(true));
    work();
    IS_SEARCHING.with(|searching| searching.set(false));
    LEAKS.with(Cell::get)
}

/// A fixture with the canary.
struct Text {
    name: String,
    bytes: Vec<u8>,
    /// Whether the canary is a token. Parsed values may keep it as a name elsewhere.
    is_token: bool,
}

fn canary_texts() -> Vec<Text> {
    let mut texts = Vec::new();
    for (folder, is_token) in [("secrets-in-place", true), ("secrets-out-of-place", false)] {
        for path in util::files(&util::fixtures().join("combined").join(folder), ".json") {
            let name = format!("{folder}/{}", util::file_name(&path));
            texts.push(Text { name, bytes: std::fs::read(path).unwrap(), is_token });
        }
    }
    texts
}

fn name(name: &str) -> TokenName {
    TokenName::parse(name).unwrap()
}

fn token() -> Token {
    Token::parse(CANARY).unwrap()
}

fn entry() -> TokenEntry {
    let permission = Permission::database(["db1"], DatabaseActions::READ).unwrap();
    TokenEntry::new(name("app"), token()).with_permissions([permission])
}

fn entry_of(token_name: &str, token: &str) -> TokenEntry {
    TokenEntry::new(name(token_name), Token::parse(token).unwrap())
}

fn file() -> TokenFile {
    TokenFile::new([], [entry()]).unwrap()
}

/// Formats values with `Debug`, on one line and on several.
macro_rules! debug_output {
    ($($value:expr),+ $(,)?) => {{
        let mut out = String::new();
        $(let _ = writeln!(out, "{0:?}\n{0:#?}", $value);)+
        out
    }};
}

/// Formats the error of a result with its sources.
fn error_output<T, E: Error>(result: Result<T, E>) -> String {
    let mut out = String::new();
    let Err(error) = result else { return out };
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        let _ = writeln!(out, "{error}\n{error:#}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    out
}

#[test]
fn detects_tokens_in_freed_memory() {
    assert_eq!(leaks(|| drop(black_box(String::from(CANARY)))), 1);
    let reallocated = leaks(|| {
        let mut text = black_box(String::from(CANARY));
        text.push_str(&"x".repeat(1_000));
        zeroize::Zeroize::zeroize(&mut text);
    });
    assert_eq!(reallocated, 1);
}

#[test]
fn values_never_show_a_token() {
    let file = file();
    let out = debug_output!(
        entry(),
        entry().token(),
        Some(entry()),
        vec![entry()],
        file,
        file.tokens(),
        file.get("app"),
        file.clone().into_parts()
    ) + &error_output(TokenFile::new([], [entry(), entry()]));
    util::assert_no_piece_of(CANARY, &out, "a value");
}

#[test]
fn errors_never_show_a_token() {
    let body = CANARY.trim_start_matches("apiv3_");
    let texts = [
        CANARY.to_owned(),
        body.to_owned(),
        format!("{body}."),
        format!("db:a:{body}"),
        format!("db:a:x,{CANARY},y"),
        format!("x{CANARY}"),
        format!("{CANARY} x"),
        format!("{CANARY}:a:read"),
        format!("db:{CANARY}.:read"),
        format!("db:a:{CANARY}"),
        format!("3.{CANARY}"),
    ];
    let mut out = String::new();
    for text in &texts {
        out += &error_output(Token::parse(text));
        out += &error_output(DatabaseName::parse(text));
        out += &error_output(TokenName::parse(text));
        out += &error_output(Expiry::parse(text));
        out += &error_output(Expiry::parse_after(util::now(), text));
        out += &error_output(Release::parse(text));
        out += &error_output(text.parse::<SystemResource>());
        out += &error_output(text.parse::<Code>());
        out += &error_output(text.parse::<Severity>());
        out += &error_output(DatabaseActions::parse(text));
        for line in [
            text,
            &format!("app can {text} a"),
            &format!("app can read {text}!"),
            &format!("\"{text}\" {text}"),
        ] {
            out += &error_output(Expectations::parse(line));
        }
        for (resource_type, name, action) in
            [(text.as_str(), "a", "read"), ("db", text, "read"), ("db", "a", text)]
        {
            out += &error_output(HttpPermission::from_parts(resource_type, &[name], &[action]));
            let parts =
                json!({"resource_type": resource_type, "resource_names": [name], "actions": [action]});
            out += &error_output(serde_json::from_value::<HttpPermission>(parts.clone()));
            let request = json!({"token_name": "a", text: 1, "permissions": [parts]});
            out += &error_output(HttpTokenRequest::parse(request.to_string().as_bytes()));
        }
        let row = json!({"name": text, "permissions": "[]"});
        out += &error_output(ServerTokens::parse(json!([row, row]).to_string().as_bytes()));
        out += &error_output(serde_json::from_value::<Permission>(json!(text)));
        out += &error_output(serde_json::from_value::<DatabaseName>(json!(text)));
        for file in [
            json!({"create_databases": [text], "tokens": []}),
            json!({"tokens": [{"token": text, "name": text, "permissions": [text]}]}),
        ] {
            out += &error_output(serde_json::from_value::<TokenFile>(file));
        }
        out += &error_output(Permission::parse(text));
        out += &error_output(Permission::database([text], DatabaseActions::READ));
        for error in Permission::errors(text) {
            let _ = writeln!(out, "{} {} {:?}", error.message(), error.help(), error.suggestion());
        }
    }
    assert!(out.len() > 10_000);
    util::assert_no_piece_of(CANARY, &out, "an error");
}

#[test]
fn reports_never_show_a_token() {
    for Text { name, bytes, is_token } in canary_texts() {
        let report = Validator::new(util::now()).check(&bytes);
        let json = serde_json::to_string(&report).unwrap();
        let mut out = debug_output!(report) + &format!("{report}\n{json}\n{}\n", redact(&bytes));
        match TokenFile::parse(&bytes) {
            Ok(file) if is_token => out += &debug_output!(file),
            result => out += &error_output(result),
        }
        util::assert_no_piece_of(CANARY, &out, &name);
    }
}

#[test]
fn debug_never_shows_file_contents() {
    let text = file().to_json();
    let change = [Change::create_databases([DatabaseName::parse("another").unwrap()])];
    let changed = edit::apply(Some(&text), &change).unwrap().unwrap();
    for text in [text, changed] {
        assert_eq!(
            format!("{text:?} {text:#?}"),
            format!("SecretBytes({0} bytes) SecretBytes({0} bytes)", text.len())
        );
    }
}

#[test]
fn debug_redacts_tokens_used_as_names() {
    let admin = format!(r#"{{"token": "apiv3_b", "name": "{CANARY}", "description": "{CANARY}"}}"#);
    let rows = format!(r#"[{{"name": "{CANARY}", "permissions": "[\"{CANARY}\", \"db:{CANARY}:read\"]"}}]"#);
    let server = ServerTokens::parse(rows.as_bytes()).unwrap();
    let [old, new] = ["read", "write"].map(|actions| {
        let permission = Permission::parse(&format!("db:{CANARY}:{actions}")).unwrap();
        TokenFile::new([], [entry_of(CANARY, "apiv3_b").with_permissions([permission])]).unwrap()
    });
    let out = debug_output!(
        name(&CANARY.replacen("apiv3_", "APIV3_", 1)),
        AdminTokenFile::parse(admin.as_bytes()).unwrap(),
        server,
        server.tokens()[0],
        ServerComparison::new(&old, &server),
        ServerComparison::new(&new, &server).tokens,
        FileDifference::new(&old, &new),
        FileDifference::new(&old, &TokenFile::default())
    );
    util::assert_no_piece_of(CANARY, &out, "`Debug`");
}

#[test]
fn serde_errors_never_show_a_token() {
    let entry = format!(r#"{{"token": "{CANARY}", "name": "a", "expiry_millis": 1, "permissions": []}}"#);
    let quoted = format!("\"{CANARY}\"");
    for text in [
        quoted.clone(),
        format!(r#"{{"tokens": {quoted}}}"#),
        format!(r#"{{"tokens": [{quoted}]}}"#),
        format!(r#"{{"create_databases": {quoted}, "tokens": []}}"#),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace(": 1,", &format!(": {quoted},"))),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace("[]", &quoted)),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace("[]", &format!("[{quoted}]"))),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace(CANARY, &CANARY.replace("apiv3_", ""))),
        format!(r#"{{{quoted}: 1, "tokenz": 1}}"#),
    ] {
        for out in [
            error_output(serde_json::from_str::<TokenFile>(&text)),
            error_output(serde_json::from_str::<TokenEntry>(&text)),
            error_output(serde_json::from_str::<Expiry>(&text)),
            error_output(serde_json::from_str::<AdminTokenFile>(&text)),
        ] {
            assert!(!out.is_empty());
            util::assert_no_piece_of(CANARY, &out, "an error of serde");
        }
    }
}

#[test]
fn panics_never_show_a_token() {
    let panics: [(&str, fn()); 4] = [
        ("a file", || drop(TokenFile::parse(format!(r#"{{"tokens": ["{CANARY}"]}}"#).as_bytes()).unwrap())),
        ("a token", || drop(Token::parse(&format!(" {CANARY}")).unwrap())),
        ("an entry", || black_box(Err::<(), _>(entry())).unwrap()),
        ("a permission", || drop(Permission::parse(CANARY).unwrap())),
    ];
    for (what, panics) in panics {
        let panic = std::panic::catch_unwind(panics).expect_err(what);
        let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(!message.is_empty(), "{what}");
        util::assert_no_piece_of(CANARY, &message, what);
    }
}

#[test]
fn zeroizes_dropped_values() {
    let works: [(&str, fn()); 6] = [
        ("a token", || drop(black_box(token()))),
        ("a clone", || drop(black_box((token().clone(), token())))),
        ("an entry and its clone", || {
            let entry = entry();
            drop(black_box(entry.clone()));
            drop(black_box(entry.with_token(Token::parse("apiv3_other").unwrap())));
        }),
        ("a hash and a comparison", || {
            let token = token();
            black_box((token.sha512(), token.matches(CANARY), token.matches("apiv3_guess")));
        }),
        ("many entries in a growing list", || {
            let mut entries = Vec::new();
            for _ in 0..100 {
                entries.push(black_box(entry()));
            }
            drop(black_box(entries));
        }),
        ("a file of two entries", || {
            drop(black_box(TokenFile::new([], [entry(), entry_of("b", "apiv3_b")]).unwrap()));
            drop(black_box(TokenFile::new([], [entry(), entry()]).unwrap_err()));
        }),
    ];
    for (what, work) in works {
        assert_eq!(leaks(work), 0, "{what}: freed blocks contain the token");
    }
}

#[test]
fn zeroizes_memory_of_parse_and_check() {
    let validator = Validator::new(util::now());
    for Text { name, bytes, .. } in canary_texts().into_iter().filter(|text| text.is_token) {
        let counts = [
            leaks(|| drop(black_box(TokenFile::parse(&bytes)))),
            leaks(|| drop(black_box(validator.check(&bytes)))),
            leaks(|| drop(black_box(redact(&bytes)))),
            leaks(|| drop(black_box(AdminTokenFile::parse(&bytes)))),
            leaks(|| drop(black_box(validator.clone().admin_token_file().check(&bytes)))),
        ];
        assert_eq!(counts, [0; 5], "{name}: freed blocks contain the token");
    }
}

#[test]
fn zeroizes_memory_of_file_operations() {
    let directory = tempfile::tempdir().unwrap();
    let [path, admin_path] = ["tokens.json", "admin.json"].map(|name| directory.path().join(name));
    let other = TokenEntry::new(name("other"), Token::generate().unwrap());
    let [rotated, planned] = [(); 2].map(|()| Token::generate().unwrap());
    let rotate = [Change::rotate(name("other"), rotated)];
    let plan = |file: Option<&TokenFile>| {
        let name = file.unwrap().tokens()[0].name().clone();
        Ok::<_, Infallible>(vec![Change::rotate(name, planned.clone())])
    };
    let counts = [
        leaks(|| assert_eq!(append(&path, &entry()).unwrap(), Outcome::Created)),
        leaks(|| drop(black_box(append(&path, &entry()).unwrap_err()))),
        leaks(|| drop(black_box(load(&path).unwrap()))),
        leaks(|| assert_eq!(append(&path, &other).unwrap(), Outcome::Replaced)),
        leaks(|| assert_eq!(FileOptions::new().change(&path, &rotate).unwrap(), Outcome::Replaced)),
        leaks(|| drop(black_box(update(&path, plan).unwrap()))),
        leaks(|| admin::create(&admin_path, &black_box(AdminTokenFile::new(token()))).unwrap()),
        leaks(|| drop(black_box(admin::load(&admin_path).unwrap()))),
    ];
    assert_eq!(counts, [0; 8], "freed blocks contain a token");
}

#[cfg(target_os = "linux")]
#[test]
fn zeroizes_memory_of_pipes() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    // Longer than the buffer of the pipe: the text grows.
    let mut text = file().to_json().into_vec();
    text.resize(200_000, b' ');
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, text)
    });
    let count = leaks(|| drop(black_box(load(&pipe).unwrap())));
    writer.join().unwrap().unwrap();
    assert_eq!(count, 0, "freed blocks contain a token");
}

#[test]
fn keeps_presented_tokens_secret() {
    let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    let valid = [format!("Bearer {CANARY}"), format!("Basic {}", encode(&format!("user:{CANARY}")))];
    let invalid = [
        CANARY.to_owned(),
        format!("bearer {CANARY}"),
        format!("Bearer {CANARY} "),
        format!("Bearer {CANARY}ä"),
        format!("Basic {CANARY}"),
        format!("Basic {}", encode(CANARY)),
        format!("Basic {}", encode(&format!("user:{CANARY}:"))),
        format!("Basic {}", encode(&format!("{CANARY}:"))),
        format!("Basic {}!", encode(&format!("user:{CANARY}"))),
    ];
    for header in valid.iter().chain(&invalid) {
        let result = PresentedToken::from_authorization(header.as_bytes());
        assert_eq!(result.is_ok(), valid.contains(header));
        assert!(result.as_ref().is_ok_and(|token| token.as_bytes() == CANARY.as_bytes()) || result.is_err());
        util::assert_no_piece_of(CANARY, &(debug_output!(result) + &error_output(result)), "a header");
        let count = leaks(|| drop(black_box(PresentedToken::from_authorization(header.as_bytes()))));
        assert_eq!(count, 0, "freed blocks contain a token");
    }
}

#[test]
fn live_authorizer_keeps_tokens_secret() {
    let directory = tempfile::tempdir().unwrap();
    // Users may pass a token instead of a path.
    let path = directory.path().join(CANARY);
    let valid = file().to_json();
    let other = format!("{} ", String::from_utf8(valid.to_vec()).unwrap());
    let invalid = other.replace(':', ";");
    std::fs::write(&path, &*valid).unwrap();
    let mut live = None;
    let mut counts = vec![leaks(|| live = Some(LiveAuthorizer::open(&path).unwrap()))];
    let live = live.unwrap();
    let mut out = debug_output!(live);
    for text in [other.as_bytes(), &valid, &valid, invalid.as_bytes()] {
        std::fs::write(&path, text).unwrap();
        let mut outcome = None;
        counts.push(leaks(|| outcome = Some(live.refresh())));
        out += &debug_output!(outcome, live);
    }
    std::fs::remove_file(&path).unwrap();
    out += &debug_output!(live.refresh(), LiveAuthorizer::open(&path));
    util::assert_no_piece_of(CANARY, &out, "a live authorizer");
    assert_eq!(counts, [0; 5], "freed blocks contain a token");
    assert!(out.contains("Reloaded") && out.contains("Unchanged") && out.contains("does not exist"), "{out}");
}

#[test]
fn file_operations_never_show_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let changes = [
        Change::append([entry()]).keep_if_same(),
        Change::rotate(name("app"), token()),
        Change::rotate(name("app"), token()).beside(name("new")),
        Change::rotate(name("app"), token()).if_sha512(token().sha512()),
        Change::rename(name("app"), name(CANARY)),
        Change::append([TokenEntry::new(name(CANARY), token())]),
    ];
    let mut out = debug_output!(changes, FileOptions::new());
    let mut errors = Vec::new();
    // Users may pass a token instead of a path.
    for file_name in ["tokens.json", CANARY] {
        let path = directory.path().join(file_name);
        let validator = Validator::new(util::now());
        errors.push(error_output(load(&path)));
        for Text { bytes, is_token, .. } in canary_texts() {
            let reset = |path: &Path| std::fs::write(path, &bytes).unwrap();
            reset(&path);
            out += &debug_output!(
                validator.check_file(&path).unwrap(),
                validator.fix(&bytes, Applicability::Unsafe)
            );
            if is_token {
                errors.push(error_output(load(&path)));
            }
            for change in &changes {
                out += &change.to_string();
                errors.push(error_output(FileOptions::new().change(&path, std::slice::from_ref(change))));
                reset(&path);
                let updated = update(&path, |_| Ok::<_, Infallible>(vec![change.clone()]));
                out += &debug_output!(updated.as_ref().ok());
                errors.push(error_output(updated));
                reset(&path);
            }
            errors.push(error_output(append(&path, &entry())));
        }
        errors.extend([
            error_output(FileOptions::new().size_limit(10).save(&path, &file())),
            error_output(admin::load(&path)),
            error_output(admin::create(&path, &AdminTokenFile::new(token()))),
            error_output(update(&path, |_| Err(load(path.join(CANARY)).unwrap_err()))),
            error_output(append(path.join("x"), &entry())),
        ]);
    }
    let misnamed = entry_of(CANARY, "apiv3_other");
    let text = TokenFile::new([], [misnamed.clone()]).unwrap().to_json();
    for change in [Change::remove(name(CANARY)), Change::append([misnamed])] {
        errors.push(error_output(edit::apply(None, std::slice::from_ref(&change))));
        errors.push(error_output(edit::apply(Some(&text), &[change])));
    }
    errors.retain(|error| !error.is_empty());
    assert!(errors.len() > 100, "{}", errors.len());

    let file = file();
    let authorizer = Authorizer::new(&file);
    let request = AccessRequest::Database("db1", DatabaseActions::READ);
    out += &debug_output!(
        authorizer,
        authorizer.authenticate(CANARY, util::now()),
        authorizer.authenticate(&CANARY[1..], util::now()),
        authorizer.decide(CANARY, request, util::now()),
        FileDifference::new(&TokenFile::default(), &file),
        Rights::new(file.tokens()[0].permissions()),
    );
    util::assert_no_piece_of(CANARY, &(out + &errors.concat()), "an operation");
}
