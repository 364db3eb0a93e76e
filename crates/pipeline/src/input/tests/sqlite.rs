//! SQLite databases: what a query gives, and what cannot be read.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{assert_items, assert_resumes, text_of};
use crate::input::{Config, Fields, Inputs};

const SCHEMA: &str = "
    CREATE TABLE artikel (id INTEGER PRIMARY KEY, titel TEXT, text, datum TEXT);
    CREATE TABLE [alte Texte] (nr INTEGER, inhalt TEXT);
    CREATE VIEW lang AS SELECT * FROM artikel WHERE length(text) > 40;
    INSERT INTO artikel VALUES
        (1, 'Brücke', 'Die Brücke ist gesperrt.', '2024-05-06'),
        (2, 'Bad', CAST('Das Freibad öffnet am Samstag.' AS BLOB), '2024-05-07'),
        (3, 'Rat', NULL, NULL),
        (4, 'Zug', X'4BF66C6E', '2024-05-08'),
        (5, 'Zahl', 17, '2024-05-08'),
        (6, 'Wetter', 'Am Abend zieht ein Gewitter über den Habichtswald.', '2024-05-09');
";

const QUERY: &str = "SELECT id, text FROM artikel ORDER BY id";

fn database(path: &Path, sql: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection
}

fn config(query: &str) -> Config {
    Config {
        paths: vec!["d.sqlite".into()],
        query: Some(query.into()).filter(|query: &String| !query.is_empty()),
        ..Config::default()
    }
}

fn read(folder: &Path, config: &Config) -> Vec<String> {
    let inputs = Inputs::open(config, folder).unwrap();
    inputs.items().map(|item| text_of(&item)).collect()
}

const ROWS: [&str; 6] = [
    "1 @ d.sqlite:1 = Die Brücke ist gesperrt.",
    "2 @ d.sqlite:2 = Das Freibad öffnet am Samstag.",
    "! d.sqlite:3: the text is empty",
    "! d.sqlite:4: damaged UTF-8: byte 0xF6 at position 2",
    "! d.sqlite:5: the text in the column \"text\" is a number, expected text",
    "6 @ d.sqlite:6 = Am Abend zieht ein Gewitter über den Habichtswald.",
];

#[test]
fn each_row_of_the_query_is_an_article() {
    let folder = tempfile::tempdir().unwrap();
    drop(database(&folder.path().join("d.sqlite"), SCHEMA));
    assert_items("all", &read(folder.path(), &config(QUERY)), &ROWS);
    for (query, expected) in [
        (
            "SELECT text AS inhalt, datum || '-' || id AS id FROM artikel WHERE id = 1;",
            "2024-05-06-1 @ d.sqlite:1 = Die Brücke ist gesperrt.",
        ),
        (
            "SELECT text FROM lang",
            "d.sqlite:1 @ d.sqlite:1 = Am Abend zieht ein Gewitter über den Habichtswald.",
        ),
        (
            "SELECT 1.5 AS id, 'Ein Text.' AS text",
            "! d.sqlite:1: the id in the column \"id\" is a number that cannot be kept exactly, expected text or a whole number",
        ),
        (
            "SELECT 15.0 AS id, 'Ein Text.' AS text",
            "15 @ d.sqlite:1 = Ein Text.",
        ),
    ] {
        assert_items(query, &read(folder.path(), &config(query)), &[expected]);
    }
    let config = Config {
        max_bytes: 30,
        ..config(QUERY)
    };
    let found = read(folder.path(), &config);
    assert_eq!(
        found[5],
        "! d.sqlite:6: more than 30 bytes, the limit set by `input.max_bytes`"
    );
    let config = Config {
        fields: Fields {
            text: Some("titel".into()),
            ..Fields::default()
        },
        ..self::config("SELECT titel FROM artikel LIMIT 1")
    };
    assert_eq!(
        read(folder.path(), &config),
        ["d.sqlite:1 @ d.sqlite:1 = Brücke"]
    );
}

/// What a wrong query is, as the error of the config and as the failure of a database among others.
const WRONG: [(&str, &str, &str); 8] = [
    (
        "SELECT text FROM artikeln",
        "an error: no such table: artikeln; TABLES",
        "`input.query`: no such table: artikeln; TABLES",
    ),
    (
        "SELECT body AS text FROM artikel",
        "an error: no such column: body; TABLES",
        "`input.query`: no such column: body; TABLES",
    ),
    (
        "SELEKT text",
        "an error: near \"SELEKT\": syntax error",
        "`input.query`: near \"SELEKT\": syntax error",
    ),
    (
        "DELETE FROM artikel",
        "a statement that changes the database",
        "`input.query`: expected one SELECT, found a statement that changes the database",
    ),
    (
        "ATTACH 'x' AS x",
        "a statement without rows",
        "`input.query`: expected one SELECT, found a statement without rows",
    ),
    (
        "SELECT text FROM artikel; DELETE FROM artikel",
        "several statements",
        "`input.query`: expected one SELECT, found several statements",
    ),
    (
        "SELECT titel, datum FROM artikel",
        "no column of `input.query` is recognized as the text; the columns are `titel`, `datum`; set `input.fields.text` to the right one",
        "no column of `input.query` is recognized as the text; the columns are `titel`, `datum`; set `input.fields.text` to the right one",
    ),
    (
        "SELECT text, text FROM artikel",
        "two columns \"text\" in `input.query`; rename one with AS",
        "two columns \"text\" in `input.query`; rename one with AS",
    ),
];

const TABLES: &str = "the tables are `alte Texte` (`nr`, `inhalt`), `artikel` (`id`, `titel`, `text`, `datum`), `lang` (`id`, `titel`, `text`, `datum`)";

#[test]
fn a_query_that_suits_no_database_is_an_error_of_the_config() {
    let folder = tempfile::tempdir().unwrap();
    drop(database(&folder.path().join("d.sqlite"), SCHEMA));
    drop(database(&folder.path().join("e.sqlite"), SCHEMA));
    fs::write(folder.path().join("a.txt"), "Ein Text.").unwrap();
    for (query, expected, _) in WRONG {
        let config = Config {
            paths: ["a.txt", "d.sqlite", "e.sqlite"].map(str::to_owned).into(),
            ..config(query)
        };
        let error = Inputs::open(&config, folder.path()).unwrap_err();
        let found = expected.replace("TABLES", TABLES);
        assert_eq!(
            error.to_string(),
            format!(
                "`input.query`: expected a SELECT of the articles in `d.sqlite`, found {found}"
            )
        );
    }
    let blank = Inputs::open(&config(" "), folder.path()).unwrap_err();
    assert!(blank.to_string().contains("input.query"), "{blank}");
}

#[test]
fn a_database_that_the_query_does_not_suit_is_a_failure_if_another_suits() {
    let folder = tempfile::tempdir().unwrap();
    for (query, _, expected) in WRONG {
        let path = folder.path().join("d.sqlite");
        let other = folder.path().join("other.sqlite");
        drop(database(&path, SCHEMA));
        // Only this one has what the query asks for.
        let answers = "CREATE TABLE artikeln (text); CREATE TABLE artikel (body, titel, datum)";
        drop(database(&other, answers));
        let config = Config {
            paths: vec!["d.sqlite".into(), "other.sqlite".into()],
            ..config(query)
        };
        let is_answered = matches!(
            query,
            "SELECT text FROM artikeln" | "SELECT body AS text FROM artikel"
        );
        let inputs = Inputs::open(&config, folder.path());
        assert_eq!(inputs.is_ok(), is_answered, "{query}");
        if let Ok(inputs) = inputs {
            let found: Vec<String> = inputs.items().map(|item| text_of(&item)).collect();
            let expected = expected.replace("TABLES", TABLES);
            let none = "! other.sqlite: expected articles, found none: `input.query` has no rows";
            assert_items(query, &found, &[&format!("! d.sqlite: {expected}"), none]);
        }
        fs::remove_file(path).unwrap();
        fs::remove_file(other).unwrap();
    }
}

#[test]
fn a_second_database_in_the_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    drop(database(&path, SCHEMA));
    let one = fs::read(&path).unwrap();
    fs::write(&path, [&*one, &*one].concat()).unwrap();
    assert_eq!(
        read(folder.path(), &config(QUERY)),
        [
            "! d.sqlite: a second SQLite database begins after the first one: put each into a file of its own"
        ]
    );
    // Other bytes after it are of no database.
    fs::write(&path, [&*one, &[0; 4096]].concat()).unwrap();
    assert_items("padded", &read(folder.path(), &config(QUERY)), &ROWS);
}

#[test]
fn a_query_that_is_missing_or_gives_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    drop(database(&folder.path().join("d.sqlite"), SCHEMA));
    for (query, expected) in [
        (
            "",
            format!(
                "set `input.query` to the query of the articles, such as \"SELECT * FROM [alte Texte] ORDER BY rowid\"; {TABLES}"
            ),
        ),
        (
            "SELECT text FROM artikel WHERE id > 9",
            "expected articles, found none: `input.query` has no rows".into(),
        ),
    ] {
        let found = read(folder.path(), &config(query));
        assert_items(query, &found, &[&format!("! d.sqlite: {expected}")]);
    }
}

#[test]
fn nothing_is_written_and_a_log_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let writer = database(&path, &format!("PRAGMA journal_mode = wal; {SCHEMA}"));
    assert!(
        fs::metadata(folder.path().join("d.sqlite-wal"))
            .unwrap()
            .len()
            > 0
    );
    assert_items("in the log", &read(folder.path(), &config(QUERY)), &ROWS);
    drop(writer);
    assert_eq!(names(), ["d.sqlite"]);
    assert_items("after it", &read(folder.path(), &config(QUERY)), &ROWS);
    assert_eq!(names(), ["d.sqlite"], "reading makes no files");
    // A name that means something in a URI.
    let odd = folder.path().join("a?mode=rw&b#ä%20.sqlite");
    fs::rename(&path, &odd).unwrap();
    let config = Config {
        paths: vec![folder.path().to_str().unwrap().into()],
        ..config(QUERY)
    };
    assert_eq!(read(folder.path(), &config).len(), ROWS.len());
}

#[test]
fn what_is_no_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    drop(database(&path, SCHEMA));
    let whole = fs::read(&path).unwrap();
    let gzip = super::compression::PACKS[0].1;
    for (what, bytes, expected) in [
        (
            "text",
            b"Der Rat tagt.\n".to_vec(),
            "! d.sqlite: expected an SQLite database, as its name or `input.format` says, but it starts with \"Der Rat tagt.\"",
        ),
        (
            "empty",
            Vec::new(),
            "! d.sqlite: expected articles, found an empty file",
        ),
        (
            "compressed",
            gzip(&whole),
            "! d.sqlite: an SQLite database within compressed data or an archive cannot be read; extract it",
        ),
        (
            "cut after the header",
            whole[..100].to_vec(),
            "! d.sqlite: the database is damaged, and everything after this point is lost: …",
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        assert_items(what, &read(folder.path(), &config(QUERY)), &[expected]);
    }
}

#[test]
fn a_damaged_database_keeps_the_rows_before_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    drop(database(
        &path,
        "PRAGMA page_size = 1024; CREATE TABLE artikel (id INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
         INSERT INTO artikel SELECT i, 'Meldung ' || i || ': ' || replace(hex(zeroblob(200)), '00', 'ab ') FROM n;",
    ));
    let whole = fs::read(&path).unwrap();
    let all = read(folder.path(), &config(QUERY));
    assert_eq!(all.len(), 40);
    // Pages in the middle are overwritten; the file has its length.
    let mut bytes = whole.clone();
    bytes[10 * 1024..20 * 1024].fill(0xFF);
    fs::write(&path, &bytes).unwrap();
    let found = read(folder.path(), &config(QUERY));
    let (last, before) = found.split_last().unwrap();
    assert!(!before.is_empty() && before.len() < 39, "{found:#?}");
    assert_eq!(before, &all[..before.len()]);
    let expected = format!(
        "! d.sqlite:{}: the database is damaged, and everything after this point is lost: ",
        found.len()
    );
    assert!(last.starts_with(&expected), "{last}");
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xFF;
        fs::write(&path, &bytes).unwrap();
        // Damage to a name of the schema looks like a wrong query.
        let inputs = Inputs::open(&config(QUERY), folder.path());
        assert!(
            inputs.is_err_and(|error| error.to_string().contains("no such"))
                || !read(folder.path(), &config(QUERY)).is_empty(),
            "byte {at}"
        );
    }
}

#[test]
fn what_comes_after_a_row_is_the_same_when_reading_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    drop(database(&path, SCHEMA));
    drop(database(
        &folder.path().join("e.sqlite"),
        // More rows than a batch has.
        "CREATE TABLE artikel (id INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO artikel SELECT i, 'Meldung ' || i || '.' FROM n;",
    ));
    let config = Config {
        paths: vec!["d.sqlite".into(), "e.sqlite".into()],
        ..config(QUERY)
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let whole = read(folder.path(), &config);
    assert_eq!(whole.len(), ROWS.len() + 601);
    let counts = (0..10).chain([250, 261, 262, 263, 518, 600, 606, 607]);
    assert_resumes(&inputs, &whole, counts, |item| text_of(&item));
    let mut items = inputs.items();
    items.by_ref().take(4).for_each(drop);
    let position = items.position();
    let changed = Connection::open(&path).unwrap();
    changed
        .execute("DELETE FROM artikel WHERE id > 2", [])
        .unwrap();
    let error = inputs.items_from(&position, 4, []).err().unwrap();
    assert_eq!(error.to_string(), "it has become shorter");
}

#[test]
fn a_lock_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sqlite");
    let writer = database(&path, SCHEMA);
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let found = read(folder.path(), &config(QUERY));
    assert_eq!(
        found,
        ["! d.sqlite: the database is locked: another program is writing to it"]
    );
    writer.execute_batch("ROLLBACK").unwrap();
    assert_items("unlocked", &read(folder.path(), &config(QUERY)), &ROWS);
}
