#!/usr/bin/env python3
"""Kills runs at random moments, resumes them until they are complete, and compares all tables byte for byte.

usage: kill-test.py [OPTIONS] DUMP

DUMP is a file of a few thousand articles, for example from scripts/bench/make-dump.py. The tests, each as often as its
option says:

  --kills N     SIGKILL at a random moment of a run, then `--resume`, until there were N kills; as many runs as that takes
  --terms N     the same with SIGTERM
  --tmpfs       a disk that is full in the middle of a run and then gets more space; then a read-only disk
                (needs root to mount it)
  --shards N    a run in N shards, each killed once, merged in random order

Every complete run is compared with an undisturbed one: all tables byte for byte, and run.json except for times. A line
reports each test, and the last line the result; the exit code is 1 if anything differs.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# The keys of run.json that depend on time or on the machine.
TIMES = {"started", "seconds", "seconds_waiting_for_input", "seconds_waiting_for_output", "seconds_journalling", "jobs"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=0, metavar="N")
    parser.add_argument("--terms", type=int, default=0, metavar="N")
    parser.add_argument("--tmpfs", action="store_true")
    parser.add_argument("--shards", type=int, default=0, metavar="N")
    parser.add_argument("--program", type=pathlib.Path, default=pathlib.Path("target/release/blattwerk"))
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="a setting of all runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-test-") as scratch:
        test = Test(options, pathlib.Path(scratch))
        test.undisturbed()
        if options.kills:
            test.disturbed("SIGKILL", signal.SIGKILL, options.kills)
        if options.terms:
            test.disturbed("SIGTERM", signal.SIGTERM, options.terms)
        if options.tmpfs:
            test.full_disk()
        if options.shards:
            test.shards(options.shards)
        sys.exit(test.finish())


class Test:
    def __init__(self, options, scratch):
        self.program = options.program.resolve()
        self.dump = options.dump.resolve()
        self.scratch = scratch
        self.random = random.Random(options.seed)
        # Small chunks with a journal entry after each, so that there are many places to stop at.
        self.settings = ["run.chunk_articles=50", "run.journal_seconds=0", *options.set]
        self.differences = 0

    def command(self, output, *flags):
        settings = [argument for setting in self.settings for argument in ("--set", setting)]
        return [self.program, "run", "--quiet", "--input", self.dump, "--output", output, *settings, *flags]

    def start(self, output, *flags):
        # A folder without a pipeline.toml.
        return subprocess.Popen(self.command(output, *flags), cwd=self.scratch, stderr=subprocess.PIPE, text=True)

    def run(self, output, *flags):
        process = self.start(output, *flags)
        _, error = process.communicate()
        return process.returncode, error

    def undisturbed(self):
        self.expected = self.scratch / "expected"
        started = time.monotonic()
        code, error = self.run(self.expected)
        self.seconds = time.monotonic() - started
        if code not in (0, 1):
            sys.exit(f"the undisturbed run failed with {code}: {error}")
        self.code = code
        counts = json.loads((self.expected / "run.json").read_text())["counts"]
        print(f"undisturbed: {counts['articles']} articles, {counts['failures']} failures, {self.seconds:.1f} s", flush=True)
        if counts["articles"] + counts["failures"] < 3000:
            print("note: the dump has less than 3,000 articles")

    def disturbed(self, name, number, times):
        """Sends a signal at the given number of random moments, in as many runs as that takes."""
        sent, runs, codes = 0, 0, {}
        while sent < times:
            output = self.scratch / f"{name}-{runs}"
            runs += 1
            while True:
                process = self.start(output, "--resume")
                # Sometimes at the very start, otherwise anywhere up to the end.
                longest = self.random.choice([0.1, 0.5, 1.2]) * self.seconds
                moment = self.random.uniform(0, longest) if sent < times else None
                try:
                    _, error = process.communicate(timeout=moment)
                except subprocess.TimeoutExpired:
                    process.send_signal(number)
                    sent += 1
                    _, error = process.communicate()
                code = process.returncode
                codes[code] = codes.get(code, 0) + 1
                if code in (0, 1):
                    break
                if code not in (-number, 128 + number):
                    self.differences += 1
                    print(f"{name}: exit {code}: {error}")
                    return
                # A file under its final name is complete at any moment.
                if (output / "run.json").exists():
                    self.compare(f"{name} after a kill", output)
            self.compare(f"{name}, run {runs}", output)
            shutil.rmtree(output)
        told = ", ".join(f"{count} times {code}" for code, count in sorted(codes.items()))
        print(f"{name}: {sent} at random moments of {runs} runs; exit codes: {told}", flush=True)

    def full_disk(self):
        """Runs on a disk that grows whenever it is full."""
        size = sum(file.stat().st_size for file in self.expected.iterdir())
        disk = self.scratch / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
        try:
            full = 0
            for share in range(1, 30):
                room = max(1 << 20, size * share // 8)
                subprocess.run(["mount", "-o", f"remount,size={room}", disk], check=True)
                code, error = self.run(disk / "out", "--resume")
                if code in (0, 1):
                    break
                full += 1
                if code != 2 or "No space left" not in error:
                    self.differences += 1
                    print(f"full disk: exit {code}: {error}")
                    return
                if any(file.is_file() for file in (disk / "out").glob("*")):
                    self.differences += 1
                    print("full disk: there is a file, as if the run were complete")
            self.compare("full disk", disk / "out")
            print(f"full disk: {full} times in one run", flush=True)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            for output in (disk / "other", disk / "out"):
                code, error = self.run(output, "--overwrite", "--restart")
                if code != 2 or "Read-only file system" not in error:
                    self.differences += 1
                    print(f"read-only disk: exit {code}: {error}")
            self.compare("read-only disk", disk / "out")
            print("read-only disk: refused, the tables are untouched", flush=True)
        finally:
            subprocess.run(["umount", disk], check=True)

    def shards(self, count):
        """Runs shards, kills each once, and merges them in random order."""
        folders = []
        for index in range(count):
            folder = self.scratch / f"shard-{index}"
            folders.append(folder)
            flags = ("--resume", "--shard", f"{index}/{count}")
            process = self.start(folder, *flags)
            try:
                process.communicate(timeout=self.random.uniform(0, self.seconds / count))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            code, error = self.run(folder, *flags)
            if code not in (0, 1):
                self.differences += 1
                print(f"shard {index}/{count}: exit {code}: {error}")
                return
        self.random.shuffle(folders)
        merged = self.scratch / "merged"
        process = subprocess.run([self.program, "merge", "--quiet", *folders, "--output", merged], text=True, stderr=subprocess.PIPE)
        if process.returncode != self.code:
            self.differences += 1
            print(f"merge: exit {process.returncode}: {process.stderr}")
            return
        self.compare(f"{count} shards", merged)
        order = ", ".join(folder.name.removeprefix("shard-") for folder in folders)
        print(f"shards: {count}, each killed once, merged in the order {order}", flush=True)

    def compare(self, name, output):
        """Compares a folder with that of the undisturbed run."""
        files = lambda folder: {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        expected, found = files(self.expected), files(output)
        if sorted(expected) != sorted(found):
            self.differences += 1
            print(f"{name}: expected {sorted(expected)}, found {sorted(found)}")
            return
        for file in sorted(expected):
            if file == "run.json":
                same = untimed(json.loads(expected[file])) == untimed(json.loads(found[file]))
            else:
                same = expected[file] == found[file]
            if not same:
                self.differences += 1
                kept = pathlib.Path(tempfile.mkdtemp(prefix="kill-test-differs-"))
                (kept / f"expected-{file}").write_bytes(expected[file])
                (kept / file).write_bytes(found[file])
                print(f"{name}: {file} differs; both are in {kept}")

    def finish(self):
        print(f"{self.differences} differences" if self.differences else "all tables are the same, byte for byte")
        return 1 if self.differences else 0


def untimed(record):
    if isinstance(record, dict):
        return {key: untimed(value) for key, value in record.items() if key not in TIMES}
    if isinstance(record, list):
        return [untimed(value) for value in record]
    return record


if __name__ == "__main__":
    main()
