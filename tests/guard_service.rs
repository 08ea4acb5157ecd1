//! The example `guard_service` over HTTP: authorization, logs and reloads.
#![cfg(unix)]

#[path = "util/examples.rs"]
mod examples;
mod util;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use util::{CANARY, rename_into};

const OTHER: &str = "apiv3_0ther7token000000000000000000000000000000";
const TIMEOUT: Duration = Duration::from_secs(20);

struct Service {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Service {
    fn start(file: &Path, log_is_read: bool) -> Self {
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        let mut command = Command::new(BUILT.get_or_init(|| examples::example("guard_service")));
        command.arg(file);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap());
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if !log_is_read {
                    break;
                }
                *kept.lock().unwrap() += &(line + "\n");
            }
        });
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ").expect("the address").to_owned();
        Self { child, address, log }
    }

    /// Returns the response to a request with the header lines.
    fn send(&self, request: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let request = format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    fn status(&self, request: &str, token: &str) -> u16 {
        let response = self.send(request, &format!("Authorization: Bearer {token}\r\n"));
        response.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    #[track_caller]
    fn wait_for(&self, event: &str, mut has_happened: impl FnMut() -> bool) {
        let start = Instant::now();
        while !has_happened() {
            assert!(start.elapsed() < TIMEOUT, "no {event} within {TIMEOUT:?}; the log: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn file(permissions: &[&str]) -> String {
    json!({"tokens": [
        {"token": CANARY, "name": "app", "permissions": permissions},
        {"token": OTHER, "name": "other", "permissions": ["db:other:read"]},
        {"token": "apiv3_expired00000000000000000000000000000000", "name": "old", "expiry_millis": 1, "permissions": ["db:*:read"]},
    ]})
    .to_string()
}

fn temporary_file(permissions: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    std::fs::write(&path, file(permissions)).unwrap();
    (folder, path)
}

/// Writes a version as Kubernetes does: into a new folder, and then renames a link to it over `..data`.
fn swap(mount: &Path, version: usize, text: &str) {
    let folder = mount.join(format!("..version_{version}"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("permission-tokens.json"), text).unwrap();
    let link = mount.join("..data_tmp");
    std::os::unix::fs::symlink(folder.file_name().unwrap(), &link).unwrap();
    std::fs::rename(link, mount.join("..data")).unwrap();
    let old = mount.join(format!("..version_{}", version.wrapping_sub(1)));
    drop(std::fs::remove_dir_all(old));
}

#[test]
fn guards_endpoints_and_logs_reasons() {
    let (_folder, path) = temporary_file(&["db:a:read", "db:*:write,create", "system:health:read"]);
    let service = Service::start(&path, true);
    for (request, status) in [
        ("GET /databases/a", 200),
        ("POST /databases/a", 403),
        ("POST /databases/b", 200),
        ("PUT /databases/new", 200),
        // A new database: the entry of `a` does not apply.
        ("PUT /databases/a", 200),
        ("DELETE /databases/b", 403),
        ("GET /databases/_internal", 403),
        ("POST /databases/_internal", 403),
        ("POST /databases/a%2C*", 403),
        ("POST /databases/a%0A403%20forged", 403),
        ("PATCH /databases/a", 405),
        ("GET /nothing", 404),
    ] {
        assert_eq!(service.status(request, CANARY), status, "{request}");
    }
    assert_eq!(service.status("GET /databases/a", "apiv3_expired00000000000000000000000000000000"), 401);
    for headers in [
        String::new(),
        format!("Authorization: {CANARY}\r\n"),
        format!("Authorization: Basic {CANARY}\r\n"),
        format!("Authorization: Bearer {CANARY}x\r\n"),
        "Authorization: Bearer\r\n".into(),
        format!("Authorization: bearer {CANARY}\r\n"),
        format!("Authorization: Basic {}\r\n", STANDARD.encode(CANARY)),
        format!("Authorization: Bearer {CANARY}\r\nAuthorization: Bearer {OTHER}\r\n"),
        format!("X-Token: {CANARY}\r\n"),
    ] {
        let response = service.send("GET /databases/a", &headers);
        assert!(response.starts_with("HTTP/1.1 401"), "{headers}: {response}");
        assert!(response.to_ascii_lowercase().contains("\r\nwww-authenticate: bearer\r\n"), "{response}");
    }
    service.status(&format!("GET /databases/{}", "a".repeat(10_000)), CANARY);
    let basic = STANDARD.encode(format!("user:{CANARY}"));
    for header in [format!("authorization: Token {CANARY}"), format!("Authorization: Basic {basic}  ")] {
        let response = service.send("GET /databases/a", &format!("{header}\r\n"));
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    }
    service.status(&format!("POST /databases/{CANARY}"), OTHER);
    service.status(&format!("POST /databases/{CANARY}"), CANARY);

    let denied = service.send("POST /databases/a", &format!("Authorization: Bearer {CANARY}\r\n"));
    assert!(
        denied.starts_with("HTTP/1.1 403") && denied.ends_with("\r\n\r\n"),
        "the response shows a reason: {denied}"
    );
    let reason = "403: `db:a:read` lacks `write`, and shadows `db:*:create,write`, which has it\n";
    service.wait_for("reason in the log", || service.log().contains(reason));
    assert!(!service.log().lines().any(|line| line.contains("forged") || line.len() > 1_000));
    util::assert_no_piece_of(CANARY, &format!("{}{denied}", service.log()), "the log");
    util::assert_no_piece_of(OTHER, &service.log(), "the log");
}

#[test]
fn rejects_an_invalid_file_at_startup() {
    let (_folder, path) = temporary_file(&["db:a:reed"]);
    let program = examples::example("guard_service");
    let output = Command::new(program).arg(&path).output().unwrap();
    assert!(!output.status.success());
    util::assert_no_piece_of(CANARY, &String::from_utf8_lossy(&output.stderr), "the error");
}

#[test]
fn reloads_and_keeps_the_last_valid_file() {
    let (_folder, path) = temporary_file(&["db:a:read"]);
    let service = Service::start(&path, true);
    let may = |name: &str| service.status(&format!("GET /databases/{name}"), CANARY) == 200;
    assert!(may("a") && !may("b"));

    rename_into(&path, &file(&["db:b:read"]));
    service.wait_for("reload of the renamed file", || may("b") && !may("a"));
    // Written in place, with the same length.
    std::fs::write(&path, file(&["db:c:read"])).unwrap();
    service.wait_for("reload of the file written in place", || may("c") && !may("b"));

    let wait_for_error = |count: usize| {
        let kept = "keeping the last valid tokens";
        service.wait_for("log line about the error", || service.log().matches(kept).count() >= count);
        assert!(may("c") && !may("a"));
    };
    let full = file(&["db:a:read"]);
    let truncated = full[..full.len() - 1].to_owned();
    for (at, bad) in [file(&["db:a:reed"]), truncated, String::new(), CANARY.into()].iter().enumerate() {
        rename_into(&path, bad);
        wait_for_error(at + 1);
    }
    std::fs::remove_file(&path).unwrap();
    wait_for_error(5);
    rename_into(&path, &file(&["db:a:read"]));
    service.wait_for("reload of the valid file", || may("a") && !may("c"));
    util::assert_no_piece_of(CANARY, &service.log(), "the log");
}

/// Every response follows a valid version, never one older than that of a previous response.
#[test]
fn reloads_under_load_without_wrong_responses() {
    const VERSIONS: usize = 30;
    const MAX_REQUESTS: usize = 20_000;

    let folder = tempfile::tempdir().unwrap();
    let (mount, path) = (folder.path(), folder.path().join("permission-tokens.json"));
    let version = |version: usize| file(&["db:always:read", &format!("db:v{version}:read")]);
    swap(mount, 0, &version(0));
    std::os::unix::fs::symlink("..data/permission-tokens.json", &path).unwrap();
    let service = Service::start(&path, true);

    let (done, requests) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) && requests.fetch_add(3, Ordering::Relaxed) < MAX_REQUESTS
                {
                    assert_eq!(service.status("GET /databases/always", CANARY), 200);
                    assert_eq!(service.status("GET /databases/never", CANARY), 403);
                    assert_eq!(service.status("GET /databases/always", "apiv3_unknown"), 401);
                }
            });
        }
        for next in 1..=VERSIONS {
            let text = if next % 5 == 0 { file(&["db:always:reed"]) } else { version(next) };
            swap(mount, next, &text);
            let good = if next % 5 == 0 { next - 1 } else { next };
            let may = |version: usize| service.status(&format!("GET /databases/v{version}"), CANARY) == 200;
            if good == next {
                service.wait_for("reload of the next version", || may(next));
            }
            for _ in 0..5 {
                assert!(may(good), "version {good} is not in force");
                assert!(
                    (0..=VERSIONS).filter(|other| *other != good).take(good + 2).all(|other| !may(other))
                );
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(requests.load(Ordering::Relaxed) > 300, "too few requests");
    util::assert_no_piece_of(CANARY, &service.log(), "the log");
}

#[test]
fn serves_after_the_log_is_closed() {
    let (_folder, path) = temporary_file(&["db:a:read"]);
    let service = Service::start(&path, false);
    assert_eq!(service.status("GET /databases/b", CANARY), 403);
    assert_eq!(service.status("GET /databases/a", "apiv3_unknown"), 401);
    assert_eq!(service.status("GET /databases/a", CANARY), 200);
    rename_into(&path, &file(&[]));
    service.wait_for("reload", || service.status("GET /databases/a", CANARY) == 403);
    rename_into(&path, &file(&["db:a:read"]));
    service.wait_for("second reload", || service.status("GET /databases/a", CANARY) == 200);
}
