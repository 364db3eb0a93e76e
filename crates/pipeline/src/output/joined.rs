//! Reads the tables of a run together, article by article.
//!
//! Every table has its rows in the order of the articles in `normalized`, so a single pass is enough, and only the rows of one
//! article are in memory.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use blattwerk_core::{Level, Polarity};
use csv::StringRecord;

use super::config::Config;
use super::read;
use super::table::{ENTITIES, NORMALIZED, SENTIMENT, Table};
use crate::record::Record;
use crate::{Error, Result};

/// The tables of a complete run.
pub(crate) struct Tables<'a> {
    folder: &'a Path,
    config: Config,
    record: &'a Record,
}

impl<'a> Tables<'a> {
    /// Finds the tables of the run in a folder.
    ///
    /// # Errors
    ///
    /// If the record does not say how they were written.
    pub(crate) fn new(folder: &'a Path, record: &'a Record) -> Result<Self> {
        Ok(Self {
            folder,
            config: record.section("output", folder)?,
            record,
        })
    }

    /// Returns how many rows a table has; none if the run does not have the table.
    pub(crate) fn count(&self, table: &Table) -> Option<u64> {
        let files = table.files(&self.config);
        let mut records = self.record.tables.iter();
        records
            .find(|record| files.contains(&record.file))
            .map(|record| record.rows)
    }

    /// Opens a table; none if the run does not have it.
    pub(crate) fn open(&self, table: &'static Table) -> Result<Option<read::Table>> {
        if self.count(table).is_none() {
            return Ok(None);
        }
        read::Table::open_complete(&self.config, self.folder, table).map(Some)
    }

    /// Reads the rows of some articles, which the table has in this order. What lies after the last of them is not read.
    pub(crate) fn rows_of(
        &self,
        table: &'static Table,
        ids: &[&str],
    ) -> Result<HashMap<String, ArticleRows>> {
        let mut found = HashMap::new();
        let (Some(&last), Some(mut rows)) = (ids.last(), self.open(table)?) else {
            return Ok(found);
        };
        let places = places(&mut rows, table)?;
        let wanted: HashSet<&str> = ids.iter().copied().collect();
        let mut has_last = false;
        while let Some(row) = rows.next()? {
            let id = row.get(0).unwrap_or_default();
            if wanted.contains(id) {
                let rows = found.entry(id.to_owned()).or_insert_with(|| ArticleRows {
                    places: places.clone(),
                    rows: Vec::new(),
                });
                rows.rows.push(row.clone());
                has_last |= id == last;
            } else if has_last {
                break;
            }
        }
        Ok(found)
    }
}

/// The columns of a table, with their places in its rows. A table of an earlier version may lack some.
type Places = Vec<(&'static str, Option<usize>)>;

fn places(opened: &mut read::Table, table: &'static Table) -> Result<Places> {
    let columns = table.columns.iter();
    columns
        .map(|column| Ok((column.name, opened.column(column.name)?)))
        .collect()
}

fn place(places: &Places, name: &str) -> Option<usize> {
    let mut places = places.iter();
    places.find(|(found, _)| *found == name)?.1
}

/// The rows of an article in one table.
#[derive(Debug, Clone, Default)]
pub(crate) struct ArticleRows {
    places: Places,
    rows: Vec<StringRecord>,
}

impl ArticleRows {
    /// Returns the cells of some columns of each row. A column that the table does not have is empty.
    pub(crate) fn cells<const N: usize>(
        &self,
        names: [&str; N],
    ) -> impl Iterator<Item = [&str; N]> {
        let places = names.map(|name| place(&self.places, name));
        let rows = self.rows.iter();
        rows.map(move |row| places.map(|place| cell(row, place)))
    }
}

fn cell(row: &StringRecord, place: Option<usize>) -> &str {
    place.and_then(|place| row.get(place)).unwrap_or_default()
}

/// A table of which the rows of the present article are in memory.
struct Layer {
    table: read::Table,
    name: &'static str,
    places: Places,
    /// The rows of the article, and after them the one that was read ahead.
    rows: Vec<StringRecord>,
    len: usize,
    has_next: bool,
}

impl Layer {
    fn new(mut opened: read::Table, table: &'static Table) -> Result<Self> {
        let mut layer = Self {
            places: places(&mut opened, table)?,
            table: opened,
            name: table.name,
            rows: vec![StringRecord::new()],
            len: 0,
            has_next: true,
        };
        layer.read()?;
        Ok(layer)
    }

    /// Reads the next row to the place after those of the article.
    fn read(&mut self) -> Result<()> {
        if self.len == self.rows.len() {
            self.rows.push(StringRecord::new());
        }
        self.has_next = self.table.read(&mut self.rows[self.len])?;
        Ok(())
    }

    /// Reads the rows of the next article.
    fn advance(&mut self, id: &str) -> Result<()> {
        self.rows.swap(0, self.len);
        self.len = 0;
        while self.has_next && self.rows[self.len].get(0) == Some(id) {
            self.len += 1;
            self.read()?;
        }
        Ok(())
    }

    fn rows(&self) -> &[StringRecord] {
        &self.rows[..self.len]
    }

    fn check_end(&self) -> Result<()> {
        if !self.has_next {
            return Ok(());
        }
        let id = self.rows[self.len].get(0).unwrap_or_default();
        let message = format!(
            "expected the rows in the order of the articles in `{}`, found one of `{id}` that is not in its place; the table was \
             changed, or belongs to another run",
            NORMALIZED.name
        );
        Err(Error::Read {
            path: self.table.path().to_owned(),
            source: io::Error::new(io::ErrorKind::InvalidData, message),
        })
    }
}

/// A name in an article.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention<'a> {
    pub(crate) label: &'a str,
    pub(crate) text: &'a str,
    /// The index of its sentence, as it is written.
    pub(crate) sentence: &'a str,
    pub(crate) start: &'a str,
    /// How the text writes about it, if that was judged.
    pub(crate) stance: Option<Polarity>,
}

/// The articles of a run, with their rows in several tables.
pub(crate) struct Joined {
    articles: read::Table,
    article: StringRecord,
    /// The places of the columns of `normalized`.
    columns: Places,
    layers: Vec<Layer>,
    /// The places of label, text, sentence and start among the columns of `entities`.
    entity: [Option<usize>; 4],
    /// Those of level, index and label of `sentiment`.
    judgement: [Option<usize>; 3],
    stances: Vec<Option<Polarity>>,
}

impl Joined {
    /// Opens `normalized` and some more tables, those of them that there are.
    pub(crate) fn open(
        open: impl Fn(&'static Table) -> Result<Option<read::Table>>,
        tables: &[&'static Table],
    ) -> Result<Option<Self>> {
        let Some(mut articles) = open(&NORMALIZED)? else {
            return Ok(None);
        };
        let columns = places(&mut articles, &NORMALIZED)?;
        let (mut entity, mut judgement) = ([None; 4], [None; 3]);
        let mut layers = Vec::new();
        for &table in tables {
            let Some(opened) = open(table)? else {
                continue;
            };
            let layer = Layer::new(opened, table)?;
            if *table == ENTITIES {
                entity =
                    ["label", "text", "sentence", "start"].map(|name| place(&layer.places, name));
            } else if *table == SENTIMENT {
                judgement = ["level", "index", "label"].map(|name| place(&layer.places, name));
            }
            layers.push(layer);
        }
        Ok(Some(Self {
            articles,
            article: StringRecord::new(),
            columns,
            layers,
            entity,
            judgement,
            stances: Vec::new(),
        }))
    }

    /// Goes to the next article; returns whether there is one.
    ///
    /// # Errors
    ///
    /// If a table cannot be read, or has rows that are not in the order of the articles.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        if !self.articles.read(&mut self.article)? {
            self.layers.iter().try_for_each(Layer::check_end)?;
            return Ok(false);
        }
        let id = self.article.get(0).unwrap_or_default();
        for layer in &mut self.layers {
            layer.advance(id)?;
        }
        self.stances.clear();
        let mut layers = self.layers.iter();
        if let Some(layer) = layers.find(|layer| layer.name == SENTIMENT.name) {
            for row in layer.rows() {
                let [level, index, label] = self.judgement.map(|place| cell(row, place));
                if level != Level::Entity(0).parts().0 {
                    continue;
                }
                let Ok(index) = index.parse::<usize>() else {
                    continue;
                };
                // An index beyond what an article can have is damage, not a reason to take all memory.
                if index < 1 << 24 {
                    if self.stances.len() <= index {
                        self.stances.resize(index + 1, None);
                    }
                    self.stances[index] = Polarity::from_name(label);
                }
            }
        }
        Ok(true)
    }

    /// Returns the id of the article.
    pub(crate) fn id(&self) -> &str {
        self.article.get(0).unwrap_or_default()
    }

    /// Returns the place of a column of `normalized`.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        place(&self.columns, name)
    }

    /// Returns a cell of the article, by the place of its column.
    pub(crate) fn cell(&self, place: Option<usize>) -> &str {
        cell(&self.article, place)
    }

    /// Returns the rows of the article in a table; none if there is no such table.
    pub(crate) fn rows(&self, table: &Table) -> &[StringRecord] {
        let mut layers = self.layers.iter();
        let layer = layers.find(|layer| layer.name == table.name);
        layer.map_or(&[], Layer::rows)
    }

    /// Returns the rows of the article in a table, to keep them.
    pub(crate) fn taken(&self, table: &Table) -> ArticleRows {
        if *table == NORMALIZED {
            return ArticleRows {
                places: self.columns.clone(),
                rows: vec![self.article.clone()],
            };
        }
        let mut layers = self.layers.iter();
        let layer = layers.find(|layer| layer.name == table.name);
        layer.map_or_else(ArticleRows::default, |layer| ArticleRows {
            places: layer.places.clone(),
            rows: layer.rows().to_vec(),
        })
    }

    /// Returns some cells of each row of the article in a table; a column that the table does not have is empty.
    pub(crate) fn cells<const N: usize>(
        &self,
        table: &Table,
        names: [&str; N],
    ) -> impl Iterator<Item = [&str; N]> {
        let mut layers = self.layers.iter();
        let layer = layers.find(|layer| layer.name == table.name);
        let columns = names.map(|name| layer.and_then(|layer| place(&layer.places, name)));
        let rows = layer.map_or(&[][..], Layer::rows).iter();
        rows.map(move |row| columns.map(|column| cell(row, column)))
    }

    /// Returns the judgement of the whole article.
    pub(crate) fn tone(&self) -> Option<Polarity> {
        let mut rows = self.rows(&SENTIMENT).iter();
        rows.find_map(|row| {
            let [level, _, label] = self.judgement.map(|place| cell(row, place));
            (level == Level::Article.parts().0).then(|| Polarity::from_name(label))?
        })
    }

    /// Returns the names of the article.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = Mention<'_>> {
        let rows = self.rows(&ENTITIES).iter().enumerate();
        rows.map(|(index, row)| {
            let [label, text, sentence, start] = self.entity.map(|place| cell(row, place));
            let stance = self.stances.get(index).copied().flatten();
            Mention {
                label,
                text,
                sentence,
                start,
                stance,
            }
        })
    }
}
