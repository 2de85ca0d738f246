"""Standard output and error, whose readers may go away without changing what a command says.

`provisor apply latest | head` carries out everything, and its exit code tells how that ended.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Pipe(io.RawIOBase):
    """A pipe; what is written after its reader left is thrown away."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def fileno(self) -> int:
        return self._number

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return os.write(self._number, data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def hold_channels() -> None:
    """Make output a matter of its own: no reader, or none any more, is no fault of a command."""
    sys.stdout = _held(sys.stdout)
    sys.stderr = _held(sys.stderr)


def _held(stream: TextIO | None) -> TextIO:
    if stream is None:
        # Started with a closed channel; a store must not be given its number.
        return open(os.devnull, "w", encoding="utf-8")
    try:
        number = stream.fileno()
        mode = os.fstat(number).st_mode
    except (OSError, ValueError):
        return stream
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return stream
    stream.flush()
    raw = io.BufferedWriter(_Pipe(number))
    return io.TextIOWrapper(
        raw, stream.encoding, stream.errors, line_buffering=stream is sys.stderr
    )
