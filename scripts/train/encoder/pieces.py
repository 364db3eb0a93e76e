"""Cuts text into words and words into the pieces of a unigram vocabulary. crates/encoder does the same in Rust.

A *word* is a run of letters, digits and combining accents, or any other single character; what follows a space (or
begins the text) has the mark `▁` in front. A word is cut into the pieces whose scores have the highest sum.
"""

import regex

MARK = "▁"
IN_WORD = regex.compile(r"[\p{Alphabetic}\p{N}\u0300-\u036f]")


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
