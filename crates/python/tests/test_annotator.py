"""The annotator against the program, and with what users bring."""

import html
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest

import blattwerk

TABLES = ["sentences", "entities", "keywords", "sentiment", "removed"]
LAYERS = [*TABLES, "summary", "language", "skipped", "error"]


def as_written(rows):
    """Returns rows as the program writes them: numbers with their digits, scores with three decimals."""

    def cell(value):
        if value is None:
            return ""
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    return [{name: cell(value) for name, value in row.items()} for row in rows]


def letters(text):
    """Returns the letters that normalization does not change in a name, whatever became of the others."""
    return "".join(c for c in unicodedata.normalize("NFC", html.unescape(text)) if c.isascii() and c.isalnum())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("threads", [1, 2])
def test_exploded_tables_are_those_of_the_program(tables, articles, name, threads):
    settings = {"keywords.backend": "keyness", "sentiment.explain": True}
    annotate = blattwerk.Annotator(settings=settings, threads=threads)
    expected = tables[name]
    assert expected, "the examples have rows of each table"
    found = as_written(annotate.explode(articles, name).to_pylist())
    assert len(found) == len(expected)
    for found_row, expected_row in zip(found, expected):
        assert found_row == expected_row


def test_one_row_an_article_with_the_columns_of_the_input(tables, articles, annotate):
    given = articles.append_column("page", pa.array(range(articles.num_rows)))
    found = annotate(given)
    assert found.column_names == [*given.column_names, *LAYERS]
    assert found.select(given.column_names).equals(given)
    assert found.schema.equals(annotate.schema(given.schema))
    summaries = {row["article_id"]: row["text"] for row in tables["summaries"]}
    languages = {row["article_id"]: row["language"] for row in tables["normalized"]}
    for row in found.to_pylist():
        assert row["error"] is None and row["skipped"] is None
        assert row["summary"] == summaries.get(row["id"], "")
        assert (row["language"] or "") == languages[row["id"]]
        for entity in row["entities"]:
            quoted = row["text"][entity["start"] : entity["end"]]
            assert letters(quoted) == letters(entity["text"]), "offsets count characters of the text as it came in"


def test_articles_that_fail_are_rows_with_their_error(annotate):
    texts = ["In Köln regnet es.", None, "", "   \n", b"K\xf6ln", "In Ulm nicht.", "In Bonn auch."]
    table = pa.table(
        {
            "title": ["Regen", None, None, None, None, "Re\0gen", "Regen"],
            "text": pa.array([t.encode() if isinstance(t, str) else t for t in texts], pa.binary()),
        }
    )
    rows = annotate(table).to_pylist()
    assert [row["error"] is None for row in rows] == [True, False, False, False, False, False, True]
    assert "UTF-8" in rows[4]["error"] and "0xF6" in rows[4]["error"]
    assert "NUL" in rows[5]["error"]
    for row in rows:
        assert (row["entities"] is None) == (row["error"] is not None)
    found = annotate.explode(annotate(table), "entities")
    assert found.select(["article_id", "text"]).to_pylist() == [
        {"article_id": "1", "text": "Köln"},
        {"article_id": "7", "text": "Bonn"},
    ]


def test_articles_that_the_config_leaves_out_say_why():
    annotate = blattwerk.Annotator(settings={"language": {"expected": "de", "other": "skip"}})
    texts = [
        "Der Rat der Stadt hat am Abend beschlossen, dass die Brücke im nächsten Jahr gebaut wird. " * 5,
        "The council of the town has decided this evening that the bridge will be built next year. " * 5,
    ]
    german, english = annotate(pa.table({"text": texts})).to_pylist()
    assert german["skipped"] is None and german["sentences"]
    assert english["skipped"] == "the language is `en`" and english["language"] == "en"
    assert english["sentences"] is None and english["error"] is None


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.binary(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.string_view(),
    ],
    ids=str,
)
def test_texts_of_any_type_of_text(annotate, kind):
    texts = pa.array(["In Köln regnet es.", None]).cast(kind)
    found = annotate.explode(pa.table({"body": texts}), "entities")
    assert found["text"].to_pylist() == ["Köln"]


def test_ids_are_those_of_the_column_or_numbers_of_rows(annotate):
    text = ["Köln ist groß.", "Bonn ist klein.", "Ulm auch."]
    cases = [
        ({"text": text}, ["1", "2", "3"]),
        ({"artikel_id": [7, 8, 9], "text": text}, ["7", "8", "9"]),
        ({"id": ["x", None, " "], "text": text}, ["x", "2", "3"]),
    ]
    for columns, expected in cases:
        assert annotate.explode(pa.table(columns), "sentences")["article_id"].to_pylist() == expected


def test_tables_of_other_libraries(annotate, articles):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    expected = annotate.explode(articles, "entities")
    assert annotate.explode(polars.from_arrow(articles), "entities").equals(expected)
    assert annotate.explode(pandas.DataFrame(articles.to_pydict()), "entities").equals(expected)
    relation = duckdb.from_arrow(articles)
    assert annotate.explode(relation, "entities").equals(expected)
    # And back.
    annotated = annotate(articles)
    lists = polars.from_arrow(annotated.select(["id", "entities"]))
    frame = lists.explode("entities").drop_nulls("entities").unnest("entities")
    assert frame.height == expected.num_rows
    count = duckdb.sql("select sum(len(entities)) from annotated").fetchall()[0][0]
    assert count == expected.num_rows
    assert len(annotated.to_pandas()) == articles.num_rows


def test_batches_and_empty_tables(annotate, articles):
    batch = articles.combine_chunks().to_batches()[0]
    found = annotate(batch)
    assert isinstance(found, pa.RecordBatch) and found.num_rows == batch.num_rows
    assert pa.Table.from_batches([found]).equals(annotate(articles).combine_chunks())
    empty = articles.slice(0, 0)
    assert annotate(empty).num_rows == 0
    assert annotate(empty).schema.equals(annotate(articles).schema)
    assert annotate.explode(empty, "entities").num_rows == 0
    assert annotate(empty.schema.empty_table().to_batches()[0] if empty.to_batches() else
                    pa.RecordBatch.from_pylist([], schema=empty.schema)).num_rows == 0
    # A table of many small chunks is the same table.
    chunks = pa.concat_tables([articles.slice(start, 1) for start in range(articles.num_rows)])
    assert annotate.explode(chunks, "sentiment").equals(annotate.explode(articles, "sentiment"))


def test_one_text(annotate):
    doc = annotate.text("Der Ministerpräsident lobte Ada Love\u00adlace. Sie wohnt in Köln.")
    assert [sentence.text for sentence in doc.sentences] == [
        "Der Ministerpräsident lobte Ada Lovelace.",
        "Sie wohnt in Köln.",
    ]
    ada = next(entity for entity in doc.entities if entity.label == "PER")
    assert doc.text[ada.start : ada.end] == "Ada Love\u00adlace" and ada.text == "Ada Lovelace"
    assert 0 < ada.score <= 1 and len(str(ada.score)) <= 5
    assert "Ada Lovelace (PER)" in repr(doc) and "2 sentences" in repr(doc)
    with pytest.raises(ValueError, match="empty"):
        annotate.text(" ")
    with pytest.raises(ValueError, match="UTF-8"):
        annotate.text("\ud800")


def test_annotated_tables_that_others_had_are_exploded(annotate, articles):
    polars = pytest.importorskip("polars")
    annotated = annotate(articles)
    expected = annotate.explode(annotated, "entities")
    assert annotate.explode(polars.from_arrow(annotated), "entities").equals(expected)
    assert annotate.explode(annotated.select(["id", "entities"]), "entities").equals(expected)
    middle = annotate.explode(annotated.slice(3, 4), "entities")
    assert middle.num_rows and set(middle["article_id"].to_pylist()) <= set(articles["id"].to_pylist()[3:7])


MISTAKES = [
    ({"ner.backend": "gazeteer"}, ["[ner] backend", "`gazetteer`"]),
    ({"ner": {"backnd": "off"}}, ["[ner] backnd"]),
    ({"rum.jobs": 1}, ["[rum]: unknown section", "`run`"]),
    ({"run.jobs": -1}, ["[run] jobs", "-1"]),
    ({"backend": "off"}, ["section.key=value"]),
    ({"ner.backend": None}, ["ner.backend", "found NoneType"]),
    ({3: 4}, ["expected a text", "found int"]),
]


@pytest.mark.parametrize("settings,says", MISTAKES)
def test_mistakes_in_settings_are_named(settings, says):
    with pytest.raises(ValueError) as error:
        blattwerk.Annotator(settings=settings)
    for word in says:
        assert word in str(error.value)


def test_mistakes_in_calls_are_named(annotate, articles, tmp_path):
    cases = [
        (lambda: blattwerk.Annotator(threads=-1), "threads"),
        (lambda: blattwerk.Annotator(tmp_path / "no.toml"), "no.toml"),
        (lambda: annotate(pa.table({"seite": ["a"]})), "`seite`"),
        (lambda: annotate(pa.table({"text": [[1]]})), "column `text`"),
        (lambda: annotate(annotate(articles)), "`sentences`"),
        (lambda: annotate(["Ein Text"]), "list"),
        (lambda: annotate.explode(articles, "names"), "`entities`"),
        (lambda: annotate.text(None), "NoneType"),
    ]
    for call, says in cases:
        with pytest.raises(ValueError, match=says):
            call()


def test_a_config_file_counts_and_settings_win_over_it(tmp_path):
    config = tmp_path / "pipeline.toml"
    (tmp_path / "personen.tsv").write_text("Tante Emma\tPER\n", encoding="utf-8")
    config.write_text(
        '[input.fields]\ntext = "inhalt des artikels"\n[ner]\nbackend = "gazetteer"\nbuiltin = false\n'
        'lists = ["personen.tsv"]\n',
        encoding="utf-8",
    )
    table = pa.table({"inhalt des artikels": ["In Köln wohnt Tante Emma."], "text": ["anderes"]})
    assert blattwerk.Annotator(config).explode(table, "entities")["text"].to_pylist() == ["Tante Emma"]
    annotate = blattwerk.Annotator(str(config), **{"ner.builtin": True})
    assert annotate.explode(table, "entities")["text"].to_pylist() == ["Köln", "Tante Emma"]
    # The config is pickled with its text.
    again = pickle.dumps(annotate)
    config.unlink()
    assert pickle.loads(again).explode(table, "entities")["text"].to_pylist() == ["Köln", "Tante Emma"]
    config.write_text("[run]\n\njobs = -1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"pipeline\.toml:3: \[run\] jobs"):
        blattwerk.Annotator(config)


def test_the_environment_is_a_layer(monkeypatch, articles):
    monkeypatch.setenv("BLATTWERK__NER__BACKEND", "off")
    annotate = blattwerk.Annotator()
    monkeypatch.delenv("BLATTWERK__NER__BACKEND")
    assert annotate.explode(articles, "entities").num_rows == 0
    assert blattwerk.Annotator().explode(articles, "entities").num_rows > 0


def names(annotate):
    """Returns the names in a text; at the top of the module, so that other processes find it."""
    return [entity.text for entity in annotate.text("Angela Merkel war in Köln.").entities]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("threads", [1, 2])
def test_other_processes(annotate, method, threads):
    annotate = blattwerk.Annotator(threads=threads)
    assert names(annotate) == ["Angela Merkel", "Köln"], "threads run before the fork"
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map_async(names, [annotate] * 4).get(timeout=120)
    assert found == [["Angela Merkel", "Köln"]] * 4
    assert names(annotate) == ["Angela Merkel", "Köln"]


def test_a_fork_while_other_threads_work(articles):
    annotate = blattwerk.Annotator(threads=2)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            annotate(articles)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map_async(names, [annotate] * 2).get(timeout=120) == [["Angela Merkel", "Köln"]] * 2
    finally:
        stop.set()
        thread.join()


def test_a_fork_leaves_the_programs_of_its_parent_alone(tmp_path):
    program = tmp_path / "names.py"
    program.write_text(
        textwrap.dedent(
            """
            import os, pathlib, sys
            pathlib.Path(sys.argv[1], str(os.getpid())).touch()
            for line in sys.stdin:
                print('{"entities": [{"start": 0, "end": 6, "label": "PER", "score": 1}]}', flush=True)
            """
        )
    )
    started = tmp_path / "started"
    started.mkdir()
    annotate = blattwerk.Annotator(ner={"backend": "command", "command": [sys.executable, str(program), str(started)]})
    assert names(annotate) == ["Angela"]
    mine = {path.name for path in started.iterdir()}
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(names, [annotate]).get(timeout=120) == ["Angela"]
    assert names(annotate) == ["Angela"]
    assert len(mine) == 1 and len(list(started.iterdir())) == 2, "each process has started one"


def test_the_encoder_in_other_processes():
    model = str(Path(__file__).resolve().parents[3] / "tests/models/encoder")
    encoder = {"backend": "encoder", "model": model}
    annotate = blattwerk.Annotator(ner=encoder, sentiment=encoder, threads=2)
    expected = annotate.text("Angela Merkel war in Köln. Dort regnete es.")
    for method in ["fork", "spawn"]:
        with multiprocessing.get_context(method).Pool(2) as pool:
            found = pool.map_async(annotate.text, ["Angela Merkel war in Köln. Dort regnete es."] * 4).get(timeout=120)
        assert found == [expected] * 4


def test_other_threads_run_meanwhile(annotate, articles):
    many = pa.concat_tables([articles] * 3)
    counted = []
    thread = threading.Thread(target=annotate, args=(many,))
    thread.start()
    while thread.is_alive():
        counted.append(time.monotonic())
        time.sleep(0.001)
    thread.join()
    pauses = [after - before for before, after in zip(counted, counted[1:])]
    assert len(pauses) > 10 and sorted(pauses)[len(pauses) // 2] < 0.05, "the GIL is released"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_keyboard_interrupt_stops_soon():
    program = textwrap.dedent(
        """
        import blattwerk, pyarrow as pa
        annotate = blattwerk.Annotator()
        annotate.text("Ein Satz.")
        print("ready", flush=True)
        try:
            annotate(pa.table({"text": ["Angela Merkel war am Montag in Köln. " * 40] * 100_000}))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert time.monotonic() - started < 10
    assert process.wait(timeout=60) == 0


def test_annotators_are_equal_after_pickling(annotate, articles):
    again = pickle.loads(pickle.dumps(annotate))
    assert repr(again) == repr(annotate)
    assert again(articles).equals(annotate(articles))
    assert len(pickle.dumps(annotate)) < 2000, "models are not pickled"
