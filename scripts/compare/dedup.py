#!/usr/bin/env python3
"""Measures how well duplicates of articles are found: makes copies, runs blattwerk, and counts.

usage: dedup.py ARTICLES.jsonl [--binary FILE] [--half tune|test|all] [--similarity N...]
                [--shingle N...] [--show]

Each line of ARTICLES.jsonl has at least a "text". The articles are shuffled with a fixed seed and split:
the half "tune" is for choosing settings, "test" for reporting. Every second article is copied in every way that
publishers and scrapers do, and into articles that are not copies but share a passage with it. The other articles
provide headlines, words and the rest of those articles. Each kind is a separate run, on the originals followed by its
copies, so that no missed copy of another kind can take the place of an original.

Recall is the share of copies that are reported with the right original; precision the share of right ones
among all that is reported, originals that are said to be like each other counted as wrong. Of what is no
copy, the share that is reported is printed, which should be 0. --show prints the originals that are
reported; whether they are copies indeed is for a person to see.
"""

import argparse
import csv
import json
import pathlib
import random
import re
import subprocess
import tempfile

SEED = 20
FOOTER = (
    "Sie haben einen Hinweis für uns? Schreiben Sie der Redaktion, sie liest jede Zuschrift. Die Zeitung "
    "erscheint montags bis samstags mit neun Ausgaben in der Region und ist in allen Dienststellen zu haben. "
    "Wer ein Abonnement verschenken möchte, kann das am Schalter in der Bahnhofstraße tun; die Öffnungszeiten "
    "stehen im Impressum. Nachdruck und Weitergabe bedürfen der Erlaubnis des Verlags."
)


def cut(text, share):
    """The first part of a text, up to white space."""
    return text[: int(len(text) * share)].rsplit(None, 1)[0]


def reorder(text, rng):
    """The paragraphs in another order, or the sentences if there is one paragraph only."""
    glue = "\n\n" if "\n\n" in text.strip() else " "
    parts = text.strip().split("\n\n") if glue == "\n\n" else re.split(r"(?<=[.!?]) ", text.strip())
    other = parts[:]
    for _ in range(20):
        rng.shuffle(other)
        if other != parts:
            break
    return glue.join(other)


def change_words(text, share, donor, rng):
    """Some words, one at least, are those of another article."""
    parts = re.split(r"(\s+)", text)
    words = donor.split()
    places = [place for place in range(0, len(parts), 2) if parts[place]]
    for place in rng.sample(places, max(1, round(share * len(places)))):
        parts[place] = rng.choice(words)
    return "".join(parts)


def headline(text, donor):
    return " ".join(donor.split()[:8]) + "\n\n" + text


def agency(text):
    return "HAMBURG (dpa/lno) - " + text.strip() + "\n\n© dpa-infocom, dpa:240517-99-061234/3\n"


def relayout(text, rng):
    """Other line ends, quotation marks and spaces."""
    text = text.replace("„", '"').replace("“", '"').replace("–", "-")
    return re.sub(r" ", lambda _: rng.choice([" ", " ", " ", "\n", "\u00a0"]), text)


def passage(text, share, donor):
    """Another article that ends with the end of this one, both parts as long as the shorter allows."""
    ours, theirs = text.split(), donor.split()
    words = min(len(ours), len(theirs))
    back = max(1, round(share * words))
    return " ".join(theirs[: words - back] + ours[-back:])


COPIES = {
    "other layout": lambda text, donor, rng: relayout(text, rng),
    "cut to 90 %": lambda text, donor, rng: cut(text, 0.9),
    "cut to 80 %": lambda text, donor, rng: cut(text, 0.8),
    "cut to 70 %": lambda text, donor, rng: cut(text, 0.7),
    "cut to 60 %": lambda text, donor, rng: cut(text, 0.6),
    "paragraphs reordered": lambda text, donor, rng: reorder(text, rng),
    "other headline": lambda text, donor, rng: headline(text, donor),
    "dateline, agency line": lambda text, donor, rng: agency(text),
    "2 % of words changed": lambda text, donor, rng: change_words(text, 0.02, donor, rng),
    "5 % of words changed": lambda text, donor, rng: change_words(text, 0.05, donor, rng),
    "footer of 63 words": lambda text, donor, rng: text.strip() + "\n\n" + FOOTER,
    "edited": lambda text, donor, rng: headline(
        agency(change_words(reorder(cut(text, 0.85), rng), 0.02, donor, rng)), donor
    ),
}
OTHERS = {
    "a passage of 20 %": lambda text, donor, rng: passage(text, 0.2, donor),
    "a passage of 30 %": lambda text, donor, rng: passage(text, 0.3, donor),
    "a passage of 40 %": lambda text, donor, rng: passage(text, 0.4, donor),
    "a passage of 50 %": lambda text, donor, rng: passage(text, 0.5, donor),
}


def run(binary, folder, records, similarity, shingle):
    """The rows of duplicates.csv for some records, (id, text) each."""
    dump = folder / "dump.jsonl"
    with dump.open("w", encoding="utf-8") as file:
        for name, text in records:
            file.write(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n")
    settings = [f"{stage}.backend=off" for stage in ("split", "ner", "sentiment", "summarize")]
    settings += ["dedup.backend=minhash", f"dedup.similarity={similarity}", f"dedup.shingle={shingle}"]
    command = [binary, "run", "--quiet", "--overwrite", "--input", dump, "--output", folder / "out"]
    for setting in settings:
        command += ["--set", setting]
    # The config of the current folder must not be used.
    subprocess.run(command, check=True, cwd=folder)
    with open(folder / "out" / "duplicates.csv", encoding="utf-8", newline="") as file:
        return [(row["article_id"], row["of"], float(row["similarity"])) for row in csv.DictReader(file)]


def measure(options, articles, folder, similarity, shingle):
    """Percentages by kind, and the originals that are reported."""
    rng = random.Random(SEED)
    # Each provides for one, so that two copies have in common only what their originals have.
    lenders, originals = articles[0::2], articles[1::2]
    base = [(f"{number}", text) for number, text in enumerate(originals)]
    alike = run(options.binary, folder, base, similarity, shingle)
    figures, right, wrong = {}, 0, 0
    for kind, make in (COPIES | OTHERS).items():
        made = [
            (f"{number}/copy", make(text, lender, rng))
            for number, (text, lender) in enumerate(zip(originals, lenders))
        ]
        rows = run(options.binary, folder, base + made, similarity, shingle)
        if kind in OTHERS:
            figures[kind] = 100 * sum(name.endswith("/copy") for name, _, _ in rows) / len(made)
            continue
        # An original that is a duplicate itself is represented by the first of its group.
        group = {name: of for name, of, _ in rows if not name.endswith("/copy")}
        found = sum(name == of + "/copy" or group.get(name.removesuffix("/copy")) == of for name, of, _ in rows)
        figures[kind] = 100 * found / len(made)
        right, wrong = right + found, wrong + len(rows) - found
    figures["all copies: recall"] = 100 * right / (len(COPIES) * len(originals))
    figures["all copies: precision"] = 100 * right / max(1, right + wrong)
    figures["distinct originals"] = 100 * len(alike) / len(originals)
    return figures, [(base[int(name)][1], base[int(of)][1], share) for name, of, share in alike]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("target/release/blattwerk"))
    parser.add_argument("--half", choices=["tune", "test", "all"], default="test")
    parser.add_argument("--similarity", type=float, nargs="+", default=[0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    parser.add_argument("--shingle", type=int, nargs="+", default=[3])
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    options.binary = options.binary.resolve()

    with options.articles.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    articles = [text for text in texts if len(text.split()) >= 5]
    random.Random(SEED).shuffle(articles)
    half = len(articles) // 2
    articles = {"tune": articles[:half], "test": articles[half:], "all": articles}[options.half]
    words = sorted(len(text.split()) for text in articles)
    print(f"{len(articles)} articles ({options.half}) of {words[len(words) // 2]} words in the median")

    for shingle in options.shingle:
        with tempfile.TemporaryDirectory() as folder:
            results = [
                measure(options, articles, pathlib.Path(folder), similarity, shingle)
                for similarity in options.similarity
            ]
        print(f"\nshingle {shingle:<20}" + "".join(f"{value:>8}" for value in options.similarity))
        summary = ["all copies: recall", "all copies: precision"]
        for title, kinds in [("copies found, %", [*COPIES, *summary]), ("others reported, %", ["distinct originals", *OTHERS])]:
            print(title)
            for kind in kinds:
                print(f"  {kind:<26}" + "".join(f"{figures[kind]:>8.1f}" for figures, _ in results))
        if options.show:
            for later, first, share in results[0][1]:
                print(f"\n{share:.3f}\n  {first[:300]!r}\n  {later[:300]!r}")


if __name__ == "__main__":
    main()
