"""How a system wants the members of a group written.

The group is the trial's own: a form that removes more than was asked does no harm here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

from connectors._scim_aftermath import Errand
from connectors._scim_dialect import Dialect, MemberAdd, MemberRemove
from connectors._scim_members import MemberWriter, members_of, members_query
from connectors._scim_trial import Trial
from provisor.domain.schema import ObjectType
from provisor.errors import ReadIncomplete, TargetProblem
from provisor.ports.connector import MemberChange

_LEAVING: Final = (MemberRemove.FILTER, MemberRemove.WHOLE, MemberRemove.VALUES)


async def try_groups(trial: Trial, ann: str, bob: str) -> None:
    """Let both users into a group of the trial, and one of them out of it."""
    name = trial.fresh()
    schema = trial.schemas[ObjectType.GROUPS]
    body = {"schemas": [schema.urn], "displayName": name}
    try:
        group = await trial.make(ObjectType.GROUPS, body)
    except TargetProblem:
        group = ""
    if not group:
        trial.found.remarks.append("no group could be made for the trial")
        return
    if not await _try_joining(trial, group, {ann, bob}):
        trial.found.remarks.append("no form of a new member was kept")
        return
    for leaving in _LEAVING:
        dialect = replace(trial.found.dialect, member_remove=leaving)
        change = MemberChange((), (ann,))
        if await _members_after(trial, dialect, group, change) == {bob}:
            trial.found.settle("member_remove", leaving, "one of two members left, and no other")
            return
        await _members_after(trial, trial.found.dialect, group, MemberChange((ann, bob), ()))
    trial.found.remarks.append("no form of a member's leaving had that effect alone")


async def _try_joining(trial: Trial, group: str, both: set[str]) -> bool:
    for joining in MemberAdd:
        dialect = replace(trial.found.dialect, member_add=joining)
        change = MemberChange(tuple(sorted(both)), ())
        if await _members_after(trial, dialect, group, change) == both:
            trial.found.settle("member_add", joining, "two members joined at once")
            return True
    return False


async def _members_after(
    trial: Trial, dialect: Dialect, group: str, change: MemberChange
) -> set[str] | None:
    """Return who is in the group after a change; None when nobody can say."""
    finder = trial.finder(ObjectType.GROUPS, dialect)
    writer = MemberWriter(finder, Errand(trial.turns, trial.wire.deliver))
    with suppress(TargetProblem):
        await writer.change(0, group, change)
    try:
        seen = await finder.by_id(group, trial.turns, members_query(trial.settings))
        return None if seen is None else set(members_of(seen))
    except (TargetProblem, ReadIncomplete):
        return None
