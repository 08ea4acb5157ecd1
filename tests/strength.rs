//! Detection of weak tokens: invented ones are reported, random ones are not.

#![allow(missing_docs)]

mod util;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use influxdb3_offline_tokens::{Code, Validator};

/// Returns for each body whether it is reported as weak or as a placeholder.
fn are_weak(bodies: &[String]) -> Vec<bool> {
    let entry = |(index, body): (usize, &String)| {
        format!(r#"{{"token": "apiv3_{body}", "name": "n{index}", "permissions": []}}"#)
    };
    let entries: Vec<String> = bodies.iter().enumerate().map(entry).collect();
    let file = format!(r#"{{"tokens": [{}]}}"#, entries.join(","));
    let mut are_weak = vec![false; bodies.len()];
    for found in &Validator::new(util::now()).max_diagnostics(usize::MAX).check(file.as_bytes()) {
        if matches!(found.code(), Code::WeakToken | Code::PlaceholderToken) {
            are_weak[found.pointer().split('/').nth(2).unwrap().parse::<usize>().unwrap()] = true;
        }
    }
    are_weak
}

/// Random bytes from a seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bytes.extend((mixed ^ (mixed >> 31)).to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID of version 4.
fn uuid(bytes: &[u8]) -> String {
    let mut bytes = bytes.to_vec();
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = hex(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-")
}

/// Returns a random token. Every fifth has the minimum length, which is the most likely to look weak.
fn random_token(random: &mut Random, index: usize) -> String {
    let length = if index.is_multiple_of(5) { 16 } else { 16 + index / 5 % 49 };
    let bytes = random.bytes(length);
    match index % 4 {
        0 => URL_SAFE_NO_PAD.encode(bytes),
        1 => STANDARD.encode(bytes),
        2 => hex(&bytes),
        _ => uuid(&bytes),
    }
}

fn assert_random_tokens_are_strong(count: usize, seed: u64) {
    let mut random = Random(seed);
    let mut index = 0;
    while index < count {
        let bodies: Vec<String> =
            (index..index + 1_000).map(|index| random_token(&mut random, index)).collect();
        let weak = are_weak(&bodies).iter().position(|is_weak| *is_weak);
        assert_eq!(weak.map(|at| &bodies[at]), None, "seed {seed}");
        index += bodies.len();
    }
}

#[test]
fn accepts_random_tokens() {
    assert_random_tokens_are_strong(50_000, 1);
}

#[test]
#[ignore = "takes a minute in a debug build"]
fn accepts_a_million_random_tokens() {
    assert_random_tokens_are_strong(1_000_000, 2);
}

#[test]
fn reports_invented_tokens() {
    let bodies: Vec<String> = INVENTED.iter().map(ToString::to_string).collect();
    let weak = are_weak(&bodies);
    let strong: Vec<_> = bodies.iter().zip(weak).filter(|(_, is_weak)| !is_weak).collect();
    assert!(strong.is_empty(), "{strong:#?}");
}

#[test]
fn reports_short_passphrases() {
    let words =
        ["mango", "velvet", "orbit", "tunnel", "cactus", "ribbon", "planet", "walnut", "hammer", "glacier"];
    let capitalized = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
    let capitalized: Vec<&str> = capitalized.iter().map(String::as_str).collect();
    for (words, separator) in [
        (&words[..], "-"),
        (&words, "_"),
        (&words, "."),
        (&words, ""),
        (&capitalized, ""),
        (&capitalized, "-"),
    ] {
        let bodies = [4, 5, 6, 7, 8, 10].map(|count| words[..count].join(separator));
        let expected = if separator.is_empty() && words[0] == "mango" {
            // Without separators, the number of words is estimated from the letters.
            [true, true, true, true, false, false]
        } else {
            [true, true, true, true, true, false]
        };
        assert_eq!(are_weak(&bodies), expected, "{separator:?} {}", words[0]);
    }
    assert_eq!(are_weak(&STRONG.map(String::from)), [false; STRONG.len()]);
}

const STRONG: [&str; 5] = [
    "gumball_stench_outbid_deniable_mocha_regroup_bobbed_unlatch_tapered_scoff",
    "gumball.stench.outbid.deniable.mocha.regroup.bobbed.unlatch.tapered.scoff",
    "acid-bush-crop-drum-fury-glow-hump-itch-jury-kilt",
    "AcidBushCropDrumFuryGlowHumpItchJuryKilt",
    "ankle-banjo-clump-dodge-elbow-flint-grunt-hound-ivory-jumbo",
];

/// Tokens that people might invent.
#[rustfmt::skip]
const INVENTED: &[&str] = &[
    "change-this-token-before-production", "correct-horse-battery-staple",
    "changeThisPasswordBeforeDeploying", "this-is-not-a-secure-token", "please-change-me-in-production",
    "PleaseChangeMeInProduction", "do-not-use-this-in-production", "DoNotUseThisInProduction2026",
    "this_is_a_very_long_and_secret_token", "ThisIsAVeryLongAndSecretToken",
    "the-quick-brown-fox-jumps-over", "thequickbrownfoxjumpsoverthelazydog", "to-be-or-not-to-be",
    "winter-is-coming-2026", "Sommer2026!PasswortFuerAlle", "sommer-sonne-strand-und-meer",
    "ich-liebe-meinen-hund-bello", "MeinHundHeisstBelloUndBeisst", "super-geheimes-passwort-fuer-influx",
    "GanzGeheimesPasswort123!", "passwort-bitte-noch-aendern", "bitte-vor-dem-einsatz-ersetzen",
    "contrasena-super-secreta-de-produccion", "cambiar-antes-de-produccion",
    "mot-de-passe-tres-secret-2026", "motdepassetressecretdelaproduction",
    "changez-moi-avant-la-production", "la-vie-est-belle-et-courte", "senha-muito-secreta-do-banco",
    "cambia-questa-password-subito", "adminadminadminadminadmin", "adminpasswordadminpassword",
    "AdminPassword1234567890", "administrator-password-influx", "influxdb-enterprise-admin-token",
    "influxdb3-enterprise-token-for-grafana", "grafana-reader-token-production",
    "telegraf-writer-token-staging-eu", "TelegrafWriterTokenForStaging", "prometheus-remote-write-token",
    "my-telegraf-agent-token-2026-01-01", "collector-token-2026-11-30", "backup-user-token-march-2026",
    "john.smith.1984.london", "JohnSmith19840512London", "maria-garcia-madrid-1990",
    "AndreasMuellerHamburg1975", "company-name-database-token", "acme-corp-production-database",
    "acme_corp_production_database_token", "factory-floor-sensor-gateway", "FactoryFloorSensorGateway7",
    "smart-home-temperature-sensors", "SmartHomeTemperatureSensors", "weather-station-on-the-roof",
    "kitchen-bedroom-bathroom-garden", "living-room-temperature-token", "january-february-march-april",
    "monday-tuesday-wednesday-thursday", "red-green-blue-yellow-orange", "apple-banana-cherry-orange",
    "AppleBananaCherryOrange", "dragon-monkey-football-baseball", "letmein-letmein-letmein-now",
    "letmeinletmeinletmeinletmein", "iloveyou-forever-and-ever-baby", "trustno1-trustno1-trustno1",
    "open-sesame-open-the-door", "let-the-right-one-in-please", "may-the-force-be-with-you",
    "all-your-base-are-belong-to-us", "hello-world-hello-world-hello", "HelloWorldThisIsMyToken",
    "hello_world_this_is_my_token", "lorem-ipsum-dolor-sit-amet", "loremipsumdolorsitametconsectetur",
    "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "0123456789abcdef0123456789abcdef",
    "insert-your-secret-token-right-here", "InsertSecretTokenHerePlease", "put-a-long-random-string-here",
    "PutALongRandomStringHere", "some-random-string-i-made-up", "this-should-be-a-random-string",
    "default-token-for-local-testing", "DefaultTokenForLocalTesting", "local-development-only-token",
    "LocalDevelopmentOnlyToken1", "docker-compose-test-token-influx", "docker_compose_test_token_influx",
    "kubernetes-secret-influx-token", "KubernetesSecretInfluxToken", "unit-test-integration-test-token",
    "integration-tests-do-not-need-one", "integrationtestsdonotneedone", "secret-secret-secret-secret",
    "topsecrettopsecrettopsecret", "TopSecretTopSecretTopSecret", "super-duper-mega-secret-token",
    "do-not-share-this-with-anyone", "DontShareThisWithAnyone2025", "nobody-will-ever-guess-this",
    "NobodyWillEverGuessThis!", "p4ssw0rd-p4ssw0rd-p4ssw0rd", "Passw0rd!Passw0rd!Passw0rd!",
    "Welcome2026Welcome2026", "Welcome-to-the-jungle-1987", "we-will-we-will-rock-you",
    "never-gonna-give-you-up", "highway-to-hell-back-in-black", "SuperCaliFragilisticExpiali",
    "supercalifragilisticexpialidocious", "donaudampfschifffahrtsgesellschaft",
    "read-only-token-for-dashboard", "write-only-token-for-sensors", "PROD-WRITER-TOKEN-DO-NOT-DELETE",
    "PRODUCTION_DATABASE_TOKEN_2026", "CHANGE_THIS_BEFORE_GOING_LIVE", "THIS-IS-THE-MASTER-PASSWORD",
    "masterpasswordofthedatabase", "the-password-of-the-database", "our-little-secret-token-2026",
    "abc123abc123abc123abc123", "1234567890123456789012345", "password1234567890password",
    "secret123secret456secret789", "token-for-team-blue-2026-q4", "rotate-me-on-2027-01-01-please",
    "summer-holiday-in-italy-2019", "NewYorkRioTokyoLosAngeles", "paris-london-berlin-rome",
    "ParisLondonBerlinRome2026", "admin", "password", "secret", "influxdb", "token123", "P@ssw0rd!",
    "hunter2", "letmein", "qwerty12345", "changeit",
];
