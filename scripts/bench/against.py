#!/usr/bin/env python3
"""Compares this program with another build of it: start-up, names, a whole run, reading and writing, memory, size.

usage: scripts/bench/against.py ARTICLES.jsonl --against PROGRAM [--program PROGRAM] [--pairs N] [--bytes N]

Both programs run in turn, PROGRAM and then the other, --pairs times (default 5). Each row has the median of the processor
time of both, on one thread, and the ratio of the other program's time to ours, pair by pair: its median, least and greatest.
Processor time hardly depends on what else the machine does, but the caches that it shares do: compare ratios, not times.

The dump is made of ARTICLES by make-dump.py. At the end the tables of both programs are compared, byte by byte, with
those of ours on two threads too.
"""

import argparse
import csv
import filecmp
import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
STAGES = ["normalize", "language", "split", "ner", "sentiment", "summarize"]
# The articles whose memory is measured beside that of the whole dump.
FEW = 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent.parent / "target/release/blattwerk")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--bytes", type=int, default=20_000_000)
    options = parser.parse_args()
    programs = [options.program.resolve(), options.against.resolve()]
    for program in programs:
        if not os.access(program, os.X_OK):
            sys.exit(f"error: expected a program, found {program}")
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        dumps = make_dumps(options)
        measure(programs, dumps, options.pairs)
        compare(programs, dumps["few"])
    sizes = [program.stat().st_size / 1e6 for program in programs]
    print(f"size of the program: {sizes[0]:.1f} MB, {sizes[1]:.1f} MB the other")


def make_dumps(options):
    """Makes the dumps in the current folder, and returns their paths."""
    script = [sys.executable, str(HERE.resolve() / "make-dump.py"), str(options.articles.resolve())]
    with open("dump.jsonl", "wb") as file:
        subprocess.run([*script, "--bytes", str(options.bytes)], stdout=file, check=True)
    with open("few.jsonl", "wb") as file:
        subprocess.run([*script, "--articles", str(FEW)], stdout=file, check=True)
    with open("one.jsonl", "wb") as file:
        subprocess.run([*script, "--articles", "1"], stdout=file, check=True)
    with open("dump.jsonl", encoding="utf-8") as lines, open("dump.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text"])
        rows.writerows((record["id"], record["text"]) for record in map(json.loads, lines))
    with open("dump.jsonl", "rb") as plain, gzip.open("dump.jsonl.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    names = {"one": "one.jsonl", "few": "few.jsonl", "JSON Lines": "dump.jsonl", "CSV": "dump.csv", "gzip": "dump.jsonl.gz"}
    if shutil.which("zstd"):
        subprocess.run(["zstd", "--quiet", "dump.jsonl"], check=True)
        names["zstd"] = "dump.jsonl.zst"
    return names


def run(dump, *settings, jobs=1):
    """Returns the arguments of a run over a dump."""
    sets = [argument for setting in settings for argument in ("--set", setting)]
    return ["run", "--quiet", "--input", dump, "--jobs", str(jobs), "--output", "out", *sets]


def off(*stages):
    return [f"{stage}.backend=off" for stage in stages]


def measure(programs, dumps, pairs):
    dump = dumps["JSON Lines"]
    text = sum(len(json.loads(line)["text"].encode()) for line in open(dump, encoding="utf-8")) / 1e6
    behind_names = off("sentiment", "summarize")
    whole = [[run(dump)], []]
    rows = {
        "--version": ([["--version"]], None),
        "check of one article": ([["check", "--input", dumps["one"]]], None),
        "run of one article": ([run(dumps["one"])], None),
        f"whole run, {text:.0f} MB": ([run(dump)], text),
        # The run with names, minus the run without.
        "names": ([run(dump, *behind_names), run(dump, *off("ner"), *behind_names)], text),
    }
    for name in ("JSON Lines", "CSV", "gzip", "zstd"):
        if name in dumps:
            rows[f"all stages off, {name}"] = ([run(dumps[name], *off(*STAGES))], text)
    print(f"{'processor time':<28}{'ours':>12}{'other':>12}{'ratio':>8}{'least':>7}{'most':>7}{'MB/s':>8}")
    for name, (commands, megabytes) in rows.items():
        times = [[], []]
        for _ in range(pairs):
            for program, seconds in zip(programs, times):
                spent = [spend(program, command)[0] for command in commands]
                seconds.append(spent[0] - sum(spent[1:]))
        ratios = [other / ours for ours, other in zip(*times)]
        ours, other = map(statistics.median, times)
        speed = f"{megabytes / ours:>8.1f}" if megabytes else ""
        ratio = f"{statistics.median(ratios):>8.2f}{min(ratios):>7.2f}{max(ratios):>7.2f}"
        print(f"{name:<28}{1e3 * ours:>9.1f} ms{1e3 * other:>9.1f} ms{ratio}{speed}", flush=True)
    for name in ("few", "JSON Lines"):
        peaks = [spend(program, run(dumps[name]))[1] / 1e3 for program in programs]
        print(f"peak memory, {name if name == 'JSON Lines' else FEW}: {peaks[0]:.0f} MB, {peaks[1]:.0f} MB the other")


def spend(program, arguments):
    """Runs a program, and returns its processor time in seconds and its peak memory in kilobytes."""
    shutil.rmtree("out", ignore_errors=True)
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # Some articles may fail.
    if process.returncode not in (0, 1):
        sys.exit(f"error: {program} {' '.join(arguments)} ended with exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def compare(programs, dump):
    folders = []
    for program, jobs in [(programs[0], 1), (programs[0], 2), (programs[1], 1)]:
        spend(program, run(dump, jobs=jobs))
        folders.append(pathlib.Path("out").rename(f"out-{len(folders)}"))
    tables = sorted(path.name for path in folders[0].glob("*.csv"))
    for folder, whose in zip(folders[1:], ("ours on two threads", "the other program's")):
        different = filecmp.cmpfiles(folders[0], folder, tables, shallow=False)[1:]
        names = ", ".join(name for names in different for name in names)
        print(f"tables of {FEW} articles and {whose}: {f'{names} differ' if names else 'the same bytes'}")


if __name__ == "__main__":
    main()
