"""SIGTERM and SIGINT: what is under way ends and is written down, and nothing new begins."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from provisor.engine.carrying.halting import Halt

_ENDING = (signal.SIGTERM, signal.SIGINT)
_BY_SIGNAL = 128
"""What shells add to a signal's number, when it ends a program."""


@contextmanager
def heeding_signals(halt: Halt) -> Iterator[None]:
    """Turn the first wish to end into a halt, while something is written; else end at once.

    A second SIGINT ends at once, too: what was promised and not answered is looked up by the next
    run. A second SIGTERM changes nothing, for whoever sends it can send SIGKILL.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: FrameType | None) -> None:
        asked = bool(halt.why)
        if halt.ask(f"{signal.Signals(number).name} came") and not (
            asked and number == signal.SIGINT
        ):
            return
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(_BY_SIGNAL + number)

    former = [(one, signal.signal(one, ask)) for one in _ENDING]
    try:
        yield
    finally:
        for one, before in former:
            signal.signal(one, before)
