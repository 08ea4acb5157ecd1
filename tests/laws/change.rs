//! A change of a sound text is read by `serde_json` as exactly that change, and every other byte is kept.

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Law, ensure};

/// How many bytes choose the changes.
pub const HEADER: usize = 13;

/// The first byte says how many changes are made, four more for each of three what it is; the rest is the text.
pub fn all(input: &[u8]) -> Law {
    let Some((header, text)) = input.split_first_chunk::<HEADER>() else { return Ok(()) };
    let Ok(file) = TokenFile::parse(text) else {
        for changes in [&[][..], &[Change::create_databases([])]] {
            let refused = matches!(edit::apply(Some(text), changes), Err(ChangeError::Invalid(_)));
            ensure!(refused, "a text that does not load is changed");
        }
        return Ok(());
    };
    let [count, chosen @ ..] = header;
    let chosen = chosen.as_chunks::<4>().0.iter().take(1 + usize::from(count % 3));
    let deeds: Vec<Deed> = chosen.filter_map(|bytes| chosen_deed(*bytes, &file)).collect();
    let changes: Vec<Change> = deeds.iter().map(Deed::change).collect();
    let mut at_last: Result<Vec<u8>, ChangeError> = Ok(text.to_vec());
    for (deed, change) in deeds.iter().zip(&changes) {
        let Ok(before) = &at_last else { break };
        let changed = edit::apply(Some(before), std::slice::from_ref(change));
        one(before, deed, &changed)?;
        at_last = changed.map(|changed| changed.map_or(before.clone(), |changed| changed.to_vec()));
    }
    if changes.len() > 1 {
        let together = edit::apply(Some(text), &changes);
        let together = together.map(|changed| changed.map_or(text.to_vec(), |changed| changed.to_vec()));
        ensure!(together == at_last, "other changes together than one by one: {changes:?}");
    }
    if let Ok(text) = at_last {
        ensure!(TokenFile::parse(&text).is_ok(), "no sound file after {changes:?}");
    }
    Ok(())
}

/// A change and its parts.
#[derive(Debug)]
enum Deed {
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

impl Deed {
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

/// The change that these bytes choose.
fn chosen_deed([kind, which, value, more]: [u8; 4], file: &TokenFile) -> Option<Deed> {
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
            let made =
                TokenEntry::new(name(is_new)?, token()?).with_expiry(expiry).with_permissions(permissions());
            let first = if kind % 10 == 7 { present().cloned().unwrap_or(made) } else { made };
            let other = |secret: Token| {
                let name = TokenName::parse(&pick(&NAMES, which / 16)).ok()?;
                Some(TokenEntry::new(name, secret).with_permissions(permissions()))
            };
            let second = Token::parse(&pick(&TOKENS, value / 16)).ok().filter(|_| kind & 0x40 != 0);
            let entries = [Some(first), second.and_then(other)].into_iter().flatten().collect();
            Deed::Append { entries, keep: kind & 0x80 != 0 }
        }
        1 => Deed::CreateDatabases(databases().collect()),
        2 => Deed::Remove(name(is_new)?),
        3 => {
            let there = present().map_or([0; 64], |entry| entry.token().sha512());
            let expected = [None, None, Some(there), Some([1; 64])][usize::from(more % 4)];
            Deed::Rotate { name: name(is_new)?, token: token()?, expected }
        }
        4 => Deed::RotateBeside { name: name(is_new)?, new_name: name(more & 0x40 == 0)?, token: token()? },
        5 => Deed::SetExpiry(name(is_new)?, expiry),
        8 => {
            let other = file.tokens().get(usize::from(value) % file.tokens().len().max(1));
            let other = other.filter(|_| more & 0x40 == 0).map(|entry| entry.name().clone());
            Deed::Rename(name(is_new)?, other.or_else(|| name(true))?)
        }
        9 => {
            let created = file.create_databases().iter().enumerate();
            let created = created.filter(|(at, _)| which >> (at % 8) & 1 == 1).map(|(_, name)| name.clone());
            Deed::DropDatabases(created.chain(databases().filter(|_| is_new)).collect())
        }
        _ => Deed::SetPermissions(name(is_new)?, permissions()),
    })
}

/// What a change should have done, by the values.
fn one(before: &[u8], change: &Deed, changed: &Result<Option<impl AsRef<[u8]>>, ChangeError>) -> Law {
    // A number that no double holds is sound where the server ignores it, and `serde_json` does not read it.
    let Ok(mut value) = serde_json::from_slice::<Value>(before) else { return Ok(()) };
    let made = make(&mut value, change);
    match (changed, made) {
        (Ok(changed), Ok(())) => {
            let after = changed.as_ref().map_or(before, AsRef::as_ref);
            let read: Value = serde_json::from_slice(after).map_err(|error| format!("no JSON: {error}"))?;
            ensure!(read == value, "{change:?} makes other values:\n{read}\n{value}");
            ensure!(changed.is_none() || after != before, "{change:?} is a change and changes nothing");
            if changed.is_some() { keeps_other_bytes(before, change, after) } else { Ok(()) }
        }
        (Err(error), Err(wanted)) => {
            let same = std::mem::discriminant(error) == std::mem::discriminant(&wanted);
            ensure!(same, "{change:?} is refused with {error:?} instead of {wanted:?}");
            Ok(())
        }
        (Ok(_), Err(wanted)) => Err(format!("{change:?} is made and should be refused: {wanted:?}")),
        (Err(error), Ok(())) => Err(format!("{change:?} is refused: {error:?}")),
    }
}

/// Makes the change in the values.
fn make(file: &mut Value, change: &Deed) -> Result<(), ChangeError> {
    let tokens = file["tokens"].as_array().cloned().unwrap_or_default();
    let place = |name: &TokenName| {
        let place = tokens.iter().position(|token| token["name"] == name.as_str());
        place.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
    };
    let refuse = |name: &TokenName, token: &Token| {
        let exists = tokens.iter().any(|other| other["token"] == token.expose());
        if exists { Err(ChangeError::TokenExists(name.clone())) } else { Ok(()) }
    };
    match change {
        Deed::Append { entries, keep } => {
            for (before, entry) in entries.iter().enumerate() {
                let before = &entries[..before];
                let mut new = json!({ "token": entry.token().expose(), "name": entry.name().as_str(),
                    "permissions": list(entry.permissions()) });
                if let Some(expiry) = entry.expiry() {
                    new["expiry_millis"] = expiry.as_millis().into();
                }
                if let Ok(at) = place(entry.name()) {
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
                refuse(entry.name(), entry.token())?;
                if before.iter().any(|other| other.token().expose() == entry.token().expose()) {
                    return Err(ChangeError::TokenExists(entry.name().clone()));
                }
                push(&mut file["tokens"], new);
            }
        }
        Deed::CreateDatabases(names) => {
            let is_there = file.get("create_databases").is_some();
            for name in names {
                let list = &mut file["create_databases"];
                if !list.as_array().is_some_and(|list| list.contains(&name.as_str().into())) {
                    push(list, name.as_str().into());
                }
            }
            if !is_there && file["create_databases"].is_null() {
                file.as_object_mut().map(|file| file.remove("create_databases"));
            }
        }
        Deed::DropDatabases(names) => {
            let list = file.get_mut("create_databases").and_then(Value::as_array_mut);
            if let Some(list) = list {
                list.retain(|database| !names.iter().any(|name| database == name.as_str()));
            }
        }
        Deed::Rename(name, new_name) => {
            let at = place(name)?;
            if name != new_name && place(new_name).is_ok() {
                return Err(ChangeError::NameExists(new_name.clone()));
            }
            file["tokens"][at]["name"] = new_name.as_str().into();
        }
        Deed::Remove(name) => {
            let at = place(name)?;
            file["tokens"].as_array_mut().map(|tokens| tokens.remove(at));
        }
        Deed::Rotate { name, token, expected } => {
            let at = place(name)?;
            let old = tokens[at]["token"].as_str().and_then(|token| Token::parse(token).ok());
            if expected.is_some_and(|expected| old.is_none_or(|old| old.sha512() != expected)) {
                return Err(ChangeError::SecretChanged(name.clone()));
            }
            refuse(name, token)?;
            file["tokens"][at]["token"] = token.expose().into();
        }
        Deed::RotateBeside { name, new_name, token } => {
            let old = &tokens[place(name)?];
            if place(new_name).is_ok() {
                return Err(ChangeError::NameExists(new_name.clone()));
            }
            refuse(new_name, token)?;
            let mut new = json!({ "token": token.expose(), "name": new_name.as_str(), "permissions": canonical(&old["permissions"]) });
            // `null` reads as missing.
            if let Some(expiry) = old.get("expiry_millis").filter(|expiry| !expiry.is_null()) {
                new["expiry_millis"] = expiry.clone();
            }
            push(&mut file["tokens"], new);
        }
        Deed::SetExpiry(name, expiry) => {
            let entry = &mut file["tokens"][place(name)?];
            match expiry {
                Some(expiry) => entry["expiry_millis"] = expiry.as_millis().into(),
                None => drop(entry.as_object_mut().map(|entry| entry.remove("expiry_millis"))),
            }
        }
        Deed::SetPermissions(name, permissions) => {
            file["tokens"][place(name)?]["permissions"] = list(permissions);
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

/// The permissions as the crate prints them.
fn canonical(permissions: &Value) -> Value {
    let texts = permissions.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.filter_map(|text| Some(Permission::parse(text).ok()?.to_string())).collect()
}

/// The entries of a file as they are written, found by `serde`.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    create_databases: Option<&'a RawValue>,
    #[serde(borrow)]
    tokens: Vec<WrittenEntry<'a>>,
}

#[derive(Deserialize)]
struct WrittenEntry<'a> {
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(borrow)]
    token: &'a RawValue,
    #[serde(borrow)]
    permissions: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "present")]
    expiry_millis: Option<&'a RawValue>,
}

/// `null` as a value, too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

fn keeps_other_bytes(before: &[u8], change: &Deed, after: &[u8]) -> Law {
    let written: Written<'_> =
        serde_json::from_slice(before).map_err(|error| format!("not read: {error}"))?;
    let is = |raw: &RawValue, name: &TokenName| {
        serde_json::from_str::<String>(raw.get()).is_ok_and(|text| text == name.as_str())
    };
    let entry = |name: &TokenName| written.tokens.iter().find(|entry| is(entry.name, name));
    let replaced = match change {
        Deed::Rename(name, _) => entry(name).map(|entry| entry.name),
        Deed::Rotate { name, .. } => entry(name).map(|entry| entry.token),
        Deed::SetPermissions(name, _) => entry(name).map(|entry| entry.permissions),
        Deed::SetExpiry(name, Some(_)) => entry(name).and_then(|entry| entry.expiry_millis),
        Deed::DropDatabases(_) => written.create_databases,
        Deed::CreateDatabases(_) => written.create_databases.filter(|list| list.get() == "null"),
        _ => None,
    };
    let kept = match replaced {
        Some(value) => {
            let start = value.get().as_ptr() as usize - before.as_ptr() as usize;
            let end = start + value.get().len();
            let (head, tail) = (&before[..start], &before[end..]);
            let now = after.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
            let is_drop = matches!(change, Deed::DropDatabases(_));
            now.is_some_and(|now| !is_drop || is_rest(now, &before[start..end]))
        }
        None if after.len() > before.len() => is_one_insertion(before, after),
        None => is_one_insertion(after, before),
    };
    ensure!(kept, "{change:?} changes other bytes:\n{}\n{}", before.escape_ascii(), after.escape_ascii());
    Ok(())
}

/// Whether `rest` is `whole` without some of its bytes.
fn is_rest(rest: &[u8], whole: &[u8]) -> bool {
    let mut whole = whole.iter();
    rest.iter().all(|byte| whole.any(|other| other == byte))
}

/// Whether `after` is `before` with one text put in: every other byte is the same.
fn is_one_insertion(before: &[u8], after: &[u8]) -> bool {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    after.len() > before.len() && start + end >= before.len()
}
