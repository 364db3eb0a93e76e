"""Annotates tables of articles."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from . import _config, _native
from ._document import Document, Entity, Keyword, Removed, Sentence, Sentiment

if TYPE_CHECKING:
    import pyspark.sql

#: The tables that are columns of lists.
TABLES = ("sentences", "entities", "keywords", "sentiment", "removed")
#: Columns of the input that Spark gets back, whatever the names they had.
_KEPT = ("id", "title", "date", "url", "text")
#: How many articles go through the stages at a time, for each thread: at first, at least and at most. Many at a time cost less.
_TOGETHER = (8, 4, 512)
#: How many seconds that should take. A signal is noticed after that.
_SECONDS = 0.5
#: How many seconds a fork waits for calls in progress.
_LONGEST_CALL = 60
#: How many configs keep their models in a process.
_MOST_CONFIGS = 4


class _Process:
    """What a process holds: models by config, threads by number."""

    def __init__(self) -> None:
        self.stages: OrderedDict[_config.Layers, _native.Stages] = OrderedDict()
        self.pools: dict[int, _native.Pool] = {}
        #: How many articles of a config go through the stages at a time.
        self.together: dict[_config.Layers, int] = {}
        self.lock = threading.Lock()

    def get(self, layers: _config.Layers, threads: int) -> tuple[_native.Stages, _native.Pool]:
        with self.lock:
            stages = self.stages.get(layers)
            if stages is None:
                with _calls:
                    stages = self.stages[layers] = _native.Stages(layers)
            self.stages.move_to_end(layers)
            while len(self.stages) > _MOST_CONFIGS:
                self.stages.popitem(last=False)
            if threads not in self.pools:
                self.pools[threads] = _native.Pool(threads)
            return stages, self.pools[threads]


@functools.lru_cache(maxsize=16)
def _schema_of(layers: _config.Layers) -> pa.Schema:
    return _native.schema(layers)


_process = _Process()


class _Calls:
    """Counts the calls of stages in progress. A fork waits for them: what they have locked would be locked for ever in the child."""

    def __init__(self) -> None:
        self.running = 0
        self.changed = threading.Condition()

    def __enter__(self) -> None:
        with self.changed:
            self.running += 1

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.running -= 1
            self.changed.notify_all()

    def before_fork(self) -> None:
        self.changed.acquire()
        self.changed.wait_for(lambda: not self.running, timeout=_LONGEST_CALL)

    def after_fork(self) -> None:
        self.changed.release()


_calls = _Calls()


def _after_fork() -> None:
    # Threads do not survive a fork.
    global _process, _calls
    fit = [(layers, stages) for layers, stages in _process.stages.items() if stages.survives_fork]
    _process = _Process()
    _process.stages.update(fit)
    _calls = _Calls()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _calls.before_fork(), after_in_parent=lambda: _calls.after_fork(), after_in_child=_after_fork
    )


class Annotator:
    """Finds sentences, names, keywords, sentiment and summaries in tables of articles.

    It is called with a table and returns the table with more columns, one row an article as before. It is cheap to make and
    to pickle: models are loaded when they are first needed, once in a process, whatever the number of annotators with the
    same config. It can be used by several threads, and by processes that were forked or spawned.

    Args:
        config: A `pipeline.toml`; without it, the built-in defaults. Its text is pickled, the files that it names are not.
        settings: Keys of the config, which win over the file: `{"ner.backend": "off"}` or `{"ner": {"backend": "off"}}`.
        threads: The number of threads; 0 means one per processor.
        **keys: Further keys: `Annotator(ner={"backend": "off"})` or `Annotator(**{"ner.backend": "off"})`.

    Raises:
        ValueError: If a key or value is wrong; the text names the right ones. A file that the config names and that is missing
            is an error when the models are loaded.

    >>> Annotator(**{"ner.backend": "gazetteer"})
    Annotator(settings=['ner.backend="gazetteer"'], threads=1)
    >>> Annotator(**{"ner.backend": "gazeteer"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: setting ner.backend="gazeteer": [ner] backend: unknown variant `gazeteer`, expected one of `off`, ...
    """

    def __init__(
        self,
        config: str | os.PathLike[str] | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        threads: int = 1,
        **keys: Any,
    ) -> None:
        if not isinstance(threads, int) or isinstance(threads, bool) or threads < 0:
            raise ValueError(f"threads: expected a number of threads, or 0 for one per processor, found {threads!r}")
        self._layers = _config.layers(config, settings, keys)
        self._threads = threads
        _native.check(self._layers)

    def __repr__(self) -> str:
        said = []
        if self._layers.file:
            said.append(f"config={self._layers.file[0]!r}")
        if self._layers.settings:
            said.append(f"settings={list(self._layers.settings)!r}")
        return f"Annotator({', '.join([*said, f'threads={self._threads}'])})"

    def __call__(self, table: Any) -> Any:
        """Returns a table with the columns of the input and those of the layers, a row for each row.

        Args:
            table: A `pyarrow.Table` or `RecordBatch`, or anything with `__arrow_c_stream__`, such as a data frame of pandas or
                polars or a relation of DuckDB. It has a column with the text (`text`, `body`, `content` … or the name in
                `input.fields.text`), and may have `id`, `title`, `date`, `language` and `url`.

        Returns:
            A `RecordBatch` for a `RecordBatch`, otherwise a `Table`. The new columns are lists of structs, the columns of which
            are those of the program's tables: `sentences`, `entities`, `keywords`, `sentiment`, `removed`; and texts:
            `summary`, `language`, `skipped` (why the config leaves the article out), `error` (why it failed; the others are
            null then). `start` and `end` count characters of the text as it came in, scores are between 0 and 1. A column
            `language` of the input is replaced.

        Raises:
            ValueError: If no column is the text, a column has the name of a new one, or a file of the config is missing.
            KeyboardInterrupt: After about half a second.

        >>> table = Annotator()(pa.table({"text": ["In Köln regnet es.", None]}))
        >>> table.column_names
        ['text', 'sentences', 'entities', 'keywords', 'sentiment', 'removed', 'summary', 'language', 'skipped', 'error']
        >>> table["entities"][0].as_py()[0]["text"], table["error"][1].as_py()
        ('Köln', 'the text is empty')
        """
        if isinstance(table, pa.RecordBatch):
            whole = pa.Table.from_batches([table])
            annotated = self._annotate(whole).combine_chunks()
            batches = annotated.to_batches()
            return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=annotated.schema)
        return self._annotate(_table(table))

    def explode(self, table: Any, name: str) -> pa.Table:
        """Returns one of the tables of the program: a row a sentence, name, keyword, judgement or removed passage.

        Args:
            table: A table that was annotated, or one of articles, which is annotated first.
            name: `sentences`, `entities`, `keywords`, `sentiment` or `removed`.

        Returns:
            The columns of the table of this name as the program writes it. `article_id` is the id of the article; without
            a column of ids, or for an article without one, it is the number of its row, counted from 1.
        """
        if name not in TABLES:
            raise ValueError(f"table: expected one of {', '.join(f'`{known}`' for known in TABLES)}, found {name!r}")
        whole = _table(table)
        if name not in whole.column_names:
            whole = self._annotate(whole)
        schema = self._schema()
        given = [column for column in whole.column_names if column not in schema.names]
        ids = self._ids(whole.select(given))
        lists = whole[name]
        if lists.type != schema.field(name).type:
            try:
                # Other libraries have other types of texts and lists.
                lists = lists.cast(schema.field(name).type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                raise ValueError(
                    f"table: expected `{name}` as this annotator writes it, {schema.field(name).type}, found {lists.type}"
                ) from None
        lists = lists.combine_chunks()
        rows = lists.flatten()
        ids = ids.take(pc.list_parent_indices(lists))
        columns = {"article_id": ids}
        columns.update(zip((field.name for field in rows.type), rows.flatten()))
        return pa.table(columns)

    def text(self, text: str) -> Document:
        """Returns what is in one text, as plain objects.

        Raises:
            ValueError: If the text cannot be processed, such as an empty one.

        >>> Annotator().text("Angela Merkel war in Köln.")
        Document('Angela Merkel war in Köln.', 1 sentence, neutral, entities: Angela Merkel (PER), Köln (LOC))
        """
        if not isinstance(text, str):
            raise ValueError(f"text: expected a str, found {type(text).__name__}")
        row = self._annotate(pa.table({"text": pa.array([text.encode("utf-8", "surrogatepass")])})).to_pylist()[0]
        if row["error"] is not None:
            raise ValueError(row["error"])

        def all_of(kind: type, name: str) -> tuple[Any, ...]:
            fields = kind.__dataclass_fields__
            rename = {"keyword": "text"}
            found = []
            for item in row[name] or ():
                named = {rename.get(key, key): value for key, value in item.items()}
                if "score" in named:
                    # A float of 32 bits has more digits than it means.
                    named["score"] = round(named["score"], 3)
                found.append(kind(**{key: value for key, value in named.items() if key in fields}))
            return tuple(found)

        return Document(
            text=text,
            language=row["language"],
            sentences=all_of(Sentence, "sentences"),
            entities=all_of(Entity, "entities"),
            keywords=all_of(Keyword, "keywords"),
            sentiment=all_of(Sentiment, "sentiment"),
            summary=row["summary"] or "",
            removed=all_of(Removed, "removed"),
            skipped=row["skipped"],
        )

    def schema(self, input: pa.Schema) -> pa.Schema:
        """Returns the schema of the table that a call with a table of the schema `input` returns."""
        self._check_names(input.names)
        kept = [field for field in input if field.name != "language"]
        return pa.schema([*kept, *self._schema()])

    def map_arrow(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Annotates batches one after another, for `mapInArrow` of Spark.

        The columns are those of `spark_schema()`: `id`, `title`, `date`, `url` and `text` of the input, as texts, null if it has
        none; then those of the layers. `spark` keeps all columns of the input.
        """
        for batch in batches:
            for part in _parts(batch):
                table = pa.Table.from_batches([part])
                roles = self._roles(table.column_names)
                kept = {
                    role: _as_text(table[roles[role]]) if role in roles else pa.nulls(table.num_rows, pa.string())
                    for role in _KEPT
                }
                layers = self._layers_of(table)
                for name in layers.column_names:
                    kept[name] = layers[name]
                yield from pa.table(kept).combine_chunks().to_batches()

    def spark_schema(self) -> pyspark.sql.types.StructType:
        """Returns the schema of what `map_arrow` yields, for `df.mapInArrow(annotate.map_arrow, annotate.spark_schema())`."""
        from pyspark.sql.pandas.types import from_arrow_schema

        kept = [pa.field(name, pa.string()) for name in _KEPT]
        return from_arrow_schema(pa.schema([*kept, *self._schema()]))

    def spark(self, frame: pyspark.sql.DataFrame) -> pyspark.sql.DataFrame:
        """Returns a Spark data frame with all its columns, and those of the layers."""
        from pyspark.sql.pandas.types import from_arrow_schema
        from pyspark.sql.types import StructType

        self._check_names(frame.columns)
        kept = [field for field in frame.schema if field.name != "language"]
        return frame.mapInArrow(self._map_all, StructType([*kept, *from_arrow_schema(self._schema())]))

    def _map_all(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for part in _parts(batch):
                yield self(part)

    def _schema(self) -> pa.Schema:
        return _schema_of(self._layers)

    def _check_names(self, names: Iterable[str]) -> None:
        new = self._schema().names
        taken = [name for name in names if name in new and name != "language"]
        if taken:
            raise ValueError(
                f"table: expected no column with the name of a new one, found {', '.join(f'`{name}`' for name in taken)}; "
                "rename or drop it (a table that is annotated already needs no more)"
            )

    def _roles(self, names: list[str]) -> dict[str, int]:
        stages, _ = _process.get(self._layers, self._threads)
        return dict(stages.columns(names))

    def _ids(self, table: pa.Table) -> pa.Array:
        numbers = pa.array([str(number + 1) for number in range(table.num_rows)], pa.string())
        try:
            column = self._roles(table.column_names).get("id")
        except ValueError:
            # The text is not there any more.
            column = next((name for name in ("id", "article_id") if name in table.column_names), None)
        if column is None:
            return numbers
        ids = _as_text(table[column]).combine_chunks()
        is_blank = pc.equal(pc.utf8_trim_whitespace(ids), "")
        return pc.if_else(pc.fill_null(is_blank, True), numbers, ids)

    def _annotate(self, table: pa.Table) -> pa.Table:
        self._check_names(table.column_names)
        layers = self._layers_of(table)
        if "language" in table.column_names:
            table = table.drop_columns(["language"])
        for name in layers.column_names:
            table = table.append_column(layers.schema.field(name), layers[name])
        return table

    def _layers_of(self, table: pa.Table) -> pa.Table:
        """Returns the columns of the layers, a row for each row of the table."""
        stages, pool = _process.get(self._layers, self._threads)
        names = table.column_names
        roles = stages.columns(names)
        used = sorted({column for _, column in roles})
        chosen = [names[column] for column in used]
        cells = pa.table({str(column): _as_bytes(table[column], names[column]) for column in used})
        first, least, most = _TOGETHER
        threads = self._threads or os.cpu_count() or 1
        found = []
        start = 0
        while start < table.num_rows:
            together = _process.together.get(self._layers, first)
            batches = cells.slice(start, together * threads).combine_chunks().to_batches()
            started = time.monotonic()
            with _calls:
                found += [stages.process(pool, batch, chosen, start + 1) for batch in batches]
            # Between two calls, Python handles signals.
            rows = min(together * threads, table.num_rows - start)
            likely = int(_SECONDS / max(time.monotonic() - started, 1e-6) * rows / threads)
            _process.together[self._layers] = max(least, min(likely, 2 * together, most))
            start += together * threads
        return pa.Table.from_batches(found, schema=self._schema())


def _table(table: Any) -> pa.Table:
    """Returns anything that is a table as one of pyarrow."""
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if hasattr(table, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(table).read_all()
    raise ValueError(
        "table: expected a pyarrow Table or RecordBatch, or an object with `__arrow_c_stream__` (pandas 2.2 or later, polars, "
        f"DuckDB), found {type(table).__module__}.{type(table).__qualname__}"
    )


def _parts(batch: pa.RecordBatch, rows: int = 1024) -> Iterator[pa.RecordBatch]:
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        # Bytes that are not UTF-8.
        texts = [None if cell is None else bytes(cell).decode("utf-8", "replace") for cell in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _as_bytes(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Returns a column as bytes: text as it is, whether it is UTF-8 or not, anything else by its text."""
    type_ = column.type
    if pa.types.is_dictionary(type_):
        column = column.cast(type_.value_type)
    try:
        if not pa.types.is_binary(column.type) and not pa.types.is_large_binary(column.type):
            column = column.cast(pa.string(), safe=False)
        return column.cast(pa.large_binary())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ValueError(
            f"table: expected text in the column `{name}`, found {type_}; convert it, or set `input.fields` to another column"
        ) from None
