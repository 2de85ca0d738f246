"""Kills that came while a run was writing: what had been sent by then is taken back at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisor.domain.plan import PlannedAction
from provisor.engine.denying import denied_now, lets_in, name_of
from provisor.engine.job import Job
from provisor.engine.strike import strike
from provisor.ports.acts import APART
from provisor.ports.store import ActOutcome, ActState

_SENT = frozenset({ActState.DONE, ActState.ALREADY_SO, ActState.UNCERTAIN})


def strike_again(
    job: Job, actions: Iterable[PlannedAction], outcomes: Mapping[str, ActOutcome]
) -> None:
    """Switch off whom a run let in although somebody denied it meanwhile."""
    sent = [
        one
        for one in actions
        if lets_in(job, one) and one.id in outcomes and outcomes[one.id].state in _SENT
    ]
    denied = denied_now(job) if sent else {}
    late = {one.action.subject: denied[name_of(one)][0] for one in sent if name_of(one) in denied}
    links = job.store.links.of_identities(job.rules.target, late)
    for identity, link in links.items():
        strike(job, link, late[identity].id, APART)
