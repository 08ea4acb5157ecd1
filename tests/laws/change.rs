//! A change of a sound text is read by `serde_json` as exactly that change, and every other byte is kept.

use influxdb3_offline_tokens::edit;
use influxdb3_offline_tokens::edit::{Change, ChangeError, IfExists};
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
        let change = Change::CreateDatabases(Vec::new());
        let refused = matches!(edit::apply(Some(text), &[change]), Err(ChangeError::Invalid(_)));
        ensure!(refused, "a text that does not load is changed");
        return Ok(());
    };
    let [count, chosen @ ..] = header;
    let chosen = chosen.as_chunks::<4>().0.iter().take(1 + usize::from(count % 3));
    let changes: Vec<Change> = chosen.filter_map(|bytes| chosen_change(*bytes, &file)).collect();
    let mut at_last: Result<Vec<u8>, ChangeError> = Ok(text.to_vec());
    for change in &changes {
        let Ok(before) = &at_last else { break };
        let changed = edit::apply(Some(before), std::slice::from_ref(change));
        one(before, change, &changed)?;
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

/// The change that these bytes choose.
fn chosen_change([kind, which, value, more]: [u8; 4], file: &TokenFile) -> Option<Change> {
    const NAMES: [&str; 5] = ["new", "app", "\"\\\n/", "\u{1F511} \u{7F}", "token-1"];
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
    let is_new = more & 0x80 != 0;
    Some(match kind % 8 {
        0 | 7 => {
            let if_exists = if kind & 0x80 == 0 { IfExists::Refuse } else { IfExists::KeepIfSame };
            let made =
                TokenEntry::new(name(is_new)?, token()?).with_expiry(expiry).with_permissions(permissions());
            let first = if kind % 8 == 7 { present().cloned().unwrap_or(made) } else { made };
            let other = |secret: Token| {
                let name = TokenName::parse(&pick(&NAMES, which / 16)).ok()?;
                Some(TokenEntry::new(name, secret).with_permissions(permissions()))
            };
            let second = Token::parse(&pick(&TOKENS, value / 16)).ok().filter(|_| kind & 0x40 != 0);
            let entries = [Some(first), second.and_then(other)].into_iter().flatten().collect();
            Change::Append { entries, if_exists }
        }
        1 => {
            let names = chosen(DATABASES, more).into_iter().chain(chosen(DATABASES, value));
            Change::CreateDatabases(names.flat_map(DatabaseName::parse).collect())
        }
        2 => Change::Remove(name(is_new)?),
        3 => Change::Rotate { name: name(is_new)?, token: token()? },
        4 => Change::RotateBeside { name: name(is_new)?, new_name: name(more & 0x40 == 0)?, token: token()? },
        5 => Change::SetExpiry { name: name(is_new)?, expiry },
        _ => Change::SetPermissions { name: name(is_new)?, permissions: permissions() },
    })
}

/// What a change should have done, by the values.
fn one(before: &[u8], change: &Change, changed: &Result<Option<impl AsRef<[u8]>>, ChangeError>) -> Law {
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
fn make(file: &mut Value, change: &Change) -> Result<(), ChangeError> {
    let tokens = file["tokens"].as_array().cloned().unwrap_or_default();
    let place = |name: &TokenName| {
        let place = tokens.iter().position(|token| token["name"] == name.as_str());
        place.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
    };
    let refuse = |name: &TokenName, token: &Token| {
        let exists = tokens.iter().any(|other| other["token"] == token.expose());
        if exists { Err(ChangeError::TokenExists(name.clone())) } else { Ok(()) }
    };
    let list =
        |permissions: &[Permission]| -> Value { permissions.iter().map(ToString::to_string).collect() };
    match change {
        Change::Append { entries, if_exists } => {
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
                    if *if_exists == IfExists::KeepIfSame && same {
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
        Change::CreateDatabases(names) => {
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
        Change::Remove(name) => {
            let at = place(name)?;
            file["tokens"].as_array_mut().map(|tokens| tokens.remove(at));
        }
        Change::Rotate { name, token } => {
            let at = place(name)?;
            refuse(name, token)?;
            file["tokens"][at]["token"] = token.expose().into();
        }
        Change::RotateBeside { name, new_name, token } => {
            let old = &tokens[place(name)?];
            if place(new_name).is_ok() {
                return Err(ChangeError::NameExists(new_name.clone()));
            }
            refuse(new_name, token)?;
            let mut new = json!({ "token": token.expose(), "name": new_name.as_str(), "permissions": old["permissions"] });
            // `null` reads as missing.
            if let Some(expiry) = old.get("expiry_millis").filter(|expiry| !expiry.is_null()) {
                new["expiry_millis"] = expiry.clone();
            }
            push(&mut file["tokens"], new);
        }
        Change::SetExpiry { name, expiry } => {
            let entry = &mut file["tokens"][place(name)?];
            match expiry {
                Some(expiry) => entry["expiry_millis"] = expiry.as_millis().into(),
                None => drop(entry.as_object_mut().map(|entry| entry.remove("expiry_millis"))),
            }
        }
        Change::SetPermissions { name, permissions } => {
            file["tokens"][place(name)?]["permissions"] = list(permissions);
        }
        _ => {}
    }
    Ok(())
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
    name: String,
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

fn keeps_other_bytes(before: &[u8], change: &Change, after: &[u8]) -> Law {
    let written: Written<'_> =
        serde_json::from_slice(before).map_err(|error| format!("not read: {error}"))?;
    let entry = |name: &TokenName| written.tokens.iter().find(|entry| entry.name == name.as_str());
    let replaced = match change {
        Change::Rotate { name, .. } => entry(name).map(|entry| entry.token),
        Change::SetPermissions { name, .. } => entry(name).map(|entry| entry.permissions),
        Change::SetExpiry { name, expiry: Some(_) } => entry(name).and_then(|entry| entry.expiry_millis),
        Change::CreateDatabases(_) => written.create_databases.filter(|list| list.get() == "null"),
        _ => None,
    };
    let kept = match replaced {
        Some(value) => {
            let start = value.get().as_ptr() as usize - before.as_ptr() as usize;
            let end = start + value.get().len();
            after.starts_with(&before[..start]) && after[start..].ends_with(&before[end..])
        }
        None if after.len() > before.len() => is_one_insertion(before, after),
        None => is_one_insertion(after, before),
    };
    ensure!(kept, "{change:?} changes other bytes:\n{}\n{}", before.escape_ascii(), after.escape_ascii());
    Ok(())
}

/// Whether `after` is `before` with one text put in: every other byte is the same.
pub fn is_one_insertion(before: &[u8], after: &[u8]) -> bool {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    after.len() > before.len() && start + end >= before.len()
}
