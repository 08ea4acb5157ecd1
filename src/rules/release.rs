//! Differences of the target release.

use alloc::format;

use super::facts::Facts;
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{Element, Entry, Grant, Resource};
use crate::permission::{DatabaseActions, SystemResource};
use crate::release::Release;
use crate::span::Span;

pub(super) const ENTRY_CODES: &[Code] = &[Code::NeedsNewerRelease, Code::AllowsDelete];
pub(super) const FILE_CODES: &[Code] = &[Code::NeedsNewerRelease];

const REMOVE: &str = "remove it, or use a newer release";

pub(super) fn check_entry(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    let Some(release) = options.release.filter(|release| *release < Release::WILDCARD_DATABASES) else {
        return;
    };
    for element in entry.permissions.value().into_iter().flatten() {
        check(entry, element, release, sink);
    }
}

#[cold]
fn check(entry: &Entry<'_>, element: &Element<'_>, release: Release, sink: &mut Sink) {
    let at = At::Permission(entry.index, element.index);
    let Some(grant) = element.grant else { return };
    match grant.resource {
        Resource::Database => check_database(element, grant, release, at, sink),
        Resource::System => check_system(entry, element, release, sink),
    }
}

fn check_system(entry: &Entry<'_>, element: &Element<'_>, release: Release, sink: &mut Sink) {
    let ready = SystemResource::Ready.as_str();
    let Some((range, _)) = entry.names(element).find(|(_, name)| *name == ready) else { return };
    let first = Release::READY_RESOURCE;
    let at = At::Permission(entry.index, element.index);
    let Some(draft) = sink.report(Code::NeedsNewerRelease, element.text.locate(range), at) else { return };
    let draft =
        draft.message(format!("release {release} has no system resource `ready`: {first} and later have it"));
    if release < Release::OFFLINE_TOKENS {
        draft.help(REMOVE);
    } else {
        draft.help(format!("{REMOVE}; release {release} panics on this, now and at every later start"));
    }
}

fn check_database(element: &Element<'_>, grant: Grant, release: Release, at: At, sink: &mut Sink) {
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
        newer(locate(range), release, "`create`", Release::CREATE_ACTION, REMOVE, at, sink);
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
