"""What came out of a case beside what was expected: the differences, in words.

Enters: a case, and the plan that was made of it. Leaves: differences; none when it passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from provisor.domain.action import Action, Change, Operation
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure, departure_of
from provisor.domain.mapping import flowing, map_values
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.pinning import pinned
from provisor.domain.plan import Draft, PlanPart, Proposal, SetAside
from provisor.domain.record import (
    ABSENT,
    NOTHING,
    Presence,
    Record,
    Value,
    Values,
    as_text,
    is_blank,
)
from provisor.domain.reference import OF_OTHER_JOBS, texts_of
from provisor.domain.register import chooses
from provisor.domain.rehearsal import NO_KEY, Difference, Expected, Left, PlanLine, Subject, Wish
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.world import World
from provisor.errors import ConditionUndecided

_SEPARATOR = ": "


@dataclass(frozen=True)
class Outcome:
    """What planning made of a case."""

    world: World
    proposal: Proposal
    parts: tuple[PlanPart, ...]
    keys: Mapping[str, str]
    """Identity id to source key."""

    @cached_property
    def lines(self) -> tuple[PlanLine, ...]:
        """Every action of the plan, in its order."""
        return tuple(_line(draft, self) for draft in self.proposal.drafts)

    @cached_property
    def problems(self) -> Mapping[Subject, SetAside]:
        """Every record that is set aside."""
        return {Subject(one.key or NO_KEY, one.object_type): one for one in self.proposal.set_aside}

    def rules(self, object_type: ObjectType) -> ObjectRules | None:
        """Return the rules for one type of object, if the job has any."""
        return self.world.rules.objects.get(object_type)

    def record(self, subject: Subject) -> Record | None:
        """Return a record of the source that has a key of its own."""
        population = self.world.populations.get(subject.object_type)
        records = population.records if population is not None else ()
        return next((one for one in records if one.key == subject.key), None)

    def departure(self, subject: Subject) -> Departure | None:
        """Return why a record's person is gone; None where that is not so, or cannot be said."""
        record, rules = self.record(subject), self.rules(subject.object_type)
        if record is None or rules is None:
            return None
        overrides = self.world.overrides.get((subject.object_type, subject.key), ())
        around = surroundings_of(self.world, subject.object_type)
        try:
            return departure_of(rules, record, overrides, around)
        except ConditionUndecided:
            return None

    def account_values(self, key: str, object_type: ObjectType) -> Values:
        """Return what the account that a key is linked with holds."""
        population = self.world.populations[object_type]
        native = next((link.native_id for link in population.links if link.key == key), None)
        return next((one.values for one in population.accounts if one.key == native), NOTHING)

    def drafts(self, subject: Subject) -> tuple[Draft, ...]:
        """Return the actions on one person's or group's account."""
        return tuple(
            draft
            for draft in self.proposal.drafts
            if draft.key == subject.key and draft.action.object_type is subject.object_type
        )

    def creation(self, subject: Subject) -> Draft | None:
        """Return the action that makes an account for somebody, if there is one."""
        drafts = self.drafts(subject)
        return next((one for one in drafts if one.action.operation is Operation.CREATE), None)


def differences(expected: Expected, outcome: Outcome) -> Iterator[Difference]:
    """Yield everything that did not come out as expected, in reading order."""
    for subject, wishes in (expected.desired or {}).items():
        yield from _desired(subject, wishes, outcome)
    if expected.plan is not None:
        yield from _plan(expected.plan, outcome.lines)
    yield from _set_aside(expected.set_aside or {}, outcome)
    gone: tuple[tuple[str, Mapping[Subject, str] | None, Gone], ...] = (
        ("out of scope", expected.out_of_scope, Gone.OUT_OF_SCOPE),
        ("leaver", expected.leavers, Gone.LEAVER),
    )
    for word, subjects, why in gone:
        for subject, clause in (subjects or {}).items():
            yield from _gone(word, subject, clause, why, outcome)
    if expected.waiting is not None:
        yield from _waiting(expected.waiting, outcome)
    kinds = {one.native_id: one.kind for one in outcome.proposal.findings}
    yield from _told("account", expected.accounts or {}, kinds.get)
    rulings = {one.part: one.verdict.value for one in outcome.parts}
    wanted = {part: ruling.value for part, ruling in (expected.parts or {}).items()}
    yield from _told("part", wanted, rulings.get)


def _told(
    word: str, wanted: Mapping[str, str], found: Callable[[str], str | None]
) -> Iterator[Difference]:
    for name, expected in wanted.items():
        if found(name) != expected:
            yield Difference(f"{word} {name}", expected, found(name) or "not there")


# --- desired attributes --------------------------------------------------------------------------


def _desired(
    subject: Subject, wishes: Mapping[str, Wish], outcome: Outcome
) -> Iterator[Difference]:
    values = _values(subject, outcome)
    if isinstance(values, str):
        expected = ", ".join(f"{name} = {shown(wish)}" for name, wish in wishes.items())
        yield Difference(f"desired {subject}", expected or "an account", values)
        return
    made = outcome.creation(subject) is not None
    for name, told_wish in wishes.items():
        # In an account that is only being made, what is left alone is empty.
        wish = None if made and isinstance(told_wish, Left) else told_wish
        found = values.get(name, None if made else ABSENT)
        if not _is_as_wished(wish, found):
            yield Difference(f"desired {subject} {name}", shown(wish), shown(found))


def _values(subject: Subject, outcome: Outcome) -> Mapping[str, Presence] | str:
    """Return what an account should hold, or why there is nothing to hold."""
    record, rules = outcome.record(subject), outcome.rules(subject.object_type)
    if subject in outcome.problems:
        problem = outcome.problems[subject]
        return f"set aside: {problem.code}: {problem.parts['what']}"
    if record is None or rules is None:
        return "the source has no such record"
    departure = outcome.departure(subject)
    if departure is not None:
        return departure.rule
    planned = {
        change.attribute: _by_key(change, draft.action, outcome)
        for draft in outcome.drafts(subject)
        for change in draft.action.changes
    }
    if outcome.creation(subject) is not None:
        return planned
    return {**_mapped(record, rules, outcome), **planned}


def _mapped(record: Record, rules: ObjectRules, outcome: Outcome) -> Mapping[str, Value]:
    here = {**record.values, SOFT_DELETED: False}
    mapped = map_values(flowing(rules), here, rules.schema, outcome.world.circumstances)
    overrides = outcome.world.overrides.get((rules.object_type, record.key), ())
    # What looks for a name that nobody has keeps the one that the account has.
    held = outcome.account_values(record.key, rules.object_type)
    kept = {m.attribute: held.get(m.attribute) for m in flowing(rules) if chooses(m)}
    return pinned({**mapped.values, **kept}, overrides, rules)


def _is_as_wished(wish: Wish, found: Presence) -> bool:
    """Say whether a value is the expected one; a number and its text form are the same."""
    if isinstance(wish, Left) or found is ABSENT:
        return isinstance(wish, Left) and found is ABSENT
    if is_blank(wish) or is_blank(found):
        return is_blank(wish) and is_blank(found)
    if isinstance(wish, tuple) or isinstance(found, tuple):
        return _texts(wish) == _texts(found)
    return as_text(wish) == as_text(found)


def _texts(value: Presence) -> list[str]:
    return sorted(map(as_text, value if isinstance(value, tuple) else (value,)))


def shown(value: Presence | Left) -> str:
    """Return a value as a difference shows it.

    Example:
        >>> shown("Elin"), shown(None), shown(("a", "b")), shown(Left.ALONE)
        ('Elin', 'nothing', 'a, b', 'left alone')
    """
    if isinstance(value, Left) or value is ABSENT:
        return "left alone"
    if is_blank(value):
        return "nothing"
    return ", ".join(map(as_text, value)) if isinstance(value, tuple) else as_text(value)


# --- plan lines ----------------------------------------------------------------------------------


def _line(draft: Draft, outcome: Outcome) -> PlanLine:
    action = draft.action
    rules = outcome.rules(action.object_type)
    mapped = {mapping.attribute for mapping in rules.mappings} if rules is not None else set()
    # Nobody can foresee an anchor that Provisor draws by itself.
    drawn = {rules.schema.anchor} - mapped if rules is not None else set()
    gone = action.operation is Operation.DELETE
    told = {c.attribute: _by_key(c, action, outcome) for c in action.changes}
    changes = {} if gone else {name: _after(value) for name, value in told.items()}
    return PlanLine(
        action.operation,
        Subject(draft.key, action.object_type),
        {name: value for name, value in changes.items() if name not in drawn},
        {},
        frozenset(outcome.keys.get(one, one) for one in action.adds),
        frozenset(outcome.keys.get(one, one) for one in action.removes),
        frozenset(draw.attribute for draw in action.draws),
    )


def _by_key(change: Change, action: Action, outcome: Outcome) -> Presence:
    """Return what an attribute shall hold; to whom it refers is told by source keys."""
    after = change.after
    if change.attribute not in action.references or not isinstance(after, str | tuple):
        return after
    keys = tuple(outcome.keys.get(one, one) for one in texts_of(after))
    return keys if isinstance(after, tuple) else keys[0]


def _after(value: Presence) -> Value:
    return None if value is ABSENT else value


def _plan(expected: tuple[PlanLine, ...], found: tuple[PlanLine, ...]) -> Iterator[Difference]:
    left = list(found)
    for wanted in expected:
        same = [one for one in left if _is_about(one) == _is_about(wanted)]
        if not same:
            yield Difference("plan", told(wanted), "")
            continue
        best = min(same, key=lambda one: len(list(_unlike(wanted, one))))
        left.remove(best)
        yield from _unlike(wanted, best)
    for one in left:
        yield Difference("plan", "", told(one))


def _is_about(line: PlanLine) -> tuple[Operation, Subject]:
    return line.operation, line.subject


def _unlike(wanted: PlanLine, found: PlanLine) -> Iterator[Difference]:
    place = f"plan {wanted.operation} {wanted.subject}"
    changes = found.changes or {}
    for name, value in {**(wanted.changes or {}), **wanted.including}.items():
        after = changes.get(name, ABSENT)
        if not _is_as_wished(value, after):
            yield Difference(f"{place} {name}", shown(value), _after_shown(after))
    for name, value in changes.items() if wanted.changes is not None else ():
        if name not in (wanted.changes or {}) and name not in wanted.including:
            yield Difference(f"{place} {name}", "", shown(value))
    members = (
        ("adds", wanted.adds, found.adds),
        ("removes", wanted.removes, found.removes),
        ("draws", wanted.draws, found.draws),
    )
    for word, asked, given in members:
        if asked is not None and asked != given:
            yield Difference(f"{place} {word}", _listed(asked), _listed(given or frozenset()))


def _after_shown(after: Presence) -> str:
    return "not changed" if after is ABSENT else shown(after)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"


def told(line: PlanLine) -> str:
    """Return a plan line as a difference shows it."""
    changes = {**(line.changes or {}), **line.including}
    words = [f"{name} = {shown(value)}" for name, value in changes.items()]
    for word, names in (("adds", line.adds), ("removes", line.removes), ("draws", line.draws)):
        words += [f"{word} {_listed(names)}"] if names else []
    head = f"{line.operation} {line.subject}"
    return f"{head}: {'; '.join(words)}" if words else head


# --- who goes no further -------------------------------------------------------------------------


def _set_aside(expected: Mapping[Subject, str], outcome: Outcome) -> Iterator[Difference]:
    for subject, code in expected.items():
        problem = outcome.problems.get(subject)
        if problem is None:
            yield Difference(f"set aside {subject}", code or "set aside", "not set aside")
        elif code not in ("", problem.code):
            yield Difference(f"set aside {subject}", code, f"{problem.code}: {_why(problem)}")
    for subject, problem in outcome.problems.items():
        if subject not in expected:
            found = f"{problem.code}: {_why(problem)}"
            yield Difference(f"set aside {subject}", "not set aside", found)


def _waiting(expected: Mapping[Subject, str], outcome: Outcome) -> Iterator[Difference]:
    found: dict[Subject, list[str]] = {}
    for one in outcome.proposal.pending:
        if one.lack in OF_OTHER_JOBS:
            found.setdefault(Subject(one.key, one.object_type), []).append(one.attribute)
    for subject, attribute in expected.items():
        told = found.get(subject, [])
        if not told or attribute not in ("", *told):
            yield Difference(
                f"waiting {subject}", attribute or "waiting", ", ".join(told) or "not waiting"
            )
    for subject, told in found.items():
        if subject not in expected:
            yield Difference(f"waiting {subject}", "not waiting", ", ".join(told))


def _why(problem: SetAside) -> str:
    parts = (problem.parts.get(name, "") for name in ("what", "found"))
    return "; ".join(filter(None, parts))


def _gone(
    word: str, subject: Subject, clause: str, why: Gone, outcome: Outcome
) -> Iterator[Difference]:
    departure = outcome.departure(subject)
    place = f"{word} {subject}"
    if departure is None or departure.why is not why:
        found = departure.rule if departure is not None else "here and in scope"
        yield Difference(place, clause or word, found)
        return
    found = departure.rule.partition(_SEPARATOR)[2]
    if clause and clause != found:
        yield Difference(place, clause, found)
