//! The help of every example, in a terminal of 80 columns.

use std::path::Path;

use super::{command, folder};

/// The names of all examples.
fn names() -> Vec<String> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let paths = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    let is_example = |path: &std::path::PathBuf| path.is_file() || path.join("main.rs").is_file();
    paths.filter(is_example).map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn the_help_fits_into_80_columns_and_tells_the_exit_codes() {
    let folder = folder(&[]);
    let names = names();
    assert!(names.len() >= 15, "{names:?}");
    for name in &names {
        for option in ["--help", "-h"] {
            let output = command(name, folder.path()).env("COLUMNS", "80").arg(option).output().unwrap();
            let help = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success() && help.contains("Exit code"), "{name} {option}: {help}");
            let long: Vec<_> = help.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(long.is_empty(), "{name} {option}: {long:?}");
        }
        let version = command(name, folder.path()).arg("--version").output().unwrap();
        let text = String::from_utf8(version.stdout).unwrap();
        assert_eq!(text, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
    }
}
