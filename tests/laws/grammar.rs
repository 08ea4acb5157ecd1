//! Laws of the grammar and of single values: printing and parsing are inverse, errors have valid spans, and the parser
//! agrees with a simple reference implementation.

use influxdb3_offline_tokens::span::Span;
use influxdb3_offline_tokens::{
    Code, DatabaseActions, DatabaseName, Expectations, Expiry, Permission, Release, SystemResource, Token,
    TokenName,
};

use super::{Law, ensure};

/// In canonical order.
const ACTIONS: [&str; 5] = ["create", "describe", "read", "write", "delete"];

/// All laws of permissions, values and expectations.
pub fn all(text: &str) -> Law {
    matches_reference(text)?;
    borrowed_equals_owned(text)?;
    errors_have_valid_spans(text)?;
    action_lists(text)?;
    values(text)?;
    expectations(text)
}

/// Reference implementation of the documented grammar, which shares nothing with the parser.
pub fn is_valid(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let &[resource_type, names, actions] = parts.as_slice() else { return false };
    let all_of = |list: &str, is_valid: &dyn Fn(&str) -> bool| list.split(',').all(is_valid);
    match resource_type {
        "db" => {
            (names == "*" || all_of(names, &is_valid_name))
                && all_of(actions, &|action| ACTIONS.contains(&action))
        }
        "system" => {
            (names == "*" || all_of(names, &|name| ["health", "metrics", "ping", "ready"].contains(&name)))
                && all_of(actions, &|action| action == "read")
        }
        _ => false,
    }
}

pub fn is_valid_name(name: &str) -> bool {
    if name == "_internal" {
        return true;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/".contains(c);
    (1..=511).contains(&name.len())
        && name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric())
        && name.chars().all(allowed)
        && name.chars().filter(|&c| c == '/').count() <= 1
        && !name.ends_with('/')
}

/// The canonical text of a valid permission.
fn canonical(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    let written: Vec<&str> = parts[2].split(',').collect();
    let actions: Vec<&str> = ACTIONS.into_iter().filter(|action| written.contains(action)).collect();
    format!("{}:{}:{}", parts[0], parts[1], actions.join(","))
}

pub fn matches_reference(text: &str) -> Law {
    let parsed = Permission::parse(text);
    ensure!(parsed.is_ok() == is_valid(text), "{text:?} is {parsed:?}");
    if let Ok(permission) = parsed {
        let printed = permission.to_string();
        ensure!(printed == canonical(text), "{text:?} is printed as {printed:?}");
        ensure!(Permission::parse(&printed) == Ok(permission), "{printed:?} parses as another permission");
    }
    Ok(())
}

pub fn borrowed_equals_owned(text: &str) -> Law {
    let owned = Permission::parse(text);
    let borrowed = Permission::parse_borrowed(text);
    let copied = borrowed.map(|permission| permission.to_owned());
    ensure!(copied == owned, "borrowed {copied:?}, owned {owned:?}");
    if let Ok(permission) = owned {
        ensure!(permission.as_ref().to_owned() == permission, "{text:?} differs when borrowed");
        let (shown, borrowed) = (format!("{permission:?}"), format!("{:?}", permission.as_ref()));
        ensure!(shown == borrowed, "`Debug` gives {shown:?} and {borrowed:?}");
    }
    Ok(())
}

pub fn errors_have_valid_spans(text: &str) -> Law {
    let errors = Permission::errors(text);
    let first = Permission::parse(text).err();
    ensure!(first.as_ref() == errors.first(), "{first:?} is not the first of {errors:?}");
    for error in &errors {
        has_valid_span(text, error.span(), "an error of a permission")?;
        has_valid_message(&error.message().to_string(), text)?;
        ensure!(!error.help().is_empty(), "no help for {error}");
    }
    let spans: Vec<_> = errors.iter().map(|error| (error.span().start(), error.span().end())).collect();
    ensure!(spans.is_sorted(), "not in source order: {spans:?}");
    Ok(())
}

pub fn action_lists(text: &str) -> Law {
    let is_valid = text.split(',').all(|word| ACTIONS.contains(&word));
    match DatabaseActions::parse(text) {
        Ok(actions) => {
            ensure!(is_valid, "{text:?} parses as actions");
            let again = DatabaseActions::parse(&actions.to_string());
            ensure!(again == Ok(actions), "{actions} parses as {again:?}");
            Ok(())
        }
        Err(error) => {
            ensure!(!is_valid, "{text:?} is rejected: {error}");
            has_valid_span(text, error.span(), "an error of actions")
        }
    }
}

/// Names, tokens, expiries, releases, resources and codes: printing and parsing are inverse.
fn values(text: &str) -> Law {
    match DatabaseName::parse(text) {
        Ok(name) => ensure!(name.as_str() == text && is_valid_name(text), "{text:?} parses as a name"),
        Err(error) => {
            ensure!(!is_valid_name(text), "{text:?} is rejected: {error}");
            has_valid_span(text, error.span(), "an error of a name")?;
            has_valid_message(&error.to_string(), text)?;
        }
    }
    match TokenName::parse(text) {
        Ok(name) => ensure!(name.as_str() == text, "{text:?} parses as {:?}", name.as_str()),
        Err(error) => {
            ensure!(["", "_admin"].contains(&text), "{text:?} is rejected: {error}");
            has_valid_span(text, error.span(), "an error of a token's name")?;
        }
    }
    let is_valid = text.starts_with("apiv3_") && text.bytes().all(|byte| byte.is_ascii_graphic());
    match Token::parse(text) {
        Ok(token) => {
            ensure!(is_valid && token.expose() == text && token.matches(text), "parses as another token");
            ensure!(format!("{token:?}") == "Token([redacted])", "`Debug` shows a token");
        }
        Err(error) => {
            ensure!(!is_valid, "a token is rejected: {error}");
            has_valid_span(text, error.span(), "an error of a token")?;
        }
    }
    if let Ok(expiry) = Expiry::parse(text) {
        let again = Expiry::parse(&expiry.to_string());
        ensure!(again == Ok(expiry), "{text:?} is printed as {expiry}, which parses as {again:?}");
        let now = crate::util::now();
        let (left, gone) = (expiry.remaining(now), expiry.elapsed(now));
        ensure!(
            left.is_some() != gone.is_some() && gone.is_some() == expiry.is_past(now),
            "{left:?} and {gone:?}"
        );
    }
    if let Ok(expiry) = Expiry::parse_after(crate::util::now(), text) {
        ensure!(
            expiry.elapsed(crate::util::now()).is_none_or(|gone| gone.is_zero()),
            "the expiry {text:?} is in the past"
        );
    }
    if let Ok(release) = Release::parse(text) {
        ensure!(Release::parse(&release.to_string()) == Ok(release), "{text:?} is printed as {release}");
    }
    if let Ok(resource) = SystemResource::parse(text) {
        ensure!(resource.as_str() == text, "{text:?} parses as {}", resource.as_str());
    }
    if let Ok(code) = Code::parse(text) {
        ensure!([code.id(), code.name()].contains(&text), "{text:?} parses as {code}");
    }
    Ok(())
}

fn expectations(text: &str) -> Law {
    let lines = text.lines().count();
    match Expectations::parse(text) {
        Ok(parsed) => ensure!(parsed.len() <= lines, "{} expectations in {lines} lines", parsed.len()),
        Err(error) => {
            let places: Vec<usize> = error.errors().map(|(line, _)| line).collect();
            ensure!(places.is_sorted_by(|a, b| a < b), "lines {places:?}");
            ensure!(places.iter().all(|line| (1..=lines).contains(line)), "lines {places:?} of {lines}");
        }
    }
    Ok(())
}

fn has_valid_span(text: &str, span: Span, what: &str) -> Law {
    ensure!(span.text(text).is_some(), "{what} has the invalid span {span:?} in {text:?}");
    Ok(())
}

fn has_valid_message(message: &str, text: &str) -> Law {
    ensure!(!message.is_empty() && !message.ends_with('.'), "the message {message:?} for {text:?}");
    ensure!(!message.contains(char::is_control), "the message {message:?} for {text:?}");
    Ok(())
}
