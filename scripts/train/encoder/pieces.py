"""Cuts text into words and words into the pieces of a unigram vocabulary. crates/encoder does the same in Rust.

A *word* is a run of letters, digits and combining accents, or any other single character; what follows a space (or
begins the text) has the mark `▁` in front. A word is cut into the pieces whose scores have the highest sum. Nouns for who people are
all become "Personen".
"""

from pathlib import Path

import regex

MARK = "▁"
PEOPLE = Path(__file__).parents[3] / "crates/encoder/src/people.txt"
PERSONS = "Personen"
IN_WORD = regex.compile(r"[\p{Alphabetic}\p{N}\u0300-\u036f]")


JOINERS = {"-", "*", "/"}


def groups():
    """Nouns for who people are, and whether each is an adjective as well."""
    found = {}
    for line in PEOPLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            beginning, *endings = line.split()
            for ending in endings:
                found[beginning.lstrip("+") + ending.replace("-", "")] = beginning.startswith("+")
    return found


GROUPS = groups()


class Pieces:
    def __init__(self, pieces, scores, normal, unknown):
        self.strings, self.scores, self.normal, self.unknown = pieces, scores, normal, unknown
        self.ids = {piece: index for index, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))
        self.least = min(scores) - 10.0
        self.known = {}
        self.inside = {}

    def words(self, text):
        """The words as (start, end, normalized word); start and end count characters of `text`."""
        words, spaced, joins = [], True, False
        for at, char in enumerate(text):
            for char in self.normal.get(char, char):
                if char.isspace():
                    spaced, joins = True, False
                    continue
                inside = self.is_inside(char)
                if inside and joins and not spaced:
                    start, _, word = words[-1]
                    words[-1] = (start, at + 1, word + char)
                else:
                    words.append((at, at + 1, (MARK if spaced else "") + char))
                spaced, joins = False, inside
        return words

    def is_inside(self, char):
        if char not in self.inside:
            self.inside[char] = bool(IN_WORD.match(char))
        return self.inside[char]

    def cut_all(self, words):
        """The pieces of each word of a sentence, as ids."""
        return [self.cut(self.shown(words, at)) for at in range(len(words))]

    def shown(self, words, at):
        """What is read in place of a word."""
        word = words[at]
        plain = word.lstrip(MARK)
        if plain not in GROUPS:
            return word
        after = words[at + 1] if at + 1 < len(words) else ""
        is_part = after in JOINERS or at > 0 and words[at - 1] in JOINERS
        is_adjective = GROUPS[plain] and after[:1] == MARK and after[1:2].isupper()
        return word if is_part or is_adjective else word.replace(plain, PERSONS)

    def cut(self, word):
        """The pieces of a word, as ids."""
        if word not in self.known:
            self.known[word] = self.best(word)
        return self.known[word]

    def best(self, word):
        best = [(0.0, 0, 0)] + [(float("-inf"), 0, 0)] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - self.longest), end):
                piece = self.ids.get(word[start:end])
                if piece is None and end - start == 1:
                    score, piece = best[start][0] + self.least, self.unknown
                elif piece is None:
                    continue
                else:
                    score = best[start][0] + self.scores[piece]
                if score > best[end][0]:
                    best[end] = (score, start, piece)
        pieces, end = [], len(word)
        while end:
            _, end, piece = best[end]
            pieces.append(piece)
        return pieces[::-1]
