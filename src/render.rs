//! Reports in the style of rustc: the lines of a finding, underlined, and its help.
//!
//! [`Report::render`] needs the feature `render`. Other renderers need only a [`Report`] and the text from [`redact`]. For
//! example, [miette](https://docs.rs/miette) 7:
//!
//! ```ignore
//! use influxdb3_offline_tokens::{Diagnostic, Report, Severity, redact};
//! use miette::{LabeledSpan, MietteDiagnostic, NamedSource};
//!
//! fn to_miette(report: &Report, name: &str, text: &[u8]) -> Vec<miette::Report> {
//!     let finding = |found: &Diagnostic| {
//!         let mut diagnostic = MietteDiagnostic::new(found.message()).with_code(found.code().id());
//!         diagnostic.severity = Some(match found.severity() {
//!             Severity::Error => miette::Severity::Error,
//!             Severity::Warning => miette::Severity::Warning,
//!             Severity::Note => miette::Severity::Advice,
//!         });
//!         diagnostic.help = found.help().map(String::from);
//!         let span = LabeledSpan::new_primary_with_span(None, found.span().range());
//!         let labels = found.labels().iter().map(|label| LabeledSpan::at(label.span().range(), label.message()));
//!         let diagnostic = diagnostic.with_labels(std::iter::once(span).chain(labels));
//!         miette::Report::new(diagnostic).with_source_code(NamedSource::new(name, redact(text)))
//!     };
//!     report.iter().map(finding).collect()
//! }
//! ```

use core::fmt;
use core::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Report};
use crate::redact::redact;
use crate::secret::shown;
use crate::span::Span;

const DEFAULT_WIDTH: usize = 140;

/// The findings of a report, with the lines that they refer to.
///
/// `Display` prints them, separated by blank lines, without a final newline. `[*]` marks a safe fix. Secrets are overwritten
/// by `*`, as with [`redact`].
///
/// ```
/// use influxdb3_offline_tokens::validate;
///
/// let text = br#"{"tokens": []}"#;
/// let expected = r#"warning[T0403 no-tokens]: `tokens` is empty
///  --> tokens.json:1:12
///   |
/// 1 | {"tokens": []}
///   |            ^^
///   |
///   = help: add a token, or start the server without the file"#;
/// assert_eq!(validate(text).render("tokens.json", text).to_string(), expected);
/// ```
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    report: &'a Report,
    name: String,
    text: String,
    has_color: bool,
    width: usize,
    max_diagnostics: usize,
}

impl Report {
    /// Renders the findings (feature `render`). `name` is the name of the file, and `text` must be the text that was
    /// checked: for a file, [`CheckedFile::bytes`](crate::disk::CheckedFile::bytes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let text = br#"{"tokens": [],}"#;
    /// println!("{}", validate(text).render("tokens.json", text).color(true));
    /// ```
    #[must_use]
    pub fn render(&self, name: &str, text: &[u8]) -> Rendered<'_> {
        let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        Rendered {
            report: self,
            name: shown(name).chars().map(plain).collect(),
            // A byte order mark has no width, but must fill a column.
            text: if self.is_empty() { String::new() } else { redact(text).replace('\u{FEFF}', "\u{FFFD}") },
            has_color: false,
            width: DEFAULT_WIDTH,
            max_diagnostics: usize::MAX,
        }
    }
}

impl Rendered<'_> {
    /// Sets whether to print ANSI colours; off by default.
    ///
    /// ```
    /// use std::io::IsTerminal;
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let text = b"{}";
    /// let color = std::io::stderr().is_terminal();
    /// eprintln!("{}", validate(text).render("tokens.json", text).color(color));
    /// ```
    #[must_use]
    pub fn color(self, has_color: bool) -> Self {
        Self { has_color, ..self }
    }

    /// Sets the width in columns, 140 by default. Longer lines of the text are cut around the finding.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let text = format!(r#"{{"tokens": []{}}}"#, " ".repeat(200));
    /// let rendered = validate(text.as_bytes()).render("tokens.json", text.as_bytes()).width(80).to_string();
    /// assert!(rendered.lines().all(|line| line.chars().count() <= 80));
    /// ```
    #[must_use]
    pub fn width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// Sets the maximum number of findings to print; the last line counts the rest.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let text = br#"{"tokens": [{}]}"#;
    /// let rendered = validate(text).render("tokens.json", text).max_diagnostics(1).to_string();
    /// assert!(rendered.ends_with("\n\ntokens.json: 3 more findings not shown"));
    /// ```
    #[must_use]
    pub fn max_diagnostics(self, max_diagnostics: usize) -> Self {
        Self { max_diagnostics, ..self }
    }
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = Lines::new(&self.text, self.width);
        let renderer = if self.has_color { Renderer::styled() } else { Renderer::plain() };
        // `Lines` cuts long lines around the finding: the renderer must not cut them again.
        let renderer = renderer.term_width(self.width.max(lines.widest) + 20);
        let findings = self.report.iter().take(self.max_diagnostics);
        let count = findings.len();
        for (index, found) in findings.enumerate() {
            let separator = if index == 0 { "" } else { "\n\n" };
            let rendered = renderer.render(&[group(found, &self.name, &lines)]);
            write!(f, "{separator}{}", without_file_separators(&rendered))?;
        }
        let separator = if count == 0 { "" } else { "\n\n" };
        match self.report.iter().len() - count + self.report.omitted() {
            0 => Ok(()),
            1 => write!(f, "{separator}{}: 1 more finding not shown", self.name),
            more => write!(f, "{separator}{}: {more} more findings not shown", self.name),
        }
    }
}

fn group<'a>(found: &'a Diagnostic, name: &'a str, lines: &Lines<'a>) -> Group<'a> {
    let level = match found.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let id = format!("{} {}", found.code().id(), found.code().name());
    let is_safe = |fix: &Fix| fix.applicability() == Applicability::Safe;
    let mark = if found.fix().is_some_and(is_safe) { "[*] " } else { "" };
    let title = level.primary_title(format!("{mark}{}", found.message())).id(id);
    if matches!(found.code(), Code::ReadableByOthers | Code::ForeignOwner | Code::SeveralLinks) {
        // The finding has no position in the text.
        let group = title.element(Origin::path(name));
        return group.elements(found.help().map(|help| Level::HELP.message(help)));
    }
    let location = found.location();
    let mut group = title.element(Origin::path(name).line(location.line).char_column(location.column));
    let labels = found.labels().iter().map(|label| (label.span(), Some(label.message())));
    for excerpt in lines.excerpts(core::iter::once((found.span(), None)).chain(labels).collect()) {
        let annotations = excerpt.marks.into_iter().map(|(span, label)| match label {
            None => AnnotationKind::Primary.span(span),
            Some(label) => AnnotationKind::Context.span(span).label(label),
        });
        let snippet = Snippet::source(excerpt.text).line_start(excerpt.line).annotations(annotations);
        group = group.element(Element::from(snippet));
    }
    let effect = found.fix().and_then(Fix::effect);
    group
        .elements(found.help().map(|help| Level::HELP.message(help)))
        .elements(effect.map(|effect| Level::HELP.with_name("fix").message(effect)))
}

/// Replaces the `:::` that the renderer prints before another file: all excerpts are from one file.
fn without_file_separators(rendered: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut is_first = true;
    for line in rendered.lines() {
        if without_color(line).trim() != ":::" {
            lines.push(line);
        } else if !core::mem::take(&mut is_first) {
            lines.pop();
            lines.push("...");
        }
    }
    lines.join("\n")
}

fn without_color(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

/// A span, and the label of a related one.
type Mark<'a, S> = (S, Option<&'a str>);

/// Adjacent lines of the text with their marks.
struct Excerpt<'a> {
    line: usize,
    text: String,
    marks: Vec<Mark<'a, Range<usize>>>,
}

/// The text and the starts of its lines.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// The maximum number of bytes in a line. Longer lines are cut around the mark.
    widest: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, width: usize) -> Self {
        const MIN_WIDTH: usize = 40;
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts: Vec<usize> = core::iter::once(0).chain(newlines).collect();
        // Before each line, the renderer prints its number and ` | `.
        let margin = starts.len().max(1).ilog10() as usize + 1 + " | ".len();
        Self { text, starts, widest: width.saturating_sub(margin).max(MIN_WIDTH) }
    }

    /// Returns the index of the line that contains a byte, and its range without the line break.
    fn line(&self, at: usize) -> (usize, Range<usize>) {
        let index = self.starts.partition_point(|&start| start <= at).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(0);
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        (index, start..start + line.strip_suffix('\r').unwrap_or(line).len())
    }

    /// Returns the lines of the marks in source order. Adjacent short lines share an excerpt.
    fn excerpts(&self, marks: Vec<Mark<'a, Span>>) -> Vec<Excerpt<'a>> {
        let mut marks: Vec<_> =
            marks.into_iter().map(|(span, label)| (self.line(span.start()), span, label)).collect();
        marks.sort_by_key(|((index, _), span, _)| (*index, span.start()));
        let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
        for ((index, line), span, label) in marks {
            let (text, mark) = self.cut(&line, span);
            match excerpts.last_mut() {
                Some(last) if last.last_line() == index + 1 && line.len() <= self.widest => {
                    last.mark(mark, label);
                }
                Some(last) if last.last_line() == index => {
                    last.text.push('\n');
                    last.text.push_str(&text);
                    last.mark(mark, label);
                }
                _ => {
                    let marks = Vec::from([(mark, label)]);
                    excerpts.push(Excerpt { line: index + 1, text, marks });
                }
            }
        }
        excerpts
    }

    /// Returns a line, cut around a span if it is long, and the range of the span in that text.
    fn cut(&self, line: &Range<usize>, span: Span) -> (String, Range<usize>) {
        // If the text is not the checked one, a span may start or end inside a character.
        let start = self.boundary(span.start().min(line.end));
        // Only the first line of a span is marked.
        let end = self.boundary(span.end().min(line.end)).max(start);
        let mut shown = line.clone();
        if line.len() > self.widest {
            // The span takes at most half of the width; `…` takes a column on both sides.
            let shown_end = end.min(start + self.widest / 2);
            let around = (self.widest - (shown_end - start)).saturating_sub(2) / 2;
            shown = self.boundary(start.saturating_sub(around).max(line.start))
                ..self.boundary((shown_end + around).min(line.end));
        }
        let before = if shown.start > line.start { "…" } else { "" };
        let after = if shown.end < line.end { "…" } else { "" };
        let text = format!("{before}{}{after}", self.text.get(shown.clone()).unwrap_or_default());
        let within = |at: usize| at.clamp(shown.start, shown.end) - shown.start + before.len();
        (text, within(start)..within(end))
    }

    /// Returns the last boundary of a character at or before a byte.
    fn boundary(&self, at: usize) -> usize {
        (0..=at).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }
}

impl<'a> Excerpt<'a> {
    /// Returns the number of the last line, from 1.
    fn last_line(&self) -> usize {
        self.line + self.text.matches('\n').count()
    }

    /// Marks a range of the last line.
    fn mark(&mut self, mark: Range<usize>, label: Option<&'a str>) {
        let start = self.text.rfind('\n').map_or(0, |at| at + 1);
        self.marks.push((mark.start + start..mark.end + start, label));
    }
}
