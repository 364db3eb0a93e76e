#!/usr/bin/env python3
"""Chooses the pieces of the pretrained vocabulary that German text needs.

    scripts/train/encoder/vocabulary.py DATA OUT.json [--pieces 26000]

Counts the pieces of every raw and training text, and keeps the most frequent ones, with all single Latin letters,
digits and signs. What is dropped is cut into smaller pieces that stay.
"""

import argparse
import collections
import json
import subprocess
from pathlib import Path

import data
from pieces import MARK, Pieces
from pretrained import Pretrained

# A word of a training text counts as often as this many of the raw text: each of its pieces should have been learned.
TRAINING_WEIGHT = 10
# Pieces after the vocabulary's own: the beginning of a sentence by where it is from; `<s>` itself stands for any.
BEGINNINGS = ["<s:news>", "<s:speech>", "<s:germeval>", "<s:smartdata>"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", type=Path, metavar="DATA")
    arguments.add_argument("out", type=Path, metavar="OUT.json")
    arguments.add_argument("--pieces", type=int, default=26000)
    arguments = arguments.parse_args()

    pretrained = Pretrained()
    whole = Pieces(pretrained.pieces, pretrained.scores, pretrained.normal, pretrained.unknown)
    words = collections.Counter()
    for text in raw(arguments.data / "raw"):
        words.update(word for _, _, word in whole.words(text))
    for text in data.texts(arguments.data):
        for _, _, word in whole.words(text):
            words[word] += TRAINING_WEIGHT

    counts = collections.Counter()
    for word, count in words.items():
        for piece in whole.cut(word):
            counts[piece] += count
    kept = [pretrained.begin, pretrained.pad, pretrained.end, pretrained.unknown]
    kept += [index for index, piece in enumerate(pretrained.pieces) if index not in kept and is_basic(piece)]
    basic = set(kept)
    frequent = sorted((piece for piece in counts if piece not in basic), key=lambda piece: (-counts[piece], piece))
    kept = sorted(kept + frequent[: arguments.pieces - len(BEGINNINGS) - len(kept)])

    strings = [pretrained.pieces[piece] for piece in kept]
    letters = set("".join(strings))
    vocabulary = {
        "source": kept + [pretrained.begin] * len(BEGINNINGS),
        "pieces": strings + BEGINNINGS,
        "scores": [pretrained.scores[piece] for piece in kept] + [-1e9] * len(BEGINNINGS),
        "begin": {name: len(strings) + index for index, name in enumerate(["news", "speech", "germeval", "smartdata"])}
        | {"any": kept.index(pretrained.begin)},
        "pad": kept.index(pretrained.pad),
        "end": kept.index(pretrained.end),
        "unknown": kept.index(pretrained.unknown),
        "normal": {
            char: to for char, to in sorted(pretrained.normal.items()) if all(c == " " or c in letters for c in to)
        },
    }
    arguments.out.write_text(json.dumps(vocabulary, ensure_ascii=False))
    lost = sum(counts[piece] for piece in frequent if piece not in set(kept))
    print(f"{len(vocabulary['pieces'])} of {len(pretrained.pieces)} pieces; {lost / sum(counts.values()):.4%} of the text's dropped")


def is_basic(piece):
    return len(piece.lstrip(MARK)) <= 1 and all(
        ord(char) < 0x250 or 0x2010 <= ord(char) <= 0x20FF or char == MARK for char in piece
    )


def raw(folder):
    """The strings of every raw file."""
    for path in sorted(folder.glob("*.jsonl*")):
        lines = (
            subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout.decode().split("\n")
            if path.suffix == ".zst"
            else path.read_text().split("\n")
        )
        for line in filter(None, lines):
            yield from (value for value in json.loads(line).values() if isinstance(value, str))


if __name__ == "__main__":
    main()
