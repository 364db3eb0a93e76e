#!/usr/bin/env python3
"""The Python side of transformer.sh: makes the model and the texts, and measures transformers."""

import json
import logging
import random
import resource
import struct
import sys
import time
import warnings
from pathlib import Path

import torch
import transformers

WORDS = """Bürgermeisterin Köln eröffnete Montag neue Brücke Rhein lange darauf gewartet sagte Müller Tageblatt Landtag München
stimmt über Gesetz Grünen vorgelegt Deutsche Bahn baut Millionen Euro Strecken Sachsen Thüringen Unglück Österreich Schäden Hochwasser
Verletzten Gericht wies Klage Gemeinde zurück will Bundesverfassungsgericht Hälfte traf Stürmer Vorarbeit Bremen Forscher Universität
fanden heraus Gletscher schneller schmelzen gedacht Preis Öl Gas gefallen Börse Frankfurt schloss Gewinnen Sprecher Ministeriums""".split()
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC", "I-MISC"]


def sentence(chance, words):
    return " ".join(chance.choice(WORDS) for _ in range(words)) + "."


def make(folder):
    """A random model as large as BERT-base with a vocabulary of 30,000 tokens, sentences and articles."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    model_folder = folder / "model"
    model_folder.mkdir(parents=True, exist_ok=True)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = special + sorted(set(WORDS)) + ["."] + [f"unused{index}" for index in range(30000)]
    ids = {piece: index for index, piece in enumerate(pieces[:30000])}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(model_folder / "tokenizer.json"))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=512).save_pretrained(model_folder)
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(ids), id2label=dict(enumerate(TAGS)), label2id={tag: index for index, tag in enumerate(TAGS)})
    model = transformers.BertForTokenClassification(config).eval()
    model.save_pretrained(model_folder)
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.ones(2, 7, dtype=torch.long)
    model = transformers.BertForTokenClassification.from_pretrained(model_folder, attn_implementation="eager").eval()
    torch.onnx.export(
        model, ({"input_ids": example, "attention_mask": example, "token_type_ids": example * 0},),
        str(model_folder / "model.onnx"), input_names=inputs, output_names=["logits"], opset_version=17,
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in inputs + ["logits"]})
    quantize_dynamic(model_folder / "model.onnx", model_folder / "model_quantized.onnx", weight_type=QuantType.QInt8)
    chance = random.Random(1)
    sentences = [sentence(chance, chance.randint(23, 31)) for _ in range(200)]
    (folder / "sentences.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
    with open(folder / "articles.jsonl", "w", encoding="utf-8") as out:
        for index in range(40):
            text = " ".join(sentence(chance, chance.randint(3, 40)) for _ in range(chance.randint(2, 30)))
            out.write(json.dumps({"id": str(index), "text": text}, ensure_ascii=False) + "\n")


def load(folder, threads):
    torch.set_num_threads(threads)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / "model")
    model = transformers.AutoModelForTokenClassification.from_pretrained(folder / "model").eval()
    return tokenizer, model


def answer(tokenizer, model, texts, rows):
    """The logits of each text, without those of the tokens around it."""
    found = []
    for start in range(0, len(texts), rows):
        batch = tokenizer(texts[start:start + rows], return_tensors="pt", padding=True)
        with torch.inference_mode():
            logits = model(**batch).logits
        for row, mask in zip(logits, batch["attention_mask"]):
            found.append(row[1:int(mask.sum()) - 1])
    return found


def sentences(folder, rows, threads):
    tokenizer, model = load(folder, threads)
    texts = (folder / "sentences.txt").read_text(encoding="utf-8").splitlines()
    answer(tokenizer, model, texts[:4], rows)
    started = time.perf_counter()
    found = answer(tokenizer, model, texts, rows)
    seconds = time.perf_counter() - started
    values = [value for row in found for value in row.flatten().tolist()]
    (folder / "expected").write_bytes(struct.pack(f"<{len(values)}f", *values))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print("python fp32", rows, threads, f"{len(texts) / seconds:.1f}", memory, 0, flush=True)


def difference(folder, found):
    def floats(path):
        return torch.frombuffer(bytearray(Path(path).read_bytes()), dtype=torch.float32)
    print(f"{(floats(found) - floats(folder / 'expected')).abs().max().item():.1e}")


def articles(folder, threads):
    """Names of all sentences of the articles, with the pipeline of transformers, in batches of 8."""
    tokenizer, model = load(folder, threads)
    pipe = transformers.pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first", batch_size=8)
    started = time.perf_counter()
    with open(folder / "articles.jsonl", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    split = [part.rstrip(".") + "." for text in texts for part in text.split(". ")]
    count = sum(len(found) for found in pipe(split))
    print("python fp32", f"{time.perf_counter() - started:.1f}", count, flush=True)


def main():
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    command, folder, *rest = sys.argv[1:]
    folder = Path(folder)
    if command == "make":
        make(folder)
    elif command == "sentences":
        sentences(folder, int(rest[0]), int(rest[1]))
    elif command == "difference":
        difference(folder, rest[0])
    elif command == "articles":
        articles(folder, int(rest[0]))


if __name__ == "__main__":
    main()
