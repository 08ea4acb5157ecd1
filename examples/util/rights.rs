//! What may be done, as JSON.

use influxdb3_offline_tokens::AccessRequest;
use serde_json::{Value, json};

use super::masked;

pub(crate) fn json(rights: &[AccessRequest<'_>]) -> Vec<Value> {
    let one = |right: &AccessRequest<'_>| {
        let actions: Vec<_> = right.actions().names().collect();
        match right {
            AccessRequest::Database { name, .. } => json!({"database": masked(name), "actions": actions}),
            AccessRequest::OtherDatabases { .. } => json!({"other_databases": true, "actions": actions}),
            AccessRequest::AnyDatabase { .. } => json!({"any_database": true, "actions": actions}),
            AccessRequest::System { resource } => json!({"system": resource.as_str(), "actions": actions}),
            // What a later version of the library knows.
            other => json!({"other": other.to_string(), "actions": actions}),
        }
    };
    rights.iter().map(one).collect()
}
