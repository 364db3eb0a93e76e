//! The content words of an article, sentence by sentence.

use std::hash::Hasher;
use std::ops::Range;

use blattwerk_core::{Document, letters};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

/// A word of a sentence and its weight in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Term {
    /// The number of the word in the article; all its forms share it.
    pub(crate) id: u32,
    pub(crate) weight: f32,
}

/// The terms of a document's sentences. Each sentence is a vector of length 1, or is empty.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    all: Vec<Term>,
    sentences: Vec<Range<usize>>,
    /// The number of different terms.
    distinct: usize,
}

impl Terms {
    /// Returns the number of sentences.
    pub(crate) fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Returns the terms of a sentence, in ascending order of their numbers.
    pub(crate) fn of(&self, sentence: usize) -> &[Term] {
        &self.all[self.sentences[sentence].clone()]
    }

    /// Returns how near each of the first `count` sentences is to their sum, the centroid; the nearest has 1.
    pub(crate) fn centrality(&self, count: usize) -> Vec<f32> {
        let mut centroid = self.zeros();
        for sentence in 0..count {
            for term in self.of(sentence) {
                centroid[term.id as usize] += term.weight;
            }
        }
        let mut centrality: Vec<f32> = (0..count)
            .map(|sentence| dot(self.of(sentence), &centroid))
            .collect();
        let highest = centrality.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for value in &mut centrality {
            *value /= highest;
        }
        centrality
    }

    /// Returns a zero vector with a place for each term.
    pub(crate) fn zeros(&self) -> Vec<f32> {
        vec![0.0; self.distinct]
    }
}

/// Returns the dot product of a sentence and a vector with a place for each term.
pub(crate) fn dot(sentence: &[Term], vector: &[f32]) -> f32 {
    sentence
        .iter()
        .map(|term| term.weight * vector[term.id as usize])
        .sum()
}

/// Reads documents into terms.
pub(crate) struct Reader {
    stopwords: FxHashSet<u64>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            stopwords: STOPWORDS.split_whitespace().map(hash).collect(),
        }
    }

    /// Reads the sentences of a document.
    pub(crate) fn read(&self, document: &Document) -> Terms {
        self.read_with(document, None)
    }

    /// Reads the sentences of a document, and `text` as one more sentence after them.
    pub(crate) fn read_with(&self, document: &Document, text: Option<&str>) -> Terms {
        let mut ids: FxHashMap<u64, u32> = FxHashMap::default();
        ids.reserve(document.text.len() / 16);
        let mut terms = Terms::default();
        let mut buffer = String::new();
        let mut sentence: Vec<u32> = Vec::new();
        let sentences = document.sentences.iter().map(|&span| &document.text[span]);
        for text in sentences.chain(text) {
            sentence.clear();
            visit_words(text, &mut buffer, |word| {
                if word.len() >= MIN_WORD && !self.stopwords.contains(&hash(word)) {
                    let next =
                        u32::try_from(ids.len()).expect("an article has less than 2^32 words");
                    sentence.push(*ids.entry(hash(stem(word))).or_insert(next));
                }
            });
            sentence.sort_unstable();
            let start = terms.all.len();
            terms
                .all
                .extend(sentence.chunk_by(|a, b| a == b).map(|same| Term {
                    id: same[0],
                    weight: times(same.len()),
                }));
            let vector = &mut terms.all[start..];
            let squares: f32 = vector.iter().map(|term| term.weight * term.weight).sum();
            for term in vector {
                term.weight /= squares.sqrt();
            }
            terms.sentences.push(start..terms.all.len());
        }
        terms.distinct = ids.len();
        terms
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sentence has less than 2^23 words"
)]
fn times(count: usize) -> f32 {
    count as f32
}

/// Calls `visit` with each word in lower case. `buffer` is reused for the words that have to be copied for that.
fn visit_words(text: &str, buffer: &mut String, mut visit: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        let mut has_capital = false;
        while let Some(byte) = bytes.get(end)
            && byte.is_ascii_alphanumeric()
        {
            has_capital |= byte.is_ascii_uppercase();
            end += 1;
        }
        let plain = text.get(start..end).unwrap_or_default();
        let is_plain = bytes.get(end).is_none_or(u8::is_ascii);
        if is_plain && !has_capital {
            if !plain.is_empty() {
                visit(plain);
            }
            start = end + 1;
            continue;
        }
        buffer.clear();
        buffer.push_str(plain);
        buffer.make_ascii_lowercase();
        start = end;
        for c in text.get(end..).unwrap_or_default().chars() {
            start += c.len_utf8();
            if !letters::is_alphanumeric(c) {
                break;
            }
            letters::push_lowercase(buffer, c);
        }
        if !buffer.is_empty() {
            visit(buffer);
        }
    }
}

/// Returns a word without its inflectional ending; most forms of a word have the same stem.
pub(crate) fn stem(word: &str) -> &str {
    let endings: &[&str] = match word.as_bytes().last() {
        Some(b'n') => &["ern", "en", "n"],
        Some(b'm') => &["em"],
        Some(b'r') => &["er"],
        Some(b's') => &["es", "s"],
        Some(b'e') => &["e"],
        _ => return word,
    };
    endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|stem| stem.len() >= 4)
        .unwrap_or(word)
}

/// Returns a key for all forms of a name: the hash of the stem of its last word, such as the surname.
pub(crate) fn name(text: &str) -> u64 {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    hash(stem(&last.to_lowercase()))
}

/// Returns a key for a word. Collisions of 64 bits within an article are neglected.
fn hash(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    hasher.finish()
}

/// The minimum length of a term, in bytes: shorter words say nothing about the subject.
const MIN_WORD: usize = 3;

/// Words that occur in any article, whatever its subject.
const STOPWORDS: &str = "\
    aber alle allem allen aller alles als also alt alte alten am an andere anderem anderen anderer anderes \
    anders auch auf aufgrund aus außerdem außer bei beide beiden beim bereits besonders bis bisher bislang \
    bleibt blieb da dabei dadurch dafür dagegen daher dahin damals damit danach daneben dann daran darauf \
    daraus darf darin darüber darum darunter das dass dasselbe davon davor dazu dein deine dem demnach den \
    denen denn dennoch der deren derer derselbe derzeit des deshalb dessen deswegen die dies diese dieselbe \
    diesem diesen dieser dieses doch dort drei dritte dritten du durch dürfen dürfte ebenfalls ebenso ein eine \
    einem einen einer eines einig einige einigen einiger einiges einmal eins einst einzige ende er erklärte \
    erneut erst erste erstem ersten erster erstes etwa etwas euch euer eure fast fünf für gab ganz ganze \
    ganzen gar geben gegen gegenüber geht gemacht genau gerade gewesen gibt ging groß große großen großer \
    großes gut gute guten habe haben hat hatte hatten hätte hätten her heute heutige hier hin hinaus hinter \
    ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins insgesamt ist ja jahr jahre \
    jahren jahres je jede jedem jeden jeder jedes jedoch jemand jene jenem jenen jener jenes jetzt kam kann \
    kaum kein keine keinem keinen keiner keines kommen kommt konnte konnten könne können könnte könnten künftig \
    kurz lang lange längst laut lässt letzte letzten letzter liegt ließ machen macht mal man manche manchem \
    manchen mehr mehrere mehreren mein meine meinem meinen meiner meist mich mir mit mittlerweile möchte mögen \
    möglich müssen muss musste mussten müsse nach nachdem nämlich neben nein neue neuen neuer neues nicht \
    nichts nie niemand noch nun nur ob oben oder offenbar oft ohne per rund sagt sagte sagten schließlich \
    schon sehr sei seien sein seine seinem seinen seiner seines seit seitdem selbst sich sie sieben sind so \
    sobald sogar solche solchem solchen solcher sollen sollte sollten soll somit sondern sonst sowie sowohl \
    später statt stehen steht teil teilte tag tage tagen trotz über überhaupt um und uns unser unsere \
    unserem unseren unserer unter viel viele vielen vieler vier vom von vor vorher während wann war waren \
    warum was weder wegen weil weiter weitere weiterem weiteren weiterer weiteres weiterhin welche welchem \
    welchen welcher welches wenig wenige weniger wenn wer werde werden wie wieder wir wird wo wobei worden \
    wohl wollen wollte wollten will wurde wurden während wäre wären würde würden zehn zu zudem zuletzt zum \
    zunächst zur zurück zusammen zwar zwei zweite zweiten zwischen montag dienstag mittwoch donnerstag freitag \
    samstag sonntag januar februar märz april mai juni juli august september oktober november dezember uhr \
    prozent angaben";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::tests::document;

    #[test]
    fn forms_of_a_word_are_one_term() {
        let terms = Reader::new().read(&document(
            "Die Häfen und der Hafen.\nEin Hafen mit Kränen.\nEs.",
        ));
        assert_eq!(terms.of(0).len(), 2, "an umlaut makes another word");
        assert_eq!(terms.of(1).len(), 2);
        assert_eq!(terms.of(0)[1].id, terms.of(1)[0].id, "Hafen");
        assert!(terms.of(2).is_empty(), "no content word");
        assert_eq!(terms.zeros().len(), 3);
    }

    #[test]
    fn stems_have_no_ending() {
        for (word, expected) in [
            ("hafens", "hafen"),
            ("kindern", "kind"),
            ("fähren", "fähr"),
            ("gutem", "gutem"),
            ("neuem", "neuem"),
            ("großem", "groß"),
            ("kutter", "kutt"),
            ("jahres", "jahr"),
            ("boote", "boot"),
            ("rat", "rat"),
            ("", ""),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }

    #[test]
    fn words_are_visited_in_lower_case() {
        for (text, expected) in [
            ("", ""),
            ("–", ""),
            ("der Hafen,  die NATO", "der hafen die nato"),
            ("Über 3.000 Fähren!", "über 3 000 fähren"),
            ("„Öl“ für’s Boot", "öl für s boot"),
            ("am ÄRMELKANAL", "am ärmelkanal"),
        ] {
            let mut words = Vec::new();
            visit_words(text, &mut String::from("old"), |word| {
                words.push(word.to_owned());
            });
            assert_eq!(words.join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn a_sentence_has_length_one() {
        let terms = Reader::new().read(&document("Hafen Hafen Kran Schiff Lotse."));
        let squares: f32 = terms
            .of(0)
            .iter()
            .map(|term| term.weight * term.weight)
            .sum();
        assert!((squares - 1.0).abs() < 1e-6);
        assert!(
            terms.of(0)[0].weight > terms.of(0)[1].weight,
            "twice counts more"
        );
    }
}
