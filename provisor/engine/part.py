"""A wrong link ended by a person: the account stays as it is, and no rule links the two again."""

from __future__ import annotations

import secrets

from provisor.domain.link import Link
from provisor.domain.override import Override, OverrideKind, active_overrides
from provisor.domain.schema import ObjectType
from provisor.engine import journal
from provisor.engine.asking.answer import Word, refuse_without_reason
from provisor.engine.job import Job
from provisor.engine.own_affairs import affair_of, refuse_own_affair
from provisor.engine.people.whose import key_meant
from provisor.errors import AnswerRefused, UnknownName


def part(job: Job, key: str, word: Word) -> tuple[Override, ...]:
    """End the link of a record, and remember that the two do not belong together.

    Nothing is written to the target: the account keeps its values, and the anchor that we gave it.

    Returns:
        The override of kind `unlink`; several if the record had several links.

    Raises:
        CommandInvalid: there is no reason.
        UnknownName: the record has no link.
        SelfApproval: the account is of whoever says so.
        AnswerRefused: an act on the account has no end yet.
        LeaseHeld: somebody is writing to the target now.
    """
    refuse_without_reason(word)
    if word.object_type is not ObjectType.GROUPS:
        key = key_meant(job, key)
    links = _links(job, key, word.object_type)
    affair = affair_of(job, links[0].object_type, key, word.approver)
    refuse_own_affair(job.store, job.actor, job.policy, affair)
    now = job.clock.now()
    lease = job.store.controls.acquire(
        job.rules.target, secrets.token_hex(16), now, job.lease_seconds
    )
    try:
        _refuse_unfinished(job, links)
        overrides = tuple(_override(job, link, word) for link in links)
        answers = _answers(job, links)
        events = [journal.override_ended(one, now, job.actor.name, word.reason) for one in answers]
        events += [journal.override_added(override) for override in overrides]
        # The decision stands before its effect: a crash between them leaves a link, not a riddle.
        job.store.overrides.exchange(answers, overrides, now, events)
        ended = [
            journal.link_ended(job, link, now, override)
            for link, override in zip(links, overrides, strict=True)
        ]
        job.store.links.part(job.rules.target, links, ended)
    finally:
        job.store.controls.release(lease)
    return overrides


def _links(job: Job, key: str, object_type: ObjectType | None) -> tuple[Link, ...]:
    for kind in job.rules.objects:
        if object_type in (None, kind):
            links = job.store.links.of_key(job.rules.target, kind, key)
            if links:
                return links
    raise UnknownName(
        "no record with this key has an account in the target",
        where=f"job {job.rules.job}, {key}",
        safe="nothing was changed",
        next="`provisor explain` tells what is known about a key",
    )


def _refuse_unfinished(job: Job, links: tuple[Link, ...]) -> None:
    """An act that is settled later would make the link again."""
    waiting = {one.action.action.subject for one in job.store.acts.unfinished(job.rules.target)}
    if any(link.identity in waiting for link in links):
        raise AnswerRefused(
            "nobody knows yet what became of an act on this account",
            where=f"job {job.rules.job}, {links[0].key}",
            safe="nothing was changed",
            next="`provisor plan` looks at the target and settles it; then say this again",
        )


def _answers(job: Job, links: tuple[Link, ...]) -> list[str]:
    """Return the overrides of this job that gave these accounts to this record."""
    rules = job.rules
    active = active_overrides(job.store.overrides.all(), rules.job, job.clock.now())
    return [
        override.id
        for link in links
        for override in active.get((link.object_type, link.key), ())
        if override.kind is OverrideKind.LINK
        and override.value == link.native_id
        and override.job == rules.job
    ]


def _override(job: Job, link: Link, word: Word) -> Override:
    return Override(
        id=secrets.token_hex(8),
        kind=OverrideKind.UNLINK,
        job=job.rules.job,
        object_type=link.object_type,
        key=link.key,
        attribute="",
        value=link.native_id,
        reason=word.reason.strip(),
        author=job.actor.name,
        approver=word.approver,
        created_at=job.clock.now(),
        expires_at=None,
    )
