"""Between the program and everything outside of it: calls are counted here, and cut here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from provisor.domain.record import Record, Values
from provisor.errors import StoreDamaged, TargetProblem, Transient, Uncertain
from provisor.ports.connector import (
    Candidate,
    Connector,
    Description,
    Health,
    Heard,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)
from provisor.stores.database import SqlStore
from tests.faults.board import Board, Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNDONE = frozenset({Fault.BEFORE, Fault.HANG})


class Cut(Exception):
    """A write is cut off before it reaches the target."""


@dataclass(slots=True)
class Asking:
    """Asks the real pace, and announces the write that follows."""

    pace: Pace
    board: Board
    call: str
    fault: Fault | None = None

    def permit(self, calls: int = 1) -> bool:
        if not self.pace.permit(calls):
            return False
        if calls:
            self.fault = self.board.meet(self.call)
        if self.fault in UNDONE:
            raise Cut
        return True

    def back_off(self, seconds: float) -> None:
        self.pace.back_off(seconds)

    def heard(self, told: Heard) -> None:
        self.pace.heard(told)

    @property
    def in_flight(self) -> int:
        return self.pace.in_flight


@dataclass(slots=True)
class Wire:
    """A connector whose calls are counted, and whose answers get lost."""

    inner: Connector
    board: Board
    side: str
    lies: bool
    """Whether a broken list claims to be whole: a target may, a source's is caught."""

    def describe(self) -> Description:
        return self.inner.describe()

    def probe(self) -> Health:
        return self.inner.probe()

    def close(self) -> None:
        self.inner.close()

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        fault = self.board.meet(f"{self.side} read {request.object_type.value}")
        if fault in UNDONE:
            raise unanswered(fault)
        items = list(self.inner.read(request))
        self.board.done(fault)
        if fault is None:
            yield from items
            return
        rows: list[Values] = []
        for item in items:
            if isinstance(item, Page):
                assert isinstance(item.rows, Sequence)
                rows += item.rows
        yield Page(rows[: len(rows) // 2])
        if fault is Fault.AFTER:
            raise unanswered(fault)
        (end,) = (item for item in items if isinstance(item, ReadEnd))
        yield replace(end, complete=self.lies, reason="" if self.lies else "half of it is junk")

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        fault = self.board.meet(f"{self.side} find {candidate.object_type.value}")
        if fault in UNDONE:
            raise unanswered(fault)
        found = self.inner.find(candidate)
        self.board.done(fault)
        if fault is not None:
            raise unanswered(fault)
        return found

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for position, item in enumerate(work):
            action = item.action
            call = f"{self.side} write {action.object_type.value} {action.operation.value}"
            asking = Asking(pace, self.board, call)
            try:
                (written,) = self.inner.apply([item], asking)
            except Cut:
                assert asking.fault is not None
                yield lost(position, unanswered(asking.fault, write=True), item.native_id)
                continue
            self.board.done(asking.fault)
            if asking.fault is None:
                yield replace(written, position=position)
            elif asking.fault is Fault.AFTER:
                yield lost(position, unanswered(asking.fault, write=True), item.native_id)
            # Of an answer that is garbage this connector says nothing at all.


def unanswered(fault: Fault | None, *, write: bool = False) -> TargetProblem:
    """Return the problem that a caller of the broken call has."""
    if fault is Fault.BEFORE or not write:
        return Transient("the connection was refused or broke off", where="wire")
    return Uncertain("no answer came", where="wire")


def lost(position: int, problem: TargetProblem, native_id: str | None) -> Written:
    unsure = isinstance(problem, Uncertain)
    state = OutcomeState.UNCERTAIN if unsure else OutcomeState.FAILED
    return Written(position, state, native_id, problem=problem)


# --- the store ----------------------------------------------------------------------------------


def watch_store(store: SqlStore, board: Board) -> None:
    """Announce every writing transaction, and break off where it is told so."""
    database = store._database
    reading = database.reading
    writing = database.writing

    @contextmanager
    def read() -> Iterator[Connection]:
        board.breathe()
        with reading() as connection:
            yield connection

    @contextmanager
    def write() -> Iterator[Connection]:
        fault = board.meet("store commit")
        if fault is Fault.HANG:
            raise no_store("nobody answered")
        with writing() as connection:
            yield connection
            board.breathe()
            if fault in (Fault.BEFORE, Fault.GARBAGE):
                raise no_store("there is no room" if fault is Fault.GARBAGE else "gone")
        board.done(fault)
        if fault is Fault.AFTER:
            raise no_store("the answer to COMMIT was lost")

    seams: dict[str, Callable[[], AbstractContextManager[Connection]]]
    seams = {"reading": read, "writing": write}
    for name, seam in seams.items():
        setattr(database, name, seam)


def no_store(found: str) -> StoreDamaged:
    return StoreDamaged("the store did not take it", where="store", found=found)
