//! Differences of the target release.

use alloc::format;

use super::facts::Facts;
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{Element, Entry, Resource};
use crate::permission::DatabaseActions;
use crate::release::Release;
use crate::span::Span;

pub(super) const ENTRY_CODES: &[Code] = &[Code::NeedsNewerRelease, Code::AllowsDelete];
pub(super) const FILE_CODES: &[Code] = &[Code::NeedsNewerRelease];

pub(super) fn check_entry(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    let Some(release) = options.release.filter(|release| *release < Release::WILDCARD_DATABASES) else {
        return;
    };
    for element in entry.permissions.value().into_iter().flatten() {
        check(element, release, At::Permission(entry.index, element.index), sink);
    }
}

#[cold]
fn check(element: &Element<'_>, release: Release, at: At, sink: &mut Sink) {
    let Some(grant) = element.grant.filter(|grant| grant.resource == Resource::Database) else { return };
    // A release without support for the file does not misread it.
    let reads_file = release >= Release::OFFLINE_TOKENS;
    let locate = |range| element.text.locate(range);
    if reads_file && grant.is_all {
        let span = locate(element.names_range());
        newer(
            span,
            release,
            "`db:*` in a tokens file",
            Release::WILDCARD_DATABASES,
            "list the databases",
            at,
            sink,
        );
    }
    if release < Release::CREATE_ACTION
        && let Some((range, _)) = element.actions().find(|(_, action)| *action == "create")
    {
        let help = "remove it, or use a newer release";
        newer(locate(range), release, "`create`", Release::CREATE_ACTION, help, at, sink);
    }
    if reads_file
        && release < Release::NO_DELETE_BY_WRITE
        && !grant.actions.contains(DatabaseActions::DELETE)
        && let Some((range, action)) =
            element.actions().find(|(_, action)| matches!(*action, "read" | "write"))
        && let Some(draft) = sink.report(Code::AllowsDelete, locate(range), at)
    {
        draft
            .message(format!("in release {release}, `{action}` also allows deleting the database"))
            .help(format!("use release {} or later", Release::NO_DELETE_BY_WRITE));
    }
}

fn newer(
    span: Span,
    release: Release,
    subject: &str,
    first: Release,
    help: &'static str,
    at: At,
    sink: &mut Sink,
) {
    let Some(draft) = sink.report(Code::NeedsNewerRelease, span, at) else { return };
    draft.message(format!("release {release} rejects {subject}: {first} and later accept it")).help(help);
}

pub(super) fn check_file(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    const FIRST: Release = Release::OFFLINE_TOKENS;
    let Some(release) = options.release.filter(|release| *release < FIRST) else { return };
    let start = facts.outline.span.start();
    let Some(draft) = sink.report(Code::NeedsNewerRelease, Span::new(start, start + 1), At::File) else {
        return;
    };
    draft
        .message(format!(
            "release {release} does not support offline tokens files: {FIRST} is the first that does"
        ))
        .help("use a newer release, or create the tokens through its HTTP API");
}
