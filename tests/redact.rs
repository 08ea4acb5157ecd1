//! `redact`: JSON and invalid text without their secrets.

#[path = "laws/mod.rs"]
mod laws;
mod util;

use influxdb3_offline_tokens::redact;
use laws::secret::redact_keeps_length_and_lines;

/// Checks that `redact` replaces exactly the bytes in «».
#[track_caller]
fn assert_redacts_marked(marked: &str) {
    let text = marked.replace(['«', '»'], "");
    let parts = marked.split(['«', '»']).enumerate();
    let redacted =
        parts.map(|(at, part)| if at % 2 == 1 { part.replace(|c| c != '\n', "*") } else { part.into() });
    let expected: String = redacted.collect();
    assert_eq!(redact(text.as_bytes()), expected, "{text}");
}

#[test]
fn keeps_names_permissions_and_expiries() {
    for marked in [
        r#"{"tokens": [{"name": {"password": "«hunter2»"}, "permissions": [{"resource_type": "db", "password": "«hunter2»"}]}]}"#,
        r#"{"tokens": [{"name": «12345678», "expiry_millis": "«hunter2»"}, {"name": "a", "expiry_millis": 1}]}"#,
        r#"{"token_name": "a", "permissions": [{"resource_names": ["b", «12345678»], "actions": ["read"]}]}"#,
        r#"{"name": "a", "x": [true, null, «1», "«b»", {"c": "«d»"}]}"#,
        r#"{"name": "«apiv3_x»", "«APIV3_x»": «1», "permissions": ["«\u0061piv3_x»"]}"#,
        r#"{"name": "«tulip \ud800»", "token": "«\ud800»"}"#,
        r#"["«a»", «1»]"#,
        r#""«a»""#,
        // 40 hexadecimal digits; a UUID has 32.
        r#"{"name": "«collector_0123456789abcdef0123456789abcdef01234567»", "create_databases": ["0123456789abcdef0123456789abcdef"]}"#,
        // JSON with comments and trailing commas counts as valid.
        r#"{"tokens": [{"token": "«apiv3_x»", "name": "collector", "permissions": ["db:sensors1234:read"],}]}"#,
        r#"{"tokens": []} «// apiv3_x is old»"#,
        "«# old:»\n{\"name\": «/* \"b\" */» \"a\"}",
    ] {
        assert_redacts_marked(marked);
    }
}

#[test]
fn keeps_only_complete_values_of_invalid_text() {
    for marked in [
        // A complete token keeps its quotes.
        r#"{"token": "«apiv3_x»" "name": "app"}"#,
        r#"{"token": "«apiv3_a,b{c}[d]»" "name": "n"}"#,
        r#"{"token": "«apiv3_a\",b\\»" "name": "n"}"#,
        r#"{tokens: [{"token": "«abc»", "expiry_millis": 12, "name": "n"}]}"#,
        // An incomplete one is redacted up to the next member.
        r#"{"tokens": [{"token":« "apiv3_h7Q"x2L"9vTz"kP4",» "name": "app"}]}"#,
        "{'tokens': [{'token':« 'tulip maple crane',» 'name':« 'app'}]}»",
        "{tokens: [{token:« apiv3_h7Q x2L,» name:« app}]}»",
        r#"{"tokens": [{"token":« "apiv3_h7Q»"#,
        "{\"token\":« \"tulip\nmaple\n  crane\",» \"name\": \"n\"}",
        r#"{"token": "«tulip»", «maple",» "name": "n" }"#,
        // So are unknown members, comments, and values of the wrong type.
        r#"{"token": "«x»", «"password": "hunter2",» "name": "n" «"b": 1}»"#,
        "{\"token\": \"«x»\", «// \"y\"»\n \"name\": «\"n\";» \"expiry_millis\":« \"1\"}»",
        // Valid names, databases and permissions remain.
        r#"{"name": "a b" "name": "«apiv3_x»", "name": "c d"}"#,
        r#"{"create_databases": ["a", "«b c»", «'d', "e"],» "tokens": []}"#,
        r#"{"permissions": ["db:a:read", "«tulip»", «'x', »"system:ping:read" «"maple"]» "name": "n"}"#,
        r#"{"permissions": [{"name": "db"}, [«"x"], 1»"#,
        // Texts without a known member.
        "«apiv3_x»",
        "«db:a:read»",
        "«my token is tulip»",
        "",
        " [{ «tulip»",
    ] {
        assert_redacts_marked(marked);
    }
}

#[test]
fn redacts_invalid_utf8() {
    assert_eq!(redact(b"{\"name\": \"a\xFF\xC3\"}"), r#"{"name": "a**"}"#);
    assert_eq!(redact(b"\xFF{\"token\": \"x\"}\xF0\x9F"), r#"**"token": "*"}**"#);
}

#[test]
fn redacts_deeply_nested_secrets() {
    for depth in (0..100).chain([125, 130, 1_000]) {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let secret = if open == "[" { "\"apiv3_x\"" } else { r#"{"apiv3_x":1}"# };
            let nested = format!("{}{secret}{}", open.repeat(depth), close.repeat(depth));
            for member in ["x", "create_databases", "permissions"] {
                let text = format!(r#"{{"{member}": {nested}, "tokens": [{{"{member}": {nested}}}]}}"#);
                assert!(!redact(text.as_bytes()).contains("apiv3"), "{member} {depth}");
            }
        }
    }
    let empty = r#"{"x": [ ], "permissions": [{ }], "tokens": []}"#;
    assert_eq!(redact(empty.as_bytes()), empty);
}

/// Insertions that people make by mistake.
#[rustfmt::skip]
const PIECES: [&str; 43] = [
    "\"", "\"\"", "'", "“", "”", "`", ",", ";", ":", "=", "=>", "[", "]", "{", "}", "(", "\\", "\\x", "\\u12", "\n", "\r\n",
    "\n  ", "\t", "\0", " ", "//", "/*", "*/", "#", "\u{FEFF}", "\u{A0}", "${X}", "{{", "}}", "<x>", "True", "01",
    "\n=======\n", "\",", "\":", "\", \"", "\"}, {\"", "],",
];

/// Replacements of one character.
const REPLACEMENTS: [&str; 6] = ["", "'", "“", "=", ";", " "];

/// Secrets that are too short to look random, and share no piece with the rest of the file.
const SECRETS: [&str; 3] = ["apiv3_cAnArY0Kq3Z", "tulip maple crane ocean", r#"a{Q,y]Z\"W:v}K'j(r=u"#];

fn file(secret: &str) -> String {
    format!(
        r#"{{
  "create_databases": ["db1"],
  "tokens": [
    {{"name": "first", "token": "{secret}", "permissions": ["db:*:read"]}},
    {{
      "token": "{secret}",
      "expiry_millis": 1, "x": "{secret}"
    }}
  ]
}}"#
    )
}

#[track_caller]
fn assert_redacted(secret: &str, text: &str) {
    let shown = redact(text.as_bytes());
    let piece = util::piece_of_length(4, secret, &shown);
    assert!(piece.is_none(), "{piece:?} of the secret is not redacted:\n{text}\n{shown}");
    assert_eq!(shown.len(), text.len(), "{text}\n{shown}");
}

/// Replaces `length` bytes by a piece; `None` if that splits a character.
fn edit(text: &str, at: usize, length: usize, piece: &str) -> Option<String> {
    let (before, rest) = text.split_at_checked(at)?;
    Some([before, piece, rest.get(length..)?].concat())
}

#[test]
fn redacts_secrets_after_any_edit() {
    for secret in SECRETS {
        let file = file(secret);
        assert!(util::piece_of_length(4, secret, &file.replace(secret, "")).is_none());
        for at in 0..=file.len() {
            let edits =
                PIECES.map(|piece| (0, piece)).into_iter().chain(REPLACEMENTS.map(|piece| (1, piece)));
            for (length, piece) in edits {
                edit(&file, at, length, piece).inspect(|text| assert_redacted(secret, text));
            }
            assert_redacted(secret, file.get(..at).unwrap_or_default());
            assert_redacted(secret, file.get(at..).unwrap_or_default());
        }
    }
}

#[test]
fn redacts_secrets_after_replacements() {
    for secret in SECRETS {
        let file = file(secret);
        for from in ["\"", ",", ":", "[", "]", "{", "}", "\n", " "] {
            for to in PIECES {
                let text = file.replace(from, to);
                assert_redacted(secret, &text);
                for (other, instead) in [("\"", ""), (",", ""), (":", "="), ("\n", ""), ("\"", "'")] {
                    assert_redacted(secret, &text.replace(other, instead));
                }
            }
        }
    }
}

#[test]
fn redacts_secrets_after_several_edits() {
    // A xorshift generator, for the same texts in every run.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % bound
    };
    for round in 0..4_000 {
        let secret = SECRETS[round % SECRETS.len()];
        let mut text = file(secret);
        for _ in 0..2 + below(4) {
            let (at, length, piece) = (below(text.len() + 1), below(3), PIECES[below(PIECES.len())]);
            text = edit(&text, at, length, piece).unwrap_or(text);
        }
        assert_redacted(secret, &text);
        assert_eq!(redact_keeps_length_and_lines(text.as_bytes()), Ok(()), "{text}");
    }
}
