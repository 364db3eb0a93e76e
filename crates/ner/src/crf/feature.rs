//! Features: what the tagger sees of a word and its neighbours.
//!
//! A feature is a 32-bit key. Keys that depend on a single word are computed once per word type ([`Profile`]); the few
//! that combine neighbours are computed for each token with a capital.

use super::hash::mix;
use super::lexicon::{Known, Lexicon, list};
use super::phrase::{Phrases, stem};
use super::spelling;

/// The size of the window of words around a token: from two before it to two after it.
pub(super) const PLACES: usize = 5;
/// The position of the token itself in the window.
pub(super) const HERE: usize = 2;

/// A longer string is not a word: only its shape is used, which also bounds the work.
const MAX_BYTES: usize = 100;

const FAR: u8 = 0b10001;
const NEAR: u8 = 0b01010;
const SELF: u8 = 0b00100;

/// What the tagger knows about a word type.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Keys of the word's features, with the window positions they are used at (bit = position).
    pub keys: Vec<(u32, u8)>,
    /// What joint features see of it.
    pub look: Look,
}

/// What joint features of neighbours see of a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Hash of the lower-case form.
    pub lower: u32,
    /// Hash of the shape.
    pub shape: u32,
    /// Hash of the stem, for names of several words.
    pub stem: u32,
    /// Distributional classes.
    pub classes: [u16; 4],
    /// Name lists.
    pub lists: u16,
    /// Quote marks: 1 opens or closes, 2 opens, 3 closes; brackets 4 and 5.
    pub mark: u8,
    /// 0 no letters, 1 small, 2 capital first, 3 all capitals.
    pub case: u8,
}

/// Returns a 32-bit key for a template number and its values.
pub(super) fn key(template: u32, a: u32, b: u32) -> u32 {
    let h = (u64::from(a) | u64::from(b) << 32)
        .wrapping_add(0x9E37_79B9_7F4A_7C15u64.wrapping_mul(u64::from(template) + 1));
    mix(h.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ (h >> 31))
}

fn fnv<'a>(letters: impl IntoIterator<Item = &'a char>) -> u32 {
    let mut h = FNV;
    for &c in letters {
        h = fnv_step(h, c);
    }
    mix(h)
}

/// The hash of no letters.
const FNV: u64 = 0xCBF2_9CE4_8422_2325;

fn fnv_step(h: u64, c: char) -> u64 {
    (h ^ u64::from(c as u32)).wrapping_mul(0x0000_0100_0000_01B3)
}

/// Returns a hash of the word's shape: letters as `X` or `x`, digits as `0`, others unchanged, and runs cut to `run`.
fn shape(word: &str, run: usize) -> u32 {
    let mut shape = FNV;
    let mut last = '\0';
    let mut length = 0;
    for c in word.chars() {
        let s = if c.is_uppercase() {
            'X'
        } else if c.is_alphabetic() {
            'x'
        } else if c.is_numeric() {
            '0'
        } else {
            c
        };
        length = if s == last { length + 1 } else { 1 };
        last = s;
        if length <= run {
            shape = fnv_step(shape, s);
        }
    }
    mix(shape)
}

fn case(word: &str) -> u8 {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else {
        return 0;
    };
    let mut rest = letters.peekable();
    if !first.is_uppercase() {
        return 1;
    }
    if rest.peek().is_some() && rest.all(char::is_uppercase) {
        3
    } else {
        2
    }
}

fn mark(word: &str) -> u8 {
    match word {
        "\"" | "'" | "\"\"" | "«" | "»" => 1,
        "„" | "``" | "‚" => 2,
        "“" | "”" | "‘" | "''" => 3,
        "(" | "[" | "-LRB-" => 4,
        ")" | "]" | "-RRB-" => 5,
        _ => 0,
    }
}

/// Combines the lists of two words.
fn pair(a: u16, b: u16) -> u32 {
    u32::from(a) << 16 | u32::from(b)
}

/// Combines a key with a window position.
pub(super) fn placed(key: u32, place: usize) -> u32 {
    let place = place as u32;
    key.wrapping_mul(2 * place + 1) ^ place.wrapping_mul(0x85EB_CA6B)
}

impl Profile {
    /// Returns the keys used at a position of the window.
    pub(super) fn keys_at(&self, place: usize) -> impl Iterator<Item = u32> {
        self.keys
            .iter()
            .filter(move |(_, places)| places & (1 << place) != 0)
            .map(|&(key, _)| key)
    }

    /// Describes the padding before and after a sentence.
    pub(super) fn edge() -> Self {
        Self {
            keys: vec![(key(9, 0, 0), FAR | NEAR | SELF)],
            look: Look::default(),
        }
    }

    /// Describes a word.
    pub(super) fn new(word: &str, lexicon: &Lexicon) -> Self {
        let word = &*spelling::fold(word, lexicon);
        let mut profile = Self::masked(word);
        if word.len() <= MAX_BYTES {
            profile.spell(word);
            profile.look_up(word, lexicon);
            if word.contains('-') {
                profile.take_apart(word, lexicon);
            }
        }
        profile
    }

    fn push(&mut self, template: u32, a: u32, b: u32, places: u8) {
        self.keys.push((key(template, a, b), places));
    }

    /// Adds its spelling: the lower-case form, prefixes and suffixes, and inner trigrams and four-grams.
    fn spell(&mut self, word: &str) {
        let digit_less = |c: char| if c.is_ascii_digit() { '0' } else { c };
        let letters: Vec<char> = word.to_lowercase().chars().map(digit_less).collect();
        self.look.lower = fnv(&letters);
        self.look.stem = stem(word);
        self.push(10, self.look.lower, 0, SELF | NEAR | FAR);
        for n in 1..=5.min(letters.len()) {
            let template = n as u32;
            self.push(10 + template, fnv(&letters[..n]), 0, SELF);
            let places = if n == 3 { SELF | NEAR } else { SELF };
            self.push(15 + template, fnv(&letters[letters.len() - n..]), 0, places);
        }
        for n in [3, 4] {
            if letters.len() > n + 1 {
                for piece in letters[1..letters.len() - 1].windows(n) {
                    self.push(21, fnv(piece), 0, SELF);
                }
            }
        }
    }

    /// Adds what is known about it: classes, usage, name lists.
    fn look_up(&mut self, word: &str, lexicon: &Lexicon) {
        let (record, known) = lexicon.resolve(word);
        let (lists, is_genitive) = lexicon.lists(word);
        let case = u32::from(self.look.case);
        let [count, small, article] = [record.count, record.small, record.article].map(u32::from);
        self.look.classes = record.classes;
        self.look.lists = lists;
        for (i, &class) in (0..).zip(&record.classes).filter(|(_, class)| **class > 0) {
            let places = if i % 2 == 1 {
                SELF | NEAR | FAR
            } else {
                SELF | NEAR
            };
            self.push(
                24 + i,
                u32::from(class),
                u32::from(known == Known::Tail),
                places,
            );
        }
        self.push(30, known as u32, case, SELF | NEAR);
        if count > 0 && known != Known::Tail {
            self.push(31, count, small, SELF);
            self.push(32, article, small, SELF | NEAR);
            self.push(33, article, count / 3, SELF);
        }
        self.push(
            34,
            u32::from(lists),
            u32::from(is_genitive),
            SELF | NEAR | FAR,
        );
        for bit in (0..list::COUNT).filter(|bit| lists & (1 << bit) != 0) {
            self.push(35, bit, case, SELF | NEAR);
            self.push(36, bit, count.min(12) * 16 + small, SELF);
        }
        let own = lexicon.uses(word);
        let uses = own.unwrap_or(record).uses;
        let template = if own.is_some() { 50 } else { 51 };
        for (label, &share) in (0..).zip(&uses).filter(|(_, share)| **share > 0) {
            self.push(template, label, u32::from(share), SELF | NEAR);
        }
        let top = (0..4).fold(0, |top, k| if uses[k] > uses[top] { k } else { top });
        let top = top as u32 * 8 + u32::from(uses[top]);
        self.push(52, top, own.map_or(99, |r| u32::from(r.count / 2)), SELF);
    }

    /// Adds the parts of a hyphenated compound.
    fn take_apart(&mut self, word: &str, lexicon: &Lexicon) {
        let first = word.split('-').next().unwrap_or_default();
        let last = word.rsplit('-').next().unwrap_or_default();
        let (a, _) = lexicon.resolve(first);
        let (b, known) = lexicon.resolve(last);
        let lower = |part: &str| fnv(&part.to_lowercase().chars().collect::<Vec<_>>());
        let lists = |part: &str| u32::from(lexicon.lists(part).0);
        self.push(40, lower(first), 0, SELF);
        self.push(41, lower(last), 0, SELF);
        self.push(42, u32::from(a.classes[1]), u32::from(b.classes[1]), SELF);
        self.push(43, u32::from(b.classes[2]), known as u32, SELF);
        self.push(44, lists(first), lists(last), SELF);
        self.push(45, u32::from(b.article), u32::from(case(last)), SELF);
    }

    /// Describes a word of which only the shape is known.
    pub(super) fn masked(word: &str) -> Self {
        let short = shape(word, 1);
        let long = shape(word, 3);
        let case = case(word);
        let length = word.chars().count().min(20) as u32;
        let digits = word.chars().filter(char::is_ascii_digit).count() as u32;
        // Most words have fewer than this.
        let mut keys = Vec::with_capacity(64);
        keys.extend([
            (key(1, 0, 0), SELF),
            (key(2, short, 0), SELF | NEAR | FAR),
            (key(3, long, 0), SELF | NEAR),
            (key(4, length, u32::from(case)), SELF),
            (key(5, u32::from(case), 0), SELF | NEAR | FAR),
        ]);
        if digits > 0 {
            keys.push((key(6, digits, length), SELF | NEAR));
        }
        Self {
            keys,
            look: Look {
                shape: short,
                mark: mark(word),
                case,
                ..Look::default()
            },
        }
    }
}

/// Returns what a sentence looks like: 0 running text, 1 all capitals, 2 a line without a final mark, 3 without a
/// lower-case word.
fn sentence_kind(words: &[Look]) -> u32 {
    let lettered = words.iter().filter(|p| p.case > 0).count();
    let capitals = words.iter().filter(|p| p.case == 3).count();
    let small = words.iter().filter(|p| p.case == 1).count();
    if lettered > 2 && capitals * 10 > lettered * 7 {
        1
    } else if lettered > 1 && small == 0 {
        3
    } else {
        u32::from(words.last().is_some_and(|p| p.case > 0)) * 2
    }
}

impl Look {
    /// Tells whether a token has joint features of its neighbours: only one with a capital does. Whether another word belongs to a
    /// name is told by the words around it one by one, and by the tags next to it.
    pub(super) fn is_joined(&self) -> bool {
        self.case >= 2
    }
}

/// Combines two hashes, in order.
fn two(x: u32, y: u32) -> u32 {
    x.wrapping_mul(0x9E37_79B1) ^ y.rotate_left(15)
}

fn class(word: &Look, k: usize) -> u32 {
    u32::from(word.classes[k])
}

/// What a sentence tells about each of its tokens, whatever the words are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    /// Bit 0 at the first token, bit 1 at the last.
    edge: u32,
    /// The kind of the sentence and the logarithm of its length.
    kind: u32,
    length: u32,
    /// The number of tokens since a quote was opened, 0 outside.
    quote: u32,
    bracket: u32,
    case: u32,
}

impl Frame {
    const EDGES: u32 = 4;
    const KINDS: u32 = 4;
    const LENGTHS: u32 = 5;
    const QUOTES: u32 = 9;
    const BRACKETS: u32 = 2;
    const CASES: u32 = 4;

    /// Returns a number for all that [`Frame::place_keys`] depend on.
    pub(super) fn place(self) -> usize {
        let marks = (self.edge * Self::QUOTES + self.quote.min(8)) * Self::BRACKETS + self.bracket;
        (marks * Self::CASES + self.case) as usize
    }

    /// Returns a number for all that [`Frame::line_keys`] depend on.
    pub(super) fn line(self) -> usize {
        ((self.kind * Self::LENGTHS + self.length) * Self::CASES + self.case) as usize
    }

    /// Returns a frame for each [`Frame::place`], in order.
    pub(super) fn places() -> impl Iterator<Item = Self> {
        (0..Self::EDGES * Self::QUOTES * Self::BRACKETS * Self::CASES).map(|place| {
            let marks = place / Self::CASES;
            Self {
                edge: marks / Self::BRACKETS / Self::QUOTES,
                quote: marks / Self::BRACKETS % Self::QUOTES,
                bracket: marks % Self::BRACKETS,
                case: place % Self::CASES,
                ..Self::default()
            }
        })
    }

    /// Returns a frame for each [`Frame::line`], in order.
    pub(super) fn lines() -> impl Iterator<Item = Self> {
        (0..Self::KINDS * Self::LENGTHS * Self::CASES).map(|line| Self {
            kind: line / Self::CASES / Self::LENGTHS,
            length: line / Self::CASES % Self::LENGTHS,
            case: line % Self::CASES,
            ..Self::default()
        })
    }

    pub(super) fn place_keys(self) -> [u32; 3] {
        [
            key(60, self.edge, self.case),
            key(63, self.quote.min(8), self.case),
            key(64, self.bracket, self.case),
        ]
    }

    pub(super) fn line_keys(self) -> [u32; 2] {
        [
            key(61, self.kind, self.case),
            key(65, self.kind * 8 + self.length, self.case),
        ]
    }

    /// Returns the number of tokens since a quote was opened, as far as joint features see it.
    pub(super) fn quote(self) -> u32 {
        self.quote.min(QUOTED)
    }
}

/// Joint features do not count more tokens since a quote was opened.
const QUOTED: u32 = 3;

/// Returns the frame of each token.
pub(super) fn frames(words: &[Look]) -> impl Iterator<Item = Frame> {
    let n = words.len();
    let kind = sentence_kind(words);
    let length = (n.clamp(1, 31) as u32).ilog2();
    let mut quote = 0u32;
    let mut bracket = 0u32;
    words.iter().enumerate().map(move |(i, w)| {
        match w.mark {
            1 => quote = u32::from(quote == 0),
            2 => quote = 1,
            3 => quote = 0,
            4 => bracket = 1,
            5 => bracket = 0,
            _ => {
                if quote > 0 {
                    quote += 1;
                }
            }
        }
        Frame {
            edge: u32::from(i == 0) | u32::from(i + 1 == n) << 1,
            kind,
            length,
            quote,
            bracket,
            case: u32::from(w.case),
        }
    })
}

/// Returns the key of the feature that a word has only as the first of its sentence, or only as another.
pub(super) fn opening(word: &Look, is_first: bool) -> u32 {
    key(
        62,
        u32::from(is_first) * 8 + u32::from(word.case),
        class(word, 1),
    )
}

/// Returns the keys of the shapes of a window.
pub(super) fn shapes([b2, b1, w, a1, a2]: [&Look; PLACES]) -> [u32; 3] {
    [
        key(74, two(b1.shape, w.shape), a1.shape),
        key(75, two(b2.shape, b1.shape), w.shape),
        key(76, two(a2.shape, a1.shape), w.shape),
    ]
}

/// Returns the keys of what the words of a window tell together. `quote` is [`Frame::quote`] at the word in its middle.
pub(super) fn neighbours([b2, b1, w, a1, a2]: [&Look; PLACES], quote: u32) -> [u32; 14] {
    let c = class;
    let cases = |a: &Look, b: &Look| u32::from(a.case) * 4 + u32::from(b.case);
    [
        key(70, c(b1, 1), c(w, 1)),
        key(71, c(w, 1), c(a1, 1)),
        key(72, c(b1, 0) * 1024 + c(w, 0), c(a1, 0)),
        key(73, c(b1, 1), two(c(a1, 1), w.shape)),
        key(77, b1.lower, w.lower),
        key(78, w.lower, a1.lower),
        key(79, b1.lower, w.shape),
        key(80, a1.lower, w.shape),
        key(81, two(b2.lower, b1.lower), 0),
        key(82, two(a1.lower, a2.lower), 0),
        key(83, pair(b1.lists, w.lists), u32::from(a1.lists)),
        key(84, pair(b1.lists, w.lists), cases(b1, w)),
        key(85, pair(w.lists, a1.lists), cases(w, a1)),
        key(
            89,
            quote * 4 + u32::from(w.case),
            two(b1.lower, u32::from(b1.mark)),
        ),
    ]
}

/// Emits the keys of the joint features of neighbours, token by token; `emit` gets the token's number and the key.
pub(super) fn joined(words: &[Look], mut emit: impl FnMut(usize, u32)) {
    let blank = Look::default();
    for (i, frame) in frames(words).enumerate() {
        let window: [&Look; PLACES] = std::array::from_fn(|place| {
            let at = (i + place).checked_sub(HERE);
            at.and_then(|at| words.get(at)).unwrap_or(&blank)
        });
        let w = window[HERE];
        let mut emit_all = |keys: &[u32]| keys.iter().for_each(|&key| emit(i, key));
        emit_all(&frame.place_keys());
        emit_all(&frame.line_keys());
        emit_all(&[opening(w, i == 0)]);
        emit_all(&shapes(window));
        if w.is_joined() {
            emit_all(&neighbours(window, frame.quote()));
        }
    }
}

/// Emits the keys of the features of known multi-word names, at each of their tokens and next to them.
pub(super) fn of_phrases(words: &[Look], phrases: &Phrases, mut emit: impl FnMut(usize, u32)) {
    // A name may start with a digit, but not with a lower-case letter.
    let stems = words.iter().map(|w| (w.stem, w.case != 1));
    phrases.find(stems, |start, end, kind| {
        let kind = u32::from(kind);
        for (at, word) in (start..end).zip(&words[start..end]) {
            let place = u32::from(at > start) + u32::from(at + 1 == end) * 2;
            emit(at, key(90, kind, place));
            emit(at, key(91, kind * 8 + (end - start) as u32, place));
            emit(at, key(92, kind * 4 + u32::from(word.case), place));
        }
        if start > 0 {
            emit(start - 1, key(93, kind, 0));
        }
        if end < words.len() {
            emit(end, key(93, kind, 1));
        }
    });
}

/// Emits the keys of the features that only one domain's sentences have; domain 0 has none.
pub(super) fn of_domain(words: &[Look], domain: u32, mut emit: impl FnMut(usize, u32)) {
    if domain == 0 {
        return;
    }
    let mut before = 0;
    for (t, w) in words.iter().enumerate() {
        emit(t, key(100, domain, 0));
        emit(t, key(101, domain, w.lower));
        emit(t, key(102, domain, w.shape));
        emit(t, key(103, domain, u32::from(w.classes[1])));
        emit(t, key(104, domain, u32::from(w.classes[2])));
        emit(t, key(105, domain, before ^ w.shape));
        before = w.lower;
    }
}
