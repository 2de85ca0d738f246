"""The acts on the members of groups: at most two per group, each with what people need to read it.

What we put in and take out again is one act. Taking out members whom others put in is another, in
a part of its own: it never goes along with a vote on the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from provisor.domain.action import Action, Operation, Risk, Wave
from provisor.domain.drafting import Subject
from provisor.domain.membership import GroupChange
from provisor.domain.plan import Draft, Finding
from provisor.domain.rules import JobRules, OwnerMode
from provisor.domain.schema import ObjectType

MOST_NAMED = 10
"""Foreign members that a finding names; of the others it tells how many they are."""


def membership_drafts(
    rules: JobRules,
    groups: Mapping[str, Subject],
    changes: Mapping[str, GroupChange],
    sizes: Mapping[str, int],
    reasons: tuple[Mapping[str, str], Mapping[str, str]],
) -> tuple[Draft, ...]:
    """Draft the change of every group.

    Args:
        rules: for the target and the owner mode.
        groups: subjects by identity, of all groups that change.
        changes: by identity of the group.
        sizes: members that a group has now, by identity; a group that is made has none.
        reasons: why people are in a computed group, by the group's key; and the overrides behind
            what changes, by identity of the group.
    """
    rules_of, words = reasons
    mode = rules.memberships or OwnerMode.OURS
    return tuple(
        draft
        for identity, change in changes.items()
        for draft in _drafts(
            rules.target,
            groups[identity],
            change,
            sizes.get(identity, 0),
            _rule(mode, rules_of.get(groups[identity].key, "")),
            words.get(identity, ""),
        )
    )


def _rule(mode: OwnerMode, reason: str) -> str:
    """Return the words that stand as a membership change's rule."""
    return f"memberships: {mode.value}" + (f"; computed: {reason}" if reason else "")


def _drafts(
    target: str, group: Subject, change: GroupChange, size: int, rule: str, word: str
) -> Iterator[Draft]:
    if change.adds or change.removes:
        why = f"{rule}; {word}" if word else rule
        yield _draft(target, group, change.adds, change.removes, size=size, rule=why)
    if change.expels or change.outsiders:
        yield _draft(
            target,
            group,
            (),
            change.expels,
            change.outsiders,
            size=size,
            rule=f"{rule}; put in by others",
            expels=True,
        )


def _draft(
    target: str,
    group: Subject,
    adds: Iterable[str],
    removes: Iterable[str],
    outsiders: Iterable[str] = (),
    *,
    size: int,
    rule: str,
    expels: bool = False,
) -> Draft:
    """Draft one act, sorted.

    The group is named by its anchor alone: a group that is made in the same plan has no native
    id yet, and the act must keep its digest when it is planned again after that.
    """
    action = Action(
        operation=Operation.MEMBERSHIP,
        object_type=ObjectType.MEMBERSHIPS,
        target=target,
        subject=group.identity,
        anchor=group.anchor,
        native_id=None,
        adds=tuple(sorted(adds)),
        removes=tuple(sorted(removes)),
        rule=rule,
        risk=Risk.DESTRUCTIVE if expels else Risk.ORDINARY,
        outsiders=tuple(sorted(outsiders)),
        expels=expels,
    )
    return Draft(action, group.key, group.name, Wave.MEMBERSHIPS, size_before=size)


def foreign_finding(group: Subject, count: int, named: Iterable[str]) -> Finding:
    """Return what is told of a group's members whom this job neither put in nor takes out.

    Args:
        group: as it is called in the target.
        count: how many they are.
        named: native ids of the first of them, at most `MOST_NAMED`.
    """
    listed = list(named)
    more = f" and {count - len(listed)} more" if count > len(listed) else ""
    return Finding(
        ObjectType.MEMBERSHIPS,
        group.native_id or "",
        "foreign",
        group.name,
        f"{count} member(s) that this job did not put in: {', '.join(listed)}{more}",
    )


def cycle_finding(keys: tuple[str, ...]) -> Finding:
    """Return what is told of groups that contain each other at the source."""
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    what = f"{len(keys)} group(s) of the source contain each other"
    detail = f"{what}: {', '.join(keys[:MOST_NAMED])}{more}"
    return Finding(ObjectType.GROUPS, keys[0], "cycle", keys[0], detail)
