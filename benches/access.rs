//! Time to authenticate and decide, with 1, 1,000 and 100,000 tokens for 10 databases each. The candidates are:
//!
//! - `ours`: `Authorizer`, which looks up a keyed digest of the presented token in one table, and then its grants.
//! - `server`: the data structures of the server: SHA-512, `HashMap<Vec<u8>, u64>` and `HashMap<u64, HashMap<Key, u16>>`. A
//!   key has the id of the database, which is first looked up by name.
//! - `server-ids`: the same, but the request has the id of the database.
//! - `plain`: `HashMap<String, HashMap<String, u16>>` by the token, as a user might write it. It stores the secrets, does not
//!   compare them in constant time, and uses no cryptographic hash.
//!
//! The ratios are medians of rounds in which the candidates take turns.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a bench"
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use criterion::{BenchmarkId, Criterion};
use influxdb3_offline_tokens::{
    AccessRequest, Authorizer, DatabaseActions, Permission, Token, TokenEntry, TokenFile, TokenName,
};
use sha2::{Digest, Sha512};

const SIZES: [usize; 3] = [1, 1_000, 100_000];
const DATABASES: usize = 1_000;
const WRITE: u16 = 1 << 5;

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Database(u32),
    AllDatabases,
}

struct World {
    now: SystemTime,
    ours: Authorizer,
    ids: HashMap<String, u32>,
    digests: HashMap<Vec<u8>, u64>,
    by_id: HashMap<u64, HashMap<Key, u16>>,
    plain: HashMap<String, HashMap<String, u16>>,
    // Each token once, in random order, with one of its databases.
    requests: Vec<(String, String, u32)>,
}

// Returns the same numbers in every run (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

fn world(tokens: usize) -> World {
    let mut state = 1;
    let mut below = |limit: usize| usize::try_from(random(&mut state) % limit as u64).unwrap();
    let name = |database: usize| format!("database_{database:04}");
    let mut entries = Vec::new();
    let (mut digests, mut by_id, mut plain) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut requests = Vec::new();
    for id in 0..tokens {
        let token = Token::generate().unwrap();
        let first = below(DATABASES);
        let own: Vec<usize> = (0..10).map(|at| (first + at * 97) % DATABASES).collect();
        let names: Vec<String> = own.iter().map(|database| name(*database)).collect();
        let permission =
            Permission::database(&names, DatabaseActions::READ | DatabaseActions::WRITE).unwrap();
        digests.insert(token.sha512().to_vec(), id as u64);
        let ids =
            own.iter().map(|database| (Key::Database(u32::try_from(*database).unwrap()), WRITE | 1 << 4));
        by_id.insert(id as u64, ids.collect());
        plain.insert(token.expose().to_owned(), names.iter().map(|name| (name.clone(), WRITE)).collect());
        let one = own[below(10)];
        requests.push((token.expose().to_owned(), name(one), u32::try_from(one).unwrap()));
        let entry = TokenEntry::new(TokenName::parse(&format!("token-{id}")).unwrap(), token);
        entries.push(entry.with_permissions([permission]));
    }
    for last in (1..requests.len()).rev() {
        requests.swap(last, below(last + 1));
    }
    // Copies the strings, so that they are in memory in the order of the requests.
    let requests = requests.iter().map(|(token, name, id)| (token.clone(), name.clone(), *id)).collect();
    World {
        now: SystemTime::now(),
        ours: Authorizer::new(&TokenFile::new([], entries).unwrap()),
        ids: (0..DATABASES).map(|database| (name(database), u32::try_from(database).unwrap())).collect(),
        digests,
        by_id,
        plain,
        requests,
    }
}

impl World {
    fn ours(&self, (token, database, _): &(String, String, u32)) -> bool {
        let request = AccessRequest::Database(database, DatabaseActions::WRITE);
        self.ours.decide(token, request, self.now).is_allowed()
    }

    fn by_id(&self, token: u64, database: u32) -> bool {
        let Some(entries) = self.by_id.get(&token) else { return false };
        let found = entries.get(&Key::Database(database)).or_else(|| entries.get(&Key::AllDatabases));
        found.is_some_and(|actions| actions & WRITE == WRITE)
    }

    fn server(&self, (token, database, _): &(String, String, u32)) -> bool {
        let Some(id) = self.digests.get(Sha512::digest(token).as_slice()) else { return false };
        self.ids.get(database).is_some_and(|database| self.by_id(*id, *database))
    }

    fn server_ids(&self, (token, _, database): &(String, String, u32)) -> bool {
        let Some(id) = self.digests.get(Sha512::digest(token).as_slice()) else { return false };
        self.by_id(*id, *database)
    }

    fn plain(&self, (token, database, _): &(String, String, u32)) -> bool {
        let entry = self.plain.get(token).and_then(|token| token.get(database).or_else(|| token.get("*")));
        entry.is_some_and(|actions| actions & WRITE == WRITE)
    }
}

type Candidate<'a> = (&'static str, Box<dyn Fn(usize) -> bool + 'a>);

/// Returns the medians of interleaved rounds, in nanoseconds per call.
fn medians(candidates: &[Candidate<'_>], calls: usize) -> Vec<f64> {
    let mut times = vec![Vec::new(); candidates.len()];
    for round in 0..61 {
        for (turn, ((_, call), times)) in candidates.iter().zip(&mut times).enumerate() {
            // Different requests for each candidate in a round, so that none benefits from caches that another filled.
            let from = round * calls + turn * 23_000;
            let start = Instant::now();
            for at in from..from + calls {
                assert!(black_box(call(at)));
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / calls as f64);
        }
    }
    times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}

fn ratios(title: &str, candidates: &[Candidate<'_>], calls: usize) {
    let medians = medians(candidates, calls);
    print!("{title}:");
    for ((name, _), median) in candidates.iter().zip(&medians) {
        print!("  {name} {median:.0} ns (ours/{name} {:.2})", medians[0] / median);
    }
    println!();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let worlds = SIZES.map(world);
    let mut group = criterion.benchmark_group("authenticate and decide");
    for (size, world) in SIZES.iter().zip(&worlds) {
        type Method = fn(&World, &(String, String, u32)) -> bool;
        let methods: [(&str, Method); 4] = [
            ("ours", World::ours),
            ("server", World::server),
            ("server-ids", World::server_ids),
            ("plain", World::plain),
        ];
        for (name, method) in methods {
            let mut next = world.requests.iter().cycle();
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| method(world, black_box(next.next().unwrap())));
            });
        }
    }
    group.finish();
    criterion.final_summary();

    println!("\nratios, medians of 61 interleaved rounds");
    for (size, world) in SIZES.iter().zip(&worlds) {
        let request = |at: usize| black_box(&world.requests[at % world.requests.len()]);
        ratios(
            &format!("authenticate and decide, {size} tokens"),
            &[
                ("ours", Box::new(|at| world.ours(request(at)))),
                ("server", Box::new(|at| world.server(request(at)))),
                ("server-ids", Box::new(|at| world.server_ids(request(at)))),
                ("plain", Box::new(|at| world.plain(request(at)))),
            ],
            2000,
        );
    }
    for (size, world) in SIZES.iter().zip(&worlds) {
        let (token, database, id) = &world.requests[0];
        let who = world.ours.authenticate(token, world.now).unwrap();
        let token_id = world.digests[Sha512::digest(token).as_slice()];
        let request = || AccessRequest::Database(black_box(database), DatabaseActions::WRITE);
        ratios(
            &format!("decide only, one of {size} tokens"),
            &[
                ("ours", Box::new(|_| who.decide(request()).is_allowed())),
                (
                    "server",
                    Box::new(|_| {
                        world.ids.get(black_box(database)).is_some_and(|id| world.by_id(token_id, *id))
                    }),
                ),
                ("server-ids", Box::new(|_| world.by_id(black_box(token_id), black_box(*id)))),
                (
                    "plain",
                    Box::new(|_| {
                        world.plain.get(token).and_then(|token| token.get(black_box(database))).is_some()
                    }),
                ),
            ],
            10_000,
        );
    }
}
