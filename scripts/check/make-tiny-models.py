#!/usr/bin/env python3
"""Makes the tiny models for the tests, with the answers that Python gives.

    python3 -m venv VENV
    VENV/bin/pip install torch==2.4.1 transformers==4.57.1 onnx==1.17.0 onnxruntime==1.23.2 'numpy<2.5'
    VENV/bin/python scripts/check/make-tiny-models.py tests/models

The weights are random and the vocabulary is learned from the few sentences below, so the models know nothing;
but they are built, tokenize and answer like real ones. For each architecture there is a token and a
sequence classifier, as weights and as an ONNX file, and `golden.json`: tokens, logits, names and probabilities from
transformers and torch, by the rules that blattwerk documents, which are implemented here independently, in Python and
in characters.

There are also models that write text, and what `generate` writes from the articles of `articles.json`, with one draft
and with four; long articles are summarized in parts, which are implemented here independently, too.

With these versions, every run gives the same files.
"""

import collections
import json
import logging
import re
import shutil
import sys
import unicodedata
import warnings
from pathlib import Path

import numpy
import onnx
import torch
import transformers
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = """
Die Bürgermeisterin von Köln eröffnete am Montag die neue Brücke über den Rhein.
„Wir haben lange darauf gewartet“, sagte Ada Müller dem Kölner Tageblatt.
Der Landtag in München stimmt über das Gesetz ab, das die Grünen und die SPD vorgelegt haben.
Die Deutsche Bahn AG baut bis 2030 für 1.000 Millionen Euro neue Strecken in Sachsen und Thüringen.
Großes Unglück in Österreich: Schäden nach dem Hochwasser, aber keine Verletzten.
Das Gericht wies die Klage der Gemeinde zurück; sie will vor das Bundesverfassungsgericht ziehen.
In der zweiten Hälfte traf der Stürmer nach schöner Vorarbeit zum 2:1 gegen Bremen.
Forscher der Universität Tübingen fanden heraus, dass die Gletscher schneller schmelzen als gedacht.
Der Preis für Öl und Gas ist gefallen, die Börse in Frankfurt schloss mit Gewinnen.
Ein Sprecher des Ministeriums wollte sich dazu nicht äußern.
Nach dem Streik fahren die Züge und Busse in Berlin und Hamburg wieder planmäßig.
Die Künstlerin aus Dresden erhält den Preis der Stadt für ihr Werk „Süßes Gift“.
""".strip().splitlines()

WORDS = sorted({word for line in CORPUS for word in line.split()})


def article(words):
    """An article of the given number of words, the same in every run."""
    state, text = 7, []
    for index in range(words):
        state = (state * 1103515245 + 12345) % 2**31
        text.append(WORDS[(state >> 8) % len(WORDS)])
        if index % 90 == 89:
            text[-1] += ".\n"
    return " ".join(text)


TEXTS = {
    "umlauts": "Die Bürgermeisterin von Köln, Ada Müller-Lüdenscheidt, grüßt Österreich.",
    "quotes": "„Wir schließen die Brücke“, sagte sie. ‚Nie‘, rief Ada O’Neill!",
    "emoji": "Großartig 🎉👨‍👩‍👧: Öl für 1.000,50 Euro 😀!",
    "decomposed": "Mu\u0308nchen und Ko\u0308ln gru\u0308ßen Rene\u0301, nicht Zoe\u0308.",
    "scripts": "日本語 und Привет, мир – مرحبا aus Köln?",
    "blanks": "Bundes\u00adtag\u00a0\u2009tagt\u200b.\tJa\r\n\r\n  nein ",
    "joints": "Die U.S. z. B. AT&T-Aktie, Ost- und Westdeutschland, 3,5%.",
    "nothing": "",
    "white": " \n ",
    "exactly": " ".join(["Köln"] * 62),
    "article": article(3000),
}

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
CLASSES = ["negative", "neutral", "positive"]
HIDDEN, LAYERS, HEADS, LENGTH = 16, 2, 2, 64


# Tokenizers

def common_pieces(words, limit):
    """Every character, and the pieces of words that save most; those of the trainers differ from run to run."""
    savings = collections.Counter()
    for word in words:
        for start in range(len(word)):
            for end in range(start + 2, min(len(word), start + 7) + 1):
                savings[(start > 0, word[start:end])] += end - start
    by_savings = sorted(savings.items(), key=lambda item: (-item[1], item[0]))
    characters = sorted({c for word in words for c in word})
    return characters, [piece for piece, _ in by_savings[:limit]]


def wordpiece(lowercase):
    normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    split = pre_tokenizers.BertPreTokenizer()
    words = [word for line in CORPUS for word, _ in split.pre_tokenize_str(normalizer.normalize_str(line))]
    characters, pieces = common_pieces(words, 160)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = special + characters + [f"##{c}" for c in characters]
    vocabulary += [f"##{piece}" if is_inside else piece for is_inside, piece in pieces]
    ids = {piece: index for index, piece in enumerate(dict.fromkeys(vocabulary))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = split
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def unigram():
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    characters, pieces = common_pieces([f"▁{word}" for line in CORPUS for word in line.split()], 200)
    texts = list(dict.fromkeys(characters + [piece for _, piece in pieces]))
    scored = [(piece, 0.0) for piece in special] + [
        (piece, -6.0 if len(piece) > 1 else -9.0) for piece in texts]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=3, byte_fallback=False))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


# The documented rules, implemented independently

def tokens(tokenizer, text):
    """Ids, and the characters of each token, without white space at its ends."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    spans = []
    for start, end in encoding.offsets:
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        spans.append((start, end))
    return encoding.ids, spans


def windows(count, room):
    """What each window reads, and which tokens it owns."""
    if count <= room:
        return [((0, count), (0, count))]
    overlap = min(64, room // 4)
    number = -((count - overlap) // -(room - overlap))
    starts = [index * (count - room) // (number - 1) for index in range(number)]
    rims = [0] + [(after + before + room) // 2 for before, after in zip(starts, starts[1:])] + [count]
    return [((start, start + room), (rims[index], rims[index + 1])) for index, start in enumerate(starts)]


def is_inner(c):
    return c.isalnum() or c in "_\u00ad\u200c\u200d" or unicodedata.category(c).startswith("M")


def is_joint(c):
    return c in "-‐‑'’.,&"


def words(text, spans):
    """The words as (start, end, index of the first token)."""
    found = []
    for index, (start, end) in enumerate(spans):
        joined = False
        if found:
            before_start, before_end = spans[index - 1]
            if before_end > start:
                joined = True
            elif before_end == start:
                left, right = text[:start][-2:], text[start:start + 2]
                if before_start == before_end:
                    joined = True
                elif not left or not right:
                    joined = start == end
                else:
                    inner = is_inner(left[-1]), is_inner(right[0])
                    joined = (
                        inner == (True, True)
                        or inner == (True, False) and is_joint(right[0]) and len(right) > 1 and is_inner(right[1])
                        or inner == (False, True) and is_joint(left[-1]) and len(left) > 1 and is_inner(left[-2])
                    )
        if joined:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end, index])
    found = [word for word in found if word[0] < word[1]]
    for index, word in enumerate(found):
        limit = found[index + 1][0] if index + 1 < len(found) else len(text)
        while word[1] < limit and unicodedata.category(text[word[1]]).startswith("M"):
            word[1] += 1
    return found


def names(text, spans, logits):
    """Entities as [start, end, label, score]."""
    found, current = [], None
    for start, end, first in words(text, spans):
        probabilities = torch.softmax(torch.tensor(logits[first]), 0).tolist()
        best = max(range(len(TAGS)), key=lambda tag: logits[first][tag])
        place, _, label = TAGS[best].partition("-")
        if current and not (place == "I" and current[2] == label):
            found.append(current)
            current = None
        if place == "O":
            continue
        if current is None:
            current = [start, end, label, []]
        current[1] = end
        current[3].append(probabilities[best])
    if current:
        found.append(current)
    return [[start, end, label, round(sum(scores) / len(scores), 6)] for start, end, label, scores in found]


def rounded(row):
    return [round(float(value), 5) for value in row]


def golden(answer, tokenizer, room, is_tokens):
    """The answers of `answer` (ids to logits) for every text."""
    cls, sep = tokenizer.encode("", add_special_tokens=True).ids
    expected = {}
    for name, text in TEXTS.items():
        ids, spans = tokens(tokenizer, text)
        rows, weights = [], []
        for (start, end), (first, last) in windows(len(ids), room):
            logits = answer([cls] + ids[start:end] + [sep])
            if is_tokens:
                rows += logits[1 + first - start:1 + last - start].tolist()
            else:
                rows.append(logits.tolist())
                weights.append(max(1, last - first))
        case = {"tokens": len(ids), "sum_of_offsets": sum(start + end for start, end in spans)}
        if is_tokens:
            entities = names(text, spans, rows)
            step, every = (101, 37) if len(ids) > 500 else (1, 1)
            case |= {
                "offsets": spans[::step],
                "logits": [rounded(row) for row in rows[::step]],
                "entities": len(entities),
                "found": entities[::every],
            }
        else:
            shares = torch.softmax(torch.tensor(rows), 1) * torch.tensor(weights).unsqueeze(1) / sum(weights)
            case |= {
                "windows": len(rows),
                "logits": [rounded(row) for row in rows[::23]],
                "probabilities": rounded(shares.sum(0)),
            }
        expected[name] = case
    return expected


# Models

def build(kind, is_tokens, vocabulary):
    """The random model of an architecture."""
    labels = TAGS if is_tokens else CLASSES
    common = {
        "vocab_size": vocabulary,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
        # Large weights: with small ones, all texts would get nearly the same answer.
        "initializer_range": 0.4,
    }
    usual = common | {
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": 2 * HIDDEN,
    }
    task = "TokenClassification" if is_tokens else "SequenceClassification"
    config, name = {
        "bert": lambda: (transformers.BertConfig(**usual, max_position_embeddings=LENGTH), "Bert"),
        "distilbert": lambda: (transformers.DistilBertConfig(
            **common, dim=HIDDEN, n_layers=LAYERS, n_heads=HEADS, hidden_dim=2 * HIDDEN,
            max_position_embeddings=LENGTH), "DistilBert"),
        "electra": lambda: (transformers.ElectraConfig(
            **usual, embedding_size=8, max_position_embeddings=LENGTH), "Electra"),
        "roberta": lambda: (transformers.RobertaConfig(
            **usual, max_position_embeddings=LENGTH + 2, type_vocab_size=1), "Roberta"),
        "xlm-roberta": lambda: (transformers.XLMRobertaConfig(
            **usual, max_position_embeddings=LENGTH + 2, type_vocab_size=1), "XLMRoberta"),
    }[kind]()
    torch.manual_seed(20 + len(kind) + is_tokens)
    model = getattr(transformers, f"{name}For{task}")._from_config(config, attn_implementation="eager")
    model.config.architectures = [type(model).__name__]
    return model.eval()


def export(model, kind, path):
    """Writes the ONNX file, without the names and source positions that make it large."""
    # BERT and ELECTRA exports take the segments, the others do not.
    inputs = ["input_ids", "attention_mask"] + ["token_type_ids"] * (kind in ("bert", "electra"))
    example = torch.ones(2, 7, dtype=torch.long)
    values = {name: example if name != "token_type_ids" else example * 0 for name in inputs}
    axes = {name: {0: "batch", 1: "sequence"} for name in inputs}
    torch.onnx.export(
        model, (values,), str(path), input_names=inputs, output_names=["logits"],
        dynamic_axes=axes | {"logits": {0: "batch"}}, opset_version=17)
    graph = onnx.load(path)
    short = {}
    keep = set(inputs) | {"logits"}
    for node in graph.graph.node:
        node.name = ""
        node.doc_string = ""
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name and name not in keep:
                    names[index] = short.setdefault(name, f"v{len(short)}")
    for constant in graph.graph.initializer:
        constant.name = short.get(constant.name, constant.name)
    del graph.graph.value_info[:]
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


# Models that write text

ARTICLES = {
    "sentence": [CORPUS[0]],
    "news": CORPUS[:3],
    "quotes": CORPUS[1:2] + ["Die \t Brücke\nsteht 🎉."],
    "parts": CORPUS * 3,
    "long sentence": [CORPUS[4], article(60), CORPUS[7]],
    "nothing": [],
    "white": [" \n "],
}


def writer(kind, tokenizer):
    """The random model of an architecture, with its tokenizer and its generation settings."""
    tokenizer = Tokenizer.from_str(tokenizer.to_str())
    ids = tokenizer.token_to_id
    start, end, padding = ids("<s>"), ids("</s>"), ids("<pad>")
    if kind != "bart":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", end)])
    common = {
        "vocab_size": tokenizer.get_vocab_size(),
        "pad_token_id": padding,
        "eos_token_id": end,
    }
    stacks = {f"{part}_{key}": value for part in ("encoder", "decoder") for key, value in (
        ("layers", LAYERS), ("attention_heads", HEADS), ("ffn_dim", 2 * HIDDEN))}
    usual = common | stacks | {
        "d_model": HIDDEN, "max_position_embeddings": 2 * LENGTH, "init_std": 0.4}
    t5 = common | {
        "d_model": HIDDEN, "d_kv": 8, "d_ff": 2 * HIDDEN, "num_layers": LAYERS, "num_heads": HEADS,
        "n_positions": 2 * LENGTH, "decoder_start_token_id": padding, "initializer_factor": 1.0}
    config, name, settings = {
        "bart": lambda: (
            transformers.BartConfig(
                **usual, bos_token_id=start, decoder_start_token_id=end, forced_eos_token_id=end), "Bart",
            {"max_length": 24, "min_length": 8, "num_beams": 4, "no_repeat_ngram_size": 3, "length_penalty": 2.0,
             "early_stopping": True, "forced_bos_token_id": start, "forced_eos_token_id": end}),
        "pegasus": lambda: (
            transformers.PegasusConfig(
                **usual, bos_token_id=start, decoder_start_token_id=padding, scale_embedding=True,
                activation_function="relu", forced_eos_token_id=end), "Pegasus",
            {"max_length": 21, "num_beams": 2, "no_repeat_ngram_size": 2, "length_penalty": 0.8,
             "forced_eos_token_id": end}),
        "t5": lambda: (transformers.T5Config(**t5), "T5", {"max_length": 18, "no_repeat_ngram_size": 2}),
        "mt5": lambda: (
            transformers.MT5Config(**t5, feed_forward_proj="gated-gelu", tie_word_embeddings=False), "MT5",
            {"max_new_tokens": 16, "no_repeat_ngram_size": 2}),
    }[kind]()
    torch.manual_seed(40 + len(kind))
    model = getattr(transformers, f"{name}ForConditionalGeneration")._from_config(config, attn_implementation="eager")
    model.config.architectures = [type(model).__name__]
    for key, value in settings.items():
        setattr(model.generation_config, key, value)
    return model.eval(), tokenizer, settings


def blanked(text):
    """The words of a text. Python, unlike Unicode, counts some control characters as white space."""
    return re.split(r"[^\S\x1c-\x1f]+", text.strip(" \t\r\n"))


def pieces(tokenizer, sentences, room):
    """The tokens of each sentence at the beginning of a part and elsewhere; of a sentence that is too long, of its pieces."""
    found = []
    for sentence in sentences:
        words = " ".join(blanked(sentence))
        if not words:
            continue
        first, inner = (tokenizer.encode(text, add_special_tokens=False).ids for text in (words, " " + words))
        if max(len(first), len(inner)) <= room:
            found.append((first, inner))
            continue
        size = -(-len(first) // -(-len(first) // room))
        found += [(first[at:at + size],) * 2 for at in range(0, len(first), size)]
    return found


def parts(lengths, room):
    """As few groups as possible, filled up to the lowest limit that needs no more groups."""
    def filled(limit):
        groups = []
        for index, length in enumerate(lengths):
            if groups and sum(lengths[at] for at in groups[-1]) + length <= limit:
                groups[-1].append(index)
            else:
                groups.append([index])
        return groups
    fewest = len(filled(room))
    return next(
        groups for limit in range(max(lengths, default=0), room + 1) if len(groups := filled(limit)) <= fewest)


def written(model, tokenizer):
    """What the model writes from each article."""
    frame = len(tokenizer.encode("").ids)
    before = tokenizer.encode("").ids[:frame - 1]
    expected = {}
    for name, sentences in ARTICLES.items():
        found = pieces(tokenizer, sentences, 2 * LENGTH - frame)
        groups = parts([max(map(len, piece)) for piece in found], 2 * LENGTH - frame)
        expected[name] = {"parts": len(groups)}
        for beams in (1, 4):
            texts = []
            for group in groups:
                ids = before + found[group[0]][0] + [id for index in group[1:] for id in found[index][1]]
                ids = torch.tensor([ids + [model.config.eos_token_id]])
                with torch.no_grad():
                    answer = model.generate(
                        ids, attention_mask=torch.ones_like(ids), num_beams=beams, do_sample=False)
                texts += blanked(tokenizer.decode(answer[0].tolist(), skip_special_tokens=True))
            expected[name][f"beams_{beams}"] = " ".join(filter(None, texts))
    return expected


def write_json(path, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text.replace('"},"', '"},\n"').replace('},"', '},\n"') + "\n", encoding="utf-8")


def main():
    folder = Path(sys.argv[1])
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "texts.json", TEXTS)
    cased, uncased, by_bytes, by_pieces = wordpiece(False), wordpiece(True), byte_level(), unigram()
    tokenizers = {"bert": cased, "distilbert": cased, "electra": uncased, "roberta": by_bytes, "xlm-roberta": by_pieces}
    for kind, tokenizer in tokenizers.items():
        for task in ("tokens", "sequence"):
            is_tokens = task == "tokens"
            path = folder / f"{kind}-{task}"
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            model = build(kind, is_tokens, tokenizer.get_vocab_size())
            model.save_pretrained(path)
            tokenizer.save(str(path / "tokenizer.json"), pretty=False)
            export(model, kind, path / "model.onnx")

            def with_torch(ids):
                with torch.no_grad():
                    return model(torch.tensor([ids])).logits[0]

            write_json(path / "golden.json", golden(with_torch, tokenizer, LENGTH - 2, is_tokens))
            session = InferenceSession(path / "model.onnx")

            def with_onnx(ids, session=session):
                inputs = {"input_ids": [ids], "attention_mask": [[1] * len(ids)], "token_type_ids": [[0] * len(ids)]}
                known = {given.name for given in session.get_inputs()}
                inputs = {name: numpy.array(value) for name, value in inputs.items() if name in known}
                return torch.from_numpy(session.run(["logits"], inputs)[0][0])

            probe = [0, 7, 9, 30, 31, 2]
            difference = (with_torch(probe) - with_onnx(probe)).abs().max().item()
            print(f"{path.name}: {sum(file.stat().st_size for file in path.iterdir())} bytes, ONNX differs by {difference:.1e}")
            if kind == "bert":
                small = path / "model_quantized.onnx"
                quantize_dynamic(path / "model.onnx", small, weight_type=QuantType.QInt8)
                quantized = InferenceSession(small)
                write_json(path / "golden_quantized.json", golden(
                    lambda ids: with_onnx(ids, quantized), tokenizer, LENGTH - 2, is_tokens))

    write_json(folder / "articles.json", ARTICLES)
    for kind, tokenizer in {"bart": by_bytes, "pegasus": by_pieces, "t5": by_pieces, "mt5": by_pieces}.items():
        path = folder / kind
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        model, tokenizer, settings = writer(kind, tokenizer)
        model.save_pretrained(path)
        tokenizer.save(str(path / "tokenizer.json"), pretty=False)
        if kind == "t5":
            # As for models that are older than this kind of file.
            (path / "generation_config.json").unlink()
            config = json.loads((path / "config.json").read_text())
            (path / "config.json").write_text(json.dumps(config | settings, indent=2) + "\n")
        write_json(path / "golden.json", written(model, tokenizer))
        print(f"{path.name}: {sum(file.stat().st_size for file in path.iterdir())} bytes")


if __name__ == "__main__":
    main()
