"""What others changed in the target, told apart from what we did and what the source asks for.

A value moved when the target shows another one than was last known. Nobody of ours moved it unless
an act of ours wrote exactly that since; and whether the source asks for something new besides is a
second question, because both may have moved at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from provisor.domain.action import Operation
from provisor.domain.difference import same
from provisor.domain.granting import after_right
from provisor.domain.record import ABSENT, Presence, Record, Value, as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType


class DriftKind(StrEnum):
    """What others did."""

    CHANGED = "changed"
    """A value of an account."""
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"
    """An account that is linked, or was made by us."""
    MADE = "made"
    """An account of nobody, that was not there before."""
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"


class Mover(StrEnum):
    """Whose change it is."""

    TARGET = "target"
    """Somebody at the target, and nobody else."""
    BOTH = "both"
    """Somebody at the target, and the source asks for something new as well."""


OF_MEMBERS = frozenset({DriftKind.MEMBER_ADDED, DriftKind.MEMBER_REMOVED})
OF_ACCOUNTS = frozenset({DriftKind.DELETED, DriftKind.MADE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """When something was seen, and by what."""

    at: datetime
    by: str
    """`read ID` of an observation, `act ID` of our own, or `look` for one that is not kept."""


@dataclass(frozen=True, slots=True)
class Known:
    """One value of an account as it was last known; `ABSENT` for one that it did not have."""

    value: Presence
    since: Evidence


@dataclass(frozen=True, slots=True)
class OwnAct:
    """One value that we sent, whatever became of it."""

    value: Presence
    evidence: Evidence
    done: bool
    operation: Operation | None = None
    """`grant` or `revoke`, where it was one value of many; None for the whole of it."""

    def after(self, held: Presence) -> Presence:
        """Return what the attribute is after the act, as it was before."""
        if self.operation is None:
            return self.value
        return after_right(held, self.operation, self.value)


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that others changed, between two moments at which the target was seen."""

    kind: DriftKind
    object_type: ObjectType
    identity: str
    """Empty for an account of nobody."""
    key: str
    """The natural key at the source; the native id for an account of nobody."""
    native_id: str
    name: str
    attribute: str
    """The member's identity for a membership; empty for a whole account."""
    before: Value
    after: Value
    earlier: Evidence
    """The last moment at which it was still as before."""
    later: Evidence
    """The first moment at which it was not."""
    mover: Mover = Mover.TARGET
    explained_by: str = ""
    """The act of ours that wrote just this; empty for what nothing explains."""
    id: str = ""
    """Of the fact in the store; empty for what no plan has written down yet."""

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What is drifting; two drifts of one place are two steps of one story."""
        group = "member" if self.kind in OF_MEMBERS else ""
        subject = self.identity or self.native_id
        whole = "account" if self.kind in OF_ACCOUNTS else self.attribute
        return (self.object_type.value, subject, group, whole)


@dataclass(frozen=True, slots=True)
class Sight:
    """One linked account with what is known of it."""

    identity: str
    key: str
    native_id: str
    account: Record | None
    """As the target shows it now; None when it is gone."""
    known: Mapping[str, Known]
    acts: Mapping[str, Sequence[OwnAct]]
    """By attribute, oldest first."""
    name: str = ""
    """What it is called, where it is not there to say so."""


def drift_of(
    rules: ObjectRules, sight: Sight, before: Evidence | None, now: Evidence
) -> list[Drift]:
    """Return what others changed about one linked account, sorted by attribute.

    Args:
        rules: of its object type.
        sight: the account, and what is known of it.
        before: the last complete read of the target before this one.
        now: this look at the target.

    Cost: one comparison per attribute that is known.
    """
    if not sight.known:
        return []
    if sight.account is None:
        earlier = _latest([known.since for known in sight.known.values()], before)
        whole = Drift(
            DriftKind.DELETED,
            rules.object_type,
            sight.identity,
            sight.key,
            sight.native_id,
            sight.name,
            "",
            sight.native_id,
            None,
            earlier,
            now,
        )
        return [whole]
    found = []
    for attribute in sorted(sight.known):
        drift = _moved(rules, sight, sight.account, attribute, before, now)
        found += [drift] if drift is not None else []
    return found


def _moved(
    rules: ObjectRules,
    sight: Sight,
    account: Record,
    attribute: str,
    before: Evidence | None,
    now: Evidence,
) -> Drift | None:
    known, held = sight.known[attribute], account.value(attribute)
    schema = rules.schema
    if same(_value(known.value), held, schema.attribute(attribute)):
        return None
    acts = [one for one in sight.acts.get(attribute, ()) if one.evidence.at >= known.since.at]
    explaining = next(
        (
            a
            for a in reversed(acts)
            if same(_value(a.after(known.value)), held, schema.attribute(attribute))
        ),
        None,
    )
    return Drift(
        _kind(rules, attribute, held),
        rules.object_type,
        sight.identity,
        sight.key,
        sight.native_id,
        as_text(account.values.get(schema.name)) or sight.name,
        attribute,
        _value(known.value),
        _value(held),
        _latest([known.since], before),
        now,
        explained_by=explaining.evidence.by if explaining is not None else "",
    )


def _kind(rules: ObjectRules, attribute: str, held: Presence) -> DriftKind:
    switch = rules.schema.switch
    if switch is None or attribute != switch.attribute:
        return DriftKind.CHANGED
    off = as_text(held) == as_text(switch.off)
    return DriftKind.DISABLED if off else DriftKind.ENABLED


def _latest(known: Iterable[Evidence], before: Evidence | None) -> Evidence:
    """A complete read in between showed the same, or it would have been written down then."""
    newest = max(known, key=lambda one: one.at)
    return before if before is not None and before.at >= newest.at else newest


def _value(value: Presence) -> Value:
    return None if value is ABSENT else value


def watched_attributes(rules: ObjectRules) -> tuple[str, ...]:
    """Return the attributes in which others' changes are seen, sorted: those that we write."""
    names = {one.attribute for one in rules.mappings if not rules.is_secret(one.attribute)}
    names |= {rules.schema.name, rules.schema.anchor}
    names |= {rules.schema.switch.attribute} if rules.schema.switch is not None else set()
    return tuple(sorted(names - {"", rules.schema.key}))


def after_acts(
    known: Mapping[str, Known],
    acts: Mapping[str, Sequence[OwnAct]],
    accepted: Mapping[str, tuple[Value, Value]],
    rules: ObjectRules,
) -> dict[str, Known]:
    """Return what is known of an account once our own acts are counted.

    Args:
        known: as it was last read.
        acts: what we sent, by attribute, oldest first.
        accepted: forms that the target made of what was sent.
        rules: for how values are compared.
    """
    found = dict(known)
    for attribute, sent in acts.items():
        for act in sent:
            earlier = found.get(attribute)
            if not act.done or (earlier is not None and earlier.since.at > act.evidence.at):
                continue
            value = act.after(earlier.value if earlier is not None else ABSENT)
            wrote, kept = accepted.get(attribute, (None, None))
            if not is_blank(kept) and same(wrote, value, rules.schema.attribute(attribute)):
                value = kept
            found[attribute] = Known(value, act.evidence)
    return found


def with_facts(known: Mapping[str, Known], facts: Iterable[Drift]) -> dict[str, Known]:
    """Return what is known of an account once drift that was written down is counted."""
    found = dict(known)
    for fact in sorted(facts, key=lambda one: one.later.at):
        earlier = found.get(fact.attribute)
        if earlier is not None and earlier.since.at <= fact.later.at:
            found[fact.attribute] = Known(fact.after, fact.later)
    return found


def judged(drift: Drift, wanted: Presence, rules: ObjectRules) -> Drift:
    """Return a drift that says whether the source moved as well.

    Args:
        drift: of one value.
        wanted: what the account should hold; `ABSENT` where no mapping says anything now.
        rules: for how values are compared.
    """
    known = rules.schema.attribute(drift.attribute)
    alone = wanted is ABSENT or same(_value(wanted), drift.before, known)
    return replace(drift, mover=Mover.TARGET if alone else Mover.BOTH)


@dataclass(frozen=True, slots=True)
class DriftRate:
    """Changes that no act of ours explains, among all that were seen in a period (metric M6)."""

    unexplained: int
    observed: int
    since: datetime
    until: datetime

    def words(self) -> str:
        """Return the rate with numerator and denominator; no percentage stands alone.

        Example:
            >>> from datetime import UTC, datetime
            >>> day = datetime(2031, 4, 7, tzinfo=UTC)
            >>> DriftRate(1, 8, day, day).words(), DriftRate(0, 0, day, day).words()
            ('1 of 8 (12.5 %)', '0 of 0')
        """
        share = f" ({self.unexplained * 100 / self.observed:.1f} %)" if self.observed else ""
        return f"{self.unexplained} of {self.observed}{share}"
