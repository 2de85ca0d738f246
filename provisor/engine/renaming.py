"""A person under a new source key: identity, link, grants and what people decided move over.

Whoever answers a match question says it once. Nothing is written to the target by it: what the
account holds of the old key, an anchor mostly, is changed by the next plan, under its limits.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from provisor.domain.link import Link
from provisor.domain.override import Override
from provisor.engine import journal
from provisor.engine.job import Job
from provisor.engine.overriding.handing_over import handed_over, handover_events, standing_about
from provisor.errors import AnswerRefused
from provisor.ports.overrides import Handover


@dataclass(frozen=True, slots=True)
class Renaming:
    """One person: the link as it was, and the answer that names the new key."""

    link: Link
    answer: Override


def rename(job: Job, renamings: Sequence[Renaming], keep: Callable[[], None]) -> None:
    """Give people their new keys, once what was said of them is kept.

    Whoever is stopped in the middle says the same again, and the rest is done.

    Args:
        job: whose target nobody else writes to meanwhile.
        renamings: the people.
        keep: makes the answers durable.

    Raises:
        LeaseHeld: somebody is writing to the target now; nothing was kept.
        AnswerRefused: nobody knows yet what became of an act on an account; nothing was kept.
    """
    store, target, now = job.store, job.rules.target, job.clock.now()
    lease = store.controls.acquire(target, secrets.token_hex(16), now, job.lease_seconds)
    try:
        _refuse_unsettled(job, [one.link for one in renamings])
        keep()
        job.reached("answers.kept")
        # What was remembered by the old keys says nothing any more.
        store.knowledge.forget(job.rules.job)
        _move_words(job, renamings)
        for kind in {one.link.object_type for one in renamings}:
            mine = [one for one in renamings if one.link.object_type is kind]
            names = [(one.link.identity, one.link.key, one.answer.key) for one in mine]
            store.identities.rename(job.rules.source, kind, names)
        job.reached("identities.moved")
        moved = [replace(one.link, key=one.answer.key) for one in renamings]
        events = [journal.link_moved(job, one.link, now, one.answer) for one in renamings]
        store.links.put(target, moved, events)
    finally:
        store.controls.release(lease)


def _refuse_unsettled(job: Job, links: Iterable[Link]) -> None:
    """Refuse to move a link of which an act has no end yet: settling it would bring the old key."""
    waiting = {one.action.action.subject for one in job.store.acts.unfinished(job.rules.target)}
    for link in links:
        if link.identity in waiting:
            raise AnswerRefused(
                "nobody knows yet what became of an act on this account",
                where=f"job {job.rules.job}, {link.key}",
                safe="nothing was changed",
                next="`provisor plan` looks at the target and settles it; then say this again",
            )


def _move_words(job: Job, renamings: Iterable[Renaming]) -> None:
    """Let what people decided about the old key hold for the new one."""
    now, every = job.clock.now(), job.store.overrides.all()
    moved = [
        handed_over(
            standing_about(every, [job.rules.job], (one.link.object_type, one.link.key), now),
            one.answer.key,
        )
        for one in renamings
    ]
    whole = Handover(
        tuple(old for one in moved for old in one.ended),
        tuple(new for one in moved for new in one.added),
    )
    if whole.added:
        events = handover_events(whole, now, job.actor.name)
        job.store.overrides.exchange(whole.ended, whole.added, now, events)
