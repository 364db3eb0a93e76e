//! Splits the text of a date into numbers, words and symbols.

/// The most tokens that are read: a date with its label has fewer, and a longer text is prose.
const MOST: usize = 96;

/// The longest word that is told apart from others; all known words are shorter.
const LONGEST: usize = 23;

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token {
    /// ASCII digits: their value, and how many there are. The value of more than 18 digits is not known.
    Number {
        value: u64,
        digits: usize,
    },
    Word(Word),
    Symbol(char),
}

/// Letters: in lower case, without accents, in ASCII (`März` is `marz`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    letters: [u8; LONGEST],
    length: u8,
}

impl Word {
    const EMPTY: Self = Self {
        letters: [0; LONGEST],
        length: 0,
    };

    /// Adds a letter. What does not fit, or has no form in ASCII, makes the word one that nobody knows.
    fn push(&mut self, letter: u8) {
        match self.letters.get_mut(usize::from(self.length)) {
            Some(place) => {
                *place = letter;
                self.length += 1;
            }
            None => self.letters[0] = b'?',
        }
    }

    fn push_char(&mut self, c: char) {
        match c {
            'ß' => {
                self.push(b's');
                self.push(b's');
            }
            _ if is_accent(c) => {}
            _ => self.push(ascii(c)),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.letters
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }
}

/// Returns the base letter of what German, English, French and Italian write.
fn ascii(c: char) -> u8 {
    match c {
        'ä' | 'Ä' | 'à' | 'À' | 'â' | 'Â' => b'a',
        'é' | 'É' | 'è' | 'È' | 'ê' | 'Ê' => b'e',
        'ì' | 'Ì' | 'î' | 'Î' => b'i',
        'ö' | 'Ö' | 'ô' | 'Ô' | 'ò' | 'Ò' => b'o',
        'ü' | 'Ü' | 'û' | 'Û' | 'ù' | 'Ù' => b'u',
        'ç' | 'Ç' => b'c',
        c => u8::try_from(c)
            .ok()
            .filter(u8::is_ascii_alphabetic)
            .map_or(b'?', |c| c.to_ascii_lowercase()),
    }
}

/// A mark that is written over the letter before it, as some systems store `ä`.
fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

/// Characters that nobody sees; some browsers put them around the parts of a date.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// The pieces of a text, each with whether it follows the one before without white space.
#[derive(Debug)]
pub(super) struct Tokens(Vec<(Token, bool)>);

impl Tokens {
    /// Reads a text; none if it is too long for a date.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut tokens = Vec::with_capacity(16);
        let mut is_glued = false;
        let mut chars = text.chars().filter(|c| !is_invisible(*c)).peekable();
        while let Some(c) = chars.next() {
            if c.is_whitespace() {
                is_glued = false;
                continue;
            }
            let token = if let Some(first) = c.to_digit(10) {
                let (mut value, mut digits) = (u64::from(first), 1);
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    value = value.wrapping_mul(10).wrapping_add(digit.into());
                    digits += 1;
                    chars.next();
                }
                Token::Number { value, digits }
            } else if c.is_alphabetic() {
                let mut word = Word::EMPTY;
                word.push_char(c);
                while let Some(c) = chars.next_if(|c| c.is_alphabetic() || is_accent(*c)) {
                    word.push_char(c);
                }
                Token::Word(word)
            } else {
                // The hyphens and the minus sign of Unicode.
                Token::Symbol(match c {
                    '\u{2010}' | '\u{2011}' | '\u{2212}' => '-',
                    _ => c,
                })
            };
            if tokens.len() == MOST {
                return None;
            }
            tokens.push((token, is_glued));
            is_glued = true;
        }
        Some(Self(tokens))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<Token> {
        self.0.get(at).map(|(token, _)| *token)
    }

    /// Tells whether no white space separates a token from the one before.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|(_, is_glued)| *is_glued)
    }

    /// Returns a number of so many digits, and how many they are.
    pub(super) fn number(&self, at: usize, least: usize, most: usize) -> Option<(u32, usize)> {
        match self.get(at)? {
            Token::Number { value, digits } if (least..=most).contains(&digits) => {
                Some((u32::try_from(value).ok()?, digits))
            }
            _ => None,
        }
    }

    /// Returns a number of exactly so many digits that follows its neighbour without white space.
    pub(super) fn glued(&self, at: usize, digits: usize) -> Option<u32> {
        let (value, _) = self.number(at, digits, digits)?;
        self.is_glued(at).then_some(value)
    }

    /// Returns a number of one or two digits that follows its neighbour without white space.
    pub(super) fn glued_short(&self, at: usize) -> Option<u32> {
        let (value, _) = self.number(at, 1, 2)?;
        self.is_glued(at).then_some(value)
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        matches!(self.get(at), Some(Token::Number { .. }))
    }

    pub(super) fn symbol(&self, at: usize) -> Option<char> {
        match self.get(at)? {
            Token::Symbol(c) => Some(c),
            _ => None,
        }
    }

    /// Tells whether a symbol follows its neighbour without white space.
    pub(super) fn has_glued(&self, at: usize, symbol: char) -> bool {
        self.symbol(at) == Some(symbol) && self.is_glued(at)
    }

    pub(super) fn has(&self, at: usize, symbol: char) -> bool {
        self.symbol(at) == Some(symbol)
    }

    /// Tells whether a word is there of which something is true.
    pub(super) fn word(&self, at: usize, is: impl Fn(&[u8]) -> bool) -> bool {
        matches!(self.get(at), Some(Token::Word(word)) if is(word.as_bytes()))
    }

    /// Returns what a function makes of the word that is there.
    pub(super) fn lookup<T>(&self, at: usize, find: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        match self.get(at)? {
            Token::Word(word) => find(word.as_bytes()),
            _ => None,
        }
    }
}
