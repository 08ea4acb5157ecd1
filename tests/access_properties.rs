//! Access decisions compared with a plain model of the rules, and comparisons of rights with brute force over all requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::UNIX_EPOCH;

use influxdb3_offline_tokens::access::{DifferenceKind, FileDifference, decide};
use influxdb3_offline_tokens::{
    AccessRequest, Authorizer, DatabaseActions, Expectations, Permission, Rights, SystemResource, Token,
    TokenEntry, TokenFile, TokenName,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NAMES: [&str; 4] = ["a", "b", "c", "_internal"];
const ACTIONS: [&str; 5] = ["create", "describe", "read", "write", "delete"];
const SYSTEM: [&str; 4] = ["health", "metrics", "ping", "ready"];
const UNUSUAL: [&str; 6] = ["", "*", "a,b", "a b", "A", "_INTERNAL"];

/// The documented rules over the texts of permissions, independent of the crate.
struct Model {
    databases: BTreeMap<String, BTreeSet<String>>,
    system: BTreeSet<String>,
}

impl Model {
    fn new(texts: &[String]) -> Self {
        let mut model = Self { databases: BTreeMap::new(), system: BTreeSet::new() };
        for text in texts {
            let [kind, names, actions] = text.split(':').collect::<Vec<_>>()[..] else { panic!("{text}") };
            for name in names.split(',') {
                if kind == "db" {
                    let entry = model.databases.entry(name.to_owned()).or_default();
                    entry.extend(actions.split(',').map(str::to_owned));
                } else {
                    model.system.insert(name.to_owned());
                }
            }
        }
        model
    }

    fn allows(&self, request: AccessRequest<'_>) -> bool {
        let wanted: BTreeSet<String> = request.actions().names().map(str::to_owned).collect();
        if wanted.is_empty() {
            return false;
        }
        let is_invalid = |name: &str| name.is_empty() || name.contains([' ', '*', ',']);
        let has = |entry: Option<&BTreeSet<String>>| entry.is_some_and(|actions| wanted.is_subset(actions));
        match request {
            AccessRequest::Database(name, _) | AccessRequest::NewDatabase(name, _)
                if name == "_internal" || is_invalid(name) =>
            {
                false
            }
            AccessRequest::Database(name, _) => {
                has(self.databases.get(name).or_else(|| self.databases.get("*")))
            }
            AccessRequest::NewDatabase(..) | AccessRequest::OtherDatabases(_) => has(self.databases.get("*")),
            AccessRequest::AnyDatabase(_) => self.databases.values().any(|entry| has(Some(entry))),
            AccessRequest::System(resource) => {
                self.system.contains(resource.as_str()) || self.system.contains("*")
            }
            other => panic!("the model lacks {other}"),
        }
    }
}

fn action_sets(names: &[&str]) -> Vec<DatabaseActions> {
    names.iter().fold(vec![DatabaseActions::EMPTY], |mut sets, name| {
        let action = DatabaseActions::parse(name).unwrap();
        sets.extend(sets.clone().iter().map(|set| *set | action));
        sets
    })
}

/// Every request about a granted, an unknown or an unusual name.
fn every_request(actions: &[&str]) -> Vec<AccessRequest<'static>> {
    let mut requests: Vec<_> = SystemResource::ALL.iter().copied().map(AccessRequest::System).collect();
    for actions in action_sets(actions) {
        for name in NAMES.into_iter().chain(["unknown"]).chain(UNUSUAL) {
            requests.push(AccessRequest::Database(name, actions));
            requests.push(AccessRequest::NewDatabase(name, actions));
        }
        requests.push(AccessRequest::OtherDatabases(actions));
        requests.push(AccessRequest::AnyDatabase(actions));
    }
    requests
}

fn texts_with(actions: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let subset = move || subsequence(actions.to_vec(), 1..=actions.len()).prop_map(|list| list.join(","));
    let names = || {
        prop_oneof![
            1 => Just(String::from("*")),
            3 => subsequence(NAMES.to_vec(), 1..=NAMES.len()).prop_shuffle().prop_map(|list| list.join(",")),
        ]
    };
    let resources = prop_oneof![
        1 => Just(String::from("*")),
        3 => subsequence(SYSTEM.to_vec(), 1..=SYSTEM.len()).prop_map(|list| list.join(",")),
    ];
    let permission = prop_oneof![
        5 => (names(), subset()).prop_map(|(names, actions)| format!("db:{names}:{actions}")),
        1 => resources.prop_map(|resources| format!("system:{resources}:read")),
    ];
    vec(permission, 0..6)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    texts_with(&ACTIONS)
}

fn permissions(texts: &[String]) -> Vec<Permission> {
    texts.iter().map(|text| Permission::parse(text).unwrap()).collect()
}

fn decisions(permissions: &[Permission], requests: &[AccessRequest<'_>]) -> Vec<bool> {
    let rights = Rights::new(permissions);
    requests.iter().map(|request| rights.decide(*request).is_allowed()).collect()
}

fn file(tokens: &[(usize, usize, Vec<String>)]) -> TokenFile {
    let (mut secrets, mut names) = (BTreeSet::new(), BTreeSet::new());
    let unique = tokens.iter().filter(|(secret, name, _)| {
        !secrets.contains(secret) && !names.contains(name) && secrets.insert(*secret) && names.insert(*name)
    });
    let entry = |(secret, name, texts): &(usize, usize, Vec<String>)| {
        let token = Token::parse(&format!("apiv3_{secret}")).unwrap();
        TokenEntry::new(TokenName::parse(&format!("n{name}")).unwrap(), token)
            .with_permissions(permissions(texts))
    };
    TokenFile::new([], unique.map(entry)).unwrap()
}

fn tokens() -> impl Strategy<Value = Vec<(usize, usize, Vec<String>)>> {
    vec((0..4_usize, 0..4_usize, texts_with(&ACTIONS[2..4])), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_api_decides_like_the_model(texts in texts()) {
        let model = Model::new(&texts);
        let permissions = permissions(&texts);
        let rights = Rights::new(&permissions);
        let file = TokenFile::new([], [TokenEntry::new(TokenName::parse("app").unwrap(), Token::parse("apiv3_x").unwrap())
            .with_permissions(permissions.clone())]).unwrap();
        let authorizer = Authorizer::new(&file);
        for request in every_request(&ACTIONS) {
            let decision = decide(&permissions, request);
            prop_assert_eq!(decision.is_allowed(), model.allows(request), "{}: {}", request, decision);
            prop_assert_eq!(rights.decide(request), decision);
            prop_assert_eq!(authorizer.decide("apiv3_x", request, UNIX_EPOCH), decision);
            prop_assert_eq!(file.tokens()[0].decide(request, UNIX_EPOCH), decision);
            prop_assert!(!decision.is_allowed() || decision.entry().unwrap().actions().contains(request.actions()));
            if let Some(entry) = decision.entry() {
                let sources: Vec<_> = entry.sources(&permissions).map(|at| permissions[at].clone()).collect();
                prop_assert_eq!(decide(&sources, request).entry(), Some(entry));
            }
        }
    }

    #[test]
    fn order_has_no_effect(texts in texts().prop_flat_map(|texts| (Just(texts.clone()), Just(texts).prop_shuffle()))) {
        let (one, other) = (permissions(&texts.0), permissions(&texts.1));
        for request in every_request(&ACTIONS) {
            prop_assert_eq!(decide(&one, request), decide(&other, request));
        }
        prop_assert_eq!(Rights::new(&one).to_permissions(), Rights::new(&other).to_permissions());
    }

    #[test]
    fn covers_and_difference_are_exact(one in texts(), other in texts()) {
        let (one, other) = (permissions(&one), permissions(&other));
        let (left, right) = (Rights::new(&one), Rights::new(&other));
        let requests = every_request(&ACTIONS);
        let (allowed, allowed_by_other) = (decisions(&one, &requests), decisions(&other, &requests));
        let is_wider = allowed.iter().zip(&allowed_by_other).any(|(one, other)| *one && !other);
        prop_assert_eq!(right.covers(&left), !is_wider);
        prop_assert_eq!(left.is_equivalent(&right), allowed == allowed_by_other);
        let witnesses = left.difference(&right);
        for witness in &witnesses {
            prop_assert!(left.decide(*witness).is_allowed() && !right.decide(*witness).is_allowed(), "{}", witness);
        }
        // Every wider right has a witness.
        for (request, (one, other)) in requests.iter().zip(allowed.iter().zip(&allowed_by_other)) {
            if *one && !other && request.actions().len() == 1 {
                let has_witness = witnesses.iter().any(|witness| {
                    let is_same = match (request, witness) {
                        (AccessRequest::Database(name, _), AccessRequest::Database(other, _)) => name == other,
                        (AccessRequest::Database(name, _), AccessRequest::OtherDatabases(_)) => {
                            !left.databases().chain(right.databases()).any(|(named, _)| named == *name)
                        }
                        (AccessRequest::System(resource), AccessRequest::System(other)) => resource == other,
                        (
                            AccessRequest::NewDatabase(..) | AccessRequest::OtherDatabases(_),
                            AccessRequest::OtherDatabases(_),
                        )
                        | (AccessRequest::AnyDatabase(_), _) => true,
                        _ => false,
                    };
                    is_same && witness.actions().contains(request.actions())
                });
                prop_assert!(has_witness, "no witness for {}", request);
            }
        }
    }

    #[test]
    fn minimized_permissions_grant_the_same(texts in texts()) {
        let permissions_before = permissions(&texts);
        let small = Rights::new(&permissions_before).to_permissions();
        let requests = every_request(&ACTIONS);
        prop_assert_eq!(decisions(&small, &requests), decisions(&permissions_before, &requests));
        prop_assert_eq!(Rights::new(&small), Rights::new(&permissions_before));
        prop_assert_eq!(Rights::new(&small).to_permissions(), small.clone());
        let texts: Vec<String> = small.iter().map(ToString::to_string).collect();
        prop_assert_eq!(permissions(&texts), small);
        let named = texts.iter().filter(|text| text.starts_with("db:") && !text.starts_with("db:*:"));
        let sets: Vec<&str> = named.map(|text| text.rsplit(':').next().unwrap()).collect();
        prop_assert_eq!(sets.len(), BTreeSet::from_iter(&sets).len(), "{:?}", texts);
    }
}

proptest! {
    #[test]
    fn file_difference_is_exact(old in tokens(), new in tokens()) {
        let (old, new) = (file(&old), file(&new));
        let difference = FileDifference::new(&old, &new);
        let requests = every_request(&ACTIONS[2..4]);
        let allowed = |entry: Option<&TokenEntry>| decisions(entry.map_or(&[], TokenEntry::permissions), &requests);
        let mut gains = false;
        let (mut before, mut after) = (0, 0);
        for token in &difference.tokens {
            let (had, has) = (allowed(token.before), allowed(token.after));
            let more = |one: &[bool], other: &[bool]| one.iter().zip(other).any(|(one, other)| *one && !other);
            prop_assert_eq!(more(&has, &had), !token.change.gained.is_empty());
            prop_assert_eq!(more(&had, &has), !token.change.lost.is_empty());
            gains |= more(&has, &had);
            before += usize::from(token.before.is_some());
            after += usize::from(token.after.is_some());
            let same_name = token.before.map(TokenEntry::name) == token.after.map(TokenEntry::name);
            let secret = |entry: Option<&TokenEntry>| entry.map(|entry| entry.token().expose().to_owned());
            let same_secret = secret(token.before) == secret(token.after);
            let expected = match (token.before, token.after) {
                (None, _) => DifferenceKind::Added,
                (_, None) => DifferenceKind::Removed,
                _ if same_secret && same_name => DifferenceKind::Kept,
                _ if same_secret => DifferenceKind::Renamed,
                _ => { prop_assert!(same_name); DifferenceKind::Rotated }
            };
            prop_assert_eq!(token.kind, expected);
        }
        prop_assert_eq!(difference.gains(), gains);
        // Unlisted entries are the same in both files.
        let is_listed = |entry: &TokenEntry| difference.tokens.iter().any(|token| token.before.is_some_and(|old| old.name() == entry.name()));
        let unlisted: Vec<_> = old.tokens().iter().filter(|entry| !is_listed(entry)).collect();
        for entry in &unlisted {
            let same = new.get(entry.name().as_str()).unwrap();
            prop_assert!(same.token().matches(entry.token().expose()));
            prop_assert_eq!(allowed(Some(entry)), allowed(Some(same)));
        }
        prop_assert_eq!((before + unlisted.len(), after + unlisted.len()), (old.tokens().len(), new.tokens().len()));
    }

    #[test]
    fn invalid_expectations_have_valid_lines(text in r#"([ -~]|(app|only|nobody|but|can|cannot|read|any|new|system|\*|,|"|#|\n) ){0,30}"#) {
        if let Err(error) = Expectations::parse(&text) {
            let lines = text.lines().count();
            prop_assert!(error.errors().len() > 0);
            prop_assert!(error.errors().all(|(line, _)| (1..=lines).contains(&line)));
        }
    }

    #[test]
    fn who_can_matches_the_model(tokens in tokens(), request in select(every_request(&ACTIONS[2..4]))) {
        let file = file(&tokens);
        let names: Vec<_> = file.who_can(request, UNIX_EPOCH).map(|(token, _)| token.name().clone()).collect();
        for token in file.tokens() {
            let texts: Vec<_> = token.permissions().iter().map(ToString::to_string).collect();
            prop_assert_eq!(names.contains(token.name()), Model::new(&texts).allows(request));
        }
    }
}
