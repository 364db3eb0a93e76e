#!/usr/bin/env python3
"""Fits an encoder's scores to held-out sentences, so that of a hundred judgements with probability 0.7 seventy hold.

    scripts/train/encoder/calibrate.py DATA VOCABULARY.json CHECKPOINT.pt OUT.json SOURCE... [--begin news]

The dev files of the sources are read, so take such as are not used to measure. The factor of the tags, and the factor and
shifts of stance and tone, have the lowest log loss (temperature scaling: Guo et al., 2017; with a shift for each class, since
rare classes had more weight in training). Printed is what part of the names called negative or positive are so, by the
least probability; the class is the one with the highest score.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

import data
from evaluate import begun, loaded, outputs


def main():
    begin, arguments = begun(sys.argv[1:])
    folder, vocabulary, checkpoint, out, *names = arguments
    model, vocabulary, pieces = loaded(vocabulary, checkpoint)
    parts = {"tags": ([], []), "stance": ([], []), "tone": ([], [])}
    for name in names:
        items = data.sentences(Path(folder), name, "dev", pieces)
        for tensors, tags, stance, tone in outputs(model, items, pieces, vocabulary, vocabulary["begin"][begin]):
            found = {"tags": (tags, tensors.tags), "stance": (stance, tensors.stances), "tone": (tone, tensors.tones)}
            for part, (scores, labels) in found.items():
                known = labels >= 0
                parts[part][0].append(scores[known])
                parts[part][1].append(labels[known])
    fitted = {}
    for part, (scores, labels) in parts.items():
        scores, labels = torch.cat(scores), torch.cat(labels)
        factor, shifts = fit(scores, labels, part != "tags")
        if part == "tags":
            fitted[part] = factor
            continue
        fitted[part] = [factor, *shifts]
        print(f"{part}: {fitted[part]}")
        if part == "stance":
            precision(scores, torch.softmax(factor * scores + torch.tensor(shifts), 1), labels)
    Path(out).write_text(json.dumps(fitted) + "\n")


def fit(scores, labels, shifted):
    """The factor and the shifts with the lowest log loss."""
    factor, shifts = torch.ones(1, requires_grad=True), torch.zeros(scores.shape[1], requires_grad=shifted)
    optimizer = torch.optim.LBFGS([factor, shifts] if shifted else [factor], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(factor * scores + shifts, labels) + 1e-4 * shifts.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return float(factor), (shifts - shifts[len(shifts) // 2]).tolist() if shifted else []


def precision(scores, shares, labels):
    found = scores.argmax(1)
    called, judged = found != 1, labels != 1
    shares = shares.gather(1, found[:, None])[:, 0]
    for least in (0.0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
        kept = called & (shares >= least)
        right = (kept & (found == labels)).sum()
        print(f"  least score {least:.2f}: {100 * right / max(1, kept.sum()):.0f} % right, {100 * right / judged.sum():.0f} % found")


if __name__ == "__main__":
    main()
