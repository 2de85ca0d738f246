"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_READABLE: Final = 0o644


def write_whole(path: Path, text: str, *, mode: int = _READABLE) -> None:
    """Write a text file beside its place and put it there in one step.

    Args:
        mode: the file's permissions, from its first byte on.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
