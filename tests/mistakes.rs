//! Every mistake alone and beside every other, in several layouts: what is told, where, and what fixes make of it.

#![allow(missing_docs)]

#[path = "mistakes/alone.rs"]
mod alone;
#[path = "mistakes/entry.rs"]
mod entry;
#[path = "mistakes/exceptions.rs"]
mod exceptions;
#[path = "mistakes/json.rs"]
mod json;
mod laws;
#[path = "mistakes/permission.rs"]
mod permission;
#[path = "mistakes/scene.rs"]
mod scene;
mod util;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use exceptions::{are_another, hides, leaves};
use influxdb3_offline_tokens::{Applicability, Code, Diagnostic, Report, Severity, Validator};
use laws::fix::{allows_the_same, without_new_tokens};
use laws::{Law, ensure};
use scene::{ENTRIES, Layout, Mistake, State, compact, without_space};

/// A mistake, and the number of its entry.
type Put<'m> = (&'m Mistake, usize);

const LEVELS: [(Applicability, State); 2] =
    [(Applicability::Safe, State::Safe), (Applicability::Ask, State::Ask)];

fn mistakes() -> Vec<Mistake> {
    [json::all(), permission::all(), entry::all()].concat()
}

fn validator() -> Validator {
    Validator::new(util::now())
}

fn fixed(text: &[u8], level: Applicability) -> Vec<u8> {
    validator().fix(text, level).unwrap().as_bytes().to_vec()
}

/// With words in place of the tokens, so that a failure can be read.
fn shown(text: &[u8]) -> String {
    let text = without_new_tokens(text);
    ENTRIES.iter().fold(text, |text, (name, token)| text.replace(token, &format!("<{name}>")))
}

/// The words of a text in no layout, with `NEW` for every token that was generated.
fn words(text: &[u8]) -> String {
    without_space(&without_new_tokens(text))
}

/// Whether a finding is about a mistake, and underlines what is wrong.
fn is_told(found: &Diagnostic, text: &[u8], (mistake, entry): Put<'_>) -> bool {
    let (name, token) = ENTRIES[entry];
    let under = mistake.under.replace("SECRET", token).replace("KEEPER", ENTRIES[0].1).replace("NAME", name);
    let is_at = mistake.place.is_of_the_file()
        || found.pointer().is_empty()
        || found.pointer().starts_with(&format!("/tokens/{entry}"));
    let shown = text.get(found.span().range()).map(String::from_utf8_lossy);
    // A list may have white space between its brackets.
    let is_under = |shown: &str| *shown == under || without_space(shown) == under;
    found.code() == mistake.code && is_at && shown.is_some_and(|shown| is_under(&shown))
}

/// What holds whatever is wrong with a text, and what its fixes make of it.
fn nothing_is_lost(text: &[u8], report: &Report) -> Result<Vec<Vec<u8>>, String> {
    let told: String = report.iter().map(|found| format!("{found} {found:?}\n")).collect();
    for (name, token) in ENTRIES {
        ensure!(util::piece_of(token, &told).is_none(), "a piece of the token of {name} is told");
    }
    ensure!(report.iter().all(|found| found.span().end() <= text.len()), "a place outside of the text");
    let mut made = Vec::new();
    for (level, _) in LEVELS {
        let after = fixed(text, level);
        if after != text {
            ensure!(fixed(&after, level) == after, "{level}: fixed twice");
            let errors = validator().check(&after).count(Severity::Error);
            ensure!(errors <= report.count(Severity::Error), "{level}: more errors");
            let is_same = level == Applicability::Ask || allows_the_same(text, &after);
            ensure!(is_same, "{level}: a token may do something else");
            ensure!(keeper(text).is_none_or(|keeper| contains(&after, keeper)), "{level}: another entry");
        }
        made.push(after);
    }
    Ok(made)
}

/// The bytes of the entry that has no mistake.
fn keeper(text: &[u8]) -> Option<&[u8]> {
    const LAST: &[u8] = b"system:ping:read";
    let start = text.windows(92).position(|window| window.starts_with(ENTRIES[0].1.as_bytes()))?;
    let length = text[start..].windows(LAST.len()).position(|window| window == LAST)?;
    Some(&text[start..start + length])
}

fn contains(text: &[u8], piece: &[u8]) -> bool {
    text.windows(piece.len()).any(|window| window == piece)
}

/// Exactly what the table says is told, and what it says is made of it.
fn alone(mistake: &Mistake, layout: Layout) -> Law {
    let text = layout.write(&compact(&[(mistake, 1, State::Wrong)]));
    let report = validator().check(&text);
    let counts = |found: &&Diagnostic| found.severity() > Severity::Note || found.code() == mistake.code;
    let mut codes: Vec<Code> = report.iter().filter(counts).map(Diagnostic::code).collect();
    let mut both = [&[mistake.code], mistake.also].concat();
    codes.sort();
    both.sort();
    ensure!(codes == both, "{codes:?} instead of {both:?}");
    let is_told = report.iter().any(|found| is_told(found, &text, (mistake, 1)));
    ensure!(is_told, "underlined elsewhere:\n{report}");
    for (made, (level, state)) in nothing_is_lost(&text, &report)?.iter().zip(LEVELS) {
        is_made(level, made, &Layout::Compact.write(&compact(&[(mistake, 1, state)])))?;
    }
    laws::fix::all(&validator(), &text)
}

fn is_made(level: Applicability, made: &[u8], expected: &[u8]) -> Law {
    let [one, other] = [made, expected].map(|text| shown(words(text).as_bytes()));
    ensure!(one == other, "{level}: {one}\ninstead of {other}");
    Ok(())
}

/// Both are told, and mended as each alone.
fn together([one, other]: [Put<'_>; 2], layout: Layout) -> Law {
    let text = layout.write(&compact(&[one, other].map(|(mistake, entry)| (mistake, entry, State::Wrong))));
    let report = validator().check(&text);
    let is_one_entry = one.1 == other.1;
    for (seen, beside) in [(one, other), (other, one)] {
        let is_told = report.iter().any(|found| is_told(found, &text, seen));
        // A database of two entries is told once.
        let is_again = seen.1 == 2 && seen.0.code == Code::GrantedNotCreated && one.0.name == other.0.name;
        let reason = if is_one_entry { hides(beside.0, seen.0) } else { is_again.then_some("it was told") };
        let code = seen.0.code;
        ensure!(is_told == reason.is_none(), "{code} is told: {is_told}, but {reason:?}\n{report}");
    }
    for (made, (level, state)) in nothing_is_lost(&text, &report)?.iter().zip(LEVELS) {
        // What is not told is not mended, either.
        let stays = |(mistake, _): Put<'_>, (beside, _): Put<'_>| {
            is_one_entry
                && (leaves(mistake, beside).is_some()
                    || hides(beside, mistake).is_some() && !beside.is_mended(state))
        };
        let state_of = |put, beside| if stays(put, beside) { State::Wrong } else { state };
        let states = [(one.0, one.1, state_of(one, other)), (other.0, other.1, state_of(other, one))];
        let both = Layout::Compact.write(&compact(&states));
        // Of two in one entry, one that is mended may be a duplicate of the other.
        let may_follow = is_one_entry && states.iter().any(|(mistake, _, state)| mistake.is_mended(*state));
        let both = if may_follow { fixed(&both, level) } else { both };
        is_made(level, made, &both)?;
    }
    Ok(())
}

/// Every pair that one text has room for: in one entry, or in two.
fn pairs(all: &[Mistake]) -> Vec<[Put<'_>; 2]> {
    let all: Vec<&Mistake> = all.iter().filter(|mistake| !mistake.is_alone).collect();
    let mut pairs = Vec::new();
    for (at, &one) in all.iter().enumerate() {
        for &other in &all[at..] {
            let are_others = one.name != other.name && !are_another(one, other);
            if are_others && !one.place.clashes(other.place) {
                pairs.push([(one, 1), (other, 1)]);
            }
            if !one.place.is_of_the_file() && !other.place.is_of_the_file() {
                pairs.push([(one, 1), (other, 2)]);
            }
        }
    }
    pairs
}

/// What is about a release, the file on disk, another file, or a hundred databases.
const NO_MISTAKE: [Code; 7] = [
    Code::TokensFile,
    Code::TooManyDatabases,
    Code::NeedsNewerRelease,
    Code::AllowsDelete,
    Code::ReadableByOthers,
    Code::ForeignOwner,
    Code::SeveralLinks,
];

#[test]
fn every_code_has_a_mistake_and_every_mistake_a_name() {
    let all = mistakes();
    let missing: Vec<&Code> =
        Code::ALL.iter().filter(|code| all.iter().all(|mistake| mistake.code != **code)).collect();
    assert_eq!(missing, NO_MISTAKE.iter().collect::<Vec<_>>());
    let names: BTreeSet<&str> = all.iter().map(|mistake| mistake.name).collect();
    assert_eq!(names.len(), all.len());
}

#[test]
fn a_mistake_alone_is_told_and_mended_in_every_layout() {
    let mut wrong = String::new();
    for mistake in mistakes().into_iter().chain(alone::all()) {
        for layout in Layout::ALL {
            if let Err(error) = alone(&mistake, layout) {
                let _ = writeln!(wrong, "== {}, {layout:?}: {error}", mistake.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every pair of which `choose` says so, each in a layout that its place chooses.
fn hold(choose: impl Fn(usize, [Put<'_>; 2]) -> bool) {
    let all = mistakes();
    let pairs = pairs(&all);
    let mut wrong = String::new();
    let chosen = pairs.iter().enumerate().filter(|(at, pair)| choose(*at, **pair));
    let mut count = 0;
    for (at, pair) in chosen {
        let layout = Layout::ALL[at / 5 % Layout::ALL.len()];
        count += 1;
        if let Err(error) = together(*pair, layout) {
            let [(one, first), (other, second)] = pair;
            let places = format!("{} in {first} and {} in {second}", one.name, other.name);
            let _ = writeln!(wrong, "== {places}, {layout:?}: {error}");
        }
    }
    assert!(count > 300, "{count} of {} pairs", pairs.len());
    assert!(wrong.is_empty(), "{wrong}");
}

/// So that it takes seconds; `EVERY_NTH=1` tries all, in about a minute.
fn every_nth() -> usize {
    std::env::var("EVERY_NTH").map_or(37, |number| number.parse().unwrap())
}

fn is_one_permission([one, other]: [Put<'_>; 2]) -> bool {
    one.1 == other.1 && exceptions::is_one_permission(one.0, other.0)
}

#[test]
fn two_mistakes_of_one_permission_are_told_and_mended() {
    hold(|_, pair| is_one_permission(pair));
}

#[test]
fn two_mistakes_of_one_entry_are_told_and_mended() {
    hold(|at, pair| pair[0].1 == pair[1].1 && !is_one_permission(pair) && at % every_nth() == 0);
}

#[test]
fn mistakes_of_two_entries_are_told_and_mended_as_each_alone() {
    hold(|at, pair| pair[0].1 != pair[1].1 && at % every_nth() == 0);
}
