//! `Identity`: owned, shared between threads, and with the decisions of its authorizer.

use std::time::{SystemTime, UNIX_EPOCH};

use influxdb3_offline_tokens::access::{DenyReason, Identity};
use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, Expiry, TokenFile};

const FILE: &[u8] = br#"{"tokens": [
    {"token": "apiv3_a", "name": "app", "permissions": ["db:a:read", "db:*:write"], "expiry_millis": 1000},
    {"token": "apiv3_b", "name": "other", "permissions": ["db:b,a:write", "system:ping:read"]},
    {"token": "apiv3_c", "name": "nothing", "permissions": [], "expiry_millis": 9223372036854775807}
]}"#;

fn authorizer() -> Authorizer {
    Authorizer::new(&TokenFile::parse(FILE).unwrap())
}

fn requests() -> impl Iterator<Item = AccessRequest<'static>> {
    let actions = [DatabaseActions::READ, DatabaseActions::WRITE, DatabaseActions::EMPTY];
    actions.into_iter().flat_map(|actions| {
        let named =
            ["a", "b", "c", "_internal", "not a name"].map(|name| AccessRequest::Database(name, actions));
        named.into_iter().chain([
            AccessRequest::NewDatabase("a", actions),
            AccessRequest::OtherDatabases(actions),
            AccessRequest::AnyDatabase(actions),
            AccessRequest::System("ping".parse().unwrap()),
        ])
    })
}

#[test]
fn outlives_the_authorizer_in_other_threads() {
    fn is_owned<T: Clone + Send + Sync + 'static>(value: T) -> T {
        value
    }
    let identity = is_owned(authorizer().authenticate("apiv3_a", UNIX_EPOCH).unwrap());
    let threads = [(); 4].map(|()| {
        let identity: Identity = identity.clone();
        std::thread::spawn(move || {
            let request = AccessRequest::Database("b", DatabaseActions::WRITE);
            (format!("{identity:?}"), identity.decide(request).to_string())
        })
    });
    drop(identity);
    for thread in threads {
        assert_eq!(
            thread.join().unwrap(),
            ("Identity(TokenName(app))".to_owned(), "allowed by `db:*:write`".to_owned())
        );
    }
}

#[test]
fn decides_like_the_authorizer() {
    let authorizer = authorizer();
    for (token, name, expiry) in [
        ("apiv3_a", "app", Some(Expiry::from_millis(1000))),
        ("apiv3_b", "other", None),
        ("apiv3_c", "nothing", None),
    ] {
        let identity = authorizer.authenticate(token, UNIX_EPOCH).unwrap();
        assert_eq!((identity.name().as_str(), identity.expiry()), (name, expiry));
        for request in requests() {
            let decision = identity.decide(request);
            assert_eq!(decision, authorizer.decide(token, request, UNIX_EPOCH), "{name}: {request}");
        }
    }
}

#[test]
fn rejects_unknown_and_expired_tokens() {
    let reason = |token: &str| authorizer().authenticate(token, SystemTime::now()).unwrap_err();
    assert_eq!(reason("apiv3_d"), DenyReason::UnknownToken);
    assert_eq!(reason("apiv3_a"), DenyReason::Expired(Expiry::from_millis(1000)));
}
