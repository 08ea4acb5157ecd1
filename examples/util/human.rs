//! Findings as rustc shows them: the place, underlined, and what to do.

use std::io::{self, Write};
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use influxdb3_offline_tokens::{Code, Permission, Report};

use super::{Checked, FAILS_TO_LOAD, masked, shown_path, without_commands};

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
    some(file.path, file.bytes, file.report, usize::MAX, (colours, columns), output)
}

/// Writes the first errors of a file that another program does not take: `validate` shows the rest.
pub(crate) fn first_errors(
    path: &Path,
    bytes: &[u8],
    errors: &Report,
    colours: bool,
    columns: usize,
    output: &mut impl Write,
) -> io::Result<()> {
    const MOST: usize = 3;
    some(path, bytes, errors, MOST, (colours, columns), output)
}

fn some(
    path: &Path,
    bytes: &[u8],
    report: &Report,
    most: usize,
    (colours, columns): (bool, usize),
    output: &mut impl Write,
) -> io::Result<()> {
    if report.is_empty() {
        return Ok(());
    }
    let rendered =
        report.render(&shown_path(path), bytes).color(colours).width(columns).max_diagnostics(most);
    writeln!(output, "{}\n", without_commands(&rendered.to_string()))
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
