"""Which acts touch power over others, and whose department an act is about: marked before sealing.

Both executors draft acts without these marks; what is marked changes the action, so that people
approve it as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.action import Action, Operation, Risk, Wave
from provisor.domain.bounds import ATTRIBUTE
from provisor.domain.entitlement import GROUP, Level
from provisor.domain.expressions.nodes import Attribute
from provisor.domain.flow import Apply
from provisor.domain.plan import Draft
from provisor.domain.protection import fits
from provisor.domain.record import ABSENT, NOTHING, Record, Value, Values, as_text
from provisor.domain.reference import texts_of
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition, judge
from provisor.domain.separating import rights_in
from provisor.domain.surroundings import Surroundings

_OF_RIGHTS = frozenset({Operation.GRANT, Operation.REVOKE})


@dataclass(frozen=True, slots=True)
class Seen:
    """What marking looks at besides the act."""

    moment: Moment
    accounts: Mapping[str, Record] = field(default_factory=dict)
    """Users' accounts of the target by native id, of those that are acted on."""
    records: Mapping[str, Record] = field(default_factory=dict)
    """Users' records of the source by key, of those that are acted on."""


def needs_marks(rules: JobRules) -> bool:
    """Say whether anything is marked under these rules."""
    users = rules.objects.get(ObjectType.USERS)
    marks = users is not None and (users.privileged is not None or users.counted_by)
    limited = any(own.limits for own in rules.objects.values())
    return bool(marks or limited or rules.privileged_groups or rules.catalogue)


def is_counted(draft: Draft, rules: JobRules) -> bool:
    """Say whether a limit counts this act by an attribute of its person."""
    return any(_counting(draft, rules))


def marked(draft: Draft, rules: JobRules, seen: Seen) -> Draft:
    """Return an act with its marks; most acts have none."""
    if draft.action.risk is not Risk.DESTRUCTIVE and _is_privileged(draft, rules, seen):
        draft = _privileged(draft)
    elif draft.action.risk is Risk.ORDINARY and _is_unknown(draft, rules):
        draft = replace(draft, action=replace(draft.action, risk=Risk.UNKNOWN))
    about = [(name, _value_of(name, draft, rules, seen)) for name in _counting(draft, rules)]
    about += [(ATTRIBUTE, name) for name in _changing(draft, rules)]
    return replace(draft, about=tuple(about)) if about else draft


def gives_power(values: Values, condition: Condition, moment: Moment) -> bool:
    """Say whether an account of these values is privileged; where it cannot be said, it is."""
    return judge(condition, Record("", values), Surroundings(moment)).holds is not False


def is_privileged_group(name: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a group of that name is privileged, without regard to case.

    Example:
        >>> is_privileged_group("Domain Admins", ("*admins",)), is_privileged_group("x", ("y",))
        (True, False)
    """
    return any(fits(pattern.casefold(), name.casefold()) for pattern in patterns)


def _is_privileged(draft: Draft, rules: JobRules, seen: Seen) -> bool:
    if draft.action.object_type is not ObjectType.USERS:
        privileged = rules.catalogue.level(GROUP, draft.name) is Level.PRIVILEGED
        return privileged or is_privileged_group(draft.name, rules.privileged_groups)
    if draft.action.operation in _OF_RIGHTS and Level.PRIVILEGED in _levels(draft, rules):
        return True
    condition = rules.objects[ObjectType.USERS].privileged
    if condition is None:
        return False
    account = seen.accounts.get(draft.action.native_id or "")
    before = account.values if account is not None else NOTHING
    changes = _held_then(draft.action, before)
    both = (before, {**before, **changes}) if account is not None else (changes,)
    return any(gives_power(values, condition, seen.moment) for values in both)


def _is_unknown(draft: Draft, rules: JobRules) -> bool:
    """Say whether an act gives a right that nobody classified."""
    if draft.action.operation is Operation.GRANT:
        return Level.UNKNOWN in _levels(draft, rules)
    gives = draft.action.operation is Operation.MEMBERSHIP and draft.action.adds
    return bool(gives) and rules.catalogue.level(GROUP, draft.name) is Level.UNKNOWN


def _levels(draft: Draft, rules: JobRules) -> set[Level | None]:
    rights = rights_in(draft.action)
    return {rules.catalogue.level(right.attribute, right.value) for right in rights}


def _held_then(action: Action, before: Values) -> dict[str, Value]:
    """Return what an account holds after an act, of the attributes that it changes."""
    if action.operation not in _OF_RIGHTS:
        return {c.attribute: _held(c.after) for c in action.changes}
    return {
        c.attribute: tuple(
            one
            for one in dict.fromkeys((*texts_of(before.get(c.attribute)), *texts_of(c.after)))
            if one not in texts_of(c.before)
        )
        for c in action.changes
    }


def _held(value: object) -> Value:
    return None if value is ABSENT else value  # type: ignore[return-value]  # a change holds values


def _privileged(draft: Draft) -> Draft:
    action = replace(draft.action, risk=Risk.PRIVILEGED)
    takes = action.operation is Operation.MEMBERSHIP and not action.adds
    takes = takes or action.operation is Operation.REVOKE
    wave = Wave.REVOKE_PRIVILEGED if takes else draft.wave
    return replace(draft, action=action, wave=wave)


def _counting(draft: Draft, rules: JobRules) -> Iterator[str]:
    """Yield the attributes by which the limit of an act's class counts."""
    if draft.action.object_type is not ObjectType.USERS or draft.urgent:
        return
    limit = rules.limits.get(draft.kind.partition(".")[2])
    if limit is not None:
        yield from limit.by


def _changing(draft: Draft, rules: JobRules) -> Iterator[str]:
    """Yield the attributes that an act changes of an account that is there, and that are limited.

    What a leaver's urgent disable changes waits for no limit.
    """
    action = draft.action
    own = rules.objects.get(action.object_type)
    if own is None or not own.limits or draft.urgent or action.operation is Operation.CREATE:
        return
    yield from sorted({change.attribute for change in action.changes} & own.limits.keys())


def _value_of(name: str, draft: Draft, rules: JobRules, seen: Seen) -> str:
    """Return the person's value; of somebody without a row the one that the account has."""
    record = seen.records.get(draft.key)
    if record is not None:
        return as_text(record.values.get(name))
    account = seen.accounts.get(draft.action.native_id or "")
    mirrored = mirror_of(rules.objects[ObjectType.USERS], name)
    return as_text(account.values.get(mirrored)) if account is not None and mirrored else ""


def mirror_of(rules: ObjectRules, attribute: str) -> str:
    """Return the target attribute that is always what a source attribute is; empty for none."""
    return next(
        (
            one.attribute
            for one in rules.mappings
            if isinstance(one.expression, Attribute)
            and one.expression.name == attribute
            and one.apply is Apply.ALWAYS
        ),
        "",
    )
