//! The members of an object by their names: those that stand twice, and those that are not of the format.

use alloc::borrow::{Borrow, Cow};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;
use std::time::SystemTime;

use crate::check::context::{
    At, Context, finding, half_a_character, is_unseen, replace_on_request, replace_safely, with_fragment,
};
use crate::check::expiry::{LONGEST_DURATION, likely_expiry, time_for_seconds};
use crate::check::format::{ENTRY_LISTS, ENTRY_MEMBERS};
use crate::check::numbered::{firsts, keep_firsts};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::expiry::Expiry;
use crate::json::{Member, Node, RawStr, Value};
use crate::redact::may_show;
use crate::suggest::{Word, meant};

// Members of the HTTP API's body, and what the file calls them.
const HTTP_MEMBERS: [(&str, &str); 2] = [("token_name", "name"), ("expiry_secs", "expiry_millis")];
// Words that people write instead, and what the file calls them.
const ALIASES: [(&str, &str); 25] = [
    ("expiry", "expiry_millis"),
    ("expires", "expiry_millis"),
    ("expires_at", "expiry_millis"),
    ("expires_on", "expiry_millis"),
    ("expiration", "expiry_millis"),
    ("expiry_ms", "expiry_millis"),
    ("expiry_milliseconds", "expiry_millis"),
    ("expiry_time", "expiry_millis"),
    ("expires_millis", "expiry_millis"),
    ("expiry_date", "expiry_millis"),
    ("valid_until", "expiry_millis"),
    ("valid_till", "expiry_millis"),
    ("valid_to", "expiry_millis"),
    ("until", "expiry_millis"),
    ("not_after", "expiry_millis"),
    ("exp", "expiry_millis"),
    ("perms", "permissions"),
    ("grants", "permissions"),
    ("scopes", "permissions"),
    ("secret", "token"),
    ("value", "token"),
    ("id", "name"),
    ("databases", "create_databases"),
    ("create_dbs", "create_databases"),
    ("create_db", "create_databases"),
];

/// The name of a member.
pub(super) fn key_name<'a>(context: &mut Context<'_>, key: RawStr<'a>) -> Cow<'a, str> {
    key.decode().unwrap_or_else(|| {
        half_a_character(context, key);
        Cow::Borrowed("")
    })
}

/// A member whose name is none of the format.
pub(super) struct Other<'a, V> {
    pub(super) key: RawStr<'a>,
    pub(super) name: Cow<'a, str>,
    pub(super) value: V,
    /// Whether the name stands nowhere else in the object.
    pub(super) once: bool,
}

/// The first of each name; the others are reported.
pub(super) fn firsts_of_their_names<'a, V>(
    context: &mut Context<'_>,
    mut members: Vec<Other<'a, V>>,
    at: impl for<'p> Fn(&'p str) -> At<'p>,
) -> Vec<Other<'a, V>> {
    let names: Vec<&str> = members.iter().map(|member| member.name.as_ref()).collect();
    let firsts = firsts(&names);
    for (index, first) in firsts.iter().enumerate().filter(|(index, first)| index != *first) {
        let Some(Other { key, name, .. }) = members.get(index) else { continue };
        let (key, name) = (*key, name.clone());
        if let Some(first) = members.get_mut(*first) {
            first.once = false;
            duplicate(context, first.key, key, &name, at(&name));
        }
    }
    keep_firsts(&mut members, &firsts);
    members
}

/// Reports a member whose name stands before it in the same object, there.
pub(super) fn duplicate(
    context: &mut Context<'_>,
    first: RawStr<'_>,
    key: RawStr<'_>,
    name: &str,
    at: At<'_>,
) {
    context.tell(Code::DuplicateMember, key.outer(), || {
        let message = with_fragment("this member stands twice in one object", name, name);
        let found = finding(Code::DuplicateMember, key.outer(), at, message);
        found.label(first.outer(), "it stands here already").with_help("remove one of them")
    });
}

/// The member that one of another name was meant to be, and how safely that can be said; nothing of the last where its value
/// says something else: in a member of the HTTP API, which has its own finding, and in a duration or another unit.
pub(super) type Meaning = (&'static str, Option<Applicability>);

/// What a member is meant to be, of those that are `free`.
pub(super) fn meaning(name: &str, free: &[&'static str]) -> Option<Meaning> {
    if let Some((_, ours)) = HTTP_MEMBERS.iter().find(|(http, _)| *http == name) {
        return free.contains(ours).then_some((ours, None));
    }
    if is_commented_out(name) {
        return None;
    }
    let word = Word::new(name);
    if word.is_duration() {
        return free.contains(&"expiry_millis").then_some(("expiry_millis", None));
    }
    let alias = || {
        let alias = ALIASES.iter().find(|(alias, known)| word.is(alias) && free.contains(known));
        alias.map(|(_, known)| (*known, Some(Applicability::Ask)))
    };
    let expiry = || {
        let is_one = word.is_expiry() && free.contains(&"expiry_millis");
        is_one.then_some(("expiry_millis", Some(Applicability::Ask)))
    };
    // `old_name` and `no_expiry_millis` may say that it is none.
    let how = |known| if word.is_more_than(known) { Applicability::Ask } else { Applicability::Safe };
    let nearly = |known| (known, Some(how(known)));
    near(name, &word, free).map(nearly).or_else(alias).or_else(expiry)
}

/// Whether a member is none on purpose, such as `//tokens`, `_tokens` and `#name`: JSON has no comments.
fn is_commented_out(name: &str) -> bool {
    // Quotes and what nobody sees are slips.
    let is_slip = |c: char| c.is_whitespace() || is_unseen(c) || matches!(c, '\'' | '"' | '`');
    name.trim_start_matches(is_slip).starts_with(|c: char| !c.is_alphanumeric())
}

/// Whether a member is a mistake, where it is none of those of the format: of these, `absent` are not there.
pub(crate) fn is_mistaken(name: &str, absent: &[&'static str], lists: &[&'static str]) -> bool {
    is_http_member(name) || meaning(name, absent).is_some() || nearly(name, lists).is_some()
}

/// The list that a member is nearly called as: what a second one holds would be lost without a word.
fn nearly(name: &str, lists: &[&'static str]) -> Option<&'static str> {
    if is_commented_out(name) { None } else { near(name, &Word::new(name), lists) }
}

/// The known name that a name is, but for its case and signs, or comes near.
fn near(name: &str, word: &Word, known: &[&'static str]) -> Option<&'static str> {
    let same = known.iter().copied().find(|known| word.is(known));
    same.or_else(|| meant(name, known.iter().copied()).map(|(known, _)| known))
}

/// Whether a member is one of the HTTP API's body.
pub(super) fn is_http_member(name: &str) -> bool {
    HTTP_MEMBERS.iter().any(|(http, _)| *http == name)
}

/// Reports a member that is not of the format; gives the member that was meant, if that is clear. Where its name stands more
/// than once, a person must decide which of them is meant.
pub(super) fn unknown<'a, V: Borrow<Node<'a>>>(
    context: &mut Context<'_>,
    Other { key, name, value, once }: &Other<'a, V>,
    (meaning, lists): (Option<Meaning>, &[&'static str]),
    at: At<'_>,
) -> Option<&'static str> {
    let value: &Node<'_> = value.borrow();
    if let Some((_, ours)) = HTTP_MEMBERS.iter().find(|(http, _)| http == name) {
        let now = context.validator.now;
        let fix = || {
            let renamed = (*once && meaning.is_some()).then(|| Edit::new(key.inner(), *ours))?;
            if *ours == "name" {
                return Some(Fix::new(Applicability::Ask, [renamed]));
            }
            let millis = Edit::new(value.span, from_now_on(now, value)?);
            Some(Fix::new(Applicability::Ask, [renamed, millis]))
        };
        context.find(Code::HttpRequestBody, key.outer(), fix, || {
            let message = format!("`{name}` is a member of the HTTP API, and the file has `{ours}`");
            finding(Code::HttpRequestBody, key.outer(), at, message).with_help(if *ours == "name" {
                "write `name`"
            } else {
                "write `expiry_millis`: the Unix time of the expiry in milliseconds, not a duration"
            })
        });
        // A duration is no expiry, so nothing more can be said of its value.
        return Some("name").filter(|_| name == "token_name" && meaning.is_some());
    }
    if let Some((known, None)) = meaning {
        context.tell(Code::MisspeltMember, key.outer(), || {
            let message =
                format!("the server ignores this member, and the token never expires: it has `{known}`");
            let found = finding(Code::MisspeltMember, key.outer(), at, message);
            found.with_help(
                "write `expiry_millis`: the Unix time of the expiry in milliseconds, not a duration",
            )
        });
        return None;
    }
    if let Some((known, how)) = meaning {
        let is_safe = how == Some(Applicability::Safe) && is_certain(context.validator.now, known, value);
        let replace = if is_safe { replace_safely } else { replace_on_request };
        context.find(
            Code::MisspeltMember,
            key.outer(),
            || (*once && can_be(known, value)).then(|| replace(key.inner(), known)),
            || {
                let ends = if known == "expiry_millis" { ", and the token never expires" } else { "" };
                let message = format!("the server ignores this member{ends}: it is called `{known}`");
                let found = finding(Code::MisspeltMember, key.outer(), at, message);
                found.with_help(format!("did you mean `{known}`?"))
            },
        );
        return Some(known);
    }
    if let Some(list) = nearly(name, lists) {
        context.tell(Code::MisspeltMember, key.outer(), || {
            let message = format!("the server ignores this member: `{list}` stands beside it");
            let found = finding(Code::MisspeltMember, key.outer(), at, message);
            found.with_help(format!("put what it holds into `{list}`"))
        });
        return None;
    }
    context.tell(Code::UnknownMember, key.outer(), || {
        let message = if is_plain_word(name) && may_show(name, name) {
            format!("the server ignores the member `{name}`")
        } else {
            "the server ignores this member".into()
        };
        finding(Code::UnknownMember, key.outer(), at, message).with_help("remove it")
    });
    None
}

/// Whether a member of that name can have such a value: renamed, one of another type would be another mistake.
fn can_be(known: &str, value: &Node<'_>) -> bool {
    match known {
        "token" | "name" => matches!(value.value, Value::String(_)),
        "tokens" | "create_databases" | "permissions" => {
            matches!(value.value, Value::Array(_) | Value::Object(_) | Value::String(_))
        }
        _ => true,
    }
}

/// Whether nothing but the name is doubtful. An expiry that is read as another time, or is over, ends a token that has had
/// no end.
fn is_certain(now: SystemTime, known: &str, value: &Node<'_>) -> bool {
    known != "expiry_millis" || likely_expiry(value).is_some_and(|expiry| expiry.elapsed(now).is_none())
}

/// The expiry in milliseconds that a duration in seconds comes to now; people also write when it ends.
fn from_now_on(now: SystemTime, value: &Node<'_>) -> Option<String> {
    let Value::Number(spelt) = value.value else { return None };
    let millis = time_for_seconds(spelt.parse().ok()?).or_else(|| {
        let duration = Duration::from_secs(spelt.parse().ok().filter(|seconds| *seconds > 0)?);
        let expiry = Expiry::after(now, duration).ok().filter(|_| duration <= LONGEST_DURATION)?;
        Some(expiry.as_millis())
    });
    Some(millis?.to_string())
}

/// Whether a name of a member looks like one, and not like a piece of a secret.
pub(super) fn is_plain_word(name: &str) -> bool {
    name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Which of [`ENTRY_MEMBERS`] it is; a match is faster than a search.
fn place(name: &str) -> Option<usize> {
    match name {
        "token" => Some(0),
        "name" => Some(1),
        "expiry_millis" => Some(2),
        "permissions" => Some(3),
        _ => None,
    }
}

/// What a member means where that many names are free.
#[derive(Clone)]
struct Guess {
    meaning: Option<Meaning>,
    among: usize,
    is_taken: bool,
}

/// The first member of each name; none where there is none.
pub(super) type Found<'n, 'a, const N: usize> = [Option<(RawStr<'a>, &'n Node<'a>)>; N];

/// The members of an entry by their names, the first of each; the others are reported.
pub(super) fn entry_members<'n, 'a>(
    context: &mut Context<'_>,
    index: usize,
    members: &'n [Member<'a>],
) -> Found<'n, 'a, { ENTRY_MEMBERS.len() }> {
    by_name(context, ENTRY_MEMBERS, place, |name| At::TokenMember(index, name), members)
}

/// The members of an object by the `known` names, of which `place` tells the index; the others are reported.
pub(super) fn by_name<'n, 'a: 'n, const N: usize>(
    context: &mut Context<'_>,
    known: [&'static str; N],
    place: impl Fn(&str) -> Option<usize>,
    at: impl for<'p> Fn(&'p str) -> At<'p>,
    members: impl IntoIterator<Item = &'n Member<'a>>,
) -> Found<'n, 'a, N> {
    let mut found = [None; N];
    let mut unknown_members = Vec::new();
    for member in members {
        let name = key_name(context, member.key);
        match place(&name).and_then(|place| found.get_mut(place)) {
            Some(slot @ None) => *slot = Some((member.key, &member.value)),
            Some(Some((first, _))) => duplicate(context, *first, member.key, &name, at(&name)),
            None => unknown_members.push(Other { key: member.key, name, value: &member.value, once: true }),
        }
    }
    if unknown_members.is_empty() {
        return found;
    }
    let unknown_members = firsts_of_their_names(context, unknown_members, &at);
    let pairs = known.into_iter().zip(&found);
    let mut free: Vec<&'static str> =
        pairs.filter(|(_, slot)| slot.is_none()).map(|(known, _)| known).collect();
    let mut guesses =
        vec![Guess { meaning: None, among: usize::MAX, is_taken: false }; unknown_members.len()];
    // Where one is clear, fewer names are left for the others, and another may be clear.
    loop {
        let before = free.len();
        // One that is nearly right has its name before one that only says the same in other words.
        for only_safe in [true, false] {
            let pairs = unknown_members.iter().zip(&mut guesses);
            for (other, guess) in pairs.filter(|(_, guess)| !guess.is_taken) {
                // It only gets shorter, so that its length tells what it holds.
                if guess.among != free.len() {
                    *guess =
                        Guess { meaning: meaning(&other.name, &free), among: free.len(), is_taken: false };
                }
                let is_clear = |(_, how): &Meaning| !only_safe || *how == Some(Applicability::Safe);
                if let Some((taken, _)) = guess.meaning.filter(is_clear) {
                    guess.is_taken = true;
                    free.retain(|known| *known != taken);
                }
            }
        }
        if free.len() == before || free.is_empty() {
            break;
        }
    }
    let lists: Vec<&'static str> = known.into_iter().filter(|known| ENTRY_LISTS.contains(known)).collect();
    for (other, guess) in unknown_members.iter().zip(guesses) {
        let meaning = (guess.meaning.filter(|_| guess.is_taken), lists.as_slice());
        let meant = unknown(context, other, meaning, at(&other.name));
        if let Some(slot) = meant.and_then(&place).and_then(|place| found.get_mut(place)) {
            *slot = Some((other.key, other.value));
        }
    }
    found
}
