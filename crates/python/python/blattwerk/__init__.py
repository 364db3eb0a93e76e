"""German news articles in, sentences, names, sentiment and summaries out: from Arrow to Arrow, offline.

>>> import blattwerk, pyarrow as pa
>>> annotate = blattwerk.Annotator()
>>> articles = pa.table({"id": ["a7"], "text": ["Angela Merkel war am Montag in Köln."]})
>>> annotate.explode(articles, "entities").select(["article_id", "label", "text"]).to_pylist()
[{'article_id': 'a7', 'label': 'PER', 'text': 'Angela Merkel'}, {'article_id': 'a7', 'label': 'LOC', 'text': 'Köln'}]

`Annotator` annotates tables in memory, also as an actor of Ray and in Spark. `run` does what the command `blattwerk run`
does: files in, tables out, with duplicates found and a run that can be resumed.
"""

from ._annotator import Annotator
from ._document import Document, Entity, Keyword, Removed, Sentence, Sentiment
from ._native import version as __version__
from ._run import run

__all__ = ["Annotator", "Document", "Entity", "Keyword", "Removed", "Sentence", "Sentiment", "__version__", "run"]
