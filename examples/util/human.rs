//! Findings as rustc shows them: the place, underlined, and what to do.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use influxdb3_offline_tokens::diagnostic::Fix;
use influxdb3_offline_tokens::span::Span;
use influxdb3_offline_tokens::{Code, Diagnostic, Permission, Severity};

use super::{Checked, FAILS_TO_LOAD, count, masked, shown_path};

/// Writes what was mended in one file and all findings, in lines of about this many columns.
pub(crate) fn write(
    file: &Checked<'_>,
    colours: bool,
    columns: usize,
    output: &mut impl Write,
) -> io::Result<()> {
    let path = shown_path(file.path);
    for mended in file.mended {
        let place = mended.place.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let (id, name) = (mended.code.id(), mended.code.name());
        writeln!(output, "mended[{id} {name}] {path}{place}: {}", mended.message)?;
    }
    if !file.mended.is_empty() {
        writeln!(output)?;
    }
    if file.fails_to_load {
        writeln!(output, "{path}: {FAILS_TO_LOAD}\n")?;
    }
    some(file, file.report.iter(), colours, columns, output)?;
    if file.report.omitted() > 0 {
        writeln!(output, "{path}: {} not shown\n", count(file.report.omitted(), "more finding"))?;
    }
    Ok(())
}

/// Writes the first errors of a file that another program does not take: `validate` shows the rest.
pub(crate) fn first_errors(
    file: &Checked<'_>,
    colours: bool,
    columns: usize,
    output: &mut impl Write,
) -> io::Result<()> {
    const MOST: usize = 3;
    let errors = file.report.iter().filter(|found| found.severity() == Severity::Error);
    some(file, errors.take(MOST), colours, columns, output)
}

fn some<'a>(
    file: &'a Checked<'_>,
    findings: impl Iterator<Item = &'a Diagnostic>,
    colours: bool,
    columns: usize,
    output: &mut impl Write,
) -> io::Result<()> {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    // A byte order mark takes no column: the same number of bytes that does.
    let shown = file.shown.replace('\u{FEFF}', "\u{FFFD}");
    let lines = Lines::new(&shown, columns);
    // Lines are cut here, around the place: the renderer must not cut them again.
    let renderer = renderer.term_width(columns.max(lines.wide) + 20);
    let path = shown_path(file.path);
    for found in findings {
        let group = group(found, &path, &lines);
        writeln!(output, "{}\n", tidy(&renderer.render(&[group])))?;
    }
    Ok(())
}

/// A permission string of the command line that is wrong.
pub(crate) fn permission(text: &str, output: &mut impl Write) -> io::Result<()> {
    let shown = masked(text);
    for error in Permission::errors(text) {
        let name = error.kind().name();
        let id = Code::parse(name).map_or_else(|_| name.to_owned(), |code| format!("{} {name}", code.id()));
        let place = Snippet::source(&*shown).line_numbering(false);
        let group = Level::ERROR
            .primary_title(error.message().to_string())
            .id(id)
            .element(place.annotation(AnnotationKind::Primary.span(error.span().range())))
            .element(Level::HELP.message(error.help()));
        writeln!(output, "{}\n", Renderer::plain().render(&[group]))?;
    }
    Ok(())
}

fn group<'a>(found: &'a Diagnostic, path: &'a str, lines: &Lines<'a>) -> Group<'a> {
    let level = match found.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let id = format!("{} {}", found.code().id(), found.code().name());
    let location = found.location();
    let title = level.primary_title(found.message()).id(id);
    if matches!(found.code(), Code::ReadableByOthers | Code::ForeignOwner | Code::SeveralLinks) {
        // It is about the file, and not about any place in it.
        let group = title.element(Origin::path(path));
        return group.elements(found.help().map(|help| Level::HELP.message(help)));
    }
    let mut group = title.element(Origin::path(path).line(location.line).char_column(location.column));

    let mut marks = vec![(found.span(), None)];
    marks.extend(found.labels().iter().map(|label| (label.span(), Some(label.message()))));
    for excerpt in lines.excerpts(&marks) {
        let annotations = excerpt.marks.into_iter().map(|(at, label)| match label {
            None => AnnotationKind::Primary.span(at),
            Some(label) => AnnotationKind::Context.span(at).label(label),
        });
        let snippet = Snippet::source(excerpt.text).line_start(excerpt.line).annotations(annotations);
        group = group.element(Element::from(snippet));
    }
    let effects = found.fixes().iter().filter_map(Fix::effect);
    group
        .elements(found.help().map(|help| Level::HELP.message(help)))
        .elements(effects.map(|effect| Level::HELP.with_name("fix").message(effect)))
}

/// Without the `:::` by which the renderer announces another file: all is of one.
fn tidy(rendered: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut first = true;
    for line in rendered.lines() {
        if uncoloured(line).trim() != ":::" {
            lines.push(line);
        } else if !std::mem::take(&mut first) {
            lines.pop();
            lines.push("...");
        }
    }
    lines.join("\n")
}

fn uncoloured(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

/// A piece of the file to show, with its places.
struct Excerpt<'a> {
    line: usize,
    text: String,
    marks: Vec<(Range<usize>, Option<&'a str>)>,
}

/// The text, and where its lines begin.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// Lines of up to this many bytes are shown whole; longer ones are cut around the place.
    wide: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, columns: usize) -> Self {
        const LEAST: usize = 40;
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        // In front of a line stand its number and ` | `.
        let margin = starts.len().to_string().len() + 3;
        Self { text, starts, wide: columns.saturating_sub(margin).max(LEAST) }
    }

    /// The number of the line that holds a byte, from 0, and its range without the line break.
    fn line(&self, at: usize) -> (usize, Range<usize>) {
        let number = self.starts.partition_point(|&start| start <= at).saturating_sub(1);
        let start = self.starts.get(number).copied().unwrap_or(0);
        let end = self.starts.get(number + 1).map_or(self.text.len(), |next| next - 1);
        let end =
            if self.text.get(start..end).is_some_and(|line| line.ends_with('\r')) { end - 1 } else { end };
        (number, start..end)
    }

    /// The lines of the places, in the order of the file: those next to each other together, long ones cut.
    fn excerpts(&self, marks: &[(Span, Option<&'a str>)]) -> Vec<Excerpt<'a>> {
        let mut marks: Vec<_> =
            marks.iter().map(|&(span, label)| (self.line(span.start()), span, label)).collect();
        marks.sort_by_key(|((number, _), span, _)| (*number, span.start()));
        let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
        for ((number, line), span, label) in marks {
            let start = span.start().min(line.end);
            // A place of many lines is shown by its first.
            let end = span.end().min(line.end).max(start);
            let shown = if line.len() > self.wide {
                // At the most half of it is the place itself; `…` takes a column on both sides.
                let place = end.min(start + self.wide / 2);
                let around = (self.wide - (place - start) - 2) / 2;
                self.boundary(start.saturating_sub(around).max(line.start))
                    ..self.boundary((place + around).min(line.end))
            } else {
                line.clone()
            };
            let (before, after) = (
                if shown.start > line.start { "…" } else { "" },
                if shown.end < line.end { "…" } else { "" },
            );
            let text = format!("{before}{}{after}", self.text.get(shown.clone()).unwrap_or_default());
            let within = |at: usize| (at.max(shown.start) - shown.start + before.len()).min(text.len());
            let mark = (within(start)..within(end.min(shown.end)), label);
            match excerpts.last_mut() {
                Some(last)
                    if last.line + last.text.matches('\n').count() == number + 1
                        && line.len() <= self.wide =>
                {
                    let base = last.text.rfind('\n').map_or(0, |at| at + 1);
                    last.marks.push((mark.0.start + base..mark.0.end + base, label));
                }
                Some(last) if last.line + last.text.matches('\n').count() == number => {
                    last.text.push('\n');
                    let base = last.text.len();
                    last.text.push_str(&text);
                    last.marks.push((mark.0.start + base..mark.0.end + base, label));
                }
                _ => excerpts.push(Excerpt { line: number + 1, text, marks: vec![mark] }),
            }
        }
        excerpts
    }

    /// The last boundary of a character at or before a byte.
    fn boundary(&self, at: usize) -> usize {
        (0..=at).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }
}
