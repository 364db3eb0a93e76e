//! What scheduled runs remember: which articles have been processed, with what content and what recipe.
//!
//! A run asks for each article whether it must be processed, and when its tables are complete, it records everything it
//! processed in one transaction. A run that dies leaves no trace here, and its articles are processed again. An article
//! that failed is not recorded, so the next run tries it again.
//!
//! The file is an `SQLite` database: of the embedded databases it is the best maintained, and people can inspect it with
//! common tools. For ten million articles it was also smaller and faster to query than redb and
//! fjall; the example `measure` prints the figures. An article takes 35 bytes on disk, because only a hash of its id is
//! stored.

use std::path::{Path, PathBuf};

use rusqlite::TransactionBehavior::Immediate;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// "blat": the application id that tells our files from other `SQLite` databases.
const APPLICATION: i32 = 0x626C_6174;
/// The version of the layout of the tables.
const VERSION: i32 = 1;
/// How many entries are sorted by their keys and written at a time: neighbours share a page.
const SORTED: usize = 1 << 20;

const LAYOUT: &str = "
    CREATE TABLE recipes (number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE);
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        folder TEXT NOT NULL,
        recipe INTEGER NOT NULL REFERENCES recipes,
        finished TEXT NOT NULL,
        added INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        redone INTEGER NOT NULL,
        unchanged INTEGER NOT NULL,
        failures INTEGER NOT NULL
    );
    CREATE TABLE articles (
        id BLOB PRIMARY KEY,
        content INTEGER NOT NULL,
        recipe INTEGER NOT NULL,
        run INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// What went wrong with a state file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened, read or written.
    #[error("cannot use the state file {}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },

    /// The file is not one of ours.
    #[error("{}: expected a blattwerk state file, found {found}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
}

/// The id of an article, as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// Returns the key of an id: half of its BLAKE3 hash.
    pub fn new(id: &str) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..16]);
        Self(key)
    }
}

/// A hash of everything that the rows of an article are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content(u64);

impl Content {
    /// Returns the hash of the fields of an article: 64 bits of BLAKE3 over each with its length.
    pub fn new<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for field in fields {
            // A missing field differs from an empty one.
            let length = field.map_or(u64::MAX, |field| field.len() as u64);
            hasher.update(&length.to_le_bytes());
            hasher.update(field.unwrap_or_default().as_bytes());
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self(u64::from_le_bytes(bytes))
    }
}

/// A processed article, in 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processed {
    /// Its id.
    pub key: Key,
    /// The content that its rows were made from.
    pub content: Content,
}

impl Processed {
    /// The length of an entry in bytes.
    pub const BYTES: usize = 24;

    /// Returns the entry as bytes.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&self.key.0);
        bytes[16..].copy_from_slice(&self.content.0.to_le_bytes());
        bytes
    }

    /// Reads [`Processed::to_bytes`] back.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&bytes[..16]);
        let mut content = [0; 8];
        content.copy_from_slice(&bytes[16..]);
        Self {
            key: Key(key),
            content: Content(u64::from_le_bytes(content)),
        }
    }
}

/// What a run has to do with an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The article is new.
    Added,
    /// Its content has changed.
    Changed,
    /// Its content is the same, but the config or a model has changed.
    Redone,
    /// Nothing: its rows would be the same.
    Unchanged,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Its id, unique for each run.
    pub id: String,
    /// The folder of its tables.
    pub folder: String,
    /// When it was complete, in UTC (RFC 3339).
    pub finished: String,
    /// New articles.
    pub added: u64,
    /// Articles whose content has changed.
    pub changed: u64,
    /// Articles that were processed again because of another config or model.
    pub redone: u64,
    /// Articles that it did not process.
    pub unchanged: u64,
    /// Rows in its failures table.
    pub failures: u64,
}

/// A state file.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    connection: Connection,
    /// The number of the recipe of this run, if an earlier run had the same.
    recipe: Option<i64>,
    /// Its hash.
    recipe_hash: String,
}

impl State {
    /// Opens or creates a state file for a run with a recipe: a hash of all settings and models that decide what the
    /// rows of an article are.
    ///
    /// # Errors
    ///
    /// If it cannot be opened or created, is locked by another process, or is another kind of file.
    pub fn open(path: &Path, recipe: &str) -> Result<Self> {
        let mut connection = Self::connect(path, OpenFlags::default())?;
        Self::prepare(path, &mut connection)?;
        let known = connection
            .query_row(
                "SELECT number FROM recipes WHERE hash = ?1",
                [recipe],
                |row| row.get(0),
            )
            .optional()
            .map_err(|source| database(path, source))?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            recipe: known,
            recipe_hash: recipe.to_owned(),
        })
    }

    /// Returns the runs in a state file, oldest first.
    ///
    /// # Errors
    ///
    /// If the file does not exist, cannot be read, or is another kind of file.
    pub fn runs(path: &Path) -> Result<Vec<Run>> {
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Self::check(path, &connection)?;
        let read = || -> rusqlite::Result<Vec<Run>> {
            let mut query = connection.prepare(
                "SELECT id, folder, finished, added, changed, redone, unchanged, failures
                 FROM runs ORDER BY number",
            )?;
            let runs = query.query_map([], |row| {
                let count = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
                Ok(Run {
                    id: row.get(0)?,
                    folder: row.get(1)?,
                    finished: row.get(2)?,
                    added: count(3)?,
                    changed: count(4)?,
                    redone: count(5)?,
                    unchanged: count(6)?,
                    failures: count(7)?,
                })
            })?;
            runs.collect()
        };
        read().map_err(|source| database(path, source))
    }

    /// Returns what has to be done with each of the articles, in their order.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn due(&self, entries: &[Processed]) -> Result<Vec<Due>> {
        let ask = || -> rusqlite::Result<Vec<Due>> {
            let mut query = self
                .connection
                .prepare_cached("SELECT content, recipe FROM articles WHERE id = ?1")?;
            entries
                .iter()
                .map(|entry| {
                    let known: Option<(i64, i64)> = query
                        .query_row([&entry.key.0[..]], |row| Ok((row.get(0)?, row.get(1)?)))
                        .optional()?;
                    Ok(match known {
                        None => Due::Added,
                        Some((content, _)) if content != entry.content.0.cast_signed() => {
                            Due::Changed
                        }
                        Some((_, recipe)) if Some(recipe) != self.recipe => Due::Redone,
                        Some(_) => Due::Unchanged,
                    })
                })
                .collect()
        };
        ask().map_err(|source| database(&self.path, source))
    }

    /// Records a complete run and the articles that it processed: all or nothing.
    ///
    /// A run is recorded once: if its id is known already, nothing is changed.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; it stays as it was.
    pub fn record(
        &mut self,
        run: &Run,
        entries: impl IntoIterator<Item = Processed>,
    ) -> Result<()> {
        let path = self.path.clone();
        self.write(run, entries)
            .map_err(|source| database(&path, source))
    }

    fn write(
        &mut self,
        run: &Run,
        entries: impl IntoIterator<Item = Processed>,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(Immediate)?;
        let is_known = transaction
            .prepare("SELECT 1 FROM runs WHERE id = ?1")?
            .exists([&run.id])?;
        if is_known {
            return Ok(());
        }
        transaction.execute(
            "INSERT INTO recipes (hash) VALUES (?1) ON CONFLICT DO NOTHING",
            [&self.recipe_hash],
        )?;
        let recipe: i64 = transaction.query_row(
            "SELECT number FROM recipes WHERE hash = ?1",
            [&self.recipe_hash],
            |row| row.get(0),
        )?;
        let [added, changed, redone, unchanged, failures] = [
            run.added,
            run.changed,
            run.redone,
            run.unchanged,
            run.failures,
        ]
        .map(u64::cast_signed);
        transaction.execute(
            "INSERT INTO runs (id, folder, recipe, finished, added, changed, redone, unchanged, failures)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                run.id, run.folder, recipe, run.finished, added, changed, redone, unchanged, failures
            ],
        )?;
        let number = transaction.last_insert_rowid();
        {
            let mut insert = transaction.prepare(
                "INSERT INTO articles (id, content, recipe, run) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET content = ?2, recipe = ?3, run = ?4",
            )?;
            let mut entries = entries.into_iter().peekable();
            while entries.peek().is_some() {
                let mut sorted: Vec<Processed> = entries.by_ref().take(SORTED).collect();
                sorted.sort_by_key(|entry| entry.key);
                for entry in sorted {
                    insert.execute(params![
                        &entry.key.0[..],
                        entry.content.0.cast_signed(),
                        recipe,
                        number
                    ])?;
                }
            }
        }
        transaction.commit()?;
        self.recipe = Some(recipe);
        Ok(())
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
        let connection =
            Connection::open_with_flags(path, flags).map_err(|source| database(path, source))?;
        connection
            .execute_batch("PRAGMA cache_size = -65536; PRAGMA busy_timeout = 10000;")
            .map_err(|source| foreign_or(path, source))?;
        Ok(connection)
    }

    /// Creates the tables in an empty file; any other file must be one of ours.
    fn prepare(path: &Path, connection: &mut Connection) -> Result<()> {
        let is_empty = match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
            row.get::<_, i64>(0)
        }) {
            Ok(count) => count == 0,
            Err(error) => return Err(foreign_or(path, error)),
        };
        if !is_empty {
            return Self::check(path, connection);
        }
        let mut lay_out = || -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(Immediate)?;
            // Another process may have been faster.
            let count = "SELECT count(*) FROM sqlite_schema";
            if transaction.query_row(count, [], |row| row.get::<_, i64>(0))? > 0 {
                return Ok(());
            }
            transaction.execute_batch(LAYOUT)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()
        };
        lay_out().map_err(|source| database(path, source))?;
        Self::check(path, connection)
    }

    fn check(path: &Path, connection: &Connection) -> Result<()> {
        let pragma = |name: &str| -> Result<i32> {
            connection
                .pragma_query_value(None, name, |row| row.get(0))
                .map_err(|error| foreign_or(path, error))
        };
        let foreign = |found: String| Error::Foreign {
            path: path.to_owned(),
            found,
        };
        if pragma("application_id")? != APPLICATION {
            return Err(foreign("another SQLite database".into()));
        }
        match pragma("user_version")? {
            VERSION => Ok(()),
            version => Err(foreign(format!(
                "one of layout {version}; this version supports layout {VERSION}"
            ))),
        }
    }
}

fn database(path: &Path, source: rusqlite::Error) -> Error {
    Error::Database {
        path: path.to_owned(),
        source,
    }
}

/// Returns the error of a file, which may not be a database at all.
fn foreign_or(path: &Path, source: rusqlite::Error) -> Error {
    if source.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return Error::Foreign {
            path: path.to_owned(),
            found: "another kind of file".into(),
        };
    }
    database(path, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, text: &str) -> Processed {
        Processed {
            key: Key::new(id),
            content: Content::new([Some(text)]),
        }
    }

    fn run(id: &str) -> Run {
        Run {
            id: id.into(),
            folder: format!("out/{id}"),
            finished: "2026-01-02T03:04:05Z".into(),
            added: 2,
            unchanged: 7,
            ..Run::default()
        }
    }

    #[test]
    fn an_article_is_due_until_it_is_recorded() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state.sqlite");
        let (a, b) = (entry("a", "eins"), entry("b", "zwei"));

        let mut state = State::open(&path, "recipe 1").unwrap();
        assert_eq!(state.due(&[a, b]).unwrap(), [Due::Added, Due::Added]);
        state.record(&run("1"), [a]).unwrap();
        assert_eq!(state.due(&[a, b]).unwrap(), [Due::Unchanged, Due::Added]);
        assert_eq!(state.due(&[entry("a", "neu")]).unwrap(), [Due::Changed]);
        drop(state);

        let mut state = State::open(&path, "recipe 2").unwrap();
        assert_eq!(state.due(&[a, b]).unwrap(), [Due::Redone, Due::Added]);
        state.record(&run("2"), [a, b]).unwrap();
        assert_eq!(
            state.due(&[a, b]).unwrap(),
            [Due::Unchanged, Due::Unchanged]
        );
        drop(state);

        let state = State::open(&path, "recipe 1").unwrap();
        assert_eq!(
            state.due(&[a]).unwrap(),
            [Due::Redone],
            "back to the old recipe"
        );
        assert_eq!(State::runs(&path).unwrap(), [run("1"), run("2")]);
    }

    #[test]
    fn a_run_is_recorded_once_and_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state.sqlite");
        let mut state = State::open(&path, "r").unwrap();
        state.record(&run("1"), [entry("a", "eins")]).unwrap();
        state.record(&run("1"), [entry("b", "zwei")]).unwrap();
        assert_eq!(State::runs(&path).unwrap().len(), 1);
        assert_eq!(state.due(&[entry("b", "zwei")]).unwrap(), [Due::Added]);

        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let entries = std::iter::once(entry("c", "drei"))
                .chain(std::iter::once_with(|| panic!("cut off")));
            state.record(&run("2"), entries)
        }));
        assert!(panics.is_err());
        let state = State::open(&path, "r").unwrap();
        assert_eq!(state.due(&[entry("c", "drei")]).unwrap(), [Due::Added]);
        assert_eq!(State::runs(&path).unwrap().len(), 1, "nothing is half done");
    }

    #[test]
    fn a_missing_field_is_not_an_empty_one() {
        let content = Content::new([Some("a"), None]);
        assert_ne!(content, Content::new([Some("a"), Some("")]));
        assert_ne!(
            Content::new([Some("ab"), Some("c")]),
            Content::new([Some("a"), Some("bc")])
        );
        assert_eq!(content, Content::new([Some("a"), None]));
    }

    #[test]
    fn entries_are_read_back() {
        let entry = entry("a", "eins");
        assert_eq!(Processed::from_bytes(&entry.to_bytes()), entry);
    }

    #[test]
    fn another_file_is_told_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("notes.txt");
        std::fs::write(
            &path,
            "Das ist keine Datenbank, sondern ein Text von einiger Länge.".repeat(20),
        )
        .unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = State::open(&path, "r").unwrap_err().to_string();
        assert!(error.ends_with("found another kind of file"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);

        let path = place.path().join("other.sqlite");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (a)")
            .unwrap();
        let error = State::open(&path, "r").unwrap_err().to_string();
        assert!(error.ends_with("found another SQLite database"), "{error}");

        let path = place.path().join("newer.sqlite");
        drop(State::open(&path, "r").unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 2)
            .unwrap();
        let error = State::open(&path, "r").unwrap_err().to_string();
        assert!(error.contains("layout 2"), "{error}");

        assert!(
            State::runs(&place.path().join("none.sqlite")).is_err(),
            "reading creates no file"
        );
        assert!(!place.path().join("none.sqlite").exists());
    }
}
