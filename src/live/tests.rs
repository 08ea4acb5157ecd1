//! Rereads of a file whose stamp has not settled.

use super::{Duration, LiveAuthorizer, Refreshed, replace};

fn text(version: u8) -> String {
    format!(r#"{{"tokens": [{{"token": "apiv3_a", "name": "v{version}", "permissions": []}}]}}"#)
}

/// Changes the text only: the new stamp counts as seen.
fn change_unseen(live: &LiveAuthorizer, version: u8) {
    std::fs::write(&live.path, text(version)).unwrap();
    live.last.lock().unwrap().stamp = replace::read_stamp(&live.path).unwrap();
}

#[test]
fn rereads_until_the_stamp_settles() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    std::fs::write(&path, text(0)).unwrap();
    let live = LiveAuthorizer::open(&path).unwrap();
    let since = live.last.lock().unwrap().since;
    let refresh =
        |millis| live.refresh_at(&mut live.last.lock().unwrap(), since + Duration::from_millis(millis));
    for (millis, version) in [(0, 1), (1_000, 2), (1_999, 3), (10_000, 4)] {
        change_unseen(&live, version);
        assert!(matches!(refresh(millis), Refreshed::Reloaded), "{millis} ms");
        assert!(matches!(refresh(millis), Refreshed::Unchanged), "{millis} ms");
    }
    // Settled: only the stamp is compared.
    change_unseen(&live, 5);
    assert!(matches!(refresh(10_001), Refreshed::Unchanged));
    std::fs::write(&path, format!("{} ", text(6))).unwrap();
    assert!(matches!(refresh(10_002), Refreshed::Reloaded));
    // A new stamp has to settle again.
    change_unseen(&live, 7);
    assert!(matches!(refresh(11_000), Refreshed::Reloaded));
}
