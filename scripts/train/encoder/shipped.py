#!/usr/bin/env python3
"""Reads a model file back, so that training can go on from it.

    scripts/train/encoder/shipped.py MODEL.bin VOCABULARY.json AVERAGED.pt

VOCABULARY.json and AVERAGED.pt are written: what vocabulary.py and train.py wrote for it, but with the weights as `export.py` has rounded
them, and without the pieces' places in the pretrained vocabulary. The calibration is left behind.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy
import torch

from data import STANCES, TAGS
from export import MAGIC, VERSION


def main():
    model, vocabulary, averaged = map(Path, sys.argv[1:])
    content = model.read_bytes()
    version, length, checksum = struct.unpack_from("<IQI", content, len(MAGIC))
    payload = content[len(MAGIC) + 16 :]
    if not content.startswith(MAGIC) or not 0 < version <= VERSION or len(payload) != length or zlib.crc32(payload) != checksum:
        sys.exit(f"{model}: expected a model file of at most version {VERSION}")
    found, state = read(Reader(payload))
    vocabulary.write_text(json.dumps(found, ensure_ascii=False))
    torch.save({"average": {name: torch.from_numpy(value) for name, value in state.items()}, "step": 0}, averaged)


class Reader:
    def __init__(self, content):
        self.content, self.at = content, 0

    def varint(self):
        number, shift = 0, 0
        while True:
            byte = self.content[self.at]
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    def bytes(self, count):
        self.at += count
        return self.content[self.at - count : self.at]

    def string(self):
        return self.bytes(self.varint()).decode()

    def floats(self, count):
        return numpy.frombuffer(self.bytes(4 * count), "<f4").copy()

    def matrix(self, rows, columns):
        scales = self.floats(rows)
        whole = numpy.frombuffer(self.bytes(rows * columns), numpy.int8).reshape(rows, columns)
        return whole * scales[:, None]


def read(reader):
    """The vocabulary, and the weights by name, in the order of export.py."""
    width, _, inner, layers, positions, _ = (reader.varint() for _ in range(6))
    _, end, unknown, count = (reader.varint() for _ in range(4))
    pieces = [reader.string() for _ in range(count)]
    scores = reader.floats(count).tolist()
    normal, char = {}, 0
    for _ in range(reader.varint()):
        char += reader.varint()
        normal[chr(char)] = reader.string()
    # "<s:news>" and the like are at the end, see vocabulary.py.
    begin = {piece[3:-1]: number for number, piece in enumerate(pieces) if piece.startswith("<s:")}
    vocabulary = {
        "pieces": pieces,
        "scores": scores,
        "begin": begin | {"any": pieces.index("<s>")},
        "pad": pieces.index("<pad>"),
        "end": end,
        "unknown": unknown,
        "normal": normal,
    }
    state = {"encoder.word.weight": reader.matrix(count, width), "encoder.position.weight": reader.matrix(positions, width)}

    def norm(name):
        state[f"{name}.weight"], state[f"{name}.bias"] = reader.floats(width), reader.floats(width)

    def linear(name, rows, columns):
        state[f"{name}.weight"], state[f"{name}.bias"] = reader.matrix(rows, columns), reader.floats(rows)

    norm("encoder.norm")
    for number in range(layers):
        layer = f"encoder.layers.{number}"
        linear(f"{layer}.qkv", 3 * width, width)
        linear(f"{layer}.out", width, width)
        norm(f"{layer}.norm")
        linear(f"{layer}.up", inner, width)
        linear(f"{layer}.down", width, inner)
        norm(f"{layer}.last")
    linear("tags", len(TAGS), width)
    linear("judge", width, 2 * width)
    linear("stance", len(STANCES), width)
    linear("tone", len(STANCES), width)
    return vocabulary, state


if __name__ == "__main__":
    main()
