"""Runs many trials side by side, for as long as there is time."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.util import Finalize

from tests.faults.board import DEATHS, ON_THE_WIRE
from tests.faults.figures import Part
from tests.faults.kills import killed
from tests.faults.life import quick_folder
from tests.faults.machine import Case, Chapter, Trial, cases, chapters, some, tried
from tests.faults.pg_life import PgStand, standing_before, words
from tests.faults.scim_life import Stand, standing
from tests.postgresql import running

_book: tuple[Chapter, ...] = ()
"""The life without faults; processes that try inherit it."""


@dataclass(frozen=True, slots=True)
class Order:
    """In which order the cases are tried, and from where on."""

    seed: int
    tried: Callable[[str], int] = lambda _name: 0
    """How many cases of one kind were tried before."""

    def of(self, name: str, every: list[Case]) -> Sequence[Case]:
        """Return the cases that are left."""
        return some(every, len(every), self.seed)[self.tried(name) :]


Attempt = Callable[[Case], tuple[Trial, bool]]
Place = Callable[[], AbstractContextManager[tuple[tuple[Chapter, ...], Stand | PgStand]]]
"""Gives the life without faults, and where it is lived: servers and what stands before them."""
_stand: Stand | PgStand | None = None
_since_sweep = 0
_SWEPT_AFTER = 20
"""Of a process that tries: each has servers of its own."""


def every_call(order: Order, workers: int, seconds: float | None) -> Part:
    """Let every call of the life go wrong, in a process that goes on."""
    name = "a call goes wrong, target in memory"
    every = cases(_lived())
    return _gathered(name, every, order, _one_call, workers, seconds)


def every_kill(order: Order, workers: int, seconds: float | None) -> Part:
    """Kill a process before and after every call of the life."""
    name = "SIGKILL at a call, target in another process"
    every = cases(_lived(), DEATHS)
    return _gathered(name, every, order, _one_kill, workers, seconds)


def every_call_on_the_wire(order: Order, workers: int, seconds: float | None) -> Part:
    """Cut, delay, slice and falsify every call to a real SCIM server."""
    name = "a call goes wrong on the wire, scim2-server"
    with _before_scim() as (book, _):
        every = cases(book, ON_THE_WIRE)
    return _gathered(name, every, order, _one_there, workers, seconds, _before_scim)


def every_word_to_the_store(order: Order, workers: int, seconds: float | None) -> Part:
    """Cut, delay and slice every word to a PostgreSQL server that is the store."""
    name = "a word to the store goes wrong on the wire, PostgreSQL"
    with _before_store() as (book, _):
        every = words(book)
    return _gathered(name, every, order, _one_there, workers, seconds, _before_store)


@contextmanager
def _before_scim() -> Iterator[tuple[tuple[Chapter, ...], Stand]]:
    with standing() as stand:
        yield tuple(stand.chapters(quick_folder())), stand


@contextmanager
def _before_store() -> Iterator[tuple[tuple[Chapter, ...], PgStand]]:
    with running() as server, standing_before(server) as stand:
        yield tuple(stand.chapters()), stand


def _one_there(case: Case) -> tuple[Trial, bool]:
    assert _stand is not None
    _sweep()
    return _stand.tried(_book[case.chapter], case.aim), False


def _settle(place: Place) -> None:
    """Start what a process needs to try, so that it ends with the process.

    A pool ends its processes by a signal, and then only what is registered here is run.
    """
    global _book, _stand
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=100)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _book, _stand = stack.enter_context(place())


def _one_call(case: Case) -> tuple[Trial, bool]:
    _sweep()
    return tried(_book[case.chapter], case.aim), False


def _one_kill(case: Case) -> tuple[Trial, bool]:
    end = killed(_book[case.chapter], case.aim)
    return end.trial, end.signal == 9


def _sweep() -> None:
    """Give back now and then what trials left behind: the collector does not run by itself."""
    global _since_sweep
    _since_sweep += 1
    if _since_sweep == _SWEPT_AFTER:
        _since_sweep = 0
        gc.collect()


def _lived() -> tuple[Chapter, ...]:
    global _book
    if not _book:
        _book = chapters()
        gc.collect()
        gc.freeze()
    return _book


def _gathered(
    name: str,
    every: list[Case],
    order: Order,
    attempt: Attempt,
    workers: int,
    seconds: float | None,
    place: Place | None = None,
) -> Part:
    """Try until all are tried, or the time is over."""
    chosen = order.of(name, every)
    begun = time.monotonic()
    trials: list[Trial] = []
    kills = 0
    for trial, was_killed in _tried(chosen, attempt, workers, place):
        trials.append(trial)
        kills += was_killed
        if trial.found.problems:
            print(trial, flush=True)
        if len(trials) % 100 == 0:
            print(f"{name}: {len(trials):,} of {len(chosen):,}", flush=True)
        if seconds is not None and time.monotonic() - begun > seconds:
            break
    broken = tuple(str(trial) for trial in trials if trial.found.problems)
    cycles = max((trial.found.cycles for trial in trials), default=0)
    spent = time.monotonic() - begun
    return Part(name, len(trials), len(every), kills, cycles, spent, broken)


def _tried(
    chosen: Sequence[Case], attempt: Attempt, workers: int, place: Place | None
) -> Iterator[tuple[Trial, bool]]:
    begin = (_settle, (place,)) if place is not None else (None, ())
    with multiprocessing.get_context("fork").Pool(workers, *begin) as pool:
        yield from pool.imap_unordered(attempt, chosen)
