//! Tokens in `Authorization` headers, compared with the rules of the server source.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use influxdb3_offline_tokens::access::InvalidAuthorization::{
    Characters, Credentials, ExtraSpace, MissingToken, UnsupportedScheme,
};
use influxdb3_offline_tokens::access::{InvalidAuthorization, PresentedToken};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn token(header: &[u8]) -> Result<Vec<u8>, InvalidAuthorization> {
    PresentedToken::from_authorization(header).map(|token| token.as_bytes().to_vec())
}

fn basic(credentials: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[test]
fn accepts_each_scheme() {
    for (header, expected) in [
        ("Bearer apiv3_a".to_owned(), "apiv3_a"),
        ("Token apiv3_a".into(), "apiv3_a"),
        // The user is ignored.
        (basic("user:apiv3_a"), "apiv3_a"),
        (basic(":apiv3_a"), "apiv3_a"),
        (basic("grüße und mehr:apiv3_a"), "apiv3_a"),
        // Only the authorizer rejects these, because it knows no such token.
        ("Bearer a:b".into(), "a:b"),
        ("Token a\tb".into(), "a\tb"),
        ("Bearer Bearer".into(), "Bearer"),
        (basic("user: a b "), " a b "),
    ] {
        assert_eq!(token(header.as_bytes()), Ok(expected.into()), "{header}");
        let presented = PresentedToken::from_authorization(&header).unwrap();
        assert_eq!(format!("{presented:?}"), "PresentedToken([redacted])");
    }
}

#[test]
fn rejects_malformed_headers() {
    for (header, error) in [
        ("", UnsupportedScheme),
        ("apiv3_a", UnsupportedScheme),
        ("bearer apiv3_a", UnsupportedScheme),
        ("BEARER apiv3_a", UnsupportedScheme),
        ("token apiv3_a", UnsupportedScheme),
        ("basic dTphcGl2M19h", UnsupportedScheme),
        ("Bearer\tapiv3_a", UnsupportedScheme),
        (" Bearer apiv3_a", UnsupportedScheme),
        ("Bearer,apiv3_a", UnsupportedScheme),
        ("Digest apiv3_a", UnsupportedScheme),
        ("Bearer", MissingToken),
        ("Bearer ", MissingToken),
        ("Token", MissingToken),
        ("Basic", MissingToken),
        ("Basic ", MissingToken),
        ("Bearer  apiv3_a", ExtraSpace),
        ("Bearer apiv3_a ", ExtraSpace),
        ("Token apiv3_a apiv3_b", ExtraSpace),
        ("Basic dTph cGl2M19h", ExtraSpace),
        ("Bearer apiv3_ä", Characters),
        ("Bearer apiv3_a\n", Characters),
        ("Bearer apiv3_a\0", Characters),
        ("Bearer apiv3_a\u{7f}", Characters),
        ("Basic apiv3_a", Credentials),
        // No padding, the URL-safe alphabet, and trailing bits.
        ("Basic dTphcA", Credentials),
        ("Basic dTo_Pw==", Credentials),
        ("Basic dTphcB==", Credentials),
    ] {
        assert_eq!(token(header.as_bytes()), Err(error), "{header:?}");
    }
    assert_eq!(token(b"Bearer apiv3_\xff"), Err(Characters));
    for (credentials, error) in [
        (&b"apiv3_a"[..], Credentials),
        (b"user:", MissingToken),
        (b":", MissingToken),
        (b"a:b:apiv3_a", Credentials),
        (b"user:apiv3_a:", Credentials),
        (b"user:apiv3_\xff", Credentials),
    ] {
        assert_eq!(token(basic(credentials).as_bytes()), Err(error), "{credentials:?}");
    }
}

/// The steps of the server source, except that an empty token is rejected.
fn server_token(header: &[u8]) -> Option<Vec<u8>> {
    let is_visible = |byte: &u8| (32..127).contains(byte) || *byte == b'\t';
    let text = std::str::from_utf8(header).ok().filter(|_| header.iter().all(is_visible))?;
    let parts: Vec<&str> = text.split(' ').collect();
    let [scheme, token] = parts[..] else { return None };
    let token = match scheme {
        "Bearer" | "Token" => token.as_bytes().to_vec(),
        "Basic" => {
            let decoded = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
            let (user, token) = decoded.rsplit_once(':')?;
            if user.contains(':') {
                return None;
            }
            token.as_bytes().to_vec()
        }
        _ => return None,
    };
    (!token.is_empty()).then_some(token)
}

fn headers() -> impl Strategy<Value = Vec<u8>> {
    let pieces = || {
        let texts =
            select(vec!["Bearer", "Token", "Basic", "bearer", " ", "\t", ":", "apiv3_a", "u", "=", "ü"]);
        prop_oneof![
            9 => vec(texts, 0..5).prop_map(|texts| texts.concat().into_bytes()),
            1 => vec(any::<u8>(), 0..6),
        ]
    };
    let scheme = select(vec!["Bearer ", "Token ", "Basic ", "bearer ", ""]);
    let encoded = pieces().prop_map(|bytes| STANDARD.encode(bytes).into_bytes());
    (scheme, prop_oneof![pieces(), encoded]).prop_map(|(scheme, rest)| [scheme.as_bytes(), &rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn accepts_what_the_server_accepts(header in headers()) {
        prop_assert_eq!(token(&header).ok(), server_token(&header));
    }
}
