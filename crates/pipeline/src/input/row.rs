//! A row of a table as an article.

use super::content::Content;
use super::fault::Fault;
use super::fields::{ROLES, Role};
use super::item::{At, Record, Reject};
use super::tree::Tree;

/// The value of each role in a row; none if it is null.
pub(super) type Values = [Result<Option<String>, Fault>; ROLES];

/// What is the same in all rows of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// Whether the text is HTML by the name of its column.
    pub(super) is_markup: bool,
    /// The roles whose columns are of a type that cannot be read.
    pub(super) unread: Vec<&'static str>,
}

/// Makes an article of a row.
pub(super) fn record(number: u64, mut values: Values, shape: &Shape) -> Result<Record, Reject> {
    let mut take = |role: Role| -> Result<Option<String>, Fault> {
        let value = std::mem::replace(&mut values[role as usize], Ok(None))?;
        Ok(value.filter(|value| !value.is_empty()))
    };
    let id = take(Role::Id).map_err(|fault| Reject::at(number, fault))?;
    let mut rest = || -> Result<Record, Fault> {
        let text = take(Role::Text)?.unwrap_or_default();
        Ok(Record {
            at: At::number(number),
            content: Tree::Text(text.into())
                .content(shape.is_markup)
                .unwrap_or_else(|_| Content::default()),
            title: take(Role::Title)?,
            date: take(Role::Date)?,
            language: take(Role::Language)?,
            url: take(Role::Url)?,
            outlet: take(Role::Outlet)?,
            unread: shape.unread.clone(),
            ..Record::default()
        })
    };
    match rest() {
        Ok(record) => Ok(Record { id, ..record }),
        Err(fault) => Err(Reject {
            id,
            ..Reject::at(number, fault)
        }),
    }
}

/// Returns the text of a cell, which must be UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<String, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or_default();
            Err(Fault::DamagedUtf8 { at: at + 1, byte })
        }
    }
}
