//! The pattern language: what a line says, word by word.

use std::path::Path;
use std::sync::Arc;

use blattwerk_core::{Error, Result};

use super::token::{Token, tokens};
use super::voice;

/// What no match can cost: the piece is not reached.
const NEVER: u16 = u16::MAX;

/// What a match removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The whole line.
    Line,
    /// The whole line, or the end of a line after a sentence.
    Tail,
    /// The whole line and the link below it.
    Next,
    /// The whole line and the list of links below it.
    List,
}

/// An entry of the list.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) reason: Arc<str>,
    pub(super) score: i32,
    pub(super) reach: Reach,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    what: What,
    repeat: Repeat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Once,
    Optional,
    OnceOrMore,
}

#[derive(Debug)]
enum What {
    /// One of several phrases, followed by a colon if one is required.
    Phrase { any_of: Vec<Phrase>, colon: bool },
    /// A number.
    Number,
    /// Two to four capitalized words: the name of a person.
    Name,
    /// One word.
    Word,
    /// At least this many words, within one sentence or across sentences.
    Words { least: usize, across: bool },
    /// Any words of one sentence that the page says about itself.
    Page,
}

/// Lower-case words, each with its hash.
type Phrase = Vec<(String, u64)>;

/// Reads a list: patterns, and the sets that they refer to with "@".
pub(super) fn parse(path: &Path, list: &str, patterns: &mut Vec<Pattern>) -> Result<()> {
    let mut sets: Vec<(String, &str)> = Vec::new();
    for (index, line) in list.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |expected: &str, found: &str| Error::Malformed {
            path: path.to_owned(),
            line: index + 1,
            expected: expected.to_owned(),
            found: format!("`{found}`"),
        };
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        match fields.as_slice() {
            [name, phrases] if name.starts_with('@') => sets.push(((*name).to_owned(), phrases)),
            [reason, score, reach, pieces] => {
                let score = score
                    .parse()
                    .map_err(|_| wrong("a score, a whole number", score))?;
                let reach = match *reach {
                    "line" => Reach::Line,
                    "tail" => Reach::Tail,
                    "next" => Reach::Next,
                    "list" => Reach::List,
                    other => return Err(wrong("`line`, `tail`, `next` or `list`", other)),
                };
                let pieces = pieces
                    .split_whitespace()
                    .map(|piece| {
                        Piece::parse(piece, &sets)
                            .ok_or_else(|| wrong("words, or a set defined above", piece))
                    })
                    .collect::<Result<Vec<_>>>()?;
                let pattern = Pattern {
                    reason: Arc::from(*reason),
                    score,
                    reach,
                    pieces,
                };
                if pattern.anchors().next().is_none() {
                    return Err(wrong("a pattern with at least one required word", line));
                }
                patterns.push(pattern);
            }
            _ => {
                return Err(wrong(
                    "reason, score, reach and pattern, separated by tabs",
                    line,
                ));
            }
        }
    }
    Ok(())
}

impl Piece {
    fn parse(piece: &str, sets: &[(String, &str)]) -> Option<Self> {
        let once = |what| {
            Some(Self {
                what,
                repeat: Repeat::Once,
            })
        };
        match piece {
            "*" => {
                return once(What::Words {
                    least: 0,
                    across: false,
                });
            }
            "**" => {
                return once(What::Words {
                    least: 0,
                    across: true,
                });
            }
            "+" => {
                return once(What::Words {
                    least: 1,
                    across: false,
                });
            }
            "~" => return once(What::Page),
            "?" => return once(What::Word),
            "#" => return once(What::Number),
            "@name" => return once(What::Name),
            _ => {}
        }
        let (piece, repeat) = if let Some(piece) = piece.strip_suffix('?') {
            (piece, Repeat::Optional)
        } else if let Some(piece) = piece.strip_suffix('+') {
            (piece, Repeat::OnceOrMore)
        } else {
            (piece, Repeat::Once)
        };
        let (piece, colon) = piece
            .strip_suffix(':')
            .map_or((piece, false), |piece| (piece, true));
        let mut any_of: Vec<Phrase> = Vec::new();
        for choice in piece.split('|') {
            let phrases = if choice.starts_with('@') {
                sets.iter().find(|(name, _)| name == choice)?.1
            } else {
                choice
            };
            any_of.extend(phrases.split('|').map(|phrase| {
                tokens(phrase)
                    .iter()
                    .map(|token| (token.word.to_lowercase(), token.hash))
                    .collect()
            }));
        }
        let is_empty = any_of.iter().any(Vec::is_empty);
        (!is_empty).then_some(Self {
            what: What::Phrase { any_of, colon },
            repeat,
        })
    }

    /// Returns the rarest word of each phrase.
    fn rarest_words(&self) -> Option<Vec<&str>> {
        let What::Phrase { any_of, .. } = &self.what else {
            return None;
        };
        let rarest = |phrase: &'_ Phrase| -> Option<usize> {
            (0..phrase.len()).min_by_key(|&at| commonness(&phrase[at].0))
        };
        any_of
            .iter()
            .map(|phrase| rarest(phrase).map(|at| phrase[at].0.as_str()))
            .collect()
    }

    /// Marks where a single match that starts at a token may end, with what it costs by then.
    fn ends(&self, tokens: &[Token<'_>], start: usize, cost: u16, ends: &mut [u16]) {
        let rest = tokens.get(start..).unwrap_or_default();
        let mut end_at = |len: usize, cost: u16| {
            if let Some(end) = ends.get_mut(start + len) {
                *end = cost.min(*end);
            }
        };
        match &self.what {
            What::Phrase { any_of, colon } => {
                for phrase in any_of {
                    let fits = phrase.len() <= rest.len()
                        && phrase
                            .iter()
                            .zip(rest)
                            .all(|(&(_, hash), token)| hash == token.hash);
                    if fits
                        && (!colon
                            || rest
                                .get(phrase.len() - 1)
                                .is_some_and(|last| last.has_colon))
                    {
                        end_at(phrase.len(), cost);
                    }
                }
            }
            What::Number if rest.first().is_some_and(|token| token.is_number) => end_at(1, cost),
            What::Word if !rest.is_empty() => end_at(1, cost),
            What::Name if rest.first().is_some_and(|token| token.is_capital) => {
                let part = |token: &&Token<'_>| token.is_capital || is_particle(token.word);
                let len = rest.iter().take(5).take_while(part).count();
                for len in 2..=len {
                    if rest.get(len - 1).is_some_and(|last| last.is_capital) {
                        end_at(len, cost);
                    }
                }
            }
            What::Number | What::Word | What::Name => {}
            What::Page => {
                let mut cost = cost;
                end_at(0, cost);
                let is_over = start
                    .checked_sub(1)
                    .and_then(|before| tokens.get(before))
                    .is_some_and(|before| before.closes);
                for (at, token) in rest.iter().enumerate().filter(|_| !is_over) {
                    cost = cost.saturating_add(voice::cost(tokens, start + at));
                    end_at(at + 1, cost);
                    if token.closes || voice::ADDRESSING < cost {
                        break;
                    }
                }
            }
            What::Words { least, across } => {
                let stop = if *across {
                    rest.len()
                } else if start > 0
                    && tokens
                        .get(start - 1)
                        .is_some_and(|token| token.ends_sentence)
                {
                    0
                } else {
                    rest.iter()
                        .position(|token| token.ends_sentence)
                        .map_or(rest.len(), |at| at + 1)
                };
                for len in *least..=stop {
                    end_at(len, cost);
                }
            }
        }
    }
}

fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "von" | "van" | "de" | "der" | "den" | "zu" | "al" | "el"
    )
}

/// Returns roughly how common a word is in stories: function words are common, long words are rare.
fn commonness(word: &str) -> usize {
    const COMMON: &[&str] = &[
        "aber", "alle", "allen", "am", "an", "auch", "auf", "aus", "bei", "bereits", "bis",
        "bitte", "das", "dazu", "dann", "dem", "den", "der", "des", "die", "diese", "diesem",
        "diesen", "dieser", "dieses", "durch", "ein", "eine", "einen", "einer", "erhalten",
        "finden", "for", "für", "geht", "gibt", "haben", "hier", "ihre", "ihren", "im", "in",
        "ist", "jetzt", "kann", "kein", "keine", "können", "mehr", "mit", "nach", "noch", "nicht",
        "nur", "oder", "schon", "sich", "sie", "sind", "stand", "the", "um", "und", "uns", "unser",
        "unsere", "unseren", "über", "von", "vor", "war", "weiter", "weitere", "werden", "wie",
        "wir", "wird", "wurde", "zu", "zuerst", "zuletzt", "zum", "zur",
    ];
    if COMMON.contains(&word) {
        1000
    } else {
        50 / word.len().max(1)
    }
}

impl Pattern {
    /// Returns the words of which one must occur in every matching line: the rarest such set.
    pub(super) fn anchors(&self) -> impl Iterator<Item = &str> {
        self.pieces
            .iter()
            .filter(|piece| piece.repeat != Repeat::Optional)
            .filter_map(Piece::rarest_words)
            .min_by_key(|words| words.iter().map(|word| commonness(word)).sum::<usize>())
            .into_iter()
            .flatten()
    }

    /// Tells whether a matching line starts with a number.
    pub(super) fn starts_with_number(&self) -> bool {
        matches!(
            self.pieces.first(),
            Some(Piece {
                what: What::Number,
                repeat: Repeat::Once
            })
        )
    }

    /// Returns the words that a matching line may start with; `None` if it can be any word.
    pub(super) fn first_words(&self) -> Option<Vec<&str>> {
        let mut words = Vec::new();
        for piece in &self.pieces {
            let What::Phrase { any_of, .. } = &piece.what else {
                return None;
            };
            let first = any_of.iter().filter_map(|phrase| phrase.first());
            words.extend(first.map(|(word, _)| word.as_str()));
            if piece.repeat != Repeat::Optional {
                return Some(words);
            }
        }
        None
    }

    /// Tells whether the pattern matches all the tokens, and what it leaves to the page is said by the page.
    pub(super) fn fits(&self, tokens: &[Token<'_>]) -> bool {
        // What it costs at least that the pieces so far end before a token.
        let mut reached = vec![NEVER; tokens.len() + 1];
        reached[0] = 0;
        for piece in &self.pieces {
            let mut next = vec![NEVER; tokens.len() + 1];
            for start in 0..=tokens.len() {
                let again = match piece.repeat {
                    Repeat::OnceOrMore => next[start],
                    Repeat::Once | Repeat::Optional => NEVER,
                };
                let cost = reached[start].min(again);
                if cost != NEVER {
                    piece.ends(tokens, start, cost, &mut next);
                }
            }
            if piece.repeat == Repeat::Optional {
                next.iter_mut()
                    .zip(&reached)
                    .for_each(|(next, reached)| *next = (*reached).min(*next));
            }
            reached = next;
            if reached.iter().all(|&cost| cost == NEVER) {
                return false;
            }
        }
        let cost = reached[tokens.len()];
        cost == 0 || cost != NEVER && cost <= voice::allowance(tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, line: &str) -> bool {
        let list = format!("@wire\tdpa|afp|picture alliance\nreason\t10\tline\t{pattern}");
        let mut patterns = Vec::new();
        parse(Path::new("list"), &list, &mut patterns).unwrap();
        patterns[0].fits(&tokens(line))
    }

    #[test]
    fn patterns_say_what_fits() {
        let cases = [
            ("lesen sie auch *", "Lesen Sie auch", true),
            (
                "lesen sie auch *",
                "Lesen  Sie auch: Was nun? Ein Überblick",
                true,
            ),
            (
                "lesen sie auch *",
                "Lesen Sie auch das. Danach ging er",
                false,
            ),
            (
                "lesen sie auch **",
                "Lesen Sie auch das. Danach ging er",
                true,
            ),
            ("lesen sie auch +", "Lesen Sie auch", false),
            ("lesen sie auch", "Gelesen Sie auch", false),
            ("kommentare #", "Kommentare (12)", true),
            ("kommentare #", "Kommentare (viele)", false),
            ("foto|bild: +", "Foto: Anna Muster", true),
            ("foto|bild: +", "Foto zeigt: Anna Muster", false),
            ("e-mail|newsletter teilen", "E-Mail teilen", true),
            ("von @name", "Von Anna von Muster", true),
            ("von @name", "Von Anna und Bernd", false),
            ("quelle: @wire+", "Quelle: dpa/AFP/picture alliance", true),
            ("mehr dazu? lesen", "Mehr lesen", true),
            ("© # ?", "©2024 Verlag", true),
            ("app_store", "App-Store", true),
            ("geburtstag +", "Geburtstag am 94. Tag mit Dr. Muster", true),
        ];
        for (pattern, line, expected) in cases {
            assert_eq!(fits(pattern, line), expected, "`{pattern}` on {line:?}");
        }
    }

    #[test]
    fn a_wrong_line_is_named() {
        let cases = [
            (
                "a\t10\tline",
                "list:2: expected reason, score, reach and pattern, separated by tabs, found `a\t10\tline`",
            ),
            (
                "a\tviel\tline\tb",
                "list:2: expected a score, a whole number, found `viel`",
            ),
            (
                "a\t10\tall\tb",
                "list:2: expected `line`, `tail`, `next` or `list`, found `all`",
            ),
            (
                "a\t10\tline\tb @set",
                "list:2: expected words, or a set defined above, found `@set`",
            ),
            (
                "a\t10\tline\t* b? #",
                "list:2: expected a pattern with at least one required word, found `a\t10\tline\t* b? #`",
            ),
        ];
        for (line, message) in cases {
            let error = parse(
                Path::new("list"),
                &format!("# head\n{line}"),
                &mut Vec::new(),
            )
            .unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
