//! What a head sees of a text: for a name in it, who does what to whom; or the text as a whole.
//!
//! A text becomes three kinds of features. *Keys* are hashes of what stands where: a word before or behind the name, the words next
//! to it, a word of its clause together with the name's role. The role is what a shallow analysis of the clause tells: whether the
//! name stands before or behind the finite verb, which preposition, article or noun governs it, whether the clause is passive. So
//! "gegen X ermittelt" and "X ermittelt gegen" differ, and verbs have frames without a list of verbs. *Views* are the words in some
//! place, each with its row of the word table, so that rare words count as the words that are used like them. *Amounts* are how
//! good or bad the words there are, after negation.
//!
//! Names are only known by their label.

use std::ops::Range;

use blattwerk_model_file::Asked;

use super::content::{AMOUNTS, VIEWS, Words};
use super::reading::{Class, Token, is_turned};
use super::speech::Speech;

/// How much of a long text is read, in tokens to each side of a name.
const REACH: usize = 60;
/// The words to each side that are near.
const NEAR: usize = 3;
/// How many words of a clause are combined with each other, and how far apart.
const COMBINED: usize = 14;
const APART: usize = 3;

/// How good or bad a clause must be that is turned, and how often the key says so.
const LEAST_TURNED: f32 = 0.1;
const TURNED_KEYS: usize = 4;

/// The features of a text.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// What stands where.
    pub(super) keys: Vec<u32>,
    /// Keys that are being looked up.
    pub(super) asked: Asked,
    /// The rows of the word table that each view has.
    pub(super) rows: [Vec<u32>; VIEWS],
    /// How good and how bad the words of each place are.
    pub(super) amounts: [f32; AMOUNTS],
}

/// Returns the indexes of the tokens that are read around the token `first` of `count` tokens.
pub(super) fn seen(first: usize, count: usize) -> Range<usize> {
    first.saturating_sub(REACH)..count.min(first + REACH)
}

/// What a key is about.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Kind {
    Label = 1,
    Left,
    Right,
    LeftPair,
    RightPair,
    LeftTriple,
    RightTriple,
    Around,
    Second,
    SecondRight,
    Third,
    ThirdRight,
    Role,
    Case,
    Noun,
    Governor,
    Owner,
    Preposition,
    Governed,
    Word,
    Before,
    Behind,
    Clause,
    InRole,
    InCase,
    OnSide,
    ForLabel,
    OtherClause,
    Quoted,
    Pair,
    Combined,
    Shape,
    Negated,
    Speaks,
    Head,
}

/// Mixes what a key is made of.
fn key(kind: Kind, a: u32, b: u32) -> u32 {
    let mixed = (u64::from(a) | u64::from(b) << 32)
        .wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(kind as u64 + 1))
        .wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (mixed ^ (mixed >> 32)) as u32
}

/// The symbol before the first and behind the last token.
const EDGE: u32 = 1;

fn both(a: u32, b: u32) -> u32 {
    a.rotate_left(13).wrapping_mul(0x9E37_79B1) ^ b
}

impl Sight {
    fn clear(&mut self) {
        self.keys.clear();
        self.rows.iter_mut().for_each(Vec::clear);
        self.amounts = [0.0; AMOUNTS];
    }

    fn push(&mut self, kind: Kind, a: u32, b: u32) {
        self.keys.push(key(kind, a, b));
    }

    fn amount(&mut self, place: usize, polarity: f32) {
        if polarity < 0.0 {
            self.amounts[2 * place] -= polarity;
        } else {
            self.amounts[2 * place + 1] += polarity;
        }
    }

    /// Looks at a text as a whole.
    pub(super) fn whole(&mut self, tokens: &[Token]) {
        self.clear();
        self.push(Kind::Shape, 0, (tokens.len() as u32 / 5).min(8));
        let mut before = EDGE;
        let mut start = 0;
        while start < tokens.len() {
            let number = tokens[start].clause;
            let length = tokens[start..]
                .iter()
                .take_while(|token| token.clause == number)
                .count();
            let clause = &tokens[start..start + length];
            let is_first = start == 0;
            let is_negated = clause.iter().any(|token| token.class.is(Class::NEGATOR));
            let is_turned = is_turned(clause);
            let mut turned = 0.0_f32;
            for token in clause {
                let stem = token.symbol();
                // What is averted, or lacks, means the opposite; how much, is learned.
                if is_turned && token.polarity != 0.0 && !token.class.is(Class::TURNS) {
                    self.amount(3, token.polarity);
                    turned += token.polarity;
                    before = 0;
                    continue;
                }
                if let Some(mark) = token.mark {
                    if matches!(mark, '?' | '!' | '„') {
                        self.push(Kind::Shape, 1, stem);
                    }
                } else if token.is_known() {
                    self.push(Kind::Word, stem, 0);
                    if !token.class.is(Class::FUNCTION) {
                        self.push(Kind::Head, token.head, 0);
                        if is_negated {
                            self.push(Kind::Head, token.head, 1);
                        }
                    }
                    if is_negated {
                        self.push(Kind::Negated, stem, 0);
                    }
                    if token.is_quoted {
                        self.push(Kind::Quoted, stem, 0);
                    }
                }
                if token.mark.is_none() {
                    self.push(Kind::Pair, before, stem);
                }
                before = stem;
                if let Some(row) = token.row {
                    self.rows[0].push(row);
                    if is_negated {
                        self.rows[1].push(row);
                    }
                    if is_first {
                        self.rows[2].push(row);
                    }
                }
                self.amount(0, token.polarity);
                if is_first {
                    self.amount(1, token.polarity);
                }
                if token.is_quoted {
                    self.amount(2, token.polarity);
                }
            }
            if !is_turned {
                self.combine(clause);
            } else if turned.abs() >= LEAST_TURNED {
                // Alone it would hardly count among all the other keys.
                for _ in 0..TURNED_KEYS {
                    self.push(Kind::Shape, 9, u32::from(turned > 0.0));
                }
            }
            start += length;
        }
    }

    /// Adds the pairs of words of a clause that are near each other, with or without others between them.
    fn combine(&mut self, clause: &[Token]) {
        let mut words = [0; COMBINED];
        let content = clause.iter().filter(|token| {
            token.is_known() && !token.class.is(Class::ARTICLE) && !token.class.is(Class::JOINS)
        });
        let mut count = 0;
        for (word, token) in words.iter_mut().zip(content) {
            *word = token.head;
            count += 1;
        }
        for (i, &first) in words[..count].iter().enumerate() {
            for &second in words[..count].iter().skip(i + 1).take(APART) {
                self.push(Kind::Combined, first, second);
            }
        }
    }

    /// Looks at a text for the name with these tokens.
    pub(super) fn toward(&mut self, tokens: &[Token], name: Range<usize>) {
        self.clear();
        let seen = seen(name.start, tokens.len());
        let name = name.start - seen.start..name.end.min(seen.end) - seen.start;
        let tokens = &tokens[seen];
        let home = tokens[name.start];
        let label = home.label();
        let speech = Speech::of(tokens, |i| name.contains(&i));
        self.push(Kind::Label, label, 0);
        if speech.is_some() {
            self.push(Kind::Speaks, 0, 0);
        }
        let role = self.place(tokens, &name);
        let start = tokens.partition_point(|token| token.clause < home.clause);
        let end = tokens.partition_point(|token| token.clause <= home.clause);
        let is_negated = tokens[start..end]
            .iter()
            .any(|token| token.class.is(Class::NEGATOR));
        let mut before = EDGE;
        for (i, token) in tokens.iter().enumerate() {
            if name.contains(&i) {
                before = 0;
                continue;
            }
            if token.sentence != home.sentence {
                continue;
            }
            let is_before = i < name.start;
            let distance = if is_before {
                name.start - i
            } else {
                i + 1 - name.end
            };
            let in_clause = token.clause == home.clause;
            let is_said = speech.as_ref().is_some_and(|speech| speech.has(i, token));
            let symbol = token.symbol();
            if before != 0 && token.mark.is_none() {
                self.push(Kind::Pair, before, symbol);
            }
            before = if token.mark.is_some() { 0 } else { symbol };
            if token.is_known() {
                self.push(Kind::Word, symbol, 0);
                if !token.class.is(Class::FUNCTION) {
                    let side = if is_before {
                        Kind::Before
                    } else {
                        Kind::Behind
                    };
                    self.push(side, symbol, 0);
                    if in_clause {
                        self.push(Kind::Head, token.head, 2);
                        self.push(Kind::Clause, symbol, u32::from(is_negated));
                        self.push(Kind::InRole, symbol, role.whole);
                        self.push(Kind::InCase, symbol, role.case);
                        self.push(Kind::OnSide, symbol, role.side);
                        self.push(Kind::ForLabel, symbol, label);
                    } else {
                        let apart = token.clause.abs_diff(home.clause).min(2);
                        self.push(Kind::OtherClause, symbol, 2 * apart + u32::from(is_before));
                    }
                    if token.is_quoted {
                        self.push(Kind::Quoted, symbol, 0);
                    }
                }
            }
            if is_said {
                continue;
            }
            if let Some(row) = token.row {
                self.rows[0].push(row);
                let side = usize::from(!is_before);
                self.rows[if in_clause { 1 } else { 5 } + side].push(row);
                if in_clause {
                    self.rows[7 + role.view].push(row);
                }
                if distance <= NEAR {
                    self.rows[3 + side].push(row);
                }
            }
            if token.polarity != 0.0 {
                let places = [
                    true,
                    in_clause,
                    in_clause && is_before,
                    in_clause && !is_before,
                    distance <= NEAR + 1,
                    token.is_quoted,
                ];
                for place in (0..places.len()).filter(|&place| places[place]) {
                    self.amount(place, token.polarity);
                }
            }
        }
        self.combine(&tokens[start..end]);
        self.shape(tokens, start..end, &name);
    }

    /// Adds the shape of the text around a name, whose clause has these tokens.
    fn shape(&mut self, tokens: &[Token], clause: Range<usize>, name: &Range<usize>) {
        let home = tokens[name.start];
        let others = |range: Range<usize>| {
            let mut names = 0;
            let mut last = None;
            for token in &tokens[range] {
                if token.name.is_some() && token.name != last && token.name != home.name {
                    names += 1;
                }
                last = token.name;
            }
            names.min(3)
        };
        self.push(Kind::Shape, 2, others(clause.clone()));
        self.push(Kind::Shape, 3, others(clause.start..name.start));
        self.push(Kind::Shape, 4, (name.start as u32 / 4).min(5));
        self.push(Kind::Shape, 5, (tokens.len() as u32 / 5).min(8));
        if home.is_quoted {
            self.push(Kind::Shape, 6, 0);
        }
        if let Some(mark @ ('?' | '!')) = tokens.last().and_then(|token| token.mark) {
            self.push(Kind::Shape, 7, mark as u32);
        }
    }

    /// Adds what stands next to the name and what governs it, and returns its role in the clause.
    fn place(&mut self, tokens: &[Token], name: &Range<usize>) -> Role {
        let clause = tokens[name.start].clause;
        let left = Steps::left(tokens, name.start);
        let right = Steps::right(tokens, name.end);
        let [l1, l2, l3] = left.map(|at| at.map_or(EDGE, |i| tokens[i].symbol()));
        let [r1, r2, r3] = right.map(|at| at.map_or(EDGE, |i| tokens[i].symbol()));
        let form = |at: Option<usize>| at.map_or(EDGE, |i| tokens[i].written());
        self.push(Kind::Left, form(left[0]), 0);
        self.push(Kind::Right, form(right[0]), 0);
        self.push(Kind::LeftPair, l2, l1);
        self.push(Kind::RightPair, r1, r2);
        self.push(Kind::LeftTriple, both(l3, l2), l1);
        self.push(Kind::RightTriple, both(r1, r2), r3);
        self.push(Kind::Around, l1, r1);
        self.push(Kind::Second, l2, 0);
        self.push(Kind::SecondRight, r2, 0);
        self.push(Kind::Third, l3, 0);
        self.push(Kind::ThirdRight, r3, 0);

        let phrase = Phrase::before(tokens, name.start);
        let behind = right[0].map(|i| &tokens[i]);
        let owned = behind.filter(|next| {
            tokens[name.end - 1].ends_in_s && next.is_capital && next.name.is_none()
        });
        let of_clause = |token: &&Token| token.clause == clause && token.name.is_none();
        let mut verb = None;
        let (mut is_passive, mut is_subordinate) = (false, false);
        let first = tokens.partition_point(|token| token.clause < clause);
        let inside = tokens[first..].iter().zip(first..);
        for (token, i) in inside.take_while(|(token, _)| token.clause == clause) {
            if !of_clause(&token) {
                continue;
            }
            if verb.is_none() && token.class.is(Class::VERB) && !token.is_capital {
                verb = Some(i);
            }
            is_passive |= token.class.is(Class::PASSIVE);
            is_subordinate |= i < first + 3 && token.class.is(Class::SUBORDINATES);
        }
        let side = match verb {
            None => 0,
            Some(_) if is_subordinate => 1,
            Some(verb) if name.end <= verb => 2,
            Some(_) => 3,
        };
        let preposition = phrase.preposition.map(|i| &tokens[i]);
        let case = if let Some(preposition) = preposition {
            preposition.form
        } else if phrase.governor.is_some() {
            2
        } else {
            phrase.article.map_or(0, |i| tokens[i].case())
        };
        let case = both(case, u32::from(owned.is_some()));
        let role = Role {
            case: both(case, u32::from(is_passive)),
            side: if preposition.is_some() { 4 } else { side },
            whole: both(both(case, side), u32::from(is_passive)),
            view: match side {
                _ if preposition.is_some() => 3,
                _ if is_passive => 2,
                3 => 1,
                _ => 0,
            },
        };
        self.push(Kind::Role, role.whole, 0);
        self.push(Kind::Case, case, 0);
        if let Some(noun) = phrase.noun {
            self.push(Kind::Noun, tokens[noun].stem, 0);
        }
        if let Some(governor) = phrase.governor {
            self.push(Kind::Governor, tokens[governor].stem, 0);
        }
        if let Some(owned) = owned {
            self.push(Kind::Owner, owned.stem, 0);
        }
        if let Some(i) = phrase.preposition {
            self.push(Kind::Preposition, tokens[i].form, 0);
            let governor = i.checked_sub(1).map_or(EDGE, |i| tokens[i].symbol());
            self.push(Kind::Governed, governor, tokens[i].form);
        }
        role
    }
}

/// The role of a name in its clause, as hashes.
#[derive(Debug)]
struct Role {
    /// What governs it, and whether the clause is passive.
    case: u32,
    /// On which side of the verb it stands; 4 with a preposition.
    side: u32,
    /// All of it.
    whole: u32,
    /// The view of the clause.
    view: usize,
}

/// The three tokens next to a name. Another name counts as one.
struct Steps;

impl Steps {
    fn left(tokens: &[Token], start: usize) -> [Option<usize>; 3] {
        let mut at = start.checked_sub(1);
        std::array::from_fn(|_| {
            let found = at;
            at = at.and_then(|i| before(tokens, i));
            found
        })
    }

    fn right(tokens: &[Token], end: usize) -> [Option<usize>; 3] {
        let mut at = Some(end).filter(|&i| i < tokens.len());
        std::array::from_fn(|_| {
            let found = at;
            at = at.and_then(|i| {
                let name = tokens[i].name;
                let is_same = |i: &usize| name.is_none() || tokens[*i].name != name;
                (i + 1..tokens.len()).find(is_same)
            });
            found
        })
    }
}

/// Returns the token before another, or before the name that the other is part of.
fn before(tokens: &[Token], i: usize) -> Option<usize> {
    let name = tokens[i].name;
    let is_other = |i: &usize| name.is_none() || tokens[*i].name != name;
    (0..i).rev().find(is_other)
}

/// The words before a name that belong to it, as token indexes.
#[derive(Debug, Default)]
struct Phrase {
    preposition: Option<usize>,
    article: Option<usize>,
    /// A noun in apposition: "Minister X".
    noun: Option<usize>,
    /// A noun that the name, with its article, stands behind: "der Chef der X".
    governor: Option<usize>,
}

/// How many words before a name may belong to it.
const MODIFIERS: usize = 5;

impl Phrase {
    fn before(tokens: &[Token], start: usize) -> Self {
        let mut phrase = Self::default();
        let mut at = start.checked_sub(1);
        for _ in 0..MODIFIERS {
            let Some(i) = at else { break };
            let token = &tokens[i];
            let class = token.class;
            if token.mark.is_some() || class.is(Class::JOINS) {
                break;
            }
            if class.is(Class::PREPOSITION) {
                phrase.preposition = Some(i);
                break;
            }
            let is_noun = token.is_capital && token.name.is_none();
            if class.is(Class::ARTICLE) {
                if phrase.article.is_some() {
                    break;
                }
                phrase.article = Some(i);
            } else if phrase.article.is_some() {
                phrase.governor = Some(i).filter(|_| is_noun);
                break;
            } else if is_noun {
                phrase.noun = phrase.noun.or(Some(i));
            } else if class.is(Class::VERB) {
                break;
            }
            at = before(tokens, i);
        }
        phrase
    }
}

/// Sums a view: each row counts by its weight, and the sum is divided by the root of their squares, because its spread grows with it.
pub(super) fn view(rows: &[u32], words: &Words, mut add: impl FnMut(u32, f32)) {
    let squares: f32 = rows.iter().map(|&row| words.weight(row).powi(2)).sum();
    let root = (squares + 1.0).sqrt();
    for &row in rows {
        add(row, words.weight(row) / root);
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Span;

    use super::super::reading::{Reader, label_number};
    use super::super::words::hash;
    use super::*;

    /// Looks at a text in which all of `names` are persons, for the first of them.
    fn toward(text: &str, names: &[&str]) -> (Sight, Role) {
        let words = Words::from_pairs(&[("lob", 1.0), ("kritik", -1.0)]);
        let mut reader = Reader::default();
        reader.read(text, &words);
        let spans: Vec<Span> = names
            .iter()
            .map(|name| {
                let at = text.find(name).unwrap();
                Span::new(at, at + name.len())
            })
            .collect();
        for (&span, number) in spans.iter().zip(0..) {
            reader.name(span, number, label_number("PER"));
        }
        let name = reader.within(spans[0]);
        let mut sight = Sight::default();
        sight.toward(&reader.tokens, name.clone());
        let role = Sight::default().place(&reader.tokens, &name);
        (sight, role)
    }

    #[test]
    fn who_does_what_to_whom_is_seen() {
        let whole = |text| toward(text, &["Ida"]).1.whole;
        // Governed by a preposition, a name has the same role before and behind the verb.
        for text in [
            "Die Polizei ermittelt gegen Ida.",
            "Gegen Ida ermittelt die Polizei.",
        ] {
            let (_, role) = toward(text, &["Ida"]);
            assert_eq!(
                (role.case, role.side),
                (both(both(hash("gegen"), 0), 0), 4),
                "{text}"
            );
        }
        let different = [
            ("Ida hat Jan gelobt.", "Jan hat Ida gelobt."),
            ("Jan wurde von Ida gelobt.", "Ida wurde von Jan gelobt."),
            ("Ida wurde gelobt.", "Ida hat gelobt."),
            ("Man ermittelt gegen Ida.", "Man ermittelt mit Ida."),
            ("Es ist das Lob der Ida.", "Es ist Lob und Ida."),
        ];
        for (a, b) in different {
            assert_ne!(whole(a), whole(b), "{a} {b}");
        }
    }

    #[test]
    fn names_are_known_by_their_label_only() {
        let (ida, _) = toward("Ida hat Jan gelobt.", &["Ida", "Jan"]);
        let (eva, _) = toward("Eva hat Kritik gelobt.", &["Eva", "Kritik"]);
        assert_eq!(ida.keys, eva.keys);
        assert_eq!(ida.amounts.map(f32::to_bits), eva.amounts.map(f32::to_bits));
    }

    #[test]
    fn what_is_near_the_name_counts_apart() {
        let text = "Lob für Jan, aber Kritik an Ida.";
        let (jan, _) = toward(text, &["Jan", "Ida"]);
        let (ida, _) = toward(text, &["Ida", "Jan"]);
        // Bad and good of the sentence, then of the clause.
        assert_eq!(jan.amounts[..4], [1.0, 1.0, 0.0, 1.0]);
        assert_eq!(ida.amounts[..4], [1.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn what_the_bearer_says_is_not_about_them() {
        let text = "Die Kritik sei falsch, sagte Ida über Jan.";
        let (ida, _) = toward(text, &["Ida", "Jan"]);
        let (jan, _) = toward(text, &["Jan", "Ida"]);
        assert_eq!((ida.amounts[0], jan.amounts[0]), (0.0, 1.0));
    }

    #[test]
    fn a_text_without_words_has_features() {
        let mut sight = Sight::default();
        sight.whole(&[]);
        assert!(
            sight
                .amounts
                .iter()
                .all(|amount| amount.abs() < f32::EPSILON)
        );
    }
}
