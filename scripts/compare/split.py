"""Runs sentence splitters over gold files and compares them; called by split.sh.

Every splitter gets the same text: the sentences of a document joined by a space, or by a line end after a sentence
without a final mark. A line end is a boundary in news, but some splitters ignore it; so that this does not affect
the measurement, each gets a document line by line. A boundary is the end of a sentence that is not the last of its
document; it is correct if it falls between the same two letters.
"""

import json
import re
import subprocess
import sys
import time

FINAL = re.compile(r"[.!?…][\"'“”’‘»«›‹)\]}]*$")


def read(path):
    documents = [[]]
    with open(path, encoding="utf-8") as file:
        for line in map(str.strip, file):
            if line:
                documents[-1].append(line)
            elif documents[-1]:
                documents.append([])
    return [document for document in documents if document]


def join(sentences):
    text = ""
    for sentence in sentences:
        text += ("" if not text else " " if FINAL.search(text) else "\n") + sentence
    return text


def boundaries(text, ends):
    """Where sentences end, counted in letters, so that the space between them may belong to either."""
    found = {len("".join(text[:end].split())) for end in ends}
    return found - {0, len("".join(text.split()))}


def by_line(ends_of_line):
    """Turns a splitter of lines into one of documents, which yields the ends of sentences."""

    def split(texts):
        for text in texts:
            ends, at = [], 0
            for line in text.split("\n"):
                ends += [at + end for end in ends_of_line(line)] + [at + len(line)]
                at += len(line) + 1
            yield ends

    return split


def found_in_order(line, sentences):
    """The ends of sentences given as strings, possibly with other white space."""
    at = 0
    for sentence in sentences:
        for letter in sentence:
            if not letter.isspace():
                at = line.index(letter, at) + 1
        yield at


def somajo():
    from somajo import SoMaJo

    tokenizer = SoMaJo("de_CMC", split_sentences=True, character_offsets=True)

    def ends(line):
        return [tokens[-1].character_offset[1] for tokens in tokenizer.tokenize_text([line]) if tokens]

    return by_line(ends)


def pysbd():
    from pysbd import Segmenter

    segmenter = Segmenter(language="de", clean=False)
    return by_line(lambda line: list(found_in_order(line, segmenter.segment(line))))


def punkt():
    import punkt

    tokenizer = punkt.PunktSentenceTokenizer(punkt.load_model("german"))
    return by_line(lambda line: [end for _, end in tokenizer.span_tokenize(line)])


def syntok():
    from syntok import segmenter

    def ends(line):
        sentences = (sentence for paragraph in segmenter.analyze(line) for sentence in paragraph)
        return [tokens[-1].offset + len(tokens[-1].value) for tokens in map(list, sentences) if tokens]

    return by_line(ends)


def spacy():
    import spacy

    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    return by_line(lambda line: [sentence.end_char for sentence in nlp(line).sents])


def blattwerk(texts):
    """Our own splitter; it measures its time itself, without the parsing of JSON."""
    texts = list(texts)
    repeats = 1 + 2_000_000 // sum(map(len, texts))
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts * repeats)
    run = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True)
    spans = [json.loads(line) for line in run.stdout.splitlines()[: len(texts)]]
    return [[end for _, end in document] for document in spans], float(run.stderr) / repeats


def main():
    peers = [("SoMaJo 2.5", somajo), ("pySBD", pysbd), ("NLTK punkt", punkt), ("syntok", syntok), ("spaCy sentencizer", spacy)]
    peers = [(name, make()) for name, make in peers]
    for path in sys.argv[2:]:
        documents = read(path)
        texts = [join(document) for document in documents]
        size = sum(len(text.encode()) for text in texts)
        gold = []
        for document, text in zip(documents, texts):
            letters = 0
            ends = []
            for sentence in document:
                letters += len("".join(sentence.split()))
                ends.append(letters)
            gold.append(set(ends[:-1]))
        print(f"{path}: {len(documents)} documents, {sum(map(len, gold))} boundaries, {size / 1e6:.2f} MB")
        print(f"  {'':18} {'P':>6} {'R':>6} {'F1':>6} {'MB/s':>8}")
        for name, split in [*peers, ("blattwerk", None)]:
            if split is None:
                ends, seconds = blattwerk(texts)
            else:
                start = time.perf_counter()
                ends = list(split(texts))
                seconds = time.perf_counter() - start
            found = [boundaries(text, those) for text, those in zip(texts, ends)]
            right = sum(len(a & b) for a, b in zip(gold, found))
            expected, all_found = sum(map(len, gold)), sum(map(len, found))
            precision = right / all_found if all_found else 1
            recall = right / expected if expected else 1
            f1 = 2 * right / (expected + all_found) if expected + all_found else 1
            print(f"  {name:18} {precision:6.2%} {recall:6.2%} {f1:6.2%} {size / seconds / 1e6:8.2f}", flush=True)


if __name__ == "__main__":
    main()
