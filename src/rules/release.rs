//! The rule for features that the target release lacks.

use core::ops::Range;

use super::facts::Facts;
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{Element, Entry, Grant, Resource};
use crate::permission::{DatabaseActions, SystemResource};
use crate::release::Release;
use crate::span::Span;

const REMOVE: &str = "remove it, or use a newer release";
const REMOVE_READY: &str =
    "remove it, or use a newer release: releases 3.4 to 3.9 panic on it at every start";

pub(super) fn check_entry(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    let Some(release) = options.release.filter(|release| *release < Release::WILDCARD_DATABASES) else {
        return;
    };
    for element in &entry.list.elements {
        if let Some(grant) = element.grant {
            check(entry, element, grant, release, sink);
        }
    }
}

#[cold]
fn check(entry: &Entry<'_>, element: &Element<'_>, grant: Grant, release: Release, sink: &mut Sink) {
    // Releases before 3.4 do not read the file at all.
    let reads_file = release >= Release::OFFLINE_TOKENS;
    let at = At::Permission(entry.index, element.index);
    let action = |names: &[&str]| element.actions().find(|(_, action)| names.contains(action));
    let mut newer = |range: Option<Range<usize>>, subject: &str, first: Release, help: &str| {
        if let Some(range) = range.filter(|_| release < first) {
            sink.report(Code::NeedsNewerRelease, element.text.locate(range), at)
                .message(format_args!("release {release} rejects {subject}: {first} and later accept it"))
                .help(help);
        }
    };
    if grant.resource == Resource::System {
        let ready = entry.list.names(element).find(|(_, name)| *name == SystemResource::Ready.as_str());
        newer(
            ready.map(|(range, _)| range),
            "the system resource `ready`",
            Release::READY_RESOURCE,
            REMOVE_READY,
        );
        return;
    }
    let all = (reads_file && grant.is_all).then(|| element.names_range());
    newer(all, "`db:*` in a tokens file", Release::WILDCARD_DATABASES, "list the databases");
    newer(action(&["create"]).map(|(range, _)| range), "`create`", Release::CREATE_ACTION, REMOVE);
    let allows_delete = reads_file
        && release < Release::NO_DELETE_BY_WRITE
        && !grant.actions.contains(DatabaseActions::DELETE);
    if let Some((range, action)) = action(&["read", "write"]).filter(|_| allows_delete) {
        sink.report(Code::AllowsDelete, element.text.locate(range), at)
            .message(format_args!("in release {release}, `{action}` also allows deleting the database"))
            .help(format_args!("use release {} or later", Release::NO_DELETE_BY_WRITE));
    }
}

pub(super) fn check_file(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    const FIRST: Release = Release::OFFLINE_TOKENS;
    let Some(release) = options.release.filter(|release| *release < FIRST) else { return };
    let start = facts.outline.span.start();
    sink.report(Code::NeedsNewerRelease, Span::new(start, start + 1), At::File)
        .message(format_args!(
            "release {release} does not support offline tokens files: {FIRST} is the first that does"
        ))
        .help("use a newer release, or create the tokens through its HTTP API");
}
