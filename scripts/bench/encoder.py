#!/usr/bin/env python3
"""Compares the speed of `backend = "encoder"` with that of the same network as an int8 model in the ONNX Runtime.

usage: scripts/bench/encoder.py DATA VOCABULARY.json CHECKPOINT.pt [--program PROGRAM] [--turns N]

Both read the sentences of readers/wikinews.dev.jsonl of DATA on one thread, in turn. The program's time is the processor time of a
run with names by the encoder, minus that of a run without names: splitting into pieces, tagging and the tables are part of it. The
ONNX Runtime gets the pieces ready made, and computes the encoder without its heads, one sentence at a time and in batches of eight of
similar length. Its model is exported from CHECKPOINT.pt and quantized by its own tools, weights by channel.

It needs the packages of scripts/train/encoder/requirements.txt, onnx and onnxruntime.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "train/encoder"))

import onnxruntime  # noqa: E402
import torch  # noqa: E402
from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: E402

import against  # noqa: E402
import batches  # noqa: E402
import data  # noqa: E402
import evaluate  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--program", type=Path, default=HERE.parent.parent / "target/release/blattwerk")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    model, vocabulary, pieces = evaluate.loaded(options.vocabulary, options.checkpoint)
    items = data.sentences(options.data, "wikinews", "dev", pieces)
    begin = vocabulary["begin"]["news"]
    inputs = {
        size: [
            {"ids": tensors.ids.numpy(), "mask": tensors.mask.numpy()}
            for tensors in (
                batches.tensors(batch, pieces, vocabulary, lambda source: begin) for batch in batched(items, size, pieces)
            )
        ]
        for size in (1, 8)
    }
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        session = exported(model.encoder, scratch)
        dump = scratch / "dump.jsonl"
        write_dump(options.data, dump)
        program = options.program.resolve()
        os.chdir(scratch)
        rows = {"blattwerk": [], "onnxruntime int8, 1": [], "onnxruntime int8, 8": []}
        for _ in range(options.turns):
            seconds = spend(program, dump, "encoder") - spend(program, dump, "off")
            rows["blattwerk"].append(len(items) / seconds)
            for size, batch_list in inputs.items():
                began = time.process_time()
                for batch in batch_list:
                    session.run(None, batch)
                rows[f"onnxruntime int8, {size}"].append(len(items) / (time.process_time() - began))
    print(f"{len(items)} sentences, onnxruntime {onnxruntime.__version__}; sentences a second of processor time, turn by turn")
    for name, speeds in rows.items():
        print(f"{name:<24}{''.join(f'{speed:>8.1f}' for speed in speeds)}")


def batched(items, size, pieces):
    """Windows of one sentence, in batches of so many of similar length."""
    items = sorted(items, key=lambda item: batches.length_of(item, pieces))
    return [[[item] for item in items[at : at + size]] for at in range(0, len(items), size)]


def exported(encoder, scratch):
    """The encoder as a session of the ONNX Runtime on one thread, in int8."""
    example = (torch.ones(2, 12, dtype=torch.long), torch.ones(2, 12, dtype=torch.bool))
    axes = {name: {0: "rows", 1: "length"} for name in ("ids", "mask", "x")}
    torch.onnx.export(
        encoder, example, scratch / "fp32.onnx", input_names=["ids", "mask"], output_names=["x"], dynamic_axes=axes, opset_version=17
    )
    quantize_dynamic(scratch / "fp32.onnx", scratch / "int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(scratch / "int8.onnx", settings, providers=["CPUExecutionProvider"])


def write_dump(folder, dump):
    """Writes the articles, with their sentences as they are."""
    articles = {}
    for row in data.rows(folder / "readers/wikinews.dev.jsonl"):
        articles.setdefault(row["article"], []).append(row["text"])
    with dump.open("w", encoding="utf-8") as lines:
        for name, sentences in articles.items():
            lines.write(json.dumps({"id": name, "text": "\n".join(sentences)}, ensure_ascii=False) + "\n")


def spend(program, dump, backend):
    """The processor time of a run with a backend of ner, in seconds."""
    return against.spend(program, against.run(dump, "sentiment.backend=off", "summarize.backend=off", f"ner.backend={backend}"))[0]


if __name__ == "__main__":
    main()
