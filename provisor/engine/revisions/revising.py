"""Configurations proposed, each with what it would do; who looks at them sees that first.

Enters: what somebody wrote. Leaves: facts with their leaves. Never: a file or a system is touched;
who writes the active text to its place is the caller.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from provisor.domain.canonical import Json, canonical_text
from provisor.domain.configuration_life import (
    OPEN,
    Chronicle,
    ConfigurationRevision,
    Fact,
    Results,
)
from provisor.domain.event import Event
from provisor.engine.revisions import revision_events
from provisor.engine.revisions.desk import Desk, Standing, keep, refuse_without_reason, standing_in
from provisor.engine.revisions.in_force import refuse_other_charter
from provisor.errors import ConfigurationUnchanged, RevisionClosed
from provisor.ports.store import Revision, Store

_RESULTS_PREFIX = b"provisor-results/1\n"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A configuration that somebody wants in force."""

    digest: str
    document: str
    text: str
    jobs: Mapping[str, tuple[str, str]]
    """Job name to the digest and the document of its own configuration."""
    reason: str
    origin: int = 0
    """The earlier revision that is brought back; 0 for none."""


def propose(desk: Desk, given: Proposal, work: Callable[[], Json]) -> Standing:
    """Keep a configuration as a revision, with what it would do.

    The same configuration proposed again, while it is open, gets new results and no new number;
    approvals that were given for other results count no more.

    Args:
        desk: who proposes.
        given: the configuration.
        work: works out what it would do; called once it is clear that it is wanted.

    Raises:
        ConfigurationUnchanged: the active revision means the same.
        RevisionClosed: another one became active while this was worked out.
        ConfigurationUnreviewed: the file that says who acts is not the active revision.
        CommandInvalid: no reason.
    """
    refuse_other_charter(desk.store, desk.charter)
    refuse_without_reason(given.reason, "a proposal")
    begun = desk.store.configurations.chronicle()
    _refuse_unchanged(begun, given)
    body = canonical_text(work())
    made = hmac.digest(
        desk.store.installation.seed, _RESULTS_PREFIX + body.encode(), "sha256"
    ).hex()

    def step(chronicle: Chronicle) -> tuple[tuple[Fact, ...], tuple[Event, ...]]:
        _refuse_moved(begun, chronicle)
        _refuse_unchanged(chronicle, given)
        before = _same_and_open(desk, chronicle, given)
        revision = before or _revision(desk, chronicle, given)
        now, by = desk.clock.now(), desk.actor.name
        results = Results(revision.number, made, by, now, body)
        known = chronicle.results_of(revision.number)
        if before is not None and known is not None and known.digest == made:
            return (), ()
        leaf = revision_events.shown(results)
        if before is not None:
            return (results,), (leaf,)
        return (revision, results), (revision_events.proposed(revision), leaf)

    keep(desk, step)
    _present(desk, given.jobs)
    desk.reached("revision.proposed")
    chronicle = desk.store.configurations.chronicle()
    found = _same_and_open(desk, chronicle, given)
    return standing_in(desk, chronicle, found or chronicle.revisions[-1])


def _refuse_moved(begun: Chronicle, now: Chronicle) -> None:
    """What was worked out is against the revision that was active when the work began."""
    if begun.active != now.active:
        raise RevisionClosed(
            f"revision {now.active} became active while this one was worked out",
            where="revisions of this store",
            found=f"it was compared with revision {begun.active}",
            safe="nothing was kept",
            next="propose it again",
        )


def _refuse_unchanged(chronicle: Chronicle, given: Proposal) -> None:
    active = chronicle.revision(chronicle.active)
    if active is not None and active.digest == given.digest:
        raise ConfigurationUnchanged(
            "the configuration means what the active revision means",
            where=f"revision {active.number}",
            found="no rule, limit or guard differs; schedules and remarks need no revision",
            safe="nothing was kept",
            next="change something, or go on as you are",
        )


def _same_and_open(
    desk: Desk, chronicle: Chronicle, given: Proposal
) -> ConfigurationRevision | None:
    for revision in reversed(chronicle.revisions):
        if revision.digest == given.digest and standing_in(desk, chronicle, revision).stage in OPEN:
            return revision
    return None


def _revision(desk: Desk, chronicle: Chronicle, given: Proposal) -> ConfigurationRevision:
    number = max((one.number for one in chronicle.revisions), default=0) + 1
    return ConfigurationRevision(
        number=number,
        digest=given.digest,
        document=given.document,
        text=given.text,
        author=desk.actor.name,
        asserted=desk.actor.asserted,
        hands=tuple(dict.fromkeys([desk.actor.name, *_presenters(desk.store, given.jobs)])),
        reason=given.reason.strip(),
        proposed_at=desk.clock.now(),
        after=chronicle.active,
        origin=given.origin,
    )


def _present(desk: Desk, jobs: Mapping[str, tuple[str, str]]) -> None:
    """Show every job's rules to the store: whoever proposes them first is their author."""
    for name, (digest, document) in sorted(jobs.items()):
        fresh = Revision(digest, name, desk.actor.name, desk.clock.now(), document)
        if desk.store.revisions.get(name, digest) is None:
            desk.store.revisions.present(fresh, [revision_events.presented(fresh)])


def _presenters(store: Store, jobs: Mapping[str, tuple[str, str]]) -> Iterable[str]:
    """Yield who showed a job's new rules first: whoever proposes them may only be the messenger."""
    for name, (digest, _) in sorted(jobs.items()):
        known: Revision | None = store.revisions.get(name, digest)
        if known is not None and known.approved_at is None:
            yield known.author
