//! A file and the place in it where a mistake is made.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::sample::Index;

use crate::code::Code;
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::name::TokenName;
use crate::permission::{DatabaseActions, Permission};
use crate::strategies::layout::{Json, raw, text, tree};
use crate::token::{TOKEN_PREFIX, Token};

/// Members of an object.
type Members = Vec<(String, Json)>;

/// A sound file, and the entry in it that is spoilt.
pub(super) struct Scene {
    databases: Option<Vec<Json>>,
    others: Vec<Json>,
    entry: Members,
    place: usize,
    more: Members,
    whole: Option<Json>,
}

const NAME: &str = "the one that is wrong";
const DATABASE: &str = "spoilt";

impl Scene {
    pub(super) fn new(file: TokenFile, token: Token, place: Index) -> Self {
        let (databases, tokens) = file.into_parts();
        let expiry = Some(Expiry::from_millis(1_900_000_000_000));
        let permission = Permission::database([DATABASE], DatabaseActions::READ);
        let entry = TokenName::parse(NAME)
            .map(|name| TokenEntry::new(name, token).with_expiry(expiry).with_permissions(permission));
        let members = |entry: TokenEntry| match tree(&TokenFile::checked(Vec::new(), [entry].into())) {
            Json::Object(mut members) => match members.pop() {
                Some((_, Json::Array(mut entries))) => entries.pop(),
                _ => None,
            },
            _ => None,
        };
        let entry = match entry.ok().and_then(members) {
            Some(Json::Object(members)) => members,
            _ => Vec::new(),
        };
        // Only one has the name and the token.
        let others: Vec<Json> =
            tokens.into_iter().filter(|other| other.name().as_str() != NAME).filter_map(members).collect();
        let databases = databases.iter().map(|name| text(name.as_str())).collect();
        Self {
            databases: Some(databases),
            place: place.index(others.len() + 1),
            others,
            entry,
            more: Vec::new(),
            whole: None,
        }
    }

    /// The value of a member of the entry.
    fn set(&mut self, name: &str, value: Json) -> bool {
        let slot = self.entry.iter_mut().find(|(key, _)| key == name);
        slot.map(|(_, slot)| *slot = value).is_some()
    }

    fn rename(&mut self, name: &str, other: &str) -> bool {
        let slot = self.entry.iter_mut().find(|(key, _)| key == name);
        slot.map(|(key, _)| *key = other.into()).is_some()
    }

    fn permissions(&mut self, permissions: &[&str]) -> bool {
        self.set("permissions", Json::Array(permissions.iter().map(|permission| text(*permission)).collect()))
    }

    fn body(&self) -> String {
        match self.entry.iter().find(|(key, _)| key == "token") {
            Some((_, Json::Text(token))) => token.clone(),
            _ => String::new(),
        }
    }

    fn create(&mut self, databases: Vec<Json>) -> bool {
        self.databases = Some(databases);
        true
    }

    fn alone(&mut self) -> &mut Self {
        self.others.clear();
        self.place = 0;
        self
    }

    fn instead(&mut self, whole: Json) -> bool {
        self.whole = Some(whole);
        true
    }

    pub(super) fn json(self) -> Json {
        if let Some(whole) = self.whole {
            return whole;
        }
        let mut tokens = self.others;
        if !self.entry.is_empty() {
            tokens.insert(self.place.min(tokens.len()), Json::Object(self.entry));
        }
        let mut members = Vec::new();
        members.extend(self.databases.map(|databases| ("create_databases".into(), Json::Array(databases))));
        members.push(("tokens".into(), Json::Array(tokens)));
        members.extend(self.more);
        Json::Object(members)
    }

    /// Makes the mistake; not possible only where the entry itself could not be made.
    pub(super) fn spoil(&mut self, mistake: Code, permission: Option<&str>, pick: Index) -> bool {
        match mistake {
            Code::NestedTooDeeply => {
                self.more.push(("description".into(), raw("[".repeat(200) + &"]".repeat(200))));
                true
            }
            Code::NotAnObject => self.instead(raw(one_of(pick, &["42", "null", "true", "\"x\""]))),
            Code::ArrayAtTop => {
                let entry = Json::Object(core::mem::take(&mut self.entry));
                self.instead(Json::Array([entry].into()))
            }
            Code::BareToken => self.instead(text(self.body())),
            Code::AdminTokenFile => {
                let members = [("token".into(), text(self.body())), ("name".into(), text("_admin"))];
                self.instead(Json::Object(members.into()))
            }
            Code::CreateDatabasesNotAList => {
                self.databases = None;
                self.more.push(("create_databases".into(), text("db1,db2")));
                true
            }
            Code::NoTokens => {
                self.alone().entry.clear();
                true
            }
            Code::DuplicateName | Code::DuplicateToken => self.twin(mistake),
            Code::GrantedNotCreated => self.create(Vec::new()),
            Code::CreatedNotGranted => self.alone().create([text("nobody")].into()),
            Code::DuplicateDatabase => self.create(["a", "b", "a"].map(text).into()),
            Code::CreateWildcard => self.create([text("*")].into()),
            Code::TooManyDatabases => {
                self.create((0..101).map(|number| text(format!("d{number}"))).collect())
            }
            _ => self.spoil_entry(mistake, pick) || self.spoil_permissions(mistake, permission),
        }
    }

    fn twin(&mut self, mistake: Code) -> bool {
        let mut twin = self.entry.clone();
        let key = if mistake == Code::DuplicateName { "token" } else { "name" };
        if let Some((_, Json::Text(text))) = twin.iter_mut().find(|(name, _)| name == key) {
            text.push('1');
        }
        self.others.push(Json::Object(twin));
        true
    }

    fn spoil_entry(&mut self, mistake: Code, pick: Index) -> bool {
        let body = self.body();
        let required = one_of(pick, &["token", "name", "permissions"]);
        match mistake {
            Code::DuplicateMember => {
                let first = self.entry.first().cloned();
                self.entry.extend(first);
                true
            }
            Code::HttpRequestBody => self.rename("name", "token_name"),
            Code::MissingMember => {
                self.entry.retain(|(key, _)| key != required);
                true
            }
            Code::WrongType => {
                const VALUES: [&str; 4] = ["5", "null", "[]", "{}"];
                let which = pick.index(2 * VALUES.len());
                let member = if which < VALUES.len() { "token" } else { "name" };
                self.set(member, raw(VALUES.get(which % VALUES.len()).copied().unwrap_or_default()))
            }
            Code::UnknownMember => {
                self.entry.push(("description".into(), text("mine")));
                true
            }
            Code::MisspeltMember => self.rename(
                "expiry_millis",
                one_of(pick, &["expiry_milis", "expiryMillis", "EXPIRY_MILLIS", "expires_at"]),
            ),
            Code::ExpiryNotAnInteger => {
                let wrong =
                    ["\"1756400061529\"", "1.75e12", "\"2026-01-01T00:00:00Z\"", "\"90d\"", "null", "1.5"];
                self.set("expiry_millis", raw(one_of(pick, &wrong)))
            }
            Code::TokenPrefix => self
                .set("token", text(body.replacen(TOKEN_PREFIX, one_of(pick, &["x", "Bearer", "APIV3_"]), 1))),
            Code::TokenCharacters => {
                self.set("token", text(body + one_of(pick, &[" ", "\n", "\u{2026}x", "\u{e9}"])))
            }
            Code::PlaceholderToken => self.set("token", text("apiv3_your_token_here")),
            Code::WeakToken => self.set("token", text("apiv3_aaaaaaaa")),
            Code::TokenWithColon => self.set("token", text(body + ":x")),
            Code::EmptyName => self.set("name", text("")),
            Code::ReservedName => self.set("name", text("_admin")),
            Code::TokenInName => self.set("name", text(String::from(TOKEN_PREFIX) + &"a1-_".repeat(8))),
            Code::NameWithSurroundingSpace => {
                self.set("name", text(one_of(pick, &[" mine", "mine ", "\tmine\n"])))
            }
            Code::Expired => self.set("expiry_millis", raw("1000000000000")),
            Code::ExpiryInSeconds => self.set("expiry_millis", raw("1756400061")),
            Code::ExpiryTooFine => self.set("expiry_millis", raw("1756400061529000")),
            Code::ExpiryNotPositive => self.set("expiry_millis", raw(one_of(pick, &["0", "-1"]))),
            Code::NeverExpires => {
                self.entry.retain(|(key, _)| key != "expiry_millis");
                true
            }
            _ => false,
        }
    }

    fn spoil_permissions(&mut self, mistake: Code, wrong: Option<&str>) -> bool {
        let wrong = match mistake {
            Code::PermissionsNotAList => return self.set("permissions", text("db:a:read")),
            Code::PermissionObject => {
                let members = [
                    ("resource_type".into(), text("db")),
                    ("resource_names".into(), Json::Array([text("a")].into())),
                    ("actions".into(), Json::Array([text("read")].into())),
                ];
                return self.set("permissions", Json::Array([Json::Object(members.into())].into()));
            }
            Code::NoPermissions => return self.permissions(&[]),
            Code::DuplicatePermission => return self.permissions(&["db:a,b:read", "db:b,a:read"]),
            Code::RedundantPermission => return self.permissions(&["db:a:read", "db:a:read,write"]),
            Code::SpecificHidesWildcard => return self.permissions(&["db:*:read,write", "db:a:read"]),
            Code::DuplicateItem => "db:a,a:read",
            Code::WildcardDatabase => "db:*:read",
            Code::InternalDatabase => "db:_internal:read",
            Code::UndocumentedAction => "db:a:describe",
            Code::PlaceholderName => "db:my_database:read",
            // What the grammar refuses has a string of its own.
            _ => match wrong {
                Some(wrong) => wrong,
                None => return true,
            },
        };
        self.permissions(&[wrong])
    }
}

/// Makes the mistakes of the text as such.
pub(super) fn spoil_text(json: String, mistake: Code, pick: Index) -> String {
    match mistake {
        Code::ByteOrderMark => format!("\u{FEFF}{json}"),
        Code::EmptyFile => String::from(one_of(pick, &["", " ", "\n", "\r\n\t"])),
        Code::JsonSyntax => {
            let object = json.trim_end();
            let inside = object.strip_suffix('}').unwrap_or(object);
            match pick.index(5) {
                0 => inside.into(),
                1 => format!("{inside},}}"),
                2 => format!("// mine\n{json}"),
                3 => format!("{json}{json}"),
                _ => format!("{inside}, mine: 1}}"),
            }
        }
        _ => json,
    }
}

fn one_of(pick: Index, words: &[&'static str]) -> &'static str {
    words.get(pick.index(words.len())).copied().unwrap_or_default()
}
