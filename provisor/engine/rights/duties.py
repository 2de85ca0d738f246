"""Separation of duties: who has what anywhere, asked of reads and of the store; then the plan.

Enters: a proposal. Leaves: the same without what duties refuse, and what waits set apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from provisor.domain.action import Operation
from provisor.domain.duties import DUTY, Right, is_of_interest
from provisor.domain.entitlement import GROUP
from provisor.domain.holding import Held
from provisor.domain.ledger import place_of_finding
from provisor.domain.override import Override, OverrideKind, active_overrides
from provisor.domain.plan import Draft, PlannedAction, Proposal
from provisor.domain.record import as_text
from provisor.domain.reference import texts_of
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.separating import (
    Holder,
    Holdings,
    gains_of,
    is_news_to,
    judged,
    separate,
)
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


def with_duties(job: Job, assembly: Assembly, proposal: Proposal, overrides: Overrides) -> Proposal:
    """Ask duties about every grant of a proposal.

    Args:
        job: for its duties, and for what is known of other targets.
        assembly: this target, as it was read.
        proposal: marked already.
        overrides: those in force; exceptions from duties are among them.

    Cost: nothing without duties; else one pass over the names of groups, over the attributes that
        duties name, and one look at the store.
    """
    if not job.rules.duties:
        return proposal
    holdings, seen = _holdings(job, assembly, proposal.drafts, overrides)
    done = separate(proposal.drafts, job.rules.duties, holdings)
    findings = sorted((*proposal.findings, *done.findings), key=place_of_finding)
    return replace(
        proposal,
        drafts=done.drafts,
        refused=done.refused,
        findings=tuple(findings),
        holdings=seen,
    )


def became_toxic(job: Job, assembly: Assembly, actions: Sequence[PlannedAction]) -> frozenset[str]:
    """Return those of some sealed acts that duties keep apart by now from what people hold.

    What a duty asks about was named in the act, and is known to whoever voted.

    Cost: nothing without duties; else that of `with_duties`.
    """
    if not job.rules.duties:
        return frozenset()
    given = (*job.store.overrides.all(), *job.supposed)
    overrides = active_overrides(given, job.rules.job, job.clock.now())
    drafts = [one.draft for one in actions]
    holdings, _ = _holdings(job, assembly, drafts, overrides)
    told = judged(drafts, job.rules.duties, holdings)
    return frozenset(one.id for one in actions if is_news_to(one.draft, told))


def _holdings(
    job: Job, assembly: Assembly, drafts: Sequence[Draft], overrides: Overrides
) -> tuple[Holdings, frozenset[Held]]:
    """Return who has what of all who have or are given something; and what was seen here."""
    gained = gains_of(drafts)
    adopted = {
        draft.action.native_id: draft.action.subject
        for draft in drafts
        if draft.action.object_type is USERS and draft.action.subject in gained
    }
    seen, found = _seen(job, assembly, adopted)
    own: dict[str, set[Right]] = {}
    for one in (*seen, *found):
        right = Right(job.rules.target, one.attribute, one.value)
        own.setdefault(one.identity, set()).add(right)
    everybody = gained.keys() | own.keys()
    elsewhere = job.store.rights.held(everybody)
    read, perhaps = kinds_read(job.rules), _perhaps_given(job)
    held = {
        identity: own.get(identity, set())
        | {one for one in elsewhere.get(identity, ()) if (one.target, one.attribute) not in read}
        | perhaps.get(identity, set())
        for identity in everybody
    }
    return Holdings(_people(job, everybody, drafts, overrides), held), seen


def _perhaps_given(job: Job) -> Mapping[str, set[Right]]:
    """Return what acts give in other targets of which nobody knows whether they were done."""
    named = {claim.target for duty in job.rules.duties for claim in duty.claims()}
    open_acts = (
        one.action.draft
        for target in sorted(named - {job.rules.target})
        for one in job.store.acts.unfinished(target)
    )
    return gains_of(open_acts)


def note_holdings(job: Job, proposal: Proposal) -> None:
    """Write down who holds what duties name in this target, for the plans of other jobs.

    What was written since a time that the target may lag behind is left as it is.
    """
    if not job.rules.duties:
        return
    now = job.clock.now()
    lag = timedelta(seconds=job.target.describe().capabilities.visible_after_seconds)
    for target, attribute in sorted(kinds_read(job.rules)):
        here = {one for one in proposal.holdings if one.attribute == attribute}
        known = job.store.rights.holders(target, attribute)
        gone = {one for one, since in known.items() if one not in here and since + lag <= now}
        if gone or here - known.keys():
            job.store.rights.turn(target, sorted(here - known.keys()), sorted(gone), now)


def kinds_read(rules: JobRules) -> frozenset[tuple[str, str]]:
    """Return the target with every kind of right in it that the job reads and duties name."""
    named = {claim for duty in rules.duties for claim in duty.claims()}
    kinds = {claim.attribute for claim in named if claim.target == rules.target}
    users = rules.objects.get(USERS)
    readable = set(users.rights) if users is not None else set()
    readable |= {GROUP} if rules.memberships is not None and GROUPS in rules.objects else set()
    return frozenset((rules.target, kind) for kind in kinds & readable)


def _seen(
    job: Job, assembly: Assembly, adopted: Mapping[str | None, str]
) -> tuple[frozenset[Held], frozenset[Held]]:
    """Return who holds what duties name in this target now.

    Returns:
        What people hold whose account is linked; and what those hold whose account the plan
        itself takes over.
    """
    holders: list[tuple[str, str, str]] = []
    for target, attribute in kinds_read(job.rules):
        for native, value in _held_in(job.rules, assembly, attribute):
            if is_of_interest(job.rules.duties, Right(target, attribute, value)):
                holders.append((native, attribute, value))
    natives = {native for native, _, _ in holders}
    links = job.store.links.of_accounts(job.rules.target, USERS, natives)
    owners = {link.native_id: link.identity for link in links}
    linked = frozenset(Held(owners[n], a, value) for n, a, value in holders if n in owners)
    free = [one for one in holders if one[0] in adopted and one[0] not in owners]
    return linked, frozenset(Held(adopted[n], a, value) for n, a, value in free)


def _held_in(rules: JobRules, assembly: Assembly, attribute: str) -> Iterable[tuple[str, str]]:
    """Yield accounts with what they hold of one kind."""
    if attribute != GROUP:
        for native, value in assembly.shown(USERS, attribute).items():
            for one in texts_of(value):
                yield native, one
        return
    names = assembly.shown(GROUPS, rules.objects[GROUPS].schema.name)
    called = {native: as_text(name) for native, name in names.items()}
    named = {
        native: name
        for native, name in called.items()
        if is_of_interest(rules.duties, Right(rules.target, GROUP, name))
    }
    for group, members in assembly.members_by_group(named).items():
        for member in members:
            yield member, named[group]


def _people(
    job: Job, everybody: Iterable[str], drafts: Iterable[Draft], overrides: Overrides
) -> Mapping[str, Holder]:
    links = job.store.links.of_identities(job.rules.target, set(everybody))
    keys = {identity: (link.key, link.native_id) for identity, link in links.items()}
    for draft in drafts:
        action = draft.action
        if action.object_type is USERS and action.operation is not Operation.MEMBERSHIP:
            keys.setdefault(action.subject, (draft.key, action.native_id or ""))
    found: dict[str, Holder] = {}
    for identity in everybody:
        key, native = keys.get(identity, (identity.removeprefix("new:"), ""))
        given = overrides.get((USERS, key), ())
        found[identity] = Holder(key, native, excepted_from(given))
    return found


def excepted_from(overrides: Iterable[Override]) -> frozenset[str]:
    """Return the names of the duties from which somebody is excepted."""
    return frozenset(
        one.attribute.removeprefix(DUTY)
        for one in overrides
        if one.kind is OverrideKind.EXCEPT and one.attribute.startswith(DUTY)
    )
