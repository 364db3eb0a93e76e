#!/usr/bin/env python3
"""Scores an encoder on labelled sentences.

    scripts/train/encoder/evaluate.py DATA VOCABULARY.json CHECKPOINT.pt SOURCE... [--begin news]

It computes in torch, in f32, the dev file of each source, and prints F1 of names (PER LOC ORG MISC), macro-F1 of stance
toward gold names other than MISC and of tone (-, 0, +). `blattwerk eval` does the same with the exported model.
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
    begin, arguments = begun(sys.argv[1:])
    folder, vocabulary, checkpoint, *names = arguments
    model, vocabulary, pieces = loaded(vocabulary, checkpoint)
    for name in names:
        items = data.sentences(Path(folder), name, "dev", pieces)
        found = predict(model, items, pieces, vocabulary, vocabulary["begin"][begin])
        print(f"{name}.dev", scores(*found), flush=True)


def begun(arguments):
    """The piece that sentences begin with, by name, and the other arguments."""
    if "--begin" not in arguments:
        return "news", arguments
    at = arguments.index("--begin")
    return arguments[at + 1], arguments[:at] + arguments[at + 2 :]


def loaded(vocabulary, checkpoint):
    """The averaged model of a checkpoint, the vocabulary, and its cutter."""
    vocabulary = json.loads(Path(vocabulary).read_text())
    pieces = Pieces(vocabulary["pieces"], vocabulary["scores"], vocabulary["normal"], vocabulary["unknown"])
    state = torch.load(checkpoint, weights_only=True)
    model = Model(SETTINGS, len(vocabulary["pieces"]))
    model.load_state_dict(state["average"])
    print(f"step {state['step']}")
    return model.eval(), vocabulary, pieces


@torch.no_grad()
def outputs(model, items, pieces, vocabulary, begin):
    """Batches of sentences, each read by itself, with their scores of tags, stance and tone."""
    for batch in batches.batches([[item] for item in items], pieces, 2048):
        tensors = batches.tensors(batch, pieces, vocabulary, lambda source: begin)
        yield tensors, *model(tensors)


def predict(model, items, pieces, vocabulary, begin):
    """Pairs of gold and found: names (sentence, first, end, class), stances, tones."""
    names, stances, tones = ([], []), ([], []), ([], [])
    closed = items[0].source == "smartdata_newsonly"
    number = 0
    for tensors, tags, stance, tone in outputs(model, items, pieces, vocabulary, begin):
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
