//! The function of the example `object_store_append`, with writers that race and stores that fail: no token is lost, and
//! each is acknowledged once.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

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
use tokio::runtime::{Builder, Runtime};

const OLD: &str = "{ \"x\" : [1.50,1e2],\r\n\t\"tokens\": [\n  {\"token\":\"apiv3_old\", \"name\":\"\\u006fld\", \
                   \"permissions\":[ \"db:*:read\" ]}  \n]}\n\n";

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

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

/// The names in the file, in their order.
async fn names(store: &dyn ObjectStore) -> Vec<String> {
    let file = TokenFile::parse(&text(store).await).unwrap();
    file.tokens().iter().map(|entry| entry.name().as_str().to_owned()).collect()
}

/// Every writer appends its own token, all at once.
async fn race(
    store: Arc<dyn ObjectStore>,
    writers: usize,
    tries: u32,
) -> Vec<(String, std::result::Result<u32, AppendError>)> {
    let tasks: Vec<_> = (0..writers)
        .map(|number| {
            let (store, name) = (Arc::clone(&store), format!("w{number:02}"));
            tokio::spawn(async move {
                let done = append(&*store, &location(), &[entry(&name)], tries).await;
                (name, done)
            })
        })
        .collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

/// Slow enough that all of them read before the first one writes.
fn slow() -> Arc<ThrottledStore<InMemory>> {
    let wait_put_per_call = Duration::from_millis(20);
    let config = ThrottleConfig { wait_put_per_call, ..ThrottleConfig::default() };
    Arc::new(ThrottledStore::new(InMemory::new(), config))
}

#[test]
fn writers_that_race_lose_nothing() {
    for old in [Some(OLD), None] {
        runtime().block_on(async {
            let store = slow();
            if let Some(old) = old {
                store.put(&location(), old.into()).await.unwrap();
            }
            let done = race(store.clone(), 24, 40).await;
            let mut expected: Vec<String> = old.map(|_| "old".to_owned()).into_iter().collect();
            let mut tries = 0;
            for (name, done) in done {
                tries += done.unwrap_or_else(|error| panic!("{name}: {error}"));
                expected.push(name);
            }
            let mut found = names(&*store).await;
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
            assert!(tries > 24, "they never met");
            if let Some(old) = old {
                let (text, at) = (text(&*store).await, old.find("}  \n").unwrap() + 1);
                assert!(text.starts_with(&old.as_bytes()[..at]) && text.ends_with(&old.as_bytes()[at..]));
            }
        });
    }
}

#[test]
fn a_directory_makes_the_object_once_and_says_that_it_cannot_replace_it() {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap());
    runtime().block_on(async {
        let (made, refused): (Vec<_>, Vec<_>) =
            race(Arc::clone(&store), 16, 10).await.into_iter().partition(|(_, done)| done.is_ok());
        assert_eq!(made.len(), 1);
        for (name, done) in refused {
            assert!(matches!(done, Err(AppendError::NoCompareAndSwap)), "{name}: {done:?}");
        }
        let (winner, _) = &made[0];
        assert_eq!(names(&*store).await, [winner.as_str()]);
        // What is there already needs no write.
        let before = text(&*store).await;
        assert!(matches!(
            append(&*store, &location(), &[entry("other")], 9).await,
            Err(AppendError::NoCompareAndSwap)
        ));
        assert_eq!(text(&*store).await, before);
    });
}

#[test]
fn many_machines_that_provision_the_same_token_make_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn ObjectStore>; 2] =
        [slow(), Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap())];
    for store in stores {
        runtime().block_on(async {
            let tasks: Vec<_> = (0..16)
                .map(|_| {
                    let store = Arc::clone(&store);
                    tokio::spawn(async move { append(&*store, &location(), &[entry("same")], 20).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            assert_eq!(names(&*store).await, ["same"]);
        });
    }
}

/// What becomes of a put, by its number from 0.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// As the store says.
    True,
    /// It is done, and the answer is lost.
    Lost,
    /// It is done, tried again by the store's own client, and refused then because the version is another.
    TriedTwice,
    /// It is not done, and nobody says why.
    Broken,
    /// Somebody else was first.
    Conflict,
    /// Not allowed.
    Denied,
    NoBucket,
}

/// A store in memory whose puts are answered otherwise.
#[derive(Debug)]
struct Odd {
    store: InMemory,
    puts: AtomicU32,
    answer: fn(u32) -> Answer,
}

impl Odd {
    fn new(answer: fn(u32) -> Answer) -> Arc<Self> {
        Arc::new(Self { store: InMemory::new(), puts: AtomicU32::new(0), answer })
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Odd")
    }
}

type Stream<T> = Pin<Box<dyn futures_core::Stream<Item = Result<T>> + Send>>;

#[async_trait]
impl ObjectStore for Odd {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let answer = (self.answer)(self.puts.fetch_add(1, Ordering::Relaxed));
        let path = location.to_string();
        let lost = || Error::Generic { store: "Odd", source: "the connection was closed".into() };
        let conflict = || Error::Precondition { path: path.clone(), source: "another version".into() };
        match answer {
            Answer::True => self.store.put_opts(location, payload, options).await,
            Answer::Lost => self.store.put_opts(location, payload, options).await.and_then(|_| Err(lost())),
            Answer::TriedTwice => {
                self.store.put_opts(location, payload, options).await.and_then(|_| Err(conflict()))
            }
            Answer::Broken => Err(lost()),
            Answer::Conflict => Err(conflict()),
            Answer::Denied => Err(Error::PermissionDenied { path, source: "no".into() }),
            Answer::NoBucket => Err(Error::NotFound { path, source: "NoSuchBucket".into() }),
        }
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

#[test]
fn an_answer_that_was_lost_appends_nothing_twice() {
    for answer in [
        |put| if put % 2 == 0 { Answer::Lost } else { Answer::True },
        |put| if put % 2 == 0 { Answer::TriedTwice } else { Answer::True },
        |put| if put % 3 == 0 { Answer::Broken } else { Answer::Lost },
    ] {
        let store = Odd::new(answer);
        runtime().block_on(async {
            for (name, done) in race(store.clone(), 12, 30).await {
                done.unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            let mut found = names(&*store).await;
            found.sort();
            assert_eq!(found, (0..12).map(|number| format!("w{number:02}")).collect::<Vec<_>>());
        });
    }
}

#[test]
fn what_was_not_done_says_so_or_says_that_it_is_not_known() {
    let run = |answer: fn(u32) -> Answer, tries| {
        let store = Odd::new(answer);
        let done = runtime().block_on(append(&*store, &location(), &[entry("a")], tries));
        (done, store.puts.load(Ordering::Relaxed), runtime().block_on(store.get(&location())).is_ok())
    };
    let (done, puts, is_there) = run(|_| Answer::Conflict, 3);
    assert!(matches!(done, Err(AppendError::Busy(3))) && puts == 3 && !is_there, "{done:?}");
    let (done, puts, is_there) = run(|_| Answer::Broken, 4);
    assert!(matches!(done, Err(AppendError::Unknown(_))) && puts == 4 && !is_there, "{done:?}");
    for answer in [|_| Answer::Denied, |_| Answer::NoBucket] {
        let (done, puts, is_there) = run(answer, 4);
        assert!(matches!(done, Err(AppendError::Refused(_))) && puts == 1 && !is_there, "{done:?}");
    }
    // A refusal does not tell what became of the put before it.
    let (done, ..) = run(|put| if put == 0 { Answer::Broken } else { Answer::Denied }, 2);
    assert!(matches!(done, Err(AppendError::Unknown(_))), "{done:?}");
    // Done at the last try, whatever the answer says.
    for answer in [|_| Answer::Lost, |_| Answer::TriedTwice] {
        let (done, puts, is_there) = run(answer, 1);
        assert!(matches!(done, Ok(1)) && puts == 1 && is_there, "{done:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused_without_a_put() {
    let store = Odd::new(|_| Answer::True);
    runtime().block_on(async {
        append(&*store, &location(), &[entry("a")], 1).await.unwrap();
        let other = entry("a").with_expiry(Some(Expiry::from_millis(1)));
        let again = append(&*store, &location(), &[entry("b"), other], 5).await.unwrap_err();
        assert!(matches!(again, AppendError::Change(ChangeError::NameExists(_))));
        assert_eq!(names(&*store).await, ["a"]);
        store.store.put(&location(), "{\"tokens\": [".into()).await.unwrap();
        let broken = append(&*store, &location(), &[entry("b")], 5).await.unwrap_err();
        assert!(matches!(broken, AppendError::Change(ChangeError::Invalid(_))));
        assert_eq!(store.puts.load(Ordering::Relaxed), 1);
        util::assert_no_piece_of(
            util::CANARY,
            &format!("{again} {again:?} {broken} {broken:#?}"),
            "an error",
        );
    });
}

#[test]
fn the_example_shows_it() {
    let output =
        std::process::Command::new(examples::example("object_store_append")).arg("7").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert_eq!(shown.lines().filter(|line| line.starts_with("writer-")).count(), 7, "{shown}");
    assert!(shown.ends_with("7 tokens in the file\n"), "{shown}");
}
