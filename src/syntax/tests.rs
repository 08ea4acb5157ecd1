//! Error recovery of the JSON parser.

use std::fmt::Write as _;
use std::prelude::rust_2024::*;

use super::node::Value;
use super::{ErrorHandler, Node, Parser, SyntaxError};

impl ErrorHandler for Vec<SyntaxError> {
    fn syntax_error(&mut self, error: SyntaxError, _: &str) {
        self.push(error);
    }
}

/// Returns the errors as `Kind text`, or as `Kind preceding text^` if the span is empty, and the parsed strings.
fn parse(text: &str) -> (String, Vec<String>) {
    let mut parser = Parser::new(text, Vec::new());
    let node = Node::read(&mut parser);
    let errors = parser.end();
    let mut skipping = Parser::new(text, Vec::new());
    skipping.skip();
    assert_eq!(skipping.end(), errors, "{text}");
    let mut strings = Vec::new();
    collect(text, &node, &mut strings);
    let mut shown = String::new();
    for SyntaxError { kind, span } in errors {
        let kind = format!("{kind:?}");
        let separator = if shown.is_empty() { "" } else { "; " };
        let before: Vec<char> = text[..span.start()].chars().collect();
        let covered = match &text[span.range()] {
            "" => before[before.len().saturating_sub(4)..].iter().chain(&['^']).collect(),
            covered => covered.to_owned(),
        };
        let _ = write!(shown, "{separator}{} {covered}", kind.split(' ').next().unwrap());
    }
    (shown, strings)
}

fn collect(text: &str, node: &Node<'_>, strings: &mut Vec<String>) {
    assert!(node.span.text(text).is_some(), "{text}: {:?}", node.span);
    match &node.value {
        Value::Scalar | Value::Number(_) => {}
        Value::String(string) => strings.push(string.raw().to_owned()),
        Value::Array(nodes) => nodes.iter().for_each(|node| collect(text, node, strings)),
        Value::Object(members) => {
            for (key, node) in members {
                strings.push(key.raw().to_owned());
                collect(text, node, strings);
            }
        }
    }
}

/// A text, its errors, and its parsed strings.
const TEXTS: &[(&str, &str, &str)] = &[
    (r#"{"a": 1, /* x */ "b": 2} // end"#, "Comment /* x */; Comment // end", "a|b"),
    ("# by hand\n{\"a\": \"b\"} # end", "Comment # by hand; Comment # end", "a|b"),
    ("{\"a\": 1 // one\n, \"b\": /* x", "Comment // one; Comment /* x; UnexpectedEnd /* x^", "a|b"),
    (
        "{\n<<<<<<< HEAD\n\"a\": 1,\n=======\n\"a\": 2,\n>>>>>>> other\n\"b\": 3}",
        "ConflictMarker <<<<<<< HEAD; ConflictMarker =======; ConflictMarker >>>>>>> other",
        "a|a|b",
    ),
    ("\u{FEFF}{\"a\":\u{A0}\"b\"}", "InvalidWhitespace \u{FEFF}; InvalidWhitespace \u{A0}", "a|b"),
    (r#"{"a": "b",}"#, "TrailingComma ,", "a|b"),
    (r#"["a",, "b", ]"#, "ExtraComma ,; TrailingComma ,", "a|b"),
    (r#"["a",,, ]"#, "ExtraComma ,; ExtraComma ,; TrailingComma ,", "a"),
    (r#"{"a": ["b",, "c": "d"}"#, r#"ExtraComma ,; MissingBracket "b",^"#, "a|b|c|c|d"),
    (r#"[, "a"]"#, "LeadingComma ,", "a"),
    (r#"["a" "b""c"]"#, r#"MissingComma ["a"^; MissingComma  "b"^"#, "a|b|c"),
    ("[1 2]", "MissingComma [1^", ""),
    (r#"["a"; "b"]"#, "Unexpected ;", "a|b"),
    (
        r#"{"a": 1 "b": {} "c": [] d: 2}"#,
        r#"MissingComma ": 1^; MissingComma : {}^; MissingComma : []^; UnquotedKey d"#,
        "a|b|c|d",
    ),
    ("{\"a\": 1 // one\n \"b\": 2}", r#"Comment // one; MissingComma ": 1^"#, "a|b"),
    (r#"{"a" "b", "c" 1}"#, r#"MissingColon {"a"^; MissingColon  "c"^"#, "a|b|c"),
    (r#"{"a" = "b", "c" => 1, "d": = 2}"#, "MissingColon =; MissingColon =>; Unexpected = 2", "a|b|c|d"),
    (r#"{"a", "b"}"#, r#"MissingColon {"a"^; MissingColon  "b"^"#, "a|b"),
    (r#"{"a":: "b", "c": "d"}"#, "Unexpected :", "a|b|c|d"),
    (r#"{: 1, "a": 2}"#, "MissingKey :", "a"),
    (r#"{[1]: 2, "a": 3}"#, "MissingKey [", "a"),
    (r#"{"a": , "b":}"#, r#"MissingValue "a":^; MissingValue "b":^"#, "a|b"),
    (r#"{"a": 1]}"#, "ExtraBracket ]", "a"),
    (r#"[{"a": 1}}, {"b": 2}]"#, "ExtraBracket }", "a|b"),
    (r#"[{"a": [1]], "b": 2}]"#, "ExtraBracket ]", "a|b"),
    (r#"{"a": []}, "b": []}"#, "ExtraBracket }", "a|b"),
    ("[1]]", "TrailingText ]", ""),
    (r#"{"a": [1, 2, "b": 3}"#, "MissingBracket 1, 2^", "a|b|b"),
    ("{\"a\": [1, 2\n\"b\": 3}", "MissingComma 1, 2^", "a|b|b"),
    (r#"{"a": ["b"}"#, r#"MissingBracket ["b"^"#, "a|b"),
    (r#"[{"a": ["b"}, {"c": "d"}]"#, r#"MissingBracket ["b"^"#, "a|b|c|d"),
    (r#"[{"a": ["b"], {"c": "d"}]"#, r#"MissingBracket "b"]^"#, "a|b|c|d"),
    (r#"[{"a": ["b"] {"c": "d"}]"#, r#"MissingBracket "b"]^"#, "a|b|c|d"),
    (r#"[{"a": ["b"}}, {"c": "d"}]"#, "MismatchedBracket }", "a|b|c|d"),
    (r#"[["a"}, {"b": 1]]"#, r#"ExtraBracket }; MissingBracket ": 1^"#, "a|b"),
    (r#"["a": 1, "b": 2}"#, "MissingBrace [^; UnexpectedEnd : 2}^", "a|a|b"),
    (r#"[{"a": 1}, "b": "c"}, {"d": "e"}]"#, "MissingBrace 1}, ^", "a|b|b|c|d|e"),
    (r#""a": ["b"], "c": "d""#, "MissingBrace ^", "a|b|c|d"),
    (r#""a": ["b"]}"#, "MissingBrace ^", "a|b"),
    ("# by hand\n\"a\": 1}", "Comment # by hand; MissingBrace and\n^", "a"),
    (r#"{"a": ["b"]"#, r#"UnexpectedEnd "b"]^"#, "a|b"),
    (
        r#"{'a': 'it's', 'b': ["c"]}"#,
        "InvalidQuotes 'a'; InvalidQuotes 'it's'; InvalidQuotes 'b'",
        "a|it's|b|c",
    ),
    (
        r#"{`a`: “b”, ‘c’: „d“, "e”: "f"}"#,
        r#"InvalidQuotes `a`; InvalidQuotes “b”; InvalidQuotes ‘c’; InvalidQuotes „d“; MissingQuote "e”"#,
        "a|b|c|d|e|f",
    ),
    (
        "{'a': 'b, 'c': 'd\n}",
        "InvalidQuotes 'a'; MissingQuote 'b; InvalidQuotes 'c'; MissingQuote 'd",
        "a|b|c|d",
    ),
    (r"{'a': 'x\'y'}", r"InvalidQuotes 'a'; InvalidQuotes 'x\'y'", r"a|x\'y"),
    (r#"{"a: "b", "c": "d"}"#, r#"MissingQuote "a"#, "a|b|c|d"),
    (r#"{"a": "b, "c": "d"}"#, r#"MissingQuote "b"#, "a|b|c|d"),
    ("{\"a\": \"b,\n \"c: [\n\"d\"\n]}", r#"MissingQuote "b; MissingQuote "c"#, "a|b|c|d"),
    ("{\"a\": \"b\n}", r#"MissingQuote "b"#, "a|b"),
    (r#"{"a":"b}"#, r#"MissingQuote "b"#, "a|b"),
    (r#"["db:a:read, "db:b:read"]"#, r#"MissingQuote "db:a:read"#, "db:a:read|db:b:read"),
    (
        r#"{a": "b", "c": d", "e": f g"}"#,
        r#"MissingQuote a"; MissingQuote d"; MissingQuote f g""#,
        "a|b|c|d|e|f g",
    ),
    (
        r#"{"a": 1", "b": true", "c": test"}"#,
        r#"MissingQuote "; MissingQuote "; MissingQuote test""#,
        "a|b|c|test",
    ),
    (r#"{"a": "the "one" of us"}"#, r#"UnescapedQuote "; UnescapedQuote ""#, r#"a|the "one" of us"#),
    (r#"{"a": "x"y", "b": "c"}"#, r#"UnescapedQuote ""#, r#"a|x"y|b|c"#),
    (r#"{"a": ""b""}"#, r#"UnescapedQuote "; MissingQuote ""#, r#"a|"b"#),
    ("{\"a\": \"b\tc\n d\"}", "ControlCharacter \t; ControlCharacter \n", "a|b\tc\n d"),
    ("{\"a\": \"b\0c\"}", "ControlCharacter \0", "a|b\0c"),
    (
        r#"{"a": "C:\dir\x41\u12", "b": "c"}"#,
        r"InvalidEscape \d; InvalidEscape \x; InvalidEscape \u",
        r"a|C:\dir\x41\u12|b|c",
    ),
    (r#"{"a": "C:\", "b": "c"}"#, r#"MissingQuote "C:\""#, r#"a|C:\"|b|c"#),
    (
        "[+1, .5, 1., 01, 0x1F, 1_000, 1e, -]",
        "InvalidNumber +1; InvalidNumber .5; InvalidNumber 1.; InvalidNumber 01; InvalidNumber 0x1F; InvalidNumber 1_000; InvalidNumber 1e; InvalidNumber -",
        "",
    ),
    (
        "[2030-01-01T00:00:00Z, 12abc, 1-2]",
        "InvalidNumber 2030-01-01T00:00:00Z; InvalidNumber 12abc; InvalidNumber 1-2",
        "",
    ),
    (r#"{a: 1, b-c: "d", 1: 2}"#, "UnquotedKey a; UnquotedKey b-c; UnquotedKey 1", "a|b-c|d|1"),
    (
        "[True, None, NaN, undefined, db:a:read]",
        "UnknownWord True; UnknownWord None; UnknownWord NaN; UnknownWord undefined; UnknownWord db:a:read",
        "",
    ),
    (r#"{"a": some bare text, "b": "c"}"#, "UnknownWord some bare text", "a|b|c"),
    ("{\"a\": True # yes\n}", "UnknownWord True; Comment # yes", "a"),
    (
        r#"{"a": ${X}, "b": $Y-z, "c": $(pass x), "d": {{ x }}, "e": <your token>}"#,
        "Variable ${X}; Variable $Y-z; Variable $(pass x); Variable {{ x }}; Variable <your token>",
        "a|b|c|d|e",
    ),
    (r#"{${A}: 1, {{ b }}: "c", $D, "e": "f"}"#, "Variable ${A}; Variable {{ b }}; Variable $D", "e|f"),
    (r#"[{{ a }} {{ b }}, "c"]"#, "Variable {{ a }}; Variable {{ b }}", "c"),
    ("{{{ a }}}", "Variable {{ a }}", ""),
    (r#"{"a": "b"x, "c": "d"}"#, "Unexpected x", "a|b|c|d"),
    (
        r#"{"a"x: 1, "b"": 2, "c"\: 3, "d" e: 4}"#,
        r#"Unexpected x; Unexpected "; Unexpected \; Unexpected e"#,
        "a|b|c|d",
    ),
    (r#"{x "a": 1, :"b": 2, ; "c": 3}"#, "Unexpected x; Unexpected :; Unexpected ;", "a|b|c"),
    (
        r#"{"a": x [1], "b": = "c", "d": ("e")}"#,
        "Unexpected x; Unexpected =; Unexpected (; Unexpected )",
        "a|b|c|d|e",
    ),
    (r#"{"a": 1, {"b": 2, "c": [3]}"#, "Unexpected {", "a|b|c"),
    (r#"[x "a", - "b"]"#, "Unexpected x; InvalidNumber -", "a|b"),
    (r#"{"a": 1 ?! "b": 2}"#, "Unexpected ?!", "a|b"),
    (r#"{"a": @, "b": 2}"#, "Unexpected @", "a|b"),
    ("", "UnexpectedEnd ^", ""),
    (" // nothing", "Comment // nothing; UnexpectedEnd hing^", ""),
    (r#"{"a": "b"#, r#"UnexpectedEnd : "b^"#, "a|b"),
    (r#"{"a": "b", "#, r#"UnexpectedEnd b", ^"#, "a|b"),
    (r#"{"a":"#, r#"UnexpectedEnd "a":^"#, "a"),
    (r#"{"a": [{"#, "UnexpectedEnd : [{^", "a"),
    (r#"{"a": tru"#, "UnknownWord tru", "a"),
    (r#"{"a": 1} {"b": 2}"#, r#"TrailingText {"b": 2}"#, "a"),
    (r#"["a"], "#, "TrailingText ,", "a"),
    ("tokens:\n  - token: apiv3_a\n    name: app\n", "UnknownWord tokens:", ""),
    ("<html>\n</html>\n", "Variable <html>", ""),
    ("${FILE}", "Variable ${FILE}", ""),
    ("apiv3_abc", "UnknownWord apiv3_abc", ""),
    ("]", "Unexpected ]", ""),
];

#[test]
fn reports_each_error_once() {
    for (text, errors, strings) in TEXTS {
        let (found, parsed) = parse(text);
        assert_eq!((found.as_str(), parsed.join("|").as_str()), (*errors, *strings), "{text}");
    }
}

const FILE: &str = r#"{
  "create_databases": ["a", "b"],
  "tokens": [
    {
      "token": "apiv3_one",
      "name": "one",
      "expiry_millis": 1798761600000,
      "permissions": ["db:a:read", "db:b:write"]
    },
    {
      "token": "apiv3_two",
      "name": "two",
      "permissions": ["db:b:read"]
    }
  ]
}
"#;

/// A fragment of the file, its replacement, the errors, and the number of strings that are lost.
const EDITS: &[(&str, &str, &str, usize)] = &[
    (r#""a", "b"],"#, r#""a", "b",],"#, "TrailingComma ,", 0),
    (r#""a", "b"],"#, r#""a" "b"],"#, r#"MissingComma ["a"^"#, 0),
    (r#""a", "b"],"#, r#""a", "b],"#, r#"MissingQuote "b"#, 0),
    (r#""a", "b"],"#, r#""a", b"],"#, r#"MissingQuote b""#, 0),
    (r#""a", "b"],"#, r#""a", "b""#, r#"MissingComma  "b"^"#, 0),
    (r#""a", "b"],"#, r#""a", "b"},"#, "MismatchedBracket }", 0),
    (r#""a", "b"],"#, r#""a", "b"]],"#, "ExtraBracket ]", 0),
    (r#"["a", "b"],"#, "{{ databases }},", "Variable {{ databases }}", 2),
    (r#""tokens": ["#, r#""tokens: ["#, r#"MissingQuote "tokens"#, 0),
    (r#""tokens": ["#, r#"tokens": ["#, r#"MissingQuote tokens""#, 0),
    (r#""tokens": ["#, "tokens = [", "UnquotedKey tokens; MissingColon =", 0),
    (r#""tokens": ["#, r#""tokens" ["#, r#"MissingColon ens"^"#, 0),
    (r#""tokens": ["#, r#""tokens":"#, "MissingKey {; ExtraBracket ]", 3),
    (r#""apiv3_one""#, r#""apiv3"_one""#, r#"UnescapedQuote ""#, 1),
    (r#""apiv3_one""#, "\"apiv3_\none\"", "ControlCharacter \n", 1),
    (r#""apiv3_one""#, "apiv3_one", "UnknownWord apiv3_one", 1),
    (r#""apiv3_one""#, r#""apiv3_one"#, r#"MissingQuote "apiv3_one"#, 0),
    (r#""apiv3_one""#, r#"apiv3_one""#, r#"MissingQuote apiv3_one""#, 0),
    (r#""apiv3_one""#, "${TOKEN}", "Variable ${TOKEN}", 1),
    (r#""apiv3_one""#, "", r#"MissingValue en":^"#, 1),
    (r#""apiv3_one","#, r#""apiv3_one""#, r#"MissingComma one"^"#, 0),
    (r#""apiv3_one","#, r#""apiv3_one";"#, "Unexpected ;", 0),
    (r#""apiv3_one","#, "\"apiv3_one\" # old\n", r#"Comment # old; MissingComma one"^"#, 0),
    (r#""name": "one""#, "'name': “one”", "InvalidQuotes 'name'; InvalidQuotes “one”", 0),
    (r#""name": "one""#, r#""name": the "first" one""#, r#"Unexpected the; UnescapedQuote ""#, 1),
    (r#""name": "one""#, r#""name": "the "first" one""#, r#"UnescapedQuote "; UnescapedQuote ""#, 1),
    (r#""name": "one""#, r#""name": "tulip, maple, crane"#, r#"MissingQuote "tulip, maple, crane"#, 1),
    ("1798761600000", r#"1798761600000""#, r#"MissingQuote ""#, 0),
    ("1798761600000", r#""1798761600000"#, r#"MissingQuote "1798761600000"#, 0),
    ("1798761600000", "1798761600000]", "ExtraBracket ]", 0),
    ("1798761600000", "None,", "UnknownWord None; ExtraComma ,", 0),
    (r#""db:a:read", "db:b:write"]"#, r#""db:a:read", "db:b:write""#, r#"MissingBracket ite"^"#, 0),
    (r#""db:a:read", "db:b:write"]"#, r#""db:a:read, "db:b:write"]"#, r#"MissingQuote "db:a:read"#, 0),
    (r#""db:a:read", "db:b:write"]"#, "\"db:a:read\", \"db:b:write\"\n],", "TrailingComma ,", 0),
    (r#"["db:a:read", "db:b:write"]"#, r#""db:a:read", "db:b:write"]"#, r#"MissingColon ite"^"#, 0),
    (r#"["db:a:read", "db:b:write"]"#, r#"["db:a:read", "db:b:write"), "#, "Unexpected )", 0),
    (
        r#"["db:a:read", "db:b:write"]"#,
        r#"("db:a:read", "db:b:write")"#,
        r#"Unexpected (; MissingColon ite"^"#,
        0,
    ),
    ("},\n    {", "}\n    {", "MissingComma    }^", 0),
    ("},\n    {", "},\n    ", "MissingBrace     ^", 0),
    ("},\n    {", ",\n    {", "MissingBracket     ^", 0),
    ("},\n    {", "\n    {", r#"MissingBracket te"]^"#, 0),
    ("},\n    {", "}},\n    {", "ExtraBracket }", 0),
    ("},\n    {", "},\n<<<<<<< HEAD\n    {", "ConflictMarker <<<<<<< HEAD", 0),
    ("\"db:b:read\"]\n    }\n  ]", "\"db:b:read\"]\n  ]", r#"MissingBracket ad"]^"#, 0),
    ("\"db:b:read\"]\n    }\n  ]", "\"db:b:read\"\n    }\n  ]", r#"MissingBracket ead"^"#, 0),
    ("\"db:b:read\"]\n    }\n  ]", "\"db:b:read\"]\n    }\n", "MissingBracket    }^", 0),
    ("  ]\n}\n", "  ]\n", "UnexpectedEnd   ]\n^", 0),
    ("  ]\n}\n", "", "UnexpectedEnd   }\n^", 0),
    ("  ]\n}\n", "  ]\n}\n}\n", "TrailingText }", 0),
    ("  ]\n}\n", "  ]\n}\n{\"tokens\": []}\n", r#"TrailingText {"tokens": []}"#, 0),
];

#[test]
fn reports_one_error_per_mistake() {
    let (_, strings) = parse(FILE);
    for (from, to, errors, lost) in EDITS {
        assert!(FILE.contains(from), "{from}");
        let (found, parsed) = parse(&FILE.replacen(from, to, 1));
        let missing = strings.iter().filter(|string| !parsed.contains(string)).count();
        assert_eq!((found.as_str(), missing), (*errors, *lost), "{from} -> {to}");
    }
}

#[test]
fn reports_several_mistakes_together() {
    let edits = [
        (r#""a", "b"],"#, r#""a" "b",],"#),
        (r#""apiv3_one""#, r#""apiv3_one"#),
        ("1798761600000", "1798761600000]"),
        (r#""db:b:write"]"#, r"'db:b:write']"),
        ("},\n    {", "}\n    { // two\n"),
        (r#""name": "two""#, "name: $NAME"),
    ];
    let text = edits.iter().fold(FILE.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
    let (errors, strings) = parse(&text);
    let expected = [
        r#"MissingComma ["a"^"#,
        "TrailingComma ,",
        r#"MissingQuote "apiv3_one"#,
        "ExtraBracket ]",
        "InvalidQuotes 'db:b:write'",
        "MissingComma    }^",
        "Comment // two",
        "UnquotedKey name",
        "Variable $NAME",
    ];
    assert_eq!(errors, expected.join("; "));
    assert!(strings.ends_with(&["permissions".to_owned(), "db:b:read".to_owned()]), "{strings:?}");
}

/// Repeats units that open or interrupt a value. In quadratic time this would take minutes.
#[test]
fn parses_hostile_text_in_linear_time() {
    const LENGTH: usize = 50_000;
    let units = [
        "[·{·{\"a\":·]·}·,·:·\"·\"\n·'·'\n·“·`·\\·\"\\·/*·//·#\n·a·a ·a\"·a\" ·1 ·1.·-·\u{a0}·",
        "\u{feff}1·\0·\"\0·\"a\n\"·[}·{]·[,·{:·{a:·a=·é·${·$a·{{·{{}}·<a·<<<<<<<\n·\"a\"b·'a'b·",
        "\"\\\"\n·a'b\"c\n·]\"[·\",]}\n·true ·true:·t:1 ·\"a\":·[\"a\":·{\"a\":[\"b\":1·\"a\"/**/:·",
        "1\"\n:·},\"a\":1·\"a \"b, ·a #·a //· ·\n",
    ]
    .concat();
    for unit in units.split('·') {
        for start in ["[", "{\"a\":[{"] {
            let text = format!("{start}{}", unit.repeat(LENGTH / unit.len()));
            let mut parser = Parser::new(&text, Vec::new());
            Node::read(&mut parser);
            assert!(parser.end().len() <= text.len(), "{start} {unit}");
        }
    }
}
