//! Whole files: what each kind of dump gives, and what each kind of damage costs.

use std::fs;
use std::io::Write;
use std::sync::atomic::Ordering;

use super::*;

/// Reads some files of a folder and writes down what came: `id @ source = text`, or `! source: error`.
fn read(files: &[(&str, &[u8])], config: Config) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let paths = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    shown(&Inputs::open(&Config { paths, ..config }, folder.path()).unwrap())
}

fn shown(inputs: &Inputs) -> Vec<String> {
    let items = inputs.items().map(|item| match item {
        Item::Article(article) => format!(
            "{} @ {} = {}",
            article.id,
            article.source,
            article.text.source()
        ),
        Item::Failure(failure) => {
            assert!(!failure.id.is_empty());
            format!("! {}: {}", failure.source, failure.error)
        }
    });
    let shown = items.collect();
    assert_eq!(
        inputs.bytes_read().load(Ordering::Relaxed),
        inputs.total_bytes(),
        "progress ends at the size of all files"
    );
    shown
}

/// Checks what came: a text that begins with `!` ends where `…` stands.
fn assert_items(name: &str, found: &[String], expected: &[&str]) {
    let fits = |(found, expected): (&String, &&str)| match expected.strip_suffix('…') {
        Some(beginning) if expected.starts_with('!') => found.starts_with(beginning),
        _ => found == expected,
    };
    let all = found.len() == expected.len() && found.iter().zip(expected).all(fits);
    assert!(all, "{name}:\n{found:#?}\nexpected\n{expected:#?}");
}

fn check(cases: &[(&str, &[u8], &[&str])]) {
    check_with(&Config::default(), cases);
}

fn check_with(config: &Config, cases: &[(&str, &[u8], &[&str])]) {
    for (name, bytes, expected) in cases {
        let found = read(&[(name, bytes)], config.clone());
        assert_items(name, &found, expected);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut packed = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    packed.include_checksum(true).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = liblzma::write::XzEncoder::new(Vec::new(), 1);
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKS: [(&str, Pack); 4] = [("gzip", gzip), ("zstd", zstd), ("bzip2", bzip2), ("xz", xz)];

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

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
fn fields_are_found_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let line = br#"{"_id": 12, "url": "u", "Headline": "T", "text": null, "articleBody": "B", "pubDate": 17.5, "lang": "de"}"#;
    fs::write(folder.path().join("d"), line).unwrap();
    let config = Config {
        paths: vec!["d".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let Some(Item::Article(article)) = inputs.items().next() else {
        panic!("no article");
    };
    assert_eq!((article.id.as_str(), article.text.as_str()), ("12", "B"));
    assert_eq!(article.title.as_deref(), Some("T"));
    assert_eq!(article.date.as_deref(), Some("17.5"));
    assert_eq!(article.language.as_deref(), Some("de"));
    let described = inputs.describe().next().unwrap();
    assert_eq!(described.format, Some("jsonl"));
    assert_eq!(described.encoding.as_deref(), Some("UTF-8"));
    let names: Vec<_> = described
        .fields
        .iter()
        .map(|(role, name)| format!("{role}={name}"))
        .collect();
    assert_eq!(
        names,
        [
            "id=_id",
            "text=text",
            "title=Headline",
            "date=pubDate",
            "language=lang"
        ]
    );
}

#[test]
fn configured_fields_are_taken_and_missed() {
    let config = Config {
        fields: Fields {
            id: Some("meta.nr".into()),
            text: Some("article.body".into()),
            ..Fields::default()
        },
        ..Config::default()
    };
    check_with(
        &config,
        &[(
            "d",
            b"{\"id\":1,\"meta\":{\"nr\":7,\"x\":[]},\"article\":{\"body\":\"a\"}}
{\"meta.nr\":\"8\",\"article.body\":\"b\"}
{\"meta\":null,\"article\":{\"body\":\"c\"}}
{\"meta\":{\"nr\":9},\"article\":\"d\",\"text\":\"e\"}
",
            &[
                "7 @ d:1 = a",
                "8 @ d:2 = b",
                "! d:3: `input.fields.id`: no field \"meta.nr\"; the fields are `meta`, `article`",
                "! d:4: `input.fields.text`: no field \"article.body\"; the fields are `meta`, `article`, `text`",
            ],
        )],
    );
    let config = Config {
        fields: Fields {
            text: Some("Lauf".into()),
            ..Fields::default()
        },
        delimiter: Some('|'),
        ..Config::default()
    };
    check_with(
        &config,
        &[
            ("d.csv", b"id|Lauf\n1|a,b\n", &["1 @ d.csv:2 = a,b"]),
            (
                "d.csv",
                b"id|text\n1|a,b\n",
                &["! d.csv: `input.fields.text`: no column \"Lauf\"; the columns are `id`, `text`"],
            ),
        ],
    );
}

#[test]
fn archives_of_every_kind_and_of_several_parts_are_read() {
    for (name, pack) in PACKS {
        let text = pack(b"Ein Text.");
        assert_items(
            name,
            &read(&[("a.txt", &text)], Config::default()),
            &["a.txt @ a.txt = Ein Text."],
        );
        let mut dump = pack(b"{\"id\":1,\"te");
        dump.extend(pack(b"xt\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n"));
        assert_items(
            name,
            &read(&[("d.jsonl", &dump)], Config::default()),
            &["1 @ d.jsonl:1 = a", "2 @ d.jsonl:2 = b"],
        );
        let table = pack(b"id,text\n1,a\n");
        assert_items(
            name,
            &read(&[("d.csv.bin", &table)], Config::default()),
            &["1 @ d.csv.bin:2 = a"],
        );
        let nothing = read(&[("a", &pack(b""))], Config::default());
        assert_items(
            name,
            &nothing,
            &["! a: expected articles, found an empty file"],
        );
        let twice = read(&[("a", &pack(&gzip(b"Ein Text.")))], Config::default());
        assert_items(
            name,
            &twice,
            &["! a: expected articles, found gzip data within other packed data; unpack it once"],
        );
    }
}

#[test]
fn a_cut_archive_gives_what_is_before_the_cut_and_one_failure() {
    let lines = [
        "{\"id\":1,\"text\":\"a\"}\n",
        "{\"id\":2,\"text\":\"b\"}\n",
        "{\"id\":3,\"text\":\"c\"}\n",
    ];
    let rows = ["1,a\n", "2,\"b\nb\"\n", "3,c\n"];
    for (name, pack) in PACKS {
        for (file, head, parts) in [("d.jsonl", "", lines), ("d.csv", "id,text\n", rows)] {
            let mut packed = pack(head.as_bytes());
            let mut ends = vec![packed.len()];
            for part in parts {
                packed.extend(pack(part.as_bytes()));
                ends.push(packed.len());
            }
            let whole = read(&[(file, &packed)], Config::default());
            assert_eq!(whole.len(), 3, "{name}: {whole:?}");
            for cut in 1..packed.len() {
                let found = read(&[(file, &packed[..cut])], Config::default());
                let articles = found.iter().filter(|item| !item.starts_with('!')).count();
                let failures = found.len() - articles;
                let complete = ends
                    .iter()
                    .filter(|end| **end <= cut)
                    .count()
                    .saturating_sub(1);
                assert_eq!(
                    found[..articles],
                    whole[..articles],
                    "{name} {file} cut at {cut}: {found:?}"
                );
                assert!(
                    articles >= complete,
                    "{name} {file} cut at {cut}: {found:?}"
                );
                let is_seen = !ends.contains(&cut);
                assert!(
                    failures == usize::from(is_seen) || cut <= ends[0],
                    "{name} {file} cut at {cut}: {found:?}"
                );
            }
        }
        let packed = pack("Ein Text, der lang genug ist.".repeat(50).as_bytes());
        for cut in 6..packed.len() {
            let found = read(&[("a.txt", &packed[..cut])], Config::default());
            assert_eq!(found.len(), 1);
            assert!(
                found[0].starts_with("! a.txt: "),
                "{name} cut at {cut}: {found:?}"
            );
            assert!(
                found[0].contains("ends early"),
                "{name} cut at {cut}: {found:?}"
            );
        }
    }
}

#[test]
fn a_damaged_archive_costs_one_failure_and_never_panics() {
    let lines = (0..60).map(|i| format!("{{\"id\":{i},\"text\":\"Satz {i}.\"}}\n"));
    let lines = lines.collect::<Vec<_>>().concat();
    for (name, pack) in PACKS {
        let packed = pack(lines.as_bytes());
        let whole = read(&[("d.jsonl", &packed)], Config::default());
        for at in (8..packed.len()).step_by(3) {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x55;
            let found = read(&[("d.jsonl", &damaged)], Config::default());
            // Formats check their content at its end, so some of it may have come before; a header may
            // also hold bytes that do not matter.
            assert!(
                found == whole || found.iter().any(|item| item.starts_with('!')),
                "{name} at {at}: {found:?}"
            );
        }
    }
}

#[test]
fn encodings_are_found_for_each_record() {
    let little = [
        b"\xFF\xFE".to_vec(),
        utf16("id,text\n1,Köln 😀\n", u16::to_le_bytes),
    ]
    .concat();
    let big = [
        b"\xFE\xFF".to_vec(),
        utf16("{\"text\":\"Köln\"}\n", u16::to_be_bytes),
    ]
    .concat();
    check(&[
        (
            "bom.txt",
            b"\xEF\xBB\xBFK\xC3\xB6ln",
            &["bom.txt @ bom.txt = Köln"],
        ),
        (
            "bom.csv",
            b"\xEF\xBB\xBFid,text\n1,a",
            &["1 @ bom.csv:2 = a"],
        ),
        ("16", &little, &["1 @ 16:2 = Köln 😀"]),
        ("16", &big, &["16:1 @ 16:1 = Köln"]),
        (
            "1252.txt",
            b"\x84Gr\xFC\xDFe aus K\xF6ln\x93 \x96 f\xFCr 5 \x80, sagt die \x84FP\xD6\x93.",
            &["1252.txt @ 1252.txt = „Grüße aus Köln“ – für 5 €, sagt die „FPÖ“."],
        ),
        (
            "mixed.jsonl",
            b"{\"text\":\"K\xF6ln gr\xFC\xDFt\"}\n{\"text\":\"K\xC3\xB6ln gr\xC3\xBC\xC3\x9Ft\"}\n",
            &[
                "mixed.jsonl:1 @ mixed.jsonl:1 = Köln grüßt",
                "mixed.jsonl:2 @ mixed.jsonl:2 = Köln grüßt",
            ],
        ),
        (
            "mixed.csv",
            b"id;text\n1;K\xF6ln gr\xFC\xDFt\n2;\"K\xC3\xB6ln \"\"gr\xC3\xBC\xC3\x9Ft\"\"\"\n",
            &[
                "1 @ mixed.csv:2 = Köln grüßt",
                "2 @ mixed.csv:3 = Köln \"grüßt\"",
            ],
        ),
        // Russian, in Windows-1251.
        (
            "r.txt",
            b"\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xDD\xF2\xEE \xED\xEE\xE2\xEE\xF1\xF2\xE8.",
            &["r.txt @ r.txt = Привет, мир! Это новости."],
        ),
        (
            "\u{FC}.csv",
            b"id;\xDCberschrift;text\n1;\xC4;a\n",
            &["1 @ ü.csv:2 = a"],
        ),
    ]);
    let forced = Config {
        encoding: "iso-8859-15".into(),
        ..Config::default()
    };
    check_with(
        &forced,
        &[
            ("euro", b"5 \xA4", &["euro @ euro = 5 €"]),
            // A mark says more than the config.
            ("bom", b"\xEF\xBB\xBF5 \xE2\x82\xAC", &["bom @ bom = 5 €"]),
        ],
    );
    let bare = Config {
        encoding: "utf-16le".into(),
        ..Config::default()
    };
    let text = utf16("Köln.", u16::to_le_bytes);
    check_with(&bare, &[("16", &text, &["16 @ 16 = Köln."])]);
}

#[test]
fn bad_encodings_cost_their_record_and_are_never_read_with_losses() {
    let lone = [
        b"\xFF\xFE".to_vec(),
        utf16("{\"text\":\"a", u16::to_le_bytes),
        0xD800_u16.to_le_bytes().to_vec(),
        utf16("\"}\n{\"text\":\"b\"}\n", u16::to_le_bytes),
    ]
    .concat();
    let odd = [
        b"\xFF\xFE".to_vec(),
        utf16("Köln", u16::to_le_bytes),
        vec![b'x'],
    ]
    .concat();
    let bare = utf16("Ein Text ohne Marke.", u16::to_le_bytes);
    let bare_be = utf16("Ein Text ohne Marke.", u16::to_be_bytes);
    check(&[
        (
            "u.jsonl",
            b"{\"text\":\"Gr\xC3\xBC\xC3\x9Fe aus K\xC3\xB6ln\xFF\"}\n{\"text\":\"b\"}\n",
            &[
                "! u.jsonl:1: damaged UTF-8: the byte 0xFF at position 27",
                "u.jsonl:2 @ u.jsonl:2 = b",
            ],
        ),
        // Cut within a character.
        (
            "u.txt",
            b"Gr\xC3\xBC\xC3\x9Fe aus K\xC3",
            &["! u.txt: damaged UTF-8: the byte 0xC3 at position 14"],
        ),
        (
            "u.csv",
            b"id,text\n1,\"\xC3\xA4\xC3\xB6\n\xC3\"\n2,b\n",
            &[
                "! u.csv:2: damaged UTF-8: the byte 0xC3 at position 9",
                "2 @ u.csv:4 = b",
            ],
        ),
        // The bytes that Windows-1252 has no character for: an old DOS text has them for ü.
        (
            "dos.txt",
            b"Gr\x81\xE1e f\x81r die T\x81r",
            &["! dos.txt: neither UTF-8 (the byte 0x81 at position 3) nor any other…"],
        ),
        (
            "mac.txt",
            b"Die M\x8Anner h\x9Aren",
            &["! mac.txt: neither UTF-8 (the byte 0x8A at position 6) nor any other…"],
        ),
        (
            "16.jsonl",
            &lone,
            &[
                "! 16.jsonl:1: malformed UTF-16LE at character 11",
                "16.jsonl:2 @ 16.jsonl:2 = b",
            ],
        ),
        (
            "16.txt",
            &odd,
            &["! 16.txt: malformed UTF-16LE at character 5"],
        ),
        (
            "16.txt",
            &bare,
            &[
                "! 16.txt: expected articles, found UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16le\"",
            ],
        ),
        (
            "16.txt",
            &bare_be,
            &[
                "! 16.txt: expected articles, found UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16be\"",
            ],
        ),
        (
            "32.txt",
            b"\xFF\xFE\0\0K\0\0\0",
            &["! 32.txt: expected articles, found UTF-32 text; convert it to UTF-8"],
        ),
    ]);
    let strict = Config {
        encoding: "utf-8".into(),
        ..Config::default()
    };
    check_with(
        &strict,
        &[(
            "l",
            b"K\xF6ln",
            &["! l: damaged UTF-8: the byte 0xF6 at position 2"],
        )],
    );
    let forced = Config {
        encoding: "shift_jis".into(),
        ..Config::default()
    };
    check_with(
        &forced,
        &[("s", b"ab\xFF", &["! s: malformed Shift_JIS at character 3"])],
    );
}

#[test]
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
{\"id\":4,\"text\":\"d\",\"x\":NaN}
{\"id\":5,\"text\":\"e\\ud83d\"}
{\"id\":6,\"text\":\"f\tg\"}
{\"id\":7,\"text\":\"g\"}",
            &[
                "! d.jsonl:1: broken JSON at column 18: EOF while parsing an object",
                "2 @ d.jsonl:2 = b",
                "! d.jsonl:3: broken JSON at column 2: expected ident",
                "! d.jsonl:4: broken JSON at column 20: trailing characters",
                "! d.jsonl:5: invalid type: sequence, expected an object with the fields of an article",
                "! d.jsonl:6: broken JSON at column 24: expected value",
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
{\"id\":4,\"text\":[\"a\"]}
{\"id\":5,\"content\":{\"rendered\":\"a\"}}
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
                "! d.jsonl:3: the text in the field \"text\" is a number, expected a string",
                "! d.jsonl:4: the text in the field \"text\" is an array, expected a string",
                "! d.jsonl:5: the text in the field \"content\" is an object, expected a string; name the field inside…",
                "! d.jsonl:6: no field is known to hold the text; the fields are `id`, `teaser`; name the right one…",
                "! d.jsonl:7: the id in the field \"id\" is an array, expected a string or a whole number",
                "! d.jsonl:8: broken JSON at column 11: number out of range",
                "! d.jsonl:9: the id in the field \"id\" is a number with digits that are not kept, expected a string or…",
                "! d.jsonl:10: the field `text` stands there twice; name the right one…",
                "! d.jsonl:11: no field is known to hold the text; the fields are none; name the right one…",
                "d.jsonl:12 @ d.jsonl:12 = h",
                "8 @ d.jsonl:13 = i",
                "! d.jsonl:14: the id stands for an earlier article already",
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
        (
            "d.json",
            b"[\n  {\"text\": \"a\"}\n]",
            &["! d.json: expected one JSON object a line, found a JSON array; convert it: jq…"],
        ),
        (
            "d.json",
            b"{\n  \"text\": \"a\"\n}",
            &["! d.json: expected one JSON object a line, found an object over several lines; …"],
        ),
    ]);
}

#[test]
fn bad_csv_costs_its_line_and_does_not_swallow_what_follows() {
    check(&[
        (
            "count.csv",
            b"id,text,x\n1,a,b\n2,c\n3,d,e,f\n4,g,h\n",
            &[
                "1 @ count.csv:2 = a",
                "! count.csv:3: 2 fields, expected 3 as in the header line",
                "! count.csv:4: 4 fields, expected 3 as in the header line",
                "4 @ count.csv:5 = g",
            ],
        ),
        // The quote of 1 would end at the quote of 3, and 2 would be lost.
        (
            "stray.csv",
            b"id,text\n1,\"a\n2,b\n3,\"c\"\n4,d\n",
            &[
                "! stray.csv:2: a quote is opened here and not closed properly: in line 4, text follows…",
                "2 @ stray.csv:3 = b",
                "3 @ stray.csv:4 = c",
                "4 @ stray.csv:5 = d",
            ],
        ),
        (
            "open.csv",
            b"id,text\n1,\"a\n2,b\n3,c\n",
            &[
                "! open.csv:2: a quote is opened here and never closed",
                "2 @ open.csv:3 = b",
                "3 @ open.csv:4 = c",
            ],
        ),
        (
            "inner.csv",
            b"id,text\n1,\"Er sagte \"ja\" und\"\n2,Er sagte \"ja\"\n",
            &[
                "! inner.csv:2: a quote is opened here and not closed properly: in line 2,…",
                "2 @ inner.csv:3 = Er sagte \"ja\"",
            ],
        ),
        // Its quotes are right, so its lines are no records.
        (
            "lines.csv",
            b"id,text\n1,\"a\nb,c\",d\n2,e\n",
            &[
                "! lines.csv:2: 3 fields in the record of lines 2 to 3, expected 2 as in the header line",
                "2 @ lines.csv:4 = e",
            ],
        ),
        (
            "many.csv",
            b"id,text\n1,\"a\nx\",\"y\nx\",\"y\nx\",\"y\nx\",\"y\n2,e\n",
            &[
                "! many.csv:2: 5 fields in the record of lines 2 to 6…",
                "! many.csv:3: a quote is opened here…",
                "! many.csv:4: a quote is opened here…",
                "! many.csv:5: a quote is opened here…",
                "! many.csv:6: a quote is opened here…",
                "2 @ many.csv:7 = e",
            ],
        ),
        (
            "empty.csv",
            b"id,text\n1,\n2,\" \"\n",
            &[
                "! empty.csv:2: the text is empty",
                "! empty.csv:3: the text is empty",
            ],
        ),
        (
            "same.csv",
            b"id,text\n1,a\n1,b\n",
            &[
                "1 @ same.csv:2 = a",
                "! same.csv:3: the id stands for an earlier article already",
            ],
        ),
        (
            "nul.csv",
            b"id,text\n1,a\0b\n2,c\n",
            &[
                "! nul.csv:2: a NUL byte at position 4: this is no text",
                "2 @ nul.csv:3 = c",
            ],
        ),
    ]);
}

#[test]
fn a_csv_header_that_names_no_text_is_told_with_its_columns() {
    check(&[
        (
            "names.csv",
            b"nr;kopf;lauf\n1;a;b\n",
            &[
                "! names.csv: no column of the CSV file is known to hold the text; the columns are `nr`, `kopf`, `lauf`; name…",
            ],
        ),
        (
            "twice.csv",
            b"text,id,text\na,1,b\n",
            &["! twice.csv: two columns \"text\" in the header line; name one…"],
        ),
        (
            "prose.csv",
            b"Ein Satz.\n",
            &[
                "! prose.csv: no column of the CSV file is known to hold the text; the columns are `Ein Satz.`; …",
            ],
        ),
        (
            "header.csv",
            b"id,\"text\n1,a\n",
            &[
                "! header.csv: no column of the CSV file is known to hold the text; the columns are `id,\"text`; …",
            ],
        ),
        (
            "blank.csv",
            b"\n\n",
            &["! blank.csv: expected a header line with the names of the columns, found \"\""],
        ),
        ("only.csv", b"id,text\n", &[]),
    ]);
}

#[test]
fn what_is_no_text_is_told_by_its_kind() {
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    let word = b"PK\x03\x04\x14\0\x06\0word/document.xml";
    check(&[
        (
            "a.pdf",
            b"%PDF-1.7\n",
            &["! a.pdf: expected articles, found a PDF document; save its text"],
        ),
        (
            "a.docx",
            word,
            &["! a.docx: expected articles, found a ZIP archive or an Office document; …"],
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
            "a.tar",
            &tar,
            &["! a.tar: expected articles, found a tar archive; unpack it into a folder"],
        ),
        (
            "a.rtf",
            b"{\\rtf1 Text}",
            &["! a.rtf: expected articles, found an RTF document; save its text"],
        ),
        (
            "a.parquet",
            b"PAR1\x15\x04",
            &["! a.parquet: expected articles, found a Parquet file; …"],
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
        &["! late.txt: a NUL byte at position 100001: this is no text"],
    )]);
}

#[test]
fn what_is_too_long_is_skipped_in_bounded_memory() {
    let config = Config {
        max_bytes: 1000,
        ..Config::default()
    };
    let long = "x".repeat(3 << 20);
    let json = format!(
        "{{\"id\":1,\"text\":\"{long}\"}}\n{{\"id\":2,\"text\":\"b\"}}\n{{\"text\":\"{long}"
    );
    let csv = format!("id,text\n1,{long}\n2,b\n3,\"c\n{}4,d\n", "dd\n".repeat(400));
    let limit = "more than 1000 bytes, the limit set by `input.max_bytes`";
    check_with(
        &config,
        &[
            ("t.txt", long.as_bytes(), &[&format!("! t.txt: {limit}")]),
            (
                "d.jsonl",
                json.as_bytes(),
                &[
                    &format!("! d.jsonl:1: {limit}"),
                    "2 @ d.jsonl:2 = b",
                    &format!("! d.jsonl:3: {limit}"),
                ],
            ),
        ],
    );
    let found = read(&[("d.csv", csv.as_bytes())], config);
    assert_items(
        "csv",
        &found[..4],
        &[
            &format!("! d.csv:2: {limit}"),
            "2 @ d.csv:3 = b",
            &format!("! d.csv:4: {limit}"),
            "! d.csv:5: 1 fields, expected 2 as in the header line",
        ],
    );
    assert_eq!(found.last().unwrap(), "4 @ d.csv:405 = d");
}

#[test]
fn records_are_found_wherever_the_buffer_ends() {
    let mut json = String::new();
    let mut csv = String::from("id;text\n");
    let mut expected = Vec::new();
    for i in 0..400 {
        let text = "ä".repeat(i * 7 % 5000);
        json.extend(["{\"id\":", &i.to_string(), ",\"text\":\"a", &text, "\"}\n"]);
        csv.extend([&i.to_string(), ";\"a", &text, "\"\n"]);
        expected.push(format!("{i} @ f:LINE = a{text}"));
    }
    for (bytes, first) in [(json, 1), (csv, 2)] {
        let found = read(&[("f", bytes.as_bytes())], Config::default());
        let lines = expected.iter().enumerate();
        let expected: Vec<_> = lines
            .map(|(i, item)| item.replace("LINE", &(i + first).to_string()))
            .collect();
        assert!(found == expected);
    }
}

#[test]
fn broken_quotes_are_read_in_linear_time() {
    for line in [
        "1,\"a\n",
        "x\",\"y\n",
        "a\"b,\"c\n",
        "\"\"\"\n",
        "1,\"a\"\"\n",
        "\"x\"\"\n",
    ] {
        let bytes = format!("id,text\n{}", line.repeat(200_000));
        let start = std::time::Instant::now();
        let found = read(&[("d.csv", bytes.as_bytes())], Config::default());
        assert!(found.len() > 90_000, "{line:?}: {}", found.len());
        assert!(
            start.elapsed().as_secs() < 20,
            "{line:?} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn files_are_found_once_in_order_and_hidden_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Text.").unwrap();
    };
    for name in [
        "d/b.txt",
        "d/a/z.txt",
        "d/c.md",
        "d/.hidden",
        "d/.git/x",
        "e/1.txt",
        "e/[1].txt",
    ] {
        write(name);
    }
    let names = |paths: &[&str]| {
        let config = Config {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..Config::default()
        };
        Inputs::open(&config, folder.path())
            .map(|inputs| inputs.files().iter().map(File::name).collect::<Vec<_>>())
            .map_err(|error| error.to_string())
    };
    let cases: &[(&[&str], &[&str])] = &[
        (&["d"], &["d/a/z.txt", "d/b.txt", "d/c.md"]),
        (
            &["e/1.txt", "d/*.txt", "d"],
            &["e/1.txt", "d/b.txt", "d/a/z.txt", "d/c.md"],
        ),
        (&["d/b.txt", "./d/b.txt", "d/../d/b.txt"], &["d/b.txt"]),
        (&["d/**/*.txt"], &["d/a/z.txt", "d/b.txt"]),
        (&["e/[1].txt"], &["e/[1].txt"]),
        (
            &["?"],
            &["d/a/z.txt", "d/b.txt", "d/c.md", "e/1.txt", "e/[1].txt"],
        ),
        (&["d/.hidden"], &["d/.hidden"]),
    ];
    for (paths, expected) in cases {
        let found = names(paths).unwrap();
        assert_eq!(found, *expected, "{paths:?}");
    }
    for (path, error) in [
        (
            "f.txt",
            "`input.paths`: expected a file, a folder or a glob that exists, found `f.txt`: there is no such file",
        ),
        (
            "d/*.csv",
            "`input.paths`: expected a file, or a folder or glob with files that are not hidden, found no file for `d/*.csv`",
        ),
        (
            "d/[",
            "`input.paths`: expected a file, a folder or a glob, found `d/[`: Pattern syntax error near position",
        ),
    ] {
        let found = names(&[path]).unwrap_err();
        assert!(found.starts_with(error), "{found}");
    }
    assert!(
        names(&[]).unwrap_err().contains(
            "expected at least one file, folder or glob, here or by `--input`, found none"
        )
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_neither_hang_nor_hide_what_is_wrong() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("d")).unwrap();
    fs::write(root.join("d/a.txt"), "Text.").unwrap();
    symlink(".", root.join("d/loop")).unwrap();
    symlink("..", root.join("d/up")).unwrap();
    symlink("a.txt", root.join("d/same.txt")).unwrap();
    symlink("nowhere", root.join("d/dangling.txt")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("d/socket")).unwrap();
    let config = Config {
        paths: vec!["d".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, root).unwrap();
    assert_items(
        "links",
        &shown(&inputs),
        &[
            "d/a.txt @ d/a.txt = Text.",
            "! d/dangling.txt: cannot read the file: there is no such file",
            "! d/socket: cannot read the file: it is no regular file",
        ],
    );
    fs::remove_file(root.join("d/a.txt")).unwrap();
    let gone: Vec<_> = inputs.items().collect();
    assert!(
        matches!(&gone[0], Item::Failure(failure) if failure.error.starts_with("cannot read the file: "))
    );
}

#[test]
fn settings_without_meaning_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "Text.").unwrap();
    let base = || Config {
        paths: vec!["a".into()],
        ..Config::default()
    };
    let fields = Fields {
        text: Some(" ".into()),
        ..Fields::default()
    };
    for (config, expected) in [
        (
            Config {
                encoding: "latin".into(),
                ..base()
            },
            "`input.encoding`: expected `auto` or an encoding such as",
        ),
        (
            Config {
                delimiter: Some('"'),
                ..base()
            },
            "`input.delimiter`: expected an ASCII character",
        ),
        (
            Config {
                delimiter: Some('–'),
                ..base()
            },
            "`input.delimiter`: expected an ASCII character",
        ),
        (
            Config {
                max_bytes: 0,
                ..base()
            },
            "`input.max_bytes`: expected at least 1, found 0",
        ),
        (
            Config { fields, ..base() },
            "`input.fields.text`: expected the name of a field or column",
        ),
    ] {
        let error = Inputs::open(&config, folder.path())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
