#!/usr/bin/env python3
"""Makes a large dump by repeating the articles of a small one, with new ids.

usage: make-dump.py ARTICLES.jsonl (--articles N | --bytes N) [--chars N] [--sentences N] > dump.jsonl

--chars cuts each article to its first N characters, for dumps of many short articles. --sentences makes each article
of N random sentences from all articles, with a fixed seed, so that all are different. Each line of the input has at
least a "text".
"""

import argparse
import itertools
import json
import random
import re
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=argparse.FileType(encoding="utf-8"))
    parser.add_argument("--articles", type=int, default=sys.maxsize)
    parser.add_argument("--bytes", type=int, default=sys.maxsize)
    parser.add_argument("--chars", type=int)
    parser.add_argument("--sentences", type=int)
    options = parser.parse_args()

    sources = map(json.loads, options.source)
    if options.sentences:
        sentences = [s for record in sources for s in re.findall(r"\S.{20,300}?[.!?](?=\s)", record["text"])]
        rng = random.Random(1)
        texts = (" ".join(rng.choices(sentences, k=options.sentences)) for _ in itertools.repeat(None))
        write(options, (json.dumps({"text": text}, ensure_ascii=False)[1:] for text in texts))
        return
    records = []
    for record in sources:
        record["text"] = record["text"][: options.chars]
        record.pop("id", None)
        if record["text"].strip():
            # Everything except the id is the same in every round.
            records.append(json.dumps(record, ensure_ascii=False)[1:])
    write(options, itertools.cycle(records))


def write(options, records):
    """Writes records, whose opening brace and id are still missing, until there are enough."""
    written = 0
    for number, rest in zip(range(options.articles), records):
        line = f'{{"id": "d{number}", {rest}\n'
        written += len(line.encode())
        sys.stdout.write(line)
        if written >= options.bytes:
            break


if __name__ == "__main__":
    main()
