"""Rights that end by themselves: which are over, which soon, and what is written down of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from provisor.domain.duties import Right
from provisor.domain.entitlement import GROUP
from provisor.domain.holding import GrantedValue, Held
from provisor.domain.ledger import place_of_finding
from provisor.domain.plan import Finding, Proposal
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectType
from provisor.domain.terms import (
    ENDING_DAYS,
    NO_TERMS,
    Overrides,
    Terms,
    has_terms,
    is_prolonged,
    shortest_by_attribute,
    terms_at,
    with_ended,
)
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.engine.rights.granting import is_limited
from provisor.ports.store import Severity

ENDING, OVER = "ending", "ended"
"""Kinds of findings about rights that end soon, and that have ended."""
RIGHTS_END = "rights_end"


def terms_of(job: Job) -> Terms:
    """Return which rights of the job's target are over, and which end soon.

    Cost: nothing where no right ends by itself; else what was given long enough ago, by index.
    """
    if not has_terms(job.rules.catalogue):
        return NO_TERMS
    rights, target = job.store.rights, job.rules.target
    now = job.clock.now()
    given = (
        one
        for attribute, days in shortest_by_attribute(job.rules.catalogue).items()
        for one in rights.given_until(target, attribute, now + timedelta(ENDING_DAYS - days))
    )
    return terms_at(now, job.rules.catalogue, given, rights.ended(target))


def ends_of(job: Job, identity: str) -> Mapping[Held, datetime]:
    """Return until when the rights of one person go on that end by themselves."""
    if not has_terms(job.rules.catalogue):
        return {}
    rights, target = job.store.rights, job.rules.target
    given = rights.granted(target, [identity])
    return terms_at(job.clock.now(), job.rules.catalogue, given, rights.ended(target)).running


def overrides_with_ended(job: Job, overrides: Overrides) -> Overrides:
    """Return the overrides with a word for every right whose time ended."""
    terms = terms_of(job)
    if not terms.ended:
        return overrides
    return with_ended(overrides, terms, _keys(job, terms.ended), job.rules.job)


def _keys(job: Job, held: Iterable[Held]) -> dict[str, str]:
    people = {one.identity for one in held}
    links = job.store.links.of_identities(job.rules.target, people).values()
    return {one.identity: one.key for one in links if one.object_type is ObjectType.USERS}


def why_terms_ask_for_all(job: Job, since: datetime) -> str:
    """Return why everybody must be looked at because rights end; empty when nobody must.

    Args:
        job: of the target.
        since: the last plan.
    """
    if not has_terms(job.rules.catalogue):
        return ""
    if any(one.attribute == GROUP and one.longest_days for one in job.rules.catalogue.entries):
        return "memberships end by themselves"
    fresh = any(end > since for end in terms_of(job).ended.values())
    return "the time of rights has ended" if fresh else ""


def note_ended(job: Job, assembly: Assembly) -> None:
    """Write down what is over: it is given again by a decision only, and what begins to count."""
    if not has_terms(job.rules.catalogue):
        return
    _begin(job, assembly)
    terms = terms_of(job)
    known = job.store.rights.ended(job.rules.target) if terms.ended else {}
    job.store.rights.end(
        job.rules.target, {one: at for one, at in terms.ended.items() if one not in known}
    )
    soon = job.clock.now() + timedelta(days=ENDING_DAYS)
    ending = sorted(end for end in terms.running.values() if end <= soon)
    if ending:
        raise_alert(
            job,
            RIGHTS_END,
            job.rules.job,
            Severity.MEDIUM,
            f"{len(ending)} right(s) of {job.rules.target} end within {ENDING_DAYS} days, the "
            f"first on {ending[0]:%Y-%m-%d}",
            "`provisor orphans` names them; `provisor override add --kind grant` prolongs one",
        )
    else:
        close_alert(job, RIGHTS_END, job.rules.job)


def _begin(job: Job, assembly: Assembly) -> None:
    """Let the days begin of memberships that were given before anybody said that they end."""
    rules, target = job.rules, job.rules.target
    groups = rules.objects.get(ObjectType.GROUPS)
    limited = any(o.attribute == GROUP and o.longest_days for o in rules.catalogue.entries)
    if groups is None or rules.memberships is None or not limited:
        return
    names = {
        native: as_text(name)
        for native, name in assembly.shown(ObjectType.GROUPS, groups.schema.name).items()
        if is_limited(rules, as_text(name))
    }
    links = job.store.links.of_accounts(target, ObjectType.GROUPS, names)
    called = {link.identity: (link.key, names[link.native_id]) for link in links}
    begun = job.store.rights.given_until(target, GROUP, job.clock.now())
    known = {(one.identity, one.value) for one in begun}
    fresh = [
        GrantedValue(pair.member, GROUP, called[pair.group][0], now, called[pair.group][1])
        for now in (job.clock.now(),)
        for pair in sorted(
            job.store.links.memberships_of(target, called, ()), key=lambda p: (p.group, p.member)
        )
        if (pair.member, called[pair.group][0]) not in known
    ]
    job.store.rights.begin(target, fresh)


def with_told_terms(job: Job, proposal: Proposal, overrides: Overrides) -> Proposal:
    """Return the proposal with what is told of rights that end soon, or have ended."""
    terms = terms_of(job)
    if terms == NO_TERMS:
        return proposal
    kept = [one for one in proposal.findings if one.kind not in (ENDING, OVER)]
    told = sorted((*kept, *_told(job, terms, overrides)), key=place_of_finding)
    return replace(proposal, findings=tuple(told))


def _told(job: Job, terms: Terms, overrides: Overrides) -> Iterable[Finding]:
    everything = {**terms.ended, **terms.running}
    people = {one.identity for one in everything}
    links = job.store.links.of_identities(job.rules.target, people)
    soon = job.clock.now() + timedelta(days=ENDING_DAYS)
    for held, end in sorted(everything.items()):
        link = links.get(held.identity)
        if link is None or end > soon:
            continue
        given = overrides.get((ObjectType.USERS, link.key), ())
        right = Right(job.rules.target, held.attribute, held.value).words()
        if is_prolonged(held, given):
            continue
        over = held in terms.ended
        verb = "ended" if over else "ends"
        detail = f"{right} {verb} on {end:%Y-%m-%d}; only a decision gives it again"
        yield Finding(ObjectType.USERS, link.native_id, OVER if over else ENDING, link.key, detail)
