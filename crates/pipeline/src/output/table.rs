//! The tables: a block each, with its name, its columns and the rows of what went through the run.

use blattwerk_core::{Document, Reason, date};

use super::articles::Articles;
use super::column::{Column, Kind, count, score, text};
use super::compression::Compression;
use super::config::Config;
use super::sheet::{Cell, Sheet};
use crate::fate::{Duplicate, Failed, Skipped};
use crate::stages::DEDUP;

/// The tables, in the order of the flow.
pub(crate) static TABLES: &[&Table] = &[
    &ARTICLES,
    &NORMALIZED,
    &REMOVED,
    &SENTENCES,
    &ENTITIES,
    &KEYWORDS,
    &SENTIMENT,
    &SUMMARIES,
    &DUPLICATES,
    &SKIPPED,
    &FAILURES,
    &NAMES,
];

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) name: &'static str,
    pub(super) when: When,
    pub(super) columns: &'static [Column],
    pub(super) rows: Rows,
}

impl Table {
    /// Returns the names of its files.
    pub(super) fn files(&self, config: &Config) -> Vec<String> {
        config.format.files(self.name, config.compression)
    }

    /// Returns whether its rows are made from the other tables, so that they belong to no article.
    pub(crate) fn is_made_from_others(&self) -> bool {
        matches!(self.rows, Rows::Run)
    }

    /// Returns the name of the file that its rows are written to while a run goes on.
    pub(crate) fn spool(&self, compression: Compression) -> String {
        format!("{}.csv{}", self.name, compression.suffix())
    }
}

/// When a run has a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// If this stage is on.
    Stage(&'static str),
    /// As `output.articles` says.
    Articles,
    /// If this setting is true.
    Setting(&'static str),
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The first column of every table whose rows belong to articles.
const ARTICLE_ID: Column = text("article_id");

/// Whose rows a table has, and the function that writes them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows {
    /// Articles that went through all stages.
    Documents(fn(&Document, &Facts, &mut Sheet)),
    /// Copies of earlier articles.
    Duplicates(fn(&Duplicate, &mut Sheet)),
    /// Articles that were left out.
    Skipped(fn(&Skipped, &mut Sheet)),
    /// Articles and pieces of the input that failed.
    Failures(fn(&Failed, &mut Sheet)),
    /// The run as a whole: they are made from the other tables when those are complete.
    Run,
}

/// What rows need to know that is the same for all articles of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The backend of *summarize*.
    pub(crate) summarizer: String,
    /// Which articles are written as they came in.
    pub(crate) articles: Articles,
}

static ARTICLES: Table = Table {
    name: "articles",
    when: When::Articles,
    columns: &[
        ARTICLE_ID,
        text("source"),
        text("url"),
        text("title"),
        text("date"),
        text("language"),
        text("text"),
    ],
    rows: Rows::Documents(|document, facts, sheet| {
        let is_written = match facts.articles {
            Articles::All => true,
            Articles::Extracted => document.is_extracted,
            Articles::None => false,
        };
        if !is_written {
            return;
        }
        sheet.row([
            Cell::Text(&document.id),
            Cell::Text(&document.source),
            Cell::Text(document.url.as_deref().unwrap_or("")),
            Cell::Text(document.title.as_deref().unwrap_or("")),
            Cell::Text(document.date.as_deref().unwrap_or("")),
            Cell::Text(document.language.as_deref().unwrap_or("")),
            Cell::Text(document.text.source()),
        ]);
    }),
};

pub(crate) static NORMALIZED: Table = Table {
    name: "normalized",
    when: When::Always,
    columns: &[
        ARTICLE_ID,
        text("source"),
        text("title"),
        text("date"),
        text("language"),
        count("removed_chars"),
        text("text"),
        text("date_iso"),
        text("url"),
        text("outlet"),
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let shorter = text
            .source()
            .chars()
            .count()
            .saturating_sub(text.as_str().chars().count());
        let date_iso = document.date.as_deref().and_then(date::iso);
        sheet.row([
            Cell::Text(id),
            Cell::Text(&document.source),
            Cell::Text(document.title.as_deref().unwrap_or("")),
            Cell::Text(document.date.as_deref().unwrap_or("")),
            Cell::Text(document.language.as_deref().unwrap_or("")),
            Cell::Count(shorter),
            Cell::Text(text.as_str()),
            Cell::Text(date_iso.as_deref().unwrap_or("")),
            Cell::Text(document.url.as_deref().unwrap_or("")),
            Cell::Text(document.outlet.as_deref().unwrap_or("")),
        ]);
    }),
};

pub(crate) static REMOVED: Table = Table {
    name: "removed",
    when: When::Always,
    columns: &[
        ARTICLE_ID,
        count("start"),
        count("end"),
        text("reason"),
        text("text"),
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let mut chars = text.source_chars();
        for piece in &document.removed {
            let quoted = text.source().get(piece.source.range());
            sheet.row([
                Cell::Text(id),
                Cell::Count(chars.at(piece.source.start)),
                Cell::Count(chars.at(piece.source.end)),
                Cell::Text(&piece.reason),
                Cell::Text(quoted.expect("what was removed lies on character boundaries")),
            ]);
        }
    }),
};

pub(crate) static SENTENCES: Table = Table {
    name: "sentences",
    when: When::Always,
    columns: &[
        ARTICLE_ID,
        count("sentence"),
        count("start"),
        count("end"),
        text("text"),
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let mut chars = text.source_chars();
        for (index, &sentence) in document.sentences.iter().enumerate() {
            let source = text.to_source(sentence);
            sheet.row([
                Cell::Text(id),
                Cell::Count(index),
                Cell::Count(chars.at(source.start)),
                Cell::Count(chars.at(source.end)),
                Cell::Text(&text[sentence]),
            ]);
        }
    }),
};

pub(crate) static ENTITIES: Table = Table {
    name: "entities",
    when: When::Always,
    columns: &[
        ARTICLE_ID,
        count("sentence"),
        count("start"),
        count("end"),
        text("label"),
        score("score"),
        text("text"),
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let mut chars = text.source_chars();
        for entity in &document.entities {
            let source = text.to_source(entity.span);
            let sentence = document.sentence_at(entity.span.start);
            sheet.row([
                Cell::Text(id),
                sentence.map_or(Cell::Blank, Cell::Count),
                Cell::Count(chars.at(source.start)),
                Cell::Count(chars.at(source.end)),
                Cell::Text(&entity.label),
                Cell::Score(entity.score.into()),
                Cell::Text(&text[entity.span]),
            ]);
        }
    }),
};

pub(crate) static KEYWORDS: Table = Table {
    name: "keywords",
    when: When::Stage("keywords"),
    columns: &[
        ARTICLE_ID,
        count("rank"),
        score("score"),
        text("keyword"),
        count("start"),
        count("end"),
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let mut chars = text.source_chars();
        for (rank, keyword) in document.keywords.iter().enumerate() {
            let source = text.to_source(keyword.span);
            sheet.row([
                Cell::Text(id),
                Cell::Count(rank),
                Cell::Score(keyword.score.into()),
                Cell::Text(&text[keyword.span]),
                Cell::Count(chars.at(source.start)),
                Cell::Count(chars.at(source.end)),
            ]);
        }
    }),
};

pub(crate) static SENTIMENT: Table = Table {
    name: "sentiment",
    when: When::Always,
    columns: &[
        ARTICLE_ID,
        text("level"),
        count("index"),
        text("label"),
        score("score"),
        Column {
            name: "reason",
            kind: Kind::Text,
            setting: Some("sentiment.explain"),
        },
    ],
    rows: Rows::Documents(|document, _, sheet| {
        let Document { id, text, .. } = document;
        let mut chars = text.source_chars();
        // `gut 12:15 +0.42 | nicht 6:11 -0.10`: each word with its start, end and weight.
        let mut shown = |reason: &Reason| {
            let source = text.to_source(reason.span);
            let (start, end) = (chars.at(source.start), chars.at(source.end));
            format!("{} {start}:{end} {:+.2}", &text[reason.span], reason.weight)
        };
        for judgement in &document.sentiment {
            let (level, index) = judgement.level.parts();
            let reasons: Vec<String> = judgement.reasons.iter().map(&mut shown).collect();
            sheet.row([
                Cell::Text(id),
                Cell::Text(level),
                Cell::Count(index),
                Cell::Text(judgement.polarity.as_str()),
                Cell::Score(judgement.score.into()),
                Cell::Text(&reasons.join(" | ")),
            ]);
        }
    }),
};

pub(crate) static SUMMARIES: Table = Table {
    name: "summaries",
    when: When::Always,
    columns: &[ARTICLE_ID, text("backend"), text("sentences"), text("text")],
    rows: Rows::Documents(|document, facts, sheet| {
        let summary = &document.summary;
        if summary.is_empty() {
            return;
        }
        let sentences: Vec<String> = summary.sentences.iter().map(usize::to_string).collect();
        sheet.row([
            Cell::Text(&document.id),
            Cell::Text(&facts.summarizer),
            Cell::Text(&sentences.join(" ")),
            Cell::Text(&summary.text),
        ]);
    }),
};

pub(crate) static DUPLICATES: Table = Table {
    name: "duplicates",
    when: When::Stage(DEDUP),
    columns: &[ARTICLE_ID, text("of"), score("similarity")],
    rows: Rows::Duplicates(|duplicate, sheet| {
        let Duplicate { id, of, similarity } = duplicate;
        sheet.row([Cell::Text(id), Cell::Text(of), Cell::Score(*similarity)]);
    }),
};

pub(crate) static SKIPPED: Table = Table {
    name: "skipped",
    when: When::Always,
    columns: &[ARTICLE_ID, text("source"), text("reason")],
    rows: Rows::Skipped(|Skipped { document, reason }, sheet| {
        let Document { id, source, .. } = document;
        sheet.row([Cell::Text(id), Cell::Text(source), Cell::Text(reason)]);
    }),
};

pub(crate) static FAILURES: Table = Table {
    name: "failures",
    when: When::Always,
    columns: &[ARTICLE_ID, text("source"), text("stage"), text("error")],
    rows: Rows::Failures(|Failed { stage, failure }, sheet| {
        sheet.row([
            Cell::Text(&failure.id),
            Cell::Text(&failure.source),
            Cell::Text(stage),
            Cell::Text(&failure.error),
        ]);
    }),
};

pub(crate) static NAMES: Table = Table {
    name: "names",
    when: When::Setting("output.names"),
    columns: &[
        text("label"),
        text("name"),
        text("forms"),
        count("mentions"),
        count("articles"),
        text("first_date"),
        text("last_date"),
        count("negative"),
        count("neutral"),
        count("positive"),
    ],
    rows: Rows::Run,
};
