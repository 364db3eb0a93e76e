#!/usr/bin/env python3
"""Makes the tiny encoder for the tests, with the answers that torch gives.

    VENV/bin/python scripts/train/encoder/tiny.py tests/models/encoder

The weights are random and the vocabulary is what the sentences below need, so the model knows nothing; but it is cut,
stored and answers like a real one. The model file in tests/models is of format version 1 and stays, so that older files are tested. With the versions of requirements.txt, every run gives the same files.
"""

import json
import random
import sys
from pathlib import Path

import numpy
import torch

from data import TAGS
from export import PLAIN, SMALL, payload, quantized, sealed
from model import Model
from pieces import MARK, Pieces

TEXTS = [
    "Die Bürgermeisterin von Köln, Ada Müller-Lüdenscheidt, grüßt Österreich.",
    "„Wir schließen die Brücke“, sagte sie. ‚Nie‘, rief Ada O’Neill!",
    "Der Verein schlug am 3. Mai 2019 die Gäste mit 2:1 – großartig 🎉…",
    "Ne\u00adben\u00adan kostet es 1.000,50\u00a0Euro, ½ davon zahlt die Stadt.",
]
NORMAL = {"\u00ad": "", "\u00a0": " ", "…": "...", "½": "1⁄2", "’": "'"}
# Wide enough that every kernel of the matrix product has whole and partial tiles.
SETTINGS = {"hidden": 40, "layers": 2, "heads": 5, "inner": 72, "epsilon": 1e-12}
POSITIONS = 96


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(7)
    words = [word for text in TEXTS[:3] for _, _, word in Pieces([""], [0.0], NORMAL, 0).words(text)]
    chars = sorted({char for word in words for char in word} - {"🎉"} | set("0123456789⁄'"))
    parts = sorted({word[at : at + size] for word in words for size in (2, 3, 4) for at in range(len(word) - size + 1)})
    strings = ["<s>", "<pad>", "</s>", "<unk>", *chars, *rng.sample(parts, 90)]
    scores = [0.0] * 4 + [round(-9 - rng.random() + len(string), 3) for string in strings[4:]]
    vocabulary = {
        "pieces": strings,
        "scores": numpy.float32(scores).tolist(),
        "normal": NORMAL,
        "begin": {"news": 0},
        "end": 2,
        "unknown": 3,
    }
    assert MARK in strings

    torch.manual_seed(7)
    model = Model(SETTINGS, len(strings), positions=POSITIONS).eval()
    for name, weights in model.named_parameters():
        # Large weights: with small ones, all texts would get nearly the same answer.
        if weights.dim() == 2:
            weights.data.normal_(0, 1.0 / weights.shape[1] ** 0.5 if "encoder.layers" in name else 0.8)
            whole, scales = quantized(weights.data.numpy(), SMALL)
            weights.data.copy_(torch.from_numpy(whole * scales[:, None]))
        elif not name.endswith("norm.weight") and not name.endswith("last.weight"):
            weights.data.normal_(0, 0.2)
    (folder / "model.bin").write_bytes(sealed(payload(model.state_dict(), vocabulary, 0, SETTINGS["heads"], PLAIN, {})))

    pieces = Pieces(strings, vocabulary["scores"], NORMAL, 3)
    golden = [answer(model, pieces, text) for text in TEXTS]
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=0) + "\n")


def answer(model, pieces, text):
    """Words as [start, end, pieces] in characters, and the scores of the first piece's tags and of the tone."""
    cut = pieces.words(text)
    words = [(start, end, word) for (start, end, _), word in zip(cut, pieces.cut_all([word for _, _, word in cut]))]
    ids = [0] + [piece for _, _, cut in words for piece in cut] + [2]
    at, firsts = 1, []
    for _, _, cut in words:
        firsts.append(at)
        at += len(cut)
    with torch.no_grad():
        states = model.encoder(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.bool))[0]
        tags, tone = model.tags(states[firsts]), torch.softmax(model.tone(states[0]), 0)
    assert tags.shape == (len(words), len(TAGS))
    return {
        "text": text,
        "words": [[start, end, *cut] for start, end, cut in words],
        "tags": [[round(float(score), 3) for score in row] for row in tags],
        "tone": [round(float(score), 4) for score in tone],
    }


if __name__ == "__main__":
    main()
