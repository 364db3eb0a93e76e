#!/usr/bin/env python3
"""Summaries by sumy, as a program for `summarize.backend = "command"`.

    summaries.py METHOD sentences|words|chars N

METHOD is lexrank, textrank or lsa. sumy gets the sentences of the article as in the request, and uses its German stop
words and stemmer; its ranking of the sentences is filled into the length as in our backends.
"""

import json
import re
import sys

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.lsa import LsaSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

METHODS = {"lexrank": LexRankSummarizer, "textrank": TextRankSummarizer, "lsa": LsaSummarizer}
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['-])*")


class Tokenizer:
    """Replaces sumy's, which needs data of NLTK: the words that match sumy's own pattern."""

    def to_words(self, sentence):
        return tuple(WORD.findall(sentence))


class Numbered(Sentence):
    """A sentence that knows its position. Sentences with equal text are different, as in the article."""

    __slots__ = ("place",)

    def __init__(self, text, place):
        super().__init__(text, TOKENIZER)
        self.place = place

    def __eq__(self, other):
        return self.place == other.place

    def __hash__(self):
        return hash(self.place)


TOKENIZER = Tokenizer()


class Ranking:
    """Takes the place of a number of sentences: records the order of all, best first, and returns none."""

    def __call__(self, infos):
        self.order = [info.sentence.place for info in infos]
        return []


def fill(order, texts, unit, most):
    """Takes sentences in order; one that is too long for the remaining length is skipped."""
    if unit == "sentences":
        return order[:most]
    taken, left = [], most
    for place in order:
        words = texts[place].split()
        cost = len(words) if unit == "words" else len(" ".join(words)) + bool(taken)
        if cost <= left:
            taken.append(place)
            left -= cost
    return taken or sorted(order, key=lambda place: len(texts[place]))[:1]


def main():
    method, unit, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
    summarizer = METHODS[method](Stemmer("german"))
    summarizer.stop_words = get_stop_words("german")
    for line in sys.stdin:
        article = json.loads(line)
        texts = [article["text"][start:end] for start, end in article["sentences"]]
        document = ObjectDocumentModel([Paragraph([Numbered(text, place) for place, text in enumerate(texts)])])
        ranking = Ranking()
        try:
            summarizer(document, ranking)
            order = ranking.order
        except (ValueError, ZeroDivisionError, AttributeError):
            order = list(range(len(texts)))  # too little text for the method
        print(json.dumps({"sentences": fill(order, texts, unit, most)}), flush=True)


if __name__ == "__main__":
    main()
