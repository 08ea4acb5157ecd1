//! What fixes did to a file, and to which tokens.

use influxdb3_offline_tokens::fix::AppliedFix as Fix;
use influxdb3_offline_tokens::span::Location;
use influxdb3_offline_tokens::{Code, redact};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{masked, printable};

/// One fix.
pub(crate) struct AppliedFix {
    pub(crate) code: Code,
    /// Where it was, in the file before any fix; none where it is about the file itself.
    pub(crate) place: Option<Location>,
    /// What was wrong, and that a token is another now: the programs that have the old one must be told.
    pub(crate) message: String,
    pub(crate) has_new_secret: bool,
}

/// What was done to a file, of which `after` is the text now.
pub(crate) fn told(fixes: &[Fix], after: &[u8]) -> Vec<AppliedFix> {
    let names = Names::of(after);
    let told = |fix: &Fix| {
        let wrong = fix.message();
        let message = match (fix.has_new_token(), names.at(fix.pointer())) {
            (false, _) => match fix.effect() {
                Some(effect) => format!("{wrong}; the fix {effect}"),
                None => wrong.to_owned(),
            },
            (true, Some(name)) => format!("token `{name}` has a new secret: {wrong}"),
            (true, None) => format!("this token has a new secret: {wrong}"),
        };
        let place = (fix.code() != Code::ReadableByOthers).then(|| fix.location());
        AppliedFix { code: fix.code(), place, message, has_new_secret: fix.has_new_token() }
    };
    fixes.iter().map(told).collect()
}

#[derive(Default, Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    tokens: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

/// The names of the tokens of a text.
struct Names<'a> {
    text: &'a str,
    shown: String,
    file: Members<'a>,
}

impl<'a> Names<'a> {
    fn of(text: &'a [u8]) -> Self {
        let text = std::str::from_utf8(text).unwrap_or_default();
        Self { text, shown: redact(text.as_bytes()), file: serde_json::from_str(text).unwrap_or_default() }
    }

    /// That of the token at such a pointer; none where it may be a secret, or is long.
    fn at(&self, pointer: &str) -> Option<String> {
        const LONGEST: usize = 64;
        let raw = match pointer.strip_suffix("/token")?.strip_prefix("/tokens/") {
            Some(index) => {
                let entry = self.file.tokens.as_ref()?.get(index.parse::<usize>().ok()?)?;
                serde_json::from_str::<Members<'_>>(entry.get()).ok()?.name?
            }
            None => self.file.name?,
        };
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        let is_shown = self.shown.get(start..start + raw.get().len()) == Some(raw.get());
        let name: String = serde_json::from_str(raw.get()).ok().filter(|_| is_shown)?;
        let fits = !name.is_empty() && name.len() <= LONGEST && masked(&name) == name;
        fits.then(|| printable(&name))
    }
}
