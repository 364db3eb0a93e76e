//! JSON in all the forms that other programs write.

use super::{check, check_with, shown};
use crate::input::{Config, Fields, Inputs, Item};

#[test]
fn objects_are_found_in_whatever_is_around_them() {
    check(&[
        (
            "d.json",
            b"[\n  {\"id\": \"a\", \"text\": \"Eins.\"},\n  {\n    \"id\": \"b\",\n    \"text\": \"Zwei.\"\n  }\n]\n",
            &["a @ d.json:1 = Eins.", "b @ d.json:2 = Zwei."],
        ),
        ("dump", b"[{\"text\":\"Eins.\"},{\"text\":\"Zwei.\"},]", &["dump:1 @ dump:1 = Eins.", "dump:2 @ dump:2 = Zwei."]),
        ("d.json", b"{\n\"text\": \"Eins.\"}\n", &["d.json:1 @ d.json:1 = Eins."]),
        // Concatenated, with and without anything between them.
        (
            "d.json",
            b"{\n \"text\": \"Eins.\"\n}\n{\n \"text\": \"Zwei.\"\n}{\"text\":\"Drei.\"},\xEF\xBB\xBF[{\"text\":\"Vier.\"}]",
            &[
                "d.json:1 @ d.json:1 = Eins.",
                "d.json:2 @ d.json:2 = Zwei.",
                "d.json:3 @ d.json:3 = Drei.",
                "d.json:4 @ d.json:4 = Vier.",
            ],
        ),
        ("d.jsonseq", b"\x1E{\"text\":\"Eins.\"}\n\x1E{\"text\":\"Zwei.\"}\n", &["d.jsonseq:1 @ d.jsonseq:1 = Eins.", "d.jsonseq:2 @ d.jsonseq:2 = Zwei."]),
        // The answers of search servers and news services.
        (
            "solr.json",
            b"{\"responseHeader\":{\"status\":0},\"response\":{\"numFound\":2,\"docs\":[{\"id\":\"a\",\"content\":[\"Eins.\"]},{\"id\":\"b\",\"content\":[\"Zwei.\"]}]},\"facets\":[1]}",
            &["a @ solr.json:1 = Eins.", "b @ solr.json:2 = Zwei."],
        ),
        (
            "es.json",
            b"{\"took\": 3, \"hits\": {\"total\": {\"value\": 1}, \"hits\": [{\"_id\": \"a\", \"_score\": 1.5, \"_source\": {\"body\": \"Eins.\"}}]}}",
            &["a @ es.json:1 = Eins."],
        ),
        (
            "pages.jsonl",
            b"{\"page\": 1, \"articles\": [{\"url\": \"u\", \"content\": \"Eins.\"}]}\n{\"page\": 2, \"articles\": [{\"url\": \"v\", \"content\": \"Zwei.\"}]}\n",
            &["u @ pages.jsonl:1 = Eins.", "v @ pages.jsonl:2 = Zwei."],
        ),
        ("d.json", b"[]", &[]),
        ("d.json", b"[1, \"a\", null, {\"text\": \"Eins.\"}]", &[
            "! d.json: the name says JSON, but the file starts with \"[1, \\\"a\\\", null, {\\\"text\\\": \\\"Eins.\\\"}]\"; if…",
        ]),
        ("d.json", b"[{\"text\": \"Eins.\"}, 1, [2], \"a\", null]", &[
            "d.json:1 @ d.json:1 = Eins.",
            "! d.json:2: expected an object with the fields of an article, found a number",
            "! d.json:3: expected an object with the fields of an article, found an array",
            "! d.json:4: expected an object with the fields of an article, found a string",
            "! d.json:5: expected an object with the fields of an article, found null",
        ]),
        ("d.json", b"Ein Text.", &["! d.json: the name says JSON, but the file starts with \"Ein Text.\"; if…"]),
    ]);
}

#[test]
fn fields_are_found_where_programs_put_them() {
    check(&[
        (
            "fundus.json",
            "[{\"title\": \"T\", \"body\": {\"summary\": [\"Kurz.\"], \"sections\": [{\"headline\": [\"Früh\"], \"paragraphs\": [\"Eins.\", \"Zwei.\"]}]}}]".as_bytes(),
            &["fundus.json:1 @ fundus.json:1 = Kurz.\n\nFrüh\n\nEins.\n\nZwei."],
        ),
        (
            "mongo.jsonl",
            b"{\"_id\": {\"$oid\": \"0a\"}, \"text\": \"Eins.\"}\n{\"_id\": {\"$numberLong\": \"7\"}, \"text\": \"Zwei.\"}",
            &["0a @ mongo.jsonl:1 = Eins.", "7 @ mongo.jsonl:2 = Zwei."],
        ),
        (
            "wire.json",
            b"{\"urn\": \"u:1\", \"headline\": \"H\", \"notepad\": {\"text\": \"Intern.\"}, \"ednotes\": \"Sperrfrist\", \"article_html\": \"<section><p>Eins.</p><p>Zwei.</p></section>\"}",
            &["u:1 @ wire.json:1 = Eins.\n\nZwei."],
        ),
        (
            "ninjs.json",
            b"{\"uri\": \"u:1\", \"body_html\": \"<p>Eins.</p>\", \"headline\": \"H\"}",
            &["u:1 @ ninjs.json:1 = Eins."],
        ),
        (
            "ninjs.json",
            b"{\"uri\": \"u:1\", \"bodies\": [{\"role\": \"abstract\", \"value\": \"Kurz.\"}, {\"role\": \"main\", \"contentType\": \"text/html\", \"value\": \"<p>Eins.</p>\"}]}",
            &["u:1 @ ninjs.json:1 = Eins."],
        ),
        (
            "killed.json",
            b"[{\"uri\": \"u:1\", \"pubstatus\": \"canceled\", \"body_text\": \"Eins.\"}, {\"uri\": \"u:2\", \"pubStatus\": \"usable\", \"body_text\": \"Zwei.\"}]",
            &["- canceled", "u:2 @ killed.json:2 = Zwei."],
        ),
        (
            "wp.json",
            b"[{\"id\": 5, \"title\": {\"rendered\": \"T\"}, \"content\": {\"rendered\": \"<p>Eins.</p>\"}, \"excerpt\": {\"rendered\": \"<p>Kurz</p>\"}}]",
            &["5 @ wp.json:1 = Eins."],
        ),
        (
            "api.jsonl",
            b"{\"id\": 5, \"type\": \"article\", \"attributes\": {\"title\": \"T\", \"body\": \"Eins.\"}}",
            &["5 @ api.jsonl:1 = Eins."],
        ),
        (
            "list.jsonl",
            b"{\"id\": 5, \"text\": [\"Eins.\", \"\", \"Zwei.\"]}",
            &["5 @ list.jsonl:1 = Eins.\n\nZwei."],
        ),
    ]);
    let config = Config {
        fields: Fields {
            text: Some("inhalt.absatz.satz".into()),
            ..Fields::default()
        },
        ..Config::default()
    };
    check_with(
        &config,
        &[(
            "d.jsonl",
            b"{\"id\": 1, \"text\": \"x\", \"inhalt\": {\"absatz\": [{\"satz\": \"Eins.\"}, {\"satz\": \"Zwei.\"}]}}",
            &["1 @ d.jsonl:1 = Eins.\n\nZwei."],
        )],
    );
}

#[test]
fn title_date_language_address_and_outlet_are_found() {
    for (json, expected) in [
        (
            r#"{"title": ["Bahn", "streikt"], "text": "a", "date": {"$date": "2024-05-06T07:08:09Z"}}"#,
            [
                Some("Bahn streikt"),
                Some("2024-05-06T07:08:09Z"),
                None,
                None,
                None,
            ],
        ),
        (
            r#"{"title": "T", "maintext": "a", "date_publish": "2024-05-06 08:00:00", "language": "de", "url": "https://a.example/1", "source_domain": "a.example"}"#,
            [
                Some("T"),
                Some("2024-05-06 08:00:00"),
                Some("de"),
                Some("https://a.example/1"),
                Some("a.example"),
            ],
        ),
        (
            r#"{"headlines": [{"role": "sub", "value": "S"}, {"role": "main", "value": "T"}], "bodies": [{"role": "main", "value": "a"}], "versioncreated": "2024-05-06"}"#,
            [Some("T"), Some("2024-05-06"), None, None, None],
        ),
        (
            r#"{"source": {"id": null, "name": "Anzeiger"}, "title": "T", "publishedAt": "2024", "content": "a", "url": "u"}"#,
            [Some("T"), Some("2024"), None, Some("u"), Some("Anzeiger")],
        ),
        // Where a file lies is no outlet, and what cannot be read is left out.
        (
            r#"{"source": "dump/2024/a.txt", "text": "a", "date": true, "title": []}"#,
            [None, None, None, None, None],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("d.jsonl"), json).unwrap();
        let config = Config {
            paths: vec!["d.jsonl".into()],
            ..Config::default()
        };
        let inputs = Inputs::open(&config, folder.path()).unwrap();
        let Some(Item::Article(article)) = inputs.items().next() else {
            panic!("{json}: {:?}", shown(&inputs));
        };
        let found = [
            &article.title,
            &article.date,
            &article.language,
            &article.url,
            &article.outlet,
        ];
        assert_eq!(found.map(|value| value.as_deref()), expected, "{json}");
    }
}

#[test]
fn damage_costs_the_object_it_is_in() {
    let config = Config {
        max_bytes: 200,
        ..Config::default()
    };
    let long = format!(
        "[\n {{\"text\": \"a\"}},\n {{\"text\": \"{}\"}},\n {{\"text\": \"b\"}}\n]",
        "x".repeat(100_000)
    );
    check_with(
        &config,
        &[(
            "d.json",
            long.as_bytes(),
            &[
                "d.json:1 @ d.json:1 = a",
                "! d.json:2: more than 200 bytes, the limit set by `input.max_bytes`",
                "d.json:3 @ d.json:3 = b",
            ],
        )],
    );
    check(&[
        // A quotation mark is missing.
        (
            "d.json",
            b"[\n {\"text\": \"a\"},\n {\"text\": \"b},\n {\"text\": \"c\"},\n {\"text\": \"d\"}\n]",
            &["d.json:1 @ d.json:1 = a", "! d.json:2: broken JSON…", "d.json:3 @ d.json:3 = c", "d.json:4 @ d.json:4 = d"],
        ),
        (
            "d.json",
            b"[{\"text\": \"a\"}, {\"text\": \"b}, {\"text\": \"c\"}, {\"text\": \"d\"}]",
            &["d.json:1 @ d.json:1 = a", "! d.json:2: broken JSON…", "d.json:3 @ d.json:3 = c", "d.json:4 @ d.json:4 = d"],
        ),
        // A bracket is missing.
        (
            "d.json",
            b"[\n {\"text\": \"a\", \"x\": [1},\n {\"text\": \"b\"}\n]",
            &["! d.json:1: broken JSON: a bracket is closed by one of another kind…", "d.json:2 @ d.json:2 = b"],
        ),
        (
            "d.json",
            b"[\n {\"text\": \"a\", \"x\": {\"y\": 1},\n {\"text\": \"b\"}\n]",
            &["! d.json:1: broken JSON: a bracket is closed by one of another kind…", "d.json:2 @ d.json:2 = b"],
        ),
        // An object that is no article costs itself, whatever is in it.
        (
            "d.json",
            b"[{\"id\": 1, \"comments\": [{\"id\": 2, \"text\": \"x\"}]}, {\"id\": 3, \"text\": \"b\"}]",
            &["! d.json:1: no field is recognized as the text…", "3 @ d.json:2 = b"],
        ),
        // Truncated between two objects, and within one.
        ("d.json", b"[\n {\"text\": \"a\"},\n", &["d.json:1 @ d.json:1 = a", "! d.json: the JSON ends early: the file is truncated…"]),
        (
            "d.json",
            b"[\n {\"text\": \"a\"},\n {\"text\": \"b",
            &["d.json:1 @ d.json:1 = a", "! d.json:2: the JSON ends within this object: the file is truncated"],
        ),
        // Something else between them.
        (
            "d.json",
            b"{\n\"text\": \"a\"}\nEnde der Seite\n{\n\"text\": \"b\"}\n",
            &["d.json:1 @ d.json:1 = a", "! d.json:2: broken JSON: 'E' where an object or the end was expected", "d.json:3 @ d.json:3 = b"],
        ),
        // A record in another encoding.
        ("d.json", b"[\n{\"text\": \"K\xF6ln am Rhein, gr\xFC\xDFt.\"}]", &["d.json:1 @ d.json:1 = Köln am Rhein, grüßt."]),
    ]);
    let deep = format!("[{{\"text\": \"a\", \"x\": {}}}]", "[".repeat(100_000));
    check(&[(
        "d.json",
        deep.as_bytes(),
        &["! d.json:1: broken JSON: a bracket is closed by one of another kind…"],
    )]);
}

#[test]
fn lists_of_articles_are_found_in_every_object() {
    let preamble = format!(
        "{{\"aggs\": [{}], \"articles\": [{{\"id\": \"a\", \"text\": \"Eins.\"}}]}}",
        "1,".repeat(40_000) + "1"
    );
    check(&[
        // Several lists, also deeper, as crawlers and services write them.
        (
            "d.json",
            "{\"Bote\": [{\"title\": \"T\", \"body\": {\"sections\": [{\"headline\": [], \"paragraphs\": [\"Eins.\"]}]}}], \"Kurier\": [{\"title\": \"U\", \"text\": \"Zwei.\"}]}".as_bytes(),
            &["d.json:1 @ d.json:1 = Eins.", "d.json:2 @ d.json:2 = Zwei."],
        ),
        (
            "d.json",
            b"{\"papers\": {\"bote\": {\"articles\": [{\"id\": \"a\", \"text\": \"Eins.\"}]}, \"kurier\": {\"articles\": [{\"id\": \"b\", \"text\": \"Zwei.\"}]}}}",
            &["a @ d.json:1 = Eins.", "b @ d.json:2 = Zwei."],
        ),
        // What only describes something is no article beside articles.
        (
            "d.json",
            b"{\"sources\": [{\"id\": \"s\", \"name\": \"Bote\", \"description\": \"Eine Zeitung.\"}], \"articles\": [{\"url\": \"u\", \"content\": \"Eins.\"}]}",
            &["u @ d.json:1 = Eins."],
        ),
        // Each object has its own form.
        (
            "d.jsonl",
            b"{\"articles\": [{\"id\": \"a\", \"text\": \"Eins.\"}]}\n{\"results\": [{\"id\": \"b\", \"text\": \"Zwei.\"}]}\n{\"id\": \"c\", \"text\": \"Drei.\"}\n{\"error\": \"rate limit\"}\n{\"articles\": []}\n",
            &["a @ d.jsonl:1 = Eins.", "b @ d.jsonl:2 = Zwei.", "c @ d.jsonl:3 = Drei.", "! d.jsonl:4: no field is recognized as the text…", "- empty list"],
        ),
        ("d.json", preamble.as_bytes(), &["a @ d.json:1 = Eins."]),
        // The first element is none, or is no article.
        (
            "d.json",
            b"{\"items\": [{\"id\": 1, \"ad\": true}, {\"id\": 2, \"text\": \"Eins.\"}, 7]}",
            &["! d.json:1: no field is recognized as the text…", "2 @ d.json:2 = Eins.", "! d.json:3: expected an object with the fields of an article, found a number"],
        ),
        (
            "scroll.jsonl",
            b"{\"hits\": {\"hits\": []}}\n{\"hits\": {\"hits\": [{\"_id\": \"a\", \"_source\": {\"text\": \"Eins.\"}}]}}\n",
            &["- empty list", "a @ scroll.jsonl:2 = Eins."],
        ),
        // Blocks of a text are no articles.
        (
            "d.json",
            b"{\"title\": \"T\", \"content\": [{\"id\": \"x\", \"type\": \"paragraph\", \"text\": \"Eins.\"}, {\"id\": \"y\", \"type\": \"paragraph\", \"text\": \"Zwei.\"}]}",
            &["d.json:1 @ d.json:1 = Eins.\n\nZwei."],
        ),
        // Runs of one paragraph.
        (
            "chat.jsonl",
            b"{\"id\": 1, \"text\": [\"Die Stadt \", {\"type\": \"bold\", \"text\": \"Kassel\"}, \" meldet nichts.\"]}",
            &["1 @ chat.jsonl:1 = Die Stadt Kassel meldet nichts."],
        ),
        (
            "editor.jsonl",
            b"{\"id\": 1, \"content\": {\"type\": \"doc\", \"content\": [{\"type\": \"paragraph\", \"content\": [{\"type\": \"text\", \"text\": \"Eins \"}, {\"type\": \"text\", \"text\": \"und mehr.\"}]}, {\"type\": \"paragraph\", \"content\": [{\"type\": \"text\", \"text\": \"Zwei.\"}]}]}}",
            &["1 @ editor.jsonl:1 = Eins und mehr.\n\nZwei."],
        ),
        // Columns instead of records, and numbers that JSON does not have.
        (
            "d.json",
            b"{\"title\": [\"T\", \"U\"], \"text\": [\"Eins.\", \"Zwei.\"]}",
            &["! d.json:1: expected an article, found columns: text and title are lists of 2 values each…"],
        ),
        (
            "d.json",
            b"{\"id\": [1, null], \"text\": [\"Eins.\", \"Zwei.\"]}",
            &["! d.json:1: expected an article, found columns: text and id are lists of 2 values each…"],
        ),
        (
            "d.jsonl",
            b"{\"id\": 1, \"score\": NaN, \"text\": \"NaN ist \\\"Infinity\\\".\", \"x\": -Infinity}",
            &["1 @ d.jsonl:1 = NaN ist \"Infinity\"."],
        ),
        // A text that is blank is none if another field has one.
        (
            "d.jsonl",
            b"{\"id\": 1, \"text\": \"\", \"body_html\": \"<p>Eins.</p>\"}",
            &["1 @ d.jsonl:1 = Eins."],
        ),
        // A page in any field is one.
        (
            "d.jsonl",
            b"{\"id\": 1, \"content\": \"<!doctype html><nav>Start</nav><article><h1>T</h1><p>Der Rat hat am Montag getagt.</p></article>\"}",
            &["1 @ d.jsonl:1 = Der Rat hat am Montag getagt."],
        ),
        (
            "d.csv",
            b"id,text\n1,\"<html><nav>Start</nav><article><h1>T</h1><p>Der Rat hat am Montag getagt.</p></article>\"\n",
            &["1 @ d.csv:2 = Der Rat hat am Montag getagt."],
        ),
    ]);
}

#[test]
fn an_object_that_is_larger_than_memory_is_a_stream() {
    let config = Config {
        max_bytes: 500,
        ..Config::default()
    };
    let records: Vec<_> = (0..50)
        .map(|id| format!("{{\"id\": {id}, \"text\": \"Text.\"}}"))
        .collect();
    let json = format!(
        "{{\"n\": [{}], \"response\": {{\"docs\": [{}]}}}}",
        "1,".repeat(300) + "1",
        records.join(",")
    );
    let expected: Vec<_> = (0..50)
        .map(|id| format!("{id} @ d.json:{} = Text.", id + 1))
        .collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check_with(&config, &[("d.json", json.as_bytes(), &expected)]);
}

#[test]
fn articles_beside_a_list_are_found_too() {
    let long = "Die Brücke über die Wied bleibt bis Ostern gesperrt. ".repeat(6);
    let long = long.trim_end();
    let lead = format!(
        "{{\"Aufmacher\": {{\"headline\": \"Brücke\", \"body\": \"{long}\"}}, \"meldungen\": [{{\"titel\": \"Bad\", \"inhalt\": \"Eins.\"}}]}}"
    );
    let linked = format!(
        "{{\"links_oben\": [{{\"title\": \"Bad\", \"description\": \"Es öffnet.\"}}], \"story\": {{\"title\": \"Brücke\", \"text\": \"{long}\"}}}}"
    );
    check(&[
        (
            "before.json",
            b"{\"topArticle\": {\"id\": \"t\", \"title\": \"T\", \"text\": \"Oben.\"}, \"articles\": [{\"id\": \"a\", \"text\": \"Eins.\"}, {\"id\": \"b\", \"text\": \"Zwei.\"}]}",
            &["t @ before.json:1 = Oben.", "a @ before.json:2 = Eins.", "b @ before.json:3 = Zwei."],
        ),
        (
            "after.json",
            b"{\"articles\": [{\"id\": \"a\", \"text\": \"Eins.\"}], \"featured\": {\"id\": \"f\", \"text\": \"Unten.\"}, \"news\": [{\"id\": \"b\", \"text\": \"Zwei.\"}]}",
            &["a @ after.json:1 = Eins.", "f @ after.json:2 = Unten.", "b @ after.json:3 = Zwei."],
        ),
        // Deeper than the list, several, and within what servers put around an article.
        (
            "deep.json",
            b"{\"page\": {\"hero\": {\"id\": \"h\", \"text\": \"Oben.\"}, \"second\": {\"id\": \"s\", \"text\": \"Daneben.\"}}, \"items\": [{\"id\": \"a\", \"text\": \"Eins.\"}]}",
            &["h @ deep.json:1 = Oben.", "s @ deep.json:2 = Daneben.", "a @ deep.json:3 = Eins."],
        ),
        (
            "source.json",
            b"{\"best\": {\"_id\": \"h\", \"_source\": {\"body\": \"Oben.\"}}, \"hits\": [{\"_id\": \"a\", \"_source\": {\"body\": \"Eins.\"}}]}",
            &["h @ source.json:1 = Oben.", "a @ source.json:2 = Eins."],
        ),
        // With fields of other names than those in the list, if it is longer than a description.
        (
            "lead.json",
            lead.as_bytes(),
            &[&format!("lead.json:1 @ lead.json:1 = {long}"), "lead.json:2 @ lead.json:2 = Eins."],
        ),
        (
            "linked.json",
            linked.as_bytes(),
            &["linked.json:1 @ linked.json:1 = Es öffnet.", &format!("linked.json:2 @ linked.json:2 = {long}")],
        ),
        // What describes the list, its query or its publisher is none.
        (
            "described.json",
            b"{\"meta\": {\"title\": \"Neues\", \"content\": \"Alle Meldungen.\"}, \"publisher\": {\"id\": 7, \"name\": \"Wiedblatt\"}, \"author\": {\"name\": \"Ada\", \"text\": \"Redakteurin.\"}, \"articles\": [{\"id\": \"a\", \"text\": \"Eins.\"}]}",
            &["a @ described.json:1 = Eins."],
        ),
        // Objects in an article are parts of it.
        (
            "parts.json",
            b"{\"id\": \"t\", \"text\": \"Oben.\", \"previous\": {\"id\": \"p\", \"text\": \"Gestern.\"}, \"comments\": [{\"id\": 1, \"text\": \"Ja.\"}]}",
            &["t @ parts.json:1 = Oben."],
        ),
    ]);
}

#[test]
fn articles_below_a_text_are_found_too() {
    let long = "Das Freibad öffnet am Montag wieder. ".repeat(10);
    let long = long.trim_end();
    let topic = format!(
        "[{{\"title\": \"Thema\", \"text\": \"{long}\", \"articles\": [{{\"id\": \"a\", \"text\": \"Eins.\"}}, {{\"id\": \"b\", \"text\": \"Zwei.\"}}]}}]"
    );
    let parts = format!(
        "[{{\"id\": \"t\", \"text\": \"{long}\", \"items\": [{{\"title\": \"Bild\", \"text\": \"Das Bad.\"}}]}}]"
    );
    check(&[
        (
            "feed.json",
            b"{\"title\": \"F\", \"content\": \"Alles Neue.\", \"items\": [{\"id\": \"a\", \"content_html\": \"<p>Eins.</p>\"}, {\"id\": \"b\", \"text\": \"Zwei.\"}]}",
            &["a @ feed.json:1 = Eins.", "b @ feed.json:2 = Zwei."],
        ),
        (
            "topic.json",
            topic.as_bytes(),
            &[
                &format!("topic.json:1 @ topic.json:1 = {long}"),
                "a @ topic.json:2 = Eins.",
                "b @ topic.json:3 = Zwei.",
            ],
        ),
        (
            "parts.json",
            parts.as_bytes(),
            &[&format!("t @ parts.json:1 = {long}")],
        ),
        // Lists in an article that lies in another object.
        (
            "inner.json",
            b"{\"data\": {\"id\": \"t\", \"text\": \"Eins.\", \"items\": [{\"title\": \"Bild\", \"text\": \"Das Bad.\"}]}}",
            &["t @ inner.json:1 = Eins."],
        ),
    ]);
}

#[test]
fn articles_beside_a_list_are_found_in_an_object_that_is_cut_or_large() {
    let element = |id: &str, text: &str| format!("{{\"id\": \"{id}\", \"text\": \"{text}\"}}");
    let beside = format!(
        "\"n\": 3, \"query\": {{\"text\": \"Bad\", \"size\": [1, 2]}}, \"topArticle\": {}, \"page\": {{\"hero\": {}, \"tags\": [\"a\"]}}",
        element("t", "Oben."),
        element("h", "Daneben.")
    );
    let lists = format!(
        "\"articles\": [{}, {}], \"comments\": [{}], \"news\": [{}]",
        element("a", "Eins."),
        element("b", "Zwei."),
        element("c", "Kommentar."),
        element("d", "Drei.")
    );
    let expected = |name: &str| {
        [
            "t = Oben.",
            "h = Daneben.",
            "a = Eins.",
            "b = Zwei.",
            "d = Drei.",
        ]
        .into_iter()
        .enumerate()
        .map(|(at, item)| item.replace(" = ", &format!(" @ {name}:{} = ", at + 1)))
        .collect::<Vec<_>>()
    };
    let whole = format!("{{{beside}, {lists}}}");
    let cut = format!("{{{beside}, {lists}, \"end");
    let large = format!(
        "{{{beside}, {lists}, \"facets\": {{\"x\": [{}]}}}}",
        "[0], ".repeat(200)
    );
    for (name, json, max_bytes, last) in [
        ("whole", whole, 1 << 20, None),
        (
            "cut",
            cut,
            1 << 20,
            Some("! cut:6: the JSON ends within this object: the file is truncated"),
        ),
        ("large", large, 500, None),
    ] {
        let config = Config {
            max_bytes,
            ..Config::default()
        };
        let mut expected = expected(name);
        expected.extend(last.map(str::to_owned));
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check_with(&config, &[(name, json.as_bytes(), &expected)]);
    }
}
