"""Between the program and everything outside of it: calls are counted here, and cut here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from provisor.domain.record import Record, Value, Values
from provisor.domain.schema import ObjectType
from provisor.errors import RetryAfter, StoreDamaged, TargetProblem, Transient, Uncertain
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
from tests.faults.board import LATE_READS, Board, Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNDONE = frozenset({Fault.BEFORE, Fault.HANG, Fault.BUSY})
PAUSE = 0.02
"""Seconds for which a busy system asks."""


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
    shown: dict[ReadRequest, list[ReadItem]] = field(default_factory=dict)
    """What the lists said last; what is seen late is seen like that."""

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
        items = self._listed(request)
        self.board.done(fault)
        if fault is None:
            yield from items
            return
        rows = rows_of(items)
        yield Page(rows[: len(rows) // 2])
        if fault is Fault.AFTER:
            raise unanswered(fault)
        (end,) = (item for item in items if isinstance(item, ReadEnd))
        yield replace(end, complete=self.lies, reason="" if self.lies else "half of it is junk")

    def _listed(self, request: ReadRequest) -> list[ReadItem]:
        """Return what a list says; what was written late is not in it for a while."""
        if self._is_late and request in self.shown:
            self.board.late -= 1
        else:
            self.shown[request] = list(self.inner.read(request))
        return self.shown[request]

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        fault = self.board.meet(f"{self.side} find {candidate.object_type.value}")
        if fault in UNDONE:
            raise unanswered(fault)
        found = self.inner.find(candidate)
        self.board.done(fault)
        if fault is not None:
            raise unanswered(fault)
        return self._seen(candidate.object_type, found) if self._is_late else found

    @property
    def _is_late(self) -> bool:
        return self.board.late > 0 and self.side == "target"

    def _seen(self, object_type: ObjectType, found: tuple[Record, ...]) -> tuple[Record, ...]:
        """Return what an index that is late finds."""
        ids: set[Value] = set()
        for request, items in self.shown.items():
            if request.object_type is object_type:
                ids |= {row["id"] for row in rows_of(items)}
        return tuple(one for one in found if one.key in ids)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for position, item in enumerate(work):
            action = item.action
            call = f"{self.side} write {action.object_type.value} {action.operation.value}"
            asking = Asking(pace, self.board, call)
            try:
                (written,) = self.inner.apply([item], asking)
            except Cut:
                assert asking.fault is not None
                if asking.fault is Fault.BUSY:
                    pace.back_off(PAUSE)
                yield lost(position, unanswered(asking.fault, write=True), item.native_id)
                continue
            self.board.done(asking.fault)
            if asking.fault is Fault.LATE:
                self.board.late = LATE_READS
            if asking.fault in (None, Fault.LATE):
                yield replace(written, position=position)
            elif asking.fault is Fault.AFTER:
                yield lost(position, unanswered(asking.fault, write=True), item.native_id)
            # Of an answer that is garbage this connector says nothing at all.


def rows_of(items: Sequence[ReadItem]) -> list[Values]:
    """Return the rows of a list."""
    rows: list[Values] = []
    for item in items:
        if isinstance(item, Page):
            assert isinstance(item.rows, Sequence)
            rows += item.rows
    return rows


def unanswered(fault: Fault | None, *, write: bool = False) -> TargetProblem:
    """Return the problem that a caller of the broken call has."""
    if fault is Fault.BUSY:
        return RetryAfter("the system asks to wait", seconds=PAUSE, where="wire")
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
