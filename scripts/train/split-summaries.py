#!/usr/bin/env python3
"""Makes gold files for summaries: JSON Lines with `text`, `summary` and, if there is one, `title`.

    scripts/train/split-summaries.py DATA OUT

DATA has summarize/klexikon.dev.jsonl.gz and raw/wikinews_de.jsonl. Each set is split in two by the SHA-256 of the
article's id: the weights of `features` are tuned on NAME.tune.jsonl, and measured on NAME.report.jsonl.

    klexikon         a long encyclopedia article; the summary is the article for children
    wikinews         a story without its first paragraph, which is the summary
    wikinews-title   the same, with the headline as title
    headline         a whole story; the summary is its headline
"""

import gzip
import hashlib
import json
import pathlib
import re
import sys

LEAST_WORDS = 60  # of a story without its first paragraph
LEAST_SUMMARY = 8  # words of its first paragraph


def half(key):
    return ("tune", "report")[hashlib.sha256(key.encode()).digest()[0] % 2]


def klexikon(data):
    with gzip.open(data / "summarize/klexikon.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            yield "klexikon", record["id"], {"text": record["text"], "summary": record["summary"]}


def wikinews(data):
    with open(data / "raw/wikinews_de.jsonl", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            # "13389 - Headline (2005-10-04)"
            title = re.sub(r"^\d+ - |\s*\(\d{4}-\d\d-\d\d\)$", "", record["title"])
            yield "headline", record["id"], {"text": record["text"], "summary": title}
            first, _, rest = record["text"].strip().partition("\n\n")
            if len(rest.split()) >= LEAST_WORDS and len(first.split()) >= LEAST_SUMMARY:
                story = {"text": rest.strip(), "summary": first}
                yield "wikinews", record["id"], story
                yield "wikinews-title", record["id"], {**story, "title": title}


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: split-summaries.py DATA OUT")
    data, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    files = {}
    for read in (klexikon, wikinews):
        for name, key, gold in read(data):
            files.setdefault(f"{name}.{half(key)}.jsonl", []).append(json.dumps(gold, ensure_ascii=False))
    for name, lines in files.items():
        (out / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
