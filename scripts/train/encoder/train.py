#!/usr/bin/env python3
"""Trains the encoder on all labelled sentences; goes on from the last checkpoint if there is one.

    scripts/train/encoder/train.py DATA VOCABULARY.json FOLDER [--epochs 5] [--threads 2] [--seed 1]
    scripts/train/encoder/train.py DATA VOCABULARY.json FOLDER-2 --start FOLDER/averaged.pt --epochs 1 --rate 0.3 --alone 0.6 --others 0.125

FOLDER gets checkpoint.pt every few minutes, with the state of everything, so that a training that was killed goes
on from there; and averaged.pt with it, the moving average of the weights, which is what is exported. An epoch is every
sentence of the readers and of the written ones, and half of GermEval's and SmartData's. The learning rate falls to
nothing along a cosine; the average makes an earlier stop useful, too. With --start, training goes on from averaged weights
that another one made; with --alone, that part of the articles is read sentence by sentence; with --others, an epoch has
that part of GermEval's and SmartData's sentences; with --pairs, that part of the sentences is read a second time in the same batch with
all names of persons and places and all groups exchanged, and what is judged of both must agree; with --taught, it has raw sentences, too, with names that a former model and
the tagger found together (examples/label_raw.rs of crates/ner).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import batches
import data
from evaluate import SETTINGS
from model import Model, pretrained_model
from pieces import Pieces
from pretrained import Pretrained

PIECES = 1024
WINDOW = 128
WARMUP = 200
RATES = {"encoder": 1.5e-4, "heads": 6e-4}
SOURCES = [*data.READERS, *data.OTHERS]
# Judged names are rarer in news and speeches than in written sentences: by these weights, -, 0 and + of all are seen in
# similar proportions.
STANCE_WEIGHTS = {"wikinews": (3.0, 1.0, 4.0), "bundestag": (3.0, 1.0, 4.0), "written": (1.0, 1.0, 1.3)}
STANCE_WEIGHTS |= {"kinds": STANCE_WEIGHTS["written"], "reports": STANCE_WEIGHTS["wikinews"]}
TONE_WEIGHTS = {"wikinews": (1.5, 1.0, 3.0), "bundestag": (1.5, 1.0, 3.0), "written": (1.0, 1.0, 1.3)}
TONE_WEIGHTS |= {"kinds": TONE_WEIGHTS["written"], "reports": TONE_WEIGHTS["wikinews"]}
# Part of the windows that do not say where they are from.
UNTOLD = 0.3
AVERAGE = 0.998
CHECKPOINT_SECONDS = 400


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", type=Path, metavar="DATA")
    arguments.add_argument("vocabulary", type=Path, metavar="VOCABULARY.json")
    arguments.add_argument("folder", type=Path, metavar="FOLDER")
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--start", type=Path, metavar="AVERAGED.pt", help="the weights to start with")
    arguments.add_argument("--rate", type=float, default=1.0, help="factor of the learning rate")
    arguments.add_argument("--alone", type=float, default=0.0, help="part of the articles that is read sentence by sentence")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--full", action="store_true", help="compute in f32, not in bf16")
    arguments.add_argument("--swap", type=float, default=0.2, help="part of the names and groups that is exchanged for others")
    arguments.add_argument("--pairs", type=float, default=0.0, help="part of the sentences that is read twice, with others the second time")
    arguments.add_argument("--taught", type=Path, metavar="TAUGHT.jsonl", help="raw sentences with names that models found")
    arguments.add_argument("--taught-count", type=int, default=30000, help="how many of them")
    arguments.add_argument("--others", type=float, default=0.5, help="part of GermEval and SmartData in an epoch")
    arguments = arguments.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    vocabulary = json.loads(arguments.vocabulary.read_text())
    pieces = Pieces(vocabulary["pieces"], vocabulary["scores"], vocabulary["normal"], vocabulary["unknown"])
    sources = {name: data.sentences(arguments.data, name, "train", pieces) for name in SOURCES}
    if arguments.taught:
        rng = random.Random(f"{arguments.seed} taught")
        sources[data.TAUGHT] = data.taught(arguments.taught, arguments.taught_count, pieces, rng)
    for name, items in sources.items():
        length = sum(batches.length_of(item, pieces) for item in items)
        print(f"{name}: {len(items)} sentences, {length} pieces", flush=True)
    others = data.names_by_class(item for name in data.READERS for item in sources[name])

    if not arguments.start:
        model = pretrained_model(Pretrained(), vocabulary)
    else:
        model = Model(SETTINGS, len(vocabulary["pieces"]))
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["average"])
    average = {name: weight.clone() for name, weight in model.state_dict().items()}
    groups = [
        {"params": list(model.encoder.word.parameters()), "rate": RATES["encoder"], "weight_decay": 0.0},
        {
            "params": [p for name, p in model.encoder.named_parameters() if name != "word.weight"],
            "rate": RATES["encoder"],
        },
        {"params": [p for n, p in model.named_parameters() if not n.startswith("encoder.")], "rate": RATES["heads"]},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98), fused=True)

    first = plan(sources, pieces, others, arguments, 0)
    total = arguments.epochs * len(first)
    step, epoch = 0, 0
    checkpoint = arguments.folder / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average, step = state["average"], state["step"]
        torch.set_rng_state(state["random"])
        del state
        print(f"goes on from step {step}", flush=True)

    model.train()
    saved = began = time.time()
    seen, losses = 0, {}
    done = 0
    for epoch in range(arguments.epochs):
        batch_list = first if epoch == 0 else plan(sources, pieces, others, arguments, epoch)
        for batch in batch_list:
            done += 1
            if done <= step:
                continue
            # Epochs differ a little in length; the rate reaches its end with the last.
            rate = arguments.rate * schedule(done / max(total, done), done)
            for group in optimizer.param_groups:
                group["lr"] = group["rate"] * rate
            told = random.Random(f"{arguments.seed} {done}").random() >= UNTOLD
            begin = begin_of(vocabulary, told)
            tensors = batches.tensors(batch, pieces, vocabulary, begin)
            with torch.autocast("cpu", torch.bfloat16, enabled=not arguments.full):
                tags, stance, tone = model(tensors)
            parts = loss(tags.float(), stance.float(), tone.float(), tensors)
            parts |= agreement(stance.float(), tone.float(), tensors)
            optimizer.zero_grad(set_to_none=True)
            sum(parts.values()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            keep = min(AVERAGE, (1 + done) / (10 + done))
            weights = model.state_dict()
            torch._foreach_lerp_(list(average.values()), [weights[name] for name in average], 1 - keep)
            seen += int(tensors.mask.sum())
            for name, value in parts.items():
                losses[name] = 0.98 * losses.get(name, float(value)) + 0.02 * float(value)
            if done % 50 == 0:
                speed = seen / (time.time() - began)
                shown = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
                print(f"{time.strftime('%H:%M:%S')} step {done}/{total} epoch {epoch + 1}: {speed:.0f} pieces/s; {shown}", flush=True)
            if time.time() - saved > CHECKPOINT_SECONDS:
                save(arguments.folder, model, optimizer, average, done)
                saved = time.time()
    save(arguments.folder, model, optimizer, average, done)
    print("done", flush=True)


def plan(sources, pieces, others, arguments, epoch):
    """The batches of an epoch. Sources of which an epoch has only a part go through it in turns."""
    rng = random.Random(f"{arguments.seed} epoch {epoch}")
    found = []
    for name, items in sources.items():
        turns = round(1 / arguments.others) if name in data.OTHERS else 1
        items = items[epoch % turns :: turns]
        if name in data.READERS:
            items = [with_twin(item, others, arguments, rng) for item in items]
        if arguments.alone:
            alone = {article: rng.random() < arguments.alone for article in {item.article: None for item in items}}
            found += [[item] for item in items if alone[item.article]]
            items = [item for item in items if not alone[item.article]]
        found += batches.windows(items, pieces, WINDOW, rng)
    found = batches.batches(found, pieces, PIECES, rng)
    return [batch + [[item.twin] for window in batch for item in window if item.twin] for batch in found]


def with_twin(item, others, arguments, rng):
    found = data.swapped(item, others, arguments.swap, rng)
    if rng.random() < arguments.pairs:
        twin = data.swapped(item, others, 1.0, rng)
        if twin.words != found.words:
            found.twin = twin
    return found


def schedule(progress, step):
    return min(1.0, step / WARMUP) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def begin_of(vocabulary, told):
    begin = vocabulary["begin"]
    return lambda source: begin[data.BEGINS[source]] if told else begin["any"]


def loss(tags, stance, tone, batch):
    """The mean of each task's losses. SmartData does not mark MISC, so that class is left out of its choice."""
    closed = torch.tensor([source == "smartdata" for source in batch.tagged])
    misc = torch.tensor([tag.endswith("MISC") for tag in data.TAGS])
    tags = tags.masked_fill(closed[:, None] & misc[None], -1e4)
    parts = {"tags": F.cross_entropy(tags, batch.tags)}
    known = [index for index, source in enumerate(batch.judged) if source in STANCE_WEIGHTS]
    if known:
        sources = [batch.judged[index] for index in known]
        parts["stance"] = weighted(stance[known], batch.stances[known], sources, STANCE_WEIGHTS)
    known = [index for index, source in enumerate(batch.toned) if source in TONE_WEIGHTS]
    if known:
        sources = [batch.toned[index] for index in known]
        parts["tone"] = 0.5 * weighted(tone[known], batch.tones[known], sources, TONE_WEIGHTS)
    return parts


def agreement(stance, tone, batch):
    """How far the judgements of sentences and of their twins are apart: the mean divergence, in both directions, of each task."""
    places = {id(item): place for place, (item, *_) in enumerate(batch.items)}
    pairs = [(place, places[id(item.twin)]) for place, (item, *_) in enumerate(batch.items) if item.twin]
    names = []
    for one, other in pairs:
        *_, first, end = batch.items[one]
        *_, second, last = batch.items[other]
        # The longer one may have been cut.
        names += zip(range(first, end), range(second, last))
    return {
        name: divergence(logits[[one for one, _ in both]], logits[[other for _, other in both]])
        for name, logits, both in (("stances apart", stance, names), ("tones apart", tone, pairs))
        if both
    }


def divergence(one, other):
    one, other = one.log_softmax(1), other.log_softmax(1)
    return ((one - other) * (one.exp() - other.exp())).sum(1).mean()


def weighted(logits, labels, sources, weights):
    scale = torch.tensor([weights[source][label] for source, label in zip(sources, labels.tolist())])
    return (F.cross_entropy(logits, labels, reduction="none") * scale).sum() / scale.sum()


def save(folder, model, optimizer, average, step):
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "average": average,
        "step": step,
        "random": torch.get_rng_state(),
    }
    for name, value in (("checkpoint.pt", state), ("averaged.pt", {"average": average, "step": step})):
        torch.save(value, folder / f"{name}.part")
        (folder / f"{name}.part").rename(folder / name)


if __name__ == "__main__":
    main()
