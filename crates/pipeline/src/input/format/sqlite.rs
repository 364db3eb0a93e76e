//! SQLite: each row of a query is one article.
//!
//! A statement of SQLite cannot be handed from thread to thread, and a reader can. So the statement runs on a thread of its
//! own, which waits until its rows are taken.

mod database;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::InterruptHandle;

use self::database::{Broken, Database, refusal};
use super::{Articles, Claim, Format};
use crate::input::described::Described;
use crate::input::fault::{Fault, setting};
use crate::input::fields::Role;
use crate::input::files::File;
use crate::input::item::{Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, first_line};
use crate::input::row::{self, Shape, Values};
use crate::input::source::Source;
use crate::regular;

pub(super) struct Sqlite;

/// The extensions of SQLite. Many programs call their own formats `.db`.
const NAMES: &[&str] = &["sqlite", "sqlite3", "db3"];

/// What a database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

impl Format for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn about(&self) -> &'static str {
        "Each row of `input.query` is one article of an SQLite database."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        if start.bytes.starts_with(MAGIC) {
            Ok(Claim::Sure)
        } else if start.is_named(NAMES) {
            Err(not_sqlite(start.bytes))
        } else {
            Ok(Claim::No)
        }
    }

    fn open(&self, mut source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let beginning = source.bytes.peek(100)?;
        if !beginning.starts_with(MAGIC) {
            return Err(not_sqlite(beginning));
        }
        let disk = source.disk.ok_or(Broken::NotOnDisk)?;
        let database = Database::open(disk.location(), options)?;
        Ok(Box::new(Reader {
            shape: Shape {
                is_markup: database
                    .column(Role::Text)
                    .is_some_and(|name| options.names.is_markup(name)),
                unread: Vec::new(),
            },
            fields: Role::ALL
                .into_iter()
                .filter_map(|role| Some((role.as_str(), database.column(role)?.to_owned())))
                .collect(),
            state: State::Opened(Box::new(database)),
            rows: VecDeque::new(),
            row: 0,
        }))
    }
}

/// Checks the configured query, if there are databases among some files. One that suits any of them is right: another may be
/// no database of articles, which is then a failure.
pub(in crate::input) fn check_query(
    files: &[File],
    options: &Options,
) -> blattwerk_core::Result<()> {
    if options.query.is_none() {
        return Ok(());
    }
    let mut refused = None;
    for file in files.iter().filter(|file| file.is_regular()) {
        let mut start = [0; MAGIC.len()];
        let read = regular::open(file.location()).and_then(|mut file| file.read_exact(&mut start));
        if read.is_err() || start != *MAGIC {
            continue;
        }
        match refusal(file.location(), options) {
            None => return Ok(()),
            Some(reason) if refused.is_none() => refused = Some((file.name(), reason)),
            Some(_) => {}
        }
    }
    refused.map_or(Ok(()), |(name, reason)| {
        let expected = format!("a SELECT of the articles in `{name}`");
        Err(setting("input.query", &expected, reason))
    })
}

fn not_sqlite(bytes: &[u8]) -> Fault {
    if bytes.is_empty() {
        return Fault::EmptyFile;
    }
    Broken::NotSqlite(first_line(bytes)).into()
}

struct Reader {
    shape: Shape,
    /// Which column is read as what.
    fields: Vec<(&'static str, String)>,
    state: State,
    /// Rows that were read, but not taken yet.
    rows: VecDeque<Values>,
    /// How many rows were taken.
    row: u64,
}

enum State {
    /// The query has not started.
    Opened(Box<Database>),
    Running(Running),
    Over,
}

/// What comes from the thread of a query.
enum Message {
    Rows(VecDeque<Values>),
    /// There are fewer rows than were to be skipped.
    Shorter,
    Failed(Fault),
    End,
}

/// A query on its thread.
struct Running {
    messages: Option<Receiver<Message>>,
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a query and skips some of its rows.
    fn start(database: Database, skip: u64) -> io::Result<Self> {
        let interrupt = database.interrupt_handle();
        // A batch is on its way while the next one is read.
        let (sender, messages) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("sqlite".into())
            .spawn(move || {
                let send = |message| sender.send(message).is_ok();
                let last = match database.rows(skip, &mut |rows| send(Message::Rows(rows))) {
                    Ok(true) => Message::End,
                    Ok(false) => Message::Shorter,
                    Err(fault) => Message::Failed(fault),
                };
                send(last);
            })?;
        Ok(Self {
            messages: Some(messages),
            interrupt,
            thread: Some(thread),
        })
    }

    fn receive(&self) -> Message {
        let message = self.messages.as_ref().and_then(|from| from.recv().ok());
        message.unwrap_or(Message::Failed(Broken::Stopped.into()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.messages = None;
        self.interrupt.interrupt();
        if let Some(thread) = self.thread.take() {
            // Its panic has been reported as a failure.
            let _ = thread.join();
        }
    }
}

impl Reader {
    /// Waits for the next message; after the last one, there is none.
    fn receive(&mut self) -> Option<Message> {
        self.state = match std::mem::replace(&mut self.state, State::Over) {
            State::Opened(database) => match Running::start(*database, self.row) {
                Ok(running) => State::Running(running),
                Err(error) => return Some(Message::Failed(Fault::Read(error))),
            },
            state => state,
        };
        let State::Running(running) = &self.state else {
            return None;
        };
        let message = running.receive();
        if !matches!(message, Message::Rows(_)) {
            self.state = State::Over;
        }
        Some(message)
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.is_empty() {
            match self.receive()? {
                Message::Rows(rows) => self.rows = rows,
                Message::Failed(fault) => return Some(Err(Reject::at(self.row + 1, fault))),
                Message::End if self.row == 0 => {
                    return Some(Err(Reject::file(Broken::NoRows.into())));
                }
                Message::End | Message::Shorter => return None,
            }
        }
        let values = self.rows.pop_front()?;
        self.row += 1;
        Some(row::record(self.row, values, &self.shape))
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let is_over = matches!(self.state, State::Over) && self.rows.is_empty();
        (!is_over).then(|| Place::new([self.row]))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let [row] = place.numbers() else {
            return Err(io::Error::other("it has become an SQLite database"));
        };
        self.row = *row;
        match self.receive() {
            Some(Message::Rows(rows)) => self.rows = rows,
            Some(Message::Shorter) => return Err(io::Error::other("it has become shorter")),
            Some(Message::Failed(fault)) => return Err(io::Error::other(fault.chain())),
            Some(Message::End) | None => {}
        }
        Ok(())
    }

    fn describe(&mut self, described: &mut Described) {
        described.fields.clone_from(&self.fields);
    }
}
