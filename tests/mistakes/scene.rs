//! A sound file, the places in it where a mistake can be put, and the layouts that it can have.

use influxdb3_offline_tokens::Code;

/// Of each entry: a name and a token of its own, whose length no generated one has.
pub(crate) const ENTRIES: [(&str, &str); 3] = [
    ("keeper", "apiv3_Gm4Yc9TkBs2ZwJ6Xe1RvN8PhL5QfD0UaOiEyMnVtCrKxHzFgWpSjAqIbUlTo3dX7mJ9kE2yC5vR8hN1sQ4wZ6"),
    ("first", "apiv3_cAnArY0Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPjKTmIqX2wY7ZvO5nRf"),
    ("second", "apiv3_W7hPz2NbXr5LdQ9vKf3Yt8Jm1Gc6Ts0EuAoViBnRwHxDpZqMkFyCjOlSgU4eIa7Q2zP9Vb5Xn8Lr3Kd6Wt1Hf"),
];

/// Two places of one kind take a text each, but for those that [`Place::is_single`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In front of the text, and behind it.
    Front,
    Back,
    /// What is missing at the end of the text.
    Cut,
    /// The whole text, where `ENTRIES` stands for the entries.
    Top,
    /// An item of `create_databases`, the member itself, and one more member of the file.
    Created,
    CreatedList,
    TopMember,
    /// An entry, what stands behind its brace and in front of the other, and its members; empty for none.
    Whole,
    Head,
    Tail,
    Token,
    Name,
    Expiry,
    Permissions,
    Member,
    /// Each of the two permissions, one more, and what stands behind the last.
    Red,
    Health,
    Item,
    ListTail,
    /// A part of one more permission, which is `db:blue:read`.
    Kind,
    Names,
    Actions,
}

impl Place {
    pub(crate) fn is_of_the_file(self) -> bool {
        use Place::{Back, Created, CreatedList, Cut, Front, Top, TopMember};
        matches!(self, Front | Back | Cut | Top | Created | CreatedList | TopMember)
    }

    /// Whether two of them, each another, stand in one permission.
    pub(crate) fn is_part(self) -> bool {
        matches!(self, Self::Kind | Self::Names | Self::Actions)
    }

    fn is_single(self) -> bool {
        use Place::{Actions, Created, Head, Item, Kind, Member, Names, TopMember};
        !matches!(self, Created | TopMember | Head | Member | Item | Kind | Names | Actions)
    }

    fn is_in_the_list(self) -> bool {
        use Place::{Actions, Health, Item, Kind, ListTail, Names, Red};
        matches!(self, Red | Health | Item | ListTail | Kind | Names | Actions)
    }

    /// Whether one text has no room for both.
    pub(crate) fn clashes(self, other: Self) -> bool {
        use Place::{Back, Created, CreatedList, Cut, Permissions, Top, TopMember, Whole};
        let holds = |outer: Self, inner: Self| match outer {
            Top => matches!(inner, Created | CreatedList | TopMember | Cut),
            CreatedList => inner == Created,
            Cut => inner == Back,
            Whole => !inner.is_of_the_file(),
            Permissions => inner.is_in_the_list(),
            _ => false,
        };
        self == other && self.is_single() || holds(self, other) || holds(other, self)
    }
}

/// What the fixes of a level make of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// A person must decide.
    None,
    Safe(&'static str),
    Ask(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    pub(crate) code: Code,
    pub(crate) place: Place,
    pub(crate) wrong: &'static str,
    /// What the finding underlines, once for each finding of the code.
    pub(crate) under: &'static str,
    pub(crate) fix: Fix,
    /// Other findings of at least a warning that follow from it.
    pub(crate) also: &'static [Code],
    /// What its fix writes in other places.
    pub(crate) then: &'static [(Place, &'static str)],
    /// Nothing else is read.
    pub(crate) is_alone: bool,
}

pub(crate) fn row(
    name: &'static str,
    code: Code,
    place: Place,
    wrong: &'static str,
    under: &'static str,
    fix: Fix,
) -> Mistake {
    Mistake { name, code, place, wrong, under, fix, also: &[], then: &[], is_alone: false }
}

impl Mistake {
    pub(crate) fn also(self, also: &'static [Code]) -> Self {
        Self { also, ..self }
    }

    pub(crate) fn then(self, then: &'static [(Place, &'static str)]) -> Self {
        Self { then, ..self }
    }

    pub(crate) fn alone(self) -> Self {
        Self { is_alone: true, ..self }
    }

    fn mended(&self, state: State) -> Option<&'static str> {
        match (self.fix, state) {
            (Fix::None, _) | (_, State::Wrong) | (Fix::Ask(_), State::Safe) => None,
            (Fix::Safe(text), _) | (Fix::Ask(text), State::Ask) => Some(text),
        }
    }

    pub(crate) fn is_mended(&self, state: State) -> bool {
        self.mended(state).is_some()
    }

    /// Its text in a state, and what stands in other places then.
    fn texts(&self, state: State) -> ((Place, &'static str), &'static [(Place, &'static str)]) {
        match self.mended(state) {
            Some(text) => ((self.place, text), self.then),
            None => ((self.place, self.wrong), &[]),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Wrong,
    /// As safe fixes leave it, and as all fixes do.
    Safe,
    Ask,
}

struct Entry {
    whole: Option<&'static str>,
    head: String,
    tail: &'static str,
    members: [&'static str; 3],
    permissions: Option<&'static str>,
    base: [&'static str; 2],
    items: Vec<&'static str>,
    parts: Vec<[Option<&'static str>; 3]>,
    list_tail: &'static str,
    more: Vec<&'static str>,
}

impl Entry {
    fn sound() -> Self {
        Self {
            whole: None,
            head: String::new(),
            tail: "",
            members: [r#""token":"SECRET""#, r#""name":"NAME""#, r#""expiry_millis":1780272000000"#],
            permissions: None,
            base: [r#""db:red:read""#, r#""system:health:read""#],
            items: Vec::new(),
            parts: Vec::new(),
            list_tail: "",
            more: Vec::new(),
        }
    }

    fn put(&mut self, place: Place, text: &'static str) {
        match place {
            Place::Whole => self.whole = Some(text),
            Place::Head => self.head += text,
            Place::Tail => self.tail = text,
            Place::Token => self.members[0] = text,
            Place::Name => self.members[1] = text,
            Place::Expiry => self.members[2] = text,
            Place::Permissions => self.permissions = Some(text),
            Place::Member => self.more.push(text),
            Place::Red => self.base[0] = text,
            Place::Health => self.base[1] = text,
            Place::Item => self.items.push(text),
            Place::ListTail => self.list_tail = text,
            Place::Kind => self.put_part(0, text),
            Place::Names => self.put_part(1, text),
            Place::Actions => self.put_part(2, text),
            _ => unreachable!("{place:?} is a place of the file"),
        }
    }

    fn put_part(&mut self, part: usize, text: &'static str) {
        match self.parts.iter_mut().find(|parts| parts[part].is_none()) {
            Some(parts) => parts[part] = Some(text),
            None => self.parts.push(std::array::from_fn(|at| (at == part).then_some(text))),
        }
    }

    fn text(&self, (name, token): (&str, &str)) -> String {
        let text = self.whole.map_or_else(|| self.object(), str::to_owned);
        text.replace("NAME", name).replace("SECRET", token).replace("KEEPER", ENTRIES[0].1)
    }

    fn object(&self) -> String {
        let parts = self.parts.iter().map(|[kind, names, actions]| {
            let (kind, names) = (kind.unwrap_or("db"), names.unwrap_or("blue"));
            format!("\"{kind}:{names}:{}\"", actions.unwrap_or("read"))
        });
        let items = self.base.iter().chain(&self.items).map(|&item| item.to_owned()).chain(parts);
        let list = format!("\"permissions\":[{}{}]", joined(items), self.list_tail);
        let list = self.permissions.map_or(list, str::to_owned);
        let members = self.members.iter().copied().chain([list.as_str()]).chain(self.more.iter().copied());
        format!("{{{}{}{}}}", self.head, joined(members.map(str::to_owned)), self.tail)
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(",")
}

/// The file in its shortest layout, with each mistake in the entry beside it, as its state leaves it.
pub(crate) fn compact(mistakes: &[(&Mistake, usize, State)]) -> String {
    let mut entries = [Entry::sound(), Entry::sound(), Entry::sound()];
    entries[0].base = [r#""db:blue,green:read,write""#, r#""system:ping:read""#];
    let (mut front, mut back, mut cut, mut top) = ("", "", "", None);
    let (mut created, mut list) = (vec![r#""blue""#, r#""green""#, r#""red""#], None);
    let mut more = Vec::new();
    let texts = mistakes.iter().map(|(mistake, entry, state)| (mistake.texts(*state), *entry));
    let own = texts.clone().map(|((own, _), entry)| (own, entry));
    // A fix puts a database behind all others, and once.
    let then: Vec<_> =
        texts.flat_map(|((_, then), entry)| then.iter().map(move |&then| (then, entry))).collect();
    let is_again = |at: usize| {
        at > 0 && then[at].0.0 == Place::Created && then[..at].iter().any(|other| other.0 == then[at].0)
    };
    let then = (0..then.len()).filter(|&at| !is_again(at)).map(|at| then[at]);
    for ((place, text), entry) in own.chain(then) {
        match place {
            Place::Front => front = text,
            Place::Back => back = text,
            Place::Cut => cut = text,
            Place::Top => top = Some(text),
            Place::Created => created.push(text),
            Place::CreatedList => list = Some(text),
            Place::TopMember => more.push(text),
            _ => entries[entry].put(place, text),
        }
    }
    let entries = entries.iter().zip(ENTRIES).map(|(entry, words)| entry.text(words));
    let entries = joined(entries);
    let created = format!("\"create_databases\":[{}]", joined(created.iter().map(|&item| item.to_owned())));
    let created = list.map_or(created, str::to_owned);
    let tokens = "\"tokens\":[ENTRIES]";
    let members = [created.as_str(), tokens].into_iter().chain(more).map(str::to_owned);
    let text = top.map_or_else(|| format!("{{{}}}", joined(members)), str::to_owned);
    let text = text.replace("ENTRIES", &entries).replace("SECRET", ENTRIES[1].1);
    format!("{front}{}{back}", text.strip_suffix(cut).unwrap_or(&text))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Compact,
    Pretty,
    /// A member on a line, with tabs and the line ends of Windows.
    Lines,
    Spaces,
}

impl Layout {
    pub(crate) const ALL: [Self; 4] = [Self::Compact, Self::Pretty, Self::Lines, Self::Spaces];

    /// What stands behind an opening or a comma, and in front of a closing, at a depth of so many objects and lists.
    fn space(self, objects: usize, depth: usize, in_object: bool) -> String {
        match self {
            Self::Pretty => format!("\n{}", "  ".repeat(depth)),
            Self::Lines if in_object => format!("\r\n{}", "\t".repeat(objects)),
            Self::Compact | Self::Lines => String::new(),
            Self::Spaces => " ".to_owned(),
        }
    }

    /// The text with white space around what is no string; a private character becomes a byte that is no UTF-8.
    pub(crate) fn write(self, compact: &str) -> Vec<u8> {
        let mut open: Vec<char> = Vec::new();
        let mut text = String::new();
        let mut quoted = Quoted::default();
        for c in compact.chars() {
            if quoted.take(c) {
                text.push(c);
                continue;
            }
            let objects = |open: &[char]| open.iter().filter(|&&c| c == '{').count();
            match c {
                '}' | ']' => {
                    let closed = open.pop();
                    text += &self.space(objects(&open), open.len(), closed == Some('{'));
                    text.push(c);
                }
                '{' | '[' | ',' => {
                    if c == ',' {
                        text += if self == Self::Spaces { " " } else { "" };
                    } else {
                        open.push(c);
                    }
                    text.push(c);
                    text += &self.space(objects(&open), open.len(), open.last() == Some(&'{'));
                }
                ':' => text += [":", ": ", ":\t", " : "][self as usize],
                _ => text.push(c),
            }
        }
        if self != Self::Compact && !text.is_empty() {
            text.push('\n');
        }
        let bytes = text.into_bytes();
        let pieces = bytes.split(|&byte| byte == 0x07);
        pieces.collect::<Vec<_>>().join(&0xFF)
    }
}

/// Whether a character stands in a string, its quotes included.
#[derive(Default)]
struct Quoted {
    is_open: bool,
    is_escaped: bool,
}

impl Quoted {
    fn take(&mut self, c: char) -> bool {
        let was_open = self.is_open;
        if self.is_escaped {
            self.is_escaped = false;
        } else if c == '"' {
            self.is_open = !self.is_open;
        } else {
            self.is_escaped = self.is_open && c == '\\';
        }
        was_open || self.is_open
    }
}

/// The text without the white space between its words.
pub(crate) fn without_space(text: &str) -> String {
    let mut quoted = Quoted::default();
    text.chars().filter(|&c| quoted.take(c) || !matches!(c, ' ' | '\t' | '\r' | '\n')).collect()
}
