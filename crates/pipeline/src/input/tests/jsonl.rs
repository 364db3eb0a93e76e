//! Bad JSON costs its line.

use std::collections::BTreeMap;

use super::{check, check_with};
use crate::input::Config;

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases is long")]
fn bad_json_costs_its_line() {
    let deep = format!(
        "{{\"x\":{}{},\"text\":\"a\"}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    check(&[
        (
            "d.jsonl",
            b"{\"id\":1,\"text\":\"a\"
{\"id\":2,\"text\":\"b\"}
not json
{\"id\":3,\"text\":\"c\"},
[1]
{\"id\":4,\"text\":\"d\",\"x\":nan}
{\"id\":5,\"text\":\"e\\ud83d\"}
{\"id\":6,\"text\":\"f\tg\"}
{\"id\":7,\"text\":\"g\"}",
            &[
                "! d.jsonl:1: broken JSON at column 18: EOF while parsing an object",
                "2 @ d.jsonl:2 = b",
                "! d.jsonl:3: broken JSON at column 2: expected ident",
                "! d.jsonl:4: broken JSON at column 20: trailing characters",
                "! d.jsonl:5: invalid type: sequence, expected an object with the fields of an article",
                "! d.jsonl:6: broken JSON at column 25: expected ident",
                "! d.jsonl:7: broken JSON at column 24: unexpected end of hex escape",
                "! d.jsonl:8: broken JSON at column 18: control character (\\u0000-\\u001F) found while parsing a string",
                "7 @ d.jsonl:9 = g",
            ],
        ),
        (
            "d.jsonl",
            b"{\"id\":1,\"text\":null}
{\"id\":2,\"text\":\" \\n\"}
{\"id\":3,\"text\":17}
{\"id\":4,\"text\":[1]}
{\"id\":5,\"content\":{\"length\":1}}
{\"id\":6,\"teaser\":\"a\"}
{\"id\":[],\"text\":\"a\"}
{\"id\":1e400,\"text\":\"a\"}
{\"id\":1.5,\"text\":\"a\"}
{\"id\":7,\"text\":\"a\",\"text\":\"b\"}
{}
{\"id\":\" \",\"text\":\"h\"}
{\"id\":8,\"text\":\"i\"}
{\"id\":\"8\",\"text\":\"j\"}",
            &[
                "! d.jsonl:1: the text is empty",
                "! d.jsonl:2: the text is empty",
                "! d.jsonl:3: the text in the field \"text\" is a number, expected a string or a list of paragraphs",
                "! d.jsonl:4: the text in the field \"text\" is an array, expected a string or a list…",
                "! d.jsonl:5: the text in the field \"content\" is an object, expected a string or a list of paragraphs; set the path of a field inside…",
                "! d.jsonl:6: no field is recognized as the text; the fields are `id`, `teaser`; set…",
                "! d.jsonl:7: the id in the field \"id\" is an array, expected a string or a whole number",
                "! d.jsonl:8: broken JSON at column 11: number out of range",
                "! d.jsonl:9: the id in the field \"id\" is a number that cannot be kept exactly, expected a string or…",
                "! d.jsonl:10: the field `text` occurs twice; set `input.fields.text` to the right one…",
                "! d.jsonl:11: no field is recognized as the text; the fields are none; set…",
                "d.jsonl:12 @ d.jsonl:12 = h",
                "8 @ d.jsonl:13 = i",
                "! d.jsonl:14: duplicate id: an earlier article already uses it",
            ],
        ),
        ("d.jsonl", deep.as_bytes(), &["d.jsonl:1 @ d.jsonl:1 = a"]),
        (
            "d.jsonl",
            b"{\"text\":\"a\0b\"}\n",
            &["! d.jsonl:1: broken JSON at column 11: control character…"],
        ),
        (
            "d.jsonl",
            b"Ein Text.\n",
            &["! d.jsonl: the name says JSON Lines, but the file starts with \"Ein Text.\"; if…"],
        ),
        (
            "d.jsonl",
            b"x\n{\"text\":\"a\"}\n",
            &["! d.jsonl:1: broken JSON…", "d.jsonl:2 @ d.jsonl:2 = a"],
        ),
        (
            "d.jsonl",
            b"",
            &["! d.jsonl: expected articles, found an empty file"],
        ),
    ]);
    let config = Config {
        format: toml::from_str::<BTreeMap<String, _>>("format = \"jsonl\"").unwrap()["format"],
        ..Config::default()
    };
    check_with(
        &config,
        &[
            (
                "d.json",
                b"[\n  {\"text\": \"a\"}\n]",
                &["! d.json: expected one JSON object per line, found a JSON array; set…"],
            ),
            (
                "d.json",
                b"{\n  \"text\": \"a\"\n}",
                &[
                    "! d.json: expected one JSON object per line, found an object over several lines; …",
                ],
            ),
        ],
    );
}

#[test]
fn lines_of_actions_are_no_articles_but_have_their_ids() {
    check(&[
        (
            "bulk.ndjson",
            b"{\"index\":{\"_index\":\"n\",\"_id\":\"x1\"}}
{\"title\":\"T\",\"text\":\"a\"}
{\"delete\":{\"_id\":\"x0\"}}

{\"index\":{\"_id\":\"x2\"}}
{\"text\":null}
{\"create\":{}}
{\"text\":\"c\"}
{\"update\":{\"_id\":\"x4\"}}
{\"doc\":{\"id\":4,\"text\":\"d\"}}
{\"index\":{\"_id\":\"x5\"}}
",
            &[
                "x1 @ bulk.ndjson:2 = a",
                "! bulk.ndjson:6: the text is empty",
                "bulk.ndjson:8 @ bulk.ndjson:8 = c",
                "4 @ bulk.ndjson:10 = d",
            ],
        ),
        (
            "bulk.json",
            b"{\"index\":{\"_id\":\"x1\"}}\n{\"text\":\"a\"}\n{\"index\":{\"_id\":\"x2\"}}\n{\"text\":\"b\"}",
            &["x1 @ bulk.json:2 = a", "x2 @ bulk.json:4 = b"],
        ),
    ]);
}
