//! Requests for access as JSON, in `access --batch` and in differences.

use std::collections::HashMap;

use influxdb3_offline_tokens::access::{DenyReason, decide};
use influxdb3_offline_tokens::{
    AccessRequest, DatabaseActions, Decision, Expiry, Permission, SystemResource, TokenEntry, TokenFile,
};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

use crate::terminal::{Context as _, Failure, Result, masked, shown_argument};

/// The tokens of a file by name.
pub(crate) struct Tokens<'a>(HashMap<&'a str, &'a TokenEntry>);

impl<'a> Tokens<'a> {
    pub(crate) fn new(file: &'a TokenFile) -> Self {
        Self(file.tokens().iter().map(|entry| (entry.name().as_str(), entry)).collect())
    }
}

/// Returns the decision of one line of `access --batch`.
pub(crate) fn answer(tokens: Option<&Tokens<'_>>, line: &[u8], now: SystemTime) -> Result<Value> {
    // The message of serde_json may quote the line, which may contain a token.
    let Ok(Value::Object(members)) = serde_json::from_slice(line) else {
        return Err(Failure::new("expected one JSON object"));
    };
    let request = Request { members };
    request.reject_unknown()?;
    let permissions = request.permissions()?;
    let name = request.text("token_name")?;
    let actions = request.actions()?;
    let (database, system) = (request.text("database")?, request.text("system")?);
    let (exists, any) = (request.flag("exists")?, request.flag("any_database")?.unwrap_or(false));
    if exists.is_some() && (any || system.is_some()) {
        return Err(Failure::new("`exists` is a member of a request for a database"));
    }
    let resource = system.map(SystemResource::parse).transpose()?;
    let target = match (database, any, resource) {
        (Some(name), false, None) if exists == Some(false) => {
            AccessRequest::NewDatabase(name, actions.unwrap_or_default())
        }
        (Some(name), false, None) => AccessRequest::Database(name, actions.unwrap_or_default()),
        (None, true, None) => AccessRequest::AnyDatabase(actions.unwrap_or_default()),
        (None, false, Some(resource)) => AccessRequest::System(resource),
        _ => return Err(Failure::new("use exactly one of `database`, `any_database` and `system`")),
    };
    if actions.is_none() && resource.is_none() {
        return Err(Failure::new("`actions` is missing"));
    }
    let decision = match (name, &permissions) {
        (Some(name), None) => {
            let tokens = tokens.ok_or_else(|| {
                Failure::new(
                    "`token_name` needs a tokens file: name one on the command line, or use `permissions`",
                )
            })?;
            match tokens.0.get(name) {
                Some(entry) => entry.decide(target, now),
                None => Decision::Denied(DenyReason::UnknownToken),
            }
        }
        (None, Some(permissions)) => decide(permissions, target),
        _ => return Err(Failure::new("use exactly one of `token_name` and `permissions`")),
    };
    // A request for a system resource ignores its actions: only `read` is possible.
    let other = actions.filter(|_| resource.is_some()).filter(|&actions| actions != DatabaseActions::READ);
    if let Some(actions) = other {
        let reason = if actions.is_empty() { "no-actions" } else { "missing-action" };
        if actions.is_empty() || decision.is_allowed() {
            let entry = decision.entry().filter(|_| !actions.is_empty()).map(|entry| entry.to_string());
            return Ok(json!({"allowed": false, "reason": reason, "entry": entry}));
        }
    }
    Ok(decision_json(&decision))
}

/// Returns a decision as JSON.
pub(crate) fn decision_json(decision: &Decision<'_>) -> Value {
    json!({
        "allowed": decision.is_allowed(),
        "reason": decision.reason().map(|reason| reason.name()),
        "entry": decision.entry().map(|entry| entry.to_string()),
    })
}

struct Request {
    members: Map<String, Value>,
}

impl Request {
    fn reject_unknown(&self) -> Result<()> {
        const KNOWN: [&str; 7] =
            ["token_name", "permissions", "database", "any_database", "system", "exists", "actions"];
        match self.members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            Some(unknown) => Err(Failure::new(format!("unknown member `{}`", shown_argument(unknown)))),
            None => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&str>> {
        let text = |value: &'_ Value| value.as_str().is_some();
        match self.get(name) {
            Some(value) if !text(value) => Err(Failure::new(format!("`{name}` is not a string"))),
            value => Ok(value.and_then(Value::as_str)),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name) {
            Some(value) if !value.is_boolean() => Err(Failure::new(format!("`{name}` is not true or false"))),
            value => Ok(value.and_then(Value::as_bool)),
        }
    }

    fn list(&self, name: &str) -> Result<Option<Vec<&str>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let items = value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
        items.map(Some).ok_or_else(|| Failure::new(format!("`{name}` is not an array of strings")))
    }

    fn permissions(&self) -> Result<Option<Vec<Permission>>> {
        let Some(texts) = self.list("permissions")? else { return Ok(None) };
        let parse =
            |(at, text): (usize, &str)| Permission::parse(text).context(format_args!("permission {at}"));
        texts.into_iter().enumerate().map(parse).collect::<Result<_>>().map(Some)
    }

    fn actions(&self) -> Result<Option<DatabaseActions>> {
        let Some(texts) = self.list("actions")? else { return Ok(None) };
        let parse = |text| DatabaseActions::parse(text).context("`actions`");
        texts.into_iter().map(parse).collect::<Result<_>>().map(Some)
    }
}

/// Returns an expiry as text; `None` means never.
pub(crate) fn shown_expiry(expiry: Option<Expiry>) -> String {
    expiry.map_or_else(|| "never".into(), |expiry| expiry.to_string())
}

/// Returns requests as JSON, one object for each.
pub(crate) fn json(requests: &[AccessRequest<'_>]) -> Vec<Value> {
    let one = |request: &AccessRequest<'_>| {
        let actions: Vec<_> = request.actions().names().collect();
        match request {
            AccessRequest::Database(name, _) => json!({"database": masked(name), "actions": actions}),
            AccessRequest::NewDatabase(name, _) => {
                json!({"new_database": masked(name), "actions": actions})
            }
            AccessRequest::AnyDatabase(_) => json!({"any_database": true, "actions": actions}),
            AccessRequest::System(resource) => json!({"system": resource.as_str(), "actions": actions}),
            // `OtherDatabases`: all databases that neither side names.
            _ => json!({"other_databases": true, "actions": actions}),
        }
    };
    requests.iter().map(one).collect()
}
