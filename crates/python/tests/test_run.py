"""Runs over files, and the command."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from conftest import EXAMPLES, read

import blattwerk


def test_a_run_writes_tables_and_reports_its_record(tmp_path):
    told = []
    record = blattwerk.run(EXAMPLES, tmp_path / "out", progress=lambda *counts: told.append(counts))
    assert record["exit"] == 0
    assert record == json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    articles, failures, read_bytes, total = told[-1]
    assert articles == len(read(tmp_path / "out" / "normalized.csv")) and failures == 0
    assert 0 < read_bytes <= total


def test_what_stops_a_run_is_a_value_error(tmp_path):
    out = tmp_path / "out"
    blattwerk.run([EXAMPLES / "02-urteil.txt"], out, progress=False)
    cases = [
        (dict(input=tmp_path / "no"), "no"),
        (dict(input=EXAMPLES, settings={"ner.backend": "x"}), r"\[ner\] backend"),
        (dict(input=EXAMPLES, output=out), "out"),
    ]
    for arguments, says in cases:
        with pytest.raises(ValueError, match=says):
            blattwerk.run(progress=False, **{"output": tmp_path / "other", **arguments})
    record = blattwerk.run(EXAMPLES, out, settings={"output.overwrite": True}, progress=False)
    assert record["exit"] == 0


def test_an_exception_in_progress_stops_the_run_and_it_can_be_resumed(tmp_path):
    def stop(*counts):
        raise LookupError("enough")

    arguments = dict(input=EXAMPLES, output=tmp_path / "out", settings={"run.chunk_articles": 1})
    with pytest.raises(LookupError, match="enough"):
        blattwerk.run(progress=stop, **arguments)
    with pytest.raises(ValueError, match="unfinished"):
        blattwerk.run(progress=False, **arguments)
    record = blattwerk.run(progress=False, resume=True, **arguments)
    blattwerk.run(progress=False, **{**arguments, "output": tmp_path / "whole"})
    assert record["exit"] == 0
    for path in (tmp_path / "whole").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


def test_the_command_is_the_program(tmp_path, tables):
    command = [sys.executable, "-m", "blattwerk"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert version.stdout.split() == ["blattwerk", blattwerk.__version__] and version.returncode == 0
    out = tmp_path / "out"
    run = [*command, "run", str(EXAMPLES), "--output", str(out), "--quiet"]
    done = subprocess.run(run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert read(out / "entities.csv") == tables["entities"]
    refused = subprocess.run(run, capture_output=True, text=True)
    assert refused.returncode == 2 and refused.stderr.startswith("error: ")
    wrong = subprocess.run([*command, "rum"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "run" in wrong.stderr


def test_a_run_leaves_the_signals_of_python_alone(tmp_path):
    program = textwrap.dedent(
        f"""
        import os, signal, blattwerk
        def interrupt(articles, failures, read, total):
            os.kill(os.getpid(), signal.SIGINT)
        try:
            blattwerk.run({str(EXAMPLES)!r}, {str(tmp_path / "out")!r},
                          settings={{"run.chunk_articles": 1}}, progress=interrupt)
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout == "interrupted\n", done.stderr
    assert (tmp_path / "out" / "unfinished").is_dir()
    assert os.listdir(tmp_path / "out") == ["unfinished"]
