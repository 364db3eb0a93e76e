"""Sentences in windows, windows in batches, batches as tensors."""

from types import SimpleNamespace

import numpy
import torch

from data import BEGINS

# Pieces of a longer sentence are dropped in training.
LONGEST = 200


def windows(sentences, pieces, most, rng=None):
    """Consecutive sentences of an article as windows of up to `most` pieces; with `rng`, of random limits in its upper half."""
    found, window, size, limit = [], [], 0, most
    for item in sentences:
        length = length_of(item, pieces)
        if window and (size + length > limit or item.article != window[-1].article):
            found.append(window)
            window, size = [], 0
            limit = rng.randint(most // 2, most) if rng else most
        window.append(item)
        size += length
    return found + [window] if window else found


def length_of(item, pieces):
    return min(sum(map(len, pieces.cut_all(item.words))), LONGEST) + 2


def batches(windows, pieces, most, rng=None):
    """Windows of similar length as batches of up to `most` pieces with padding; with `rng`, in random order."""
    sized = [(sum(length_of(item, pieces) for item in window), window) for window in windows]
    sized.sort(key=lambda pair: pair[0] * (rng.uniform(0.9, 1.1) if rng else 1))
    found, batch, longest = [], [], 0
    for size, window in sized:
        if batch and (len(batch) + 1) * max(longest, size) > most:
            found.append(batch)
            batch, longest = [], 0
        batch.append(window)
        longest = max(longest, size)
    found.append(batch)
    if rng:
        rng.shuffle(found)
    return found


def tensors(batch, pieces, vocabulary, begin):
    """A batch as tensors. `begin` gives the piece that a sentence of a source begins with.

    Positions count in the batch laid out as one row. `names` has the class of each name that has a stance (MISC has
    none), `tagged` and `judged` the source of each word and name.
    """
    columns = max(sum(length_of(item, pieces) for item in window) for window in batch)
    ids = numpy.full((len(batch), columns), vocabulary["pad"])
    mask = numpy.zeros((len(batch), columns), bool)
    out = SimpleNamespace(firsts=[], tags=[], tagged=[], begins=[], tones=[], toned=[], items=[])
    out.name_start, out.name_end, out.name_sentence, out.stances, out.judged = [], [], [], [], []
    for row, window in enumerate(batch):
        at = 0
        for item in window:
            base, line, starts = row * columns + at, [], []
            source = BEGINS[item.source]
            for word in pieces.cut_all(item.words):
                starts.append(len(line) + 1)
                line += word
            starts.append(len(line) + 1)
            line = line[:LONGEST]
            words = sum(start <= LONGEST for start in starts[:-1])
            first_word, first_name = len(out.firsts), len(out.name_start)
            out.firsts += [base + start for start in starts[:words]]
            out.tags += item.tags[:words]
            out.tagged += [source] * words
            for first, end, kind, stance in item.names:
                if kind < 3 and end <= words:
                    out.name_start.append(base + starts[first])
                    out.name_end.append(base + min(starts[end], len(line) + 1))
                    out.name_sentence.append(len(out.begins))
                    out.stances.append(stance)
                    out.judged.append(item.source)
            ids[row, at : at + len(line) + 2] = [begin(item.source), *line, vocabulary["end"]]
            mask[row, at : at + len(line) + 2] = True
            out.begins.append(base)
            out.tones.append(item.tone)
            out.toned.append(item.source)
            out.items.append((item, first_word, len(out.firsts), first_name, len(out.name_start)))
            at += len(line) + 2
    out.ids, out.mask = torch.from_numpy(ids), torch.from_numpy(mask)
    for name in "firsts tags begins tones name_start name_end name_sentence stances".split():
        setattr(out, name, torch.tensor(getattr(out, name), dtype=torch.long))
    return out
