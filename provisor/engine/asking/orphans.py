"""Accounts that belong to nobody: switched off where the job says so, never by themselves.

What stands here follows the proposal of either executor, so both give the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from provisor.domain.drafting import Subject, draft_disable
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure
from provisor.domain.oversight import OnOrphan
from provisor.domain.plan import OF_ORPHANS, Draft, Proposal, Tally
from provisor.domain.record import Record, as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.world import Assign
from provisor.engine.job import Job
from provisor.engine.survey import Survey

NOBODY = "orphan"
"""The class in which planning counts such accounts."""


def with_orphans(job: Job, survey: Survey, proposal: Proposal, assign: Assign | None) -> Proposal:
    """Return the proposal with a disable for every account of nobody that is on.

    Args:
        job: its rules say for which types of object.
        survey: both sides, read whole.
        proposal: where accounts of nobody are found.
        assign: given by readers who keep nothing; None draws identities that are kept.

    Cost: nothing where the job does not ask for it; else one act per such account.
    """
    for rules in job.rules.objects.values():
        if rules.orphans is OnOrphan.DISABLE and rules.schema.switch is not None:
            proposal = _disabling(job, survey, rules, proposal, assign)
    return proposal


def _disabling(
    job: Job, survey: Survey, rules: ObjectRules, proposal: Proposal, assign: Assign | None
) -> Proposal:
    natives = [
        one.native_id
        for one in proposal.findings
        if one.kind == NOBODY and one.object_type is rules.object_type
    ]
    accounts = survey.assembly.accounts(rules.object_type, natives)
    on = [accounts[native] for native in sorted(accounts) if _is_on(rules, accounts[native])]
    if not on:
        return proposal
    identities = _identities(job, rules.object_type, [one.key for one in on], assign)
    drafts = [_draft(job, rules, one, identities[one.key]) for one in on]
    added = [draft for draft in drafts if draft is not None]
    return replace(
        proposal,
        drafts=tuple(sorted((*proposal.drafts, *added), key=Draft.order)),
        accounts=_moved(proposal.accounts, rules.object_type, len(added)),
    )


def _is_on(rules: ObjectRules, account: Record) -> bool:
    switch = rules.schema.switch
    off = as_text(switch.off) if switch is not None else ""
    return switch is not None and as_text(account.values.get(switch.attribute)) != off


def _identities(
    job: Job, object_type: ObjectType, natives: Collection[str], assign: Assign | None
) -> Mapping[str, str]:
    """An account of nobody has an identity of the target's, so that its acts can be sealed."""
    store, target = job.store.identities, job.rules.target
    if assign is None:
        return store.assign(target, object_type, natives, job.clock.now())
    known = store.known(target, object_type)
    return {native: known.get(native, f"new:{native}") for native in natives}


def _draft(job: Job, rules: ObjectRules, account: Record, identity: str) -> Draft | None:
    schema = rules.schema
    anchor = account.values.get(schema.anchor) if schema.anchor else None
    name = as_text(account.values.get(schema.name))
    subject = Subject(
        identity,
        account.key,
        name,
        None if is_blank(anchor) else as_text(anchor),
        account.key,
    )
    gone = Departure(Gone.OUT_OF_SCOPE, OF_ORPHANS)
    return draft_disable(rules, job.rules.target, subject, gone, account.values)


def _moved(
    tallies: Mapping[ObjectType, Tally], object_type: ObjectType, count: int
) -> dict[ObjectType, Tally]:
    """Count accounts of nobody with which something is to be done as planned."""
    tally = tallies[object_type]
    classes = dict(tally.classes)
    classes[NOBODY] -= count
    classes["planned"] += count
    return {**tallies, object_type: Tally(tally.seen, classes)}
