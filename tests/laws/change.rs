//! Laws of changes to a valid text: `serde_json` reads exactly the change, and all other bytes stay.

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Law, ensure};

/// The number of bytes that choose the changes.
pub const HEADER: usize = 13;

/// The first byte chooses the number of changes, from one to three. Four bytes choose each change. The rest is the text.
pub fn all(input: &[u8]) -> Law {
    let Some((header, text)) = input.split_first_chunk::<HEADER>() else { return Ok(()) };
    let Ok(file) = TokenFile::parse(text) else {
        for changes in [&[][..], &[Change::create_databases([])]] {
            let is_rejected = matches!(edit::apply(Some(text), changes), Err(ChangeError::Invalid(_)));
            ensure!(is_rejected, "an invalid file is changed");
        }
        return Ok(());
    };
    let [count, chosen @ ..] = header;
    let chosen = chosen.as_chunks::<4>().0.iter().take(1 + usize::from(count % 3));
    let edits: Vec<Edit> = chosen.filter_map(|bytes| chosen_edit(*bytes, &file)).collect();
    let changes: Vec<Change> = edits.iter().map(Edit::change).collect();
    let mut separately: Result<Vec<u8>, ChangeError> = Ok(text.to_vec());
    for (edit, change) in edits.iter().zip(&changes) {
        let Ok(before) = &separately else { break };
        let changed = edit::apply(Some(before), std::slice::from_ref(change));
        has_result(before, edit, &changed)?;
        separately = changed.map(|changed| changed.map_or(before.clone(), |changed| changed.to_vec()));
    }
    if changes.len() > 1 {
        let together = edit::apply(Some(text), &changes);
        let together = together.map(|changed| changed.map_or(text.to_vec(), |changed| changed.to_vec()));
        ensure!(together == separately, "one pass differs from separate changes: {changes:?}");
    }
    if let Ok(text) = separately {
        ensure!(TokenFile::parse(&text).is_ok(), "an invalid file after {changes:?}");
    }
    Ok(())
}

/// The parts of a change.
#[derive(Debug)]
enum Edit {
    Append { entries: Vec<TokenEntry>, keep: bool },
    Remove(TokenName),
    Rename(TokenName, TokenName),
    Rotate { name: TokenName, token: Token, expected: Option<[u8; 64]> },
    RotateBeside { name: TokenName, new_name: TokenName, token: Token },
    SetExpiry(TokenName, Option<Expiry>),
    SetPermissions(TokenName, Vec<Permission>),
    CreateDatabases(Vec<DatabaseName>),
    DropDatabases(Vec<DatabaseName>),
}

impl Edit {
    fn change(&self) -> Change {
        match self {
            Self::Append { entries, keep: false } => Change::append(entries.clone()),
            Self::Append { entries, keep: true } => Change::append(entries.clone()).keep_if_same(),
            Self::Remove(name) => Change::remove(name.clone()),
            Self::Rename(name, new_name) => Change::rename(name.clone(), new_name.clone()),
            Self::Rotate { name, token, expected: None } => Change::rotate(name.clone(), token.clone()),
            Self::Rotate { name, token, expected: Some(expected) } => {
                Change::rotate(name.clone(), token.clone()).if_sha512(*expected)
            }
            Self::RotateBeside { name, new_name, token } => {
                Change::rotate(name.clone(), token.clone()).beside(new_name.clone())
            }
            Self::SetExpiry(name, expiry) => Change::set_expiry(name.clone(), *expiry),
            Self::SetPermissions(name, permissions) => {
                Change::set_permissions(name.clone(), permissions.clone())
            }
            Self::CreateDatabases(names) => Change::create_databases(names.clone()),
            Self::DropDatabases(names) => Change::drop_databases(names.clone()),
        }
    }
}

fn chosen_edit([kind, which, value, more]: [u8; 4], file: &TokenFile) -> Option<Edit> {
    const NAMES: [&str; 5] = ["new", "app", "\"\\\n/\u{1}", "\u{1F511} \u{7F}", "token-1"];
    const TOKENS: [&str; 4] = ["apiv3_new", r#"apiv3_"\/"#, "apiv3_other", "apiv3_:"];
    const DATABASES: [&str; 4] = ["a", "db1", "sensors/autogen", "_internal"];
    const PERMISSIONS: [&str; 4] =
        ["db:a:read", "db:*:write", "system:health,ping:read", "db:b,c:read,delete"];
    let pick = |texts: &[&str], at: u8| texts[usize::from(at) % texts.len()].to_owned();
    let present = || file.tokens().get(usize::from(which) % file.tokens().len().max(1));
    let name = |new: bool| {
        let present = present().filter(|_| !new).map(|entry| entry.name().clone());
        present.or_else(|| TokenName::parse(&pick(&NAMES, which)).ok())
    };
    let token = || {
        let present = file.tokens().first().filter(|_| value % 8 == 0).map(|entry| entry.token().clone());
        present.or_else(|| Token::parse(&pick(&TOKENS, value)).ok())
    };
    let chosen = |texts: [&'static str; 4], bits: u8| {
        let chosen = texts.into_iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
        chosen.map(|(_, text)| text).collect::<Vec<_>>()
    };
    let permissions =
        || chosen(PERMISSIONS, more).into_iter().flat_map(Permission::parse).collect::<Vec<_>>();
    let expiry = match value % 6 {
        0 | 1 => None,
        2 => Some(Expiry::from_millis(i64::MIN)),
        3 => Some(Expiry::from_millis(i64::MAX)),
        _ => Some(Expiry::from_millis(1_900_000_000_000 + i64::from(value))),
    };
    let databases = || {
        let names = chosen(DATABASES, more).into_iter().chain(chosen(DATABASES, value));
        names.flat_map(DatabaseName::parse)
    };
    let is_new = more & 0x80 != 0;
    Some(match kind % 10 {
        0 | 7 => {
            let new =
                TokenEntry::new(name(is_new)?, token()?).with_expiry(expiry).with_permissions(permissions());
            let first = if kind % 10 == 7 { present().cloned().unwrap_or(new) } else { new };
            let other = |secret: Token| {
                let name = TokenName::parse(&pick(&NAMES, which / 16)).ok()?;
                Some(TokenEntry::new(name, secret).with_permissions(permissions()))
            };
            let second = Token::parse(&pick(&TOKENS, value / 16)).ok().filter(|_| kind & 0x40 != 0);
            let entries = [Some(first), second.and_then(other)].into_iter().flatten().collect();
            Edit::Append { entries, keep: kind & 0x80 != 0 }
        }
        1 => Edit::CreateDatabases(databases().collect()),
        2 => Edit::Remove(name(is_new)?),
        3 => {
            let current = present().map_or([0; 64], |entry| entry.token().sha512());
            let expected = [None, None, Some(current), Some([1; 64])][usize::from(more % 4)];
            Edit::Rotate { name: name(is_new)?, token: token()?, expected }
        }
        4 => Edit::RotateBeside { name: name(is_new)?, new_name: name(more & 0x40 == 0)?, token: token()? },
        5 => Edit::SetExpiry(name(is_new)?, expiry),
        8 => {
            let other = file.tokens().get(usize::from(value) % file.tokens().len().max(1));
            let other = other.filter(|_| more & 0x40 == 0).map(|entry| entry.name().clone());
            Edit::Rename(name(is_new)?, other.or_else(|| name(true))?)
        }
        9 => {
            let created = file.create_databases().iter().enumerate();
            let created = created.filter(|(at, _)| which >> (at % 8) & 1 == 1).map(|(_, name)| name.clone());
            Edit::DropDatabases(created.chain(databases().filter(|_| is_new)).collect())
        }
        _ => Edit::SetPermissions(name(is_new)?, permissions()),
    })
}

/// Compares a result with the same change to the parsed JSON.
fn has_result(before: &[u8], change: &Edit, changed: &Result<Option<impl AsRef<[u8]>>, ChangeError>) -> Law {
    // `serde_json` rejects numbers beyond a double, which are valid in ignored members.
    let Ok(mut value) = serde_json::from_slice::<Value>(before) else { return Ok(()) };
    match (changed, apply(&mut value, change)) {
        (Ok(changed), Ok(())) => {
            let after = changed.as_ref().map_or(before, AsRef::as_ref);
            let read: Value =
                serde_json::from_slice(after).map_err(|error| format!("invalid JSON: {error}"))?;
            ensure!(read == value, "{change:?} has other values:\n{read}\n{value}");
            ensure!(changed.is_none() || after != before, "{change:?} returns the same text");
            if changed.is_some() { keeps_other_bytes(before, change, after) } else { Ok(()) }
        }
        (Err(error), Err(expected)) => {
            let is_same = std::mem::discriminant(error) == std::mem::discriminant(&expected);
            ensure!(is_same, "{change:?} fails with {error:?} instead of {expected:?}");
            Ok(())
        }
        (Ok(_), Err(expected)) => Err(format!("{change:?} should fail: {expected:?}")),
        (Err(error), Ok(())) => Err(format!("{change:?} fails: {error:?}")),
    }
}

fn apply(file: &mut Value, change: &Edit) -> Result<(), ChangeError> {
    let tokens = file["tokens"].as_array().cloned().unwrap_or_default();
    let index_of = |name: &TokenName| {
        let index = tokens.iter().position(|token| token["name"] == name.as_str());
        index.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
    };
    let reject_existing = |name: &TokenName, token: &Token| {
        let exists = tokens.iter().any(|other| other["token"] == token.expose());
        if exists { Err(ChangeError::TokenExists(name.clone())) } else { Ok(()) }
    };
    match change {
        Edit::Append { entries, keep } => {
            for (before, entry) in entries.iter().enumerate() {
                let before = &entries[..before];
                let mut new = json!({ "token": entry.token().expose(), "name": entry.name().as_str(),
                    "permissions": list(entry.permissions()) });
                if let Some(expiry) = entry.expiry() {
                    new["expiry_millis"] = expiry.as_millis().into();
                }
                if let Ok(at) = index_of(entry.name()) {
                    let same =
                        ["token", "expiry_millis"].iter().all(|member| tokens[at][*member] == new[*member])
                            && canonical(&tokens[at]["permissions"]) == new["permissions"];
                    if *keep && same {
                        continue;
                    }
                    return Err(ChangeError::NameExists(entry.name().clone()));
                }
                if before.iter().any(|other| other.name() == entry.name()) {
                    return Err(ChangeError::NameExists(entry.name().clone()));
                }
                reject_existing(entry.name(), entry.token())?;
                if before.iter().any(|other| other.token().expose() == entry.token().expose()) {
                    return Err(ChangeError::TokenExists(entry.name().clone()));
                }
                push(&mut file["tokens"], new);
            }
        }
        Edit::CreateDatabases(names) => {
            let exists = file.get("create_databases").is_some();
            for name in names {
                let list = &mut file["create_databases"];
                if !list.as_array().is_some_and(|list| list.contains(&name.as_str().into())) {
                    push(list, name.as_str().into());
                }
            }
            if !exists && file["create_databases"].is_null() {
                file.as_object_mut().map(|file| file.remove("create_databases"));
            }
        }
        Edit::DropDatabases(names) => {
            let list = file.get_mut("create_databases").and_then(Value::as_array_mut);
            if let Some(list) = list {
                list.retain(|database| !names.iter().any(|name| database == name.as_str()));
            }
        }
        Edit::Rename(name, new_name) => {
            let at = index_of(name)?;
            if name != new_name && index_of(new_name).is_ok() {
                return Err(ChangeError::NameExists(new_name.clone()));
            }
            file["tokens"][at]["name"] = new_name.as_str().into();
        }
        Edit::Remove(name) => {
            let at = index_of(name)?;
            file["tokens"].as_array_mut().map(|tokens| tokens.remove(at));
        }
        Edit::Rotate { name, token, expected } => {
            let at = index_of(name)?;
            let old = tokens[at]["token"].as_str().and_then(|token| Token::parse(token).ok());
            if expected.is_some_and(|expected| old.is_none_or(|old| old.sha512() != expected)) {
                return Err(ChangeError::SecretChanged(name.clone()));
            }
            reject_existing(name, token)?;
            file["tokens"][at]["token"] = token.expose().into();
        }
        Edit::RotateBeside { name, new_name, token } => {
            let old = &tokens[index_of(name)?];
            if index_of(new_name).is_ok() {
                return Err(ChangeError::NameExists(new_name.clone()));
            }
            reject_existing(new_name, token)?;
            let mut new = json!({ "token": token.expose(), "name": new_name.as_str(), "permissions": canonical(&old["permissions"]) });
            // `null` means that the member is missing.
            if let Some(expiry) = old.get("expiry_millis").filter(|expiry| !expiry.is_null()) {
                new["expiry_millis"] = expiry.clone();
            }
            push(&mut file["tokens"], new);
        }
        Edit::SetExpiry(name, expiry) => {
            let entry = &mut file["tokens"][index_of(name)?];
            match expiry {
                Some(expiry) => entry["expiry_millis"] = expiry.as_millis().into(),
                None => drop(entry.as_object_mut().map(|entry| entry.remove("expiry_millis"))),
            }
        }
        Edit::SetPermissions(name, permissions) => {
            file["tokens"][index_of(name)?]["permissions"] = list(permissions);
        }
    }
    Ok(())
}

fn list(permissions: &[Permission]) -> Value {
    permissions.iter().map(ToString::to_string).collect()
}

fn push(list: &mut Value, value: Value) {
    match list.as_array_mut() {
        Some(list) => list.push(value),
        None => *list = json!([value]),
    }
}

fn canonical(permissions: &Value) -> Value {
    let texts = permissions.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.filter_map(|text| Some(Permission::parse(text).ok()?.to_string())).collect()
}

/// The texts of a file's values.
#[derive(Deserialize)]
struct RawFile<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    create_databases: Option<&'a RawValue>,
    #[serde(borrow)]
    tokens: Vec<RawEntry<'a>>,
}

#[derive(Deserialize)]
struct RawEntry<'a> {
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(borrow)]
    token: &'a RawValue,
    #[serde(borrow)]
    permissions: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "present")]
    expiry_millis: Option<&'a RawValue>,
}

/// Distinguishes `null` from a missing member.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

fn keeps_other_bytes(before: &[u8], change: &Edit, after: &[u8]) -> Law {
    let file: RawFile<'_> =
        serde_json::from_slice(before).map_err(|error| format!("invalid JSON: {error}"))?;
    let is = |raw: &RawValue, name: &TokenName| {
        serde_json::from_str::<String>(raw.get()).is_ok_and(|text| text == name.as_str())
    };
    let entry = |name: &TokenName| file.tokens.iter().find(|entry| is(entry.name, name));
    let replaced = match change {
        Edit::Rename(name, _) => entry(name).map(|entry| entry.name),
        Edit::Rotate { name, .. } => entry(name).map(|entry| entry.token),
        Edit::SetPermissions(name, _) => entry(name).map(|entry| entry.permissions),
        Edit::SetExpiry(name, Some(_)) => entry(name).and_then(|entry| entry.expiry_millis),
        Edit::DropDatabases(_) => file.create_databases,
        Edit::CreateDatabases(_) => file.create_databases.filter(|list| list.get() == "null"),
        _ => None,
    };
    let kept = match replaced {
        Some(value) => {
            let start = value.get().as_ptr() as usize - before.as_ptr() as usize;
            let end = start + value.get().len();
            let (head, tail) = (&before[..start], &before[end..]);
            let now = after.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
            let is_drop = matches!(change, Edit::DropDatabases(_));
            now.is_some_and(|now| !is_drop || is_subsequence(now, &before[start..end]))
        }
        None if after.len() > before.len() => is_one_insertion(before, after),
        None => is_one_insertion(after, before),
    };
    ensure!(kept, "{change:?} changes other bytes:\n{}\n{}", before.escape_ascii(), after.escape_ascii());
    Ok(())
}

fn is_subsequence(rest: &[u8], whole: &[u8]) -> bool {
    let mut whole = whole.iter();
    rest.iter().all(|byte| whole.any(|other| other == byte))
}

/// Returns whether `after` is `before` with one insertion.
fn is_one_insertion(before: &[u8], after: &[u8]) -> bool {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    after.len() > before.len() && start + end >= before.len()
}
