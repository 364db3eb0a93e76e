//! WARC files are read record by record, and a damaged record costs itself.

use std::fs;

use super::compression::PACKS;
use super::{assert_items, check_with, made, read, text_of};
use crate::input::{Config, Inputs};

/// What is in each of the files made by warcio, in a file called `f`.
const ITEMS: [&str; 19] = [
    "https://example.org/freibad @ f:3 = Der Gemeinderat von Hohenfels hat beschlossen, das alte Freibad zu sanieren.",
    "- image",
    "- style",
    "- error status",
    "- redirect",
    "- robots.txt",
    "https://example.org/bahn @ f:9 = Ab Montag fahren die Regionalbahnen wieder nach Plan.",
    "https://example.org/ernte @ f:10 = Die Ernte fällt in diesem Jahr größer aus als erwartet.",
    "https://example.org/schule @ f:11 = Eine Grundschule in Bad Königsau bekommt eine neue Turnhalle.",
    "https://example.org/br%C3%BCcke @ f:12 = Die Brücke über die Lohr bleibt bis zum Frühjahr gesperrt.",
    "! f:13: the body of the response is compressed by brotli, which is not supported",
    "https://example.org/museum @ f:14 = Das Museum öffnet nach zwei Jahren Umbau wieder.",
    "https://example.org/wetter.txt @ f:15 = Am Wochenende wird es kühl, aber trocken.",
    // Whether the same page was captured again is known when it is parsed.
    "https://example.org/freibad#20240506080100 @ f:16 = Der Gemeinderat von Hohenfels hat beschlossen, das alte Freibad zu sanieren.",
    "https://example.org/freibad#20240506080200 @ f:17 = Die Bücherei verleiht nun auch Werkzeug.",
    "- captured again",
    "https://example.org/archiv @ f:20 = Die Bücherei verleiht nun auch Werkzeug.",
    "- metadata",
    "https://example.org/wet @ f:22 = Am Wochenende wird es kühl, aber trocken.",
];

/// Returns the items of a file.
fn items(bytes: &[u8]) -> Vec<String> {
    read(&[("f", bytes)], Config::default())
}

/// Makes an archive of one file.
pub(super) fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    let padding = bytes.len().next_multiple_of(512) - bytes.len();
    [&header, bytes, &vec![0; padding + 1024]].concat()
}

#[test]
fn pages_and_texts_are_articles_and_all_else_is_counted() {
    for (name, bytes) in [
        ("members", made!("members.warc.gz")),
        ("plain", made!("plain.warc")),
        ("one member", made!("one-member.warc.gz")),
        ("dictionary", made!("dictionary.warc.zst")),
        ("packed dictionary", made!("packed-dictionary.warc.zst")),
    ] {
        assert_items(name, &items(bytes), &ITEMS);
    }
    for (name, pack) in PACKS {
        assert_items(name, &items(&pack(made!("plain.warc"))), &ITEMS);
    }
    let within = ITEMS.map(|item| item.replace(" f:", " f!/a.warc.gz:"));
    let within: Vec<_> = within.iter().map(String::as_str).collect();
    let archive = tar("a.warc.gz", made!("members.warc.gz"));
    assert_items("within an archive", &items(&archive), &within);
}

/// Writes a record.
fn record(kind: &str, headers: &str, content: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <https://example.org/a>\r\nWARC-Date: 2024-05-06T08:00:00.123Z\r\n{headers}Content-Length: {}\r\n\r\n{content}\r\n\r\n",
        content.len()
    )
}

const TEXT: &str = "Content-Type: text/plain\r\n";
const HTTP: &str = "Content-Type: application/http; msgtype=response\r\n";

#[test]
fn what_writers_do_differently_is_read() {
    let article = "https://example.org/a @ f:1 = Ein Text.";
    let text = record("conversion", TEXT, "Ein Text.");
    let plain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nEin Text.";
    for (name, file) in [
        ("as it should be", text.clone()),
        ("lines end as on Unix", text.replace("\r\n", "\n")),
        ("no line ends after it", text.trim_end().to_owned()),
        ("an old version", text.replace("WARC/1.0", "WARC/0.18")),
        (
            "names in capitals",
            text.replace("Content-Length", "CONTENT-LENGTH"),
        ),
        (
            "a continued line",
            text.replace("Type: text", "Type:\r\n text"),
        ),
        ("a response", record("response", HTTP, plain)),
        (
            "a response with Unix lines",
            record("response", HTTP, &plain.replace("\r\n", "\n")),
        ),
        (
            "HTTP/2",
            record(
                "response",
                HTTP,
                &plain.replace("HTTP/1.1 200 OK", "HTTP/2 200"),
            ),
        ),
        ("no media type of the record", record("response", "", plain)),
    ] {
        assert_items(name, &items(file.as_bytes()), &[article]);
    }
    let page = record(
        "response",
        HTTP,
        "HTTP/1.1 200 OK\r\n\r\n<html><article><p>Am Wochenende wird es kühl, aber trocken.</p></article>",
    );
    assert_items(
        "a page without media type",
        &items(page.as_bytes()),
        &["https://example.org/a @ f:1 = Am Wochenende wird es kühl, aber trocken."],
    );
    let spaced = format!("{text}\r\n\r\n{}", text.replace("/a>", "/b>"));
    let other = "https://example.org/b @ f:2 = Ein Text.";
    assert_items(
        "lines between",
        &items(spaced.as_bytes()),
        &[article, other],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases is long")]
fn what_was_not_stored_to_its_end_is_counted_or_told() {
    let story =
        "Die Brücke über die Wied bleibt bis Ostern gesperrt, teilte der Landkreis am Freitag mit.";
    let page = format!(
        "<html><head><title>Wied</title></head><body><article><p>{story}</p></article><footer>Impressum</footer>"
    );
    let whole = format!("{page}</body></html>\n");
    let (within, _) = page.split_once(" am Freitag").unwrap();
    let chunked = |body: &str, end: &str| {
        let (first, second) = body.split_at(80);
        let len = second.len();
        format!("50\r\n{first}\r\n{len:x}\r\n{second}{end}")
    };
    let read = format!("https://example.org/a @ f:1 = {story}");
    let read = read.as_str();
    let in_story = "! f:1: the page is cut within its story";
    let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    // The headers of the record and of the response, the body, what is read, and what is counted.
    for (name, headers, head, body, expected, counted) in [
        ("whole", "", "", whole.clone(), read, None),
        (
            "too long",
            "WARC-Truncated: length\r\n",
            "",
            page.clone(),
            read,
            Some("length"),
        ),
        (
            "too slow",
            "warc-truncated: TIME\r\n",
            "",
            page.clone(),
            read,
            Some("time"),
        ),
        (
            "for a reason of its own",
            "WARC-Truncated: x\r\n",
            "",
            page.clone(),
            read,
            Some("unspecified"),
        ),
        (
            "within the story",
            "WARC-Truncated: disconnect\r\n",
            "",
            within.into(),
            in_story,
            Some("disconnect"),
        ),
        (
            "it has its end all the same",
            "WARC-Truncated: length\r\n",
            "",
            whole.clone(),
            read,
            None,
        ),
        (
            "shorter than stated",
            "",
            "Content-Length: 9000\r\n",
            page.clone(),
            read,
            Some("body"),
        ),
        (
            "within the story, too",
            "",
            "Content-Length: 9000\r\n",
            format!("{within}</p"),
            in_story,
            Some("body"),
        ),
        (
            "another length, but whole",
            "",
            "Content-Length: 9000\r\n",
            whole.clone(),
            read,
            None,
        ),
        (
            "longer than stated",
            "",
            "Content-Length: 90\r\n",
            page.clone(),
            read,
            None,
        ),
        (
            "stored decoded",
            "",
            "Content-Length: 9000\r\nContent-Encoding: gzip\r\n",
            page.clone(),
            read,
            None,
        ),
        (
            "chunks with their end",
            "",
            "Transfer-Encoding: chunked\r\n",
            chunked(&page, "\r\n0\r\n\r\n"),
            read,
            None,
        ),
        (
            "chunks without",
            "",
            "Transfer-Encoding: chunked\r\n",
            chunked(&page, "\r\n"),
            read,
            Some("body"),
        ),
        (
            "within a chunk",
            "",
            "Transfer-Encoding: chunked\r\n",
            chunked(&page, "").replace("Impressum</footer>", "Impr"),
            read,
            Some("body"),
        ),
        (
            "stored without chunks",
            "",
            "Transfer-Encoding: chunked\r\n",
            page.clone(),
            read,
            None,
        ),
    ] {
        let content = format!("{html}{head}\r\n{body}");
        let file = record("response", &format!("{HTTP}{headers}"), &content);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f"), file).unwrap();
        let config = Config {
            paths: vec!["f".into()],
            ..Config::default()
        };
        let mut items = Inputs::open(&config, folder.path()).unwrap().items();
        let found: Vec<String> = items
            .by_ref()
            .map(|item| text_of(&item.parse().item))
            .collect();
        assert_items(name, &found, &[expected]);
        let counts: Vec<_> = items.take_counts().truncated.into_iter().collect();
        let expected: Vec<_> = counted.map(|reason| (reason, 1)).into_iter().collect();
        assert_eq!(counts, expected, "{name}");
    }
    // A text has nothing after it.
    let plain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 90\r\n\r\nEin Te";
    for (name, file, reason) in [
        (
            "text",
            record("response", HTTP, plain),
            "the body of the response ends before the end that the server stated",
        ),
        (
            "conversion",
            record(
                "conversion",
                &format!("{TEXT}WARC-Truncated: length\r\n"),
                "Ein Te",
            ),
            "the crawler has stored only its beginning (WARC-Truncated: length)",
        ),
    ] {
        let expected = format!("! f:1: the text is cut: {reason}");
        assert_items(name, &items(file.as_bytes()), &[&expected]);
    }
}

#[test]
fn what_is_no_page_or_text_is_told_or_counted() {
    for (kind, headers, content, expected) in [
        (
            "response",
            HTTP,
            "HTTP/1.1 200 OK\r\n\r\n\0\x01",
            "- other file",
        ),
        (
            "response",
            HTTP,
            "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF",
            "- document",
        ),
        (
            "response",
            HTTP,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n\u{1F}PNG",
            "! f:1: …",
        ),
        (
            "response",
            HTTP,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
            "! f:1: the text is empty",
        ),
        (
            "response",
            HTTP,
            "HTTP/1.1 500 Fehler\r\n\r\n<html>",
            "- error status",
        ),
        (
            "response",
            HTTP,
            "kein HTTP",
            "! f:1: the record is damaged: it has no HTTP header",
        ),
        (
            "response",
            "Content-Type: text/dns\r\n",
            "example.org",
            "- other file",
        ),
        (
            "resource",
            "Content-Type: image/png\r\n",
            "\u{89}PNG",
            "- image",
        ),
        ("resource", TEXT, "GIF89a", "- image"),
        (
            "responce",
            HTTP,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
            "! f:1: the record has a page, but its type is none of WARC: \"responce\"",
        ),
        (
            "screenshot",
            "Content-Type: image/png\r\n",
            "\u{89}PNG",
            "- record of an unknown type",
        ),
        (
            "response",
            "WARC-Segment-Number: 1\r\nContent-Type: application/http\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
            "! f:1: the page is split over several records, which is not supported",
        ),
        (
            "metadata",
            TEXT,
            "Ein Text.",
            "! f: expected pages, found a WARC file without any: only requests, metadata or revisits",
        ),
    ] {
        let file = record(kind, headers, content);
        assert_items(&file, &items(file.as_bytes()), &[expected]);
    }
}

#[test]
fn the_name_tells_what_is_wrong() {
    for (name, bytes) in [
        ("a.warc", b"Nicht gefunden".to_vec()),
        ("a.wet", b"Nicht gefunden".to_vec()),
        ("a.warc.gz", PACKS[0].1(b"Nicht gefunden")),
    ] {
        assert_items(
            name,
            &read(&[(name, &bytes)], Config::default()),
            &[&format!(
                "! {name}: the name says WARC, but the file starts with \"Nicht gefunden\""
            )],
        );
    }
}

#[test]
fn memory_is_bounded_whatever_a_record_claims() {
    let config = Config {
        max_bytes: 1000,
        ..Config::default()
    };
    let long = "x".repeat(300_000);
    let bomb = PACKS[0].1(long.as_bytes());
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n";
    let mut file = record("conversion", TEXT, &long).into_bytes();
    file.extend(format!("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: b:b\r\n{HTTP}Content-Length: {}\r\n\r\n{head}", head.len() + bomb.len()).bytes());
    file.extend(bomb);
    file.extend(b"\r\n\r\n");
    file.extend(
        record(
            "response",
            HTTP,
            &format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(20_000)),
        )
        .bytes(),
    );
    file.extend(record("conversion", TEXT, "Ein Text.").bytes());
    let limit = "more than 1000 bytes, the limit set by `input.max_bytes`";
    let expected = [
        &format!("! f:1: {limit}"),
        &format!("! f:2: {limit}"),
        "! f:3: the record is damaged: it has no HTTP header",
        "https://example.org/a @ f:4 = Ein Text.",
    ];
    check_with(&config, &[("f", &file, &expected)]);
}

#[test]
fn a_damaged_record_costs_itself() {
    let first = record("conversion", TEXT, "Der erste Text.");
    let last = record("conversion", TEXT, "Der letzte Text.").replace("/a>", "/b>");
    let middle = record("conversion", TEXT, "Ein Text in der Mitte.").replace("/a>", "/c>");
    let length = "! f:2: the record has another length than its header says";
    for (name, middle, expected) in [
        (
            "too long",
            middle.replace("Length: 22", "Length: 30"),
            length,
        ),
        (
            "far too long",
            middle.replace("Length: 22", "Length: 100"),
            length,
        ),
        (
            "beyond the end",
            middle.replace("Length: 22", "Length: 99999999999"),
            length,
        ),
        (
            "too short",
            middle.replace("Length: 22", "Length: 20"),
            length,
        ),
        ("none", middle.replace("Length: 22", "Length: 0"), length),
        (
            "no length",
            middle.replace("Content-Length: 22\r\n", ""),
            "! f:2: the record has no Content-Length",
        ),
        (
            "no type",
            middle.replace("WARC-Type: conversion\r\n", ""),
            "! f:2: the record has no WARC-Type",
        ),
        (
            "no URL",
            middle.replace("WARC-Target-URI: <https://example.org/c>\r\n", ""),
            "! f:2: the record has no WARC-Target-URI",
        ),
        (
            "no number",
            middle.replace("Length: 22", "Length: -1"),
            "! f:2: the record has the Content-Length \"-1\", which is not valid",
        ),
        (
            "garbage in the header",
            middle.replace("WARC-Date: 2024-05-06T08:00:00.123Z", "Unsinn"),
            "! f:2: the header of the record is damaged",
        ),
        (
            "no header",
            "WARC/1.0\r\nWARC-Type: conversion\r\n".into(),
            "! f:2: the header of the record is damaged",
        ),
        (
            "garbage",
            "Unsinn\nund mehr davon\r\n".into(),
            "! f:2: expected a WARC record, found \"Unsinn\"; reading continues at the next record",
        ),
        (
            "an endless header",
            format!("WARC/1.0\r\na: {}\r\n", "b".repeat(200_000)),
            "! f:2: the header of the record has more than 65536 bytes",
        ),
        (
            "an endless line",
            format!("WARC/1.0{}\r\n", "b".repeat(200_000)),
            "! f:2: the header of the record has more than 65536 bytes",
        ),
    ] {
        let expected = [
            "https://example.org/a @ f:1 = Der erste Text.",
            expected,
            "https://example.org/b @ f:3 = Der letzte Text.",
        ];
        let parts = [&first, &middle, &last].map(String::as_bytes);
        assert_items(name, &items(&parts.concat()), &expected);
        let members = parts.map(|part| PACKS[0].1(part)).concat();
        assert_items(name, &items(&members), &expected);
    }
}

#[test]
fn a_cut_file_gives_what_is_before_the_cut_and_one_failure() {
    for (name, whole) in [
        ("members", made!("members.warc.gz")),
        ("plain", made!("plain.warc")),
    ] {
        let mut failures = 0;
        for cut in (1000..whole.len()).step_by(7) {
            let found = items(&whole[..cut]);
            let (last, before) = found.split_last().unwrap();
            if last.starts_with("! f") && !last.contains("brotli") {
                assert!(last.contains("ends early"), "{name} cut at {cut}: {last}");
                assert_eq!(before, &ITEMS[..before.len()], "{name} cut at {cut}");
                failures += 1;
            } else {
                assert_eq!(found, &ITEMS[..found.len()], "{name} cut at {cut}");
            }
        }
        // The others are cut between two records.
        assert!(
            failures * 7 * 20 > (whole.len() - 1000) * 19,
            "{name}: {failures}"
        );
    }
}

/// Returns the items without what depends on earlier captures.
fn comparable(items: &[String]) -> Vec<String> {
    let without = |item: &String| match item.split_once('#') {
        Some((url, rest)) => format!(
            "{url}{}",
            rest.trim_start_matches(|c: char| c.is_ascii_digit())
        ),
        None => item.clone(),
    };
    items.iter().map(without).collect()
}

#[test]
fn damage_in_a_member_costs_its_record() {
    let whole = made!("members.warc.gz");
    let all = comparable(&items(whole));
    // What the first member holds is what the file is recognized by.
    let first = 1 + memchr::memmem::find(&whole[1..], b"\x1F\x8B\x08").unwrap();
    for at in (first..whole.len()).step_by(5) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        let found = comparable(&items(&damaged));
        let missing: Vec<_> = all.iter().filter(|item| !found.contains(item)).collect();
        assert!(missing.len() <= 1, "at {at}: {missing:#?} of {found:#?}");
        assert!(found.len() >= all.len(), "at {at}: {found:#?}");
    }
    let whole = made!("plain.warc");
    for at in (0..whole.len()).step_by(11) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        let found = comparable(&items(&damaged));
        let missing: Vec<_> = all.iter().filter(|item| !found.contains(item)).collect();
        assert!(
            missing.len() <= 1 || at < 8,
            "at {at}: {missing:#?} of {found:#?}"
        );
    }
    for whole in [made!("one-member.warc.gz"), made!("dictionary.warc.zst")] {
        for at in (0..whole.len()).step_by(11) {
            let mut damaged = whole.to_vec();
            damaged[at] ^= 0x55;
            assert!(!items(&damaged).is_empty());
        }
    }
}
