"""Taking back what a run did: which of its acts can go back, to what, and why others cannot.

What goes back is wished for as people's decisions: values that are pinned, people who are kept or
denied, memberships that are given or not. So the next cycle does not do again what was undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from provisor.domain.action import Action, Operation, Reversible
from provisor.domain.override import UNDO, Override, OverrideKind
from provisor.domain.plan import Draft, Ruling, Verdict
from provisor.domain.record import Value
from provisor.domain.reference import texts_of
from provisor.domain.schema import ObjectType

JOINED: Final = "joined"
PARTED: Final = "parted"


class Fate(StrEnum):
    """What becomes of one thing that a run did."""

    BACK = "back"
    """It goes back by the undo's plan."""
    AS_BEFORE = "as_before"
    """It is again as it was before the run."""
    UNDER_WAY = "under_way"
    """An earlier undo wants the same, and its decision holds."""
    MOVED_ON = "moved_on"
    """The target shows neither: a later run or somebody else changed it, and it is left."""
    FINAL = "final"
    """Nobody can bring it back."""
    LEFT = "left"
    """It could go back, and something keeps it as it is."""
    NOT_DONE = "not_done"
    """The run did not do it, or nobody knows whether it did."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One decision that brings something back and keeps it there."""

    kind: OverrideKind
    attribute: str = ""
    value: Value = None
    about: tuple[ObjectType, str] | None = None
    """Whom it binds; None for the object of the act."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a run did, and what becomes of it."""

    object_type: ObjectType
    key: str
    identity: str
    action: str
    """The id of the act."""
    operation: Operation
    attribute: str
    """What was written; of a membership `joined` or `parted`, of a right the attribute that holds
    it, empty for a whole account."""
    fate: Fate
    reversible: Reversible = Reversible.REVERSIBLE
    why: str = ""
    """What cannot come back, or what stands in the way; no value in it."""
    wishes: tuple[Wish, ...] = ()
    member: str = ""
    """The identity id of whoever joined a group, or was parted from it; of a right its value."""
    member_key: str = ""
    """The key of that member; of a right its value."""
    overrides: tuple[str, ...] = ()
    """The ids of the decisions that bring it back, once they are kept."""

    @property
    def place(self) -> tuple[ObjectType, str]:
        """Whom it is about."""
        return (self.object_type, self.key)

    def as_(self, fate: Fate, why: str) -> Deed:
        """Return the deed with another fate, which wishes nothing any more."""
        return replace(self, fate=fate, why=why, wishes=())

    def as_before(self, why: str) -> Deed:
        """Return the deed as one that is as before, and that its wishes would keep so."""
        return replace(self, fate=Fate.AS_BEFORE, why=why, reversible=Reversible.REVERSIBLE)


@dataclass(frozen=True, slots=True)
class Undo:
    """What somebody asked to take back."""

    id: str
    job: str
    target: str
    plan: str
    """The digest of the plan whose acts are taken back."""
    runs: tuple[str, ...]
    """The runs that carried them out."""
    reason: str
    author: str
    created_at: datetime
    deeds: tuple[Deed, ...]

    @property
    def back(self) -> tuple[Deed, ...]:
        """What goes back."""
        return tuple(deed for deed in self.deeds if deed.fate is Fate.BACK)

    @property
    def decided(self) -> tuple[Deed, ...]:
        """What goes back, and what is as before and stays so by a decision."""
        return tuple(deed for deed in self.deeds if deed.fate is Fate.BACK or deed.overrides)

    @property
    def settled(self) -> tuple[Deed, ...]:
        """What is as before, and that a decision could keep so."""
        return tuple(one for one in self.deeds if one.fate is Fate.AS_BEFORE and one.wishes)


def undo_of(override_id: str) -> str:
    """Return the id of the undo that made an override; empty where none did.

    Example:
        >>> undo_of("undo-3f2a9c01b7.12"), undo_of("9f86d081884c7d65")
        ('undo-3f2a9c01b7', '')
    """
    return override_id.partition(".")[0] if override_id.startswith(UNDO) else ""


def is_undo(word: str) -> bool:
    """Say whether an id is that of a whole undo.

    Example:
        >>> is_undo("undo-3f2a9c01b7"), is_undo("undo-3f2a9c01b7.12")
        (True, False)
    """
    return word.startswith(UNDO) and "." not in word


def undos_in(overrides: Iterable[Override]) -> tuple[str, ...]:
    """Return the ids of the undos that made some of these overrides, sorted."""
    return tuple(sorted({undo_of(one.id) for one in overrides} - {""}))


def with_decisions(undo: Undo, expires_at: datetime | None) -> tuple[Undo, tuple[Override, ...]]:
    """Return an undo with the decisions by which things go back, or stay back; each once.

    Args:
        undo: what is taken back.
        expires_at: when the decisions end by themselves; None for never.
    """
    made: dict[tuple[ObjectType, str, OverrideKind, str, Value], Override] = {}
    deeds: list[Deed] = []
    for deed in undo.deeds:
        ids: list[str] = []
        for wish in deed.wishes:
            place = wish.about or deed.place
            named = (*place, wish.kind, wish.attribute, wish.value)
            if named not in made:
                made[named] = _decision(undo, len(made) + 1, place, wish, expires_at)
            ids.append(made[named].id)
        deeds.append(replace(deed, overrides=tuple(ids)))
    return replace(undo, deeds=tuple(deeds)), tuple(made.values())


def _decision(
    undo: Undo,
    number: int,
    place: tuple[ObjectType, str],
    wish: Wish,
    expires_at: datetime | None,
) -> Override:
    return Override(
        id=f"{undo.id}.{number}",
        kind=wish.kind,
        job=undo.job,
        object_type=place[0],
        key=place[1],
        attribute=wish.attribute,
        value=wish.value,
        reason=undo.reason,
        author=undo.author,
        approver="",
        created_at=undo.created_at,
        expires_at=expires_at,
    )


# --- what of a plan brings something back ---------------------------------------------------------

_OPPOSITES: Mapping[Operation, Operation] = {
    Operation.CREATE: Operation.DISABLE,
    Operation.DELETE: Operation.CREATE,
}
"""Acts that go back by an act on the whole account."""
_OF_RIGHTS: Mapping[Operation, Operation] = {
    Operation.GRANT: Operation.REVOKE,
    Operation.REVOKE: Operation.GRANT,
}
"""Acts on one right, which go back by the opposite act on the same one."""


def about_undo(drafts: Iterable[Draft], deeds: Iterable[Deed]) -> tuple[Draft, ...]:
    """Return what of a plan brings the deeds back, in the same order, and nothing besides.

    Args:
        drafts: a plan under the undo's decisions.
        deeds: what goes back.
    """
    wanted = _wanted(deeds)
    kept = (_bringing(draft, wanted) for draft in drafts)
    return tuple(draft for draft in kept if draft is not None)


def brought(drafts: Iterable[Draft], deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    """Return the deeds that some of a plan's acts bring back, in the same order.

    Cost: one look at each change of each act.
    """
    named: set[tuple[object, ...]] = set()
    for draft in drafts:
        named |= _bringers(draft)
    return tuple(deed for deed in deeds if _brought_by(deed) in named)


def redone(drafts: Iterable[Draft], deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    """Return the deeds that some of a plan's acts would do again, in the same order.

    Args:
        drafts: a plan without the undo's decisions.
        deeds: what is as before.
    """
    named: set[tuple[object, ...]] = set()
    for draft in drafts:
        named |= _bringers(draft)
    return tuple(deed for deed in deeds if _redone_by(deed) in named)


def _bringers(draft: Draft) -> set[tuple[object, ...]]:
    """Return the names of all deeds that an act brings back."""
    action = draft.action
    place = (action.object_type, draft.key)
    named: set[tuple[object, ...]] = {(*place, action.operation)}
    named |= {(*place, *right) for right in _rights(action)}
    named |= {(*place, change.attribute) for change in action.changes}
    named |= {(action.subject, PARTED, member) for member in action.adds}
    named |= {(action.subject, JOINED, member) for member in action.removes}
    return named


def _brought_by(deed: Deed) -> tuple[object, ...]:
    """Return how an act is named that brings a deed back."""
    if deed.operation in _OPPOSITES:
        return (*deed.place, _OPPOSITES[deed.operation])
    if deed.operation is Operation.MEMBERSHIP:
        return (deed.identity, deed.attribute, deed.member)
    if deed.operation in _OF_RIGHTS:
        return (*deed.place, *_right(deed))
    return (*deed.place, deed.attribute)


def _redone_by(deed: Deed) -> tuple[object, ...]:
    """Return how an act is named that does again what a deed did."""
    if deed.operation is Operation.CREATE:
        return (*deed.place, Operation.ENABLE)
    if deed.operation is Operation.MEMBERSHIP:
        return (deed.identity, PARTED if deed.attribute == JOINED else JOINED, deed.member)
    if deed.operation in _OF_RIGHTS:
        return (*deed.place, deed.operation, deed.attribute, deed.member)
    return (*deed.place, deed.attribute)


Right = tuple[Operation, str, str]
"""What is done to a right: the act, the attribute that holds it, and its value."""


def _right(deed: Deed) -> Right:
    return _OF_RIGHTS[deed.operation], deed.attribute, deed.member


def _rights(action: Action) -> Iterator[Right]:
    """Yield the rights that an act gives or takes."""
    for change in action.changes if action.operation in _OF_RIGHTS else ():
        for side in (change.before, change.after):
            for value in texts_of(side):
                yield action.operation, change.attribute, value


@dataclass(frozen=True, slots=True)
class _Wanted:
    attributes: Mapping[tuple[ObjectType, str], Collection[str]]
    whole: Collection[tuple[ObjectType, str, Operation]]
    joins: Mapping[str, Collection[str]]
    """Group to the members that go back into it."""
    parts: Mapping[str, Collection[str]]
    rights: Mapping[tuple[ObjectType, str], Collection[Right]]


def _wanted(deeds: Iterable[Deed]) -> _Wanted:
    attributes: dict[tuple[ObjectType, str], set[str]] = {}
    whole: set[tuple[ObjectType, str, Operation]] = set()
    joins: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    rights: dict[tuple[ObjectType, str], set[Right]] = {}
    for deed in deeds:
        if deed.operation in _OPPOSITES:
            whole.add((*deed.place, _OPPOSITES[deed.operation]))
        elif deed.operation is Operation.MEMBERSHIP:
            moves = parts if deed.attribute == JOINED else joins
            moves.setdefault(deed.identity, set()).add(deed.member)
        elif deed.operation in _OF_RIGHTS:
            rights.setdefault(deed.place, set()).add(_right(deed))
        else:
            attributes.setdefault(deed.place, set()).add(deed.attribute)
    return _Wanted(attributes, whole, joins, parts, rights)


def _bringing(draft: Draft, wanted: _Wanted) -> Draft | None:
    """Return what of an act brings something back; None where nothing does."""
    action = draft.action
    if action.adopts or action.operation is Operation.DELETE:
        return None
    if action.operation is Operation.MEMBERSHIP:
        return _moving(draft, wanted)
    if action.operation in _OF_RIGHTS:
        meant = wanted.rights.get((action.object_type, draft.key), ())
        return draft if any(right in meant for right in _rights(action)) else None
    if (action.object_type, draft.key, action.operation) in wanted.whole:
        return draft
    names = wanted.attributes.get((action.object_type, draft.key), ())
    if action.operation is Operation.CREATE or not names:
        return None
    changes = tuple(change for change in action.changes if change.attribute in names)
    if not changes:
        return None
    if len(changes) == len(action.changes):
        return draft
    # Less of an act than the cycle would do is another act, with a digest of its own.
    left = {change.attribute for change in changes}
    narrowed = replace(
        action,
        changes=changes,
        redacted=tuple(name for name in action.redacted if name in left),
        references=tuple(name for name in action.references if name in left),
    )
    return replace(draft, action=narrowed)


def _moving(draft: Draft, wanted: _Wanted) -> Draft | None:
    action = draft.action
    back, away = wanted.joins.get(action.subject, ()), wanted.parts.get(action.subject, ())
    adds = tuple(one for one in action.adds if one in back)
    removes = tuple(one for one in action.removes if one in away)
    if not (adds or removes):
        return None
    return replace(draft, action=replace(action, adds=adds, removes=removes, outsiders=()))


# --- what only an undo gives ----------------------------------------------------------------------

UNDONE: Final = "undo"
"""The name of verdicts on acts that give somebody what the rules do not; the acts wait apart."""


def wait_apart(drafts: Iterable[Draft], deeds: Collection[Deed]) -> tuple[Draft, ...]:
    """Return a plan's acts, those set apart that give back what undos grant.

    Args:
        drafts: of a plan.
        deeds: what undos give back by grants in force.
    """
    wanted = {_brought_by(deed) for deed in deeds}
    return tuple(
        replace(draft, apart=UNDONE) if not draft.apart and wanted & _bringers(draft) else draft
        for draft in drafts
    )


def waits_for_undo(draft: Draft) -> bool:
    """Say whether an act waits apart because an undo gives it."""
    return draft.apart == UNDONE


def undo_verdicts(drafts: Iterable[Draft]) -> Iterator[Verdict]:
    """Yield, for each part that waits because of undos, why it does."""
    sizes = Counter(draft.part for draft in drafts if waits_for_undo(draft))
    for part, count in sorted(sizes.items()):
        reason = "an undo gives this, whatever the rules say: a second person agrees"
        yield Verdict(UNDONE, part, str(count), "0", Ruling.NEEDS_DECISION, reason)
