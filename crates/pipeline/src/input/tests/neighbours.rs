//! What lies beside articles in a folder or an archive is counted, and a file that is named is not.

use std::fs;
use std::io::{Cursor, Write};

use super::compression::gzip;
use super::{assert_items, read, shown};
use crate::input::{Config, Inputs};

const PAGE: &str = "<!doctype html><html><body><h1>Das Freibad \u{F6}ffnet</h1><p>Der Gemeinderat von Hohenfels hat am Dienstag \
    beschlossen, das alte Freibad zu sanieren.</p><p>Die Arbeiten sollen im Herbst beginnen und rund zwei Millionen Euro kosten.</p></body></html>";
const STORY: &str = "Der Gemeinderat von Hohenfels hat am Dienstag beschlossen, das alte Freibad zu sanieren.\n\nDie Arbeiten sollen im \
    Herbst beginnen und rund zwei Millionen Euro kosten.";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0";
const PICTURE: &str = "expected articles, found a PNG image";

/// Names and contents.
type Files<'a> = &'a [(&'a str, &'a [u8])];

fn write(folder: &std::path::Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Reads the given paths of a folder with these files.
fn read_paths(paths: &[&str], files: &[(&str, &[u8])]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let config = Config {
        paths,
        ..Config::default()
    };
    shown(&Inputs::open(&config, folder.path()).unwrap())
}

fn page(source: &str) -> String {
    format!("{source} @ {source} = {STORY}")
}

#[test]
fn pictures_belong_to_the_page_beside_or_above_them() {
    let page = page("d/b/a.html");
    let failure = |path: &str| format!("! {path}: {PICTURE}");
    let cases: &[(Files<'_>, &[&str])] = &[
        (
            &[
                ("d/b/a.html", PAGE.as_bytes()),
                ("d/b/bild.png", PNG),
                ("d/b/c/bild", PNG),
                ("d/b/c/film.mp4", b"\0\0\0\x20ftypisom"),
            ],
            &[&page, "- image", "- image", "- media"],
        ),
        (
            &[
                ("d/b/a.html", PAGE.as_bytes()),
                ("d/c/bild.png", PNG),
                ("d/x.png", PNG),
            ],
            &[&page, &failure("d/c/bild.png"), &failure("d/x.png")],
        ),
        (
            &[("d/a.txt", b"Ein Text."), ("d/bild.png", PNG)],
            &["d/a.txt @ d/a.txt = Ein Text.", &failure("d/bild.png")],
        ),
    ];
    for (files, expected) in cases {
        assert_items(files[0].0, &read_paths(&["d"], files), expected);
    }
}

#[test]
fn what_pages_load_is_no_article_in_a_folder() {
    let files: &[(&str, &[u8])] = &[
        ("d/1.css", b"body { color: red }"),
        ("d/2.js", b"var a = 1;"),
        ("d/3.woff2", b"wOF2\0\x01"),
        ("d/4.js.map", b"{\"version\":3,\"mappings\":\"\"}"),
        ("d/5.js", b"{\"id\":\"a\",\"text\":\"Eins.\"}\n"),
        ("d/6.txt", b"Ein Text."),
    ];
    assert_items(
        "found",
        &read_paths(&["d"], files),
        &[
            "- style",
            "- script",
            "- font",
            "- source map",
            "a @ d/5.js:1 = Eins.",
            "d/6.txt @ d/6.txt = Ein Text.",
        ],
    );
    // Whoever names a file wants it to be read.
    let named = read_paths(&["d/1.css", "d/2.js", "d"], files);
    assert!(
        named.iter().take(2).all(|item| item.starts_with("d/")),
        "{named:#?}"
    );
}

#[test]
fn the_files_that_a_browser_saves_with_a_page_are_parts_of_it() {
    for (saved, extension) in [("Freibad_files", "html"), ("Freibad-Dateien", "htm")] {
        let at = |name: &str| format!("d/{saved}/{name}");
        let path = format!("d/Freibad.{extension}");
        let inside = [
            (at("app.js.download"), b"var a = 1;".as_slice()),
            (at("bild.png"), PNG),
            (at("css(1)"), b"body { color: red }"),
            (at("tief/rahmen.html"), PAGE.as_bytes()),
        ];
        let mut files: Vec<(&str, &[u8])> = inside
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .collect();
        let parts = ["- script", "- image", "- style"];
        // The page is there: whatever is in the folder is a part of it.
        files.push((&path, PAGE.as_bytes()));
        let mut found = read_paths(&["d"], &files);
        found.sort();
        let mut expected = [&parts[..], &["- part of a saved page"]].concat();
        let page_item = page(&path);
        expected.push(&page_item);
        expected.sort_unstable();
        assert_items(saved, &found, &expected);
        // Without it, and for whoever names the folder, pages are read.
        let frame = page(&at("tief/rahmen.html"));
        let expected = [&parts[..], &[&frame]].concat();
        assert_items(saved, &read_paths(&["d"], &files[..4]), &expected);
        let folder = format!("d/{saved}");
        assert_items(saved, &read_paths(&[&folder], &files), &expected);
    }
}

#[test]
fn what_databases_and_clusters_write_beside_their_files_is_no_article() {
    let files: &[(&str, &[u8])] = &[
        ("d/_SUCCESS", b""),
        ("d/_committed_1", b"{\"added\":[]}"),
        ("d/_started_1", b""),
        ("d/part-0.json", b"{\"id\":\"a\",\"text\":\"Eins.\"}\n"),
        ("d/x.db-wal", b"\x37\x7F\x06\x82\0\0"),
    ];
    assert_items(
        "without a database",
        &read_paths(&["d"], files),
        &[
            "- marker",
            "- marker",
            "- marker",
            "a @ d/part-0.json:1 = Eins.",
            "! d/x.db-wal: expected articles, found …",
        ],
    );
    let found = read_paths(&["d"], &[files, &[("d/x.db", b"Kein SQLite.")]].concat());
    assert_eq!(found.last().unwrap(), "- database journal");
    let named = read_paths(&["d/_SUCCESS"], files);
    assert_items(
        "named",
        &named,
        &["! d/_SUCCESS: expected articles, found an empty file"],
    );
}

#[test]
fn the_notes_of_a_crawler_are_counted_and_told_when_they_are_named() {
    let sum = b"d41d8cd98f00b204e9800998ecf8427e  a.warc.gz\n";
    let cdxj = b"de,bote)/ 20240506080000 {\"url\":\"https://bote.example/\"}\n";
    let files: &[(&str, &[u8])] = &[
        ("d/a.cdxj", cdxj),
        ("d/a.warc.gz.md5", sum),
        ("d/b.cdx.gz", &gzip(b" CDX N b a m s k r M S V g\n")),
        (
            "d/crawl.log",
            b"2024-05-06T08:00:00.000Z 200 12 https://bote.example/ - - text/html\n",
        ),
        ("d/seeds.txt", b"https://bote.example/\n"),
        ("d/x.txt", b"Ein Text."),
    ];
    assert_items(
        "found",
        &read_paths(&["d"], files),
        &[
            "- index",
            "- checksum",
            "- index",
            "- log",
            "- list of addresses",
            "d/x.txt @ d/x.txt = Ein Text.",
        ],
    );
    let named: Vec<_> = files.iter().map(|(name, _)| *name).take(5).collect();
    assert_items(
        "named",
        &read_paths(&named, files),
        &[
            "! d/a.cdxj: expected articles, found an index of a web archive (CDX)…",
            "! d/a.warc.gz.md5: expected articles, found checksums of files",
            "! d/b.cdx.gz: expected articles, found an index of a web archive (CDX)…",
            "! d/crawl.log: expected articles, found the log of a crawler",
            "! d/seeds.txt: expected articles, found a list of addresses…",
        ],
    );
}

/// Packs files into a ZIP archive without compression.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Cursor::new(Vec::new());
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let at = u32::try_from(archive.position()).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let len = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let name_len = u16::try_from(name.len()).unwrap().to_le_bytes();
        let fields = [
            &[20, 0, 0, 8, 0, 0, 0, 0, 0, 0][..],
            &crc.sum().to_le_bytes(),
            &len,
            &len,
            &name_len,
            &[0, 0],
        ]
        .concat();
        archive
            .write_all(&[b"PK\x03\x04", fields.as_slice(), name.as_bytes(), bytes].concat())
            .unwrap();
        directory.extend(
            [
                b"PK\x01\x02\x14\0",
                fields.as_slice(),
                &[0; 10],
                &at.to_le_bytes(),
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let at = u32::try_from(archive.position()).unwrap();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let len = u32::try_from(directory.len()).unwrap();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        count.as_slice(),
        &count,
        &len.to_le_bytes(),
        &at.to_le_bytes(),
        &[0, 0],
    ];
    [archive.into_inner(), directory, end.concat()].concat()
}

fn warc(uri: &str) -> Vec<u8> {
    let body = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}");
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-05-06T08:00:00Z\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    format!("{head}{body}\r\n\r\n").into_bytes()
}

#[test]
fn of_a_web_archive_only_its_warc_files_are_read() {
    let crawl = gzip(&warc("https://bote.example/freibad"));
    let list = b"{\"format\":\"json-pages-1.0\",\"id\":\"pages\"}\n{\"id\":\"1\",\"url\":\"https://bote.example/freibad\",\"text\":\"Start Politik Sport\"}\n";
    let files: &[(&str, &[u8])] = &[
        ("archive/a.warc.gz", &crawl),
        ("indexes/index.cdx.gz", &gzip(b"x")),
        ("logs/crawl.log", b"Anfang.\n"),
        ("pages/pages.jsonl", list),
        ("datapackage.json", b"{\"resources\":[]}"),
    ];
    let article = format!("https://bote.example/freibad @ d.wacz!/archive/a.warc.gz:1 = {STORY}");
    let expected = [&article, "- index", "- log", "- metadata", "- metadata"];
    assert_items(
        "wacz",
        &read(&[("d.wacz", &zip(files))], Config::default()),
        &expected,
    );
    // Any other archive is read as a whole.
    let found = read(&[("d.zip", &zip(&files[3..]))], Config::default());
    assert!(
        found
            .iter()
            .any(|item| item.ends_with("= Start Politik Sport")),
        "{found:#?}"
    );
}

#[test]
fn a_file_of_an_archive_that_is_not_in_the_configured_format_was_read_as_that() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("d.zip", &zip(&[("a.txt", b"Ein Text.")]))],
    );
    let toml = "format = \"parquet\"\npaths = [\"d.zip\"]";
    let config: Config = toml::from_str(toml).unwrap();
    let mut items = Inputs::open(&config, folder.path()).unwrap().items();
    assert_eq!(items.by_ref().count(), 1);
    let read_as: Vec<_> = items.take_counts().read_as.into_iter().collect();
    assert_eq!(read_as, [("parquet", 1)]);
}

#[test]
fn files_that_servers_have_for_robots_are_no_articles() {
    let archive = zip(&[
        (
            "bote.example/robots.txt",
            b"User-agent: *\nDisallow: /suche\n",
        ),
        (
            "bote.example/ads.txt",
            b"# Anzeigen\nboerse.example, 17, RESELLER\n",
        ),
        ("robots.txt", b"Roboter helfen in der Pflege."),
    ]);
    assert_items(
        "zip",
        &read(&[("d.zip", &archive)], Config::default()),
        &[
            "- robots.txt",
            "- ads.txt",
            "d.zip!/robots.txt @ d.zip!/robots.txt = Roboter helfen in der Pflege.",
        ],
    );
}
