#!/usr/bin/env python3
"""Makes a large dump by repeating the articles of a small one, with ids of their own.

usage: make-dump.py ARTICLES.jsonl (--articles N | --bytes N) [--chars N] > dump.jsonl

--chars cuts each article to its first N characters, for dumps of many short ones. Each line of the input
has at least a "text".
"""

import argparse
import itertools
import json
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=argparse.FileType(encoding="utf-8"))
    parser.add_argument("--articles", type=int, default=sys.maxsize)
    parser.add_argument("--bytes", type=int, default=sys.maxsize)
    parser.add_argument("--chars", type=int)
    options = parser.parse_args()

    records = []
    for line in options.source:
        record = json.loads(line)
        record["text"] = record["text"][: options.chars]
        record.pop("id", None)
        if record["text"].strip():
            # Everything but the id is the same each time round.
            records.append(json.dumps(record, ensure_ascii=False)[1:])
    written = 0
    for number, rest in zip(range(options.articles), itertools.cycle(records)):
        line = f'{{"id": "d{number}", {rest}\n'
        written += len(line.encode())
        sys.stdout.write(line)
        if written >= options.bytes:
            break


if __name__ == "__main__":
    main()
