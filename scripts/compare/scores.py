"""The scores that readings.py and sentiment.py print."""

LABELS = ("negative", "neutral", "positive")


def macro_f1(gold, found):
    """Returns the mean F1 of the three labels; a label that does not occur counts as 0."""
    f1 = []
    for label in LABELS:
        right = sum(a == label == b for a, b in zip(gold, found))
        f1.append(2 * right / max(1, gold.count(label) + found.count(label)))
    return sum(f1) / len(LABELS)


def accuracy(gold, found):
    """Returns the share of labels that agree."""
    return sum(a == b for a, b in zip(gold, found)) / len(gold)
