#!/usr/bin/env bash
# Measures how exactly and how fast the story of web pages is read, compared with Python's trafilatura on the same pages,
# each on one thread.
#
# usage: scripts/bench/html.sh PAGES [ROUNDS]
#
# PAGES is a folder with one or both of two lists in JSON Lines, whose lines have `id`, `url` and `page` (a file in the
# folder, plain or gzip): `news.jsonl` with `title` and `blocks` (pairs of a kind and a text), the story; `web.jsonl` with
# `with` and `without`, phrases that are in the text and that are not. Where a page has a lead, it is taken with the text
# for the phrases, and is left out for the blocks, which have none.
#
# The peer is installed from PyPI into an environment under target/. It extracts all pages ROUNDS times (default 3), ours
# twenty times as often; what counts is the time of the processor, since other programs may run as well.
set -euo pipefail
pages=$(realpath "${1:?usage: scripts/bench/html.sh PAGES [ROUNDS]}")
rounds=${2:-3}
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
venv=$target/bench-html
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet trafilatura==2.3.1 lxml_html_clean
    touch "$venv/ready"
fi
cargo build --quiet --release -p blattwerk-html --example html
exec "$venv/bin/python" -W ignore - "$pages" "$rounds" "$target/release/examples/html" <<'PYTHON'
import collections, gzip, json, pathlib, re, resource, subprocess, sys, time

import trafilatura

folder, rounds, program = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def read(line):
    page = (folder / line["page"]).read_bytes()
    page = gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page
    return page.decode("utf-8", "replace")


def peer(lines):
    """Returns what trafilatura finds, and the seconds that a round takes."""
    pages = [read(line) for line in lines]
    texts = [trafilatura.extract(page, include_comments=False) for page in pages]
    start = time.process_time()
    for page in pages * rounds:
        trafilatura.extract(page, include_comments=False)
    seconds = (time.process_time() - start) / rounds
    found = []
    for page, text in zip(pages, texts):
        metadata = trafilatura.extract_metadata(page)
        found.append({"text": text, "title": metadata and metadata.title, "date": metadata and metadata.date})
    return found, seconds


def ours(path):
    """Returns what blattwerk finds, and the seconds that a round takes: the rest is reading and writing."""

    def run(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output = subprocess.run([program, path, str(rounds)], stdout=subprocess.PIPE, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return output, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    output, once = run(1)
    _, often = run(1 + 20 * rounds)
    return [json.loads(line) for line in output.splitlines()], (often - once) / (20 * rounds)


def words(text):
    return re.findall(r"\w+", text.lower())


def shingles(text):
    found = words(text)
    return collections.Counter(tuple(found[at : at + 4]) for at in range(max(1, len(found) - 3)) if found)


def exact(lines, found):
    """Precision and recall of shingles of four words, averaged over pages, and how many titles are the same."""
    precision = recall = titles = 0
    for line, page in zip(lines, found):
        gold, text = shingles("\n".join(block[-1] for block in line["blocks"])), shingles(page["text"] or "")
        common = (gold & text).total()
        precision += common / max(1, text.total()) / len(lines)
        recall += common / gold.total() / len(lines)
        titles += words(page.get("title") or "") == words(line["title"])
    f1 = 2 * precision * recall / (precision + recall)
    dates = sum(bool(page.get("date")) for page in found)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  titles {titles}/{len(lines)}  dates found {dates}/{len(lines)}"


def phrases(lines, found):
    """How many phrases are where they should be."""
    right = {"with": 0, "without": 0}
    for line, page in zip(lines, found):
        text = " ".join(f"{page.get('teaser') or ''} {page['text'] or ''}".split())
        right["with"] += sum(" ".join(phrase.split()) in text for phrase in line["with"])
        right["without"] += sum(" ".join(phrase.split()) not in text for phrase in line["without"])
    total = {key: sum(len(line[key]) for line in lines) for key in right}
    share = sum(right.values()) / sum(total.values())
    return "  ".join(f"{key} {right[key]}/{total[key]}" for key in right) + f"  right {share:.3f}"


for name, score in (("news.jsonl", exact), ("web.jsonl", phrases)):
    if not (folder / name).exists():
        continue
    lines = [json.loads(line) for line in open(folder / name, encoding="utf-8")]
    seconds = {}
    for tool, (found, seconds[tool]) in (("trafilatura", peer(lines)), ("blattwerk", ours(folder / name))):
        print(f"{name:<10} {tool:<12} {score(lines, found)}  {len(lines) / seconds[tool]:>7.0f} pages/s")
    print(f"{name:<10} ratio        {seconds['trafilatura'] / seconds['blattwerk']:.1f}")
PYTHON
