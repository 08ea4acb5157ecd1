//! The README's commands print what it says, but for the times.

use crate::{Run, folder, run};

const README: &str = include_str!("../../README.md");

/// The block of this language behind these words.
#[track_caller]
fn block(words: &str, language: &str) -> &'static str {
    let behind = README.split_once(words).unwrap_or_else(|| panic!("the README does not say `{words}`")).1;
    let (_, block) = behind.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0
}

/// Runs a command of the README, as the program that it runs.
#[track_caller]
fn run_command(command: &str, folder: &std::path::Path, more: &[&str]) -> Run {
    let command = command.strip_prefix("cargo run --example ").unwrap();
    let (name, arguments) = command.split_once(" -- ").unwrap();
    let arguments: Vec<&str> = arguments.split(' ').chain(more.iter().copied()).collect();
    run(name, folder, &arguments, b"")
}

fn without_times(text: &str) -> String {
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
    time.replace_all(text, "TIME").into_owned()
}

#[test]
fn the_first_command_prints_what_the_readme_says() {
    let folder = folder(&[]);
    let commands = block("## Set up and run", "sh").lines().next().unwrap();
    let mut printed = String::new();
    for command in commands.split(" && ") {
        let run = run_command(command, folder.path(), &[]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{command}");
        printed += &run.stdout;
    }
    let said = block("The first line prints", "text");
    assert_eq!(without_times(&printed), without_times(said));
    assert!(said != without_times(said), "a time stands there");
}

#[test]
fn the_broken_file_has_the_findings_of_the_readme() {
    let folder = folder(&[("broken.json", block("## What it finds", "json"))]);
    let said = block("## What it finds", "text");
    let (command, said) = said.split_once('\n').unwrap();
    // Long before the expiry of the file, so that the test does not end with it.
    let run =
        run_command(command.strip_prefix("$ ").unwrap(), folder.path(), &["--now", "2026-12-01T00:00:00Z"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.stdout, said);
}
