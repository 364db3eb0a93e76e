#!/usr/bin/env python3
"""Writes the model file of an encoder; crates/encoder/src/model.rs describes the format.

    scripts/train/encoder/export.py VOCABULARY.json CHECKPOINT.pt OUT.bin [--begin news]

Weights become whole numbers of 7 bits with a scale for each row. CHECKPOINT.pt is averaged.pt, or checkpoint.pt with --last.
Several checkpoints separated by commas are averaged.
"""

import argparse
import json
import struct
import zlib
from pathlib import Path

import numpy
import torch

from model import POSITIONS

MAGIC, VERSION = b"bw-enco\n", 1
# The largest whole number of a weight.
MOST = 64
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
    arguments = arguments.parse_args()

    vocabulary = json.loads(arguments.vocabulary.read_text())
    states = [
        torch.load(path, weights_only=True)["model" if arguments.last else "average"]
        for path in arguments.checkpoint.split(",")
    ]
    state = {name: sum(state[name].float() for state in states) / len(states) for name in states[0]}
    calibration = json.loads(arguments.calibration.read_text()) if arguments.calibration else PLAIN
    arguments.out.write_bytes(sealed(payload(state, vocabulary, vocabulary["begin"][arguments.begin], 12, calibration)))


def payload(state, vocabulary, begin, heads, calibration):
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

    def linear(name):
        return matrix(state[f"{name}.weight"]) + floats(state[f"{name}.bias"])

    out += norm("encoder.norm")
    for number in range(layers):
        layer = f"encoder.layers.{number}"
        for name, part in (("qkv", linear), ("out", linear), ("norm", norm), ("up", linear), ("down", linear), ("last", norm)):
            out += part(f"{layer}.{name}")
    for head in ("tags", "judge", "stance", "tone"):
        out += linear(head)
    for numbers in ([calibration["tags"]], calibration["stance"], calibration["tone"]):
        out += floats(numpy.array(numbers))
    return bytes(out)


def quantized(weights):
    """Whole numbers and a scale for each row: of a few scales, the one with the smallest squared error."""
    largest = numpy.maximum(numpy.abs(weights).max(1), 1e-12)
    best = numpy.full(len(weights), numpy.inf)
    scales = numpy.ones(len(weights), numpy.float32)
    for part in numpy.linspace(0.7, 1.0, 13):
        scale = (largest * part / MOST).astype(numpy.float32)
        whole = numpy.clip(numpy.round(weights / scale[:, None]), -MOST, MOST)
        error = ((whole * scale[:, None] - weights) ** 2).sum(1)
        scales = numpy.where(error < best, scale, scales)
        best = numpy.minimum(error, best)
    return numpy.clip(numpy.round(weights / scales[:, None]), -MOST, MOST).astype(numpy.int8), scales


def matrix(weights):
    whole, scales = quantized(weights)
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
