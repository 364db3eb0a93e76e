#!/usr/bin/env python3
"""Scores sentiment tools of PyPI on a gold file: textblob-de, gersent, VADER (English) and always "neutral"."""

import sys
import time

from scores import accuracy, macro_f1


def signed(value, margin):
    return "positive" if value > margin else "negative" if value < -margin else "neutral"


def tools():
    """Yields names and functions from a sentence to a class, with the thresholds of their documentation."""
    yield "always neutral", lambda text: "neutral"
    from textblob_de import PatternAnalyzer, PatternTokenizer, TextBlobDE

    tokenizer = PatternTokenizer()
    analyzer = PatternAnalyzer(tokenizer=tokenizer)

    def textblob(text):
        return signed(TextBlobDE(text, tokenizer=tokenizer, analyzer=analyzer).sentiment.polarity, 0.0)

    yield "textblob-de", textblob
    from gersent import GerSent

    wordlists = GerSent()
    yield "gersent", lambda text: signed(wordlists.sentiment(text)["composite"], 0.0)
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader = SentimentIntensityAnalyzer()
    yield "vaderSentiment (English)", lambda text: signed(vader.polarity_scores(text)["compound"], 0.05)


def main():
    rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")]
    gold = [row[0] for row in rows]
    for name, judge in tools():
        start = time.perf_counter()
        found = [judge(row[1]) for row in rows]
        seconds = time.perf_counter() - start
        speed = sum(len(row[1].encode()) for row in rows) / seconds / 1e6
        print(f"{name}  macro-F1 {macro_f1(gold, found):.4f}  accuracy {accuracy(gold, found):.4f}  {speed:.2f} MB/s")


if __name__ == "__main__":
    main()
