"""What the tests share: the program's tables of the examples, and the articles they were made from."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

import blattwerk

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "articles"


def read(path):
    """Returns the rows of a table that the program has written."""
    csv.field_size_limit(1 << 30)
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """The program's tables of the examples, with all stages on."""
    folder = tmp_path_factory.mktemp("tables") / "out"
    settings = {"output.articles": True, "keywords.backend": "keyness", "sentiment.explain": True}
    blattwerk.run(EXAMPLES, folder, settings=settings, progress=False)
    return {path.stem: read(path) for path in folder.glob("*.csv")}


@pytest.fixture(scope="session")
def articles(tables):
    """The articles of the examples as a table."""
    rows = tables["articles"]
    columns = {"article_id": "id", "title": "title", "date": "date", "url": "url", "text": "text"}
    return pa.table({new: [row[old] or None for row in rows] for old, new in columns.items()})


@pytest.fixture(scope="session")
def annotate():
    """An annotator with the built-in defaults."""
    return blattwerk.Annotator()
