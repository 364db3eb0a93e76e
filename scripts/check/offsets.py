#!/usr/bin/env python3
"""Checks the offsets in the tables of a run against the articles as they came in.

usage: offsets.py OUT ARTICLES...

OUT is the output folder of a run; ARTICLES are the .txt and .jsonl files that it read (UTF-8, not
compressed; in a .jsonl file each line has an "id" and a "text"). For every row of sentences.csv and
entities.csv, article[start:end] must be the text of the row, apart from what normalization changes: both are compared
without markup, entities, soft hyphens, white space and repeated punctuation. A row of removed.csv must quote
the article exactly. Every article must be in normalized.csv. The script fails if any row is wrong.
"""

import csv
import html
import json
import pathlib
import re
import sys
import unicodedata

csv.field_size_limit(sys.maxsize)


def articles(paths):
    """Yields (id, text) as the articles came in."""
    for path in paths:
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            content = file.read_bytes().decode("utf-8-sig")
            if file.suffix == ".jsonl":
                for number, line in enumerate(content.split("\n"), 1):
                    if line.strip():
                        record = json.loads(line)
                        yield str(record.get("id", f"{file}:{number}")), record["text"]
            else:
                yield str(file), content


def loose(text):
    """The letters and digits of a text, and the punctuation that no rule of normalize changes."""
    text = html.unescape(html.unescape(text))
    text = unicodedata.normalize("NFC", re.sub(r"<[^<>]{0,200}>", "", text))
    return re.sub(r"[^\w()\[\]%&§€$/+=]", "", text)


def check(table, texts, column="text", to_the_letter=False):
    rows = exact = changed = wrong = 0
    with open(table, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            quoted = texts[row["article_id"]][int(row["start"]) : int(row["end"])]
            if quoted == row[column]:
                exact += 1
            elif not to_the_letter and loose(quoted) == loose(row[column]):
                changed += 1
            else:
                wrong += 1
                if wrong <= 10:
                    print(f"  {row['article_id']}: {quoted!r} is not {row[column]!r}")
    print(f"{table.name}: {rows} rows, {exact} to the letter, {changed} up to normalization, {wrong} wrong")
    return wrong


def main():
    out, *paths = map(pathlib.Path, sys.argv[1:])
    texts = dict(articles(paths))
    with open(out / "normalized.csv", encoding="utf-8-sig", newline="") as file:
        found = [row["article_id"] for row in csv.DictReader(file)]
    missing = [name for name in texts if name not in set(found)]
    print(f"normalized.csv: {len(found)} of {len(texts)} articles")
    wrong = sum(check(out / name, texts) for name in ("sentences.csv", "entities.csv"))
    wrong += check(out / "removed.csv", texts, to_the_letter=True)
    if (out / "keywords.csv").exists():
        wrong += check(out / "keywords.csv", texts, column="keyword")
    sys.exit(1 if wrong or missing or len(found) != len(texts) else 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
