#!/usr/bin/env python3
"""Compares Ray Data and Spark with the program: the same rows, also if a worker is killed.

usage: scripts/check/engines.py [--articles DUMP] [--only ray|spark] [--speed MEGABYTES]

Without a dump, it makes one of the articles in examples/articles, 998 in all. With --speed, it also measures articles per second of
the program and of each engine on a dump of that size, on two cores, after start-up.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import threading
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--only", choices=["ray", "spark"])
    parser.add_argument("--speed", type=int, metavar="MEGABYTES")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="engines-"))
    dump = arguments.articles or made_dump(folder)
    input = folder / "input"
    expected = program(dump, folder / "program", input)
    engines = {"ray": Ray, "spark": Spark}
    for name in [arguments.only] if arguments.only else engines:
        engine = engines[name]()
        for is_killed in [False, True]:
            output = folder / f"{name}-{is_killed}"
            started = time.monotonic()
            with Killer(engine) if is_killed else Idle() as killer:
                engine.annotate(input, output)
            compare(expected, output, input)
            how = f", with {killer.killed} worker killed" if is_killed else ""
            print(f"{name}: the program's rows{how} ({time.monotonic() - started:.0f} s)", flush=True)
            if is_killed and not killer.killed:
                raise SystemExit(f"{name}: no worker was found to kill")
        broken(engine, folder / f"{name}-broken")
        print(f"{name}: broken rows are rows with their error", flush=True)
        print(f"{name}: {engine.memory() / 1e6:.0f} MB of memory at most in a worker", flush=True)
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
    """Prints articles per second of the program and of the engine, on the same articles and two cores, after start-up."""
    articles = pq.read_table(input)
    size = sum(len(text.as_py().encode()) for text in articles["text"])
    times = max(1, round(megabytes * 1e6 / size))
    large = folder / "large"
    if not large.exists():
        large.mkdir()
        for number in range(times):
            ids = pc.binary_join_element_wise(articles["id"], str(number), "-")
            pq.write_table(articles.set_column(0, "id", ids), large / f"{number:04}.parquet")
        blattwerk.run(input, folder / "warm", settings={**SETTINGS, "run.jobs": 2}, progress=False)
    count = articles.num_rows * times
    started = time.monotonic()
    blattwerk.run(large, folder / f"large-{name}-program", settings={**SETTINGS, **FORMAT, "run.jobs": 2}, progress=False)
    program = count / (time.monotonic() - started)
    started = time.monotonic()
    engine.annotate(large, folder / f"large-{name}")
    speed = count / (time.monotonic() - started)
    print(
        f"{name}: {count} articles, {size * times / 1e6:.0f} MB: {speed:.0f} articles/s, the program {program:.0f}, ratio "
        f"{speed / program:.2f}",
        flush=True,
    )


def processes():
    """Returns the command line of every process of this user, by its id."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found[int(path.parent.name)] = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            pass
    return found


def memory_of(process):
    """Returns the most memory that a process had in RAM, in bytes."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 if lines else 0


def descends(process, ancestor):
    while process > 1:
        if process == ancestor:
            return True
        try:
            process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
    return False


class Idle:
    killed = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Killer(Idle):
    """Kills one worker of an engine once it works: as soon as its processor time grows."""

    def __init__(self, engine):
        self.engine = engine
        self.over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        before = {process: self.ticks(process) for process in self.engine.workers()}
        while not self.over.wait(0.05):
            for process in self.engine.workers():
                # Half a second of work: it has its models, and articles.
                if self.ticks(process) - before.get(process, 0) > 0.5 * os.sysconf("SC_CLK_TCK") + self.engine.start_ticks:
                    os.kill(process, signal.SIGKILL)
                    self.killed = 1
                    return

    @staticmethod
    def ticks(process):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0
        return int(fields[11]) + int(fields[12])


class Ray:
    """`map_batches` with the class as it is, on two actors of a local cluster."""

    start_ticks = 200

    def __init__(self):
        import ray

        self.ray = ray
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        # Two actors on two cores; the others are for those that read and write.
        ray.init(num_cpus=4, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        self.most = 0

    def annotate(self, input, output):
        # Small files are one block otherwise, and one actor gets them all.
        articles = self.ray.data.read_parquet(str(input), override_num_blocks=FILES)
        annotated = articles.map_batches(
            blattwerk.Annotator,
            fn_constructor_kwargs={"settings": SETTINGS},
            batch_format="pyarrow",
            batch_size=64,
            compute=self.ray.data.ActorPoolStrategy(size=2),
        )
        annotated.write_parquet(str(output))

    def workers(self):
        found = [process for process, command in processes().items() if "MapWorker" in command and "ray::" in command]
        self.most = max([self.most, *map(memory_of, found)])
        return found

    def memory(self):
        return self.most

    def stop(self):
        self.ray.shutdown()


class Spark:
    """`mapInArrow` in a local session of two threads; a task that fails is tried four times."""

    start_ticks = 0

    def __init__(self):
        from pyspark.sql import SparkSession

        # Otherwise the workers are whatever `python3` is.
        os.environ["PYSPARK_PYTHON"] = sys.executable
        session = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
        session = session.config("spark.sql.execution.arrow.maxRecordsPerBatch", "256")
        # A task each two files or so, so that a killed worker loses little.
        session = session.config("spark.sql.files.maxPartitionBytes", "1m").config("spark.driver.bindAddress", "127.0.0.1")
        self.session = session.config("spark.driver.host", "127.0.0.1").getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")
        self.most = 0

    def annotate(self, input, output):
        annotate = blattwerk.Annotator(settings=SETTINGS)
        articles = self.session.read.parquet(str(input))
        annotated = articles.mapInArrow(annotate.map_arrow, annotate.spark_schema())
        annotated.write.parquet(str(output))

    def workers(self):
        me = os.getpid()
        daemons = [process for process, command in processes().items() if "pyspark.daemon" in command]
        # A worker is a fork of the daemon.
        found = [
            process
            for process in daemons
            if descends(process, me) and any(descends(process, other) for other in daemons if other != process)
        ]
        self.most = max([self.most, *map(memory_of, found)])
        return found

    def memory(self):
        return self.most

    def stop(self):
        self.session.stop()


if __name__ == "__main__":
    main()
