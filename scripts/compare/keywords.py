"""Compares keywords with the headlines of their articles; see keywords.sh.

usage: keywords.py ARTICLES KEYWORDS HALF [--only-ours]

The reference of an article consists of the capitalized words of its headline that also occur in its text, compared by
their stems; a keyword of several words counts for each of them. Stems are Snowball's, which none of the three uses.
tf-idf counts the words of the articles of both halves (but not of the headlines), including stop words and lower-case
words; YAKE has its defaults for German, with up to three words.
"""

import collections
import csv
import hashlib
import json
import math
import re
import sys

import snowballstemmer

TOP = (5, 10)
STEMMER = snowballstemmer.stemmer("german")


def words(text):
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", text)


def stems(text):
    return {STEMMER.stemWord(word.lower()) for word in words(text)}


def reference(article):
    title = re.sub(r"^\d+ - |\(\d{4}-\d\d-\d\d\)$", "", article["title"])
    capital = (word for word in words(title) if word[0].isupper() and len(word) > 2)
    return {STEMMER.stemWord(word.lower()) for word in capital} & stems(article["text"])


def in_half(article, half):
    return hashlib.sha256(article["id"].encode()).digest()[0] % 2 == ("tune", "report").index(half)


def tf_idf(articles):
    frequency = collections.Counter(word for article in articles for word in stems(article["text"]))

    def keywords(article):
        found = {}
        for word in words(article["text"]):
            found.setdefault(STEMMER.stemWord(word.lower()), []).append(word)
        score = {stem: len(all) * math.log(len(articles) / frequency[stem]) for stem, all in found.items()}
        return [found[stem][0] for stem in sorted(score, key=score.get, reverse=True)]

    return keywords


def yake():
    import yake

    extractor = yake.KeywordExtractor(lan="de", n=3, top=max(TOP))
    return lambda article: [keyword for keyword, _ in extractor.extract_keywords(article["text"])]


def ours(path):
    found = collections.defaultdict(list)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["article_id"]].append(row["keyword"])
    return lambda article: found[article["id"]]


def main(path, table, half, only_ours=None):
    with open(path, encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    for article in articles:
        article["id"] = str(article["id"])
    held = [(article, reference(article)) for article in articles if in_half(article, half)]
    held = [(article, wanted) for article, wanted in held if wanted]
    print(f"{len(held)} articles of the half `{half}`, {sum(len(wanted) for _, wanted in held)} nouns in headlines")
    systems = {"keyness": ours(table)}
    if not only_ours:
        systems |= {"tf-idf": tf_idf(articles), "yake": yake()}
    for name, keywords in systems.items():
        recall = dict.fromkeys(TOP, 0.0)
        for article, wanted in held:
            found = keywords(article)
            for top in TOP:
                recall[top] += len(wanted & stems(" ".join(found[:top]))) / len(wanted)
        print(name.ljust(8), *(f"recall@{top} {100 * recall[top] / len(held):5.1f}" for top in TOP))


main(*sys.argv[1:])
