"""The configuration file read as it stands, and written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from provisor.config.places import NOTHING_HAPPENED
from provisor.errors import SettingInvalid

_NEW_MODE = 0o640


def text_of(path: Path) -> str:
    """Return the text of a configuration file.

    Raises:
        SettingInvalid: it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        raise SettingInvalid(
            "the configuration file cannot be read",
            where=str(path),
            safe=NOTHING_HAPPENED,
            next="check its place, its permissions and its encoding",
        ) from None


def publish(path: Path, text: str) -> None:
    """Put a text in a file's place; whoever reads meanwhile sees the old one or the new one.

    Raises:
        SettingInvalid: the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_MODE
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(path)
    except OSError as wrong:
        with suppress(OSError):
            beside.unlink()
        raise SettingInvalid(
            f"the configuration file cannot be written: {wrong.strerror}",
            where=str(path),
            safe="the revision is active, and the file is as it was; jobs wait until they agree",
            next="run `provisor config activate active` once it can be written, or write it "
            "yourself: `provisor config show active --text`",
        ) from None
