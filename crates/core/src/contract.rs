//! What every backend guarantees, as checks for its tests.
//!
//! One line in the backend's file is enough: `contract::check(&stage, "Ada aus Köln", |found| ...)`.

use std::fmt::Debug;

use crate::{Change, Document, Span, Stage};

/// Texts that are known to break programs.
pub const AWKWARD: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n\r\n",
    "\u{FEFF}",
    "\u{AD}",
    "\0",
    "a",
    "ß",
    "€",
    "😀",
    "👨‍👩‍👧‍👦",
    "\u{301}",
    "e\u{301}",
    "\u{202E}abc\u{202C}",
    "…",
    ".",
    "...",
    "„",
    "“",
    "„“",
    "( [ {",
    "]})",
    "&",
    "&#",
    "&#x110000;",
    "&amp;amp;",
    "<",
    "<b",
    "< >",
    "</",
    "<!--",
    "-",
    "–",
    "'s",
    "1.",
    "1.2.3.4.",
    "3. Oktober",
    "z. B.",
    "u.s.w",
    "A.",
    "A. B. C.",
    "Dr.",
    "Ja!!!!!!!!?",
    "„Ja.“ „Nein.“",
    "kein ende",
    "  führende und folgende Leerzeichen  ",
    "Zeile eins\nZeile zwei\n\nAbsatz zwei",
    "Tabs\tund\u{A0}feste\u{2009}Leerzeichen\u{3000}",
    "日本語の文。二番目の文！",
    "Привет, мир. Как дела?",
    "مرحبا بالعالم. كيف حالك؟",
    "Mu\u{308}nchen und München",
    "ÄÖÜ ẞ ﬁ ǆ",
];

/// Checks a stage on awkward texts and on one in which it finds something (`telling`).
///
/// `spans` returns the spans of a layer; they must be in order, without overlap, not empty, and on
/// character boundaries. The stage must process every text, with the same result alone and in a batch.
///
/// # Panics
///
/// If the stage breaks a guarantee; the message says which, and for which text.
pub fn check<S>(stage: &S, telling: &str, spans: impl Fn(&S::Layer) -> Vec<Span>)
where
    S: Stage + ?Sized,
    S::Layer: Debug,
{
    let long = "Am 3. Oktober sprach Dr. Müller in Köln. ".repeat(300);
    let unbroken = "ä".repeat(20_000);
    let texts: Vec<&str> = AWKWARD
        .iter()
        .copied()
        .chain([telling, &long, &unbroken])
        .collect();
    let mut documents: Vec<Document> = texts.iter().map(|text| document(text)).collect();
    documents.extend(texts.iter().map(|text| {
        let mut edited = Document::new("edited", format!("\u{AD}{text}"));
        edited.text.apply(&[Change::delete(Span::new(0, 2))]);
        edited.sentences = lines(&edited);
        edited
    }));

    let batch = stage.process_all(&documents);
    assert_eq!(
        batch.len(),
        documents.len(),
        "a batch has a result for each document"
    );
    for (document, in_batch) in documents.iter().zip(batch) {
        let text = shown(document.text.as_str());
        let layer = stage
            .process(document)
            .unwrap_or_else(|error| panic!("no layer for {text:?}: {error}"));
        let in_batch =
            in_batch.unwrap_or_else(|error| panic!("no layer for {text:?} in a batch: {error}"));
        assert_eq!(
            format!("{layer:?}"),
            format!("{in_batch:?}"),
            "the same alone and in a batch: {text:?}"
        );

        let mut end = 0;
        for span in spans(&layer) {
            assert!(!span.is_empty(), "a span is not empty: {span} of {text:?}");
            assert!(
                end <= span.start,
                "spans are in order, without overlap: {span} of {text:?}"
            );
            assert!(
                span.end <= document.text.len(),
                "a span is in the text: {span} of {text:?}"
            );
            assert!(
                document.text.as_str().get(span.range()).is_some(),
                "a span is on character boundaries: {span} of {text:?}"
            );
            end = span.end;
        }
    }
}

/// A document roughly as the earlier stages would leave it: each line is a sentence.
fn document(text: &str) -> Document {
    let mut document = Document::new("awkward", text);
    document.sentences = lines(&document);
    document
}

fn lines(document: &Document) -> Vec<Span> {
    let mut at = 0;
    let mut spans = Vec::new();
    for line in document.text.as_str().split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let end = start + line.trim().len();
        if start < end {
            spans.push(Span::new(start, end));
        }
    }
    spans
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
