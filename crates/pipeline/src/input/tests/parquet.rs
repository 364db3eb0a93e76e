//! Parquet files as pyarrow writes them, and what each kind of damage costs.

use std::fs;
use std::path::Path;

use super::{assert_items, assert_resumes, check_with, read, text_of};
use crate::input::{Config, Fields, Inputs, Item};

/// A file that `scripts/check/formats-parquet.py` has written.
pub(super) fn made(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats/parquet");
    fs::read(root.join(format!("{name}.parquet"))).unwrap()
}

const TEXTS: [&str; 5] = [
    "Die alte Brücke über die Fulda ist seit Montag gesperrt. Ein Gutachter fand Risse im Beton.",
    "Nach 98 Jahren schließt die Bäckerei Ohm am Markt. Eine Nachfolgerin hat sich nicht gefunden.",
    "Das Freibad in Wehlheiden öffnet am Samstag. Das Wasser hat 21 Grad.",
    "Der Rat stimmte am Abend für den Haushalt. Die Opposition enthielt sich.",
    "In Guntershausen ist ein Güterzug entgleist. Verletzt wurde niemand.",
];

/// What some rows give, counted from 1, in a file of this name.
fn rows(name: &str, rows: impl IntoIterator<Item = usize>) -> Vec<String> {
    rows.into_iter()
        .map(|row| format!("a{row} @ {name}:{row} = {}", TEXTS[row - 1]))
        .collect()
}

fn with(fields: Fields) -> Config {
    Config {
        fields,
        ..Config::default()
    }
}

/// Reads a file and writes down id, text and date of each article.
fn dated(name: &str, fields: Fields) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("f"), made(name)).unwrap();
    let config = Config {
        paths: vec!["f".into()],
        fields,
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    inputs
        .items()
        .map(|item| match item {
            Item::Article(article) => format!(
                "{} | {} | {}",
                article.id,
                article.date.unwrap_or_default(),
                article.text.source()
            ),
            item => text_of(&item),
        })
        .collect()
}

#[test]
fn concatenated_files_are_read_one_after_another() {
    let items = |parts: &[&[u8]]| read(&[("d.parquet", &parts.concat())], Config::default());
    let numbered = |first: usize| {
        rows("d.parquet", 1..=5)
            .into_iter()
            .enumerate()
            .map(move |(at, row)| {
                row.replace(&format!(":{} = ", at + 1), &format!(":{} = ", first + at))
            })
    };
    // All have the same ids.
    let same = |first: usize| {
        (first..first + 5).map(|row| {
            format!("! d.parquet:{row}: duplicate id: an earlier article already uses it")
        })
    };
    let [groups, zstd, v2] = ["groups", "zstd", "v2"].map(made);
    let expected: Vec<String> = numbered(1).chain(same(6)).collect();
    assert_eq!(items(&[&groups, &zstd]), expected);
    assert_eq!(items(&[&zstd, &groups]), expected);
    let expected: Vec<String> = numbered(1).chain(same(6)).chain(same(11)).collect();
    assert_eq!(items(&[&v2, &groups, &zstd]), expected);
    // A part that cannot be read is told in the end.
    let cut = &groups[..groups.len() - 20];
    let expected: Vec<String> = numbered(1)
        .chain([format!(
            "! d.parquet: the {} bytes before the Parquet file are the rest of another one, whose footer is missing; they are not \
             read",
            cut.len()
        )])
        .collect();
    assert_eq!(items(&[cut, &zstd]), expected);
    assert_items(
        "cut after",
        &items(&[&zstd, cut]),
        &["! d.parquet: the Parquet file is truncated: …"],
    );
}

#[test]
fn every_codec_and_encoding_gives_the_same_articles() {
    for name in [
        "none",
        "snappy",
        "gzip",
        "zstd",
        "lz4",
        "v2",
        "plain-v1",
        "plain-v2",
        "delta-length-byte-array-v1",
        "delta-length-byte-array-v2",
        "delta-byte-array-v1",
        "delta-byte-array-v2",
        "groups",
    ] {
        let found = read(&[("d.parquet", &made(name))], Config::default());
        assert_eq!(found, rows("d.parquet", 1..=5), "{name}");
        // Without the name, it is recognized all the same.
        let found = read(&[("d", &made(name))], Config::default());
        assert_eq!(found, rows("d", 1..=5), "{name}");
        let dates: Vec<_> = dated(name, Fields::default())
            .iter()
            .map(|item| item.split(" | ").nth(1).unwrap().to_owned())
            .collect();
        let expected = ["2024-05-06", "2024-05-07", "", "2024-05-08", "2024-05-09"];
        assert_eq!(dates, expected, "{name}");
    }
}

#[test]
fn every_type_of_text_is_read() {
    let field = |text: &str| {
        with(Fields {
            text: Some(text.into()),
            ..Fields::default()
        })
    };
    let texts = |texts: &[&str]| -> Vec<String> {
        let texts = texts.iter().enumerate();
        texts
            .map(|(index, text)| match *text {
                "" => format!("! f:{}: the text is empty", index + 1),
                text => format!("f:{0} @ f:{0} = {text}", index + 1),
            })
            .collect()
    };
    for name in ["large", "view", "bytes", "dictionary"] {
        let found = read(&[("f", &made("types"))], field(name));
        assert_eq!(found, texts(&TEXTS), "{name}");
    }
    let mut articles = TEXTS;
    articles[3] = "";
    let found = read(&[("f", &made("types"))], field("article.body"));
    assert_eq!(found, texts(&articles));
    let mut paragraphs = TEXTS.map(|text| text.replace(". ", "\n\n"));
    let all = paragraphs.each_ref().map(String::as_str);
    let found = read(&[("f", &made("types"))], field("parts.text"));
    assert_eq!(found, texts(&all), "a list of structs");
    paragraphs[3].clear();
    let all = paragraphs.each_ref().map(String::as_str);
    let found = read(&[("f", &made("types"))], field("paragraphs"));
    assert_eq!(found, texts(&all), "a list, null in row 4");
    let found = read(&[("f", &made("types"))], field("latin"));
    assert_items(
        "Latin-1",
        &found,
        &[
            "! f:1: damaged UTF-8: byte 0xFC at position 12",
            "! f:2: damaged UTF-8: byte 0xDF at position 22",
            "! f:3: damaged UTF-8: byte 0xF6 at position 27",
            "! f:4: damaged UTF-8: byte 0xFC at position 27",
            "! f:5: damaged UTF-8: byte 0xFC at position 27",
        ],
    );
    let found = read(&[("f", &made("types"))], field("nothing"));
    assert_eq!(found, texts(&[""; 5]));
}

#[test]
fn ids_and_dates_are_written_as_text() {
    for (id, expected) in [
        ("number", ["7", "8", "f:3", "10", "11"]),
        (
            "long",
            [
                "1099511627776",
                "1099511627777",
                "1099511627778",
                "1099511627779",
                "1099511627780",
            ],
        ),
        (
            "unsigned",
            [
                "18446744073709551615",
                "18446744073709551614",
                "18446744073709551613",
                "18446744073709551612",
                "18446744073709551611",
            ],
        ),
        ("decimal", ["0.25", "1.25", "2.25", "3.25", "4.25"]),
        (
            "typed",
            [
                "550e8400-e29b-41d4-a716-446655440000",
                "550e8400-e29b-41d4-a716-446655440001",
                "550e8400-e29b-41d4-a716-446655440002",
                "550e8400-e29b-41d4-a716-446655440003",
                "550e8400-e29b-41d4-a716-446655440004",
            ],
        ),
        (
            "key",
            [
                "550e8400-e29b-41d4-a716-446655440000",
                "550e8400-e29b-41d4-a716-446655440001",
                "550e8400-e29b-41d4-a716-446655440002",
                "550e8400-e29b-41d4-a716-446655440003",
                "550e8400-e29b-41d4-a716-446655440004",
            ],
        ),
        ("fixed", ["k0", "k1", "k2", "k3", "k4"]),
        ("dictionary", TEXTS),
    ] {
        let fields = Fields {
            id: Some(id.into()),
            text: Some("large".into()),
            ..Fields::default()
        };
        let found = dated("types", fields);
        let expected = expected.iter().zip(TEXTS);
        let expected: Vec<_> = expected
            .map(|(id, text)| format!("{id} |  | {text}"))
            .collect();
        assert_eq!(found, expected, "{id}");
    }
    for (date, first, second) in [
        ("seconds", "2024-05-06T12:30:00", "2024-05-06T12:30:01"),
        ("millis", "2024-05-06T12:30:00Z", "2024-05-06T12:30:01.25Z"),
        ("micros", "2024-05-06T12:30:00Z", "2024-05-06T12:30:01.25Z"),
        ("nanos", "2024-05-06T12:30:00", "2024-05-06T12:30:01.25"),
        ("epoch", "1714979289", "1714979290"),
        ("article.meta.day", "2024-05-06", "2024-05-07"),
    ] {
        let fields = Fields {
            text: Some("large".into()),
            date: Some(date.into()),
            ..Fields::default()
        };
        let found = dated("types", fields);
        let expected = [("1", first), ("2", second)].into_iter().zip(TEXTS);
        let expected: Vec<_> = expected
            .map(|((row, date), text)| format!("f:{row} | {date} | {text}"))
            .collect();
        assert_eq!(found[..2], expected, "{date}");
    }
    let int96 = dated("int96", Fields::default());
    assert_eq!(
        int96[1],
        format!("f:2 | 2024-05-06T12:30:01.25 | {}", TEXTS[1])
    );
}

#[test]
fn a_column_of_the_wrong_type_is_told() {
    let configured = |role: &str, name: &str| {
        let name = Some(name.to_owned());
        let text = Some("large".to_owned());
        with(match role {
            "id" => Fields {
                id: name,
                text,
                ..Fields::default()
            },
            "text" => Fields {
                text: name,
                ..Fields::default()
            },
            "title" => Fields {
                title: name,
                text,
                ..Fields::default()
            },
            _ => Fields {
                date: name,
                text,
                ..Fields::default()
            },
        })
    };
    let types = made("types");
    for (role, name, expected) in [
        (
            "text",
            "long",
            "the text in the column \"long\" is a number, expected text or a list of texts",
        ),
        (
            "text",
            "yes",
            "the text in the column \"yes\" is a boolean, expected text or a list of texts",
        ),
        (
            "text",
            "seconds",
            "the text in the column \"seconds\" is a timestamp, expected text or a list of texts",
        ),
        (
            "text",
            "map",
            "the text in the column \"map\" is a map, expected text or a list of texts",
        ),
        (
            "text",
            "article",
            "the text in the column \"article\" is a struct, expected text or a list of texts; set the path of a column in it in `input.fields`, such as `content.body`",
        ),
        (
            "id",
            "yes",
            "the id in the column \"yes\" is a boolean, expected text, a whole number or a UUID",
        ),
        (
            "title",
            "paragraphs",
            "the title in the column \"paragraphs\" is a list, expected text",
        ),
        (
            "date",
            "article.meta",
            "the date in the column \"article.meta\" is a struct, expected text, a date or a number; set the path of a column in it in `input.fields`, such as `content.body`",
        ),
        (
            "date",
            "Tag",
            "`input.fields.date`: no column \"Tag\"; the columns are `large`, …",
        ),
    ] {
        check_with(
            &configured(role, name),
            &[("f", &types, &[&format!("! f: {expected}")])],
        );
    }
    let found = read(&[("f", &types)], configured("id", "float"));
    let wrong = "the id in the column \"float\" is a number that cannot be kept exactly, expected text, a whole number or a UUID";
    let first = |id: &str, row: usize| format!("{id} @ f:{row} = {}", TEXTS[row - 1]);
    let expected = [
        first("1", 1),
        first("2", 2),
        format!("! f:3: {wrong}"),
        first("f:4", 4),
        first("5", 5),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_cannot_be_read_at_all_is_one_failure() {
    let whole = made("snappy");
    let truncated = "! d.parquet: the Parquet file is truncated: its footer is missing, without which no article can be found";
    let footer = "! d.parquet: the footer of the Parquet file is damaged, without which no article can be found: …";
    let encrypted = "! d.parquet: the Parquet file is encrypted; decrypt it";
    let columns = "! d.parquet: no column of the Parquet file is recognized as the text; the columns are `id`, `title`, `date`, `clicks`; set `input.fields.text` to the right one";
    let end = whole.len();
    let patched = |at: usize, with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    for (what, bytes, expected) in [
        (
            "no rows",
            made("no-rows"),
            "! d.parquet: expected articles, found a Parquet file without rows",
        ),
        ("no text", made("no-text"), columns),
        ("encrypted", made("encrypted"), encrypted),
        (
            "some columns encrypted",
            made("encrypted-columns"),
            encrypted,
        ),
        (
            "empty",
            Vec::new(),
            "! d.parquet: expected articles, found an empty file",
        ),
        ("cut after the magic number", whole[..4].to_vec(), truncated),
        ("cut in the middle", whole[..end / 2].to_vec(), truncated),
        ("cut before the end", whole[..end - 1].to_vec(), truncated),
        (
            "longer than it was",
            [&whole[..], b"\n"].concat(),
            truncated,
        ),
        ("a footer of 4 GB", patched(end - 8, &[0xFF; 4]), footer),
        ("a footer of no bytes", patched(end - 8, &[0; 4]), footer),
        (
            "a footer that starts elsewhere",
            patched(end - 8, &[0xC0]),
            footer,
        ),
        (
            "text",
            b"Der Rat tagt.\n".to_vec(),
            "! d.parquet: expected a Parquet file, as its name or `input.format` says, but it starts with \"Der Rat tagt.\"",
        ),
        (
            "JSON",
            b"{\"text\":\"Der Rat tagt.\"}\n".to_vec(),
            "! d.parquet: expected a Parquet file, as its name or `input.format` says, but it starts with …",
        ),
    ] {
        let found = read(&[("d.parquet", &bytes)], Config::default());
        assert_items(what, &found, &[expected]);
    }
    // Nobody names a text like that.
    let found = read(
        &[("d.txt", b"PAR1 heisst der erste Abschnitt.")],
        Config::default(),
    );
    assert_eq!(found, ["d.txt @ d.txt = PAR1 heisst der erste Abschnitt."]);
}

/// Returns where the second row's text is, not its copies in the statistics.
fn second_text(bytes: &[u8]) -> usize {
    let text = TEXTS[1].as_bytes();
    let len = u32::try_from(text.len()).unwrap().to_le_bytes();
    memchr::memmem::find(bytes, &[&len, text].concat()).unwrap() + len.len()
}

#[test]
fn a_damaged_page_costs_the_rest_of_its_row_group() {
    let whole = made("groups");
    // The page has a checksum.
    let at = second_text(&whole);
    let mut bytes = whole.clone();
    bytes[at] = b'7';
    let found = read(&[("d.parquet", &bytes)], Config::default());
    let lost = "! d.parquet:2: rows 2 to 3 are lost, the rest of the row group: the column \"text\" is damaged: the checksum of a page is wrong";
    let expected = [
        rows("d.parquet", [1]),
        vec![lost.to_owned()],
        rows("d.parquet", 4..=5),
    ];
    assert_eq!(found, expected.concat());
    // The column of clicks is not read.
    let clicks = memchr::memmem::rfind(&whole[..at + 1000], &[0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    let mut bytes = whole.clone();
    bytes[clicks] = 9;
    let found = read(&[("d.parquet", &bytes)], Config::default());
    assert_eq!(found, rows("d.parquet", 1..=5));
    // The header of the page of the second row's text.
    let header = memchr::memmem::rfind(&whole[..at], &[0x15, 0x00, 0x15]).unwrap();
    let mut bytes = whole.clone();
    bytes[header] = 0xFF;
    let found = read(&[("d.parquet", &bytes)], Config::default());
    let lost = "! d.parquet:2: rows 2 to 3 are lost, the rest of the row group: the column \"text\" is damaged: the header of a page is damaged: …";
    let expected = [
        rows("d.parquet", [1]),
        vec![lost.to_owned()],
        rows("d.parquet", 4..=5),
    ];
    let expected = expected.concat();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    assert_items("a header of a page", &found, &expected);
}

/// Every byte of every file is damaged in turn. Nothing panics or takes much memory, and what is not hit stays.
#[test]
fn no_byte_can_do_harm() {
    for name in [
        "groups",
        "snappy",
        "v2",
        "delta-byte-array-v1",
        "delta-length-byte-array-v2",
    ] {
        let whole = made(name);
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            paths: vec!["d.parquet".into()],
            ..Config::default()
        };
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= [0x01, 0xFF, 0x80][at % 3];
            fs::write(folder.path().join("d.parquet"), &bytes).unwrap();
            let inputs = Inputs::open(&config, folder.path()).unwrap();
            let count = inputs.items().take(1000).count();
            assert!(
                count > 0,
                "{name}: byte {at} leaves nothing, not even a failure"
            );
        }
    }
}

#[test]
fn what_comes_after_a_row_is_the_same_when_reading_resumes() {
    let mut damaged = made("groups");
    let at = second_text(&damaged);
    damaged[at] = b'7';
    let files = [
        ("a.parquet", made("groups")),
        ("b.parquet", damaged),
        ("c.parquet", made("v2")),
        ("d.parquet", made("delta-byte-array-v1")),
        ("e.parquet", made("no-rows")),
        ("f.parquet", made("snappy")),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let config = Config {
        paths: files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let whole: Vec<_> = inputs.items().map(|item| text_of(&item)).collect();
    assert_eq!(whole.len(), 5 + 4 + 5 + 5 + 1 + 5);
    assert_resumes(&inputs, &whole, 0..=whole.len(), |item| text_of(&item));
    let mut items = inputs.items();
    items.by_ref().take(4).for_each(drop);
    let position = items.position();
    fs::write(folder.path().join("a.parquet"), made("no-rows")).unwrap();
    let error = inputs.items_from(&position, 4, []).err().unwrap();
    assert_eq!(error.to_string(), "it has become shorter");
}

#[test]
fn limits_hold() {
    let config = Config {
        max_bytes: 90,
        ..Config::default()
    };
    let found = read(&[("d.parquet", &made("groups"))], config.clone());
    let limit =
        |row| format!("! d.parquet:{row}: more than 90 bytes, the limit set by `input.max_bytes`");
    let expected = [vec![limit(1), limit(2)], rows("d.parquet", 3..=5)];
    assert_eq!(found, expected.concat());
    // A compressed file can only be read in order, so it is copied.
    let packed = zstd::encode_all(made("groups").as_slice(), 3).unwrap();
    let found = read(&[("d.parquet.zst", &packed)], Config::default());
    assert_eq!(found, rows("d.parquet.zst", 1..=5));
    check_with(
        &config,
        &[(
            "d.parquet.zst",
            &packed,
            &[
                "! d.parquet.zst: this format is read in any order, so within compressed data or an archive it may have at most 90 bytes, the limit set by `input.max_bytes`; extract it",
            ],
        )],
    );
}
