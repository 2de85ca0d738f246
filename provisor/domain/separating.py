"""What duties make of a plan: grants that are left out, grants that wait alone, and who has both.

Both executors draft grants without these marks. What stands here follows the proposal of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from provisor.domain.action import Action, Operation, Risk
from provisor.domain.duties import (
    Clash,
    Duty,
    Judgement,
    Right,
    Then,
    clashes,
    judge_grants,
    of_group,
)
from provisor.domain.plan import Draft, Finding, Ruling, Verdict
from provisor.domain.reference import texts_of
from provisor.domain.schema import ObjectType

SEPARATION: Final = "separation"
"""The name of verdicts, and of findings, about rights that are kept apart."""
MOST_TOLD: Final = 50
"""Refused grants that have a verdict each; of the others one verdict tells how many they are."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose rights are looked at."""

    key: str
    """The natural key at the source; the native id of somebody without one."""
    native_id: str = ""
    """Their account in this target; empty for none yet."""
    excepted: Set[str] = frozenset()
    """Names of the duties from which the person is excepted now."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who has what, anywhere, of what duties name."""

    people: Mapping[str, Holder]
    """By identity: everybody who has, or is given, something."""
    held: Mapping[str, Set[Right]] = field(default_factory=dict)
    """By identity."""


@dataclass(frozen=True, slots=True)
class Separated:
    """A plan's acts once duties were asked."""

    drafts: tuple[Draft, ...]
    refused: tuple[Verdict, ...] = ()
    """About grants that were left out."""
    findings: tuple[Finding, ...] = ()


def gains_of(drafts: Iterable[Draft]) -> dict[str, set[Right]]:
    """Return what a plan gives, by identity: memberships and values of rights."""
    gained: dict[str, set[Right]] = {}
    for draft in drafts:
        for identity, right in _given(draft):
            gained.setdefault(identity, set()).add(right)
    return gained


def _given(draft: Draft) -> Iterator[tuple[str, Right]]:
    action = draft.action
    for member in action.adds:
        yield member, of_group(action.target, draft.name)
    if action.operation is Operation.GRANT:
        for right in rights_in(action):
            yield action.subject, right


def rights_in(action: Action) -> tuple[Right, ...]:
    """Return the rights that a grant or revoke is about."""
    return tuple(
        Right(action.target, change.attribute, value)
        for change in action.changes
        for side in (change.before, change.after)
        for value in texts_of(side)
    )


def separate(drafts: Sequence[Draft], duties: Sequence[Duty], holdings: Holdings) -> Separated:
    """Leave out what duties refuse, set apart what they ask about, and tell who has both already.

    Args:
        drafts: of a plan, unsealed.
        duties: those that name the target, or may.
        holdings: what everybody has who is given something.

    Cost: one look at each grant; nothing else for whoever gains and has nothing that duties name.
    """
    told = judged(drafts, duties, holdings)
    findings = [*_refusals(told, holdings), *_standing(duties, holdings)]
    if not told:
        return Separated(tuple(drafts), (), tuple(findings))
    dropped: set[str] = set()
    kept: list[Draft] = []
    for draft in drafts:
        left = list(_left_of(draft, told))
        if draft.bundle and not left:
            dropped.add(draft.bundle)
        kept += left
    whole = tuple(draft for draft in kept if not draft.bundle or draft.bundle not in dropped)
    return Separated(whole, tuple(_verdicts(told, holdings)), tuple(findings))


Told = Mapping[tuple[str, Right], Judgement]


def judged(drafts: Iterable[Draft], duties: Sequence[Duty], holdings: Holdings) -> Told:
    """Return what duties say of everything that a plan gives; of most of it nothing."""
    found: dict[tuple[str, Right], Judgement] = {}
    for identity, gained in gains_of(drafts).items():
        person = holdings.people.get(identity)
        excepted = person.excepted if person is not None else frozenset()
        held = holdings.held.get(identity, frozenset())
        for right, judgement in judge_grants(duties, gained, held, excepted).items():
            found[identity, right] = judgement
    return found


def is_news_to(draft: Draft, told: Told) -> bool:
    """Say whether duties refuse an act, or ask about more than the act itself names."""
    return any(
        one.then is Then.REFUSE
        or any(clash.words() not in draft.action.rule for clash in one.clashes)
        for given in _given(draft)
        if (one := told.get(given)) is not None
    )


def _left_of(draft: Draft, told: Told) -> Iterator[Draft]:
    """Yield what is left of an act: most acts whole, some without a member, some in pieces."""
    judged = {given: told[given] for given in _given(draft) if given in told}
    if not judged:
        yield draft
        return
    asked = {given: one for given, one in judged.items() if one.then is Then.ASK}
    if draft.action.operation is Operation.GRANT:
        if len(asked) == len(judged):
            clashing = sorted(clash for one in asked.values() for clash in one.clashes)
            yield _apart(draft, clashing)
        return
    touched = {identity for identity, _ in judged}
    rest = replace(draft.action, adds=tuple(m for m in draft.action.adds if m not in touched))
    if rest.adds or rest.members_lost:
        yield replace(draft, action=rest)
    for (identity, _), one in sorted(asked.items(), key=lambda item: item[0][0]):
        alone = replace(draft.action, adds=(identity,), removes=(), outsiders=())
        yield _apart(replace(draft, action=_without_loss(alone)), one.clashes)


def _without_loss(action: Action) -> Action:
    """Return an act on members that only adds: it takes nobody out whom others put in."""
    risk = Risk.ORDINARY if action.risk is Risk.DESTRUCTIVE else action.risk
    return replace(action, expels=False, risk=risk)


def _apart(draft: Draft, clashing: Sequence[Clash]) -> Draft:
    """Return a grant that waits alone; what is approved names what it clashes with."""
    words = "; ".join(clash.words() for clash in clashing)
    action = replace(draft.action, rule=f"{draft.action.rule}; {words}")
    return replace(draft, action=action, apart=f"{SEPARATION} {clashing[0].duty}")


def _verdicts(told: Told, holdings: Holdings) -> Iterator[Verdict]:
    """Yield a verdict for each grant that was left out, and one for all above a number."""
    refused = sorted(
        (_key_of(holdings, identity), right, one.clashes)
        for (identity, right), one in told.items()
        if one.then is Then.REFUSE
    )
    for key, right, clashing in refused[:MOST_TOLD]:
        yield _verdict(right, f"{key}: {right.words()}", clashing[0].words())
    if len(refused) > MOST_TOLD:
        more = f"{len(refused) - MOST_TOLD} more grants"
        yield _verdict(refused[0][1], more, "rights that nobody may hold together")


def asking_verdicts(drafts: Iterable[Draft]) -> Iterator[Verdict]:
    """Yield a verdict for each grant that waits because a duty asks."""
    for draft in drafts:
        if waits_for_duty(draft):
            reason = draft.action.rule.partition("; duty ")[2]
            yield Verdict(
                SEPARATION,
                draft.part,
                draft.key,
                "none",
                Ruling.NEEDS_DECISION,
                f"duty {reason}",
            )


def unknown_verdicts(drafts: Iterable[Draft]) -> Iterator[Verdict]:
    """Yield, for each part, what its acts give that nobody classified."""
    found: dict[str, set[str]] = {}
    for draft in drafts:
        if draft.action.risk is Risk.UNKNOWN:
            given = {right.words() for _, right in _given(draft)}
            found.setdefault(draft.part, set()).update(given)
    for part, words in sorted(found.items()):
        listed = sorted(words)
        more = f" and {len(listed) - MOST_TOLD} more" if len(listed) > MOST_TOLD else ""
        reason = f"not in the catalogue: {', '.join(listed[:MOST_TOLD])}{more}"
        yield Verdict("unclassified", part, str(len(listed)), "none", Ruling.ALLOWED, reason)


def waits_for_duty(draft: Draft) -> bool:
    """Say whether an act waits alone because a duty asks."""
    return draft.apart != "" and draft.apart.startswith(f"{SEPARATION} ")


def _verdict(right: Right, value: str, reason: str) -> Verdict:
    kind = ObjectType.USERS if right.attribute else ObjectType.MEMBERSHIPS
    return Verdict(SEPARATION, f"{kind.value}.{SEPARATION}", value, "none", Ruling.REFUSED, reason)


def _refusals(told: Told, holdings: Holdings) -> Iterator[Finding]:
    for (identity, right), one in sorted(told.items()):
        if one.then is Then.REFUSE:
            words = "; ".join(clash.words() for clash in one.clashes)
            yield _finding(identity, holdings, f"{right.words()} is not given: {words}")


def _standing(duties: Sequence[Duty], holdings: Holdings) -> Iterator[Finding]:
    """Yield who has already what a duty keeps apart, and is not excepted from it."""
    for identity in sorted(holdings.held):
        excepted = holdings.people[identity].excepted
        for duty in duties if len(holdings.held[identity]) > 1 else ():
            if duty.name in excepted:
                continue
            for clash in clashes(duty, holdings.held[identity]):
                yield _finding(identity, holdings, f"holds both already: {clash.words()}")


def _finding(identity: str, holdings: Holdings, detail: str) -> Finding:
    person = holdings.people.get(identity, Holder(identity))
    return Finding(ObjectType.USERS, person.native_id, SEPARATION, person.key, detail)


def _key_of(holdings: Holdings, identity: str) -> str:
    person = holdings.people.get(identity)
    return person.key if person is not None else identity
