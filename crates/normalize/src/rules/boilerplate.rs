//! Boilerplate: lines that are not part of the story, each with a reason.
//!
//! A list of patterns (`boilerplate.tsv`, whose header explains it) describes them; users can add a list of their
//! own. A line that matches a pattern gets its score; its position adds to it, and a whole sentence needs a higher
//! one. So "Kommentare" is removed at the end of an article and stays as a heading inside it. Precision comes
//! first: an extra line in the text is a nuisance, a missing line is a lost fact.
//!
//! A pattern knows how a line begins, and a story may begin a sentence in the same way. So what a pattern leaves
//! open must be in the voice of the page ([`voice`]), a sentence that says who said it stays, and a removal never
//! runs on into a sentence that the page does not say as well.
//!
//! The search takes a single scan: each pattern has words of which one must occur, and only lines with such a
//! word are examined.

mod embed;
mod mark;
mod pattern;
mod token;
mod voice;
mod words;

use std::path::Path;
use std::sync::Arc;

use blattwerk_core::{Result, Span};

use self::pattern::{Pattern, Reach};
use self::token::{Token, tokens};
use self::words::{Place, Words};

/// A line is removed from this score on.
const ENOUGH: i32 = 10;
/// Added before the first and after the last line of the story.
const AT_RIM: i32 = 4;
/// Added next to a line that is removed.
const BESIDE: i32 = 3;
/// Subtracted from the score of a whole sentence.
const SENTENCE: i32 = 5;
/// A line longer than this, in bytes, is not boilerplate as a whole.
const LONGEST_LINE: usize = 1000;
/// How much of the end of a longer line is examined, in bytes.
const LONGEST_TAIL: usize = 300;
/// A tail longer than this, in words, that ends like a sentence may hold a sentence of the story.
const LONGEST_TAIL_SENTENCE: usize = 14;
/// A longer line, in bytes, is not a link.
const LONGEST_LINK: usize = 200;
/// Characters that decorate the start of a line.
const DECORATION: &str = "▶►▸▹▷▻➤➔➜➡➠→⇒⟶›❯■□▪▫◼◾●○•◦‣⁃★☆✔✓✅✚✖☛☞👉📌🔴🔵🔶🔷◆◇❖▼▲";
/// Characters that make up a line without words.
const RULERS: &str = "-_=*~#+|·–—";

/// The name of the built-in list.
pub(super) const NAME: &str = "boilerplate (built-in)";

/// The built-in list.
pub(super) const LIST: &str = include_str!("boilerplate.tsv");

/// A passage that is not part of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) span: Span,
    pub(super) reason: Arc<str>,
}

/// The patterns, indexed for the search.
pub(super) struct Boilerplate {
    patterns: Vec<Pattern>,
    words: Words,
    /// The patterns that start with a number.
    start_with_number: Vec<usize>,
    /// The patterns that may start with any word.
    start_anyhow: Vec<usize>,
    decoration: Arc<str>,
    agency: Arc<str>,
}

/// A line that is not blank.
struct Line {
    span: Span,
    /// The number of its paragraph: lines without an empty line between them.
    paragraph: usize,
    /// The best matching pattern and its score.
    found: Option<(usize, i32)>,
    /// Whether it ends as a sentence does, which no place makes a line of the page.
    is_sentence: bool,
    /// Why it is removed, if it is, and how far the reason reaches.
    gone: Option<(Arc<str>, Reach)>,
    /// What is removed if the line stays: decoration before it, and its end.
    parts: Vec<Block>,
}

impl Boilerplate {
    /// Reads lists of patterns, each with the path to use in messages.
    pub(super) fn new(lists: &[(&Path, &str)]) -> Result<Self> {
        let mut patterns = Vec::new();
        for (path, list) in lists {
            pattern::parse(path, list, &mut patterns)?;
        }
        let mut words = Words::default();
        let mut start_with_number = Vec::new();
        let mut start_anyhow = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            for anchor in pattern.anchors() {
                words.entry(anchor).anchors.push(index);
            }
            match pattern.first_words() {
                Some(first) => first
                    .into_iter()
                    .for_each(|word| words.entry(word).starts.push(index)),
                None if pattern.starts_with_number() => start_with_number.push(index),
                None => start_anyhow.push(index),
            }
        }
        Ok(Self {
            patterns,
            words,
            start_with_number,
            start_anyhow,
            decoration: Arc::from("decoration"),
            agency: Arc::from("agency"),
        })
    }

    /// Finds what is not part of the story: sorted, without overlap.
    ///
    /// An article that consists of nothing else is kept, since it is all there is to read.
    pub(super) fn find(&self, text: &str) -> Vec<Block> {
        let mut lines = Vec::new();
        let mut start = 0;
        let mut paragraph = 0;
        for line in text.split_inclusive('\n') {
            let trimmed = line.trim();
            let at = start + (line.len() - line.trim_start().len());
            start += line.len();
            if trimmed.is_empty() {
                paragraph += 1;
                continue;
            }
            let line = self.line(trimmed, Span::new(at, at + trimmed.len()), paragraph);
            lines.push(line);
        }
        self.spread(text, &mut lines);
        if lines.iter().all(|line| line.gone.is_some()) {
            return Vec::new();
        }
        lines
            .into_iter()
            .flat_map(|line| match line.gone {
                Some((reason, _)) => vec![Block {
                    span: line.span,
                    reason,
                }],
                None => line.parts,
            })
            .collect()
    }

    /// Judges a line on its own.
    fn line(&self, line: &str, span: Span, paragraph: usize) -> Line {
        let mut judged = Line {
            span,
            paragraph,
            found: None,
            is_sentence: false,
            gone: None,
            parts: Vec::new(),
        };
        if line
            .chars()
            .all(|c| is_decoration(c) || RULERS.contains(c) || c == ' ')
        {
            judged.gone = Some((self.decoration.clone(), Reach::Line));
            return judged;
        }
        let body = line.trim_start_matches(|c| is_decoration(c) || c == ' ' || c == '\u{A0}');
        let body = without_arrow(body);
        if line.starts_with(is_decoration)
            && body.starts_with(|c: char| c.is_alphanumeric() || "„“\"»‚(".contains(c))
        {
            judged.parts.push(Block {
                span: Span::new(span.start, span.end - body.len()),
                reason: self.decoration.clone(),
            });
        }
        if mark::is_mark(body) {
            judged.gone = Some((self.agency.clone(), Reach::Line));
            return judged;
        }
        if let Some(reason) = embed::reason(line) {
            judged.gone = Some((Arc::from(reason), Reach::Line));
            return judged;
        }
        let offset = span.end - body.len();
        let mut kept = body;
        loop {
            if let Some(start) = mark::tail(kept) {
                judged.parts.push(Block {
                    span: Span::new(offset + start, offset + kept.len()),
                    reason: self.agency.clone(),
                });
                kept = kept.get(..start).unwrap_or_default();
                continue;
            }
            let piece = end_of(kept);
            let candidates = self.candidates(piece);
            if candidates.is_empty() {
                break;
            }
            let words = tokens(piece);
            if piece.len() == body.len() {
                judged.found = self.best(piece, &words, &candidates);
                judged.is_sentence = 0 < penalty(piece, &words);
                if let Some((index, score)) = judged.found
                    && ENOUGH <= score
                {
                    judged.goes(&self.patterns[index]);
                    break;
                }
            }
            // What precedes a tail may have another one.
            let Some((at, reason)) = self.tail(piece, &words, &candidates) else {
                break;
            };
            let start = kept.len() - piece.len() + at;
            judged.parts.push(Block {
                span: Span::new(offset + start, offset + kept.len()),
                reason,
            });
            kept = kept.get(..start).unwrap_or_default();
        }
        judged.parts.sort_by_key(|part| part.span);
        judged
    }

    /// Returns the pattern that matches the whole line best, with its score.
    fn best(&self, line: &str, words: &[Token<'_>], candidates: &[usize]) -> Option<(usize, i32)> {
        if line.starts_with(['„', '“', '»', '"', '‚']) || !are_quotes_paired(line) {
            return None;
        }
        let penalty = penalty(line, words);
        let best_of = |words: &[Token<'_>]| {
            candidates
                .iter()
                .filter(|&&index| self.patterns[index].fits(words))
                .map(|&index| (index, self.patterns[index].score - penalty))
                .max_by_key(|&(index, score)| (score, std::cmp::Reverse(index)))
        };
        best_of(words)
            .or_else(|| {
                // From the end, up to the first sentence that the page does not say.
                let mut ends: Vec<usize> = (1..words.len())
                    .filter(|&end| words[end - 1].closes)
                    .collect();
                let mut until = words.len();
                while let Some(end) = ends.pop() {
                    let sentence = words.get(end..until)?;
                    until = end;
                    if !self.is_page(line, sentence) {
                        return None;
                    }
                    if let Some(best) = best_of(words.get(..end)?) {
                        return Some(best);
                    }
                }
                None
            })
            .filter(|_| !is_reported(line))
    }

    /// Tells whether a sentence of a line is said by the page: it has its voice, or fits a pattern.
    fn is_page(&self, line: &str, sentence: &[Token<'_>]) -> bool {
        voice::is_page(sentence)
            || sentence
                .first()
                .and_then(|first| line.get(first.start..))
                .map(|rest| self.candidates(rest))
                .is_some_and(|candidates| {
                    let mut fitting = candidates.iter();
                    fitting.any(|&index| self.patterns[index].fits(sentence))
                })
    }

    /// Returns the patterns that a line, or its end, may match: a word that they require occurs, and so does
    /// one that they start with, in first place.
    fn candidates(&self, line: &str) -> Vec<usize> {
        let mut anchored = Vec::new();
        let mut started = Vec::new();
        self.words.find(line, |place, word| {
            anchored.extend(&word.anchors);
            match place {
                Place::First => started.extend(&word.starts),
                Place::BehindMark => started.extend(
                    word.starts
                        .iter()
                        .filter(|&&index| self.patterns[index].reach == Reach::Tail),
                ),
                Place::Other => {}
            }
        });
        if anchored.is_empty() {
            return anchored;
        }
        let is_number = line
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .starts_with(|c: char| c.is_ascii_digit());
        anchored.retain(|index| {
            started.contains(index)
                || self.start_anyhow.contains(index)
                || is_number && self.start_with_number.contains(index)
        });
        anchored.sort_unstable();
        anchored.dedup();
        anchored
    }

    /// Finds a tail to remove after a sentence that stays: where it starts, and why it is removed.
    fn tail(
        &self,
        line: &str,
        words: &[Token<'_>],
        candidates: &[usize],
    ) -> Option<(usize, Arc<str>)> {
        let patterns: Vec<&Pattern> = candidates
            .iter()
            .map(|&index| &self.patterns[index])
            .filter(|pattern| pattern.reach == Reach::Tail)
            .collect();
        if patterns.is_empty() {
            return None;
        }
        (1..words.len())
            .filter(|&first| words[first].may_start)
            .find_map(|first| {
                let words = &words[first..];
                let before = line
                    .get(..words[0].start)?
                    .trim_end_matches(['(', '[', '–', '-', ' ', '\u{A0}', '+', '|']);
                let tail = line.get(before.len()..)?;
                let penalty = penalty(tail, words);
                if 0 < penalty && LONGEST_TAIL_SENTENCE < words.len() {
                    return None;
                }
                patterns
                    .iter()
                    .find(|pattern| {
                        ENOUGH <= pattern.score - penalty
                            && pattern.fits(words)
                            && are_quotes_paired(tail)
                            && !is_reported(tail)
                    })
                    .map(|pattern| (before.len(), pattern.reason.clone()))
            })
    }

    /// Judges lines by what is next to them.
    fn spread(&self, text: &str, lines: &mut [Line]) {
        if lines
            .iter()
            .all(|line| line.found.is_none() && line.gone.is_none())
        {
            return;
        }
        links(text, lines);
        // Twice, since the links below a heading may stand between two lines that are removed.
        for _ in 0..2 {
            for line in lines.iter_mut() {
                if line.gone.is_none() && !self.goes_with(line, AT_RIM) {
                    break;
                }
            }
            for line in lines.iter_mut().rev() {
                if line.gone.is_none() && !self.goes_with(line, AT_RIM) {
                    break;
                }
            }
            for at in (1..lines.len()).chain((1..lines.len()).rev()) {
                if let [before, after] = &mut lines[at - 1..=at] {
                    if before.gone.is_some() && after.gone.is_none() {
                        self.goes_with(after, BESIDE);
                    } else if before.gone.is_none() && after.gone.is_some() {
                        self.goes_with(before, BESIDE);
                    }
                }
            }
            links(text, lines);
        }
    }

    /// Removes a line if its position makes its score sufficient.
    fn goes_with(&self, line: &mut Line, bonus: i32) -> bool {
        if let Some((index, score)) = line.found
            && ENOUGH <= score + bonus
            && !line.is_sentence
        {
            line.goes(&self.patterns[index]);
        }
        line.gone.is_some()
    }
}

impl Line {
    fn goes(&mut self, pattern: &Pattern) {
        self.gone = Some((pattern.reason.clone(), pattern.reach));
    }
}

/// Removes the links below a heading together with it.
fn links(text: &str, lines: &mut [Line]) {
    let is_link = |line: &Line| {
        line.gone.is_some() || text.get(line.span.range()).is_some_and(looks_like_link)
    };
    // From here on there are only links.
    let end = lines
        .iter()
        .rposition(|line| !is_link(line))
        .map_or(0, |last| last + 1);
    let mut at = 0;
    while at < lines.len() {
        let head = at;
        at += 1;
        let Some((reason, reach)) = lines[head].gone.clone() else {
            continue;
        };
        let rest = lines.get(at..).unwrap_or_default();
        let count = match reach {
            Reach::Line | Reach::Tail => 0,
            Reach::Next => usize::from(rest.first().is_some_and(is_link)),
            Reach::List if end <= at => rest.len(),
            Reach::List => {
                let paragraph = lines[head].paragraph;
                let list = rest
                    .iter()
                    .take_while(|line| line.paragraph == paragraph && is_link(line))
                    .count();
                // The last one before the story continues may be a heading of the story.
                let is_closed = rest
                    .get(list)
                    .is_none_or(|line| line.paragraph != paragraph);
                if is_closed {
                    list
                } else {
                    list.saturating_sub(1)
                }
            }
        };
        for line in lines.iter_mut().skip(at).take(count) {
            line.gone.get_or_insert((reason.clone(), Reach::Line));
        }
        at += count;
    }
}

/// Tells whether a line looks like a headline and not like a sentence of a story.
fn looks_like_link(line: &str) -> bool {
    line.len() <= LONGEST_LINK
        && !line.starts_with(char::is_lowercase)
        && !line.ends_with(['.', ':', ',', ';'])
        && !line.ends_with(".“")
        && !line.ends_with(".\"")
}

/// Returns a line without the quotation mark at its start that is an arrow, since it opens no quotation: "» Zum Ticker".
fn without_arrow(line: &str) -> &str {
    line.strip_prefix("» ")
        .filter(|rest| !rest.contains(['«', '»']))
        .map_or(line, str::trim_start)
}

/// Returns a line, or its end if it is too long to be boilerplate as a whole.
fn end_of(line: &str) -> &str {
    if line.len() <= LONGEST_LINE {
        return line;
    }
    let from = (line.len() - LONGEST_TAIL..line.len()).find(|&at| line.is_char_boundary(at));
    from.and_then(|from| line.get(from..)).unwrap_or_default()
}

/// Tells whether a piece is a sentence that says who said it.
fn is_reported(piece: &str) -> bool {
    piece.ends_with(['.', '!', '?', ':', ')', '“', '"', '«']) && voice::is_attributed(piece)
}

/// Returns what is subtracted from the score of a piece that ends like a sentence and is long enough to be
/// one.
fn penalty(piece: &str, words: &[Token<'_>]) -> i32 {
    let end = piece.trim_end_matches(['“', '”', '"', '«', '’', '‘', ')', ']']);
    let is_sentence = 4 <= words.len() && end.ends_with(['.', '!', '?']) && !end.ends_with("...");
    if is_sentence { SENTENCE } else { 0 }
}

/// Returns the pattern that matches a line, whatever numbers are in it, if it has a word.
pub(crate) fn pattern_of(line: &str) -> Option<String> {
    let words = tokens(line);
    let has_word = words.iter().any(|word| !word.is_number);
    has_word.then(|| {
        let words: Vec<String> = words.iter().map(Token::as_pattern).collect();
        words.join(" ")
    })
}

/// Returns the score with which a line is removed: everywhere, or only before and after the story.
pub(crate) fn score_of(line: &str, is_at_rim: bool) -> i32 {
    let score = if is_at_rim { ENOUGH - AT_RIM } else { ENOUGH };
    score + penalty(line, &tokens(line))
}

/// Tells whether each quotation mark has its counterpart, so that no quotation is cut in two.
fn are_quotes_paired(piece: &str) -> bool {
    let count = |mark| piece.matches(mark).count();
    let (low, high) = (count('„'), count('“') + count('”'));
    (low == high || low == 0 && count('“') == count('”'))
        && count('"') % 2 == 0
        && count('»') == count('«')
}

fn is_decoration(c: char) -> bool {
    '\u{2000}' < c && (DECORATION.contains(c) || matches!(c, '\u{FE0E}' | '\u{FE0F}'))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static BUILT_IN: LazyLock<Boilerplate> =
        LazyLock::new(|| Boilerplate::new(&[(Path::new(NAME), LIST)]).unwrap());

    /// Returns what is removed from a text, with the reasons.
    fn removed(text: &str) -> Vec<(&str, String)> {
        BUILT_IN
            .find(text)
            .into_iter()
            .map(|block| {
                (
                    text.get(block.span.range()).unwrap(),
                    block.reason.to_string(),
                )
            })
            .collect()
    }

    const BEFORE: &str = "Der Stadtrat hat am Montag den Haushalt beschlossen.";
    const AFTER: &str = "Die Bürgermeisterin sprach von einem guten Tag für die Stadt.";

    /// The reason for which a line is removed, and the line.
    const BOILERPLATE: &[(&str, &str)] = &[
        (
            "related",
            "Lesen Sie auch: Haushalt der Stadt wächst auf Rekordhöhe",
        ),
        ("related", "Lesen Sie auch  Freibad öffnet trotz Regens"),
        (
            "related",
            "Lesen Sie hier, wie die Fraktionen abgestimmt haben.",
        ),
        ("related", "Lesen Sie mehr zum Thema in unserem Dossier."),
        (
            "related",
            "+++ Lesen Sie auch: Neue Brücke kommt später +++",
        ),
        ("related", "Auch interessant: So teuer wird das Parken"),
        ("related", "Das könnte Sie auch interessieren:"),
        ("related", "Mehr zum Thema"),
        ("related", "Mehr zum Thema Haushalt"),
        ("related", "Mehr dazu: Interview mit der Kämmerin"),
        ("related", "Zum Thema: Was die Stadt für Schulen ausgibt"),
        ("related", "Weitere Nachrichten aus der Region"),
        ("related", "Ähnliche Artikel"),
        ("related", "Empfehlungen der Redaktion"),
        ("related", "Weiterlesen nach der Galerie"),
        ("related", "Zur Bildergalerie: Das neue Rathaus"),
        ("related", "Read more: Mayor wins vote"),
        ("related", "Related Posts"),
        ("comments", "Leave a Reply"),
        (
            "comments",
            "Your email address will not be published. Required fields are marked *",
        ),
        (
            "comments",
            "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        ),
        (
            "comments",
            "Save my name, email, and website in this browser for the next time I comment.",
        ),
        ("comments", "Schreiben Sie einen Kommentar"),
        ("comments", "Schreibe einen Kommentar Antworten abbrechen"),
        (
            "comments",
            "Deine E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert",
        ),
        (
            "comments",
            "Meinen Namen, meine E-Mail-Adresse und meine Website in diesem Browser speichern.",
        ),
        (
            "comments",
            "Diese Website verwendet Akismet, um Spam zu reduzieren. Erfahre, wie deine Kommentardaten verarbeitet werden.",
        ),
        (
            "comments",
            "Die Kommentarfunktion für diesen Artikel ist geschlossen.",
        ),
        ("comments", "Kommentare (27)"),
        ("comments", "12 Kommentare"),
        ("comments", "Alle Kommentare anzeigen"),
        (
            "newsletter",
            "Melden Sie sich jetzt für unseren Newsletter an!",
        ),
        ("newsletter", "Jetzt den kostenlosen Newsletter abonnieren"),
        (
            "newsletter",
            "Abonnieren Sie unseren Newsletter und verpassen Sie keine Nachricht.",
        ),
        (
            "newsletter",
            "Bleiben Sie auf dem Laufenden: unser Newsletter für die Stadt.",
        ),
        (
            "newsletter",
            "Es gelten die Datenschutzbestimmungen des Verlags.",
        ),
        ("newsletter", "Bitte geben Sie Ihre E-Mail-Adresse ein"),
        ("newsletter", "Sign up for our daily newsletter"),
        (
            "cookies",
            "Diese Website verwendet Cookies, um Inhalte und Anzeigen zu personalisieren.",
        ),
        (
            "cookies",
            "Wir verwenden Cookies. Wenn Sie weitersurfen, stimmen Sie dem zu.",
        ),
        (
            "cookies",
            "An dieser Stelle finden Sie einen externen Inhalt von YouTube, der den Artikel ergänzt.",
        ),
        ("cookies", "Empfohlener redaktioneller Inhalt"),
        (
            "cookies",
            "Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
        ),
        (
            "cookies",
            "Damit können personenbezogene Daten an Drittanbieter übermittelt werden. Mehr dazu in unserer Datenschutzerklärung.",
        ),
        ("cookies", "Alle Cookies akzeptieren"),
        (
            "cookies",
            "Bitte aktivieren Sie JavaScript in Ihrem Browser.",
        ),
        (
            "cookies",
            "This website uses cookies to improve your experience.",
        ),
        ("paywall", "Dieser Artikel ist nur für Abonnenten lesbar."),
        ("paywall", "Weiterlesen mit dem Digitalabo"),
        ("paywall", "Sie haben bereits ein Abo? Hier anmelden"),
        ("paywall", "Bereits Abonnent? Zum Login"),
        (
            "paywall",
            "Um diesen Artikel weiterzulesen, melden Sie sich bitte an.",
        ),
        ("paywall", "Jetzt 4 Wochen kostenlos testen"),
        ("paywall", "Monatlich kündbar"),
        (
            "app",
            "Laden Sie unsere App und lesen Sie die Nachrichten unterwegs.",
        ),
        ("app", "Jetzt die App herunterladen"),
        ("app", "Folgen Sie uns auf Instagram und Facebook"),
        ("app", "Hier unseren WhatsApp-Kanal abonnieren"),
        ("share", "Facebook Twitter WhatsApp E-Mail"),
        ("share", "Teilen | Drucken | Merken"),
        ("share", "Artikel teilen"),
        ("share", "Auf Facebook teilen"),
        ("share", "Share this:"),
        ("share", "Link kopieren"),
        ("share", "Artikel anhören"),
        ("picture", "Foto: Anna Muster/dpa"),
        ("picture", "Foto: Stadtverwaltung"),
        ("picture", "Bild: picture alliance"),
        ("picture", "© Bernd Beispiel / Imago"),
        ("picture", "Symbolbild"),
        ("picture", "Bernd Beispiel/dpa"),
        ("picture", "Bild vergrößern"),
        (
            "picture",
            "Copyright 2024 Musterverlag. Alle Rechte vorbehalten.",
        ),
        ("picture", "Anerkennung…Carla Muster für die New York Times"),
        ("agency", "dpa/lno"),
        ("agency", "© dpa-infocom, dpa:241203-99-123456/2"),
        ("agency", "Quelle: dpa"),
        ("agency", "Mit Material der dpa"),
        ("agency", "(AFP/Reuters)"),
        (
            "notice",
            "Diese Nachricht wurde am 05.06.2024 im Programm Radio Musterstadt gesendet.",
        ),
        (
            "notice",
            "Dieser Artikel erschien zuerst bei der Musterzeitung.",
        ),
        (
            "notice",
            "Der Beitrag Haushalt beschlossen erschien zuerst auf Musterblog.",
        ),
        (
            "notice",
            "Über dieses Thema berichtete das Radio am 5. Juni 2024 um 14 Uhr.",
        ),
        ("notice", "Stand: 05.06.2024, 14:05 Uhr"),
        ("notice", "Aktualisiert am 5. Juni 2024, 14:05 Uhr"),
        ("notice", "Lesezeit: 3 Minuten"),
        ("author", "Autorin: Carla Muster"),
        ("author", "Das Interview führte Carla Muster."),
        ("advert", "- Anzeige -"),
        ("advert", "Nach der Anzeige geht es weiter"),
        ("advert", "Dieser Artikel enthält Affiliate-Links."),
        ("navigation", "Startseite > Politik > Region"),
        ("navigation", "Impressum | Datenschutz | AGB"),
        ("navigation", "Zurück zur Startseite"),
        ("navigation", "Nächster Artikel: Freibad öffnet"),
        (
            "navigation",
            "Schlagwörter: Haushalt, Stadtrat, Musterstadt",
        ),
        ("decoration", "* * *"),
        ("decoration", "-----"),
    ];

    #[test]
    fn these_lines_go_wherever_they_stand() {
        let mut wrong = Vec::new();
        for &(reason, line) in BOILERPLATE {
            let text = format!("{BEFORE}\n\n{line}\n\n{AFTER}");
            if removed(&text) != [(line, reason.to_owned())] {
                wrong.push(format!("{line:?}: {:?}", removed(&text)));
            }
        }
        assert!(
            wrong.is_empty(),
            "not removed as they should be: {wrong:#?}"
        );
        assert!(80 <= BOILERPLATE.len());
    }

    #[test]
    fn these_lines_go_only_around_the_story() {
        let cases = [
            ("author", "Von Carla Muster"),
            ("author", "Von Carla Muster und Bernd Beispiel"),
            ("author", "Ein Kommentar von Carla Muster"),
            ("notice", "5. Juni 2024, 14:05 Uhr"),
            ("comments", "Kommentare"),
            ("share", "Drucken"),
            ("share", "Facebook"),
            ("agency", "Quelle: Stadtverwaltung"),
            ("navigation", "Impressum"),
            ("newsletter", "Newsletter"),
            ("related", "Mehr aus Musterstadt"),
        ];
        for (reason, line) in cases {
            let expected = [(line, reason.to_owned())];
            assert_eq!(
                removed(&format!("{line}\n\n{BEFORE}\n{AFTER}")),
                expected,
                "first"
            );
            assert_eq!(
                removed(&format!("{BEFORE}\n{AFTER}\n\n{line}")),
                expected,
                "last"
            );
            assert_eq!(
                removed(&format!("{BEFORE}\n\n{line}\n\n{AFTER}")),
                [],
                "within"
            );
            let beside =
                format!("{BEFORE}\n\nMehr zum Thema\n\n{line}\n\nArtikel teilen\n\n{AFTER}");
            let found = removed(&beside);
            assert!(
                found.iter().any(|(found, _)| *found == line) || found.len() == 2,
                "beside: {found:?}"
            );
        }
    }

    #[test]
    fn the_story_stays() {
        let cases = [
            "Lesen Sie auch zwischen den Zeilen? Das fragte der Richter den Zeugen. Der schwieg.",
            "„Lesen Sie auch die Bibel“, sagte der Pfarrer.",
            "„Das ist wichtig. Lesen Sie auch das Kleingedruckte“, rät die Verbraucherzentrale.",
            "Mehr dazu will das Ministerium am Freitag bekannt geben.",
            "Mehr zum Thema Klimaschutz will die Regierung im Herbst sagen.",
            "Weitere Informationen sollen in den nächsten Tagen folgen.",
            "Weitere Meldungen über Schäden gab es nicht.",
            "Kommentare",
            "Die Kommentare im Netz waren vernichtend.",
            "Kommentare zu dem Vorfall lehnte die Polizei ab.",
            "Der Newsletter der Partei erscheint jeden Montag.",
            "Die Partei verschickt ihren Newsletter an 4000 Abonnenten.",
            "Die Firma verwendet nach eigenen Angaben keine Cookies mehr.",
            "Der Bundesgerichtshof hat über Cookies auf Websites entschieden.",
            "Wer den Artikel teilen will, braucht ein Konto bei Facebook.",
            "Facebook will Werbung teurer machen",
            "Die App der Bahn fiel am Montag für zwei Stunden aus.",
            "Das Foto zeigt die Ministerin bei der Ankunft in Rom.",
            "Foto zeigt mutmaßlichen Täter",
            "BILD: Frau Ministerin, wann kommen die Steuersenkungen?",
            "Die Quelle des Flusses liegt in 800 Metern Höhe.",
            "Das Bild von Anna Muster hängt seit 1920 im Museum.",
            "Die dpa meldete zuvor einen Stromausfall.",
            "dpa: Minister tritt zurück",
            "Er ging. Lesen Sie auch: Freibad öffnet Der Kanzler sagte am Montag in Berlin, dass er das Gesetz nicht mehr ändern will.",
            "Berlin (dpa) - Der Bundestag hat das Gesetz beschlossen.",
            "Von Berlin nach München fährt der Zug vier Stunden.",
            "Von Helden und Schurken",
            "Diese Nachricht wurde in Spanien mit Freude aufgenommen.",
            "Dieser Artikel des Grundgesetzes schützt die Würde des Menschen.",
            "Der Artikel erschien am Montag in einer Fachzeitschrift und löste eine Debatte aus.",
            "Das Video wurde auf YouTube millionenfach angesehen.",
            "Der Film ist ab Donnerstag im Kino zu sehen.",
            "Anzeige gegen den Bürgermeister",
            "Gegen den Fahrer wurde Anzeige erstattet.",
            "Die Werbung der Firma war irreführend, urteilte das Gericht.",
            "Bereits Kunden der Bank hatten sich beschwert.",
            "Sie haben bereits zwei Kinder.",
            "Jetzt will die Stadt das Geld für die Schulen sichern.",
            "Um diesen Artikel geht es in dem Streit: Paragraf 14 der Satzung.",
            "Der Verlag bietet das Abo ab Januar für 20 Euro an.",
            "Testen Sie Ihr Wissen über Europa.",
            "Folgen Sie den Hinweisen der Feuerwehr und halten Sie Fenster geschlossen.",
            "Folgen des Klimawandels",
            "Teilen und herrschen",
            "Der Link zur Anmeldung wurde an alle Eltern verschickt.",
            "Impressum",
            "Startseiten der Parteien im Vergleich",
            "Hier geht es um die Existenz, sagte der Landwirt.",
            "Nach oben offen ist die Skala nicht.",
            "Zurück zur Normalität will auch der Handel.",
            "Das Interview mit der Zeitung sorgte für Aufsehen.",
            "Ein Kommentar der Ministerin blieb aus.",
            "Alle Informationen über die Opfer werden geprüft.",
            "Sagen Sie uns, was Sie damals gedacht haben?",
            "Was meinen Sie damit?",
            "Thema des Abends war die Rente.",
            "20 Minuten später war der Brand gelöscht.",
            "3 Kommentare reichten, um den Streit auszulösen.",
            "Stand heute gibt es keine Einigung.",
            "Schreiben Sie einen Brief an die Kanzlerin, riet der Anwalt.",
            "Autor und Regisseur zugleich",
            "Home Office bleibt beliebt",
            "2 : 1 (1 : 0)",
            "Ja.",
            "…",
        ];
        let mut wrong = Vec::new();
        for line in cases {
            let text = format!("{BEFORE}\n\n{line}\n\n{AFTER}");
            if !removed(&text).is_empty() {
                wrong.push(format!("{line:?}: {:?}", removed(&text)));
            }
        }
        assert!(wrong.is_empty(), "removed from the story: {wrong:#?}");
    }

    #[test]
    fn news_about_the_press_stays() {
        let mut wrong = Vec::new();
        let mut count = 0;
        for news in include_str!("boilerplate/news.txt").lines() {
            count += 1;
            let first = news.split_inclusive(". ").next().unwrap_or(news).trim();
            for text in [news, first] {
                for text in [
                    format!("{BEFORE}\n\n{text}\n\n{AFTER}"),
                    format!("{BEFORE}\n\n{text}"),
                    format!("{BEFORE} {text}\n\n{AFTER}"),
                ] {
                    if !removed(&text).is_empty() {
                        wrong.push(format!("{:?} of {text:?}", removed(&text)));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "removed from the story: {wrong:#?}");
        assert!(120 <= count);
    }

    #[test]
    fn residue_goes_wherever_it_stands() {
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in include_str!("boilerplate/residue.tsv").lines() {
            let (reason, line) = line.split_once('\t').unwrap();
            count += 1;
            let text = format!("{BEFORE}\n\n{line}\n\n{AFTER}");
            if removed(&text) != [(line, reason.to_owned())] {
                wrong.push(format!("{reason} {line:?}: {:?}", removed(&text)));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {count} stay: {wrong:#?}",
            wrong.len()
        );
        assert!(60 <= count);
    }

    #[test]
    fn a_sentence_at_the_rim_is_still_of_the_story() {
        for line in [
            "Mehr dazu will das Ministerium am Freitag bekannt geben.",
            "Hier geht es zum Beispiel um die Schulen im Norden.",
            "Weitere Informationen sollen in den nächsten Tagen folgen.",
            "Von Anna Muster stammt auch das Bühnenbild.",
            "Die dpa meldete zuvor einen Stromausfall.",
            "Jetzt will die Stadt das Geld für die Schulen sichern.",
        ] {
            assert_eq!(removed(&format!("{BEFORE}\n{line}")), [], "last");
            assert_eq!(removed(&format!("{line}\n{AFTER}")), [], "first");
        }
    }

    #[test]
    fn only_the_end_of_a_line_goes() {
        let cases = [
            (
                "Er ging. Lesen Sie auch: Freibad öffnet",
                " Lesen Sie auch: Freibad öffnet",
                "related",
            ),
            ("„Ja.“ (dpa)", " (dpa)", "agency"),
            ("Er schwieg. dpa/lno", " dpa/lno", "agency"),
            (
                "Das Fest dauert drei Tage. Foto: Anna Muster/dpa",
                " Foto: Anna Muster/dpa",
                "picture",
            ),
            (
                "Er ging. Mit Material der dpa",
                " Mit Material der dpa",
                "agency",
            ),
        ];
        for (line, tail, reason) in cases {
            for text in [line.to_owned(), format!("{} {line}", BEFORE.repeat(30))] {
                assert_eq!(
                    removed(&format!("{text}\n{AFTER}")),
                    [(tail, reason.to_owned())]
                );
            }
        }
    }

    #[test]
    fn signs_before_a_line_go_and_the_line_stays() {
        let cases = [
            ("▶︎ „Mehr als 600 Menschen kamen“, sagte sie.", "▶︎ "),
            ("• Erstens: der Haushalt.", "• "),
            ("→ Die Fraktionen stimmten zu.", "→ "),
        ];
        for (line, sign) in cases {
            let text = format!("{BEFORE}\n\n{line}");
            assert_eq!(removed(&text), [(sign, "decoration".to_owned())]);
        }
        assert_eq!(removed("Heute\n😀 Ein Gesicht ist kein Schmuck."), []);
    }

    #[test]
    fn links_go_with_their_heading() {
        let lines = |text: &'static str| -> Vec<&str> {
            removed(text).into_iter().map(|(line, _)| line).collect()
        };
        assert_eq!(
            lines(
                "Der Rat tagt.\n\nLesen Sie auch\n\nFreibad öffnet trotz Regens\n\nDer Rat stimmte zu."
            ),
            ["Lesen Sie auch", "Freibad öffnet trotz Regens"],
        );
        assert_eq!(
            lines(
                "Der Rat tagt.\n\nMehr zum Thema\nFreibad öffnet\nBrücke gesperrt\n\nDer Rat stimmte zu."
            ),
            ["Mehr zum Thema", "Freibad öffnet", "Brücke gesperrt"],
        );
        assert_eq!(
            lines("Der Rat tagt.\n\nMehr zum Thema\n\nFreibad öffnet\n\nBrücke gesperrt"),
            ["Mehr zum Thema", "Freibad öffnet", "Brücke gesperrt"],
            "at the end",
        );
        assert_eq!(
            lines("Der Rat tagt.\n\nMehr zum Thema\n\nStreit um die Brücke\n\nDer Rat stimmte zu."),
            ["Mehr zum Thema"],
            "a heading of the story stays",
        );
        assert_eq!(
            lines(
                "Der Rat tagt.\nMehr zum Thema\nFreibad öffnet\nStreit um die Brücke\nDer Rat stimmte zu."
            ),
            ["Mehr zum Thema", "Freibad öffnet"],
            "also where paragraphs are not parted",
        );
    }

    #[test]
    fn an_article_of_nothing_else_is_kept() {
        assert_eq!(
            removed("Dieser Artikel ist nur für Abonnenten lesbar.\n\nJetzt anmelden"),
            []
        );
        assert_eq!(removed("* * *"), []);
    }

    #[test]
    fn a_list_of_the_user_is_added() {
        let own = "@town\tMusterstadt|Beispielhausen\nlocal\t10\tline\tservice @town *\n";
        let both =
            Boilerplate::new(&[(Path::new(NAME), LIST), (Path::new("own.tsv"), own)]).unwrap();
        let text = "Der Rat tagt.\nService Musterstadt: Notrufe\nLeave a Reply";
        let reasons: Vec<String> = both
            .find(text)
            .iter()
            .map(|block| block.reason.to_string())
            .collect();
        assert_eq!(reasons, ["local", "comments"]);
    }
}
