"""One annotated text as plain objects."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """A sentence; `start` and `end` count characters of the text as it came in."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Entity:
    """A name: its label (`PER`, `LOC`, `ORG`, `MISC` or one of your list) and the probability of it."""

    text: str
    label: str
    score: float
    start: int
    end: int
    #: The index of its sentence; none if it is in none.
    sentence: int | None = field(repr=False)


@dataclass(frozen=True)
class Keyword:
    """A keyword, and its weight relative to the best one of the text, which has 1."""

    text: str
    score: float
    start: int
    end: int


@dataclass(frozen=True)
class Sentiment:
    """A judgement about the whole text, a sentence or an entity, the `index`-th; `score` is the probability of `label`."""

    level: str
    index: int
    label: str
    score: float
    #: The words that led to it, if the config asks for them (`sentiment.explain`).
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Removed:
    """A passage that is not part of the story, and why it was removed."""

    text: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, repr=False)
class Document:
    """What was found in one text."""

    text: str
    language: str | None
    sentences: tuple[Sentence, ...]
    entities: tuple[Entity, ...]
    keywords: tuple[Keyword, ...]
    sentiment: tuple[Sentiment, ...]
    summary: str
    removed: tuple[Removed, ...]
    #: Why the config leaves the text out; then there is nothing else.
    skipped: str | None = None

    def __repr__(self) -> str:
        start = self.text if len(self.text) <= 40 else self.text[:39] + "…"
        if self.skipped:
            return f"Document({start!r}, skipped: {self.skipped})"
        names = ", ".join(f"{name.text} ({name.label})" for name in self.entities[:5])
        if len(self.entities) > 5:
            names += f" and {len(self.entities) - 5} more"
        whole = next((f", {found.label}" for found in self.sentiment if found.level == "article"), "")
        count = len(self.sentences)
        sentences = "1 sentence" if count == 1 else f"{count} sentences"
        return f"Document({start!r}, {sentences}{whole}, entities: {names or 'none'})"
