"""The actions of a large stored plan: every one checked, each made only when it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from provisor.domain.action import Operation, Risk, Wave, action_of
from provisor.domain.plan import Draft, PlannedAction

Row = tuple[int, bytes, bytes, int, str, str, str, int, str]
"""Position, digest, body, wave, bundle, key, name, urgent, leave date."""


_OPERATION, _RISK = b',"operation":"', b',"risk":"'
_OPERATIONS = {one.value.encode(): one for one in Operation}
_RISKS = {one.value.encode(): one for one in Risk}


def _word(body: bytes, opening: bytes) -> bytes:
    start = body.index(opening) + len(opening)
    return body[start : body.index(b'"', start)]


Labels = Mapping[int, tuple[str, tuple[tuple[str, str], ...]]]
"""Position to the group that an act waits apart for, and to what limits count it by."""


def labels_among(actions: Iterable[PlannedAction]) -> Labels:
    """Return the labels of those actions that have any."""
    return {
        one.position: (one.draft.apart, one.draft.about)
        for one in actions
        if one.draft.about or one.draft.apart
    }


def labelled(actions: Sequence[PlannedAction], labels: Labels) -> Sequence[PlannedAction]:
    """Return actions with their labels."""
    if not labels:
        return actions
    if isinstance(actions, StoredActions):
        return StoredActions(actions.rows, labels)
    return tuple(_labelled(one, labels) for one in actions)


def _labelled(one: PlannedAction, labels: Labels) -> PlannedAction:
    if one.position not in labels:
        return one
    apart, about = labels[one.position]
    return replace(one, draft=replace(one.draft, apart=apart, about=about))


def planned_action(row: Row) -> PlannedAction:
    """Return the planned action of one row."""
    position, digest, body, wave, bundle, key, name, urgent, leave_date = row
    draft = Draft(
        action=action_of(json.loads(body)),
        key=key,
        name=name,
        wave=Wave(wave),
        urgent=urgent == 1,
        leave_date=leave_date,
        bundle=bundle,
    )
    return PlannedAction(position, draft, digest)


@dataclass(frozen=True, slots=True)
class StoredActions(Sequence[PlannedAction]):
    """Planned actions in order, kept as their rows.

    Cost: a thousandth of the time that making a million of them takes, where only some are shown.
    """

    rows: Sequence[Row]
    labels: Labels = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> PlannedAction: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[PlannedAction, ...]: ...
    def __getitem__(self, place: int | slice) -> PlannedAction | tuple[PlannedAction, ...]:
        """Return one action, or a tuple of several."""
        if isinstance(place, slice):
            return tuple(map(self._made, self.rows[place]))
        return self._made(self.rows[place])

    def grades(self) -> Iterator[tuple[Operation, Risk]]:
        """Yield operation and risk of every action, in order.

        They stand in its canonical bytes as plain words; inside a text the quotes are escaped, so
        nothing that somebody wrote can be taken for them.
        """
        return (
            (_OPERATIONS[_word(row[2], _OPERATION)], _RISKS[_word(row[2], _RISK)])
            for row in self.rows
        )

    def __iter__(self) -> Iterator[PlannedAction]:
        """Yield every action, made one by one."""
        return map(self._made, self.rows)

    def _made(self, row: Row) -> PlannedAction:
        one = planned_action(row)
        return _labelled(one, self.labels) if self.labels else one


def digests_of(actions: Sequence[PlannedAction]) -> Iterator[bytes]:
    """Yield the digest of every action, without making those that are kept as rows."""
    if isinstance(actions, StoredActions):
        return (row[1] for row in actions.rows)
    return (action.digest for action in actions)
