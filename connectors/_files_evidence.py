"""What proves that a file was read whole: it stood still, it decodes, its control record agrees.

A file that proves too little raises `ReadIncomplete` with a sentence; the connector makes it the
last word of the read. A sentence names the file, lines, columns and counts, never a cell.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from connectors._files_settings import ExpectSettings, FileSettings
from provisor.errors import ReadIncomplete

_WIDE = ("utf-16", "utf-32", "utf-7")


@dataclass(slots=True)
class Seen:
    """What a read has seen so far."""

    rows: int = 0
    columns: tuple[str, ...] = ()
    version: str | None = None
    watermark: str | None = None
    expected_rows: int | None = None


def flaw(path: Path, what: str, line: int | None = None) -> ReadIncomplete:
    """Return the finding that makes a read incomplete.

    Example:
        >>> flaw(Path("in/hr.csv"), "2 fields were expected, 3 were found", 7).what
        '`hr.csv` line 7: 2 fields were expected, 3 were found'
    """
    place = f"`{path.name}`" if line is None else f"`{path.name}` line {line:,}:"
    return ReadIncomplete(f"{place} {what}")


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading.

    Raises:
        ReadIncomplete: it does not exist, is no regular file or cannot be read to its end.
    """
    try:
        # Asked before opening: opening a pipe would wait for a writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise flaw(path, "is no file; a regular file was expected")
        file = path.open("rb")
    except FileNotFoundError:
        raise flaw(path, "does not exist") from None
    except OSError as refused:
        reason = (refused.strerror or "no reason given").lower()
        raise flaw(path, f"cannot be read: {reason}") from None
    with file:
        try:
            yield file
        except OSError as broken:
            # A disk or a share that fails in the middle of the file.
            reason = (broken.strerror or "no reason given").lower()
            raise flaw(path, f"cannot be read to its end: {reason}") from None


@contextmanager
def unchanged(path: Path, seen: Seen) -> Iterator[BufferedReader]:
    """Open a file and prove afterwards that nobody wrote or replaced it meanwhile.

    Source: size, modification time and inode are the same before and after; on some file systems
    two writes within one tick of the clock look alike, which is why the size is compared too.
    """
    with opened(path) as file:
        before = os.fstat(file.fileno())
        seen.version = f"{before.st_mtime_ns:020d}"
        yield file
        try:
            after = path.stat()
        except OSError:
            raise flaw(path, "was taken away while it was read") from None
        if before.st_ino != after.st_ino or before.st_dev != after.st_dev:
            raise flaw(path, "was replaced while it was read")
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            sizes = f"{before.st_size:,} bytes before, {after.st_size:,} after"
            raise flaw(path, f"changed while it was read: {sizes}")


class Lines:
    """The lines of a file up to each line feed, strictly decoded, their ends kept; counted.

    `number` is the line that was given last. Who reads whole blocks from the same file in
    between adds the lines of those.
    """

    def __init__(self, file: BufferedReader, settings: FileSettings) -> None:
        self.number = 0
        self.file = file
        self._settings = settings

    def __iter__(self) -> Iterator[str]:
        """Yield the lines from where the file stands.

        Raises:
            ReadIncomplete: bytes that are not of the encoding, a NUL, or a last line without end.
        """
        wide = self._settings.encoding.startswith(_WIDE)
        line = "\n"
        for line in self._wide_lines() if wide else self._narrow_lines():
            if "\0" in line:
                raise flaw(self._settings.file, "a NUL byte was found", self.number)
            yield line
        if not line.endswith("\n") and self._settings.final_newline == "required":
            raise flaw(self._settings.file, "ends without a newline; its last row may be cut")

    def _narrow_lines(self) -> Iterator[str]:
        path, encoding = self._settings.file, self._settings.encoding
        first = "utf-8-sig" if encoding == "utf-8" else encoding
        for raw in self.file:
            self.number += 1
            try:
                yield raw.decode(first if self.number == 1 else encoding)
            except UnicodeDecodeError:
                raise flaw(path, f"bytes that are not {encoding}", self.number) from None

    def _wide_lines(self) -> Iterator[str]:
        """Encodings in which a line feed is more than one byte; the line of a flaw is not known."""
        path, encoding = self._settings.file, self._settings.encoding
        wrapped = TextIOWrapper(self.file, encoding, errors="strict", newline="\n")
        try:
            for line in wrapped:
                self.number += 1
                yield line
        except UnicodeError:
            raise flaw(path, f"holds bytes that are not {encoding}") from None
        finally:
            wrapped.detach()


def prove_columns(path: Path, offered: Iterable[str], wanted: Iterable[str]) -> None:
    """Refuse a file that lacks a column that the rules use, or names one twice.

    Raises:
        ReadIncomplete: naming the column and what there is.
    """
    names = list(offered)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        count = names.count(repeated[0])
        raise flaw(path, f"has {count} columns with the name `{repeated[0]}`")
    for name in wanted:
        if name not in names:
            known = ", ".join(f"`{n}`" for n in names[:20])
            raise flaw(path, f"has no column `{name}`; it has {known}")


def prove_digest(file: BufferedReader, path: Path, expect: ExpectSettings) -> None:
    """Refuse a file whose digest is not the one beside it.

    Raises:
        ReadIncomplete: another digest, or no usable control record.
    """
    if expect.digest_from is None:
        return
    record = Path(expect.digest_from)
    words = _control_record(record).split()
    found = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if not words or len(words[0]) != len(found):
        raise flaw(record, "holds no SHA-256 digest of 64 digits")
    if words[0].lower() != found:
        raise flaw(path, f"has another SHA-256 digest than `{record.name}` says")


def expected_rows(expect: ExpectSettings) -> int | None:
    """Return the row count that the control record declares, or None without one.

    Raises:
        ReadIncomplete: the control record is missing or holds no whole number.
    """
    if expect.rows_from is None:
        return None
    record = Path(expect.rows_from)
    text = _control_record(record).strip()
    if not (text.isascii() and text.isdigit()):
        raise flaw(record, "holds no whole number of rows")
    return int(text)


def prove_rows(settings: FileSettings, seen: Seen) -> None:
    """Refuse a file without rows, or with another count than its control record says.

    Raises:
        ReadIncomplete: with both counts.
    """
    if seen.expected_rows is not None and seen.rows != seen.expected_rows:
        record = Path(settings.expect.rows_from or "").name
        raise flaw(settings.file, f"has {seen.rows:,} rows, `{record}` says {seen.expected_rows:,}")
    if seen.rows == 0 and not settings.allow_empty:
        raise flaw(settings.file, "has no row; at least one was expected")


def _control_record(path: Path) -> str:
    with opened(path) as file:
        return file.read(4096).decode("ascii", errors="replace")
