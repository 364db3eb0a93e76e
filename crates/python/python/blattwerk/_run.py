"""Runs over files, in this process."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import _config, _native

_EVERY_SECONDS = 0.2


def run(
    input: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    output: str | os.PathLike[str] | None = None,
    config: str | os.PathLike[str] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: bool | Callable[[int, int, int, int], object] = True,
) -> dict[str, Any]:
    """Processes files into a folder of tables, as the command `blattwerk run` does.

    Args:
        input: Files, folders and globs; by default `input.paths` of the config.
        output: The folder for the tables; by default `output.folder` of the config.
        config: A `pipeline.toml`; without it, the built-in defaults.
        settings: Keys of the config, such as `{"output.format": "parquet"}`; they win over the file.
        resume: Whether an unfinished run in the folder is resumed; without one, a new run is started.
        progress: Whether progress is shown on standard error; or a function that is called after each chunk with the number of
            articles, of failures, of bytes read, and of bytes in all files.

    Returns:
        The content of `run.json`: `exit` is 1 if some articles failed, which are in the table `failures`.

    Raises:
        ValueError: If the config is wrong, the folder is not free, or the run had to stop; the text says why.
        KeyboardInterrupt: After the current chunk; the run can be resumed.
    """
    if input is None:
        paths = []
    elif isinstance(input, (str, os.PathLike)):
        paths = [os.fspath(input)]
    else:
        paths = [os.fspath(path) for path in input]
    layers = _config.layers(config, settings)
    watch = progress if callable(progress) else _Line() if progress else None
    folder = None if output is None else os.fspath(output)
    try:
        record = _native.run(layers, paths, folder, resume, watch)
    finally:
        if isinstance(watch, _Line):
            watch.end()
    return json.loads(record)


class _Line:
    """Shows the progress on standard error: one line that is written again and again."""

    def __init__(self) -> None:
        self.started = self.shown = time.monotonic()
        self.told = ""
        self.is_terminal = bool(sys.stderr and sys.stderr.isatty())

    def __call__(self, articles: int, failures: int, read: int, total: int) -> None:
        share = f"{100 * read // total} %, " if total else ""
        self.told = f"{share}{articles:,} articles, {failures:,} failures"
        now = time.monotonic()
        if self.is_terminal and now - self.shown > _EVERY_SECONDS:
            self.shown = now
            print(f"\r{self.told}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.told and sys.stderr:
            seconds = time.monotonic() - self.started
            start = "\r" if self.is_terminal else ""
            print(f"{start}{self.told} in {seconds:.1f} s", file=sys.stderr)
