//! A checked file, and the findings on its mode, owner and links.

use crate::code::Code;
use crate::diagnostic::{At, Report, Sink};
use crate::replace::FileFacts;
use crate::secret::SecretBytes;
use crate::span::Span;

/// A checked file: its bytes and their report. To load the file that was checked, parse the bytes.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, Validator};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let text = br#"{"tokens": [], "note": 1}"#;
/// std::fs::write(&path, text)?;
/// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
/// assert_eq!(*checked.bytes, *text);
/// assert!(checked.report.is_valid() && !checked.report.is_empty());
/// let file = TokenFile::parse(&checked.bytes)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedFile {
    /// The bytes, which contain the secrets of the file.
    pub bytes: SecretBytes,
    /// The findings on the text, and on the mode, owner and links.
    pub report: Report,
}

/// Reports findings on the mode, owner and links.
pub(super) fn report_facts(facts: &FileFacts, sink: &mut Sink) {
    let report = |sink: &mut Sink, code, message: Option<String>, help: &'static str| {
        if let Some(message) = message {
            sink.report(code, Span::new(0, 0), At::File).message(message).help(help);
        }
    };
    report(sink, Code::ReadableByOthers, readable_by_others(facts), "run `chmod 600` on the file");
    let help = "run `chown` to change the owner to the user who needs the file, or to root";
    report(sink, Code::ForeignOwner, foreign_owner(facts), help);
    report(
        sink,
        Code::SeveralLinks,
        several_links(facts),
        "remove the other links, or replace this one with a copy",
    );
}

fn readable_by_others(facts: &FileFacts) -> Option<String> {
    let mode = facts.mode.map(|mode| mode & 0o777).filter(|mode| mode & 0o077 != 0)?;
    Some(format!("the file mode is {mode:04o}: users other than the owner have access"))
}

fn foreign_owner(facts: &FileFacts) -> Option<String> {
    const ROOT: u32 = 0;
    let (owner, caller) = (facts.owner?, facts.caller?);
    // Root manages the files of other users.
    if [owner, ROOT].contains(&caller) || owner == ROOT {
        return None;
    }
    Some(format!("the file is owned by user {owner}, who can read and change it"))
}

fn several_links(facts: &FileFacts) -> Option<String> {
    let links = facts.links.filter(|links| *links > 1)?;
    Some(format!("the file has {links} hard links: replacing one of them does not change the others"))
}
