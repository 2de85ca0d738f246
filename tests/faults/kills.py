"""The same life in a process of its own, that a real SIGKILL ends at one call.

The target lives on in this process: what reached it is done, whoever is dead. What the program
wrote into its store, it wrote into a real file.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from connectors.memory import MemoryConnector
from provisor.domain.record import Record
from provisor.ports.connector import (
    Candidate,
    Description,
    Health,
    Pace,
    Page,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)
from provisor.testing.pace import OpenPace
from tests.faults.board import Aim, Board
from tests.faults.life import Life, life_of, quick_folder
from tests.faults.machine import Chapter, Trial, begin, judged

_PASSED, _FAILED = 0, 3


class Executioner(Board):
    """A board that ends its own process, for good."""

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives this")


@dataclass(frozen=True, slots=True)
class Remote:
    """The target, as a process sees it that is not the target's."""

    line: Connection
    told: Description

    def describe(self) -> Description:
        return self.told

    def probe(self) -> Health:
        return Health(reachable=True, allowed=True)

    def close(self) -> None:
        """Leave the line open: the next job speaks on it, too."""

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        self.line.send(("read", request))
        yield from self.line.recv()

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        self.line.send(("find", candidate))
        found: tuple[Record, ...] = self.line.recv()
        return found

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        (item,) = work
        assert pace.permit()
        self.line.send(("apply", item))
        yield self.line.recv()


def serve(line: Connection, connector: MemoryConnector) -> None:
    """Answer for the target until nobody asks any more."""
    with suppress(EOFError, ConnectionResetError, BrokenPipeError):
        while True:
            verb, what = line.recv()
            line.send(_answer(connector, verb, what))


def _answer(connector: MemoryConnector, verb: str, what: object) -> object:
    match verb, what:
        case "read", ReadRequest():
            return [_plain(item) for item in connector.read(what)]
        case "find", Candidate():
            return tuple(Record(one.key, dict(one.values)) for one in connector.find(what))
        case "apply", Work():
            (written,) = connector.apply([what], OpenPace())
            return _plain_answer(written)
    raise AssertionError(verb)


def _plain(item: ReadItem) -> ReadItem:
    """Frozen mappings do not travel."""
    if not isinstance(item, Page):
        return item
    assert isinstance(item.rows, Sequence)
    return Page([dict(row) for row in item.rows], item.declared_total)


def _plain_answer(written: Written) -> Written:
    seen = None if written.observed is None else dict(written.observed)
    return Written(written.position, written.state, written.native_id, seen, written.problem)


@dataclass(frozen=True, slots=True)
class Killed:
    """How a process ended, and what became of the firm afterwards."""

    trial: Trial
    signal: int


def killed(chapter: Chapter, aim: Aim) -> Killed:
    """Live one step in a process that is killed at a call; go on without it, and look."""
    begun = time.process_time()
    folder = quick_folder()
    life = life_of(chapter.before, folder)
    deeds = len(life.watched.deeds)
    begin(life, chapter.step)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        os._exit(_walk(life, chapter, aim, Connection(theirs.detach())))
    theirs.close()
    with Connection(ours.detach()) as line:
        serve(line, MemoryConnector("app", life.target))
    _, status = os.waitpid(child, 0)
    try:
        life.pass_hours(1)
        found = judged(life, chapter.step.act, chapter.after, deeds)
    finally:
        life.close()
        shutil.rmtree(folder)
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    call = chapter.calls[aim.call - 1]
    trial = Trial(chapter.step.name, call, aim, found, time.process_time() - begun)
    return Killed(trial, ended)


def _walk(life: Life, chapter: Chapter, aim: Aim, line: Connection) -> int:
    """Be the process that is killed."""
    told = MemoryConnector("app", life.target).describe()
    life.outside = Remote(line, told)
    life.board = Executioner(aim)
    try:
        chapter.step.act(life)
    except Exception:  # noqa: BLE001 - it only tells that it was not killed
        return _FAILED
    return _PASSED
