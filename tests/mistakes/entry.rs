//! Mistakes of tokens, names and expiries, and those between entries.

use influxdb3_offline_tokens::Code;

use crate::scene::Fix::{Ask, None, Safe};
use crate::scene::{Mistake, Place, row};

pub(crate) fn all() -> Vec<Mistake> {
    [tokens(), names(), expiries(), whole()].concat()
}

fn tokens() -> Vec<Mistake> {
    use Code::{
        DuplicateToken, PlaceholderToken, TokenCharacters, TokenPrefix, TokenWithColon, UnexpandedVariable,
        WeakToken,
    };
    use Place::Token;
    const SOUND: &str = r#""token":"SECRET""#;
    const NEW: &str = r#""token":"NEW""#;
    vec![
        row(
            "no prefix",
            TokenPrefix,
            Token,
            r#""token":"Akd6Zi0Z5VneCzccVq36Zl6Urb_tVt1GhRJgfALF9ZE""#,
            "Akd6Zi0Z5VneCzccVq36Zl6Urb_tVt1GhRJgfALF9ZE",
            Ask(NEW),
        ),
        row("scheme", TokenPrefix, Token, r#""token":"Bearer SECRET""#, "Bearer SECRET", Ask(SOUND)),
        row(
            "header",
            TokenPrefix,
            Token,
            r#""token":"Authorization: Bearer SECRET""#,
            "Authorization: Bearer SECRET",
            Ask(SOUND),
        ),
        row("empty token", TokenPrefix, Token, r#""token":"""#, "", Ask(NEW)),
        row("space in front of the token", TokenPrefix, Token, r#""token":" SECRET""#, " ", Ask(SOUND)),
        row(
            "line break behind the token",
            TokenCharacters,
            Token,
            r#""token":"SECRET\n""#,
            "\\n",
            Ask(SOUND),
        ),
        row("space in a token", TokenCharacters, Token, r#""token":"SECRET x""#, " ", None),
        row("ellipsis", TokenCharacters, Token, "\"token\":\"SECRET\u{2026}\"", "\u{2026}", None),
        row(
            "example",
            PlaceholderToken,
            Token,
            r#""token":"apiv3_your_token_here""#,
            "apiv3_your_token_here",
            Ask(NEW),
        ),
        row(
            "example of the documentation",
            PlaceholderToken,
            Token,
            r#""token":"apiv3_0XXXX-xxxXxXxxxXX_OxxxX...""#,
            "apiv3_0XXXX-xxxXxXxxxXX_OxxxX...",
            Ask(NEW),
        ),
        row("weak", WeakToken, Token, r#""token":"apiv3_secret""#, "apiv3_secret", Ask(NEW)),
        row(
            "one letter",
            WeakToken,
            Token,
            r#""token":"apiv3_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""#,
            "apiv3_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            Ask(NEW),
        ),
        row("colon in a token", TokenWithColon, Token, r#""token":"SECRET:""#, ":", None),
        row("variable as a token", UnexpandedVariable, Token, r#""token":"${TOKEN}""#, "${TOKEN}", None),
        row("token of another", DuplicateToken, Token, r#""token":"KEEPER""#, "KEEPER", Ask(NEW)),
    ]
}

fn names() -> Vec<Mistake> {
    use Code::{
        DuplicateName, EmptyName, NameWithSurroundingSpace, ReservedName, TokenInName, UnexpandedVariable,
    };
    use Place::Name;
    const SOUND: &str = r#""name":"NAME""#;
    vec![
        row("empty", EmptyName, Name, r#""name":"""#, "", None),
        row("_admin", ReservedName, Name, r#""name":"_admin""#, "_admin", None),
        row(
            "space in front of the name",
            NameWithSurroundingSpace,
            Name,
            r#""name":" NAME""#,
            " NAME",
            Safe(SOUND),
        ),
        row(
            "line break behind the name",
            NameWithSurroundingSpace,
            Name,
            r#""name":"NAME\n""#,
            "NAME\\n",
            Safe(SOUND),
        ),
        row("token as a name", TokenInName, Name, r#""name":"SECRET""#, "SECRET", None),
        row("variable as a name", UnexpandedVariable, Name, r#""name":"${NAME}""#, "${NAME}", None),
        row("name of another", DuplicateName, Name, r#""name":"keeper""#, "keeper", None),
    ]
}

fn expiries() -> Vec<Mistake> {
    use Code::{
        Expired, ExpiresFar, ExpiresSoon, ExpiryInSeconds, ExpiryNotAnInteger, ExpiryNotPositive,
        ExpiryTooFine, NeverExpires,
    };
    use Place::Expiry;
    const UNTIL: &str = r#""expiry_millis":1780272000000"#;
    vec![
        row("expired", Expired, Expiry, r#""expiry_millis":1756400061529"#, "1756400061529", None),
        row("seconds", ExpiryInSeconds, Expiry, r#""expiry_millis":1780272000"#, "1780272000", Ask(UNTIL)),
        row(
            "microseconds",
            ExpiryTooFine,
            Expiry,
            r#""expiry_millis":1780272000000000"#,
            "1780272000000000",
            Ask(UNTIL),
        ),
        row(
            "nanoseconds",
            ExpiryTooFine,
            Expiry,
            r#""expiry_millis":1780272000000000000"#,
            "1780272000000000000",
            Ask(UNTIL),
        ),
        row("zero", ExpiryNotPositive, Expiry, r#""expiry_millis":0"#, "0", Ask("")),
        row("minus one", ExpiryNotPositive, Expiry, r#""expiry_millis":-1"#, "-1", Ask("")),
        row("minus zero", ExpiryNotAnInteger, Expiry, r#""expiry_millis":-0"#, "-0", None),
        row(
            "beyond 64 bits",
            ExpiryNotAnInteger,
            Expiry,
            r#""expiry_millis":9223372036854775808"#,
            "9223372036854775808",
            None,
        ),
        row("no expiry", NeverExpires, Expiry, "", "{", None),
        row("soon", ExpiresSoon, Expiry, r#""expiry_millis":1767571200000"#, "1767571200000", None),
        row("far", ExpiresFar, Expiry, r#""expiry_millis":1861920000000"#, "1861920000000", None),
    ]
}

fn whole() -> Vec<Mistake> {
    use Code::{CreateWildcard, CreatedNotGranted, DuplicateDatabase, GrantedNotCreated, NoPermissions};
    use Place::{Created, CreatedList, Permissions};
    const SOUND: &str = r#""create_databases":["blue","green","red"]"#;
    vec![
        row("nothing granted", NoPermissions, Permissions, r#""permissions":[]"#, "[]", None),
        row("database twice", DuplicateDatabase, Created, "\"red\"", "red", Safe("")),
        row("star created", CreateWildcard, Created, "\"*\"", "*", None),
        row("created only", CreatedNotGranted, Created, "\"orange\"", "orange", None),
        row(
            "nothing created",
            GrantedNotCreated,
            CreatedList,
            r#""create_databases":[]"#,
            "blue",
            Ask(SOUND),
        )
        .also(&[GrantedNotCreated; 2]),
        row("no list of databases", GrantedNotCreated, CreatedList, "", "blue", Ask(SOUND))
            .also(&[GrantedNotCreated; 2]),
    ]
}
