"""What the target itself says was done to it, and what stood in the store at that moment.

The product writes nothing here and reads nothing from here: a fake target keeps the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.memory import TARGET_SCHEMAS, World
from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the store was when something happened, as another program sees it."""

    step: str
    intents: int
    outcomes: int
    decisions: int
    showings: int
    """Of plans: a plan that is asked for again is shown again, and may be judged otherwise."""
    frozen: bool
    losing: frozenset[str] = frozenset()
    """Keys of those whom the truth takes something from by now, whatever a read says."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One change that reached the target and changed it."""

    verb: str
    """`create`, `change`, `remove` or `members`."""
    object_type: ObjectType
    native: str
    key: str
    """The anchor that the object carries; empty for one that is not ours."""
    values: Mapping[str, Value]
    """What was written; of a change only what is different now."""
    joined: frozenset[str]
    """Keys of members that were let in."""
    parted: frozenset[str]
    moment: Moment


MARKS = (
    "SELECT (SELECT coalesce(max(sequence), 0) FROM intent),"
    " (SELECT coalesce(max(sequence), 0) FROM outcome),"
    " (SELECT coalesce(max(sequence), 0) FROM decision),"
    " (SELECT coalesce(max(sequence), 0) FROM plan_showing),"
    ' (SELECT count(*) FROM "freeze")'
)
"""How far a store is."""


def look(path: Path, step: str, losing: frozenset[str]) -> Moment:
    """Return how far a store is, by bytes alone."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        (row,) = store.execute(MARKS).fetchall()
    return Moment(step, row[0], row[1], row[2], row[3], row[4] > 0, losing)


def nowhere() -> Moment:
    return Moment("", 0, 0, 0, 0, frozen=False)


class WatchedWorld(World):
    """A system in memory that notes down everything that changes it."""

    def __init__(self) -> None:
        super().__init__(TARGET_SCHEMAS)
        self.deeds: list[Deed] = []
        self.moment: Callable[[], Moment] = nowhere
        self.is_watched = True

    @contextmanager
    def by_hand(self) -> Iterator[None]:
        """Let somebody else change the system."""
        self.is_watched = False
        try:
            yield
        finally:
            self.is_watched = True

    def key_of(self, native: str) -> str:
        """Return the anchor of an object, or its own id where it has none."""
        row = self.users.get(native) or self.groups.get(native) or {}
        return str(row.get("externalId") or f"native:{native}")

    def add(self, object_type: ObjectType, values: Values) -> str:
        native = super().add(object_type, values)
        self._note("create", object_type, native, dict(values))
        return native

    def set(self, object_type: ObjectType, native_id: str, values: Values) -> bool:
        before = dict(self.table(object_type).get(native_id, {}))
        changed = super().set(object_type, native_id, values)
        after = self.table(object_type)[native_id]
        told = {name: value for name, value in after.items() if before.get(name) != value}
        if changed:
            self._note("change", object_type, native_id, told)
        return changed

    def remove(self, object_type: ObjectType, native_id: str) -> bool:
        key, there = self.key_of(native_id), native_id in self.table(object_type)
        if there:
            self._note("remove", object_type, native_id, {}, key)
        return super().remove(object_type, native_id)

    def join(self, group: str, adds: tuple[str, ...], removes: tuple[str, ...]) -> bool:
        before = set(self.members.get(group, ()))
        changed = super().join(group, adds, removes)
        after = set(self.members[group])
        if changed:
            joined = frozenset(map(self.key_of, after - before))
            parted = frozenset(map(self.key_of, before - after))
            self._note("members", ObjectType.MEMBERSHIPS, group, {}, "", (joined, parted))
        return changed

    def _note(
        self,
        verb: str,
        object_type: ObjectType,
        native: str,
        values: Mapping[str, Value],
        key: str = "",
        members: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> None:
        if self.is_watched:
            key = key or self.key_of(native)
            deed = Deed(verb, object_type, native, key, values, *members, self.moment())
            self.deeds.append(deed)


# --- keeping and bringing back ------------------------------------------------------------------

_PARTS = ("users", "groups", "members", "_last_id", "_unique")


@dataclass(frozen=True, slots=True)
class Kept:
    """A world as it was; copied, never shared."""

    parts: Mapping[str, object] = field(default_factory=dict)
    deeds: tuple[Deed, ...] = ()

    @classmethod
    def of(cls, world: World) -> Kept:
        deeds = tuple(world.deeds) if isinstance(world, WatchedWorld) else ()
        return cls({name: _copied(getattr(world, name)) for name in _PARTS}, deeds)

    def back_into(self, world: World) -> None:
        for name in _PARTS:
            setattr(world, name, _copied(self.parts[name]))
        if isinstance(world, WatchedWorld):
            world.deeds = list(self.deeds)


def _copied(part: object) -> object:
    """Copy two levels of dictionaries: values are never changed in place."""
    if not isinstance(part, dict):
        return part
    return {key: dict(one) if isinstance(one, dict) else one for key, one in part.items()}
