"""Opening the house for one command: wiring, who acts, progress, and printing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console

from provisor.cli.options import Globals
from provisor.cli.signals import heeding_signals
from provisor.domain.event import moment
from provisor.engine.job import Progress, Unwatched
from provisor.wiring import Wiring, open_wiring

LOG_VARIABLE = "PROVISOR_LOG"
"""Set to anything, every milestone of the walk is a JSON line on standard error."""
_PIPED_COLUMNS = 160


@contextmanager
def house(given: Globals) -> Iterator[Wiring]:
    """Open the configuration and everything behind it, and close it again."""
    wiring = open_wiring(given.config, os.environ, given.claimed)
    with wiring, watched(given) as progress, heeding_signals(wiring.halt):
        wiring.progress = progress
        if os.environ.get(LOG_VARIABLE):
            wiring.reached = _log
        yield wiring


def _log(milestone: str) -> None:
    """Write one structured line to standard error: the walk's milestones, no values."""
    at = moment(datetime.now(UTC))
    print(json.dumps({"at": at, "event": milestone}), file=sys.stderr, flush=True)


@contextmanager
def watched(given: Globals) -> Iterator[Progress]:
    """Show progress on a terminal, and none in a pipe."""
    if given.verbosity < 0 or not sys.stderr.isatty():
        yield Unwatched()
        return
    from provisor.cli.bars import progress_bar

    with progress_bar() as bar:
        yield bar


def print_json(value: Mapping[str, object] | Iterable[object]) -> None:
    """Print one JSON document to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as they are."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def line_of(value: Mapping[str, object]) -> str:
    """Return a JSON document on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def console() -> Console:
    """Return where tables and sentences go; a file or a pipe has room for whole values."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, soft_wrap=True, width=None if narrow else _PIPED_COLUMNS)
