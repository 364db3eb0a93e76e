//! Rows in memory as articles, for callers that have a table instead of files.

use std::sync::Arc;

use blattwerk_core::Result;

use super::config::Config;
use super::fault::{Fault, list, setting};
use super::fields::{Clash, ROLES, Role};
use super::item::{Failure, Item};
use super::options::Options;
use super::row::{self, Shape, Values};

/// Makes articles of the rows of a table, as a file with the same columns would give them.
#[derive(Debug, Clone)]
pub struct Rows {
    options: Arc<Options>,
    columns: [Option<usize>; ROLES],
    shape: Shape,
}

impl Rows {
    /// Chooses the columns of the article among those of a table: those that the config names, or else those with the
    /// usual names.
    ///
    /// # Errors
    ///
    /// If no column is recognized as the text, a column that the config names is missing, or two have the same name.
    pub fn new(config: &Config, names: &[String]) -> Result<Self> {
        let options = config.check()?;
        let shown = || format!("the columns {}", list(names.iter().map(String::as_str)));
        let columns = options.names.choose(names).map_err(|clash| match clash {
            Clash::Missing(role, name) => {
                setting(role.key(), &format!("a column {name:?}"), shown())
            }
            Clash::Twice(name) => setting(
                "input.fields",
                "names that tell the columns apart",
                format!("two columns {name:?}"),
            ),
        })?;
        let Some(text) = columns[Role::Text as usize] else {
            return Err(setting(
                Role::Text.key(),
                "the name of the column of the text, since none has a usual name such as `text` or `body`",
                shown(),
            ));
        };
        let shape = Shape {
            is_markup: options.names.is_markup(&names[text]),
            unread: Vec::new(),
        };
        Ok(Self {
            options: Arc::new(options),
            columns,
            shape,
        })
    }

    /// Returns the roles that have a column, such as `text`, each with the index of its column.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let columns = Role::ALL.into_iter().zip(self.columns);
        columns.filter_map(|(role, column)| Some((role.as_str(), column?)))
    }

    /// Makes an article of the row with a number, which is also its source, and its id if it has none.
    ///
    /// `cell` returns the bytes in a column of the row; none if it is null. Rows with the same id are articles of their
    /// own, since the ids of a whole dump are not known here.
    pub fn item<'a>(&self, number: u64, cell: impl Fn(usize) -> Option<&'a [u8]>) -> Item {
        let mut values: Values = [const { Ok(None) }; ROLES];
        for (column, value) in self.columns.iter().zip(&mut values) {
            if let Some(bytes) = column.and_then(&cell) {
                *value = row::text(bytes).map(Some);
            }
        }
        let source = number.to_string();
        let failure = |id: Option<String>, fault: Fault| {
            Item::Failure(Failure {
                id: id.unwrap_or_else(|| source.clone()),
                source: source.clone(),
                error: fault.chain(),
            })
        };
        let mut record = match row::record(number, values, &self.shape) {
            Ok(record) => record,
            Err(reject) => return failure(reject.id, reject.fault),
        };
        let nul = record.field_with_nul();
        let id = record.id.take();
        let id = id.filter(|id| !id.contains('\0') && !id.trim().is_empty());
        if let Some(role) = nul {
            return failure(id, Fault::NulIn(role));
        }
        if record.content.is_blank() {
            return failure(id, Fault::EmptyText);
        }
        let (document, content) =
            record.into_document(id.unwrap_or_else(|| source.clone()), source);
        Item::new(document, content, None, &self.options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Describes what becomes of a row.
    fn told(names: &[&str], cells: &[Option<&[u8]>]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let rows = match Rows::new(&Config::default(), &names) {
            Ok(rows) => rows,
            Err(error) => return error.to_string(),
        };
        match rows.item(7, |column| cells[column]).parse().item {
            Item::Article(document) => format!("{}: {}", document.id, document.text.as_str()),
            Item::Failure(failure) => format!("{} failed: {}", failure.id, failure.error),
            item => format!("{item:?}"),
        }
    }

    #[test]
    fn rows_are_articles_or_say_why_not() {
        type Case<'a> = (&'a [&'a str], &'a [Option<&'a [u8]>], &'a str);
        let cases: &[Case<'_>] = &[
            (
                &["id", "body"],
                &[Some(b"a"), Some(b"Es regnet.")],
                "a: Es regnet.",
            ),
            (&["text"], &[Some(b"Es regnet.")], "7: Es regnet."),
            (
                &["id", "text"],
                &[Some(b" "), Some(b"Es regnet.")],
                "7: Es regnet.",
            ),
            (
                &["id", "html"],
                &[Some(b"a"), Some(b"<p>Es <b>regnet</b>.</p>")],
                "a: Es regnet.",
            ),
            (
                &["id", "text"],
                &[Some(b"a"), None],
                "a failed: the text is empty",
            ),
            (
                &["id", "text"],
                &[Some(b"a"), Some(b" \n")],
                "a failed: the text is empty",
            ),
            (
                &["id", "text"],
                &[Some(b"a"), Some(b"K\xF6ln")],
                "a failed: damaged UTF-8: byte 0xF6 at position 2",
            ),
            (
                &["id", "title", "text"],
                &[Some(b"a"), Some(b"\0"), Some(b"Es regnet.")],
                "a failed: NUL character in the title",
            ),
            (&["id", "seite"], &[], "`seite`"),
            (&["text", "Text"], &[], "two columns"),
        ];
        for (names, cells, expected) in cases {
            let told = told(names, cells);
            assert!(told.contains(expected), "{names:?}: {told}");
        }
    }
}
