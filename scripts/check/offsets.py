#!/usr/bin/env python3
"""Checks the offsets in the tables of a run against the articles as they came in.

usage: offsets.py OUT ARTICLES...

OUT is the output folder of a run; ARTICLES are the .txt and .jsonl files that it read (UTF-8, not
compressed; in a .jsonl file each line has an "id" and a "text"). For every row of sentences.csv and
entities.csv, article[start:end] must be the row's text, up to what normalization changes: it is compared
without markup, scripts, entities, soft hyphens, white space and repeated punctuation, with ligatures and
fullwidth forms as plain letters, and with text repaired that was decoded with the wrong encoding. A row of
removed.csv quotes the article to the letter. Every article must be in normalized.csv, and the script fails if one row is wrong.
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


CODECS = "cp1252 latin-1 cp1250 mac-roman cp850 cp437".split()
LATIN_1_IN_1252 = {bytes([byte]).decode("latin-1"): bytes([byte]) for byte in range(0x80, 0xA0)}


def as_bytes(piece, codec):
    """The bytes that were read as some characters, with those of C1 as Latin-1; None if there are none."""
    try:
        return b"".join(LATIN_1_IN_1252.get(c) or c.encode(codec) for c in piece)
    except UnicodeEncodeError:
        return None


def repaired(text):
    """The text with each sequence decoded that is UTF-8 in another encoding, as often as there is one."""

    def decoded(match):
        piece = match[0]
        for start in range(len(piece)):
            for codec in CODECS:
                for end in range(min(len(piece), start + 4), start + 1, -1):
                    data = as_bytes(piece[start:end], codec)
                    try:
                        character = data.decode("utf-8") if data else ""
                    except UnicodeDecodeError:
                        continue
                    if len(character) == 1:
                        rest = re.sub(r"[^\x00-\x7f]{2,}", decoded, piece[end:])
                        return piece[:start] + character + rest
        return piece

    for _ in range(4):
        again = re.sub(r"[^\x00-\x7f]{2,}", decoded, text)
        if again == text:
            break
        text = again
    return text


def letters(text):
    """The letters and digits of a text, and the punctuation that no rule of normalize touches."""
    return re.sub(r"[^\w()\[\]%&§€$/+=]", "", unicodedata.normalize("NFKC", text))


def loose(text):
    """The forms that a text may take in the tables: as it is, and with mojibake repaired."""
    text = re.sub(r"(?is)<(script|style|svg|template)\b.*?(</\1\s*>|$)|<!--.*?-->", "", text)
    text = html.unescape(html.unescape(text))
    text = re.sub(r"<[^<>]{0,200}>", "", text)
    # What was lost when a no-break space became a plain one, or a byte had no character.
    forms = {text, repaired(text), re.sub("[\x80-\x9f]", lambda c: as_bytes(c[0], "cp1252").decode("cp1252", "replace"), repaired(text))}
    forms |= {re.sub("Ã ", "à", re.sub("Â ?|\ufffd", "", form)) for form in forms}
    return {letters(form) for form in forms}


def check(table, texts, column="text", to_the_letter=False):
    rows = exact = changed = wrong = 0
    with open(table, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            quoted = texts[row["article_id"]][int(row["start"]) : int(row["end"])]
            if quoted == row[column]:
                exact += 1
            elif not to_the_letter and loose(quoted) & loose(row[column]):
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
