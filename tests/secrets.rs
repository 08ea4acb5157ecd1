//! Secrecy of tokens: no output of a value, an error or a panic contains a piece of one, and neither does freed memory.

#![allow(missing_docs, unsafe_code)]

mod util;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

use influxdb3_offline_tokens::edit;
use influxdb3_offline_tokens::server::{HttpPermission, HttpTokenRequest, ServerTokens};
use influxdb3_offline_tokens::{
    DatabaseActions, DatabaseName, Expectations, Expiry, Permission, Release, Token, TokenEntry, TokenFile,
    TokenName, Validator, redact,
};
use serde_json::json;

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
        let needle = &util::CANARY.as_bytes()[NEEDLE_START..NEEDLE_START + NEEDLE_LENGTH];
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
    let read = |folder: &str, is_token: bool| {
        let paths = util::files(&util::fixtures().join("combined").join(folder), ".json").into_iter();
        let read = |path: PathBuf| {
            let name = format!("{folder}/{}", util::file_name(&path));
            Text { name, bytes: std::fs::read(path).unwrap(), is_token }
        };
        paths.map(read).collect::<Vec<_>>()
    };
    [read("secrets-in-place", true), read("secrets-out-of-place", false)].into_iter().flatten().collect()
}

fn valid_file() -> String {
    std::fs::read_to_string(util::fixtures().join("combined/secrets-in-place/valid-file.json")).unwrap()
}

fn entry() -> TokenEntry {
    let permission = Permission::database(["db1"], DatabaseActions::READ).unwrap();
    TokenEntry::new(TokenName::parse("app").unwrap(), Token::parse(util::CANARY).unwrap())
        .with_permissions([permission])
}

/// Formats values with `Debug`, on one line and on several.
macro_rules! debug_output {
    ($($value:expr),+ $(,)?) => {{
        let mut out = String::new();
        $(let _ = writeln!(out, "{0:?}\n{0:#?}", $value);)+
        out
    }};
}

fn error_output(error: &dyn Error) -> String {
    let mut out = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let _ = writeln!(out, "{error}\n{error:#}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    out
}

#[test]
fn detects_tokens_in_freed_memory() {
    assert_eq!(leaks(|| drop(black_box(String::from(util::CANARY)))), 1);
    let reallocated = leaks(|| {
        let mut text = black_box(String::from(util::CANARY));
        text.push_str(&"x".repeat(1_000));
        zeroize::Zeroize::zeroize(&mut text);
    });
    assert_eq!(reallocated, 1);
}

#[test]
fn values_never_show_a_token() {
    let file = TokenFile::parse(valid_file().as_bytes()).unwrap();
    let out = debug_output!(
        entry(),
        entry().token(),
        Some(entry()),
        vec![entry()],
        file,
        file.tokens(),
        file.get("app"),
        file.clone().into_parts()
    );
    util::assert_no_piece_of(util::CANARY, &out, "a value");
    let duplicate = TokenFile::new([], [entry(), entry()]).unwrap_err();
    util::assert_no_piece_of(util::CANARY, &error_output(&duplicate), "an error");
}

#[test]
fn errors_never_show_a_token() {
    let canary = util::CANARY;
    let body = canary.trim_start_matches("apiv3_");
    let texts = [
        canary.to_owned(),
        body.to_owned(),
        format!("{body}."),
        format!("db:a:{body}"),
        format!("db:a:x,{canary},y"),
        format!("x{canary}"),
        format!("{canary} x"),
        format!("{canary}:a:read"),
        format!("db:{canary}.:read"),
        format!("db:a:{canary}"),
        format!("3.{canary}"),
    ];
    let mut out = String::new();
    for text in &texts {
        let mut add = |error: Option<String>| out += &error.unwrap_or_default();
        add(Token::parse(text).err().map(|error| error_output(&error)));
        add(DatabaseName::parse(text).err().map(|error| error_output(&error)));
        add(TokenName::parse(text).err().map(|error| error_output(&error)));
        add(Expiry::parse(text).err().map(|error| error_output(&error)));
        add(Expiry::parse_after(util::now(), text).err().map(|error| error_output(&error)));
        add(Release::parse(text).err().map(|error| error_output(&error)));
        add(text.parse::<influxdb3_offline_tokens::SystemResource>().err().map(|error| error_output(&error)));
        add(text.parse::<influxdb3_offline_tokens::Code>().err().map(|error| error_output(&error)));
        add(text.parse::<influxdb3_offline_tokens::Severity>().err().map(|error| error_output(&error)));
        add(DatabaseActions::parse(text).err().map(|error| error_output(&error)));
        for line in [
            text,
            &format!("app can {text} a"),
            &format!("app can read {text}!"),
            &format!("\"{text}\" {text}"),
        ] {
            add(Expectations::parse(line).err().map(|error| error_output(&error)));
        }
        for (resource_type, name, action) in
            [(text.as_str(), "a", "read"), ("db", text, "read"), ("db", "a", text)]
        {
            let parts = HttpPermission::from_parts(resource_type, &[name], &[action]);
            add(parts.err().map(|error| error_output(&error)));
            let parts =
                json!({"resource_type": resource_type, "resource_names": [name], "actions": [action]});
            add(serde_json::from_value::<HttpPermission>(parts.clone())
                .err()
                .map(|error| error_output(&error)));
            let request = json!({"token_name": "a", text: 1, "permissions": [parts]});
            add(HttpTokenRequest::parse(request.to_string().as_bytes())
                .err()
                .map(|error| error_output(&error)));
        }
        let duplicate =
            json!([{"name": text, "permissions": "[]"}, {"name": text, "permissions": "[]"}]).to_string();
        add(ServerTokens::parse(duplicate.as_bytes()).err().map(|error| error_output(&error)));
        add(serde_json::from_value::<Permission>(json!(text)).err().map(|error| error_output(&error)));
        add(serde_json::from_value::<DatabaseName>(json!(text)).err().map(|error| error_output(&error)));
        let file = json!({"create_databases": [text], "tokens": []});
        add(serde_json::from_value::<TokenFile>(file).err().map(|error| error_output(&error)));
        let file = json!({"tokens": [{"token": text, "name": text, "permissions": [text]}]});
        add(serde_json::from_value::<TokenFile>(file).err().map(|error| error_output(&error)));
        add(Permission::parse(text).err().map(|error| error_output(&error)));
        add(Permission::database([text], DatabaseActions::READ).err().map(|error| error_output(&error)));
        for error in Permission::errors(text) {
            add(Some(format!("{} {} {:?}", error.message(), error.help(), error.suggestion())));
        }
    }
    assert!(out.len() > 10_000);
    util::assert_no_piece_of(canary, &out, "an error");
}

#[test]
fn reports_never_show_a_token() {
    for Text { name, bytes, is_token } in canary_texts() {
        let report = Validator::new(util::now()).check(&bytes);
        let mut out = debug_output!(report);
        let _ = writeln!(out, "{report}\n{}\n{}", redact(&bytes), serde_json::to_string(&report).unwrap());
        for found in &report {
            let _ = writeln!(
                out,
                "{} {} {:?} {:?} {:?}",
                found.message(),
                found.pointer(),
                found.help(),
                found.labels(),
                found.fixes()
            );
        }
        match TokenFile::parse(&bytes) {
            Ok(_) if !is_token => {}
            Ok(file) => out += &debug_output!(file),
            Err(error) => out += &error_output(&error),
        }
        util::assert_no_piece_of(util::CANARY, &out, &name);
    }
}

#[test]
fn debug_never_shows_file_contents() {
    let text = format!(r#"{{"tokens": [{{"token": "{}", "name": "a", "permissions": []}}]}}"#, util::CANARY);
    let file = TokenFile::parse(text.as_bytes()).unwrap();
    let change = [edit::Change::create_databases([DatabaseName::parse("another").unwrap()])];
    let changed = edit::apply(Some(text.as_bytes()), &change).unwrap().unwrap();
    for text in [file.to_json(), changed] {
        assert_eq!(
            format!("{text:?} {text:#?}"),
            format!("SecretBytes({0} bytes) SecretBytes({0} bytes)", text.len())
        );
    }
}

#[test]
fn debug_redacts_tokens_used_as_names() {
    use influxdb3_offline_tokens::AdminTokenFile;
    use influxdb3_offline_tokens::access::FileDifference;
    use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};

    let upper = TokenName::parse(&util::CANARY.replacen("apiv3_", "APIV3_", 1)).unwrap();
    util::assert_no_piece_of(util::CANARY, &debug_output!(upper), "`Debug`");
    let canary = util::CANARY;
    let admin = format!(r#"{{"token": "apiv3_b", "name": "{canary}", "description": "{canary}"}}"#);
    let admin = AdminTokenFile::parse(admin.as_bytes()).unwrap();
    let rows = format!(r#"[{{"name": "{canary}", "permissions": "[\"{canary}\", \"db:{canary}:read\"]"}}]"#);
    let server = ServerTokens::parse(rows.as_bytes()).unwrap();
    let entry = |actions| {
        format!(
            r#"{{"tokens": [{{"token": "apiv3_b", "name": "{canary}", "permissions": ["db:{canary}:{actions}"]}}]}}"#
        )
    };
    let [old, new] = ["read", "write"].map(|actions| TokenFile::parse(entry(actions).as_bytes()).unwrap());
    let out = debug_output!(
        admin,
        server,
        server.tokens()[0],
        server.tokens()[0].permissions(),
        ServerComparison::new(&old, &server),
        ServerComparison::new(&new, &server).tokens(),
        FileDifference::new(&old, &new),
        FileDifference::new(&old, &TokenFile::default())
    );
    util::assert_no_piece_of(canary, &out, "`Debug`");
}

#[test]
fn serde_errors_never_show_a_token() {
    let canary = util::CANARY;
    let entry = format!(r#"{{"token": "{canary}", "name": "a", "expiry_millis": 1, "permissions": []}}"#);
    let quoted = format!("\"{canary}\"");
    let mut out = String::new();
    let mut rejected = 0;
    for text in [
        quoted.clone(),
        format!(r#"{{"tokens": {quoted}}}"#),
        format!(r#"{{"tokens": [{quoted}]}}"#),
        format!(r#"{{"create_databases": {quoted}, "tokens": []}}"#),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace(": 1,", &format!(": {quoted},"))),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace("[]", &quoted)),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace("[]", &format!("[{quoted}]"))),
        format!(r#"{{"tokens": [{}]}}"#, entry.replace(canary, &canary.replace("apiv3_", ""))),
        format!(r#"{{{quoted}: 1, "tokenz": 1}}"#),
    ] {
        let errors = [
            serde_json::from_str::<TokenFile>(&text).err(),
            serde_json::from_str::<TokenEntry>(&text).err(),
            serde_json::from_str::<Expiry>(&text).err(),
            serde_json::from_str::<influxdb3_offline_tokens::AdminTokenFile>(&text).err(),
        ];
        for error in errors.into_iter().flatten() {
            out += &error_output(&error);
            rejected += 1;
        }
    }
    assert_eq!(rejected, 36);
    util::assert_no_piece_of(canary, &out, "an error of serde");
}

#[test]
fn panics_never_show_a_token() {
    type Panics = fn(String);
    let file = || valid_file().replace("\"app\"", "5");
    let panics: [(&str, Panics); 4] = [
        ("unwrapping a file", |file| drop(TokenFile::parse(file.as_bytes()).unwrap())),
        ("unwrapping a token", |_| drop(Token::parse(&format!(" {}", util::CANARY)).unwrap())),
        ("unwrapping the error of a valid entry", |_| black_box(Err::<(), _>(entry())).unwrap()),
        ("unwrapping a permission", |_| drop(Permission::parse(util::CANARY).unwrap())),
    ];
    for (what, panics) in panics {
        let file = file();
        let panic = std::panic::catch_unwind(move || panics(file)).expect_err(what);
        let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(!message.is_empty(), "{what}");
        util::assert_no_piece_of(util::CANARY, &message, what);
    }
}

#[test]
fn zeroizes_dropped_values() {
    let source = String::from(util::CANARY);
    for (what, count) in [
        ("a token", leaks(|| drop(black_box(Token::parse(&source).unwrap())))),
        (
            "a clone",
            leaks(|| {
                let token = Token::parse(&source).unwrap();
                drop(black_box(token.clone()));
                drop(black_box(token));
            }),
        ),
        (
            "an entry and its clone",
            leaks(|| {
                let entry = entry();
                drop(black_box(entry.clone()));
                drop(black_box(entry.with_token(Token::parse("apiv3_other").unwrap())));
            }),
        ),
        (
            "a hash and a comparison",
            leaks(|| {
                let token = Token::parse(&source).unwrap();
                black_box((token.sha512(), token.matches(&source), token.matches("apiv3_guess")));
            }),
        ),
        (
            "many entries in a growing list",
            leaks(|| {
                let mut entries = Vec::new();
                for _ in 0..100 {
                    entries.push(black_box(entry()));
                }
                drop(black_box(entries));
            }),
        ),
        (
            "a file of two entries",
            leaks(|| {
                let other = TokenEntry::new(TokenName::parse("b").unwrap(), Token::parse("apiv3_b").unwrap());
                drop(black_box(TokenFile::new([], [entry(), other]).unwrap()));
                drop(black_box(TokenFile::new([], [entry(), entry()]).unwrap_err()));
            }),
        ),
    ] {
        assert_eq!(count, 0, "{what}: freed blocks contain the token");
    }
}

#[test]
fn zeroizes_memory_of_parse_and_check() {
    let mut leaking = Vec::new();
    for Text { name, bytes, is_token } in canary_texts() {
        let parse = leaks(|| drop(black_box(TokenFile::parse(&bytes))));
        let check = leaks(|| drop(black_box(Validator::new(util::now()).check(&bytes))));
        let shown = leaks(|| drop(black_box(redact(&bytes))));
        if parse + check + shown > 0 && is_token {
            leaking.push(format!("{name}: {parse} blocks by parse, {check} by check, {shown} by redact"));
        }
    }
    assert!(leaking.is_empty(), "{}", leaking.join("\n"));
}

#[test]
fn zeroizes_memory_of_file_operations() {
    use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    use influxdb3_offline_tokens::edit::Change;
    use influxdb3_offline_tokens::{TokenName, append, load, update};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    let created = leaks(|| assert_eq!(append(&path, &entry()).unwrap(), Outcome::Created));
    let rejected = leaks(|| drop(black_box(append(&path, &entry()).unwrap_err())));
    let loaded = leaks(|| drop(black_box(load(&path).unwrap())));
    let other = TokenEntry::new(TokenName::parse("other").unwrap(), Token::generate().unwrap());
    let appended = leaks(|| assert_eq!(append(&path, &other).unwrap(), Outcome::Replaced));
    let rotate = |token| Change::rotate(TokenName::parse("other").unwrap(), token);
    let rotate = rotate(Token::generate().unwrap());
    let rotated =
        leaks(|| assert_eq!(FileOptions::new().change(&path, &[rotate]).unwrap(), Outcome::Replaced));
    let secret = Token::generate().unwrap();
    let updated = leaks(|| {
        let plan = |file: Option<&TokenFile>| {
            let name = file.unwrap().tokens()[0].name().clone();
            Ok::<_, std::convert::Infallible>(vec![Change::rotate(name, secret.clone())])
        };
        drop(black_box(update(&path, plan).unwrap()));
    });
    let counts = [created, rejected, loaded, appended, rotated, updated];
    assert_eq!(counts, [0; 6], "freed blocks contain a token");
}

#[test]
fn keeps_presented_tokens_secret() {
    use influxdb3_offline_tokens::access::PresentedToken;

    let canary = util::CANARY;
    let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    let valid = [format!("Bearer {canary}"), format!("Basic {}", encode(&format!("user:{canary}")))];
    let invalid = [
        canary.to_owned(),
        format!("bearer {canary}"),
        format!("Bearer {canary} "),
        format!("Bearer {canary}ä"),
        format!("Basic {canary}"),
        format!("Basic {}", encode(canary)),
        format!("Basic {}", encode(&format!("user:{canary}:"))),
        format!("Basic {}", encode(&format!("{canary}:"))),
        format!("Basic {}!", encode(&format!("user:{canary}"))),
    ];
    let mut out = String::new();
    for header in &valid {
        let presented = PresentedToken::from_authorization(header.as_bytes()).unwrap();
        assert_eq!(presented.as_bytes(), canary.as_bytes());
        out += &debug_output!(presented, Some(&presented));
    }
    for header in &invalid {
        out += &error_output(&PresentedToken::from_authorization(header.as_bytes()).unwrap_err());
    }
    util::assert_no_piece_of(canary, &out, "a header");
    for header in valid.iter().chain(&invalid) {
        let count = leaks(|| drop(black_box(PresentedToken::from_authorization(header.as_bytes()))));
        assert_eq!(count, 0, "freed blocks contain a token");
    }
}

#[test]
fn live_authorizer_keeps_tokens_secret() {
    use influxdb3_offline_tokens::live::LiveAuthorizer;

    let directory = tempfile::tempdir().unwrap();
    // Users pass a token instead of a path, too.
    let path = directory.path().join(util::CANARY);
    let valid = TokenFile::new([], [entry()]).unwrap().to_json();
    let other = format!("{} ", String::from_utf8(valid.to_vec()).unwrap());
    let invalid = other.replace(':', ";");
    std::fs::write(&path, &*valid).unwrap();
    let mut live = None;
    let opened = leaks(|| live = Some(LiveAuthorizer::open(&path).unwrap()));
    let live = live.unwrap();
    let mut out = debug_output!(live);
    let mut counts = vec![opened];
    for text in [other.as_bytes(), &valid, &valid, invalid.as_bytes()] {
        std::fs::write(&path, text).unwrap();
        let mut outcome = None;
        counts.push(leaks(|| outcome = Some(live.refresh())));
        out += &debug_output!(outcome, live);
    }
    std::fs::remove_file(&path).unwrap();
    out += &debug_output!(live.refresh(), LiveAuthorizer::open(&path));
    util::assert_no_piece_of(util::CANARY, &out, "a live authorizer");
    assert_eq!(counts, [0; 5], "freed blocks contain a token");
    assert!(out.contains("Reloaded") && out.contains("Unchanged") && out.contains("does not exist"), "{out}");
}

#[test]
fn zeroizes_memory_of_admin_token_files() {
    use influxdb3_offline_tokens::{AdminTokenFile, admin};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("admin-token.json");
    let file = || AdminTokenFile::new(Token::parse(util::CANARY).unwrap());
    let created = leaks(|| admin::create(&path, &black_box(file())).unwrap());
    let loaded = leaks(|| drop(black_box(admin::load(&path).unwrap())));
    let mut leaking = Vec::new();
    for Text { name, bytes, is_token } in canary_texts() {
        let validator = Validator::new(util::now()).admin_token_file();
        let parse = leaks(|| drop(black_box(AdminTokenFile::parse(&bytes))));
        let check = leaks(|| drop(black_box(validator.check(&bytes))));
        if parse + check > 0 && is_token {
            leaking.push(format!("{name}: {parse} blocks by parse, {check} by check"));
        }
    }
    assert!(leaking.is_empty(), "{}", leaking.join("\n"));
    assert_eq!([created, loaded], [0; 2], "freed blocks contain a token");
}

#[test]
fn file_operations_never_show_a_token() {
    use influxdb3_offline_tokens::access::FileDifference;
    use influxdb3_offline_tokens::diagnostic::Applicability;
    use influxdb3_offline_tokens::disk::FileOptions;
    use influxdb3_offline_tokens::edit::{self, Change};
    use influxdb3_offline_tokens::{
        AccessRequest, AdminTokenFile, Authorizer, Rights, admin, append, load, update,
    };

    let directory = tempfile::tempdir().unwrap();
    let name = |name: &str| TokenName::parse(name).unwrap();
    let token = || Token::parse(util::CANARY).unwrap();
    let append_entry = || Change::append([entry()]).keep_if_same();
    let changes = [
        append_entry(),
        Change::rotate(name("app"), token()),
        Change::rotate(name("app"), token()).beside(name("new")),
        Change::rotate(name("app"), token()).if_sha512(token().sha512()),
        Change::rename(name("app"), name(util::CANARY)),
        Change::append([TokenEntry::new(name(util::CANARY), token())]),
    ];
    let mut out = debug_output!(changes, FileOptions::new());
    for change in &changes {
        out += &change.to_string();
    }
    let mut errors = 0;
    let mut add = |error: Option<&dyn Error>, out: &mut String| {
        if let Some(error) = error {
            errors += 1;
            *out += &error_output(error);
        }
    };
    // Users pass a token instead of a path, too.
    for file in ["tokens.json", util::CANARY] {
        let path = directory.path().join(file);
        add(load(&path).err().as_ref().map(|error| error as _), &mut out);
        for Text { bytes, is_token, .. } in canary_texts() {
            std::fs::write(&path, &bytes).unwrap();
            let validator = Validator::new(util::now());
            out += &debug_output!(
                validator.check_file(&path).unwrap(),
                validator.fix(&bytes, Applicability::Unsafe)
            );
            if is_token {
                add(load(&path).err().as_ref().map(|error| error as _), &mut out);
            }
            for change in &changes {
                let changed = FileOptions::new().change(&path, std::slice::from_ref(change));
                add(changed.err().as_ref().map(|error| error as _), &mut out);
                std::fs::write(&path, &bytes).unwrap();
                let updated = update(&path, |_| Ok::<_, std::convert::Infallible>(vec![change.clone()]));
                out += &debug_output!(updated.as_ref().ok());
                add(updated.err().as_ref().map(|error| error as _), &mut out);
                std::fs::write(&path, &bytes).unwrap();
            }
            add(append(&path, &entry()).err().as_ref().map(|error| error as _), &mut out);
        }
        let small = FileOptions::new().size_limit(10);
        let file = TokenFile::new([], [entry()]).unwrap();
        add(small.save(&path, &file).err().as_ref().map(|error| error as _), &mut out);
        add(admin::load(&path).err().as_ref().map(|error| error as _), &mut out);
        let admin = AdminTokenFile::new(token());
        add(admin::create(&path, &admin).err().as_ref().map(|error| error as _), &mut out);
        let failed = update(&path, |_| Err(load(path.join(util::CANARY)).unwrap_err()));
        add(failed.err().as_ref().map(|error| error as _), &mut out);
        add(append(path.join("x"), &entry()).err().as_ref().map(|error| error as _), &mut out);
    }
    let misnamed = TokenEntry::new(name(util::CANARY), Token::parse("apiv3_other").unwrap());
    let text = TokenFile::new([], [misnamed.clone()]).unwrap().to_json();
    let duplicate = Change::append([misnamed]);
    for change in [Change::remove(name(util::CANARY)), duplicate] {
        add(
            edit::apply(None, std::slice::from_ref(&change)).err().as_ref().map(|error| error as _),
            &mut out,
        );
        add(edit::apply(Some(&text), &[change]).err().as_ref().map(|error| error as _), &mut out);
    }
    assert!(errors > 100, "{errors}");

    let file = TokenFile::new([], [entry()]).unwrap();
    let authorizer = Authorizer::new(&file);
    let request = AccessRequest::database("db1", DatabaseActions::READ);
    out += &debug_output!(
        authorizer,
        authorizer.authenticate(util::CANARY, util::now()),
        authorizer.authenticate(&util::CANARY[1..], util::now()),
        authorizer.decide(util::CANARY, request, util::now()),
        FileDifference::new(&TokenFile::default(), &file),
        Rights::new(file.tokens()[0].permissions()),
    );
    util::assert_no_piece_of(util::CANARY, &out, "an operation");
}
