"""Paths in settings: relative to the configuration file, wherever the program was started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NAMES: Final = {"path", "ca_file", "rows_from", "digest_from"}
_OF_RULES: Final = {"dialect_path"}
_SUFFIX: Final = "_path"
_SQLITE: Final = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)", re.DOTALL)


def names_a_path(key: str) -> bool:
    """Say whether a setting of this name holds a path.

    Example:
        >>> names_a_path("ca_file"), names_a_path("key_path"), names_a_path("url")
        (True, True, False)
    """
    return key in _NAMES or key.endswith(_SUFFIX)


def holds_rules(key: str) -> bool:
    """Say whether the file that a setting of this name names is itself a part of the rules."""
    return key in _OF_RULES


def absolute_path(written: str, folder: Path) -> str:
    """Return a path as it is meant: relative ones start at the configuration's folder."""
    return str(folder / written)


def absolute_url(written: str, folder: Path) -> str:
    """Return an address whose SQLite file, if it names one, starts at the configuration's folder.

    Example:
        >>> absolute_url("sqlite:///state/a.db", Path("/etc/provisor"))
        'sqlite:////etc/provisor/state/a.db'
        >>> absolute_url("sqlite:///:memory:", Path("/etc/provisor"))
        'sqlite:///:memory:'
    """
    match = _SQLITE.fullmatch(written)
    return f"{match[1]}{folder / match[2]}" if match else written
