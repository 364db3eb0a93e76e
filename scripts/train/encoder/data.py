"""The labelled sentences, as words with tags, names and stances."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from pieces import MARK

CLASSES = ["PER", "LOC", "ORG", "MISC"]
TAGS = ["O"] + [f"{part}-{label}" for label in CLASSES for part in "BI"]
STANCES = "-0+"
# Where sentences are from, and the beginning that says so.
READERS = {"wikinews": "news", "written": "news", "kinds": "news", "reports": "news", "bundestag": "speech"}
OTHERS = {"germeval2014": "germeval", "smartdata_newsonly": "smartdata"}
# Raw sentences with the names that a former encoder and the tagger found together.
TAUGHT = "taught"
BEGINS = READERS | OTHERS | {TAUGHT: "news"}
# Sentences of the kinds that models get wrong: the tone, a tab, and the text with each name as [text|class|stance].
KINDS = Path(__file__).parent.parent / "kinds.tsv"
# News reports with their sentences in the same form, and a blank line between two reports.
REPORTS = Path(__file__).parent.parent / "reports.tsv"
# Words for groups of people that `swapped` exchanges: beginnings, and the endings that all of them take.
GROUPS = [
    (
        "ägyptisch albanisch amerikanisch bulgarisch chinesisch deutsch dänisch finnisch französisch griechisch irakisch iranisch "
        "israelisch italienisch kroatisch kurdisch marokkanisch niederländisch norwegisch polnisch rumänisch russisch schwedisch "
        "serbisch spanisch syrisch tschechisch tunesisch türkisch ukrainisch ungarisch vietnamesisch".split(),
        "e en er es em".split(),
    ),
    (
        "Albaner Algerier Amerikaner Iraker Iraner Italiener Japaner Kanadier Marokkaner Norweger Schweizer Spanier Syrer Tunesier "
        "Ukrainer Österreicher".split(),
        ["", "n", "s", "in", "innen"],
    ),
    ("Afghan Bulgar Chines Dän Finn Griech Kroat Pol Rumän Russ Schwed Serb Tschech Türk".split(), "e en in innen".split()),
    ("buddhistisch christlich evangelisch islamisch jüdisch katholisch muslimisch".split(), "e en er es em".split()),
    ("Buddhist Christ Jud Katholik Protestant".split(), ["en"]),
    ("Männer Frauen Jugendliche Senioren".split(), [""]),
    ("AfD BSW CDU CSU FDP FPÖ SPD SPÖ SVP ÖVP".split(), [""]),
    ("Grünen Linken".split(), [""]),
]
# Plurals that `swapped` exchanges for words of PEOPLE, so that these mean as little.
BYSTANDERS = set(
    "Angehörige Anwohner Arbeiter Bauern Besucher Bewohner Bürger Eltern Fahrgäste Fans Freunde Gäste Helfer Hunderte Jugendliche "
    "Kinder Kollegen Kunden Leute Lehrer Menschen Mieter Mitarbeiter Nachbarn Passanten Personen Reisende Schüler Studierende "
    "Teilnehmer Touristen Urlauber Wähler Zeugen Zuschauer".split()
)
PEOPLE = (
    "Afghanen Afrikaner Albaner Araber Atheisten Blinde Buddhisten Bulgaren Chinesen Christdemokraten Christen Deutsche Einheimische "
    "Franzosen Frauen Geflüchtete Griechen Grüne Hindus Homosexuelle Iraner Italiener Juden Katholiken Konservative Kurden Lesben "
    "Liberale Linke Männer Migranten Muslime Polen Protestanten Rentner Roma Rumänen Russen Schwarze Schweizer Schwule Senioren Serben "
    "Sozialdemokraten Spanier Syrer Türken Ukrainer Ungarn Vietnamesen Österreicher".split()
)
NO_SPACE_BEFORE = {*",.;:!?)]}“”…%", "''"}
# Sentences of GermEval with a larger part of replaced words say little about real ones.
MOST_SURROGATES = 0.3


@dataclass
class Sentence:
    """`words` are normalized, `tags` indices of TAGS, `names` (first word, end word, class, stance). `twin` is the same sentence about
    others, if it is read with it."""

    source: str
    article: str
    words: list
    spans: list
    tags: list
    names: list = field(default_factory=list)
    tone: int = -1
    twin: "Sentence | None" = None


def texts(folder):
    """The texts of all training sentences."""
    for name in READERS:
        yield from (row["text"] for row in labelled(folder, name, "train"))
    for name in OTHERS:
        yield from (joined(word for word, _ in lines)[0] for lines in blocks(folder / f"ner/{name}.train.tsv"))


def sentences(folder, name, part, pieces):
    """The sentences of a source. `part` is train or dev."""
    if name in READERS:
        found = [
            sentence(name, row["article"], row["text"], row["names"], pieces, STANCES.index(row["tone"]))
            for row in labelled(folder, name, part)
        ]
        if name in ("written", "kinds"):
            # Each is on its own: the article is only the theme.
            for number, item in enumerate(found):
                item.article = f"{item.article}-{number}"
        return found
    found = []
    for number, lines in enumerate(blocks(folder / f"ner/{name}.{part}.tsv")):
        text, spans = joined(word for word, _ in lines)
        found.append(sentence(name, f"{name}-{number}", text, names(spans, [tag for _, tag in lines]), pieces))
    if (name, part) == ("germeval2014", "train"):
        flags = [[line[-1] for line in lines] for lines in blocks(folder / f"ner/{name}_fulltags_flags.train.tsv")]
        assert len(flags) == len(found)
        found = [item for item, flag in zip(found, flags) if flag.count("S") <= MOST_SURROGATES * len(flag)]
    return found


def taught(path, count, pieces, rng):
    """`count` sentences with names of a file of labelled sentences without stance and tone, drawn at random."""
    found = [row for row in rows(path) if row["names"]]
    return [
        sentence(TAUGHT, f"{TAUGHT}-{number}", row["text"], [[*name[:3], "0"] for name in row["names"]], pieces)
        for number, row in enumerate(rng.sample(found, min(count, len(found))))
    ]


def labelled(folder, name, part):
    """The sentences of readers and writers."""
    if name not in ("kinds", "reports"):
        return list(rows(folder / f"readers/{name}.{part}.jsonl"))
    if part != "train":
        return []
    if name == "kinds":
        return [marked(line, name) for line in KINDS.read_text(encoding="utf-8").splitlines()]
    reports = enumerate(REPORTS.read_text(encoding="utf-8").split("\n\n"))
    return [marked(line, f"{name}-{number}") for number, report in reports for line in report.splitlines() if line]


def marked(line, article):
    """A line of KINDS or REPORTS, as the other files have it."""
    tone, marks = line.split("\t")
    text, names = "", []
    for number, piece in enumerate(re.split(r"\[([^|\]]+\|(?:PER|LOC|ORG|MISC)\|[-0+])\]", marks)):
        if number % 2:
            name, label, stance = piece.split("|")
            names.append([len(text), len(text) + len(name), label, stance])
            piece = name
        text += piece
    return {"article": article, "text": text, "names": names, "tone": tone}


def sentence(source, article, text, marks, pieces, tone=-1):
    words = pieces.words(text)
    tags, found = [0] * len(words), []
    for start, end, label, stance in marks:
        inside = [index for index, (a, b, _) in enumerate(words) if a < end and b > start]
        if not inside:
            continue
        first, last = inside[0], inside[-1] + 1
        kind = CLASSES.index(label)
        tags[first:last] = [1 + 2 * kind] + [2 + 2 * kind] * (last - first - 1)
        found.append((first, last, kind, STANCES.index(stance)))
    spans = [(start, end) for start, end, _ in words]
    return Sentence(source, article, [word for _, _, word in words], spans, tags, found, tone)


def rows(path):
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def blocks(path):
    """The sentences of a file with a token a line: lists of columns."""
    block = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line:
                block.append(line.split("\t"))
            elif block:
                yield block
                block = []
    if block:
        yield block


def joined(tokens):
    """Tokens as a text with the usual spaces, and the span of each."""
    text, spans, quoted, glue = "", [], False, True
    for token in tokens:
        closes = token in NO_SPACE_BEFORE or (token == '"' and quoted)
        if not glue and not closes:
            text += " "
        spans.append((len(text), len(text) + len(token)))
        text += token
        glue = token in "([{„" or (token == '"' and not quoted)
        quoted ^= token == '"'
    return text, spans


def names(spans, tags):
    """BIO tags as marked names; the stance of each is not known, so it is neutral."""
    found = []
    for (start, end), tag in zip(spans, tags):
        if tag[:2] == "I-" and found and found[-1][2] == tag[2:] and found[-1][4]:
            found[-1][1] = end
        elif tag != "O" and tag[2:] in CLASSES:
            found.append([start, end, tag[2:], "0", True])
        if tag == "O" and found:
            found[-1][4] = False
    return [item[:4] for item in found]


def swapped(item, others, chance, rng):
    """The sentence with some names of persons and places, and words for groups, exchanged for others, so that stance depends on what is
    said of them.

    `others` has lists of names (each a list of words) by class and by whether they end in s.
    """
    words, tags, found, at = [], [], [], 0
    for first, end, kind, stance in item.names:
        words += regrouped(item.words[at:first], chance, rng)
        tags += item.tags[at:first]
        name = item.words[first:end]
        if kind < 2 and rng.random() < chance:
            marked = name[0].startswith(MARK)
            name = rng.choice(others[kind, name[-1].endswith("s")])
            name = [(MARK if marked else "") + name[0].lstrip(MARK), *name[1:]]
        else:
            name = regrouped(name, chance, rng, is_name=True)
        found.append((len(words), len(words) + len(name), kind, stance))
        words += name
        tags += [1 + 2 * kind] + [2 + 2 * kind] * (len(name) - 1)
        at = end
    words += regrouped(item.words[at:], chance, rng)
    tags += item.tags[at:]
    return Sentence(item.source, item.article, words, [], tags, found, item.tone)


def regrouped(words, chance, rng, is_name=False):
    """The words with some of those of GROUPS exchanged for others of their kind, in the same form, and some for people at all for PEOPLE."""
    found = []
    for word in words:
        mark, plain = (MARK, word[len(MARK) :]) if word.startswith(MARK) else ("", word)
        group, ending = FORMS.get(plain, (None, None))
        if not is_name and (plain in BYSTANDERS or plain in PEOPLE):
            if rng.random() < chance:
                word = mark + rng.choice(PEOPLE)
        elif group is not None and rng.random() < chance:
            word = mark + rng.choice(GROUPS[group][0]) + ending
        found.append(word)
    return found


FORMS = {
    beginning + ending: (number, ending)
    for number, (beginnings, endings) in enumerate(GROUPS)
    for beginning in beginnings
    for ending in endings
}


def names_by_class(items):
    """The names of persons and places of the sentences, as `swapped` wants them."""
    others = {(kind, ends): [] for kind in range(2) for ends in (False, True)}
    for item in items:
        for first, end, kind, _ in item.names:
            if kind < 2:
                name = item.words[first:end]
                others[kind, name[-1].endswith("s")].append(name)
    return others
