"""Links of people who are gone, to accounts that others deleted: they lead nowhere and end."""

from __future__ import annotations

from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind
from provisor.domain.link import Link, LinkState
from provisor.domain.plan import Plan
from provisor.domain.rules import Lifecycle
from provisor.domain.side import Side
from provisor.engine.drifting.drift import reads_of
from provisor.engine.job import Job
from provisor.engine.survey import Survey


def end_dead_links(job: Job, survey: Survey, plan: Plan) -> tuple[Link, ...]:
    """End the links of leavers whose accounts are not there any more; return them.

    Only a complete read of the target proves that, and somebody who comes back in this very plan
    keeps theirs. A plan that is only shown ends nothing.

    Cost: nothing where every linked account is there.
    """
    coming = {planned.action.subject for planned in plan.actions}
    ended: list[Link] = []
    for object_type, rules in job.rules.objects.items():
        if rules.lifecycle is Lifecycle.NONE or reads_of(survey, object_type) is None:
            continue
        missing = survey.assembly.missing_links(Side.TARGET, object_type).missing
        ended += [
            link
            for link in missing
            if link.state is LinkState.DISABLED and link.identity not in coming
        ]
    if ended:
        job.store.links.part(job.rules.target, ended, [_told(job, link) for link in ended])
        job.reached("links.ended")
    return tuple(ended)


def _told(job: Job, link: Link) -> Event:
    facts: dict[str, Json] = {
        "target": job.rules.target,
        "object_type": link.object_type.value,
        "identity": link.identity,
        "why": "the account was deleted by others",
    }
    return Event(EventKind.LINK_ENDED, job.clock.now(), job.actor.name, facts)
