//! The example `object_store_append` with concurrent writers and failing stores: no token is lost or appended twice.

#[path = "../examples/object_store_append/append.rs"]
mod append;
#[path = "util/examples.rs"]
mod examples;
mod util;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use append::{AppendError, append};
use async_trait::async_trait;
use influxdb3_offline_tokens::edit::ChangeError;
use influxdb3_offline_tokens::{Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

const OLD: &str = "{ \"x\" : [1.50,1e2],\r\n\t\"tokens\": [\n  {\"token\":\"apiv3_old\", \"name\":\"\\u006fld\", \
                   \"permissions\":[ \"db:*:read\" ]}  \n]}\n\n";

fn location() -> Path {
    Path::from("tenants/a/permission-tokens.json")
}

fn entry(name: &str) -> TokenEntry {
    let token = Token::parse(&format!("{}{name}", util::CANARY)).unwrap();
    TokenEntry::new(TokenName::parse(name).unwrap(), token)
        .with_permissions([Permission::parse("db:a:write").unwrap()])
}

async fn text(store: &dyn ObjectStore) -> Vec<u8> {
    store.get(&location()).await.unwrap().bytes().await.unwrap().to_vec()
}

/// The names of the tokens in the file.
async fn names(store: &dyn ObjectStore) -> Vec<String> {
    let file = TokenFile::parse(&text(store).await).unwrap();
    file.tokens().iter().map(|entry| entry.name().as_str().to_owned()).collect()
}

fn numbered(number: usize) -> String {
    format!("w{number:02}")
}

/// Appends one token per writer concurrently.
async fn race(
    store: Arc<dyn ObjectStore>,
    writers: usize,
    tries: u32,
    name: fn(usize) -> String,
) -> Vec<(String, std::result::Result<u32, AppendError>)> {
    let append_one = |number: usize| {
        let (store, name) = (Arc::clone(&store), name(number));
        tokio::spawn(async move {
            let result = append(&*store, &location(), &[entry(&name)], tries).await;
            (name, result)
        })
    };
    let tasks: Vec<_> = (0..writers).map(append_one).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// A store so slow that all writers read before the first one writes.
fn slow_store() -> Arc<ThrottledStore<InMemory>> {
    let wait_put_per_call = Duration::from_millis(20);
    let config = ThrottleConfig { wait_put_per_call, ..ThrottleConfig::default() };
    Arc::new(ThrottledStore::new(InMemory::new(), config))
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_lose_no_token() {
    for old in [Some(OLD), None] {
        let store = slow_store();
        if let Some(old) = old {
            store.put(&location(), old.into()).await.unwrap();
        }
        let results = race(store.clone(), 24, 40, numbered).await;
        let mut expected: Vec<String> = old.map(|_| "old".to_owned()).into_iter().collect();
        let mut tries = 0;
        for (name, result) in results {
            tries += result.unwrap_or_else(|error| panic!("{name}: {error}"));
            expected.push(name);
        }
        let mut found = names(&*store).await;
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        assert!(tries > 24, "no conflicts");
        if let Some(old) = old {
            let (text, at) = (text(&*store).await, old.find("}  \n").unwrap() + 1);
            assert!(text.starts_with(&old.as_bytes()[..at]) && text.ends_with(&old.as_bytes()[at..]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn local_stores_create_but_never_replace() {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap());
    let (created, rejected): (Vec<_>, Vec<_>) =
        race(Arc::clone(&store), 16, 10, numbered).await.into_iter().partition(|(_, result)| result.is_ok());
    assert_eq!(created.len(), 1);
    for (name, result) in rejected {
        assert!(matches!(result, Err(AppendError::NoCompareAndSwap)), "{name}: {result:?}");
    }
    let (winner, _) = &created[0];
    assert_eq!(names(&*store).await, [winner.as_str()]);
    let before = text(&*store).await;
    assert!(matches!(
        append(&*store, &location(), &[entry("other")], 9).await,
        Err(AppendError::NoCompareAndSwap)
    ));
    assert_eq!(text(&*store).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_create_a_token_once() {
    let directory = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn ObjectStore>; 2] =
        [slow_store(), Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap())];
    for store in stores {
        for (_, result) in race(Arc::clone(&store), 16, 20, |_| "same".into()).await {
            result.unwrap();
        }
        assert_eq!(names(&*store).await, ["same"]);
    }
}

/// The outcome of a put.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// Written and acknowledged.
    Acknowledged,
    /// Written, but the response is lost.
    Lost,
    /// Written, retried by the client of the store, and then rejected for its new version.
    Retried,
    /// Not written, with an unknown error.
    Failed,
    /// Another writer was first.
    Conflict,
    Denied,
    NoBucket,
}

/// A store in memory with an outcome for each put, by its number from 0.
#[derive(Debug)]
struct FaultyStore {
    store: InMemory,
    puts: AtomicU32,
    outcome: fn(u32) -> Outcome,
}

impl FaultyStore {
    fn new(outcome: fn(u32) -> Outcome) -> Arc<Self> {
        Arc::new(Self { store: InMemory::new(), puts: AtomicU32::new(0), outcome })
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyStore")
    }
}

type Stream<T> = Pin<Box<dyn futures_core::Stream<Item = Result<T>> + Send>>;

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let outcome = (self.outcome)(self.puts.fetch_add(1, Ordering::Relaxed));
        let path = location.to_string();
        let error = match outcome {
            Outcome::Acknowledged => return self.store.put_opts(location, payload, options).await,
            Outcome::Lost | Outcome::Failed => Error::Generic { store: "test", source: "closed".into() },
            Outcome::Retried | Outcome::Conflict => {
                Error::Precondition { path, source: "another version".into() }
            }
            Outcome::Denied => Error::PermissionDenied { path, source: "no".into() },
            Outcome::NoBucket => Error::NotFound { path, source: "NoSuchBucket".into() },
        };
        if matches!(outcome, Outcome::Lost | Outcome::Retried) {
            self.store.put_opts(location, payload, options).await?;
        }
        Err(error)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        unimplemented!()
    }

    fn delete_stream(&self, _: Stream<Path>) -> Stream<Path> {
        unimplemented!()
    }

    fn list(&self, _: Option<&Path>) -> Stream<ObjectMeta> {
        unimplemented!()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        unimplemented!()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unimplemented!()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_responses_append_nothing_twice() {
    for outcome in [
        |put| if put % 2 == 0 { Outcome::Lost } else { Outcome::Acknowledged },
        |put| if put % 2 == 0 { Outcome::Retried } else { Outcome::Acknowledged },
        |put| if put % 3 == 0 { Outcome::Failed } else { Outcome::Lost },
    ] {
        let store = FaultyStore::new(outcome);
        for (name, result) in race(store.clone(), 12, 30, numbered).await {
            result.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let mut found = names(&*store).await;
        found.sort();
        assert_eq!(found, (0..12).map(numbered).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_distinguish_failed_from_unknown() {
    type Check = fn(&std::result::Result<u32, AppendError>) -> bool;
    let is_unknown: Check = |result| matches!(result, Err(AppendError::Unknown(_)));
    let is_rejected: Check = |result| matches!(result, Err(AppendError::Refused(_)));
    let is_written: Check = |result| matches!(result, Ok(1));
    let cases: [(fn(u32) -> Outcome, u32, Check, u32); 7] = [
        (|_| Outcome::Conflict, 3, |result| matches!(result, Err(AppendError::Busy(3))), 3),
        (|_| Outcome::Failed, 4, is_unknown, 4),
        (|_| Outcome::Denied, 4, is_rejected, 1),
        (|_| Outcome::NoBucket, 4, is_rejected, 1),
        // The rejection says nothing about the previous put.
        (|put| if put == 0 { Outcome::Failed } else { Outcome::Denied }, 2, is_unknown, 2),
        // Written by the last try.
        (|_| Outcome::Lost, 1, is_written, 1),
        (|_| Outcome::Retried, 1, is_written, 1),
    ];
    for (outcome, tries, is_expected, puts) in cases {
        let store = FaultyStore::new(outcome);
        let result = append(&*store, &location(), &[entry("a")], tries).await;
        assert!(is_expected(&result), "{result:?}");
        assert_eq!(store.puts.load(Ordering::Relaxed), puts, "{result:?}");
        assert_eq!(store.get(&location()).await.is_ok(), result.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_changes_write_nothing() {
    let store = FaultyStore::new(|_| Outcome::Acknowledged);
    append(&*store, &location(), &[entry("a")], 1).await.unwrap();
    let other = entry("a").with_expiry(Some(Expiry::from_millis(1)));
    let again = append(&*store, &location(), &[entry("b"), other], 5).await.unwrap_err();
    assert!(matches!(again, AppendError::Change(ChangeError::NameExists(_))));
    assert_eq!(names(&*store).await, ["a"]);
    store.store.put(&location(), "{\"tokens\": [".into()).await.unwrap();
    let broken = append(&*store, &location(), &[entry("b")], 5).await.unwrap_err();
    assert!(matches!(broken, AppendError::Change(ChangeError::Invalid(_))));
    assert_eq!(store.puts.load(Ordering::Relaxed), 1);
    util::assert_no_piece_of(util::CANARY, &format!("{again} {again:?} {broken} {broken:#?}"), "an error");
}

#[test]
fn the_example_appends_all_tokens() {
    let output =
        std::process::Command::new(examples::example("object_store_append")).arg("7").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert_eq!(shown.lines().filter(|line| line.starts_with("writer-")).count(), 7, "{shown}");
    assert!(shown.ends_with("7 tokens in the file\n"), "{shown}");
}
