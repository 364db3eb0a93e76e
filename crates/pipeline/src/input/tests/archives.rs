//! Archives are read as the files in them, as far as they are whole.

use super::compression::PACKS;
use super::{assert_items, check, check_with, made, read};
use crate::input::Config;

const STORY: &str = "Der Gemeinderat von Hohenfels hat am Dienstag beschlossen, das alte Freibad zu sanieren. Die Arbeiten sollen im Herbst beginnen und rund zwei Millionen Euro kosten. Bürgermeisterin Anke Lorenz sprach von einem guten Tag für die Stadt.";

const LONG: &str = "archiv/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/sehr-lange-namen/notiz.txt";

/// Writes down an article whose id is its place.
fn article(source: &str, text: &str) -> String {
    format!("{source} @ {source} = {text}")
}

fn check_file(name: &str, bytes: &[u8], expected: &[&str]) {
    assert_items(name, &read(&[(name, bytes)], Config::default()), expected);
}

#[test]
fn each_file_in_a_zip_is_read_in_the_format_it_has() {
    check_file(
        "a.zip",
        made!("pages.zip"),
        &[
            &article("a.zip!/seiten/freibad.html", STORY),
            "- style",
            "- image",
            "- image",
            "wahl @ a.zip!/meldungen.jsonl:1 = Die Wahl ist entschieden.",
            "! a.zip!/meldungen.jsonl:2: …",
            "regen @ a.zip!/meldungen.jsonl:3 = Es regnet seit Tagen.",
            &article("a.zip!/notiz.txt", "Eine Notiz."),
            &article("a.zip!/größe.txt", "Ein Name in UTF-8."),
            &article("a.zip!/größe-dos.txt", "Ein Name in CP437."),
            &article("a.zip!/../../etc/a.txt", "Ein Name, der nach oben führt."),
            &article("a.zip!//tmp/b.txt", "Ein Name von der Wurzel."),
            "! a.zip!/bericht.pdf: expected articles, found a PDF document; save it as text",
            &article("a.zip!/innen.tar!/tief.txt", "Ein Text im inneren Archiv."),
            "! a.zip!/innen.zip!/c.tar: expected at most two archives around a file, found a third; …",
        ],
    );
}

#[test]
fn the_configured_format_is_that_of_the_files_in_an_archive() {
    for format in ["text", "zip"] {
        let toml = format!("format = {format:?}");
        let config: Config = toml::from_str(&toml).unwrap();
        let found = read(&[("a.zip", made!("pages.zip"))], config);
        let is_text = found.iter().any(|item| item.contains("{\"id\""));
        assert_eq!(is_text, format == "text", "{found:#?}");
    }
}

#[test]
fn a_zip_may_be_anything_that_the_format_allows() {
    let article = &article("a.zip!/a.txt", "Ein Text.");
    let extracting = [b"PK00".as_slice(), made!("zip64.zip")].concat();
    let mut commented = made!("zip64.zip").to_vec();
    let len = commented.len();
    commented[len - 2] = 9;
    commented.extend(b"Kommentar");
    let mut padded = made!("zip64.zip").to_vec();
    padded.extend([0; 100]);
    for bytes in [made!("zip64.zip"), &extracting, &commented, &padded] {
        check_file("a.zip", bytes, &[article]);
    }
    for (name, pack) in PACKS {
        assert_items(
            name,
            &read(&[("a.zip", &pack(made!("zip64.zip")))], Config::default()),
            &[article],
        );
    }
}

#[test]
fn concatenated_zips_are_read_one_after_another() {
    let [one, pages, bomb] = [made!("zip64.zip"), made!("pages.zip"), made!("bomb.zip")];
    let article = article("a.zip!/a.txt", "Ein Text.");
    let items = |bytes: &[u8]| read(&[("a.zip", bytes)], Config::default());
    let from_pages = items(pages);
    assert_eq!(
        items(&[one, pages].concat()),
        [std::slice::from_ref(&article), &*from_pages].concat()
    );
    assert_eq!(
        items(&[pages, one].concat()),
        [&*from_pages, std::slice::from_ref(&article)].concat()
    );
    // What is in both has the same id.
    let same = "! a.zip!/a.txt: duplicate id: an earlier article already uses it";
    assert_items(
        "same",
        &items(&[one, one, one].concat()),
        &[&article, same, same],
    );
    // A damaged or dangerous archive costs itself, wherever it is.
    let from_bomb = items(bomb);
    assert_eq!(
        items(&[bomb, one].concat()),
        [&*from_bomb, std::slice::from_ref(&article)].concat()
    );
    let whole = items(&[one, made!("letter.docx")].concat());
    let office = "! a.zip: expected articles, found an Office document; save it as text";
    assert_items("office", &whole, &[&article, office]);
    // Of one that is cut, the directory is missing.
    let cut = &pages[..pages.len() - 30];
    assert_items(
        "cut before",
        &items(&[cut, one].concat()),
        &[
            &format!(
                "! a.zip: the {} bytes before the ZIP archive are the rest of another one, whose…",
                cut.len()
            ),
            &article,
        ],
    );
    assert_items(
        "cut after",
        &items(&[one, cut].concat()),
        &[
            &article,
            &format!(
                "! a.zip: the {} bytes after the ZIP archive do not belong to it, and are not read; …",
                cut.len()
            ),
        ],
    );
    assert_items(
        "a text after it",
        &items(&[one, b"{\"text\": \"Nachtrag.\"}\n"].concat()),
        &[
            &article,
            "! a.zip: the 22 bytes after the ZIP archive do not belong to it, and are not read; …",
        ],
    );
}

#[test]
fn what_is_no_archive_of_articles_is_told() {
    let office = "! d: expected articles, found an Office document; save it as text";
    check(&[
        ("d", made!("letter.docx"), &[office]),
        ("d", made!("letter.odt"), &[office]),
        (
            "d",
            made!("book.epub"),
            &["! d: expected articles, found an e-book; save it as text"],
        ),
        (
            "d",
            made!("empty.zip"),
            &["! d: expected articles, found a ZIP archive without files"],
        ),
        (
            "d",
            made!("folders.zip"),
            &["! d: expected articles, found a ZIP archive without files"],
        ),
        (
            "d.tar",
            made!("empty.tar"),
            &["! d.tar: expected articles, found a tar archive without files"],
        ),
        (
            "d.zip",
            b"<html><p>Bitte melden Sie sich an.",
            &[
                "! d.zip: the name says ZIP, but the file starts with \"<html><p>Bitte melden Sie sich an.\"",
            ],
        ),
        (
            "d.tar.gz",
            b"Nicht gefunden\n",
            &["! d.tar.gz: the name says tar, but the file starts with \"Nicht gefunden\""],
        ),
        (
            "d.zip",
            b"",
            &["! d.zip: expected articles, found an empty file"],
        ),
        (
            "d.tar",
            b"",
            &["! d.tar: expected articles, found an empty file"],
        ),
    ]);
}

#[test]
fn memory_is_bounded_whatever_an_entry_claims() {
    let config = Config {
        max_bytes: 1000,
        ..Config::default()
    };
    let expected = &[
        "! a.zip!/bombe.txt: more than 1000 bytes, the limit set by `input.max_bytes`",
        &article("a.zip!/gut.txt", "Ein Text."),
    ];
    check_with(&config, &[("a.zip", made!("bomb.zip"), expected)]);
    // Fewer bytes than there are, and more.
    for (size, expected) in [
        (
            500_u32,
            "! a.zip!/bombe.txt: the entry has more bytes than the directory says",
        ),
        (
            u32::MAX - 1,
            "! a.zip!/bombe.txt: the entry is damaged: it has fewer bytes than the directory says",
        ),
    ] {
        let mut bytes = made!("bomb.zip").to_vec();
        let at = directory(&bytes);
        bytes[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
        check_file(
            "a.zip",
            &bytes,
            &[expected, &article("a.zip!/gut.txt", "Ein Text.")],
        );
    }
    let found = read(&[("a.zip", made!("overlap.zip"))], Config::default());
    assert_eq!(
        found.last().unwrap(),
        "! a.zip: the entries of the ZIP archive overlap, so that together they are larger than it is; the rest is not read"
    );
}

/// Returns where the directory begins.
fn directory(zip: &[u8]) -> usize {
    memchr::memmem::find(zip, b"PK\x01\x02").unwrap()
}

#[test]
fn a_damaged_entry_costs_itself() {
    let good = article("a.zip!/gut.txt", "Ein Text.");
    let at = directory(made!("bomb.zip"));
    for (at, byte, expected) in [
        (at + 8, 1, "the entry is encrypted; extract the archive"),
        (
            at + 10,
            9,
            "the entry is compressed by Deflate64, which cannot be read; extract the archive",
        ),
        (
            at + 10,
            77,
            "the entry is compressed by method 77, which cannot be read; extract the archive",
        ),
        (at + 16, 0, "the entry is damaged: its checksum is wrong"),
        (
            at + 45,
            1,
            "the entry is damaged: its data is not where the directory says",
        ),
        (0, 0, "the name says ZIP, but the file starts with \"\\0K"),
        (
            at + 23,
            1,
            "the entry is damaged: its data is not where the directory says",
        ),
        (100, 0xFF, "the entry is damaged"),
    ] {
        let mut bytes = made!("bomb.zip").to_vec();
        bytes[at] = byte;
        let found = read(&[("a.zip", &bytes)], Config::default());
        assert!(found[0].contains(expected), "{found:#?}");
        if at > 0 {
            assert_eq!(found[1..], [good.as_str()], "{expected}");
        }
    }
}

#[test]
fn a_cut_zip_is_one_failure() {
    let whole = made!("pages.zip");
    for cut in 4..whole.len() {
        check_file(
            "a.zip",
            &whole[..cut],
            &["! a.zip: the ZIP archive has no directory at its end: it is truncated, …"],
        );
    }
}

/// Returns the texts of the articles.
fn texts(items: &[String]) -> Vec<&str> {
    items
        .iter()
        .filter(|item| !item.starts_with(['!', '-']))
        .map(|item| item.split_once(" = ").unwrap().1)
        .collect()
}

#[test]
fn damage_gives_no_wrong_article_and_never_panics() {
    let whole = made!("pages.zip");
    let all = read(&[("a.zip", whole)], Config::default());
    // Where the name of an entry is damaged, it may be read as text.
    let mut possible = texts(&all);
    possible.extend(["body { margin: 0 }", LINES]);
    for at in (0..whole.len()).step_by(3) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        let found = read(&[("a", &damaged)], Config::default());
        // The checksum of an entry is checked at its end, so articles in it may have come before.
        let is_late = found.iter().any(|item| {
            item.starts_with("! a!/innen.tar: the entry")
                || item.starts_with("! a!/meldungen.jsonl:")
                    && item.contains("the entry is damaged")
        });
        for text in texts(&found) {
            assert!(is_late || possible.contains(&text), "at {at}: {found:#?}");
        }
        assert!(!found.is_empty());
    }
    let whole = made!("gnu.tar");
    for at in (0..whole.len()).step_by(31) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        assert!(!read(&[("a", &damaged)], Config::default()).is_empty());
    }
}

const LINES: &str = "{\"id\": \"wahl\", \"text\": \"Die Wahl ist entschieden.\"}\n{\"id\": \"kaputt\", \"te\n{\"id\": \"regen\", \"text\": \"Es regnet seit Tagen.\"}\n";

/// Returns what is in the archives of each kind of tar.
fn in_tar(name: &str) -> Vec<String> {
    vec![
        article(&format!("{name}!/seiten/freibad.html"), STORY),
        "- image".into(),
        format!("wahl @ {name}!/meldungen.jsonl:1 = Die Wahl ist entschieden."),
        format!("! {name}!/meldungen.jsonl:2: …"),
        format!("regen @ {name}!/meldungen.jsonl:3 = Es regnet seit Tagen."),
        article(&format!("{name}!/{LONG}"), "Ein langer Name."),
        article(&format!("{name}!/größe.txt"), "Ein Umlaut im Namen."),
        format!("! {name}!/bericht.pdf: expected articles, found a PDF document; save it as text"),
        format!("! {name}!/leer.txt: expected articles, found an empty file"),
    ]
}

#[test]
fn each_file_in_a_tar_is_read_in_the_format_it_has() {
    let expected = in_tar("a.tar");
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    for bytes in [made!("gnu.tar"), made!("pax.tar"), made!("ustar.tar")] {
        check_file("a.tar", bytes, &expected);
        for (_, pack) in PACKS {
            check_file("a.tar", &pack(bytes), &expected);
        }
    }
    // Archives one after another, and what a tape had before.
    let two = [made!("empty.tar"), made!("gnu.tar"), b"\n"].concat();
    check_file("a.tar", &two, &expected);
    // What is no archive after the end mark may be articles.
    let after =
        "! a.tar: what follows the end mark of the tar archive is no archive, and is not read";
    let line = b"{\"id\": \"x\", \"text\": \"Nachtrag.\"}\n".as_slice();
    let told = [&*expected, &[after]].concat();
    for rest in [line, &line.repeat(200)] {
        check_file("a.tar", &[made!("gnu.tar"), rest].concat(), &told);
    }
    let up_to = format!("{after} up to the next header");
    let told = [&[&*up_to], &*expected].concat();
    let blocks = [
        made!("empty.tar"),
        &line.repeat(512)[..1024],
        made!("gnu.tar"),
    ]
    .concat();
    check_file("a.tar", &blocks, &told);
}

#[test]
fn a_cut_tar_gives_what_is_before_the_cut_and_one_failure() {
    let whole = made!("gnu.tar");
    let end = whole.len() - whole.iter().rev().take_while(|byte| **byte == 0).count();
    let end = end.next_multiple_of(512);
    let all = read(&[("a", whole)], Config::default());
    for cut in (512..end + 512).step_by(100) {
        for packed in [whole[..cut].to_vec(), PACKS[0].1(&whole[..cut])] {
            let found = read(&[("a", &packed)], Config::default());
            let (last, before) = found.split_last().unwrap();
            assert_eq!(before, &all[..before.len()], "cut at {cut}");
            assert!(last.contains("truncated"), "cut at {cut}: {found:#?}");
        }
    }
    let found = read(&[("a", &whole[..end + 512])], Config::default());
    assert_eq!(found, all, "one block of the end mark is enough");
    for (name, pack) in PACKS {
        let packed = pack(whole);
        for cut in packed.len() / 3..packed.len() {
            let found = read(&[("a", &packed[..cut])], Config::default());
            let (last, before) = found.split_last().unwrap();
            // The checksum may be cut off and the archive complete.
            if found != all {
                assert_eq!(before, &all[..before.len()], "{name} cut at {cut}");
                assert!(last.starts_with('!'), "{name} cut at {cut}: {found:#?}");
            }
        }
    }
}

#[test]
fn a_damaged_header_costs_its_file() {
    let whole = made!("gnu.tar");
    let at = memchr::memmem::find(whole, b"./meldungen.jsonl").unwrap();
    let mut damaged = whole.to_vec();
    damaged[at] = b'x';
    let mut expected = in_tar("a.tar");
    expected.drain(2..5);
    let told = "! a.tar: a header of the tar archive is damaged; reading continues at the next one";
    expected.insert(2, told.into());
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check_file("a.tar", &damaged, &expected);
    // A single block of zeros is no end mark.
    damaged[at..at + 512].fill(0);
    check_file("a.tar", &damaged, &expected);

    let mut sparse = whole.to_vec();
    sparse[at + 156] = b'S';
    let sum: u32 = sparse[at..at + 512]
        .iter()
        .map(|byte| u32::from(*byte))
        .sum();
    let checksum = sum
        - sparse[at + 148..at + 156]
            .iter()
            .map(|byte| u32::from(*byte))
            .sum::<u32>()
        + 8 * 32;
    sparse[at + 148..at + 154].copy_from_slice(format!("{checksum:06o}").as_bytes());
    let found = read(&[("a.tar", &sparse)], Config::default());
    assert_eq!(
        found[2],
        "! a.tar!/meldungen.jsonl: the entry is a sparse file, which cannot be read; extract the archive"
    );
    assert_eq!(found.len(), expected.len());

    // A file that claims to be larger than anything.
    let mut claims = whole.to_vec();
    claims[at + 124..at + 136].copy_from_slice(&[
        0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ]);
    let sum: u32 = claims[at..at + 512]
        .iter()
        .map(|byte| u32::from(*byte))
        .sum();
    let checksum = sum
        - claims[at + 148..at + 156]
            .iter()
            .map(|byte| u32::from(*byte))
            .sum::<u32>()
        + 8 * 32;
    claims[at + 148..at + 154].copy_from_slice(format!("{checksum:06o}").as_bytes());
    let found = read(&[("a.tar", &claims)], Config::default());
    assert!(found.last().unwrap().contains("truncated"), "{found:#?}");
}
