#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "scikit-learn==1.9.1", "scipy==1.17.1", "zstandard==0.25.0"]
# ///
"""Learns the polarity lexicon of the sentiment stage: `scripts/train/lexicon.py DATA`.

Writes models/sentiment-de/lexicon.tsv and calibration.tsv; the same data gives the same files. Four steps:

1. Word vectors from raw text: counts of neighbours, positive PMI, truncated SVD.
2. A classifier from vectors and spelling to polarity, learned from a polarity lexicon. It judges the words
   of the raw text; those of the lexicon are judged by folds that have not seen them. The prior weights are the
   mean of its judgement and of the lexicon's.
3. Weights from labelled sentences: a softmax over the sums of the words of a sentence, whose gradient moves each
   weight away from its prior as far as the labels suggest. The scope of negation and degree comes from the
   Rust code itself (example `matches`), so both sides agree.
4. Small weights are dropped, the others are rounded, and the softmax is fitted again.
"""

import argparse
import io
import json
import os
import re
import subprocess
from array import array
from collections import Counter, defaultdict
from pathlib import Path

for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[pool] = "1"  # the order of a sum must not depend on the machine

import numpy as np
import scipy.sparse as sparse
import zstandard
from scipy.optimize import minimize
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.utils.extmath import randomized_svd

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "sentiment-de"
CLASSES = ["negative", "neutral", "positive"]

# Vectors
MIN_CAPITALS = 0.6
MIN_COUNT, MAX_WORDS, CONTEXTS, WINDOW, DIMENSIONS = 8, 80_000, 12_000, 4, 200
# Prior
MIN_PRIOR, MIN_PRIOR_COUNT, NEUTRALS, FUNCTION_WORDS = 0.15, 20, 5_000, 400
MIN_NEUTRAL_COUNT = 40
# Words that the classifier takes for good or bad although they are neither, found by reading its errors.
NO_POLARITY = set(
    "laut daß muß mußte jeden zugleich gleichzeitig dagegen infolge möglichst zahlreiche wollen erfahren not the".split()
)
# What people are is neither good nor bad, whatever is written about them. Words for what is done to them keep
# their weights ("Judenverfolgung", "ausländerfeindlich").
PEOPLE = re.compile(
    r"(homosex|schwul|lesb(e|isch)|trans(gender|sex)|bisex|queer|behinder(ung|te?n?)$|farbige|zigeuner|sinti|roma$"
    r"|christ|(alt)?katholi|evangeli|protestant|islam|muslim|moslem|jud(e|en|as)$|jüdisch|hindu|buddh|atheis|gott$"
    r"|links?(e|er|en)?$|rechts?(e|er|en)?$|liberale?n?$|konservativ|kommunis|sozialis|feminis|frau(en)?$|männ(er|lich)"
    r"|asyl|migra|flüchtling(e|en|s)?$|ausländer(in)?n?$|obdachlose?n?$|amerikan|türk|russ|araber|arabisch|afrikan"
    r"|chines|iran|irak|syr(er|ien|isch)|israel|palästin|ukrain|hitlers?$)"
)
# Weights
PULL = 30.0  # how strongly the prior holds a weight
TWEETS = 0.1  # the weight of a tweet relative to a sentence of news
BALANCE = 0.6  # 0: classes count as they come, 1: all alike
MIN_WEIGHT = 0.1

WORD = re.compile(r"[^\W_]+")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with raw/ and sentiment/")
    data = parser.parse_args().data

    news, tweets = gold(data / "sentiment/gerntsa_news.train.tsv"), gold(data / "sentiment/potts_tweets.all.tsv")
    words, prior, neutral = prior_weights(data, news[1])
    # A word that the code treats as grammar, or finds by another entry, is not an entry.
    _, row, found, _ = scopes(words, (np.zeros(len(words)), words))
    is_found = np.isin(np.arange(len(words)), row[row == found])
    words, prior = [word for word, found in zip(words, is_found) if found], prior[is_found]
    print(f"{len(words)} words with a prior weight")

    news, tweets = scopes(words, news), scopes(words, tweets)
    cross_validate(news, tweets, prior)
    weights, _ = fit([(news, 1.0), (tweets, TWEETS)], prior)

    weights = np.round(np.where(np.abs(weights) < MIN_WEIGHT, 0.0, weights), 2)
    _, softmax = fit([(news, 1.0), (tweets, TWEETS)], weights, only_softmax=True)
    report("news, trained on", news, weights, softmax)
    # Neutral words that end like a polar one ("Vergleich", "Leiche") are entries, too, with weight 0.
    _, row, *_ = scopes(words, (np.zeros(len(neutral)), neutral))
    silenced = [neutral[i] for i in sorted(set(row))]
    write([*words, *silenced], [*weights, *np.zeros(len(silenced))], softmax, silenced)


# Step 1: word vectors


def raw_texts(data):
    """Yields the text of each article, speech and page."""
    for name in ["wikinews_de.jsonl", "bundestag_speeches.jsonl.zst", "wikipedia_klexikon.jsonl.zst"]:
        with open(data / "raw" / name, "rb") as file:
            if name.endswith(".zst"):
                file = zstandard.ZstdDecompressor().stream_reader(file)
            for line in io.TextIOWrapper(file, encoding="utf-8"):
                yield json.loads(line).get("text") or ""


def vectors(texts):
    """Returns words in order of their counts, the counts, and a vector for each word.

    A word is written with a capital if most texts do: then it is a noun.
    """
    ids, stream, capitals = {}, array("i"), Counter()
    for text in texts:
        for word in WORD.findall(text):
            stream.append(ids.setdefault(word.lower(), len(ids)))
            capitals[word.lower()] += word[0].isupper()
        stream.append(-1)
    stream = np.frombuffer(stream, dtype=np.int32)
    counts = np.bincount(stream[stream >= 0], minlength=len(ids))
    names = list(ids)
    kept = sorted((i for i in range(len(names)) if counts[i] >= MIN_COUNT), key=lambda i: (-counts[i], names[i]))
    kept = kept[:MAX_WORDS]
    renumber = np.full(len(names) + 1, -1, np.int32)
    renumber[kept] = np.arange(len(kept))
    stream = renumber[stream]

    near = sparse.csr_matrix((len(kept), CONTEXTS), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        left, right = stream[:-distance], stream[distance:]
        for word, context in ((left, right), (right, left)):
            seen = (word >= 0) & (context >= 0) & (context < CONTEXTS)
            ones = np.ones(seen.sum(), np.float32)
            near = near + sparse.coo_matrix((ones, (word[seen], context[seen])), shape=near.shape).tocsr()

    # Positive pointwise mutual information, contexts smoothed as by Levy, Goldberg & Dagan (2015).
    of_word = np.asarray(near.sum(1)).ravel()
    of_context = np.asarray(near.sum(0)).ravel() ** 0.75
    near = near.tocoo()
    pmi = np.log(near.data * of_context.sum() / (of_word[near.row] * of_context[near.col]))
    above = pmi > 0
    pmi = sparse.csr_matrix((pmi[above].astype(np.float32), (near.row[above], near.col[above])), shape=near.shape)
    left, singular, _ = randomized_svd(pmi, DIMENSIONS, n_iter=3, random_state=0)
    space = left * np.sqrt(singular)
    space /= np.linalg.norm(space, axis=1, keepdims=True) + 1e-9
    is_noun = [capitals[names[i]] > MIN_CAPITALS * counts[i] for i in kept]
    return [names[i].capitalize() if noun else names[i] for i, noun in zip(kept, is_noun)], counts[kept], space


# Step 2: prior weights


def stem(word):
    """Does the same as `stem` and `noun_stem` in crates/sentiment/src/words.rs; the stem of a noun keeps its capital."""
    cut = [word.removesuffix(ending) for ending in ("ern", "em", "en", "er", "es", "e") if word.endswith(ending)]
    if word.endswith(("ln", "rn")):
        cut.append(word[:-1])
    if word[0].isupper() and word.endswith("s") and word[-2:-1] not in "saeiou":
        cut.insert(0, word[:-1])
    return next((stem for stem in cut if len(stem.encode()) >= 4), word)


def polarity_lexicon(path):
    """Returns the mean polarity of each stem of a PoLArt lexicon."""
    polarities = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.match(r"(\w+) (NEG|POS|NEU)=(\d(?:\.\d)?) ", line)
        if found and found[1].isalpha():
            sign = {"NEG": -1, "POS": 1, "NEU": 0}[found[2]]
            polarities[stem(found[1])].append(sign * min(float(found[3]), 1.0))
    return {stem: float(np.mean(values)) for stem, values in polarities.items()}


def prior_weights(data, sentences):
    """Returns the words that may be polar, one a stem, their prior weights, and frequent words that are not polar."""
    names, counts, space = vectors([*raw_texts(data), *sentences])
    form, count, vector = {}, Counter(), defaultdict(float)
    for name, n, at in zip(names, counts, space):
        if name.isalpha() and len(name) > 2:
            form.setdefault(stem(name), name)
            count[stem(name)] += int(n)
            vector[stem(name)] += n * at
    stems = sorted(form, key=lambda stem: (-count[stem], stem))
    space = np.array([vector[stem] / np.linalg.norm(vector[stem]) for stem in stems])

    spelling = CountVectorizer(analyzer="char", ngram_range=(3, 5), min_df=3, binary=True)
    letters = spelling.fit_transform(f"<{stem}>" for stem in stems)
    features = sparse.hstack([sparse.csr_matrix(8 * space), 0.5 * letters]).tocsr()

    lexicon = polarity_lexicon(data / "sentiment/polart_lexicon.txt")
    listed = np.array([stem in lexicon for stem in stems])
    polarity = np.array([lexicon.get(stem, 0.0) for stem in stems])
    # Most frequent words that are not in the lexicon are neutral, and all of the most frequent ones.
    unlisted = np.flatnonzero(~listed)[: 4 * NEUTRALS]
    unlisted = np.random.default_rng(0).choice(unlisted, NEUTRALS, replace=False)
    taught = np.concatenate([np.flatnonzero(listed), unlisted])
    labels = np.sign(np.where(np.abs(polarity) > 0.2, polarity, 0.0)).astype(int)[taught]

    model = LogisticRegression(C=0.05, max_iter=300)
    folds = KFold(5, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, features[taught], labels, cv=folds, method="predict_proba")
    f1 = f1_score(labels, unseen.argmax(1) - 1, average=None)
    print("polarity of unseen words, F1:", ", ".join(f"{c} {x:.2f}" for c, x in zip(CLASSES, f1)))
    judged = model.fit(features[taught], labels).predict_proba(features)
    judged[taught] = unseen
    judged = judged[:, 2] - judged[:, 0]

    is_sure = np.array([count[stem] >= MIN_PRIOR_COUNT for stem in stems]) & (np.abs(judged) >= MIN_PRIOR)
    is_sure[:FUNCTION_WORDS] = False
    is_excluded = np.array([form[s] in NO_POLARITY or bool(PEOPLE.match(form[s].lower())) for s in stems])
    kept = np.flatnonzero((listed | is_sure) & ~is_excluded)
    frequent = np.array([count[stem] >= MIN_NEUTRAL_COUNT for stem in stems])
    neutral = [form[stems[i]] for i in np.flatnonzero(frequent & ~listed & ~is_sure)]
    return [form[stems[i]] for i in kept], (0.5 * judged + 0.5 * polarity)[kept], neutral


# Step 3: weights from labelled sentences


def gold(path):
    """Returns the classes and the texts of lines `label TAB text [TAB target]`."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [re.sub(r"https?://\S+|@\w+|\bRT\b", "", row[1]) for row in rows]
    return np.array([CLASSES.index(row[0]) for row in rows]), texts


def scopes(words, labelled):
    """Returns labels and, for each polar word of a sentence, the sentence, the word, and its factor."""
    labels, texts = labelled
    ones = ROOT / "target" / "scopes.tsv"
    ones.parent.mkdir(exist_ok=True)
    ones.write_text("".join(f"{word}\t1\n" for word in words), encoding="utf-8")
    cargo = ["cargo", "run", "--quiet", "--release", "-p", "blattwerk-sentiment", "--example", "matches", "--"]
    told = subprocess.run(
        [*cargo, str(ones)], cwd=ROOT, input="\n".join(texts) + "\n", stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout.split("\n")[:-1]
    assert len(told) == len(texts)
    ids = {word: i for i, word in enumerate(words)}
    found = [
        (sentence, ids[word], float(factor))
        for sentence, line in enumerate(told)
        for word, factor in (reason.split(" ") for reason in line.split("\t") if reason)
    ]
    sentence, word, factor = (np.array(column) for column in zip(*found))
    return labels, sentence, word, factor


def part(labelled, rows):
    """Returns some sentences of a labelled set."""
    labels, sentence, word, factor = labelled
    renumber = np.full(len(labels), -1)
    renumber[rows] = np.arange(len(rows))
    kept = renumber[sentence] >= 0
    return labels[rows], renumber[sentence][kept], word[kept], factor[kept]


def evidence(labelled, weights):
    """Returns the good and the bad of each sentence."""
    labels, sentence, word, factor = labelled
    added = weights[word] * factor
    sums = (np.bincount(sentence, np.maximum(sign * added, 0), len(labels)) for sign in (1, -1))
    return tuple(np.log1p(total) for total in sums)


def probabilities(labelled, weights, softmax):
    good, bad = evidence(labelled, weights)
    logits = np.column_stack([np.ones_like(good), good, bad]) @ softmax.T
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


def fit(sets, prior, only_softmax=False):
    """Returns weights near the prior, and the softmax (a row a class: constant, good, bad) of the first set.

    The sets share all but the constants: how often each class comes says nothing across domains.
    """
    n = len(prior)
    importance = []
    for (labels, *_), weight in sets:
        share = np.bincount(labels, minlength=3) / len(labels)
        importance.append(weight * ((1 / (3 * share)) ** BALANCE)[labels])

    def loss(x):
        weights, slopes, constants = x[:n], x[n : n + 6].reshape(3, 2), x[n + 6 :].reshape(-1, 3)
        total = PULL * ((weights - prior) ** 2).sum() + 0.01 * (slopes**2).sum()
        to_weights, to_slopes = 2 * PULL * (weights - prior), 0.02 * slopes
        to_constants = np.zeros_like(constants)
        for i, (labelled, _) in enumerate(sets):
            labels, sentence, word, factor = labelled
            softmax = np.column_stack([constants[i], slopes])
            error = probabilities(labelled, weights, softmax)
            rows = np.arange(len(labels))
            total -= importance[i] @ np.log(error[rows, labels] + 1e-12)
            error[rows, labels] -= 1
            error *= importance[i][:, None]
            good, bad = evidence(labelled, weights)
            to_constants[i] = error.sum(0)
            to_slopes += np.column_stack([error.T @ good, error.T @ bad])
            # d ln(1 + sum) / d sum = exp(-ln(1 + sum))
            to_good, to_bad = error @ slopes[:, 0] * np.exp(-good), error @ slopes[:, 1] * np.exp(-bad)
            is_good = weights[word] * factor > 0
            to_weights += np.bincount(word, factor * np.where(is_good, to_good[sentence], -to_bad[sentence]), n)
        if only_softmax:
            to_weights[:] = 0
        return total, np.concatenate([to_weights, to_slopes.ravel(), to_constants.ravel()])

    start = np.concatenate([prior, [0, 1, 0, 0, 1, 0], np.zeros(3 * len(sets))])
    bounds = [(-1, 1)] * n + [(None, None)] * (len(start) - n)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 150}).x
    return found[:n], np.column_stack([found[n + 6 : n + 9], found[n : n + 6].reshape(3, 2)])


def report(name, labelled, weights, softmax):
    labels, *_ = labelled
    guessed = probabilities(labelled, weights, softmax)
    f1 = f1_score(labels, guessed.argmax(1), average="macro")
    surprise = -np.log(guessed[np.arange(len(labels)), labels]).mean()
    print(f"{name}: macro-F1 {f1:.3f}, accuracy {(guessed.argmax(1) == labels).mean():.3f}, log loss {surprise:.3f}")


def cross_validate(news, tweets, prior):
    """Prints the score of sentences that the weights were not learned from."""
    folds = KFold(5, shuffle=True, random_state=0)
    for fold, (learned, held_out) in enumerate(folds.split(news[0])):
        weights, softmax = fit([(part(news, learned), 1.0), (tweets, TWEETS)], prior)
        report(f"news, fold {fold}", part(news, held_out), weights, softmax)


# Step 4: files


def write(words, weights, softmax, silenced):
    silenced = set(silenced)
    entries = [(word, weight) for word, weight in zip(words, weights) if weight != 0 or word in silenced]
    lines = sorted(f"{word}\t{weight:.2f}\n" for word, weight in entries)
    (MODEL / "lexicon.tsv").write_text("".join(lines), encoding="utf-8")
    rows = (f"{name}\t" + "\t".join(f"{x:.4f}" for x in row) + "\n" for name, row in zip(CLASSES, softmax))
    (MODEL / "calibration.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(lines)} words in {MODEL / 'lexicon.tsv'}")


if __name__ == "__main__":
    main()
