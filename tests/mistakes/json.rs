//! Mistakes of the JSON, and of the members.

use influxdb3_offline_tokens::Code;

use crate::scene::Fix::{Ask, None, Safe};
use crate::scene::{Mistake, Place, row};

pub(crate) fn all() -> Vec<Mistake> {
    [syntax(), shape(), members(), misspelt(), values(), expiries()].concat()
}

fn syntax() -> Vec<Mistake> {
    use Code::{ByteOrderMark, InvalidUtf8, JsonSyntax, NestedTooDeeply};
    use Place::{Back, Cut, Front, Head, Health, ListTail, Member, Name, Tail};
    vec![
        row("byte", InvalidUtf8, Name, "\"name\":\"NAME\u{7}\"", "\u{FFFD}", None).alone(),
        row("byte order mark", ByteOrderMark, Front, "\u{FEFF}", "\u{FEFF}", Safe("")),
        row("comma behind the last member", JsonSyntax, Tail, ",", ",", Safe("")),
        row("comma behind the last item", JsonSyntax, ListTail, ",", ",", Safe("")),
        row("comment", JsonSyntax, Head, "// the\n", "// the", Safe("")),
        row("comment in a block", JsonSyntax, Head, "/* the */", "/* the */", Safe("")),
        row("comment of a shell", JsonSyntax, Head, "# the\n", "# the", Safe("")),
        row("comment with a secret", JsonSyntax, Head, "/* SECRET */", "/* SECRET */", Ask("")),
        row("second document", JsonSyntax, Back, "{}", "{", None).alone(),
        row("cut off", JsonSyntax, Cut, "]}", "", None).alone(),
        row("missing comma", JsonSyntax, Health, "\"db:green:read\"\"system:health:read\"", "\"", None)
            .alone(),
        row("single quotes", JsonSyntax, Name, "\"name\":'NAME'", "'", None).alone(),
        row("curly quotes", JsonSyntax, Name, "\"name\":\u{201c}NAME\u{201d}", "\u{201c}", None).alone(),
        row("bare name", JsonSyntax, Name, "name:\"NAME\"", "name", None).alone(),
        row("None of Python", JsonSyntax, Place::Expiry, "\"expiry_millis\":None", "None", None).alone(),
        row("200 lists", NestedTooDeeply, Member, DEEP, "[", None).alone(),
    ]
}

const DEEP: &str = "\"deep\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\
    ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\
    ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";

fn shape() -> Vec<Mistake> {
    use Code::{
        AdminTokenFile, ArrayAtTop, BareToken, EmptyFile, GrantedNotCreated, HttpRequestBody, MissingMember,
        NoTokens, NotAnObject, WrongType,
    };
    use Place::{Top, Whole};
    const MENDED: &str = r#"{"create_databases":["blue","green","red"],"tokens":[ENTRIES]}"#;
    const BODY: &str = r#"{"token_name":"NAME","permissions":[{"resource_type":"db","resource_names":["red"],"actions":["read"]}],"expiry_secs":2592000}"#;
    vec![
        row("nothing", EmptyFile, Top, "", "", None).alone(),
        row("number", NotAnObject, Top, "42", "42", None).alone(),
        row("string", NotAnObject, Top, "\"x\"", "\"x\"", None).alone(),
        row("list of entries", ArrayAtTop, Top, "[ENTRIES]", "[", Ask(MENDED)).also(&[GrantedNotCreated; 3]),
        row("token", BareToken, Top, "SECRET", "SECRET", None).alone(),
        row("token in quotes", BareToken, Top, "\"SECRET\"", "SECRET", None).alone(),
        row("admin token", AdminTokenFile, Top, r#"{"token":"SECRET","name":"_admin"}"#, "{", None).alone(),
        row("body of a request", HttpRequestBody, Top, BODY, "\"token_name\"", None).alone(),
        row("no tokens", MissingMember, Top, r#"{"create_databases":["red"]}"#, "{", None).alone(),
        row("tokens null", WrongType, Top, r#"{"tokens":null}"#, "null", None).alone(),
        row("tokens as an object", WrongType, Top, r#"{"tokens":{}}"#, "{", None).alone(),
        row("empty list", NoTokens, Top, r#"{"tokens":[]}"#, "[]", None).alone(),
        row("entry as a string", WrongType, Whole, "\"SECRET\"", "\"SECRET\"", None),
        row("entry as a list", WrongType, Whole, r#"["SECRET","NAME"]"#, "[", None),
        row("entry null", WrongType, Whole, "null", "null", None),
    ]
}

fn members() -> Vec<Mistake> {
    use Code::{DuplicateMember, HttpRequestBody, MissingMember, UnknownMember};
    use Place::{Expiry, Member, Name, Permissions, Token, TopMember};
    vec![
        row("name twice", DuplicateMember, Name, r#""name":"NAME","name":"third""#, "\"name\"", None),
        row("token twice", DuplicateMember, Token, r#""token":"SECRET","token":"SECRET""#, "\"token\"", None),
        row(
            "expiry twice",
            DuplicateMember,
            Expiry,
            r#""expiry_millis":1780272000000,"expiry_millis":1780272000000"#,
            "\"expiry_millis\"",
            None,
        ),
        row(
            "permissions twice",
            DuplicateMember,
            Permissions,
            r#""permissions":["db:red:read"],"permissions":["db:red:read"]"#,
            "\"permissions\"",
            None,
        ),
        row("tokens twice", DuplicateMember, TopMember, r#""tokens":[]"#, "\"tokens\"", None),
        row(
            "token_name",
            HttpRequestBody,
            Name,
            r#""token_name":"NAME""#,
            "\"token_name\"",
            Ask(r#""name":"NAME""#),
        ),
        row(
            "expiry_secs",
            HttpRequestBody,
            Expiry,
            r#""expiry_secs":2592000"#,
            "\"expiry_secs\"",
            Ask(r#""expiry_millis":1769817600000"#),
        ),
        row(
            "expiry_secs of a time",
            HttpRequestBody,
            Expiry,
            r#""expiry_secs":1780272000"#,
            "\"expiry_secs\"",
            Ask(r#""expiry_millis":1780272000000"#),
        ),
        row("no token", MissingMember, Token, "", "{", None),
        row("no name", MissingMember, Name, "", "{", None),
        row("no permissions", MissingMember, Permissions, "", "{", None),
        row("description", UnknownMember, Member, r#""description":"x""#, "\"description\"", None),
        row("comment as a member", UnknownMember, Member, r#""_comment":"x""#, "\"_comment\"", None),
        row("version", UnknownMember, TopMember, r#""version":1"#, "\"version\"", None),
    ]
}

fn misspelt() -> Vec<Mistake> {
    use Code::MisspeltMember;
    use Place::{CreatedList, Expiry, Name, Permissions, Token};
    vec![
        row(
            "expiry_milis",
            MisspeltMember,
            Expiry,
            r#""expiry_milis":1780272000000"#,
            "\"expiry_milis\"",
            Safe(r#""expiry_millis":1780272000000"#),
        ),
        row(
            "expiryMillis",
            MisspeltMember,
            Expiry,
            r#""expiryMillis":1780272000000"#,
            "\"expiryMillis\"",
            Safe(r#""expiry_millis":1780272000000"#),
        ),
        row(
            "expires_at",
            MisspeltMember,
            Expiry,
            r#""expires_at":1780272000000"#,
            "\"expires_at\"",
            Ask(r#""expiry_millis":1780272000000"#),
        ),
        row("ttl", MisspeltMember, Expiry, r#""ttl":2592000"#, "\"ttl\"", None),
        row("nmae", MisspeltMember, Name, r#""nmae":"NAME""#, "\"nmae\"", Safe(r#""name":"NAME""#)),
        row("tokn", MisspeltMember, Token, r#""tokn":"SECRET""#, "\"tokn\"", Safe(r#""token":"SECRET""#)),
        row("Token", MisspeltMember, Token, r#""Token":"SECRET""#, "\"Token\"", Safe(r#""token":"SECRET""#)),
        row(
            "permission",
            MisspeltMember,
            Permissions,
            r#""permission":["db:red:read"]"#,
            "\"permission\"",
            Safe(r#""permissions":["db:red:read"]"#),
        ),
        row(
            "perms",
            MisspeltMember,
            Permissions,
            r#""perms":["db:red:read"]"#,
            "\"perms\"",
            Ask(r#""permissions":["db:red:read"]"#),
        ),
        row(
            "create-databases",
            MisspeltMember,
            CreatedList,
            r#""create-databases":["blue","green","red"]"#,
            "\"create-databases\"",
            Safe(r#""create_databases":["blue","green","red"]"#),
        ),
        row(
            "databases",
            MisspeltMember,
            CreatedList,
            r#""databases":["blue","green","red"]"#,
            "\"databases\"",
            Ask(r#""create_databases":["blue","green","red"]"#),
        ),
    ]
}

fn values() -> Vec<Mistake> {
    use Code::{CreateDatabasesNotAList, PermissionObject, PermissionsNotAList, WrongType};
    use Place::{Created, CreatedList, Item, Name, Permissions, Token};
    const ONE: &str = r#""permissions":["db:red:read"]"#;
    const MENDED: &str = r#""create_databases":["blue","green","red"]"#;
    vec![
        row("name of a number", WrongType, Name, "\"name\":5", "5", None),
        row("name null", WrongType, Name, "\"name\":null", "null", None),
        row("token of a number", WrongType, Token, "\"token\":12345", "12345", None),
        row("token as an object", WrongType, Token, r#""token":{"value":"SECRET"}"#, "{", None),
        row("permission of a number", WrongType, Item, "5", "5", None),
        row("permission as a list", WrongType, Item, r#"["db:blue:read"]"#, "[", None),
        row("database of a number", WrongType, Created, "5", "5", None),
        row(
            "permissions in a string",
            PermissionsNotAList,
            Permissions,
            r#""permissions":"db:red:read""#,
            "\"db:red:read\"",
            Safe(ONE),
        ),
        row(
            "list in a string",
            PermissionsNotAList,
            Permissions,
            r#""permissions":"[\"db:red:read\"]""#,
            r#""[\"db:red:read\"]""#,
            Safe(ONE),
        ),
        row("permissions null", PermissionsNotAList, Permissions, r#""permissions":null"#, "null", None),
        row(
            "permissions as an object",
            PermissionsNotAList,
            Permissions,
            r#""permissions":{"resource_type":"db","resource_names":["red"],"actions":["read"]}"#,
            "{",
            Safe(ONE),
        ),
        row(
            "permissions as a map",
            PermissionsNotAList,
            Permissions,
            r#""permissions":{"red":"read"}"#,
            "{",
            None,
        ),
        row(
            "permission as an object",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_names":["blue","green"],"actions":["write","read"]}"#,
            "{",
            Safe("\"db:blue,green:write,read\""),
        ),
        row(
            "permission with an identifier",
            PermissionObject,
            Item,
            r#"{"resource_type":"db","resource_identifier":["green"],"actions":["read"]}"#,
            "{",
            Safe("\"db:green:read\""),
        ),
        row(
            "databases in a string",
            CreateDatabasesNotAList,
            CreatedList,
            r#""create_databases":"blue,green,red""#,
            "\"blue,green,red\"",
            Safe(MENDED),
        ),
        row(
            "databases null",
            CreateDatabasesNotAList,
            CreatedList,
            r#""create_databases":null"#,
            "null",
            None,
        ),
    ]
}

fn expiries() -> Vec<Mistake> {
    use Code::ExpiryNotAnInteger;
    use Place::Expiry;
    const UNTIL: &str = r#""expiry_millis":1780272000000"#;
    vec![
        row(
            "expiry in quotes",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":"1780272000000""#,
            "\"1780272000000\"",
            Safe(UNTIL),
        ),
        row(
            "expiry with an exponent",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":1.780272e12"#,
            "1.780272e12",
            Safe(UNTIL),
        ),
        row(
            "expiry with a fraction",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":1780272000000.5"#,
            "1780272000000.5",
            Ask(UNTIL),
        ),
        row(
            "expiry as a time",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":"2026-06-01T00:00:00Z""#,
            "\"2026-06-01T00:00:00Z\"",
            Safe(UNTIL),
        ),
        row(
            "expiry as a day",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":"2026-06-01""#,
            "\"2026-06-01\"",
            Ask(UNTIL),
        ),
        row(
            "expiry as a duration",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":"90d""#,
            "\"90d\"",
            Ask(r#""expiry_millis":1775001600000"#),
        ),
        row("expiry null", ExpiryNotAnInteger, Expiry, r#""expiry_millis":null"#, "null", Ask("")),
        row("expiry of nothing", ExpiryNotAnInteger, Expiry, r#""expiry_millis":"""#, "\"\"", None),
        row("expiry true", ExpiryNotAnInteger, Expiry, r#""expiry_millis":true"#, "true", None),
        row("never", ExpiryNotAnInteger, Expiry, r#""expiry_millis":"never""#, "\"never\"", Ask("")),
    ]
}
