//! The layout of a run: which tables it has, and with which columns.

use serde::Deserialize;
use serde_json::Value as Json;

use super::articles::Articles;
use super::column::Column;
use super::table::{TABLES, Table, When};

/// Which tables a run has, and with which columns, as its settings demand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// The columns of each table of [`TABLES`] that are written; none if the run does not have the table.
    columns: Vec<Option<Vec<bool>>>,
    articles: Articles,
}

impl Layout {
    /// Returns the layout that merged settings demand, which were checked.
    pub(crate) fn new(settings: &Json) -> Self {
        let is_on = |stage: &str| {
            let backend = settings.pointer(&format!("/{stage}/backend"));
            backend.is_some_and(|backend| backend != "off")
        };
        let has_column = |column: &Column| match column.setting.and_then(|key| key.split_once('.'))
        {
            // A stage that is off may keep its keys.
            Some((stage, key)) => {
                let setting = settings.pointer(&format!("/{stage}/{key}"));
                is_on(stage) && setting == Some(&true.into())
            }
            None => true,
        };
        let articles = settings.pointer("/output/articles");
        let articles = articles.and_then(|articles| Articles::deserialize(articles).ok());
        let articles = articles.unwrap_or_default();
        let columns = TABLES.iter().map(|table| {
            let has_table = match table.when {
                When::Always => true,
                When::Stage(stage) => is_on(stage),
                When::Articles => articles != Articles::None,
                When::Setting(key) => {
                    let key = format!("/{}", key.replace('.', "/"));
                    settings.pointer(&key) == Some(&true.into())
                }
            };
            has_table.then(|| table.columns.iter().map(has_column).collect())
        });
        Self {
            columns: columns.collect(),
            articles,
        }
    }

    /// Returns the tables that the run has, in the order of the flow.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static Table> {
        let tables = TABLES.iter().zip(&self.columns);
        tables.filter_map(|(table, columns)| columns.is_some().then_some(*table))
    }

    /// Returns whether a table is only written if it has rows.
    pub(crate) fn leaves_out_if_empty(&self, table: &Table) -> bool {
        table.when == When::Articles && self.articles == Articles::Extracted
    }

    /// Returns whether the run has a table.
    pub(crate) fn has(&self, table: &Table) -> bool {
        self.tables().any(|other| other == table)
    }

    /// Returns which columns of a table are written, by its place in [`TABLES`].
    pub(super) fn is_written(&self, index: usize) -> Vec<bool> {
        let columns = self.columns[index].clone();
        columns.unwrap_or_else(|| vec![true; TABLES[index].columns.len()])
    }

    /// Returns the columns of a table that are written.
    pub(super) fn columns(&self, table: &Table) -> Vec<&'static Column> {
        let index = TABLES.iter().position(|other| *other == table);
        let index = index.expect("every table is listed");
        TABLES[index]
            .columns
            .iter()
            .zip(self.is_written(index))
            .filter_map(|(column, is_written)| is_written.then_some(column))
            .collect()
    }

    /// Returns, for each column that a setting adds, the setting and whether the column is there.
    pub(super) fn optional_columns(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let tables = TABLES.iter().enumerate();
        tables.flat_map(move |(index, table)| {
            let columns = table.columns.iter().zip(self.is_written(index));
            columns.filter_map(|(column, is_written)| Some((column.setting?, is_written)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::STAGES;

    #[test]
    fn what_a_table_or_column_needs_is_a_stage() {
        let is_stage = |name: &str| STAGES.iter().any(|stage| stage.name() == name);
        for table in TABLES {
            if let When::Stage(stage) = table.when {
                assert!(is_stage(stage), "{}", table.name);
            }
            for column in table.columns {
                let stage = column.setting.map(|key| key.split('.').next().unwrap());
                assert!(stage.is_none_or(is_stage), "{} {}", table.name, column.name);
            }
        }
    }
}
