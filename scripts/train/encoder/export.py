#!/usr/bin/env python3
"""Writes the model file of an encoder; crates/encoder/src/model.rs describes the format.

    scripts/train/encoder/export.py VOCABULARY.json CHECKPOINT.pt OUT.bin [--data DATA] [--begin news]

Weights become whole numbers with a scale for each row: those of layers 7 bits, all others 8. With --data, those of layers are rounded one after
the other, each so that the ones that follow in its row can make up for the error on sentences of the training data (GPTQ: Frantar et al., ICLR
2023). CHECKPOINT.pt is averaged.pt, or checkpoint.pt with --last. Several checkpoints separated by commas are averaged.
"""

import argparse
import json
import random
import struct
import zlib
from pathlib import Path

import numpy
import torch

import data
from evaluate import SETTINGS, outputs
from model import Model
from pieces import Pieces

MAGIC, VERSION = b"bw-enco\n", 2
# The largest whole numbers of weights: of layers, whose products are summed in 16 bits on some processors, and of all others.
SMALL, MOST = 64, 127
# The sentences of each source by which layers are rounded, and the part of the mean that is added to the diagonal.
SENTENCES = {"wikinews": 600, "written": 300, "kinds": 300, "bundestag": 150}
DAMPING = 0.01
# Pieces of a window of several sentences.
WINDOW = 128
# The factor of the tags' scores; for stance and tone, a factor and a shift for each class.
PLAIN = {"tags": 1.0, "stance": (1.0, 0.0, 0.0, 0.0), "tone": (1.0, 0.0, 0.0, 0.0)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("vocabulary", type=Path, metavar="VOCABULARY.json")
    arguments.add_argument("checkpoint", metavar="CHECKPOINT.pt")
    arguments.add_argument("out", type=Path, metavar="OUT.bin")
    arguments.add_argument("--last", action="store_true", help="the last weights, not their average")
    arguments.add_argument("--begin", default="news", help="what sentences begin with: news, speech, any ...")
    arguments.add_argument("--calibration", type=Path, metavar="CALIBRATION.json")
    arguments.add_argument("--data", type=Path, metavar="DATA", help="round by what the layers read in sentences of this folder")
    arguments = arguments.parse_args()

    vocabulary = json.loads(arguments.vocabulary.read_text())
    states = [
        torch.load(path, weights_only=True)["model" if arguments.last else "average"]
        for path in arguments.checkpoint.split(",")
    ]
    state = {name: sum(state[name].float() for state in states) / len(states) for name in states[0]}
    calibration = json.loads(arguments.calibration.read_text()) if arguments.calibration else PLAIN
    begin = vocabulary["begin"][arguments.begin]
    inputs = read_inputs(state, vocabulary, begin, arguments.data) if arguments.data else {}
    arguments.out.write_bytes(sealed(payload(state, vocabulary, begin, SETTINGS["heads"], calibration, inputs)))


def read_inputs(state, vocabulary, begin, folder):
    """The products of each two inputs of each linear layer, summed over the pieces of sentences, by the layer's name."""
    model = Model(SETTINGS, len(vocabulary["pieces"]))
    model.load_state_dict(state)
    sums, seen = {}, {}

    def note(name):
        def hook(_, inputs):
            x = inputs[0].reshape(-1, inputs[0].shape[-1])[seen["mask"]]
            sums[name] = sums.get(name, 0) + x.T @ x

        return hook

    model.encoder.register_forward_pre_hook(lambda _, inputs: seen.update(mask=inputs[1].reshape(-1)))
    for name, module in model.encoder.layers.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(note(f"encoder.layers.{name}"))
    pieces = Pieces(vocabulary["pieces"], vocabulary["scores"], vocabulary["normal"], vocabulary["unknown"])
    rng = random.Random(1)
    for source, count in SENTENCES.items():
        items = rng.sample(data.sentences(folder, source, "train", pieces), count)
        for _ in outputs(model.eval(), items, pieces, vocabulary, begin):
            pass
    return sums


def payload(state, vocabulary, begin, heads, calibration, inputs):
    state = {name: value.numpy() for name, value in state.items()}
    width = state["encoder.norm.weight"].size
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layers."))
    out = bytearray()
    positions = state["encoder.position.weight"]
    inner = state["encoder.layers.0.up.bias"].size
    for number in (width, heads, inner, layers, len(positions), min(WINDOW, len(positions))):
        out += varint(number)
    for number in (begin, vocabulary["end"], vocabulary["unknown"], len(vocabulary["pieces"])):
        out += varint(number)
    for piece in vocabulary["pieces"]:
        out += string(piece)
    out += floats(numpy.array(vocabulary["scores"]))
    out += varint(len(vocabulary["normal"]))
    before = None
    for char, to in sorted(vocabulary["normal"].items()):
        out += varint(ord(char) if before is None else ord(char) - before) + string(to)
        before = ord(char)
    out += matrix(state["encoder.word.weight"]) + matrix(positions)

    def norm(name):
        return floats(state[f"{name}.weight"]) + floats(state[f"{name}.bias"])

    def dense(name):
        return matrix(state[f"{name}.weight"]) + floats(state[f"{name}.bias"])

    def linear(name):
        weights = state[f"{name}.weight"]
        whole, scales = quantized(weights, SMALL)
        if name in inputs:
            whole = compensated(weights, scales, inputs[name])
        return floats(scales) + whole.tobytes() + floats(state[f"{name}.bias"])

    out += norm("encoder.norm")
    for number in range(layers):
        layer = f"encoder.layers.{number}"
        for name, part in (("qkv", linear), ("out", linear), ("norm", norm), ("up", linear), ("down", linear), ("last", norm)):
            out += part(f"{layer}.{name}")
    for head in ("tags", "judge", "stance", "tone"):
        out += dense(head)
    for numbers in ([calibration["tags"]], calibration["stance"], calibration["tone"]):
        out += floats(numpy.array(numbers))
    return bytes(out)


def quantized(weights, most):
    """Whole numbers and a scale for each row: of a few scales, the one with the smallest squared error."""
    largest = numpy.maximum(numpy.abs(weights).max(1), 1e-12)
    best = numpy.full(len(weights), numpy.inf)
    scales = numpy.ones(len(weights), numpy.float32)
    for part in numpy.linspace(0.7, 1.0, 13):
        scale = (largest * part / most).astype(numpy.float32)
        whole = rounded(weights, scale[:, None], most)
        error = ((whole * scale[:, None] - weights) ** 2).sum(1)
        scales = numpy.where(error < best, scale, scales)
        best = numpy.minimum(error, best)
    return rounded(weights, scales[:, None], most), scales


def compensated(weights, scales, inputs):
    """Whole numbers of a layer. `inputs` are the summed products of its inputs: what rounding a weight changes there, those after it in
    its row make up for as well as they can."""
    inputs = inputs.double()
    inputs = inputs + DAMPING * inputs.diagonal().mean() * torch.eye(len(inputs), dtype=torch.double)
    factors = torch.linalg.cholesky(torch.linalg.inv(inputs), upper=True).numpy()
    left = weights.astype(numpy.float64)
    whole = numpy.zeros(weights.shape, numpy.int8)
    for at in range(left.shape[1]):
        whole[:, at] = rounded(left[:, at], scales, SMALL)
        error = (left[:, at] - whole[:, at] * scales) / factors[at, at]
        left[:, at:] -= error[:, None] * factors[at, at:]
    return whole


def rounded(weights, scales, most):
    return numpy.clip(numpy.round(weights / scales), -most, most).astype(numpy.int8)


def matrix(weights):
    whole, scales = quantized(weights, MOST)
    return floats(scales) + whole.tobytes()


def floats(values):
    return numpy.asarray(values, dtype="<f4").tobytes()


def string(text):
    encoded = text.encode()
    return varint(len(encoded)) + encoded


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def sealed(content):
    return MAGIC + struct.pack("<IQI", VERSION, len(content), zlib.crc32(content)) + content


if __name__ == "__main__":
    main()
