"""Large plans by pages: what a thousand actions are is told beside them, and read when asked for.

The heads of the trees over the pages give the plan's digest, and each page that is read gives its
head: so whoever looks at forty actions of a million reads a few pages, and is not deceived.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from sqlalchemy import Connection, func, select

from provisor.domain import sealing
from provisor.domain.action import Action, Operation, Risk
from provisor.domain.canonical import merkle_root
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.plan_reading import Grade, Writing
from provisor.domain.sealing import SealedActions
from provisor.errors import StoreDamaged
from provisor.stores.plan_tables import plan_action
from provisor.stores.planned_rows import planned_rows, planned_select
from provisor.stores.rows import Values, ask
from provisor.stores.stored_actions import (
    NO_LABELS,
    Labels,
    Row,
    grade_of,
    labelled,
    planned_action,
)
from provisor.stores.transactions import Database

_HELD = 2
"""Pages that are held as rows: whoever walks from action to action reads each page once."""


# --- keeping --------------------------------------------------------------------------------------


def page_rows(number: int, actions: Sequence[PlannedAction]) -> list[Values]:
    """Return the rows of a plan's pages; none of a small plan, which is read at once."""
    if not isinstance(actions, SealedActions):
        return []
    return [
        _page_row(
            number, page, root, actions.drafts[page * sealing.PAGE : (page + 1) * sealing.PAGE]
        )
        for page, root in enumerate(actions.roots)
    ]


def _page_row(number: int, page: int, root: bytes, drafts: Sequence[Draft]) -> Values:
    grades = Counter([(d.action.operation._value_, d.action.risk._value_) for d in drafts])
    told = [[*grade, count] for grade, count in sorted(grades.items())]
    naming = sum(_names_others(draft.action) for draft in drafts)
    return number, page, root, json.dumps(told, separators=(",", ":")), naming


def _names_others(action: Action) -> bool:
    return bool(action.adds or action.removes or action.references)


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """What is told of a thousand actions."""

    root: bytes
    """The head of the tree over their digests."""
    grades: Mapping[Grade, int]
    naming: int
    """How many of them name other identities."""


class StoredActions(Sequence[PlannedAction]):
    """The actions of a large stored plan, in order: read page by page, made when looked at.

    Each page is checked whenever it is read: every action by its own seal, all of them by the
    plan's.

    Args:
        database: that holds them.
        number: of the plan.
        where: the plan as messages name it.
        pages: all of the plan's.
        labels: what some of its acts are about.

    Cost: a page of 1,024 rows for whatever is looked at in it.
    """

    def __init__(
        self,
        database: Database,
        number: int,
        where: str,
        pages: Sequence[Page],
        labels: Labels = NO_LABELS,
    ) -> None:
        self._database = database
        self._number = number
        self._where = where
        self._pages = pages
        self._labels = labels
        self._size = sum(sum(page.grades.values()) for page in pages)
        self._held: dict[int, list[Row]] = {}

    def labelled(self, labels: Labels) -> StoredActions:
        """Return the same actions with their labels."""
        return StoredActions(self._database, self._number, self._where, self._pages, labels)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._size

    @overload
    def __getitem__(self, place: int) -> PlannedAction: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[PlannedAction, ...]: ...
    def __getitem__(self, place: int | slice) -> PlannedAction | tuple[PlannedAction, ...]:
        """Return one action, or a tuple of several."""
        places = range(self._size)[place]
        if isinstance(places, range):
            return tuple(map(self._at, places))
        return self._at(places)

    def __iter__(self) -> Iterator[PlannedAction]:
        """Yield every action, made one by one."""
        for page in range(len(self._pages)):
            yield from map(self._made, self._read(page))

    def written(self) -> Iterator[Writing]:
        """Yield what is written of every action, in order."""
        apart = {place for place, (apart, _) in self._labels.items() if apart}
        for page in range(len(self._pages)):
            for position, digest, body, _, bundle, key, _, urgent, _ in self._read(page):
                yield position, digest, body, key, bundle, urgent == 1 or position in apart

    # --- what they are, without making them -------------------------------------------------------

    def grades(self) -> Mapping[Grade, int]:
        """Return how many actions there are of each operation and risk."""
        total: Counter[Grade] = Counter()
        for page in self._pages:
            total.update(page.grades)
        return total

    def of_grades(self, wanted: Collection[Grade]) -> Iterator[PlannedAction]:
        """Yield the actions of some grades in order, from the pages that hold any."""
        for number, page in enumerate(self._pages):
            if not page.grades.keys().isdisjoint(wanted):
                rows = self._read(number)
                yield from (self._made(row) for row in rows if grade_of(row[2]) in wanted)

    def naming(self) -> int:
        """Return how many actions name other identities."""
        return sum(page.naming for page in self._pages)

    # --- pages ------------------------------------------------------------------------------------

    def _at(self, place: int) -> PlannedAction:
        return self._made(self._read(place // sealing.PAGE)[place % sealing.PAGE])

    def _made(self, row: Row) -> PlannedAction:
        one = planned_action(row)
        return labelled(one, self._labels) if self._labels else one

    def _read(self, page: int) -> list[Row]:
        if page not in self._held:
            rows = self._checked(page)
            if len(self._held) >= _HELD:
                del self._held[next(iter(self._held))]
            self._held[page] = rows
        return self._held[page]

    def _checked(self, page: int) -> list[Row]:
        start = page * sealing.PAGE
        question = planned_select().where(
            plan_action.c.plan == self._number,
            plan_action.c.position >= start,
            plan_action.c.position < start + sealing.PAGE,
        )
        with self._database.reading() as connection:
            rows = planned_rows(connection, question.order_by(plan_action.c.position), self._where)
        places = [row[0] for row in rows]
        whole = places == list(range(start, min(start + sealing.PAGE, self._size)))
        if not whole or merkle_root(row[1] for row in rows) != self._pages[page].root:
            raise _altered(self._where, page)
        return rows


def _grades(text: str) -> Mapping[Grade, int]:
    return {(Operation(operation), Risk(risk)): n for operation, risk, n in json.loads(text)}


def _altered(where: str, page: int) -> StoreDamaged:
    return StoreDamaged(
        "a page of a stored plan is not the one that was sealed",
        where=f"{where}, actions {page * sealing.PAGE + 1} to {(page + 1) * sealing.PAGE}",
        found="its actions do not give the digest of the page",
        safe="nothing was written; the plan cannot be carried out",
        next="keep a copy of the store, then run `python -m provisor.verifier` on the copy",
    )


def size_of(connection: Connection, number: int) -> int:
    """Return how many actions a plan has."""
    last = select(func.max(plan_action.c.position)).where(plan_action.c.plan == number)
    found = connection.execute(last).scalar()
    return 0 if found is None else int(found) + 1


def pages_of(connection: Connection, number: int, where: str) -> list[Page]:
    """Return what is told of a large plan's pages; worked out where an older program kept none."""
    question = 'SELECT root, grades, naming FROM plan_page WHERE "plan" = ? ORDER BY page'
    kept = ask(connection, question, number)
    if kept:
        return [Page(root, _grades(grades), naming) for root, grades, naming in kept]
    question_of_all = planned_select().where(plan_action.c.plan == number)
    rows = planned_rows(connection, question_of_all.order_by(plan_action.c.position), where)
    return [
        _page_of(rows[start : start + sealing.PAGE]) for start in range(0, len(rows), sealing.PAGE)
    ]


def _page_of(rows: Sequence[Row]) -> Page:
    root = merkle_root(row[1] for row in rows)
    return Page(root, Counter(grade_of(row[2]) for row in rows), len(rows))
