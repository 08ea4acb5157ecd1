//! The example `kubernetes_secret`: what a cluster makes of the manifest is the tokens file, byte by byte.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
#![cfg(unix)]

#[path = "util/examples.rs"]
mod examples;
mod util;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use util::CANARY;

fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| examples::example("kubernetes_secret"))
}

struct Files(tempfile::TempDir);

impl Files {
    /// With a sound tokens file that has what JSON in JSON could break: quotes, escapes, line ends, a name that is not ASCII, what base64 spells as `+` and `/`.
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        let text = format!(
            "{{\r\n\t\"tokens\": [{{\"token\": \"{CANARY}\", \"name\": \"ü \\u0022'#: $x ????>>>>\", \"permissions\": []}}]\r\n}}\n\n"
        );
        files.write(&text);
        files
    }

    fn write(&self, text: &str) {
        let path = self.path("tokens.json");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = self.0.path().read_dir().unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Exit code, standard output, standard error; the last shows no token.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(program()).current_dir(self.0.path());
        let output = command.args(arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        util::assert_no_piece_of(CANARY, &errors, "an error");
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), errors)
    }
}

/// The manifest without the data, and the data.
fn parts(manifest: &str) -> (Value, Vec<u8>) {
    let mut manifest: Value = serde_json::from_str(manifest).unwrap();
    let data = manifest.as_object_mut().unwrap().remove("data").unwrap();
    assert_eq!(data.as_object().unwrap().len(), 1);
    let text = STANDARD.decode(data["permission-tokens.json"].as_str().unwrap()).unwrap();
    (manifest, text)
}

#[test]
fn the_secret_holds_the_same_bytes() {
    let files = Files::new();
    let old = std::fs::read(files.path("tokens.json")).unwrap();
    let (code, out, _) = files.run(&["tokens.json", "--name", "influxdb.tokens-1", "--output", "-"]);
    let (manifest, text) = parts(&out);
    let expected = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "influxdb.tokens-1"}, "type": "Opaque"
    });
    assert_eq!((code, manifest), (0, expected));
    assert_eq!(text, old);

    let more = ["--namespace", "db", "--immutable", "--output", "secret.json"];
    let (code, out, _) = files.run(&[&["tokens.json", "--name", "t"], &more[..]].concat());
    assert_eq!((code, &*out), (0, ""));
    let (manifest, text) = parts(&std::fs::read_to_string(files.path("secret.json")).unwrap());
    assert_eq!(manifest["metadata"], json!({"name": "t", "namespace": "db"}));
    assert_eq!(manifest["immutable"], json!(true));
    assert_eq!(text, old);
    assert_eq!(files.path("secret.json").metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(files.names(), ["secret.json", "tokens.json"]);
}

#[test]
fn no_file_is_replaced() {
    let files = Files::new();
    let old = std::fs::read(files.path("tokens.json")).unwrap();
    let (code, out, errors) = files.run(&["tokens.json", "--name", "t", "--output", "tokens.json"]);
    assert_eq!((code, &*out), (2, ""));
    assert!(errors.contains("there is something at `tokens.json` already; choose another name"), "{errors}");
    assert_eq!(std::fs::read(files.path("tokens.json")).unwrap(), old);
    let (code, _, errors) = files.run(&["tokens.json", "--name", "t", "--output", "nowhere/secret.json"]);
    assert!(
        errors.contains("the directory of `nowhere/secret.json` does not exist") && !errors.contains(".new"),
        "{errors}"
    );
    assert_eq!((code, files.names()), (2, vec!["tokens.json".to_owned()]));
}

#[test]
fn a_file_with_errors_makes_no_secret() {
    let files = Files::new();
    files.write(&format!(
        r#"{{"tokens": [{{"token": "{CANARY}", "name": "a", "permissions": ["db:a:reed"]}}]}}"#
    ));
    for output in ["-", "secret.json"] {
        let (code, out, errors) = files.run(&["tokens.json", "--name", "t", "--output", output]);
        assert_eq!((code, &*out), (1, ""));
        assert!(errors.contains("unknown-action"), "{errors}");
    }
    assert_eq!(files.names(), ["tokens.json"]);
    assert_eq!(files.run(&["absent.json", "--name", "t", "--output", "-"]).0, 2);
}

#[test]
fn what_a_cluster_would_refuse_is_refused() {
    let files = Files::new();
    let long = "a".repeat(254);
    for (option, wrong) in [
        ("--name", ["", "Tokens", "a_b", "-a", "a.", "a..b", &*long, CANARY]),
        ("--namespace", ["", "Db", "a_b", "-a", "a-", "a.b", &long[..64], CANARY]),
    ] {
        for value in wrong {
            let value = format!("{option}={value}");
            let mut arguments = vec!["tokens.json", "--output", "-", &value];
            if option == "--namespace" {
                arguments.push("--name=t");
            }
            let (code, out, errors) = files.run(&arguments);
            assert_eq!((code, &*out), (2, ""), "{arguments:?}");
            assert!(errors.contains(&format!("`{option}` is wrong")), "{errors}");
        }
    }
    // 1 MiB is the most.
    let rest = "{\"tokens\": []}";
    for (length, expected) in [(1 << 20, 0), ((1 << 20) + 1, 2)] {
        files.write(&format!("{rest}{}", " ".repeat(length - rest.len())));
        assert_eq!(files.run(&["tokens.json", "--name", "t", "--output", "-"]).0, expected, "{length}");
    }
}

#[test]
fn a_terminal_shows_it_only_on_request() {
    let terminal = |more: &str| {
        let files = Files::new();
        let command = format!("'{}' tokens.json --name t --output - {more}", program().display());
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).current_dir(files.0.path());
        script.output().ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(refused) = terminal("") else {
        println!("skipped: a_terminal_shows_it_only_on_request: there is no `script`");
        return;
    };
    assert!(
        refused.contains("standard output is a terminal") && !refused.contains("apiVersion"),
        "{refused}"
    );
    assert!(terminal("--show-token").unwrap().contains("apiVersion"));
    assert!(terminal("| cat").unwrap().contains("apiVersion"));
}
