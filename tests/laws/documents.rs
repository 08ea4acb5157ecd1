//! Laws of admin token files, HTTP request bodies and the output of `show tokens`: writing and parsing are inverse, errors have
//! valid spans, and no output shows a token.

use std::fmt::Debug;

use influxdb3_offline_tokens::server::{
    HttpPermission, HttpTokenRequest, InvalidJson, ServerComparison, ServerTokens,
};
use influxdb3_offline_tokens::{AdminTokenFile, Severity, TokenFile, Validator};
use serde_json::json;

use super::report::has_valid_span;
use super::{Law, ensure};
use crate::util;

pub fn all(bytes: &[u8]) -> Law {
    admin(bytes)?;
    body(bytes)?;
    permission(bytes)?;
    tokens(bytes)?;
    permissions_column(&String::from_utf8_lossy(bytes))
}

fn validator() -> Validator {
    Validator::new(util::now()).admin_token_file()
}

fn admin(bytes: &[u8]) -> Law {
    let report = validator().check(bytes);
    super::report::is_consistent(bytes, &report)?;
    match AdminTokenFile::parse(bytes) {
        Ok(file) => {
            ensure!(report.is_valid(), "parses, but the report has errors:\n{report}");
            let json = file.to_json();
            let again = AdminTokenFile::parse(&json).map_err(|error| error.to_string())?;
            let is_same = again.token().matches(file.token().expose())
                && again.name() == file.name()
                && again.description() == file.description()
                && again.expiry() == file.expiry();
            ensure!(is_same && *again.to_json() == *json, "parses as another file than was written");
        }
        Err(error) => {
            let (reported, errors) = (error.report(), report.count(Severity::Error));
            ensure!(
                reported.count(Severity::Error) == errors && errors > 0,
                "parsing reports other errors:\n{error}\n{report}"
            );
        }
    }
    Ok(())
}

/// Returns the parsed value, or `None` after checking the error.
fn check_error<T>(bytes: &[u8], result: Result<T, InvalidJson>) -> Result<Option<T>, String> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            has_valid_span(bytes, error.span(), "an error")?;
            let location = error.location();
            ensure!(location.line > 0 && location.column > 0, "{location:?}");
            Ok(None)
        }
    }
}

fn is_same<T: PartialEq + Debug>(value: &T, again: Result<T, InvalidJson>) -> Law {
    let again = again.map_err(|error| format!("{value:?} does not parse again: {error}"))?;
    ensure!(*value == again, "{value:?} parses again as {again:?}");
    Ok(())
}

fn body(bytes: &[u8]) -> Law {
    let Some(request) = check_error(bytes, HttpTokenRequest::parse(bytes))? else { return Ok(()) };
    is_same(&request, HttpTokenRequest::parse(request.to_json().as_bytes()))
}

fn permission(bytes: &[u8]) -> Law {
    let Some(permission) = check_error(bytes, HttpPermission::parse(bytes))? else { return Ok(()) };
    let json = serde_json::to_vec(&permission).map_err(|error| error.to_string())?;
    is_same(&permission, HttpPermission::parse(&json))
}

fn tokens(bytes: &[u8]) -> Law {
    let Some(server) = check_error(bytes, ServerTokens::parse(bytes))? else { return Ok(()) };
    let rows = server.tokens();
    for row in rows {
        let found = server.get(row.name()).is_some_and(|found| std::ptr::eq(found, row));
        ensure!(found, "two tokens have the same name");
    }
    let empty = TokenFile::new([], []).map_err(|error| error.to_string())?;
    let comparison = ServerComparison::new(&empty, &server);
    let resource_tokens = rows.iter().filter(|row| !row.is_admin()).count();
    ensure!(comparison.extra.len() == resource_tokens, "tokens of the server are missing");
    ensure!(comparison.missing.is_empty() && comparison.tokens.is_empty(), "an empty file has tokens");
    Ok(())
}

fn permissions_column(text: &str) -> Law {
    let parse = |column: &str| {
        let rows = json!([{"name": "app", "permissions": column}]).to_string();
        ServerTokens::parse(rows.as_bytes()).map_err(|error| error.to_string())
    };
    let server = parse(text)?;
    let parsed = &server.tokens()[0];
    let permissions = parsed.permissions().iter().map(ToString::to_string);
    let texts: Vec<_> = permissions.chain(parsed.unparsed().map(Into::into)).collect();
    let server = parse(&json!(texts).to_string())?;
    let again = &server.tokens()[0];
    ensure!(again.permissions() == parsed.permissions(), "permissions differ");
    ensure!(again.unparsed().eq(parsed.unparsed()), "unparsed texts differ");
    Ok(())
}

/// Neither errors nor `Debug` show a piece of the canary.
pub fn output_shows_no_token(bytes: &[u8]) -> Law {
    if !super::secret::has_canary(bytes) {
        return Ok(());
    }
    fn shown<T: Debug, E: std::error::Error>(result: &Result<T, E>) -> String {
        let error = result.as_ref().err().map(ToString::to_string);
        format!("{result:?} {}\n", error.unwrap_or_default())
    }

    let mut out = shown(&AdminTokenFile::parse(bytes))
        + &shown(&HttpTokenRequest::parse(bytes))
        + &shown(&HttpPermission::parse(bytes))
        + &shown(&ServerTokens::parse(bytes));
    out += &super::secret::texts(&validator().check(bytes));
    let piece = util::piece_of(util::CANARY, &out);
    ensure!(piece.is_none(), "an error or `Debug` shows {piece:?}");
    Ok(())
}
