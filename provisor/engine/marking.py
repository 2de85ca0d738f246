"""Marks on a proposal: what touches power, and what limits are counted by. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from provisor.domain.marking import Seen, is_counted, marked, mirror_of, needs_marks
from provisor.domain.plan import Draft, Proposal
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly, Side
from provisor.engine.job import Job
from provisor.engine.shares import shared_attributes


def with_marks(job: Job, assembly: Assembly, proposal: Proposal) -> Proposal:
    """Mark the acts of a proposal, and count what their limits are in percent of.

    Cost: nothing without privileged accounts and limits by attribute; else one record and one
        account for each act on a user, and one pass over the linked users where a limit is in
        percent.
    """
    rules = job.rules
    if not needs_marks(rules) or not proposal.drafts:
        return proposal
    moment = Moment(job.clock.now(), rules.zone)
    seen = _seen(rules, assembly, proposal.drafts, moment)
    drafts = tuple(marked(draft, rules, seen) for draft in proposal.drafts)
    return replace(
        proposal,
        drafts=drafts,
        shares=_shares(rules, assembly, drafts),
        privileged=_privileged(rules, assembly, drafts, moment),
    )


def _seen(rules: JobRules, assembly: Assembly, drafts: Iterable[Draft], moment: Moment) -> Seen:
    users = [d for d in drafts if d.action.object_type is ObjectType.USERS]
    privileged = rules.objects[ObjectType.USERS].privileged if users else None
    counted = [d for d in users if is_counted(d, rules)]
    looked_at = users if privileged is not None else counted
    natives = {d.action.native_id for d in looked_at if d.action.native_id}
    return Seen(
        moment,
        assembly.accounts(ObjectType.USERS, natives),
        assembly.records(Side.SOURCE, ObjectType.USERS, {d.key for d in counted}),
    )


def _shares(
    rules: JobRules, assembly: Assembly, drafts: Iterable[Draft]
) -> Mapping[tuple[str, str], int]:
    asked = {name for draft in drafts for name, _ in draft.about}
    needed = shared_attributes(rules) & asked
    return {
        (name, value): count
        for name in sorted(needed)
        for value, count in assembly.linked_by(
            ObjectType.USERS, name, mirror_of(rules.objects[ObjectType.USERS], name)
        ).items()
    }


def _privileged(
    rules: JobRules, assembly: Assembly, drafts: Iterable[Draft], moment: Moment
) -> Mapping[ObjectType, int]:
    users = rules.objects.get(ObjectType.USERS)
    condition = users.privileged if users is not None else None
    if condition is None or not any("privileged" in draft.kind for draft in drafts):
        return {}
    return {ObjectType.USERS: assembly.linked_as(ObjectType.USERS, condition, moment)}
