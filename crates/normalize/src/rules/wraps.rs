//! Hard wraps: text whose lines were broken at a width, as in old wires, mail, print and OCR.
//!
//! Every line of such text would be a sentence to later stages. Whether a text is wrapped is told by its own lines.
//! A writer who breaks lines by hand ends them where a sentence, a headline or a verse ends; a program fills each
//! line until the next word does not fit, so its lines are nearly as wide as the widest, most end within a
//! sentence, and many of the next ones begin with a small letter.
//!
//! Where a text is wrapped, a line is joined with the next one if it is full. Headlines, the last lines of
//! paragraphs, lists, tables, results and verse are shorter or marked, and stay.

use blattwerk_core::{Change, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hyphenation;
use super::structure;

/// The widths of lines, in characters, that a text may be wrapped at.
const WIDTHS: std::ops::RangeInclusive<usize> = 50..=100;
/// The fewest lines that tell.
const FEWEST: usize = 2;
/// How much shorter than the widest line a nearly full one is, in hundredths of it.
const RAGGED: usize = 25;

/// What is done with text whose lines were broken at a width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HardWraps {
    /// The lines of a paragraph are joined in an article whose own lines show that it is wrapped.
    #[default]
    Auto,
    /// Full lines are joined in every article.
    Join,
    /// All lines are kept.
    Keep,
}

/// Finds line ends within paragraphs if a text is wrapped.
pub(super) fn auto(text: &str) -> Vec<Change> {
    changes(text, true)
}

/// Finds line ends within paragraphs, whether or not a text looks wrapped.
pub(super) fn join(text: &str) -> Vec<Change> {
    changes(text, false)
}

/// A line that is not blank, without the white space around it.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
    /// In characters.
    width: usize,
    indent: usize,
    /// Whether the line before it is blank, or there is none.
    is_first: bool,
}

fn changes(text: &str, must_look_wrapped: bool) -> Vec<Change> {
    if !may_be_wrapped(text.as_bytes(), must_look_wrapped) {
        return Vec::new();
    }
    let lines = lines(text);
    let pairs: Vec<(Line<'_>, Line<'_>)> = lines
        .windows(2)
        .filter(|pair| !pair[1].is_first)
        .map(|pair| (pair[0], pair[1]))
        .filter(|(line, next)| is_prose(line.text) && is_prose(next.text))
        .filter(|(line, next)| !starts_item(line.text, next.text) && next.indent <= line.indent + 1)
        .collect();
    let Some(width) = width(&pairs) else {
        return Vec::new();
    };
    if must_look_wrapped && !looks_wrapped(&lines, &pairs, width) {
        return Vec::new();
    }
    let has_blanks = 3 <= lines.iter().filter(|line| line.is_first).count();
    pairs
        .iter()
        .filter(|(line, next)| goes_on(line, next, width, has_blanks))
        .map(|(line, next)| {
            let end = line.start + line.text.len();
            hyphenation::joined(text, end)
                .unwrap_or_else(|| Change::replace(Span::new(end, next.start), " "))
        })
        .collect()
}

/// Tells whether there are enough short lines, and few long ones if that matters.
///
/// Nearly every article is answered here, by the lengths of its lines in bytes.
fn may_be_wrapped(text: &[u8], must_look_wrapped: bool) -> bool {
    /// Longer lines, in bytes, are too long in characters of any text in Latin letters.
    const LONG: usize = 250;
    let (mut lines, mut long, mut pairs) = (0, 0, 0);
    let mut start = 0;
    let mut is_after_short = false;
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    for end in ends {
        let len = end - start;
        start = end + 1;
        if len > 1 {
            lines += 1;
            long += usize::from(LONG < len);
            pairs += usize::from(is_after_short);
        }
        is_after_short = len > *WIDTHS.start() / 2 && len <= LONG;
    }
    let fewest = if must_look_wrapped { FEWEST } else { 1 };
    fewest <= pairs && (!must_look_wrapped || 10 * long <= lines)
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut is_first = true;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            is_first = true;
        } else {
            let indent = line.len() - line.trim_start().len();
            lines.push(Line {
                text: trimmed,
                start: start + indent,
                width: trimmed.chars().count(),
                indent,
                is_first,
            });
            is_first = false;
        }
        start += line.len();
    }
    lines
}

/// Returns the width that lines are broken at: the widest but for a few that stick out.
fn width(pairs: &[(Line<'_>, Line<'_>)]) -> Option<usize> {
    let mut widths: Vec<usize> = pairs.iter().map(|(line, _)| line.width).collect();
    widths.sort_unstable();
    let at = widths.len().checked_sub(1 + widths.len() / 20)?;
    widths
        .get(at)
        .copied()
        .filter(|width| WIDTHS.contains(width))
}

/// Tells whether the lines of a text are those of a program that breaks them at a width.
fn looks_wrapped(lines: &[Line<'_>], pairs: &[(Line<'_>, Line<'_>)], width: usize) -> bool {
    let count = |is: &dyn Fn(&Line<'_>, &Line<'_>) -> bool| {
        pairs.iter().filter(|(line, next)| is(line, next)).count()
    };
    let full = count(&|line, next| is_full(line, next, width));
    let exact = count(&|line, next| width < with_first_word(line, next));
    let within = count(&|line, _| !ends_sentence(line.text));
    let small =
        count(&|line, next| !ends_sentence(line.text) && next.text.starts_with(char::is_lowercase));
    let too_long = lines
        .iter()
        .filter(|line| width + width / 4 < line.width)
        .count();
    // Some texts have few small letters where lines start; then the lines must be filled to the last word.
    let has_small =
        pairs.len() <= 5 * small || pairs.len() <= 14 * small && 9 * pairs.len() <= 10 * exact;
    // Those of print and OCR are not filled to the last word, but to half of the last words at least.
    let nearly = count(&|line, _| is_nearly_full(line, width));
    let is_filled = 3 * pairs.len() <= 4 * full + 4
        || 4 * pairs.len() <= 5 * nearly
            && 2 * pairs.len() <= 5 * exact
            && pairs.len() <= 4 * small;
    FEWEST <= full
        && is_filled
        && 3 * pairs.len() <= 5 * within
        && has_small
        && 10 * too_long <= lines.len()
}

/// Tells whether a paragraph goes on from a line to the next one.
fn goes_on(line: &Line<'_>, next: &Line<'_>, width: usize, has_blanks: bool) -> bool {
    let is_within = !ends_sentence(line.text);
    // Print and OCR are ragged: a line that is nearly full goes on within a sentence, and where empty lines
    // separate the paragraphs also behind one.
    let is_ragged = is_nearly_full(line, width) && (is_within || has_blanks);
    let is_small =
        is_within && next.text.starts_with(char::is_lowercase) && width <= 2 * line.width;
    (is_full(line, next, width) || is_ragged) && !is_heading(line.text, next.text) || is_small
}

/// Tells whether the next word would not have fitted on a line, or hardly so.
fn is_full(line: &Line<'_>, next: &Line<'_>, width: usize) -> bool {
    let least = if ends_sentence(line.text) { 60 } else { 30 };
    width < with_first_word(line, next) && width * least <= line.width * 100
        || width * 9 <= line.width * 10
}

fn is_nearly_full(line: &Line<'_>, width: usize) -> bool {
    width * (100 - RAGGED) <= line.width * 100
}

/// Returns the width of a line with the first word of the next one.
fn with_first_word(line: &Line<'_>, next: &Line<'_>) -> usize {
    let word = next.text.split_whitespace().next().unwrap_or_default();
    line.width + 1 + word.chars().count()
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['“', '”', '"', '«', '»', ')', '’', '‘'])
        .ends_with(['.', '!', '?', ':', '…'])
}

/// Tells whether a full line without a mark at its end is rather a headline over what follows.
fn is_heading(line: &str, next: &str) -> bool {
    let letters = |line: &str| line.chars().any(char::is_alphabetic);
    let is_upper = |line: &str| letters(line) && !line.chars().any(char::is_lowercase);
    is_upper(line) && !is_upper(next)
}

/// Tells whether a line is made of sentences, not of numbers, cells or signs.
fn is_prose(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let has_cells = line.contains(['\t', '|']) || line.contains("   ") || line.contains("....");
    !has_cells && 2 * digits <= letters && !line.starts_with('>') && line != "--"
}

/// Tells whether a text starts with a month, so that a number before it is a day.
fn is_month(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphabetic()).next();
    word.is_some_and(structure::is_month)
}

/// Tells whether a line starts an item of a list, a reply or a line of speech.
fn starts_item(before: &str, line: &str) -> bool {
    let mut chars = line.chars();
    let first = chars.next().unwrap_or_default();
    let rest = chars.as_str();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = number.len() < line.len()
        && line.len() - number.len() <= 2
        && (number.starts_with(") ") || number.starts_with(". "))
        && (ends_sentence(before) || before.starts_with(|c: char| c.is_ascii_digit()))
        && !is_month(number.trim_start_matches(". "));
    let is_lettered = first.is_ascii_lowercase() && rest.starts_with(") ");
    "-–—•*·▪■►○+".contains(first) && rest.starts_with(' ') && !matches!(first, '–' | '—' | '-')
        || matches!(first, '–' | '—' | '-')
            && rest.trim_start().starts_with(char::is_uppercase)
            && rest.starts_with(' ')
        || is_numbered
        || is_lettered
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    /// A text with lines broken at a width as a program does it.
    fn wrapped(text: &str, width: usize) -> String {
        let mut out = String::new();
        for (at, paragraph) in text.split("\n\n").enumerate() {
            if at > 0 {
                out.push_str("\n\n");
            }
            let mut len = 0;
            for word in paragraph.split(' ') {
                let chars = word.chars().count();
                if len > 0 && len + 1 + chars > width {
                    out.push('\n');
                    len = 0;
                } else if len > 0 {
                    out.push(' ');
                    len += 1;
                }
                out.push_str(word);
                len += chars;
            }
        }
        out
    }

    fn unwrapped(source: &str) -> String {
        let mut text = Text::new(source);
        text.apply(&auto(source));
        text.as_str().to_owned()
    }

    const STORY: &str = "Der Stadtrat von Beispielhausen hat am Montagabend nach langer Debatte beschlossen, die alte \
        Brücke über die Muster bis zum Herbst zu erneuern. Die Arbeiten kosten rund vier Millionen Euro, von denen das \
        Land die Hälfte trägt.\n\nBürgermeisterin Anna Muster sprach von einem guten Tag für die Stadt. „Wir haben lange \
        darauf gewartet“, sagte sie nach der Sitzung vor dem Rathaus. Während der Bauzeit wird der Verkehr über die \
        Nordbrücke geleitet, die dafür eine zweite Spur bekommt.\n\nDie Opposition lehnte den Plan ab.";

    #[test]
    fn wrapped_paragraphs_are_joined() {
        for width in [55, 60, 64, 68, 72, 76, 80] {
            let source = wrapped(STORY, width);
            assert_eq!(unwrapped(&source), STORY, "{width}");
            assert_eq!(
                unwrapped(&source.replace('\n', "\r\n")).replace("\r\n", "\n"),
                STORY,
                "{width}"
            );
            assert_eq!(auto(STORY), [], "a second time changes nothing");
        }
    }

    #[test]
    fn parts_of_words_are_joined_in_wrapped_text() {
        let source = "Am Freitag haben die Abgeordneten des Landtages nach einer langen De-\n\
            batte über die Zukunft der Nord- und Südbahn entschieden, dass die E-\n\
            Lok auf beiden Strecken fahren soll. Der Verkehrsminister sprach von\n\
            einem guten Tag für das Land, die Opposition dagegen von einer Nord-\n\
            und Südbahn ohne Plan.";
        assert_eq!(
            unwrapped(source),
            "Am Freitag haben die Abgeordneten des Landtages nach einer langen Debatte über die Zukunft der Nord- und \
             Südbahn entschieden, dass die E-Lok auf beiden Strecken fahren soll. Der Verkehrsminister sprach von einem \
             guten Tag für das Land, die Opposition dagegen von einer Nord- und Südbahn ohne Plan."
        );
        let mut text = Text::new(source);
        text.apply(&auto(source));
        let at = text.as_str().find("Debatte").unwrap();
        assert_eq!(text.quote(Span::new(at, at + 7)), "De-\nbatte");
    }

    #[test]
    fn what_is_no_paragraph_stays() {
        let head = format!("Neue Brücke für die Muster\n{}", wrapped(STORY, 66));
        assert_eq!(
            unwrapped(&head),
            format!("Neue Brücke für die Muster\n{STORY}"),
            "a headline"
        );
        let list = "- Brot und Butter vom Markt\n- Milch für die Kinder\n- Eier";
        let table = "SV Muster 12 28:10 30\nFC Beispiel 12 25:14 27\nTSV Probe 12 19:20 18";
        for extra in [list, table] {
            let source = format!("{}\n\n{extra}", wrapped(STORY, 66));
            assert_eq!(unwrapped(&source), format!("{STORY}\n\n{extra}"));
        }
    }

    #[test]
    fn other_text_stays() {
        let cases = [
            // a line a paragraph
            "Der Rat hat am Montag den Haushalt für das kommende Jahr beschlossen.\n\
             Die Bürgermeisterin sprach von einem guten Tag für die ganze Stadt.\n\
             Die Opposition lehnte den Plan ab und kündigte eine Klage dagegen an.\n\
             Das Gericht will sich damit noch vor der Sommerpause befassen.",
            // verse
            "Im Garten steht ein alter Baum\nund träumt in leisem Wind,\ner träumt den längst vergessnen Traum\n\
             von einem kleinen Kind.\nDas Kind ist groß, das Kind ist fort,\nder Baum steht noch allein,\nund keiner kommt \
             an diesen Ort\nim späten Sonnenschein.",
            // headlines
            "Rat beschließt Haushalt\nBrücke wird im Herbst erneuert\nFreibad öffnet trotz des Regens\nStreit um die Nordbrücke",
            // a list
            "Das sind die Termine der kommenden Woche im Überblick:\nMontag: Sitzung des Stadtrats im großen Saal des Rathauses\n\
             Dienstag: Konzert der Musikschule in der Stadthalle\nMittwoch: Führung durch das Museum mit der Direktorin\n\
             Donnerstag: Lesung der Autorin Anna Muster in der Bücherei",
            // results
            "Muster - Beispiel 2:1 (1:0)\nProbe - Versuch 0:0\nTest - Übung 3:3 (2:1)",
            // few line ends
            "Rat baut Brücke\n\nDer Rat baut eine Brücke über den Fluss.\nDas kostet viel Geld.",
            "eine Zeile",
            "",
        ];
        for source in cases {
            assert_eq!(unwrapped(source), source);
        }
    }

    #[test]
    fn full_lines_are_joined_on_demand() {
        let source = "Der Rat hat am Montag den Haushalt für das kommende Jahr beschlossen.\n\
            Die Bürgermeisterin sprach von einem guten Tag für die ganze Stadt.";
        assert_eq!(auto(source), []);
        assert_eq!(join(source).len(), 1);
    }
}
