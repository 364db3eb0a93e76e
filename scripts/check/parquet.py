#!/usr/bin/env python3
"""Compares the Parquet tables of a run with its CSV tables, cell by cell, as pyarrow, DuckDB and polars read them.

usage: parquet.py [--program PROGRAM] [--set SECTION.KEY=VALUE]... INPUT...

Runs blattwerk over the input with `output.format = "csv+parquet"`, and then again with `parquet` alone, which must give
the same files. Needs pyarrow, duckdb and polars; a line reports each table, and the exit code is 1 if anything differs.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

# The columns that are numbers; all others are text.
COUNTS = {"removed_chars", "sentence", "start", "end", "rank", "index"}
SCORES = {"score", "similarity"}

csv.field_size_limit(2**31 - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="+", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=pathlib.Path("target/release/blattwerk"))
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="a setting of both runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parquet-") as scratch:
        scratch = pathlib.Path(scratch)
        both, alone = scratch / "both", scratch / "alone"
        run(options, both, "csv+parquet")
        run(options, alone, "parquet")
        record = json.loads((both / "run.json").read_text())
        files = [table["file"] for table in record["tables"] if table["file"].endswith(".parquet")]
        differences = [difference for file in files for difference in compare(both, alone, file)]
        for difference in differences:
            print(difference)
        print(f"{record['counts']['articles']} articles, {len(files)} tables, {len(differences)} differences")
        sys.exit(bool(differences) or not files)


def run(options, output, file_format):
    command = [options.program.resolve(), "run", "--quiet", "--output", output, "--set", f"output.format={file_format}"]
    for path in options.input:
        command += ["--input", path.resolve()]
    for setting in options.set:
        command += ["--set", setting]
    # Some articles may fail.
    if subprocess.run(command, cwd=output.parent).returncode > 1:
        sys.exit(2)


def compare(both, alone, file):
    """Returns the differences of a table, of each cell the first."""
    path = both / file
    if path.read_bytes() != (alone / file).read_bytes():
        yield f"{file}: another one without CSV tables"
    with open(path.with_suffix(".csv"), newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        names = next(rows)
        expected = [tuple(map(typed, names, row)) for row in rows]
    table = pq.read_table(path)
    types = [pa.int64() if name in COUNTS else pa.float32() if name in SCORES else pa.string() for name in names]
    if table.schema.types != types:
        yield f"{file}: types {table.schema.types}, expected {types}"
    readers = {
        "pyarrow": (table.column_names, list(zip(*(column.to_pylist() for column in table.columns)))),
        "duckdb": from_duckdb(path),
        "polars": from_polars(path),
    }
    for reader, (columns, found) in readers.items():
        if columns != names:
            yield f"{file}, {reader}: columns {columns}, expected {names}"
        elif len(found) != len(expected):
            yield f"{file}, {reader}: {len(found)} rows, expected {len(expected)}"
        else:
            for number, (row, other) in enumerate(zip(map(shown, found), expected)):
                if row != other:
                    yield f"{file}, {reader}, row {number}: {row}, expected {other}"
                    break
    groups = pq.ParquetFile(path).metadata.num_row_groups
    print(f"{file}: {len(expected)} rows in {groups} row groups, {path.stat().st_size} bytes, "
          f"CSV {path.with_suffix('.csv').stat().st_size} bytes")


def from_duckdb(path):
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)])
    return [column[0] for column in found.description], found.fetchall()


def from_polars(path):
    frame = polars.read_parquet(path)
    return frame.columns, frame.rows()


def typed(name, cell):
    """Returns a cell of CSV as a value; scores stay text, since they have a fixed number of digits."""
    if name in COUNTS:
        return int(cell) if cell else None
    if name in SCORES:
        return cell or None
    return cell


def shown(row):
    return tuple(f"{cell:.3f}" if isinstance(cell, float) else cell for cell in row)


if __name__ == "__main__":
    main()
