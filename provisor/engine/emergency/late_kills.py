"""Kills that came while a run was writing: what had been sent by then is taken back at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisor.domain.plan import PlannedAction
from provisor.engine.emergency.strike import strike
from provisor.engine.job import Job
from provisor.engine.overriding.denying import denied_now, lets_in, name_of
from provisor.ports.acts import APART
from provisor.ports.store import ActOutcome, ActState

_SENT = frozenset({ActState.DONE, ActState.ALREADY_SO, ActState.UNCERTAIN})


def strike_again(
    job: Job, actions: Iterable[PlannedAction], outcomes: Mapping[str, ActOutcome]
) -> None:
    """Switch off whom a run let in although somebody denied it meanwhile."""
    tried = [one for one in actions if one.id in outcomes]
    letting = [o for o in tried if lets_in(job, o) and outcomes[o.id].state in _SENT]
    # An act about members may have stopped half way: whoever it names may have joined.
    joined = {member for one in tried for member in one.action.adds}
    denied = denied_now(job) if letting or joined else {}
    words = {o.action.subject: denied[name_of(o)][0] for o in letting if name_of(o) in denied}
    links = job.store.links.of_identities(job.rules.target, {*words, *(joined if denied else ())})
    for identity, link in links.items():
        said = denied.get((link.object_type, link.key), ())
        word = words.get(identity) or next(iter(said), None)
        if word is not None:
            strike(job, link, word.id, APART)
