"""Configs: the layers that decide what is computed, as Python values that can be pickled."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PREFIX = "BLATTWERK__"


@dataclass(frozen=True)
class Layers:
    """The layers of a config, later ones win: the file with its text, variables of the environment, settings.

    The text is kept, so that a process elsewhere needs no file. Paths in it are relative to the folder of the file, which is
    absolute here.
    """

    file: tuple[str, str] | None
    environment: tuple[tuple[str, str], ...]
    settings: tuple[str, ...]


def layers(config: str | os.PathLike[str] | None, *settings: Mapping[str, Any] | None) -> Layers:
    """Reads the file, and notes the environment and the settings. Later mappings win."""
    file = None
    if config is not None:
        path = Path(config).absolute()
        try:
            file = (str(path), path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"cannot read {config}: {getattr(error, 'strerror', None) or error}") from None
    environment = sorted((name, value) for name, value in os.environ.items() if name.startswith(_PREFIX))
    assignments = [f"{key}={value}" for mapping in settings if mapping for key, value in _flat(mapping, "")]
    return Layers(file, tuple(environment), tuple(assignments))


def _flat(mapping: Mapping[str, Any], within: str):
    for key, value in mapping.items():
        if not isinstance(key, str):
            raise ValueError(f"setting {within}{key!r}: expected a text such as `ner.backend`, found {type(key).__name__}")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", _toml(f"{within}{key}", value)


def _toml(key: str, value: Any) -> str:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(key, item) for item in value) + "]"
    if isinstance(value, (bool, int, float, str)):
        # What JSON writes of these is TOML, but for one character that TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    raise ValueError(f"setting {key}: expected a text, number, truth value or list, found {type(value).__name__}")
