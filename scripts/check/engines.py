#!/usr/bin/env python3
"""Compares Ray Data and Spark with the program: the same rows, also if a worker is killed.

usage: scripts/check/engines.py [--articles DUMP] [--only ray|spark] [--speed MEGABYTES]

Without a dump, it makes one of the articles in examples/articles, 998 in all. With --speed, it also measures articles per second of
the program and of each engine on a dump of that size, on two cores, after start-up.
"""

import argparse
import logging
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import blattwerk

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["sentences", "entities", "keywords", "sentiment", "removed"]
SETTINGS = {"keywords.backend": "keyness"}
FILES = 8
# How many rows are a batch, and how many are one task: a worker that dies in its second batch has more to do.
CHECKED = (64, 128)
MEASURED = (256, 1024)
TURNS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--only", choices=["ray", "spark"])
    parser.add_argument("--speed", type=int, metavar="MEGABYTES")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        check(arguments, Path(folder))


def check(arguments, folder):
    dump = arguments.articles or made_dump(folder)
    input = folder / "input"
    expected = program(dump, folder / "program", input)
    engines = {"ray": Ray, "spark": Spark}
    for name in [arguments.only] if arguments.only else engines:
        started = time.monotonic()
        engine = engines[name]()
        engine.annotate(input, folder / name)
        compare(expected, folder / name, input)
        print(f"{name}: the program's rows ({time.monotonic() - started:.0f} s)", flush=True)

        started = time.monotonic()
        trace = Trace(folder / f"{name}-trace")
        engine.annotate(input, folder / f"{name}-killed", trace)
        if not trace.has_killed():
            raise SystemExit(f"{name}: expected a worker that is killed in its second batch, but none made two")
        compare(expected, folder / f"{name}-killed", input)
        print(f"{name}: the program's rows, with a worker killed ({time.monotonic() - started:.0f} s)", flush=True)
        print(f"{name}: at most {trace.memory() / 1e6:.0f} MB of memory in each of {trace.workers()} workers", flush=True)

        broken(engine, folder / f"{name}-broken")
        print(f"{name}: broken rows are rows with their error", flush=True)
        if arguments.speed:
            measure(name, engine, input, folder, arguments.speed)
        engine.stop()


def made_dump(folder):
    """Writes a dump of 998 articles, copies of the examples with ids of their own."""
    blattwerk.run(ROOT / "examples/articles", folder / "examples", settings=FORMAT, progress=False)
    rows = pq.read_table(folder / "examples/articles.parquet", columns=["title", "date", "url", "text"]).to_pylist()
    copies = [{"id": f"{number:04}", **rows[number % len(rows)]} for number in range(998)]
    pq.write_table(pa.Table.from_pylist(copies), folder / "dump.parquet")
    return folder / "dump.parquet"


FORMAT = {"output.articles": True, "output.format": "parquet"}


def program(dump, output, input):
    """Runs the program, writes the articles as they came in to Parquet files, and returns its tables."""
    blattwerk.run(dump, output, settings={**SETTINGS, **FORMAT, "run.jobs": 2}, progress=False)
    articles = pq.read_table(output / "articles.parquet").rename_columns({"article_id": "id"})
    articles = articles.select(["id", "title", "date", "url", "text"])
    input.mkdir()
    rows = -(-articles.num_rows // FILES)
    for number in range(FILES):
        pq.write_table(articles.slice(number * rows, rows), input / f"{number}.parquet")
    return {name: pq.read_table(output / f"{name}.parquet") for name in TABLES}


def compare(expected, output, input):
    """Compares the exploded columns with the tables of the program, row by row in the order of articles."""
    found = pq.read_table(output)
    given = pq.read_table(input)
    assert found.num_rows == given.num_rows, f"{found.num_rows} rows, expected {given.num_rows}"
    places = pc.index_in(found["id"], given["id"].combine_chunks())
    found = found.take(pc.sort_indices(places))
    assert pc.sum(pc.is_valid(found["error"])).as_py() == 0
    annotate = blattwerk.Annotator(settings=SETTINGS)
    for name in TABLES:
        rows = annotate.explode(found, name)
        wanted = expected[name].cast(rows.schema)
        if not rows.combine_chunks().equals(wanted.combine_chunks()):
            differing = [pair for pair in zip(rows.to_pylist(), wanted.to_pylist()) if pair[0] != pair[1]]
            raise SystemExit(f"{name}: {rows.num_rows} rows, expected {wanted.num_rows}; first difference: {differing[:1]}")
        assert rows.num_rows, name


def broken(engine, folder):
    """Articles that cannot be processed are rows with their error, and cost no other."""
    texts = [b"In K\xc3\xb6ln regnet es.", None, b"", b"K\xf6ln", b" \n", b"In Bonn auch."]
    (folder / "input").mkdir(parents=True)
    table = pa.table({"id": [str(number) for number in range(6)], "text": pa.array(texts, pa.binary())})
    pq.write_table(table, folder / "input/0.parquet")
    engine.annotate(folder / "input", folder / "output")
    rows = pq.read_table(folder / "output").sort_by("id").to_pylist()
    assert [row["error"] is None for row in rows] == [True, False, False, False, False, True], rows
    assert [name["text"] for row in rows for name in row["entities"] or ()] == ["Köln", "Bonn"]


def measure(name, engine, input, folder, megabytes):
    """Prints articles per second of the program and of the engine, after start-up: from the times of a small and a large dump. It
    also prints the processor time of all processes for an article, which does not depend on what else the machine does.

    They take turns, since a machine is seldom idle; a ratio compares a turn of the engine with those of the program before and after it.
    """
    articles = pq.read_table(input)
    size = sum(len(text.as_py().encode()) for text in articles["text"])
    times = max(2, round(megabytes * 1e6 / size))
    large = folder / "large"
    if not large.exists():
        large.mkdir()
        for number in range(times):
            ids = pc.binary_join_element_wise(articles["id"], str(number), "-")
            pq.write_table(articles.set_column(0, "id", ids), large / f"{number:04}.parquet")

    def seconds(annotate, path):
        with tempfile.TemporaryDirectory(dir=folder) as output:
            # The program is this process; those of an idle engine do not count.
            spent = time.process_time if annotate is run else processor_seconds
            started, before = time.monotonic(), spent()
            annotate(path, Path(output) / "tables")
            return time.monotonic() - started, spent() - before

    def run(path, output):
        blattwerk.run(path, output, settings={**SETTINGS, **FORMAT, "run.jobs": 2}, progress=False)

    def annotate(path, output):
        engine.annotate(path, output, rows=MEASURED)

    print(f"{name}: {articles.num_rows * times} articles, {size * times / 1e6:.0f} MB; articles per second after start-up:", flush=True)
    turns = [("program", run), (name, annotate)] * TURNS + [("program", run)]
    speeds, costs = [], []
    for who, annotate in turns:
        start_up, started = seconds(annotate, input)
        whole, spent = seconds(annotate, large)
        if whole < 2 * start_up:
            raise SystemExit(f"{who}: {start_up:.1f} s for a small dump and {whole:.1f} s for the large one: expected a larger one")
        count = articles.num_rows * (times - 1)
        speeds.append(count / (whole - start_up))
        costs.append((spent - started) / count)
        print(
            f"    {who}: {speeds[-1]:.0f}, {1000 * costs[-1]:.2f} ms of processor time each "
            f"({articles.num_rows} in {start_up:.1f} s, all in {whole:.1f} s)",
            flush=True,
        )
    for what, values in [("articles per second", speeds), ("articles per processor second", [1 / cost for cost in costs])]:
        ratios = [2 * value / (before + after) for before, value, after in zip(values[::2], values[1::2], values[2::2])]
        print(f"    ratio, {what}: {statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)})", flush=True)


def processor_seconds():
    """Returns the processor time of this process and all that it has started."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        process = int(path.parent.name)
        parents[process] = int(fields[1])
        # Its own, and that of children that have ended.
        ticks[process] = sum(map(int, fields[11:15]))
    total = 0
    for process in ticks:
        ancestor = process
        while ancestor not in (os.getpid(), 0):
            ancestor = parents.get(ancestor, 0)
        total += ticks[process] if ancestor else 0
    return total / os.sysconf("SC_CLK_TCK")


class Trace:
    """A folder in which workers note the most memory that they had, and the one that dies in its second batch."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()

    def after(self, batches):
        """Notes the memory of this process; the first one to have made two batches is killed, before the second is handed on."""
        status = Path("/proc/self/status").read_text()
        (self.folder / f"memory-{os.getpid()}").write_text(re.search(r"VmHWM:\s*(\d+)", status)[1])
        if batches == 2:
            try:
                (self.folder / "killed").touch(exist_ok=False)
            except FileExistsError:
                return
            os.kill(os.getpid(), signal.SIGKILL)

    def has_killed(self):
        return (self.folder / "killed").exists()

    def workers(self):
        return len(list(self.folder.glob("memory-*")))

    def memory(self):
        """Returns the most memory that a worker had in RAM, in bytes."""
        return max(int(path.read_text()) for path in self.folder.glob("memory-*")) * 1024


class Watched(blattwerk.Annotator):
    """An annotator that leaves a trace."""

    def __init__(self, trace, **arguments):
        super().__init__(**arguments)
        self.trace = trace
        self.batches = 0

    def __call__(self, table):
        annotated = super().__call__(table)
        self.batches += 1
        self.trace.after(self.batches)
        return annotated

    def map_arrow(self, batches):
        for number, batch in enumerate(super().map_arrow(batches), start=1):
            self.trace.after(number)
            yield batch


class Ray:
    """`map_batches` with the class as it is, on two actors of a local cluster."""

    def __init__(self):
        import ray

        self.ray = ray
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        # Two actors on two cores; the others are for those that read and write.
        ray.init(num_cpus=4, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False

    def annotate(self, input, output, trace=None, rows=CHECKED):
        batch, block = rows
        # Small files are one block otherwise, and one actor gets them all.
        articles = self.ray.data.read_parquet(str(input)).repartition(target_num_rows_per_block=block)
        annotated = articles.map_batches(
            Watched if trace else blattwerk.Annotator,
            fn_constructor_kwargs={"settings": SETTINGS, **({"trace": trace} if trace else {})},
            batch_format="pyarrow",
            batch_size=batch,
            compute=self.ray.data.ActorPoolStrategy(size=2),
        )
        annotated.write_parquet(str(output))

    def stop(self):
        self.ray.shutdown()


class Spark:
    """`mapInArrow` in a local session of two threads; a task that fails is tried four times."""

    def __init__(self):
        from pyspark.sql import SparkSession

        # Otherwise the workers are whatever `python3` is.
        os.environ["PYSPARK_PYTHON"] = sys.executable
        session = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
        session = session.config("spark.ui.showConsoleProgress", "false")
        # A task for each file, of two batches or more.
        session = session.config("spark.sql.files.maxPartitionBytes", "1m").config("spark.driver.bindAddress", "127.0.0.1")
        self.session = session.config("spark.driver.host", "127.0.0.1").getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")

    def annotate(self, input, output, trace=None, rows=CHECKED):
        self.session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(rows[0]))
        annotate = Watched(trace, settings=SETTINGS) if trace else blattwerk.Annotator(settings=SETTINGS)
        articles = self.session.read.parquet(str(input))
        annotated = articles.mapInArrow(annotate.map_arrow, annotate.spark_schema())
        annotated.write.parquet(str(output))

    def stop(self):
        self.session.stop()


if __name__ == "__main__":
    main()
