"""Kills that came while a run was writing: what had been sent by then is taken back at its end."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.override import Override
from provisor.domain.plan import PlannedAction
from provisor.engine.carrying.results import Results
from provisor.engine.emergency.strike import strike
from provisor.engine.job import Job
from provisor.engine.overriding.denying import denied_now, lets_in, name_of
from provisor.ports.acts import APART
from provisor.ports.store import ActState

_SENT = frozenset({ActState.DONE, ActState.ALREADY_SO, ActState.UNCERTAIN})


def strike_again(job: Job, actions: Iterable[PlannedAction], results: Results) -> None:
    """Switch off whom a run let in although somebody denied it meanwhile.

    Cost: one SELECT; where somebody is denied, one look at each act.
    """
    denied = denied_now(job)
    words: dict[str, Override] = {}
    joined: set[str] = set()
    for one in actions if denied else ():
        state = results.state_of(one)
        # An act about members may have stopped half way: whoever it names may have joined.
        joined.update(one.action.adds if state is not None else ())
        if state in _SENT and lets_in(job, one) and name_of(one) in denied:
            words[one.action.subject] = denied[name_of(one)][0]
    links = job.store.links.of_identities(job.rules.target, {*words, *joined})
    for identity, link in links.items():
        said = denied.get((link.object_type, link.key), ())
        word = words.get(identity) or next(iter(said), None)
        if word is not None:
            strike(job, link, word.id, APART)
