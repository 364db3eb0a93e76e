//! Other spellings of words: what the tagger sees in place of "Muenchen", "Wähler*innen" or "BUNDESTAG".

use std::borrow::Cow;

use super::lexicon::{Lexicon, list};

/// How much more common a spelling must be, as a logarithm (base 2).
const MUCH_MORE: u8 = 3;

/// How common a word in lower case must be, as a logarithm (base 2), to show that a line is in capitals.
const SMALL: u8 = 10;

/// What may stand for a hyphen within a name.
const HYPHENS: [char; 3] = ['\u{2010}', '\u{2011}', '–'];

/// Returns a word as the lexicon and the training data spell it: with plain hyphens, without a gender sign, and with the
/// umlauts or the "ß" of a word that is known only with them.
pub(super) fn fold<'a>(word: &'a str, lexicon: &Lexicon) -> Cow<'a, str> {
    let mut folded = Cow::Borrowed(word);
    if word.len() > '–'.len_utf8() && word.contains(HYPHENS) {
        folded = Cow::Owned(word.replace(HYPHENS, "-"));
    }
    if let Some(at) = gender_sign(&folded) {
        let mut plain = folded.into_owned();
        plain.remove(at);
        folded = Cow::Owned(plain);
    }
    if !has_digraph(&folded) {
        return folded;
    }
    // A word that is known as it stands is rarely meant to have umlauts: only if it is far more common with them.
    let own = lexicon.get(&folded).map_or(0, |record| record.count);
    let own_is_known = is_known(&folded, lexicon);
    let other = spellings(&folded).find(|word| {
        let count = lexicon.get(word).map_or(0, |record| record.count);
        if own_is_known {
            !word.contains('ß') && count > own + MUCH_MORE
        } else {
            is_known(word, lexicon)
        }
    });
    other.map_or(folded, Cow::Owned)
}

/// Returns the place of the sign that makes a word stand for all genders: "Wähler*innen", "Wähler:in".
pub(super) fn gender_sign(word: &str) -> Option<usize> {
    let (at, _) = word
        .char_indices()
        .find(|(_, c)| matches!(c, '*' | ':' | '_'))?;
    matches!(word.get(at + 1..), Some("in" | "innen")).then_some(at)
}

fn is_known(word: &str, lexicon: &Lexicon) -> bool {
    lexicon
        .get(word)
        .is_some_and(|record| record.count > 0 || record.uses != [0; 4])
        || matches!(lexicon.lists(word), (1.., false))
}

fn has_digraph(word: &str) -> bool {
    word.is_ascii()
        && word.as_bytes().windows(2).any(|pair| {
            pair[1] == b'e' && matches!(pair[0], b'a' | b'o' | b'u' | b'A' | b'O' | b'U')
                || pair == b"ss"
        })
}

/// Returns the spellings that a word may stand for: with umlauts, with "ß", with both.
fn spellings(word: &str) -> impl Iterator<Item = String> {
    let sharp = word.replace("ss", "ß");
    let umlauts = [umlauts(word), umlauts(&sharp), sharp];
    let word = word.to_owned();
    umlauts.into_iter().filter(move |spelled| *spelled != word)
}

fn umlauts(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    let mut before = '\0';
    while let Some(c) = letters.next() {
        let umlaut = match c {
            'a' => 'ä',
            'o' => 'ö',
            'u' => 'ü',
            'A' => 'Ä',
            'O' => 'Ö',
            'U' => 'Ü',
            other => other,
        };
        // "neue", "Bauer" and "Quelle" have no umlaut.
        if umlaut != c
            && !matches!(before, 'a' | 'e' | 'q' | 'Q')
            && letters.next_if_eq(&'e').is_some()
        {
            out.push(umlaut);
        } else {
            out.push(c);
        }
        before = c;
    }
    out
}

/// Returns the words of a sentence in capitals as they are spelled in running text, or `None` for another sentence.
pub(super) fn lower<W: AsRef<str>>(words: &[W], lexicon: &Lexicon) -> Option<Vec<String>> {
    let has_letters = |word: &&W| word.as_ref().contains(char::is_alphabetic);
    let is_in_capitals = |word: &W| !word.as_ref().contains(char::is_lowercase);
    let is_long = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() > 4;
    // "TOR FÜR KANE" is no row of abbreviations such as "USA, EU".
    let is_small = |word: &str| {
        word.len() > 2
            && lexicon
                .get(&word.to_lowercase())
                .is_some_and(|record| record.small > 6 && record.count > SMALL)
    };
    if !words.iter().all(is_in_capitals)
        || words.iter().filter(has_letters).nth(1).is_none()
        || !words
            .iter()
            .map(AsRef::as_ref)
            .any(|word| is_long(word) || is_small(word))
    {
        return None;
    }
    let mut is_first = true;
    let spelled = words.iter().map(|word| {
        let word = word.as_ref();
        if !word.contains(char::is_alphabetic) {
            return word.to_owned();
        }
        let mut spelled = lower_word(word, lexicon);
        if std::mem::take(&mut is_first) && spelled.starts_with(char::is_lowercase) {
            spelled = title(&spelled);
        }
        spelled
    });
    Some(spelled.collect())
}

fn lower_word(word: &str, lexicon: &Lexicon) -> String {
    let small = word.to_lowercase();
    let capital = title(&small);
    let count = |word: &str| lexicon.get(word).map_or(0, |record| record.count);
    let is_name = |word: &str| {
        lexicon
            .get(word)
            .is_some_and(|record| record.uses.iter().any(|&share| share > 2))
            || lexicon.lists(word).0 & !list::SURNAME > 0
    };
    let [as_is, as_small, as_capital] = [count(word), count(&small), count(&capital)];
    if word.chars().count() <= 4 && is_name(word) && as_is >= as_capital && as_is >= as_small {
        return word.to_owned();
    }
    // "AFD" is "AfD", "BMW" stays.
    if let [first, _, last] = *word.chars().collect::<Vec<_>>() {
        let mixed: String = [first]
            .into_iter()
            .chain(small.chars().nth(1))
            .chain([last])
            .collect();
        if is_name(&mixed) && count(&mixed) > as_small {
            return mixed;
        }
    }
    let is_small = lexicon.get(&small).is_some_and(|record| record.small > 4);
    if is_small && as_small >= as_capital {
        return small;
    }
    if as_is > 0 && as_is > as_capital && as_is > as_small {
        return word.to_owned();
    }
    capital
}

fn title(small: &str) -> String {
    let mut letters = small.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}
