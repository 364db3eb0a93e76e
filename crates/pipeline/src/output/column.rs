//! The columns of the tables.

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The setting, `section.key`, without which there is no such column; none if the column is always there.
    pub(super) setting: Option<&'static str>,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Count,
    Score,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        setting: None,
    }
}

/// Returns a column of text.
pub(super) const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

/// Returns a column of counts, indices or offsets.
pub(super) const fn count(name: &'static str) -> Column {
    column(name, Kind::Count)
}

/// Returns a column of probabilities or other weights.
pub(super) const fn score(name: &'static str) -> Column {
    column(name, Kind::Score)
}
