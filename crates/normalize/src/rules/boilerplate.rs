//! Boilerplate: lines that are no part of the story, each with a reason.
//!
//! What may be boilerplate is said by a list of patterns (`boilerplate.tsv`, whose head explains it), and the
//! user can add another one. A line that fits a pattern has its score; where it stands adds to it, and a
//! whole sentence needs more. So "Kommentare" goes at the end of an article and stays as a heading within,
//! and a sentence goes only if no story would have it. Precision comes first: a line too many in the text
//! is a nuisance, a line too few is a lost fact.
//!
//! The search costs one scan: each pattern has words of which one must be there, and only lines with such a
//! word are looked at.

mod pattern;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use blattwerk_core::{Result, Span};

use self::pattern::{Pattern, Reach, Token, first_word, tokens};

/// The score from which a line goes.
const ENOUGH: i32 = 10;
/// What is added before the first and behind the last line of the story.
const AT_RIM: i32 = 4;
/// What is added beside a line that goes.
const BESIDE: i32 = 3;
/// What a whole sentence lacks.
const SENTENCE: i32 = 5;
/// No line of boilerplate is longer, in bytes.
const LONGEST_LINE: usize = 1000;
/// The end of a longer line may be boilerplate, in bytes.
const LONGEST_TAIL: usize = 300;
/// No link is longer, in bytes.
const LONGEST_LINK: usize = 200;
/// Signs that decorate the start of a line.
const DECORATION: &str = "▶►▸▹▷▻➤➔➜➡➠→⇒⟶›❯■□▪▫◼◾●○•◦‣⁃★☆✔✓✅✚✖☛☞👉📌🔴🔵🔶🔷◆◇❖▼▲";
/// Signs that make a line without words.
const RULERS: &str = "-_=*~#+|·–—";

/// The name of the built-in list.
pub(super) const NAME: &str = "boilerplate (built-in)";

/// The built-in list.
pub(super) const LIST: &str = include_str!("boilerplate.tsv");

/// A piece of the text that is no part of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) span: Span,
    pub(super) reason: Arc<str>,
}

/// The patterns, ready to search.
pub(super) struct Boilerplate {
    patterns: Vec<Pattern>,
    anchors: AhoCorasick,
    /// The patterns of each anchor.
    anchored: Vec<Vec<usize>>,
    /// The patterns that a line may fit by its first word.
    by_first_word: HashMap<String, HashSet<usize>>,
    /// The patterns that may start with any word, or behind a sentence.
    anywhere: HashSet<usize>,
    decoration: Arc<str>,
}

/// A line that is not blank.
struct Line {
    span: Span,
    /// The paragraph it belongs to: lines without an empty line between them.
    paragraph: usize,
    /// The pattern that fits best, and its score.
    found: Option<(usize, i32)>,
    /// Why it goes, if it does, and how far the reason reaches.
    gone: Option<(Arc<str>, Reach)>,
}

impl Boilerplate {
    /// Reads lists of patterns, each with the path that messages name.
    pub(super) fn new(lists: &[(&Path, &str)]) -> Result<Self> {
        let mut patterns = Vec::new();
        for (path, list) in lists {
            pattern::parse(path, list, &mut patterns)?;
        }
        let mut words: Vec<(String, usize)> = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            for word in pattern.anchors() {
                words.extend(
                    spellings(word)
                        .into_iter()
                        .map(|spelling| (spelling, index)),
                );
            }
        }
        words.sort_unstable();
        words.dedup();
        let mut by_first_word: HashMap<String, HashSet<usize>> = HashMap::new();
        let mut anywhere = HashSet::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.first_words() {
                Some(words) if pattern.reach != Reach::Tail => {
                    for word in words {
                        by_first_word
                            .entry(word.to_owned())
                            .or_default()
                            .insert(index);
                    }
                }
                _ => {
                    anywhere.insert(index);
                }
            }
        }
        let anchors = words.chunk_by(|a, b| a.0 == b.0);
        let anchored = anchors
            .clone()
            .map(|group| group.iter().map(|&(_, index)| index).collect())
            .collect();
        let anchors = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(
                anchors
                    .filter_map(|group| group.first())
                    .map(|(word, _)| word),
            )
            .expect("a list that fits into memory is within the limits of the search");
        Ok(Self {
            patterns,
            anchors,
            anchored,
            by_first_word,
            anywhere,
            decoration: Arc::from("decoration"),
        })
    }

    /// Finds what is no part of the story: sorted, without overlap.
    ///
    /// An article of nothing else is kept, since it is all there is to read.
    pub(super) fn find(&self, text: &str) -> Vec<Block> {
        let mut lines = Vec::new();
        let mut blocks = Vec::new();
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
            let line = self.line(
                trimmed,
                Span::new(at, at + trimmed.len()),
                paragraph,
                &mut blocks,
            );
            lines.push(line);
        }
        self.spread(text, &mut lines);
        if lines.iter().all(|line| line.gone.is_some()) {
            return Vec::new();
        }
        let mut found: Vec<Block> = lines
            .into_iter()
            .filter_map(|line| {
                line.gone.map(|(reason, _)| Block {
                    span: line.span,
                    reason,
                })
            })
            .collect();
        // Ends of lines and signs count where the line stays.
        blocks.retain(|block| !found.iter().any(|line| line.span.overlaps(block.span)));
        found.append(&mut blocks);
        found.sort_by_key(|block| block.span);
        found
    }

    /// Judges a line by itself; adds its decoration and a tail that goes to the blocks.
    fn line(&self, line: &str, span: Span, paragraph: usize, blocks: &mut Vec<Block>) -> Line {
        let mut judged = Line {
            span,
            paragraph,
            found: None,
            gone: None,
        };
        if line
            .chars()
            .all(|c| is_decoration(c) || RULERS.contains(c) || c == ' ')
        {
            judged.gone = Some((self.decoration.clone(), Reach::Line));
            return judged;
        }
        let body = line.trim_start_matches(|c| is_decoration(c) || c == ' ' || c == '\u{A0}');
        if line.starts_with(is_decoration)
            && body.starts_with(|c: char| c.is_alphanumeric() || "„“\"»‚(".contains(c))
        {
            blocks.push(Block {
                span: Span::new(span.start, span.end - body.len()),
                reason: self.decoration.clone(),
            });
        }
        let (piece, is_whole) = if body.len() <= LONGEST_LINE {
            (body, true)
        } else {
            let from =
                (body.len() - LONGEST_TAIL..body.len()).find(|&at| body.is_char_boundary(at));
            (
                from.and_then(|from| body.get(from..)).unwrap_or_default(),
                false,
            )
        };
        let candidates = self.candidates(piece);
        if candidates.is_empty() {
            return judged;
        }
        let words = tokens(piece);
        if is_whole && !piece.starts_with(['„', '“', '»', '"', '‚']) && are_quotes_paired(piece)
        {
            let penalty = if is_sentence(piece, words.len()) {
                SENTENCE
            } else {
                0
            };
            judged.found = candidates
                .iter()
                .filter(|&&index| self.patterns[index].fits(&words))
                .map(|&index| (index, self.patterns[index].score - penalty))
                .max_by_key(|&(index, score)| (score, std::cmp::Reverse(index)));
        }
        match judged.found {
            Some((index, score)) if ENOUGH <= score => judged.goes(&self.patterns[index]),
            _ => {
                let tail = self.tail(piece, &words, &candidates);
                blocks.extend(tail.map(|(at, reason)| Block {
                    span: Span::new(span.end - piece.len() + at, span.end),
                    reason,
                }));
            }
        }
        judged
    }

    /// Returns the patterns that a line may fit: their anchor and their first word stand there.
    fn candidates(&self, line: &str) -> Vec<usize> {
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || (0xC3..=0xDF).contains(byte);
        let bytes = line.as_bytes();
        let mut by_first_word = None;
        let mut candidates = Vec::new();
        for hit in self.anchors.find_iter(line) {
            let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
            if before.is_some_and(u8::is_ascii_alphanumeric)
                || bytes.get(hit.end()).is_some_and(goes_on)
            {
                continue;
            }
            let fitting = *by_first_word.get_or_insert_with(|| {
                first_word(line).and_then(|word| self.by_first_word.get(&word))
            });
            candidates.extend(
                self.anchored[hit.pattern().as_usize()]
                    .iter()
                    .filter(|index| {
                        self.anywhere.contains(index)
                            || fitting.is_some_and(|fitting| fitting.contains(index))
                    }),
            );
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Finds the end of a line that goes, behind a sentence that stays: where it starts, and why.
    fn tail(&self, line: &str, words: &[Token], candidates: &[usize]) -> Option<(usize, Arc<str>)> {
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
                let penalty = if is_sentence(tail, words.len()) {
                    SENTENCE
                } else {
                    0
                };
                patterns
                    .iter()
                    .find(|pattern| {
                        ENOUGH <= pattern.score - penalty
                            && pattern.fits(words)
                            && are_quotes_paired(tail)
                    })
                    .map(|pattern| (before.len(), pattern.reason.clone()))
            })
    }

    /// Judges lines by what stands beside them.
    fn spread(&self, text: &str, lines: &mut [Line]) {
        if lines
            .iter()
            .all(|line| line.found.is_none() && line.gone.is_none())
        {
            return;
        }
        links(text, lines);
        let mut was_gone = 0;
        loop {
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
            let gone = lines.iter().filter(|line| line.gone.is_some()).count();
            if gone == was_gone {
                break;
            }
            was_gone = gone;
        }
    }

    /// Lets a line go if its place makes its score enough.
    fn goes_with(&self, line: &mut Line, bonus: i32) -> bool {
        if let Some((index, score)) = line.found
            && ENOUGH <= score + bonus
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

/// Lets the links under a heading go with it.
fn links(text: &str, lines: &mut [Line]) {
    for head in 0..lines.len() {
        let Some((reason, reach)) = lines[head].gone.clone() else {
            continue;
        };
        let rest = lines.get(head + 1..).unwrap_or_default();
        let is_link = |line: &Line| {
            line.gone.is_some() || text.get(line.span.range()).is_some_and(looks_like_link)
        };
        let count = match reach {
            Reach::Line | Reach::Tail => 0,
            Reach::Next => usize::from(rest.first().is_some_and(is_link)),
            Reach::List if rest.iter().all(is_link) => rest.len(),
            Reach::List => {
                let paragraph = lines[head].paragraph;
                let list = rest
                    .iter()
                    .take_while(|line| line.paragraph == paragraph && is_link(line))
                    .count();
                // The last one before the story goes on may be a heading of the story.
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
        for line in lines.iter_mut().skip(head + 1).take(count) {
            line.gone.get_or_insert((reason.clone(), Reach::Line));
        }
    }
}

/// Tells whether a line is like a headline and not like a sentence of a story.
fn looks_like_link(line: &str) -> bool {
    line.len() <= LONGEST_LINK
        && !line.starts_with(char::is_lowercase)
        && !line.ends_with(['.', ':', ',', ';'])
        && !line.ends_with(".“")
        && !line.ends_with(".\"")
}

/// Tells whether a piece ends as a sentence does and is long enough to be one.
fn is_sentence(piece: &str, words: usize) -> bool {
    let end = piece.trim_end_matches(['“', '”', '"', '«', '’', '‘', ')', ']']);
    4 <= words && end.ends_with(['.', '!', '?']) && !end.ends_with("...")
}

/// Tells whether each quotation mark has its partner, so that no quotation is cut.
fn are_quotes_paired(piece: &str) -> bool {
    let count = |mark| piece.matches(mark).count();
    let (low, high) = (count('„'), count('“') + count('”'));
    (low == high || low == 0 && count('“') == count('”'))
        && count('"') % 2 == 0
        && count('»') == count('«')
}

fn is_decoration(c: char) -> bool {
    DECORATION.contains(c) || matches!(c, '\u{FE0E}' | '\u{FE0F}')
}

/// Returns the spellings of a word that a search blind to the case of ASCII needs.
fn spellings(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_owned()];
    }
    let mut chars = word.chars();
    let title = chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect());
    let mut all: Vec<String> = title
        .into_iter()
        .chain([word.to_owned(), word.to_uppercase()])
        .collect();
    // One search for all of ASCII's cases: only what else they differ in counts.
    for spelling in &mut all {
        spelling.make_ascii_lowercase();
    }
    all.sort_unstable();
    all.dedup();
    all
}
