//! `Report::render`: all findings, within the width, without secrets.

mod util;

use influxdb3_offline_tokens::{Validator, validate};

const WIDTH: usize = 80;

fn without_color(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1)
}

#[test]
fn renders_every_finding_without_secrets() {
    for fixture in util::mistaken_fixtures() {
        let (bytes, name) = (fixture.bytes(), util::file_name(&fixture.path));
        let report = fixture.validator.check(&bytes);
        let rendered = report.render(name, &bytes).width(WIDTH);
        let plain = rendered.to_string();
        let ids = report.iter().map(|found| format!("{}[{} ", found.severity(), found.code().id()));
        let titles: Vec<&str> = plain.lines().filter(|line| line.contains("[T0")).collect();
        assert!(ids.eq(titles.iter().map(|title| title.split_inclusive(' ').next().unwrap())), "{plain}");
        util::assert_no_piece_of(util::CANARY, &plain, name);
        util::assert_no_piece_of(util::CANARY, &format!("{rendered:?}"), name);
        assert_eq!(without_color(&rendered.color(true).to_string()), plain);
    }
}

#[test]
fn accepts_a_text_other_than_the_checked_one() {
    let texts: Vec<Vec<u8>> = util::mistaken_fixtures().iter().map(util::Fixture::bytes).collect();
    let others = texts.iter().cycle().skip(1);
    // Spans of the reports split characters of these texts.
    let names =
        ["ü", "€", "😀"].map(|letter| format!(r#"{{"tokens": [{{"name": "{}"}}]}}"#, letter.repeat(300)));
    for (text, other) in texts.iter().zip(others) {
        let report = validate(text);
        for other in names.iter().map(String::as_bytes).chain([&other[..], b"", "€".repeat(20).as_bytes()])
        {
            let rendered = report.render("tokens.json", other).width(WIDTH);
            assert_eq!(report.is_empty(), rendered.to_string().is_empty());
            assert_eq!(report.is_empty(), rendered.color(true).to_string().is_empty());
        }
    }
}

#[test]
fn trims_long_lines_around_findings() {
    let names = |count: usize| vec!["\"sensors\""; count].join(", ");
    let text = format!(r#"{{"tokens": [], "create_databases": [{}, "my db", {}]}}"#, names(100), names(100));
    let validator = Validator::new(util::now());
    let report = validator.max_diagnostics(1).check(text.as_bytes());
    let rendered = report.render("tokens.json", text.as_bytes()).width(WIDTH).to_string();
    let lines: Vec<&str> = rendered.lines().collect();
    let title = "error[T0210 bad-database-name]: a space is not allowed in a database name";
    assert_eq!(lines[..2], [title, " --> tokens.json:1:1140"]);
    let line = lines[3];
    assert!(line.starts_with("1 | …") && line.ends_with('…') && line.chars().count() <= WIDTH, "{line}");
    assert_eq!(line.chars().nth(lines[4].find('^').unwrap()), Some(' '));
    assert!(rendered.ends_with("\n\ntokens.json: 200 more findings not shown"), "{rendered}");
}

#[test]
fn sanitizes_the_file_name() {
    let report = validate(b"{}");
    let rendered = |name: &str| report.render(name, b"{}").to_string();
    assert!(rendered("a\u{1b}[2J\n").contains("--> a\u{FFFD}[2J\u{FFFD}:1:1"));
    assert!(rendered("apiv3_a.json").contains("--> [redacted]:1:1"));
}
