//! The programs about access: expiries.

use serde_json::{Value, json};

use crate::util::CANARY;
use crate::{folder, run};

#[test]
fn diff_access_tells_when_an_added_token_ends() {
    for (expiry, said) in [
        (json!(null), "never expires"),
        (json!(i64::MAX), "never expires"),
        (json!(4_000_000_000_000_i64), "expires 2096-10-02T07:06:40Z"),
        (json!(1), "expired on 1970-01-01T00:00:00.001Z"),
    ] {
        let mut new = json!({"tokens": [{"token": CANARY, "name": "app", "permissions": ["db:a:read"]}]});
        if !expiry.is_null() {
            new["tokens"][0]["expiry_millis"] = expiry.clone();
        }
        let folder = folder(&[("old.json", r#"{"tokens": []}"#), ("new.json", &new.to_string())]);
        let text = run("diff_access", folder.path(), &["old.json", "new.json"], b"");
        let expected = format!("token `app`: added\n  {said}\n  + read on database `a`\n");
        assert_eq!((text.code, text.stdout), (1, expected));
        let json = run("diff_access", folder.path(), &["old.json", "new.json", "--format", "json"], b"");
        let json: Value = serde_json::from_str(&json.stdout).unwrap();
        let new = if expiry == json!(i64::MAX) { Value::Null } else { expiry };
        assert_eq!(json["tokens"][0]["expiry_millis"], json!({"old": null, "new": new}));
    }
}
