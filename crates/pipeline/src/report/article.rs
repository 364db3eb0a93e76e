//! One article with everything that was found in it, read back from the tables.

use std::cmp::Reverse;
use std::path::Path;

use blattwerk_core::{Level, Polarity};

use crate::output::{
    ArticleRows, DUPLICATES, ENTITIES, FAILURES, KEYWORDS, NORMALIZED, REMOVED, SENTENCES,
    SENTIMENT, SKIPPED, SUMMARIES, Table, Tables,
};
use crate::{Result, merge};

/// The tables with the rows of an article.
pub(super) const LAYERS: [&Table; 7] = [
    &NORMALIZED,
    &REMOVED,
    &SENTENCES,
    &ENTITIES,
    &KEYWORDS,
    &SENTIMENT,
    &SUMMARIES,
];

/// An article and what the stages found in it.
#[derive(Debug, Clone, Default)]
pub struct Article {
    /// Its id.
    pub id: String,
    /// The file, with the line if the format has lines.
    pub source: String,
    /// The headline; empty if there is none.
    pub title: String,
    /// The date, in the form of ISO 8601 if it was understood.
    pub date: String,
    /// The language as an ISO 639-1 code.
    pub language: String,
    /// The web address.
    pub url: String,
    /// Who published it.
    pub outlet: String,
    /// The normalized text.
    pub text: String,
    /// How the article as a whole is judged.
    pub tone: Option<Polarity>,
    /// The keywords, best first.
    pub keywords: Vec<String>,
    /// The summary; empty if there is none.
    pub summary: String,
    sentences: Vec<Passage>,
    /// How each sentence is judged.
    tones: Vec<Option<Polarity>>,
    names: Vec<Name>,
    removed: Vec<Passage>,
}

/// A piece of the article as it came in, with what the table quotes.
#[derive(Debug, Clone, Default)]
struct Passage {
    start: usize,
    end: usize,
    /// Why it was removed.
    reason: String,
    text: String,
}

#[derive(Debug, Clone)]
struct Name {
    label: String,
    text: String,
    sentence: Option<usize>,
    start: usize,
    end: usize,
    stance: Option<Polarity>,
}

/// A part of the text of an article, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The beginning of a sentence: its index and how it is judged.
    Sentence(usize, Option<Polarity>),
    /// Text.
    Text(&'a str),
    /// A name: its text, its label, and how the text writes about it.
    Name(&'a str, &'a str, Option<Polarity>),
    /// What was removed here: the text as it came in, and the reason.
    Removed(&'a str, &'a str),
}

/// What became of an article.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It is in the tables.
    Article(Box<Article>),
    /// It was left out: its source and the reason.
    Skipped(String, String),
    /// It failed: its source, the stage and the error.
    Failed(String, String, String),
    /// It is a copy that was left out: the id of the first article, and how similar they are.
    Copy(String, String),
}

/// Returns what became of an article of the complete run in a folder; nothing if the run did not have it.
///
/// # Errors
///
/// If there is no complete run in the folder, or a table cannot be read.
pub fn article(folder: &Path, id: &str) -> Result<Vec<Fate>> {
    let record = merge::record(folder)?;
    let tables = Tables::new(folder, &record)?;
    let mut fates = Vec::new();
    let mut rows = Vec::new();
    for table in LAYERS {
        let found = tables.rows_of(table, &[id])?.remove(id);
        if *table == NORMALIZED && found.is_none() {
            break;
        }
        rows.push((table, found.unwrap_or_default()));
    }
    if !rows.is_empty() {
        fates.push(Fate::Article(Box::new(Article::new(&rows))));
    }
    let of = |table| {
        Ok::<ArticleRows, crate::Error>(
            tables.rows_of(table, &[id])?.remove(id).unwrap_or_default(),
        )
    };
    for [of, similarity] in of(&DUPLICATES)?.cells(["of", "similarity"]) {
        fates.push(Fate::Copy(of.into(), similarity.into()));
    }
    for [source, reason] in of(&SKIPPED)?.cells(["source", "reason"]) {
        fates.push(Fate::Skipped(source.into(), reason.into()));
    }
    for [source, stage, error] in of(&FAILURES)?.cells(["source", "stage", "error"]) {
        fates.push(Fate::Failed(source.into(), stage.into(), error.into()));
    }
    Ok(fates)
}

fn number(cell: &str) -> usize {
    cell.parse().unwrap_or_default()
}

impl Article {
    /// Returns the article that has these rows in the tables.
    pub(super) fn new(rows: &[(&'static Table, ArticleRows)]) -> Self {
        let none = ArticleRows::default();
        let of = |table: &Table| {
            let mut rows = rows.iter();
            let found = rows.find(|(found, _)| *found == table);
            found.map_or(&none, |(_, rows)| rows)
        };
        let mut article = Self::default();
        let columns = [
            "article_id",
            "source",
            "title",
            "date",
            "date_iso",
            "language",
            "url",
            "outlet",
            "text",
        ];
        if let Some(cells) = of(&NORMALIZED).cells(columns).next() {
            let [id, source, title, date, iso, language, url, outlet, text] =
                cells.map(str::to_owned);
            article = Self {
                id,
                source,
                title,
                date: if iso.is_empty() { date } else { iso },
                language,
                url,
                outlet,
                text,
                ..article
            };
        }
        let passages = |table: &Table, reason: &'static str| -> Vec<Passage> {
            let cells = of(table).cells(["start", "end", "text", reason]);
            cells
                .map(|[start, end, text, reason]| Passage {
                    start: number(start),
                    end: number(end),
                    text: text.to_owned(),
                    reason: reason.to_owned(),
                })
                .collect()
        };
        article.sentences = passages(&SENTENCES, "");
        article.removed = passages(&REMOVED, "reason");
        let columns = ["label", "text", "sentence", "start", "end"];
        for [label, text, sentence, start, end] in of(&ENTITIES).cells(columns) {
            article.names.push(Name {
                label: label.to_owned(),
                text: text.to_owned(),
                sentence: sentence.parse().ok(),
                start: number(start),
                end: number(end),
                stance: None,
            });
        }
        article.tones = vec![None; article.sentences.len()];
        for [level, index, label] in of(&SENTIMENT).cells(["level", "index", "label"]) {
            let polarity = Polarity::from_name(label);
            let index = number(index);
            if level == Level::Article.parts().0 {
                article.tone = polarity;
            } else if level == Level::Entity(0).parts().0 {
                if let Some(name) = article.names.get_mut(index) {
                    name.stance = polarity;
                }
            } else if let Some(tone) = article.tones.get_mut(index) {
                *tone = polarity;
            }
        }
        let keywords = of(&KEYWORDS).cells(["keyword"]);
        article.keywords = keywords.map(|[keyword]| keyword.to_owned()).collect();
        if let Some([text]) = of(&SUMMARIES).cells(["text"]).next() {
            text.clone_into(&mut article.summary);
        }
        article
    }

    /// Returns the number of names.
    pub fn names(&self) -> usize {
        self.names.len()
    }

    /// Returns the text in pieces, in order: sentences, names, and what was removed between them.
    ///
    /// The tables count characters of the article as it came in, which they do not contain. So the sentences, which are
    /// quotes, are found one after the other, names by their distance from the beginning of their sentence, and passages that
    /// were removed stand where the sentence before them ends.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let sentences = self.sentence_spans();
        let names = self.name_spans(&sentences);
        // Where something begins; what was removed comes before the sentence that begins there.
        let mut events: Vec<(usize, u8, usize)> = Vec::new();
        for (index, span) in sentences.iter().enumerate() {
            events.extend(span.map(|(start, _)| (start, 1, index)));
        }
        for (index, span) in names.iter().enumerate() {
            events.extend(span.map(|(start, _)| (start, 2, index)));
        }
        for index in 0..self.removed.len() {
            events.push((self.removed_at(index, &sentences, &names), 0, index));
        }
        events.sort_by_key(|event| *event);
        let mut pieces = Vec::new();
        let mut at = 0;
        for (start, kind, index) in events {
            if let Some(text) = self.text.get(at..start).filter(|text| !text.is_empty()) {
                pieces.push(Piece::Text(text));
                at = start;
            }
            match kind {
                0 => {
                    let Passage { reason, text, .. } = &self.removed[index];
                    pieces.push(Piece::Removed(text, reason));
                }
                1 => pieces.push(Piece::Sentence(index, self.tones[index])),
                _ => {
                    let name = &self.names[index];
                    if let Some((start, end)) = names[index]
                        && let Some(text) = self.text.get(start..end)
                    {
                        pieces.push(Piece::Name(text, &name.label, name.stance));
                        at = end;
                    }
                }
            }
        }
        if let Some(text) = self.text.get(at..).filter(|text| !text.is_empty()) {
            pieces.push(Piece::Text(text));
        }
        pieces
    }

    /// Returns the bytes of each sentence in the text.
    fn sentence_spans(&self) -> Vec<Option<(usize, usize)>> {
        let mut at = 0;
        let mut spans = Vec::with_capacity(self.sentences.len());
        for sentence in &self.sentences {
            let found = self.text.get(at..).and_then(|rest| {
                let skipped = rest.len() - rest.trim_start().len();
                if rest.trim_start().starts_with(&sentence.text) {
                    return Some(at + skipped);
                }
                Some(at + rest.find(&sentence.text)?)
            });
            let span = found.map(|start| (start, start + sentence.text.len()));
            if let Some((_, end)) = span {
                at = end;
            }
            spans.push(span);
        }
        spans
    }

    /// Returns the bytes of each name in the text.
    fn name_spans(&self, sentences: &[Option<(usize, usize)>]) -> Vec<Option<(usize, usize)>> {
        // How far from the place that is expected a name is looked for.
        const NEAR: usize = 4096;
        let mut spans: Vec<Option<(usize, usize)>> = Vec::with_capacity(self.names.len());
        // A place in the article as it came in, in characters, and the byte of the text that it became.
        let mut anchor = (0, 0);
        let mut before = None;
        for name in &self.names {
            let sentence = name.sentence.and_then(|index| *sentences.get(index)?);
            let (mut from, mut to) = sentence.unwrap_or((0, self.text.len()));
            if name.sentence != before
                && let Some(passage) = name.sentence.and_then(|index| self.sentences.get(index))
            {
                anchor = (passage.start, from);
            }
            before = name.sentence;
            let distance = name.start.saturating_sub(anchor.0);
            let rest = self.text.get(anchor.1..).unwrap_or_default();
            let expected = anchor.1
                + rest
                    .chars()
                    .take(distance)
                    .map(char::len_utf8)
                    .sum::<usize>();
            let last = spans.iter().rev().find_map(|span| *span);
            from = from.max(last.map_or(0, |(_, end)| end));
            if to.saturating_sub(from) > 2 * NEAR {
                from = boundary(&self.text, from.max(expected.saturating_sub(NEAR)));
                to = boundary(&self.text, to.min(expected + NEAR));
            }
            let region = self.text.get(from..to).unwrap_or_default();
            let found = if name.text.is_empty() {
                None
            } else {
                let found = region.match_indices(&name.text);
                found
                    .map(|(at, _)| from + at)
                    .min_by_key(|at| at.abs_diff(expected))
            };
            let span = found.map(|start| (start, start + name.text.len()));
            if let Some((_, end)) = span {
                anchor = (name.end, end);
            }
            spans.push(span);
        }
        spans
    }

    /// Returns the byte of the text at which a passage was removed.
    fn removed_at(
        &self,
        index: usize,
        sentences: &[Option<(usize, usize)>],
        names: &[Option<(usize, usize)>],
    ) -> usize {
        let passage = &self.removed[index];
        let before = self.sentences.iter().zip(sentences);
        let before = before
            .filter_map(|(sentence, span)| Some((sentence, (*span)?)))
            .filter(|(sentence, _)| sentence.start <= passage.start)
            .max_by_key(|(sentence, _)| sentence.start);
        let Some((sentence, (start, end))) = before else {
            return 0;
        };
        if passage.start >= sentence.end {
            return end;
        }
        // It lies within the sentence, or between the lines of an article that was not split.
        let gone = self.removed.get(..index).unwrap_or_default().iter();
        let gone: usize = gone
            .filter(|earlier| earlier.start >= sentence.start)
            .map(|earlier| earlier.end.saturating_sub(earlier.start))
            .sum();
        let distance = (passage.start - sentence.start).saturating_sub(gone);
        let inside = self.text.get(start..end).unwrap_or_default();
        let at: usize = inside.chars().take(distance).map(char::len_utf8).sum();
        let spaces = inside.match_indices(char::is_whitespace).map(|(at, _)| at);
        let space = spaces.min_by_key(|space| (space.abs_diff(at), Reverse(*space)));
        let at = start + space.unwrap_or(end - start);
        let mut spans = names.iter().filter_map(|span| *span);
        spans
            .find(|(start, end)| (start + 1..*end).contains(&at))
            .map_or(at, |(_, end)| end)
    }
}

/// Returns the beginning of the character that contains a byte.
fn boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(start: usize, end: usize, text: &str) -> Passage {
        Passage {
            start,
            end,
            text: text.into(),
            reason: "related".into(),
        }
    }

    fn name(text: &str, sentence: usize, start: usize, end: usize) -> Name {
        Name {
            label: "LOC".into(),
            text: text.into(),
            sentence: Some(sentence),
            start,
            end,
            stance: None,
        }
    }

    /// Returns the pieces in one line: `|` begins a sentence, `[` a name, `{` what was removed.
    fn shown(article: &Article) -> String {
        let pieces = article.pieces().into_iter();
        pieces
            .map(|piece| match piece {
                Piece::Sentence(..) => "|".to_owned(),
                Piece::Text(text) => text.to_owned(),
                Piece::Name(text, ..) => format!("[{text}]"),
                Piece::Removed(text, _) => format!("{{{text}}}"),
            })
            .collect()
    }

    /// As it came in: `Ulm&nbsp;Ulm  ist wach. LESEN SIE AUCH Ja. Ulm-West ruft nach Ulm.`
    fn article() -> Article {
        Article {
            text: "Ulm Ulm ist wach. Ja. Ulm-West ruft nach Ulm.".into(),
            sentences: vec![
                passage(0, 23, "Ulm Ulm ist wach."),
                passage(39, 42, "Ja."),
                passage(43, 67, "Ulm-West ruft nach Ulm."),
            ],
            tones: vec![None; 3],
            names: vec![name("Ulm", 0, 9, 12), name("Ulm", 2, 63, 66)],
            removed: vec![passage(24, 38, "LESEN SIE AUCH")],
            ..Article::default()
        }
    }

    #[test]
    fn pieces_stand_where_the_tables_say() {
        assert_eq!(
            shown(&article()),
            "|Ulm [Ulm] ist wach.{LESEN SIE AUCH} |Ja. |Ulm-West ruft nach [Ulm]."
        );
        let mut unsplit = article();
        unsplit.sentences = vec![passage(
            0,
            67,
            "Ulm Ulm ist wach. Ja. Ulm-West ruft nach Ulm.",
        )];
        unsplit.tones = vec![None];
        unsplit.names[1].sentence = Some(0);
        assert_eq!(
            shown(&unsplit),
            "|Ulm [Ulm] ist wach. Ja.{LESEN SIE AUCH} Ulm-West ruft nach [Ulm]."
        );
    }

    #[test]
    fn tables_that_do_not_fit_lose_marks_but_no_text() {
        let mut article = article();
        article.sentences[1].text = "Nein.".into();
        article.names[0].text = "Bonn".into();
        article.names[1].sentence = Some(99);
        article.removed[0].start = usize::MAX;
        let plain: String = article
            .pieces()
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Text(text) | Piece::Name(text, ..) => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(plain, article.text);
        assert_eq!(Article::default().pieces(), []);
    }
}
