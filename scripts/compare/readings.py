#!/usr/bin/env python3
"""Measures how well readers agree with the labels that the sentiment model learns from, and with each other.

usage: scripts/compare/readings.py DATA [PREDICTIONS]

models/sentiment-de/readings.tsv has the numbers of 300 lines of DATA/sentiment/gerntsa_news.train.tsv, each with three
readings made without its label. PREDICTIONS, written by `blattwerk eval sentiment` on that file, is compared with the
majority of the readings, which is neutral if all three differ.
"""

import itertools
import sys
from collections import Counter
from pathlib import Path

from scores import accuracy, macro_f1

READINGS = Path(__file__).resolve().parents[2] / "models/sentiment-de/readings.tsv"


def compare(name, gold, found):
    print(f"{name:<24} macro-F1 {macro_f1(gold, found):.3f}  accuracy {accuracy(gold, found):.3f}")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rows = [line.split("\t") for line in READINGS.read_text("utf8").splitlines()]
    numbers = [int(row[0]) - 1 for row in rows]
    readings = dict(zip(["first", "second", "third"], map(list, zip(*(row[1:] for row in rows)))))
    lines = (Path(sys.argv[1]) / "sentiment/gerntsa_news.train.tsv").read_text("utf8").split("\n")
    labels = [lines[number].split("\t")[0] for number in numbers]
    for name, reading in readings.items():
        compare(f"labels, {name}", labels, reading)
    for (one, a), (other, b) in itertools.combinations(readings.items(), 2):
        compare(f"{one}, {other}", a, b)
    most = []
    for votes in zip(*readings.values()):
        label, count = Counter(votes).most_common(1)[0]
        most.append(label if count > 1 else "neutral")
    compare("labels, most readings", labels, most)
    if len(sys.argv) == 3:
        predictions = Path(sys.argv[2]).read_text("utf8").split("\n")
        found = [predictions[number].split("\t")[-1] for number in numbers]
        compare("most readings, found", most, found)
        compare("labels, found", labels, found)


if __name__ == "__main__":
    main()
