#!/usr/bin/env python3
"""Builds the embedded gazetteer, models/gazetteer-de/names.tsv.

    scripts/train/gazetteer.py DATA [--report]

DATA holds the lists of places and the German texts that MODEL.md names. What goes into the list:

  chosen.txt    parties, organizations, firms, press, clubs; regions, and cities abroad by their German
                names: written by hand, and used as they are
  countries     of CLDR and the Auswärtiges Amt, without entries that are not names of countries
  towns         in Germany, Austria and Switzerland with more than 5,000 inhabitants, unless in the texts
                the word is mostly something else: a noun, the beginning of a sentence, a person
  more places   smaller ones there, and cities with more than 100,000 elsewhere, only if the texts mention
                them, and as places
  capitals      each place of one word also in capitals, as in datelines

--report prints every name in the list that the training sentences label differently more than once.
It uses only the standard library, and the program `zstd` to decompress the texts.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "gazetteer-de"
WORD = re.compile(r"[^\W_]+(?:[-’'.][^\W_]+)*|[.!?:„“\"»«]")
ENDINGS = {"*": ["e", "en", "er"], "^": ["e", "en", "er", "es"]}

DETERMINERS = set(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner am im zum zur vom"
    " beim ins ans dieser diese dieses diesen diesem jeder jede jedes jeden jedem mein meine meinen meiner sein"
    " seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren unserer alle allen viele vielen"
    " mehr welche welcher".split()
)
BEFORE_PLACES = set("in aus nach bei Raum Stadt Gemeinde Landkreis".split())
BEFORE_PERSONS = set(
    "Herr Herrn Frau Kollege Kollegen Kollegin Minister Ministerin Präsident Dr Prof Professor Abgeordnete"
    " Abgeordneten Abgeordneter Kanzler König Staatssekretär".split()
)
# Entries of the lists of countries that are not names of places in a German text.
NO_COUNTRY = re.compile(
    r"^(Welt|UN|Pseudo-.*|Unbekannte Region|Europäische Union|Eurozone|.*\(.*|Amerikanische Überseeinseln"
    r"|Ascension|St\. Martin|Jersey|Äußeres Ozeanien|Nördliches Amerika|Südliches Afrika|.*,.*|Heiliger Stuhl)$"
)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", type=pathlib.Path, metavar="DATA")
    arguments.add_argument("--report", action="store_true")
    arguments = arguments.parse_args()
    lists = arguments.data / "gazetteers"

    chosen, out = read_chosen(MODEL / "chosen.txt")
    names = dict(chosen)
    for country in read(lists / "cldr_territories_de.txt") | read(lists / "countries_auswaertiges_amt.txt"):
        if not NO_COUNTRY.match(country):
            for form in inflected(country):
                names.setdefault(form, "LOC")

    large = {form for town in read(lists / "geonames_dach_places_5000.txt") for form in shortened(town)}
    small = read(lists / "geonames_dach_places_500.txt") - large
    world = read(lists / "geonames_world_cities_100k.txt") - large - small
    given = read(lists / "given_names_de_faker.txt") | read(lists / "given_names_berlin.txt")
    people = given | read(lists / "surnames_de_faker.txt") | read(lists / "surnames_germaner.txt")

    candidates = {name for name in large | small | world if name not in names and is_name(name)} - out
    uses = count(candidates, arguments.data, given - candidates)
    labels = label_counts(arguments.data / "ner" / "germeval2014_fulltags_flags.train.tsv", set(names) | candidates)
    for name in candidates:
        if is_place(uses[name], labels[name], name in people, name in large):
            names[name] = "LOC"
    for name in out:
        names.pop(name, None)
    # "BUKAREST, Rumänien – ...": the place in a dateline is often in capitals.
    names |= {
        name.upper(): label
        for name, label in names.items()
        if label == "LOC" and len(name) >= 4 and name.replace("-", "").isalpha()
    }

    lines = "".join(f"{name}\t{label}\n" for name, label in sorted(names.items()))
    (MODEL / "names.tsv").write_text(lines, encoding="utf-8")
    counts = collections.Counter(names.values())
    print(f"{len(names)} names: " + ", ".join(f"{label} {n}" for label, n in sorted(counts.items())))
    if arguments.report:
        report(names, labels)


def read(path):
    return {line.strip().replace("’", "'") for line in path.read_text("utf-8").splitlines()} - {""}


def read_chosen(path):
    names, out, label = {}, set(), None
    for line in path.read_text("utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            label = line.strip("[]")
            continue
        for name in filter(None, (part.strip() for part in line.split(","))):
            if label == "out":
                out.add(name)
                continue
            for form in forms(name):
                names[form] = label
    return names, out


def forms(name):
    """The forms of a name in the notation of chosen.txt."""
    mark = next((mark for mark in ENDINGS if mark in name), None)
    names = [name.replace(mark, ending) for ending in ENDINGS[mark]] if mark else [name]
    return [form for name in names for form in {name.replace("(n)", "n"), name.replace("(n)", "")}]


def inflected(country):
    """The forms of a country's name, such as "Dominikanische Republik" and "Dominikanischen Republik"."""
    adjective = re.fullmatch(r"(\w+(?:isch|iert|inigt))(es?)( .*)", country)
    if not adjective:
        return [country]
    stem, ending, rest = adjective.groups()
    return [stem + ending + rest for ending in ENDINGS["^" if ending == "es" else "*"]]


def shortened(town):
    """The name of a town, with and without its river: "Bad Homburg vor der Höhe", "Bad Homburg"."""
    short = re.sub(r" (am|an der|an dem|in|im|vor|bei|ob|auf|unter) .*", "", town)
    return {town, short} if short.startswith("Bad ") else {town}


def is_name(name):
    """Whether an entry can occur in a German text, and is more than the beginning of a word."""
    return (
        len(name) >= 3
        and name[0].isupper()
        and not re.search(r"\d|Bezirk|[()/,]", name)
        and not re.search(r"[^\x00-\x7fäöüÄÖÜßéèêáàâóòôíìîúùûçñëïøåãõÉÁÅØÎÔ ]", name)
    )


class Uses:
    __slots__ = ("total", "lower", "noun", "place", "person")

    def __init__(self):
        self.total = self.lower = self.noun = self.place = self.person = 0


def count(candidates, data, given):
    """Counts how the texts use each candidate, by the word before it."""
    uses = collections.defaultdict(Uses)
    lower = {name.lower(): name for name in candidates if " " not in name}
    longer = collections.defaultdict(list)
    for name in candidates:
        if " " in name:
            longer[name.split(" ")[0]].append(name)
    for text in texts(data / "raw"):
        before = ""
        for word in WORD.finditer(text):
            at, word = word.start(), word.group()
            if word in candidates:
                use = uses[word]
                use.total += 1
                use.noun += before in DETERMINERS or before.lower() in DETERMINERS
                use.place += before in BEFORE_PLACES or before.lower() in BEFORE_PLACES
                use.person += before in given or before in BEFORE_PERSONS
            elif word in lower:
                uses[lower[word]].lower += 1
            for name in longer.get(word, ()):
                if text.startswith(name, at):
                    uses[name].total += 1
                    uses[name].place += before.lower() in BEFORE_PLACES
            before = word
    return uses


def texts(raw):
    for path in sorted(raw.iterdir()):
        command = ["zstd", "-dc", path] if path.suffix == ".zst" else ["cat", path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                yield json.loads(line)["text"]


def label_counts(path, names):
    """Counts how the training sentences label each name: a label, `O` for no name, or `part` of another."""
    counts = collections.defaultdict(collections.Counter)
    first = collections.defaultdict(list)
    for name in names:
        first[name.split(" ")[0]].append(name.split(" "))
    for block in path.read_text("utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        words = [row[0] for row in rows]
        # A word that replaces a rare one (flag S) says nothing about itself.
        tags = [row[1] if row[2] != "S" else "I-replaced" for row in rows] + ["O"]
        for at, word in enumerate(words):
            for name in first.get(word, ()):
                end = at + len(name)
                if words[at:end] != name:
                    continue
                label = tags[at][2:]
                if tags[at:end] == ["B-" + label] + ["I-" + label] * (len(name) - 1) and tags[end][:2] != "I-":
                    counts[" ".join(name)][label] += 1
                elif set(tags[at:end]) == {"O"}:
                    counts[" ".join(name)]["O"] += 1
                else:
                    counts[" ".join(name)]["part"] += 1
    return counts


def is_place(use, labels, is_person, is_large):
    """Whether a word from a list of places is a place in news."""
    if sum(labels.values()) - labels["part"] > 1.6 * labels["LOC"]:
        return False
    if use.lower > max(1, 0.05 * use.total) or use.noun > max(1, 0.12 * use.total):
        return False
    # "Borussia Dortmund" looks like a person, so a town that is often mentioned as a place is kept.
    if use.person > max(1, (0.25 if use.place >= 0.25 * use.total else 0.05) * use.total):
        return False
    if not is_large:
        return use.place >= 2 and use.place >= (0.35 if is_person else 0.25) * use.total
    is_used_as_place = use.total >= 4 and use.place >= 0.2 * use.total
    return is_used_as_place or not is_person and (use.total < 10 or use.place >= 0.08 * use.total)


def report(names, labels):
    for name in sorted(names):
        right = labels[name][names[name]]
        wrong = sum(labels[name].values()) - labels[name]["part"] - right
        if wrong > 1 and wrong > 0.3 * right:
            print(f"{name} ({names[name]}): {dict(labels[name])}", file=sys.stderr)


if __name__ == "__main__":
    main()
