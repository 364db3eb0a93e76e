#!/usr/bin/env python3
"""Scores an encoder on labelled sentences.

    scripts/train/encoder/evaluate.py torch DATA VOCABULARY.json CHECKPOINT.pt SOURCE... [--begin news]
    scripts/train/encoder/evaluate.py read DATA/readers/SOURCE.dev.jsonl READ.jsonl

The first computes in torch, in f32, the dev file of each source; the second scores what the program itself read, by
crates/encoder/examples/read.rs. Printed are F1 of names (PER LOC ORG MISC), macro-F1 of stance toward gold names other than
MISC and of tone (-, 0, +).
"""

import json
import sys
from pathlib import Path

import torch

import batches
import data
from model import Model
from pieces import Pieces

SETTINGS = {"hidden": 384, "layers": 12, "heads": 12, "inner": 1536, "epsilon": 1e-12}


def main():
    arguments = sys.argv[1:]
    begin = "news"
    if "--begin" in arguments:
        at = arguments.index("--begin")
        begin = arguments[at + 1]
        del arguments[at : at + 2]
    if arguments[0] == "read":
        gold, read = ([json.loads(line) for line in Path(path).open()] for path in arguments[1:3])
        print(Path(arguments[1]).name, scores(*from_lines(gold, read)))
        return
    folder, vocabulary, checkpoint, *names = arguments[1:]
    vocabulary = json.loads(Path(vocabulary).read_text())
    pieces = Pieces(vocabulary["pieces"], vocabulary["scores"], vocabulary["normal"], vocabulary["unknown"])
    state = torch.load(checkpoint, weights_only=True)
    model = Model(SETTINGS, len(vocabulary["pieces"]))
    model.load_state_dict(state["average"])
    print(f"step {state['step']}")
    for name in names:
        items = data.sentences(Path(folder), name, "dev", pieces)
        found = predict(model.eval(), items, pieces, vocabulary, vocabulary["begin"][begin])
        print(f"{name}.dev", scores(*found), flush=True)


@torch.no_grad()
def predict(model, items, pieces, vocabulary, begin):
    """Pairs of gold and found: names (sentence, first, end, class), stances, tones."""
    names, stances, tones = ([], []), ([], []), ([], [])
    closed = items[0].source == "smartdata_newsonly"
    number = 0
    for batch in batches.batches(batches.windows(items, pieces, 128), pieces, 2048):
        tensors = batches.tensors(batch, pieces, vocabulary, lambda source: begin)
        tags, stance, tone = model(tensors)
        if closed:
            tags[:, 7:] = -1e4
        stances[0].extend(tensors.stances.tolist())
        stances[1].extend(stance.argmax(1).tolist())
        tones[0].extend(tensors.tones.tolist())
        tones[1].extend(tone.argmax(1).tolist())
        for item, first, end, _, _ in tensors.items:
            number += 1
            for part, sequence in zip(names, (item.tags[: end - first], best(tags[first:end]))):
                part.extend((number, *name) for name in spans(sequence))
    return names, stances, tones


def best(scores):
    """The best allowed sequence of tags."""
    allowed = torch.zeros(9, 9)
    for tag in range(2, 9, 2):
        allowed[:, tag] = -1e9
        allowed[tag - 1, tag] = allowed[tag, tag] = 0
    if not len(scores):
        return []
    sums = scores[0] + torch.tensor([0.0, 0, -1e9, 0, -1e9, 0, -1e9, 0, -1e9])
    ways = []
    for row in scores[1:]:
        most, way = (sums[:, None] + allowed).max(0)
        sums = most + row
        ways.append(way)
    tags = [int(sums.argmax())]
    for way in reversed(ways):
        tags.append(int(way[tags[-1]]))
    return tags[::-1]


def spans(tags):
    found = []
    for at, tag in enumerate(tags):
        if tag % 2:
            found.append([at, at + 1, data.CLASSES[tag // 2]])
        elif tag:
            found[-1][1] = at + 1
    return [tuple(name) for name in found]


def from_lines(gold, read):
    names, stances, tones = ([], []), ([], []), ([], [])
    for number, (line, found) in enumerate(zip(gold, read, strict=True)):
        for part, marked in zip(names, (line["names"], found["names"])):
            part.extend((number, *name[:3]) for name in marked)
        for (_, _, label, stance), shares in zip(line["names"], found["stances"], strict=True):
            if label != "MISC":
                stances[0].append(data.STANCES.index(stance))
                stances[1].append(max(range(3), key=shares.__getitem__))
        tones[0].append(data.STANCES.index(line["tone"]))
        tones[1].append(max(range(3), key=found["tone"].__getitem__))
    return names, stances, tones


def scores(names, stances, tones):
    gold, found = map(set, names)
    parts = []
    for label in [None, *data.CLASSES]:
        of = [{name for name in part if label in (None, name[-1])} for part in (gold, found)]
        parts.append(f"{200 * len(of[0] & of[1]) / max(1, len(of[0]) + len(of[1])):.1f}")
    text = f"names {parts[0]} ({' '.join(parts[1:])})"
    for title, (expected, given) in (("stance", stances), ("tone", tones)):
        if expected and expected[0] >= 0:
            each = [f1(expected, given, kind) for kind in range(3)]
            text += f"; {title} {sum(each) / 3:.3f} ({' '.join(f'{value:.2f}' for value in each)})"
    return text


def f1(expected, given, kind):
    both = sum(a == b == kind for a, b in zip(expected, given))
    return 2 * both / max(1, expected.count(kind) + given.count(kind))


if __name__ == "__main__":
    main()
