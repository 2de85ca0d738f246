"""Write down how the target looked, for jobs of which nothing else is remembered.

Who can be looked at in part has a knowledge of both sides already. Everybody else's target is kept
here, under a name of its own, so that the next look can say what others changed since.
"""

from __future__ import annotations

from provisor.domain.plan import Proposal
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.cycle import unfit
from provisor.engine.drifting.drift import Extent, extent_for
from provisor.engine.job import Job
from provisor.engine.knowing.last_known import name_of_target
from provisor.engine.survey import Survey
from provisor.ports.knowledge import Cycle, Known


def keep_target(job: Job, survey: Survey, proposal: Proposal) -> None:
    """Keep the target as a plan read it.

    Many accounts at once are not kept: of those our own acts remember what we wrote.

    Cost: one row per account that differs from what was kept before.
    """
    if survey.doubts or not unfit(job) or extent_for(job, survey) is not Extent.EVERYBODY:
        return
    name = name_of_target(job.rules.job)
    before = job.store.knowledge.newest(name)
    now = job.clock.now()
    cycle = Cycle(
        job=name,
        configuration=job.rules.configuration,
        number=0,
        turn=before.turn if before is not None else 0,
        full_at=now,
        at=now,
        plan="",
        observed={
            (one.side, one.observation.object_type): one.observation.id for one in survey.seen
        },
    )
    kinds = job.rules.objects
    objects = [((Side.TARGET, one), _known(job, survey, proposal, one)) for one in kinds]
    groups = [one.key for (_, kind), known in objects for one in known if kind is ObjectType.GROUPS]
    inside = survey.assembly.members_by_group(groups)
    pairs = [(group, member) for group, members in inside.items() for member in members]
    job.store.knowledge.replace(cycle, objects, (), {Side.TARGET: pairs})
    job.reached("target.kept")


def _known(job: Job, survey: Survey, proposal: Proposal, kind: ObjectType) -> list[Known]:
    """Return the accounts that were read: linked ones, those taken over, and nobody's."""
    natives = {link.native_id for link in job.store.links.of_target(job.rules.target, kind)}
    natives |= {one.native_id for one in proposal.findings if one.object_type is kind}
    natives |= {
        draft.action.native_id
        for draft in proposal.drafts
        if draft.action.native_id is not None and draft.action.object_type is kind
    }
    accounts = survey.assembly.accounts(kind, natives)
    return [Known(native, accounts[native].values) for native in sorted(accounts)]
