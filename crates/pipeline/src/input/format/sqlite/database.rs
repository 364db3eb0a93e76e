//! A database, opened so that nothing in it can change, and the query of the articles.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, InterruptHandle, OpenFlags, Row};

use crate::input::fault::{Fault, list};
use crate::input::fields::{Clash, Names, ROLES, Role};
use crate::input::options::Options;
use crate::input::row::{self, Values};
use crate::regular;

/// What is wrong with a database.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(
        "expected an SQLite database, as its name or `input.format` says, but it starts with {0:?}"
    )]
    NotSqlite(String),
    #[error("a second SQLite database begins after the first one: put each into a file of its own")]
    Second,
    #[error("an SQLite database within compressed data or an archive cannot be read; extract it")]
    NotOnDisk,
    #[error(
        "set `input.query` to the query of the articles, such as \"{example}\"; the tables are {tables}"
    )]
    NoQuery { example: String, tables: String },
    #[error("expected articles, found an SQLite database without tables")]
    NoTables,
    #[error("`input.query`: {0}")]
    Query(String),
    #[error("`input.query`: {reason}; the tables are {tables}")]
    NoTable { reason: String, tables: String },
    #[error("`input.query`: expected one SELECT, found {0}")]
    NotSelect(&'static str),
    #[error("expected articles, found none: `input.query` has no rows")]
    NoRows,
    #[error(
        "no column of `input.query` is recognized as the text; the columns are {0}; set `input.fields.text` to the right one"
    )]
    NoText(String),
    #[error("`{key}`: no column {name:?} in `input.query`; the columns are {columns}")]
    NoColumn {
        key: &'static str,
        name: String,
        columns: String,
    },
    #[error("two columns {0:?} in `input.query`; rename one with AS")]
    TwoColumns(String),
    #[error("the {} in the column {name:?} is {found}, expected {}", role.as_str(), expected(*role))]
    WrongType {
        role: Role,
        name: String,
        found: &'static str,
    },
    #[error("the database is locked: another program is writing to it")]
    Locked,
    #[error("the database is damaged, and everything after this point is lost: {0}")]
    Damaged(String),
    #[error("the query stopped unexpectedly")]
    Stopped,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

impl Broken {
    /// Returns what is wrong with the query or the columns that are configured; none if it is the database.
    fn of_config(&self) -> Option<String> {
        match self {
            Self::Query(reason) => Some(format!("an error: {reason}")),
            Self::NoTable { reason, tables } => {
                Some(format!("an error: {reason}; the tables are {tables}"))
            }
            Self::NotSelect(found) => Some((*found).to_owned()),
            Self::NoText(_) | Self::NoColumn { .. } | Self::TwoColumns(_) => Some(self.to_string()),
            _ => None,
        }
    }
}

/// Returns why the configured query cannot be that of the articles of a database; none if it can, or if this database cannot
/// be read.
pub(super) fn refusal(path: &Path, options: &Options) -> Option<String> {
    match Database::open(path, options) {
        Err(Fault::Format(fault)) => fault.downcast_ref::<Broken>().and_then(Broken::of_config),
        _ => None,
    }
}

fn expected(role: Role) -> &'static str {
    match role {
        Role::Id => "text or a whole number",
        _ => "text",
    }
}

/// How long a lock of another program is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A batch of rows is handed on when it has so many bytes or rows.
const MOST_BYTES: usize = 1 << 20;
const MOST_ROWS: usize = 256;

/// A database and the query of its articles.
pub(super) struct Database {
    connection: Connection,
    query: String,
    /// The column for each role: its number and its name.
    columns: [Option<(usize, String)>; ROLES],
    max_bytes: usize,
}

impl Database {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, Fault> {
        // SQLite opens whatever is there, and waits for the other end of a pipe.
        let file = regular::open(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
        if has_second(file) == Some(true) {
            return Err(Broken::Second.into());
        }
        let connection = connect(path).map_err(|error| broken(&error))?;
        let query = match &options.query {
            Some(query) => query.clone(),
            None => return Err(no_query(&connection, &options.names)),
        };
        let columns = check(&connection, &query)?;
        Ok(Self {
            columns: choose(&columns, &options.names)?,
            connection,
            query,
            max_bytes: options.max_bytes,
        })
    }

    /// Returns the name of the column for a role.
    pub(super) fn column(&self, role: Role) -> Option<&str> {
        let column = self.columns[role as usize].as_ref();
        column.map(|(_, name)| name.as_str())
    }

    /// Returns a handle that ends the query.
    pub(super) fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Skips rows of the query, and passes the others to `take` until it returns false. Returns false if there are fewer
    /// rows than are skipped.
    pub(super) fn rows(
        &self,
        skip: u64,
        take: &mut dyn FnMut(VecDeque<Values>) -> bool,
    ) -> Result<bool, Fault> {
        let fault = |error: Error| broken(&error);
        let mut statement = self.connection.prepare(&self.query).map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        for _ in 0..skip {
            if rows.next().map_err(fault)?.is_none() {
                return Ok(false);
            }
        }
        let (mut batch, mut bytes) = (VecDeque::new(), 0);
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    take(batch);
                    return Err(broken(&error));
                }
            };
            let values = self.values(row);
            bytes += values
                .iter()
                .flatten()
                .flatten()
                .map(String::len)
                .sum::<usize>();
            batch.push_back(values);
            if batch.len() >= MOST_ROWS || bytes >= MOST_BYTES {
                bytes = 0;
                if !take(std::mem::take(&mut batch)) {
                    return Ok(true);
                }
            }
        }
        take(batch);
        Ok(true)
    }

    fn values(&self, row: &Row<'_>) -> Values {
        let mut values: Values = [const { Ok(None) }; ROLES];
        for role in Role::ALL {
            if let Some((index, name)) = &self.columns[role as usize] {
                values[role as usize] = match row.get_ref(*index) {
                    Ok(value) => self.text(value, role, name),
                    Err(error) => Err(broken(&error)),
                };
            }
        }
        values
    }

    /// Returns a value as text. Each row may have another type.
    fn text(&self, value: ValueRef<'_>, role: Role, name: &str) -> Result<Option<String>, Fault> {
        let wrong = |found| {
            let name = name.to_owned();
            Err(Broken::WrongType { role, name, found }.into())
        };
        match value {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(_) | ValueRef::Real(_) if role == Role::Text => wrong("a number"),
            ValueRef::Integer(number) => Ok(Some(number.to_string())),
            ValueRef::Real(number) => {
                let digits = number.to_string();
                let is_exact = digits.len() <= 15 && digits.parse::<i64>().is_ok();
                if role == Role::Id && !is_exact {
                    return wrong("a number that cannot be kept exactly");
                }
                Ok(Some(digits))
            }
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                if bytes.len() > self.max_bytes {
                    return Err(Fault::TooLong(self.max_bytes));
                }
                row::text(bytes).map(Some)
            }
        }
    }
}

/// Opens a database without writing anything, not even beside it.
fn connect(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A database with a write-ahead log can only be read with files beside it, which SQLite would make. If there is no log,
    // nobody writes, and all is in the database.
    let connection = if has_log(path) == Some(false) {
        let uri = format!("file:{}?immutable=1", escaped(path));
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    connection.busy_timeout(PATIENCE)?;
    // What a schema calls is not run.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Returns whether the write-ahead log of a database has content; none if it does not use one.
fn has_log(path: &Path) -> Option<bool> {
    let mut header = [0; 20];
    regular::open(path).ok()?.read_exact(&mut header).ok()?;
    if header[18..] != [2, 2] {
        return None;
    }
    let mut log: OsString = path.into();
    log.push("-wal");
    Some(fs::metadata(log).is_ok_and(|log| log.len() > 0))
}

/// Returns whether another database begins where one ends, as `cat` makes them; none if that is not known.
fn has_second(mut file: fs::File) -> Option<bool> {
    let mut header = [0; 100];
    file.read_exact(&mut header).ok()?;
    let number = |at: usize| Some(u32::from_be_bytes(*header[at..].first_chunk()?));
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 1 << 16,
        size => u64::from(size),
    };
    // Old versions do not count the pages.
    if number(24) != number(92) {
        return None;
    }
    file.seek(SeekFrom::Start(page_size * u64::from(number(28)?)))
        .ok()?;
    let mut start = [0; 16];
    Some(file.read_exact(&mut start).is_ok() && start == header[..16])
}

/// Returns a path as it is written in a URI.
fn escaped(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                char::from(*byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Checks a query and returns its columns.
fn check(connection: &Connection, query: &str) -> Result<Vec<String>, Fault> {
    let statement = connection.prepare(query).map_err(|error| match error {
        Error::MultipleStatement => Broken::NotSelect("several statements").into(),
        error if reason(&error).starts_with("no such") => Broken::NoTable {
            reason: reason(&error),
            tables: shown(&tables(connection)),
        }
        .into(),
        error => broken(&error),
    })?;
    if !statement.readonly() {
        return Err(Broken::NotSelect("a statement that changes the database").into());
    }
    if statement.column_count() == 0 {
        return Err(Broken::NotSelect("a statement without rows").into());
    }
    let columns = statement.column_names();
    Ok(columns.into_iter().map(str::to_owned).collect())
}

fn choose(columns: &[String], names: &Names) -> Result<[Option<(usize, String)>; ROLES], Fault> {
    let shown = || list(columns.iter().map(String::as_str));
    let chosen = names.choose(columns).map_err(|clash| match clash {
        Clash::Twice(name) => Broken::TwoColumns(name),
        Clash::Missing(role, name) => Broken::NoColumn {
            key: role.key(),
            name,
            columns: shown(),
        },
    })?;
    if chosen[Role::Text as usize].is_none() {
        return Err(Broken::NoText(shown()).into());
    }
    Ok(chosen.map(|index| index.map(|index| (index, columns[index].clone()))))
}

/// A table or view.
struct Table {
    name: String,
    is_view: bool,
    columns: Vec<String>,
}

/// Lists the tables and views; none if they cannot be read.
fn tables(connection: &Connection) -> Vec<Table> {
    let read = || -> Result<Vec<Table>, Error> {
        let mut names = connection.prepare(
            "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') \
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )?;
        let mut columns =
            connection.prepare("SELECT name FROM pragma_table_info(?) ORDER BY cid")?;
        let found = names.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        found
            .map(|table| {
                let (name, is_view): (String, bool) = table?;
                let found = columns.query_map([&name], |row| row.get(0))?;
                Ok(Table {
                    columns: found.collect::<Result<_, _>>().unwrap_or_default(),
                    name,
                    is_view,
                })
            })
            .collect()
    };
    read().unwrap_or_default()
}

fn shown(tables: &[Table]) -> String {
    /// Of more tables, only the names are listed.
    const MOST: usize = 8;
    if tables.len() > MOST || tables.is_empty() {
        return list(tables.iter().map(|table| table.name.as_str()));
    }
    let shown = tables.iter().map(|table| {
        let columns = list(table.columns.iter().map(String::as_str));
        format!("`{}` ({columns})", table.name)
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Returns the fault that says how to select the articles.
fn no_query(connection: &Connection, names: &Names) -> Fault {
    if let Err(error) = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        return broken(&error);
    }
    let tables = tables(connection);
    let has_text = |table: &&Table| {
        let mut roles = table.columns.iter().filter_map(|column| names.role(column));
        roles.any(|role| role == Role::Text)
    };
    let Some(likely) = tables.iter().find(has_text).or(tables.first()) else {
        return Broken::NoTables.into();
    };
    let is_plain = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_digit())
    };
    let name = if is_plain(&likely.name) {
        likely.name.clone()
    } else {
        format!("[{}]", likely.name)
    };
    let order = if likely.is_view {
        ""
    } else {
        " ORDER BY rowid"
    };
    Broken::NoQuery {
        example: format!("SELECT * FROM {name}{order}"),
        tables: shown(&tables),
    }
    .into()
}

/// Returns what an error of SQLite means for the file.
fn broken(error: &Error) -> Fault {
    let reason = reason(error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Broken::Locked,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SystemIoFailure) => {
            Broken::Damaged(reason)
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            return Fault::Unreadable(reason);
        }
        _ => Broken::Query(reason),
    }
    .into()
}

/// Returns what SQLite says, without the query.
fn reason(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        error => error.to_string(),
    }
}
