//! The line that a program gets for an article.

use blattwerk_core::{Document, Span};
use serde::Serialize;

use blattwerk_core::Chars;

/// Everything known about an article so far; layers of later stages are empty.
#[derive(Serialize)]
struct Request<'a> {
    id: &'a str,
    title: Option<&'a str>,
    date: Option<&'a str>,
    language: Option<&'a str>,
    text: &'a str,
    sentences: Vec<[usize; 2]>,
    entities: Vec<Entity<'a>>,
    sentiment: Vec<Sentiment>,
}

#[derive(Serialize)]
struct Entity<'a> {
    start: usize,
    end: usize,
    label: &'a str,
    score: f32,
}

#[derive(Serialize)]
struct Sentiment {
    level: &'static str,
    index: usize,
    label: &'static str,
    score: f32,
}

/// Returns the request for an article, including the line end.
pub(crate) fn line(document: &Document) -> Vec<u8> {
    let text = document.text.as_str();
    let mut chars = Chars::new(text);
    let mut in_chars = |span: Span| [chars.at(span.start), chars.at(span.end)];
    let sentences = document
        .sentences
        .iter()
        .map(|&span| in_chars(span))
        .collect();
    let entities = document
        .entities
        .iter()
        .map(|entity| {
            let [start, end] = in_chars(entity.span);
            Entity {
                start,
                end,
                label: &entity.label,
                score: entity.score,
            }
        })
        .collect();
    let sentiment = document
        .sentiment
        .iter()
        .map(|sentiment| {
            let (level, index) = sentiment.level.parts();
            Sentiment {
                level,
                index,
                label: sentiment.polarity.as_str(),
                score: sentiment.score,
            }
        })
        .collect();
    let request = Request {
        id: &document.id,
        title: document.title.as_deref(),
        date: document.date.as_deref(),
        language: document.language.as_deref(),
        text,
        sentences,
        entities,
        sentiment,
    };
    let mut line = serde_json::to_vec(&request).expect("strings and numbers are always JSON");
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_holds_all_layers_in_characters() {
        let mut document = Document::new("a\"1", "Übel?\nSchön, Köln!");
        document.title = Some("Köln".into());
        document.sentences = vec![Span::new(0, 6), Span::new(7, 21)];
        document.entities = vec![blattwerk_core::Entity {
            span: Span::new(15, 20),
            label: "LOC".into(),
            score: 0.9,
        }];
        document.sentiment = vec![blattwerk_core::Sentiment::new(
            blattwerk_core::Level::Sentence(1),
            blattwerk_core::Polarity::Positive,
            0.75,
        )];
        assert_eq!(
            String::from_utf8(line(&document)).unwrap(),
            concat!(
                r#"{"id":"a\"1","title":"Köln","date":null,"language":null,"text":"Übel?\nSchön, Köln!","#,
                r#""sentences":[[0,5],[6,18]],"entities":[{"start":13,"end":17,"label":"LOC","score":0.9}],"#,
                r#""sentiment":[{"level":"sentence","index":1,"label":"positive","score":0.75}]}"#,
                "\n"
            )
        );
    }
}
