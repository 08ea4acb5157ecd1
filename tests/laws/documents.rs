//! The other texts of the server's: the admin token file, the bodies of the HTTP API, and what `show tokens` prints. What is
//! read is written and read again as the same; an error has its place in the text, and tells no token.

use std::fmt::{Debug, Write as _};

use influxdb3_offline_tokens::diagnostic::{Fix, TextEdit};
use influxdb3_offline_tokens::server::{
    HttpPermission, HttpTokenRequest, InvalidJson, ServerComparison, ServerPermissions, ServerTokens,
};
use influxdb3_offline_tokens::span::Span;
use influxdb3_offline_tokens::{AdminTokenFile, Report, Severity, TokenFile, Validator};

use super::{Law, ensure};
use crate::util;

pub fn all(bytes: &[u8]) -> Law {
    admin(bytes)?;
    body(bytes)?;
    permission(bytes)?;
    tokens(bytes)?;
    column(&String::from_utf8_lossy(bytes))
}

fn validator() -> Validator {
    Validator::new(util::now()).admin_token_file()
}

fn is_in(bytes: &[u8], span: Span, what: &str) -> Law {
    let inside = span.start() <= span.end() && span.end() <= bytes.len();
    let whole = std::str::from_utf8(bytes)
        .is_ok_and(|text| text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
    ensure!(
        inside && (whole || std::str::from_utf8(bytes).is_err()),
        "{what} at {span:?} of {}",
        bytes.len()
    );
    Ok(())
}

fn admin(bytes: &[u8]) -> Law {
    let report = validator().check(bytes);
    ensure!(report == validator().check(bytes), "not deterministic");
    for found in &report {
        is_in(bytes, found.span(), found.code().name())?;
        for edit in found.fixes().iter().flat_map(Fix::edits) {
            is_in(bytes, TextEdit::span(edit), "an edit")?;
        }
    }
    match AdminTokenFile::parse(bytes) {
        Ok(file) => {
            ensure!(report.is_valid(), "loads, and has errors:\n{report}");
            let json = file.to_json();
            let again = AdminTokenFile::parse(&json).map_err(|error| error.to_string())?;
            let same = again.token().matches(file.token().expose())
                && again.name() == file.name()
                && again.description() == file.description()
                && again.expiry() == file.expiry();
            ensure!(same && *again.to_json() == *json, "another file is read than was written");
        }
        Err(error) => {
            let (told, errors) = (error.report(), report.count(Severity::Error));
            ensure!(told.count(Severity::Error) == errors && errors > 0, "other errors:\n{error}\n{report}");
        }
    }
    Ok(())
}

/// Either what was read, or where it is wrong.
fn read<T>(bytes: &[u8], result: Result<T, InvalidJson>) -> Result<Option<T>, String> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            is_in(bytes, error.span(), "an error")?;
            let location = error.location();
            ensure!(location.line > 0 && location.column > 0, "{location:?}");
            Ok(None)
        }
    }
}

fn same<T: PartialEq + Debug>(value: &T, again: Result<T, InvalidJson>) -> Law {
    let again = again.map_err(|error| format!("{value:?} is written, and refused: {error}"))?;
    ensure!(*value == again, "{value:?} is written, and {again:?} is read");
    Ok(())
}

fn body(bytes: &[u8]) -> Law {
    let Some(request) = read(bytes, HttpTokenRequest::parse(bytes))? else { return Ok(()) };
    same(&request, HttpTokenRequest::parse(request.to_json().as_bytes()))
}

fn permission(bytes: &[u8]) -> Law {
    let Some(permission) = read(bytes, HttpPermission::parse(bytes))? else { return Ok(()) };
    let json = serde_json::to_vec(&permission).map_err(|error| error.to_string())?;
    same(&permission, HttpPermission::parse(&json))
}

fn tokens(bytes: &[u8]) -> Law {
    let Some(server) = read(bytes, ServerTokens::parse(bytes))? else { return Ok(()) };
    let rows = server.tokens();
    for row in rows {
        let found = server.get(row.name()).is_some_and(|found| std::ptr::eq(found, row));
        ensure!(found, "two rows have one name");
        column(&row.permissions().to_string())?;
    }
    let nothing = TokenFile::new([], []).map_err(|error| error.to_string())?;
    let comparison = ServerComparison::new(&nothing, &server);
    let resource_tokens = rows.iter().filter(|row| !row.permissions().is_admin()).count();
    ensure!(comparison.extra().len() == resource_tokens, "rows are lost");
    ensure!(comparison.missing().is_empty() && comparison.tokens().is_empty(), "tokens of an empty file");
    Ok(())
}

fn column(text: &str) -> Law {
    let read = ServerPermissions::parse(text);
    let again = ServerPermissions::parse(&read.to_string());
    ensure!(again.is_admin() == read.is_admin(), "admin or not");
    if !read.is_admin() {
        ensure!(again.permissions() == read.permissions(), "other permissions");
        ensure!(again.unparsed().eq(read.unparsed()), "other texts that are no permission");
    }
    Ok(())
}

/// Of a text whose tokens are the canary, no error and no `Debug` tells a piece.
pub fn nothing_tells_one(bytes: &[u8]) -> Law {
    fn told<T: std::fmt::Debug, E: std::error::Error>(read: &Result<T, E>) -> String {
        let error = read.as_ref().err().map(ToString::to_string);
        format!("{read:?} {}\n", error.unwrap_or_default())
    }

    let mut out = told(&AdminTokenFile::parse(bytes))
        + &told(&HttpTokenRequest::parse(bytes))
        + &told(&HttpPermission::parse(bytes))
        + &told(&ServerTokens::parse(bytes));
    let report: Report = validator().check(bytes);
    let _ = write!(out, "{report}\n{report:?}");
    for found in &report {
        let _ = writeln!(out, "{found}\n{}\n{:?}", found.pointer(), found.help());
    }
    let piece = util::piece_of(util::CANARY, &out);
    ensure!(piece.is_none(), "an error or `Debug` shows {piece:?}");
    Ok(())
}
