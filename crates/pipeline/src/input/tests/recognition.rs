//! Formats are recognized by content, and what is none of them is named.

use super::check;
use super::encoding::utf16;

#[test]
fn formats_are_recognized_by_content() {
    check(&[
        ("a.txt", b"K\xC3\xB6ln.\r\nEnde\n", &["a.txt @ a.txt = Köln.\r\nEnde\n"]),
        // Objects a line, whatever the name; blank lines count and give nothing.
        (
            "dump",
            b"\n{\"id\": \"a\", \"text\": \"Eins\"}\r\n \n{\"text\":\"Zw\\u00f6i \\\"x\\\"\",\"n\":[{}]}",
            &["a @ dump:2 = Eins", "dump:4 @ dump:4 = Zwöi \"x\""],
        ),
        (
            "dump.dat",
            b"id;Titel;Inhalt\n7;T;\"Eins; \"\"zwei\"\"\r\ndrei\"\n8;;vier",
            &["7 @ dump.dat:2 = Eins; \"zwei\"\r\ndrei", "8 @ dump.dat:4 = vier"],
        ),
        ("x", b"url\ttext\nu\tA, b\n", &["u @ x:2 = A, b"]),
        ("x", b"text,extra\na,b\n", &["x:2 @ x:2 = a"]),
        ("excel.csv", b"sep=;\nid;text\n1;a\n", &["1 @ excel.csv:3 = a"]),
        ("mac.csv", b"id,text\r1,a\r2,\"b\rc\"\r", &["1 @ mac.csv:2 = a", "2 @ mac.csv:3 = b\rc"]),
        ("one.csv", b"text\n\"a, b\"\n", &["one.csv:2 @ one.csv:2 = a, b"]),
        // Nothing in a record: Excel leaves such at the end.
        ("x.csv", b"id,text\n\n,\n1,a\n", &["1 @ x.csv:4 = a"]),
        // `cat` of two dumps, with the header line and the mark of the second.
        (
            "cat.csv",
            b"id,text\n1,a\n\xEF\xBB\xBFid,text\n2,b\n",
            &["1 @ cat.csv:2 = a", "2 @ cat.csv:4 = b"],
        ),
        (
            "cat.jsonl",
            b"{\"text\":\"a\"}\n\xEF\xBB\xBF{\"text\":\"b\"}",
            &["cat.jsonl:1 @ cat.jsonl:1 = a", "cat.jsonl:2 @ cat.jsonl:2 = b"],
        ),
        // Prose that begins like something else.
        ("p", b"Text, Fotos und mehr, von uns\nEs war, so", &["p @ p = Text, Fotos und mehr, von uns\nEs war, so"]),
        ("p", b"{dpa} Berlin\n", &["p @ p = {dpa} Berlin\n"]),
        ("p", b"[Berlin] Es \n", &["p @ p = [Berlin] Es \n"]),
        ("p.json", b"{\"text\":\"a\"}", &["p.json:1 @ p.json:1 = a"]),
    ]);
}

#[test]
fn what_is_no_text_is_told_by_its_kind() {
    check(&[
        (
            "a.pdf",
            b"%PDF-1.7\n",
            &["! a.pdf: expected articles, found a PDF document; save it as text"],
        ),
        (
            "a.png",
            b"\x89PNG\r\n\x1A\n\0",
            &["! a.png: expected articles, found a PNG image"],
        ),
        (
            "a.jpg",
            b"\xFF\xD8\xFF\xE0\0",
            &["! a.jpg: expected articles, found a JPEG image"],
        ),
        (
            "a.rtf",
            b"{\\rtf1 Text}",
            &["! a.rtf: expected articles, found an RTF document; save it as text"],
        ),
        (
            "a.parquet",
            b"PAR1\x15\x04",
            &["! a.parquet: the Parquet file is truncated: …"],
        ),
        (
            "a.bin",
            b"Text\0\x01\x02",
            &["! a.bin: expected articles, found binary data"],
        ),
        (
            "a.csv",
            b"\0\x01\x02\x03",
            &["! a.csv: expected articles, found binary data"],
        ),
        (
            "a.txt",
            b"",
            &["! a.txt: expected articles, found an empty file"],
        ),
        ("a.txt", b" \r\n\t\n", &["! a.txt: the text is empty"]),
    ]);
    let late = [vec![b'a'; 100_000], vec![0]].concat();
    check(&[(
        "late.txt",
        &late,
        &["! late.txt: NUL byte at position 100001: this is not text"],
    )]);
}

#[test]
fn a_converted_file_is_recognized_by_all_of_its_first_line() {
    let columns = (0..20).map(|i| format!("Spalte {i};")).collect::<String>();
    let text = format!("\u{FEFF}{columns}id;Inhalt\n{};7;Köln\n", ";".repeat(19));
    check(&[
        ("d", &utf16(&text, u16::to_le_bytes), &["7 @ d:2 = Köln"]),
        (
            "d.jsonl",
            &utf16(
                "\u{FEFF}Ein Satz, der vor seinem Ende nicht endet.\n",
                u16::to_be_bytes,
            ),
            &[
                "! d.jsonl: the name says JSON Lines, but the file starts with \"Ein Satz, der vor seinem Ende nicht endet.\"; if…",
            ],
        ),
    ]);
}

/// What is left of a dump when it is split at a byte, or when a program writes a line before it.
#[test]
fn a_dump_with_a_broken_first_line_is_a_dump_under_any_name() {
    let rest = b"st\":1,\"text\":\"Halb.\"}\n{\"id\":\"a\",\"text\":\"Eins.\"}\n{\"id\":\"b\",\"te"
        .as_slice();
    for name in ["part_ab", "d.txt", "d.gz", "d.json", "d.jsonl", "d.dat"] {
        let found = super::read(&[(name, rest)], crate::input::Config::default());
        assert_eq!(found.len(), 3, "{name}: {found:?}");
        assert!(found[0].starts_with(&format!("! {name}:1: ")), "{found:?}");
        assert_eq!(found[1], format!("a @ {name}:2 = Eins."));
        assert!(found[2].starts_with(&format!("! {name}:3: ")), "{found:?}");
    }
    for line in [
        "Exported 2026-01-02",
        "# Kommentar",
        "[1, 2]",
        "INFO start",
        "\u{FEFF}x",
    ] {
        let dump = format!("{line}\n{{\"id\":\"a\",\"text\":\"Eins.\"}}\n");
        let found = super::read(
            &[("dump", dump.as_bytes())],
            crate::input::Config::default(),
        );
        assert_eq!(found.len(), 2, "{line}: {found:?}");
        assert!(found[0].starts_with("! dump:1: "), "{found:?}");
        assert_eq!(found[1], "a @ dump:2 = Eins.");
    }
}

#[test]
fn prose_that_quotes_json_is_prose() {
    let text = "So sieht die Antwort aus:\n{\"a\": 1}\nUnd das bedeutet sie.\n";
    check(&[(
        "a.txt",
        text.as_bytes(),
        &[&format!("a.txt @ a.txt = {text}")],
    )]);
}

#[test]
fn mail_is_told() {
    let mail = "! f: expected articles, found an e-mail; convert it to JSON Lines";
    let mailbox =
        "! f: expected articles, found a mailbox (mbox); convert its messages to JSON Lines";
    for (content, expected) in [
        (
            "From anna@a.example Mon Jan  5 10:00:00 2026\nFrom: Anna <anna@a.example>\nSubject: Wahl\n\nEin Text.\n",
            mailbox,
        ),
        (
            "\nFrom - Mon Jan  5 10:00:00 2026\r\nX-Mozilla-Status: 0001\r\n\r\nEin Text.\r\n",
            mailbox,
        ),
        (
            "Received: from a.example\n\tby b.example\nSubject: Wahl\n\nEin Text.\n",
            mail,
        ),
        (
            "From: Anna\nTo: Berta,\n Carla\nMIME-Version: 1.0\n\nEin Text.\n",
            mail,
        ),
    ] {
        check(&[("f", content.as_bytes(), &[expected])]);
    }
    // Articles begin like that, too.
    for text in [
        "From Dusk till Dawn: ein Film\nvon damals.\n",
        "Von: Anna Berger\nBerlin: Der Rat tagt.\n",
        "[Berlin] 'Nein', sagt sie.",
    ] {
        let found = super::read(&[("f", text.as_bytes())], crate::input::Config::default());
        assert_eq!(found, [format!("f @ f = {text}")]);
    }
}

#[test]
fn a_part_of_an_array_is_read_from_its_first_whole_object_on() {
    let lines = "text\":\"Halb.\"},\n{\"id\":\"a\",\"text\":\"Eins.\"},\n{\"id\":\"b\",\"text\":\"Zwei.\"}\n]\n";
    let pretty = "Halb.\"\n },\n {\n  \"id\": \"a\",\n  \"text\": \"Eins.\"\n },\n {\n  \"id\": \"b\",\n  \"text\": \"Zwei.\"\n }\n]\n";
    for content in [lines, pretty] {
        for name in ["part_ab", "d.txt", "d.json"] {
            let found = super::read(
                &[(name, content.as_bytes())],
                crate::input::Config::default(),
            );
            let (failures, articles): (Vec<_>, Vec<_>) =
                found.iter().partition(|item| item.starts_with('!'));
            assert!(!failures.is_empty(), "{name}: {found:?}");
            let texts: Vec<_> = articles
                .iter()
                .map(|item| item.split(" @ ").next().unwrap())
                .collect();
            assert_eq!(texts, ["a", "b"], "{name}: {found:?}");
        }
    }
}

#[test]
fn a_name_that_says_another_format_is_a_claim() {
    for name in ["a.mbox", "a.eml", "a.pdf", "a.DOCX", "a.feather.gz"] {
        let found = super::read(&[(name, b"Ein Text.\n")], crate::input::Config::default());
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("text under a name that says another format"),
            "{found:?}"
        );
    }
    let record = "WARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n";
    let part = format!("Rest der Seite.\r\n\r\nWARC/1.0\r\n{record}");
    let found = super::read(
        &[("teil", part.as_bytes())],
        crate::input::Config::default(),
    );
    assert!(found[0].contains("a part of a WARC file"), "{found:?}");
}

#[test]
fn web_archives_and_mail_are_told_by_what_they_are() {
    let files: &[(&str, &[u8])] = &[
        ("a.arc.gz", &super::compression::gzip(b"filedesc://a.arc 0.0.0.0 20100506080000 text/plain 9\n1 0 Bote\n")),
        ("b.mht", b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n"),
        ("c.eml", b"From: a@bote.example\r\nSubject: Rat\r\nMessage-ID: <1@bote.example>\r\n\r\nEin Text.\r\n"),
        ("d", b"From a@bote.example Mon May  6 08:00:00 2024\nSubject: Rat\n\nEin Text.\n"),
        ("f.sql", b"-- MySQL dump 10.13\nCREATE TABLE `a` (\n `t` text);\nINSERT INTO `a` VALUES ('Es regnet.');\n"),
        ("e.txt", b"Von: Anna Berger\nBetreff: Rat\n\nEin Text."),
    ];
    super::assert_items(
        "told",
        &super::read(files, crate::input::Config::default()),
        &[
            "! a.arc.gz: expected articles, found an ARC file, …",
            "! b.mht: expected articles, found a page saved as MHTML; save it as HTML",
            "! c.eml: expected articles, found an e-mail; convert it to JSON Lines",
            "! d: expected articles, found a mailbox (mbox); convert its messages to JSON Lines",
            "! f.sql: expected articles, found a dump of a database in SQL; export its table of articles as CSV or JSON Lines",
            "e.txt @ e.txt = Von: Anna Berger\nBetreff: Rat\n\nEin Text.",
        ],
    );
}

#[test]
fn data_without_a_nul_is_no_text_either() {
    // The bytes of a generator of random numbers, as compressed data looks.
    let mut state = 7_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut data = b"<title>".to_vec();
    data.extend(
        std::iter::repeat_with(&mut noise)
            .take(2000)
            .filter(|byte| *byte != 0),
    );
    // Some control characters are left in old texts.
    let separators = "Der Rat tagt.\u{1C}Das Bad öffnet am Montag um acht Uhr. ".repeat(20);
    check(&[
        ("d", &data, &["! d: expected articles, found binary data"]),
        (
            "d.dat",
            &data[7..],
            &["! d.dat: expected articles, found binary data"],
        ),
        (
            "t",
            separators.as_bytes(),
            &[&format!("t @ t = {separators}")],
        ),
        ("t", b"\x01\x02Ein Wort", &["t @ t = \x01\x02Ein Wort"]),
    ]);
}
