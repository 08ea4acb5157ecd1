//! No value, error, source or panic tells a token or a piece of one (`shared/reliability.md`, row 12), and no block of memory
//! that is given back holds one (row 13).

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
    static WATCHES: Cell<bool> = const { Cell::new(false) };
    static LEAKS: Cell<usize> = const { Cell::new(0) };
}

/// The allocator of this test: while it watches, it looks at every block that is given back.
struct Watching;

// The body of the canary from its 20th byte on: what is freed with this in it was not wiped.
const NEEDLE_START: usize = 20;
const NEEDLE_LENGTH: usize = 8;

impl Watching {
    /// # Safety
    /// The block must be readable.
    unsafe fn look(block: *mut u8, size: usize) {
        if !WATCHES.try_with(Cell::get).unwrap_or(false) {
            return;
        }
        let needle = &util::CANARY.as_bytes()[NEEDLE_START..NEEDLE_START + NEEDLE_LENGTH];
        // Blocks may hold bytes that were never written, so that they are read one by one, as the machine has them.
        let byte = |at: usize| unsafe { block.add(at).read_volatile() };
        let found = (0..size.saturating_sub(NEEDLE_LENGTH - 1))
            .any(|start| needle.iter().enumerate().all(|(at, wanted)| byte(start + at) == *wanted));
        if found {
            let _ = LEAKS.try_with(|leaks| leaks.set(leaks.get() + 1));
            if std::env::var_os("SHOW_LEAKS").is_some() {
                WATCHES.with(|watches| watches.set(false));
                eprintln!("{size} bytes: {}", std::backtrace::Backtrace::force_capture());
                WATCHES.with(|watches| watches.set(true));
            }
        }
    }
}

unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that nothing of an earlier block is taken for a leak of a later one.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            Self::look(block, layout.size());
            System.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // As an allocator does that cannot grow in place: what was there stays behind.
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
static ALLOCATOR: Watching = Watching;

/// How many blocks with a piece of the canary are given back by `work`.
fn leaks(work: impl FnOnce()) -> usize {
    LEAKS.with(|leaks| leaks.set(0));
    WATCHES.with(|watches| watches.set(true));
    work();
    WATCHES.with(|watches| watches.set(false));
    LEAKS.with(Cell::get)
}

/// The canary with every character of its body as an escape.
/// A text with the canary.
struct Text {
    what: String,
    bytes: Vec<u8>,
    /// Whether it is in the place of a token. Elsewhere it is no secret to the values, which keep it as a name.
    is_in_place: bool,
}

fn texts() -> Vec<Text> {
    let read = |folder: &str, is_in_place: bool| {
        let paths = util::files(&util::fixtures().join("combined").join(folder), ".json").into_iter();
        let read = |path: PathBuf| {
            let what = format!("{folder}/{}", util::file_name(&path));
            Text { what, bytes: std::fs::read(path).unwrap(), is_in_place }
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

/// Everything that a value or an error shows.
macro_rules! shown {
    ($($value:expr),+ $(,)?) => {{
        let mut out = String::new();
        $(let _ = writeln!(out, "{0:?}\n{0:#?}", $value);)+
        out
    }};
}

fn chain(error: &dyn Error) -> String {
    let mut out = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let _ = writeln!(out, "{error}\n{error:#}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    out
}

#[test]
fn the_allocator_sees_what_is_not_wiped() {
    assert_eq!(leaks(|| drop(black_box(String::from(util::CANARY)))), 1);
    let grows = leaks(|| {
        let mut text = black_box(String::from(util::CANARY));
        text.push_str(&"x".repeat(1_000));
        zeroize::Zeroize::zeroize(&mut text);
    });
    assert_eq!(grows, 1);
}

#[test]
fn values_show_no_token() {
    let file = TokenFile::parse(valid_file().as_bytes()).unwrap();
    let out = shown!(
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
    let twice = TokenFile::new([], [entry(), entry()]).unwrap_err();
    util::assert_no_piece_of(util::CANARY, &chain(&twice), "an error");
}

#[test]
fn errors_show_no_token() {
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
        add(Token::parse(text).err().map(|error| chain(&error)));
        add(DatabaseName::parse(text).err().map(|error| chain(&error)));
        add(TokenName::parse(text).err().map(|error| chain(&error)));
        add(Expiry::parse(text).err().map(|error| chain(&error)));
        add(Expiry::parse_after(util::now(), text).err().map(|error| chain(&error)));
        add(Release::parse(text).err().map(|error| chain(&error)));
        add(text.parse::<influxdb3_offline_tokens::SystemResource>().err().map(|error| chain(&error)));
        add(text.parse::<influxdb3_offline_tokens::Code>().err().map(|error| chain(&error)));
        add(text.parse::<influxdb3_offline_tokens::Severity>().err().map(|error| chain(&error)));
        add(DatabaseActions::parse(text).err().map(|error| chain(&error)));
        for line in [
            text,
            &format!("app can {text} a"),
            &format!("app can read {text}!"),
            &format!("\"{text}\" {text}"),
        ] {
            add(Expectations::parse(line).err().map(|error| chain(&error)));
        }
        for (resource_type, name, action) in
            [(text.as_str(), "a", "read"), ("db", text, "read"), ("db", "a", text)]
        {
            let parts = HttpPermission::from_parts(resource_type, &[name], &[action]);
            add(parts.err().map(|error| chain(&error)));
            let parts =
                json!({"resource_type": resource_type, "resource_names": [name], "actions": [action]});
            add(serde_json::from_value::<HttpPermission>(parts.clone()).err().map(|error| chain(&error)));
            let request = json!({"token_name": "a", text: 1, "permissions": [parts]});
            add(HttpTokenRequest::parse(request.to_string().as_bytes()).err().map(|error| chain(&error)));
        }
        let twice =
            json!([{"name": text, "permissions": "[]"}, {"name": text, "permissions": "[]"}]).to_string();
        add(ServerTokens::parse(twice.as_bytes()).err().map(|error| chain(&error)));
        add(serde_json::from_value::<Permission>(json!(text)).err().map(|error| chain(&error)));
        add(serde_json::from_value::<DatabaseName>(json!(text)).err().map(|error| chain(&error)));
        let file = json!({"create_databases": [text], "tokens": []});
        add(serde_json::from_value::<TokenFile>(file).err().map(|error| chain(&error)));
        let file = json!({"tokens": [{"token": text, "name": text, "permissions": [text]}]});
        add(serde_json::from_value::<TokenFile>(file).err().map(|error| chain(&error)));
        add(Permission::parse(text).err().map(|error| chain(&error)));
        add(Permission::database([text], DatabaseActions::READ).err().map(|error| chain(&error)));
        for error in Permission::errors(text) {
            add(Some(format!("{} {} {:?}", error.message(), error.help(), error.suggestion())));
        }
    }
    assert!(out.len() > 10_000);
    util::assert_no_piece_of(canary, &out, "an error");
}

#[test]
fn reports_and_redacted_texts_show_no_token() {
    for Text { what, bytes, is_in_place } in texts() {
        let report = Validator::new(util::now()).check(&bytes);
        let mut out = shown!(report);
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
            Ok(_) if !is_in_place => {}
            Ok(file) => out += &shown!(file),
            Err(error) => out += &chain(&error),
        }
        util::assert_no_piece_of(util::CANARY, &out, &what);
    }
}

#[test]
fn the_text_of_a_file_is_not_shown() {
    let text = format!(r#"{{"tokens": [{{"token": "{}", "name": "a", "permissions": []}}]}}"#, util::CANARY);
    let file = TokenFile::parse(text.as_bytes()).unwrap();
    let change = [edit::Change::create_databases([DatabaseName::parse("another").unwrap()])];
    let changed = edit::apply(Some(text.as_bytes()), &change).unwrap().unwrap();
    // Neither as text nor as numbers.
    for text in [file.to_json(), changed] {
        assert_eq!(
            format!("{text:?} {text:#?}"),
            format!("SecretBytes({0} bytes) SecretBytes({0} bytes)", text.len())
        );
    }
}

#[test]
fn a_token_in_the_place_of_a_name_is_not_shown_by_debug() {
    use influxdb3_offline_tokens::AdminTokenFile;
    use influxdb3_offline_tokens::access::FileDifference;
    use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};

    let upper = TokenName::parse(&util::CANARY.replacen("apiv3_", "APIV3_", 1)).unwrap();
    util::assert_no_piece_of(util::CANARY, &shown!(upper), "`Debug`");
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
    let out = shown!(
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
fn what_serde_refuses_is_not_shown() {
    let canary = util::CANARY;
    let entry = format!(r#"{{"token": "{canary}", "name": "a", "expiry_millis": 1, "permissions": []}}"#);
    let quoted = format!("\"{canary}\"");
    let mut out = String::new();
    let mut refused = 0;
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
            out += &chain(&error);
            refused += 1;
        }
    }
    assert_eq!(refused, 36);
    util::assert_no_piece_of(canary, &out, "an error of serde");
}

#[test]
fn panics_show_no_token() {
    type Panics = fn(String);
    let file = || valid_file().replace("\"app\"", "5");
    let panics: [(&str, Panics); 4] = [
        ("unwrapping a file", |file| drop(TokenFile::parse(file.as_bytes()).unwrap())),
        ("unwrapping a token", |_| drop(Token::parse(&format!(" {}", util::CANARY)).unwrap())),
        ("unwrapping what is sound", |_| black_box(Err::<(), _>(entry())).unwrap()),
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
fn values_are_wiped() {
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
        assert_eq!(count, 0, "{what}: blocks given back with the token in them");
    }
}

#[test]
fn reading_checking_and_redacting_leave_nothing_behind() {
    let mut wrong = Vec::new();
    for Text { what, bytes, is_in_place } in texts() {
        let parse = leaks(|| drop(black_box(TokenFile::parse(&bytes))));
        let check = leaks(|| drop(black_box(Validator::new(util::now()).check(&bytes))));
        let shown = leaks(|| drop(black_box(redact(&bytes))));
        if parse + check + shown > 0 && is_in_place {
            wrong.push(format!("{what}: {parse} blocks by parse, {check} by check, {shown} by redact"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn loading_appending_and_changing_leave_nothing_behind() {
    use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    use influxdb3_offline_tokens::edit::Change;
    use influxdb3_offline_tokens::{TokenName, append, load, update};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    let made = leaks(|| assert_eq!(append(&path, &entry()).unwrap(), Outcome::Created));
    let refused = leaks(|| drop(black_box(append(&path, &entry()).unwrap_err())));
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
    let all = [made, refused, loaded, appended, rotated, updated];
    assert_eq!(all, [0; 6], "blocks that hold a token");
}

#[test]
fn a_presented_token_is_neither_shown_nor_left_behind() {
    use influxdb3_offline_tokens::access::PresentedToken;

    let canary = util::CANARY;
    let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    let good = [format!("Bearer {canary}"), format!("Basic {}", encode(&format!("user:{canary}")))];
    let bad = [
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
    for header in &good {
        let presented = PresentedToken::from_authorization(header.as_bytes()).unwrap();
        assert_eq!(presented.as_bytes(), canary.as_bytes());
        out += &shown!(presented, Some(&presented));
    }
    for header in &bad {
        out += &chain(&PresentedToken::from_authorization(header.as_bytes()).unwrap_err());
    }
    util::assert_no_piece_of(canary, &out, "a header");
    for header in good.iter().chain(&bad) {
        let count = leaks(|| drop(black_box(PresentedToken::from_authorization(header.as_bytes()))));
        assert_eq!(count, 0, "blocks that hold a token");
    }
}

#[test]
fn a_live_authorizer_neither_shows_a_token_nor_leaves_one_behind() {
    use influxdb3_offline_tokens::live::LiveAuthorizer;

    let directory = tempfile::tempdir().unwrap();
    // People give a token in place of the path, too.
    let path = directory.path().join(util::CANARY);
    let good = TokenFile::new([], [entry()]).unwrap().to_json();
    let other = format!("{} ", String::from_utf8(good.to_vec()).unwrap());
    let bad = other.replace(':', ";");
    std::fs::write(&path, &*good).unwrap();
    let mut live = None;
    let opened = leaks(|| live = Some(LiveAuthorizer::open(&path).unwrap()));
    let live = live.unwrap();
    let mut out = shown!(live);
    let mut counts = vec![opened];
    for text in [other.as_bytes(), &good, &good, bad.as_bytes()] {
        std::fs::write(&path, text).unwrap();
        let mut outcome = None;
        counts.push(leaks(|| outcome = Some(live.refresh())));
        out += &shown!(outcome, live);
    }
    std::fs::remove_file(&path).unwrap();
    out += &shown!(live.refresh(), LiveAuthorizer::open(&path));
    util::assert_no_piece_of(util::CANARY, &out, "a live authorizer");
    assert_eq!(counts, [0; 5], "blocks that hold a token");
    assert!(out.contains("Reloaded") && out.contains("Unchanged") && out.contains("does not exist"), "{out}");
}

#[test]
fn an_admin_token_file_leaves_nothing_behind() {
    use influxdb3_offline_tokens::{AdminTokenFile, admin};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("admin-token.json");
    let file = || AdminTokenFile::new(Token::parse(util::CANARY).unwrap());
    let made = leaks(|| admin::create(&path, &black_box(file())).unwrap());
    let loaded = leaks(|| drop(black_box(admin::load(&path).unwrap())));
    let mut wrong = Vec::new();
    for Text { what, bytes, is_in_place } in texts() {
        let validator = Validator::new(util::now()).admin_token_file();
        let parse = leaks(|| drop(black_box(AdminTokenFile::parse(&bytes))));
        let check = leaks(|| drop(black_box(validator.check(&bytes))));
        if parse + check > 0 && is_in_place {
            wrong.push(format!("{what}: {parse} blocks by parse, {check} by check"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!([made, loaded], [0; 2], "blocks that hold a token");
}

/// Row 12 for what touches a file: loading, checking, mending, changing, deciding, and their errors.
#[test]
fn what_reads_changes_and_decides_shows_no_token() {
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
    let append_one = || Change::append([entry()]).keep_if_same();
    let changes = [
        append_one(),
        Change::rotate(name("app"), token()),
        Change::rotate(name("app"), token()).beside(name("new")),
        Change::rotate(name("app"), token()).if_sha512(token().sha512()),
        Change::rename(name("app"), name(util::CANARY)),
        Change::append([TokenEntry::new(name(util::CANARY), token())]),
    ];
    let mut out = shown!(changes, FileOptions::new());
    for change in &changes {
        out += &change.to_string();
    }
    let mut errors = 0;
    let mut add = |error: Option<&dyn Error>, out: &mut String| {
        if let Some(error) = error {
            errors += 1;
            *out += &chain(error);
        }
    };
    // People give a token in place of the path, too.
    for file in ["tokens.json", util::CANARY] {
        let path = directory.path().join(file);
        add(load(&path).err().as_ref().map(|error| error as _), &mut out);
        for Text { bytes, is_in_place, .. } in texts() {
            std::fs::write(&path, &bytes).unwrap();
            let validator = Validator::new(util::now());
            out +=
                &shown!(validator.check_file(&path).unwrap(), validator.fix(&bytes, Applicability::Unsafe));
            if is_in_place {
                add(load(&path).err().as_ref().map(|error| error as _), &mut out);
            }
            for change in &changes {
                let changed = FileOptions::new().change(&path, std::slice::from_ref(change));
                add(changed.err().as_ref().map(|error| error as _), &mut out);
                std::fs::write(&path, &bytes).unwrap();
                let updated = update(&path, |_| Ok::<_, std::convert::Infallible>(vec![change.clone()]));
                out += &shown!(updated.as_ref().ok());
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
    let twice = Change::append([misnamed]);
    for change in [Change::remove(name(util::CANARY)), twice] {
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
    out += &shown!(
        authorizer,
        authorizer.authenticate(util::CANARY, util::now()),
        authorizer.authenticate(&util::CANARY[1..], util::now()),
        authorizer.decide(util::CANARY, request, util::now()),
        FileDifference::new(&TokenFile::default(), &file),
        Rights::new(file.tokens()[0].permissions()),
    );
    util::assert_no_piece_of(util::CANARY, &out, "an operation");
}
