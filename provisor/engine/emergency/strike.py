"""One account switched off outside of all cycles, by the write protocol less the lease.

A lease keeps two workers from deciding on the same moment of a target. A kill decides nothing: it
takes away, whatever the other worker thinks, and the `deny` that it left makes every later plan
agree. What a running cycle had sent to the same account before is told, and looked at again when
that cycle ends.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from provisor.domain.action import Action, Operation
from provisor.domain.departing import switched_off
from provisor.domain.drafting import Subject, draft_disable
from provisor.domain.enlistment import membership_drafts
from provisor.domain.excerpt import ids_of
from provisor.domain.granting import Position, draft_taking_all
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure
from provisor.domain.link import Link
from provisor.domain.membership import NOBODY, GroupChange
from provisor.domain.plan import Draft, Header, PlanPart, Ruling
from provisor.domain.protection import in_range, is_registered
from provisor.domain.record import Record, as_text, is_blank
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.sealing import seal
from provisor.engine import journal
from provisor.engine.carry_out import carry_out, look_back
from provisor.engine.carrying.pacing import TargetPace
from provisor.engine.carrying.underway import Carrying
from provisor.engine.carrying.votes import votes_of
from provisor.engine.job import Job
from provisor.engine.make_plan import present_revision
from provisor.engine.revisions.in_force import cited_by
from provisor.engine.rights.granting import granted_to
from provisor.errors import DONE, SOMETHING_LEFT, TargetProblem
from provisor.ports.acts import DESPITE_FREEZE
from provisor.ports.connector import Candidate
from provisor.ports.store import ActOutcome, ActState, Lease, PlanStatus, Run, StoredPlan

_DONE = frozenset({ActState.DONE, ActState.ALREADY_SO})
_HOLDER = "kill"


class Struck(StrEnum):
    """What became of one account."""

    DONE = "done"
    ALREADY_OFF = "already_off"
    ABSENT = "absent"
    """The account is not in the target any more."""
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    FROZEN = "frozen"
    PROTECTED = "protected"
    IMPOSSIBLE = "impossible"
    """The target cannot switch accounts off, and nothing is left that could be taken."""


OUT = frozenset({Struck.DONE, Struck.ALREADY_OFF, Struck.ABSENT})
"""States in which nobody has to do anything more."""


@dataclass(frozen=True, slots=True)
class Blown:
    """What became of one account, in a word and a sentence."""

    state: Struck
    message: str = ""


def strike(job: Job, link: Link, override: str, epoch: int) -> Blown:
    """Switch one account off now, or take its rights where the target has no switch.

    Args:
        job: that writes people to the target.
        link: of the person.
        override: the id of the `deny` behind it.
        epoch: `APART`, or `DESPITE_FREEZE` where a person said so.

    Raises:
        ProvisorError: something beyond this account is wrong; nothing was sent then.

    Cost: a look at the account, the write, and a look back.
    """
    freeze = job.store.controls.frozen(job.rules.target)
    if freeze is not None and epoch != DESPITE_FREEZE:
        return Blown(Struck.FROZEN, f"writing is frozen by {freeze.actor}; nothing was sent")
    rules = job.rules.objects[link.object_type]
    account, seen = _look(job, link, rules)
    if account is None:
        return Blown(Struck.ABSENT, "the target does not have the account any more")
    if _is_protected(job, rules, account):
        return Blown(Struck.PROTECTED, "the account is protected: switch it off in the target")
    if rules.schema.switch is not None and seen and switched_off(rules.schema, account.values):
        return _unless_meanwhile(job, link, Blown(Struck.ALREADY_OFF))
    drafts = _drafts(job, link, rules, account, override)
    if not drafts:
        return Blown(Struck.IMPOSSIBLE, _no_switch())
    outcomes = _carried(job, link, drafts, epoch)
    return _unless_meanwhile(job, link, _told(rules, drafts, outcomes))


def _look(job: Job, link: Link, rules: ObjectRules) -> tuple[Record | None, object]:
    """Return the account, and whether the target showed it.

    A target that cannot be asked may still take a write.
    """
    known = Record(link.native_id, {})
    if not job.target.describe().capabilities.finds:
        return known, False
    names = tuple(sorted(rules.target_attributes()))
    candidate = Candidate(rules.object_type, native_id=link.native_id, attributes=names)
    try:
        found = job.target.find(candidate)
    except TargetProblem:
        return known, False
    # Several accounts under one id are no proof that there is none.
    return (known, False) if len(found) > 1 else (found[0] if found else None, True)


def _is_protected(job: Job, rules: ObjectRules, account: Record) -> bool:
    name = rules.schema.name
    if is_registered(job.rules.protected, account, name):
        return True
    moment = Moment(job.clock.now(), job.rules.zone)
    return bool(rules.protection) and in_range(rules.protection, account, name, moment)


def _drafts(
    job: Job, link: Link, rules: ObjectRules, account: Record, override: str
) -> tuple[Draft, ...]:
    name = as_text(account.values.get(rules.schema.name))
    held = account.values.get(rules.schema.anchor) if rules.schema.anchor else None
    anchor = as_text(held) if not is_blank(held) else link.anchor or link.identity
    subject = Subject(link.identity, link.key, name, anchor, link.native_id)
    departure = Departure(Gone.DENIED, f"override {override}")
    off = draft_disable(rules, job.rules.target, subject, departure, account.values)
    if off is not None:
        return (off,)
    rights = _rights(job, rules, subject, account, override)
    return (*rights, *_memberships(job, link, override))


def _rights(
    job: Job, rules: ObjectRules, subject: Subject, account: Record, override: str
) -> tuple[Draft, ...]:
    """Take every right that the account shows; of one that nobody could look at, what we gave."""
    given = granted_to(job, [subject.identity]).get(subject.identity, {})
    known = {name: tuple(v.kept or v.value for v in given.get(name, {}).values()) for name in given}
    shown = {**known, **account.values}
    position = Position(subject, shown, given)
    return draft_taking_all(rules, job.rules.target, position, f"override {override}")


def _memberships(job: Job, link: Link, override: str) -> tuple[Draft, ...]:
    """Take what we gave to somebody whom the target cannot switch off."""
    target = job.rules.target
    given = job.store.links.memberships_of(target, (), [link.identity])
    groups = job.store.links.of_identities(target, {one.group for one in given})
    subjects = {
        identity: Subject(identity, group.key, group.key, group.anchor, group.native_id)
        for identity, group in groups.items()
    }
    change = GroupChange(NOBODY, frozenset({link.identity}))
    changes = dict.fromkeys(sorted(subjects), change)
    words = dict.fromkeys(subjects, f"override {override}")
    return membership_drafts(job.rules, subjects, changes, {}, ({}, words))


def _no_switch() -> str:
    return (
        "the target cannot switch accounts off, and no right that could be taken is left there: "
        "do it in the target"
    )


# --- the write protocol -------------------------------------------------------------------------


def _carried(job: Job, link: Link, drafts: tuple[Draft, ...], epoch: int) -> tuple[ActOutcome, ...]:
    stored = _sealed(job, link, drafts)
    run = Run(
        secrets.token_hex(16),
        job.rules.job,
        job.clock.now(),
        None,
        stored.plan.digest,
        job.actor.name,
        None,
        target=job.rules.target,
    )
    job.store.acts.begin_run(run)
    job.store.plans.set_status(stored.plan.digest, PlanStatus.APPLYING, [])
    job.reached("kill.begun")
    lease = Lease(job.rules.target, _HOLDER, epoch, job.clock.now())
    pace = TargetPace(job, lease, job.in_flight)
    attempts = job.store.acts.attempts(stored.plan.digest)
    carrying = Carrying(job, run.id, stored.plan.digest, lease, pace, attempts=attempts)
    carry_out(carrying, stored.plan.actions, votes_of(ids_of(stored.plan.actions), {}))
    outcomes = job.store.acts.of_run(run.id)
    look_back(carrying)
    sums = carrying.results.sums
    is_out = sum(sums[state] for state in _DONE) == len(stored.plan.actions)
    counted = {state.value: count for state, count in sums.items()}
    ended = replace(
        run,
        ended_at=job.clock.now(),
        exit_code=DONE if is_out else SOMETHING_LEFT,
        outcomes=counted,
        spent=pace.spending.cost,
        pauses=pace.spending.pauses,
    )
    status = PlanStatus.APPLIED if is_out else PlanStatus.PARTLY_APPLIED
    job.store.plans.set_status(stored.plan.digest, status, [])
    job.store.acts.end_run(ended, [journal.run_ended(job, ended)])
    job.reached("kill.ended")
    return tuple(outcomes.values())


def _sealed(job: Job, link: Link, drafts: tuple[Draft, ...]) -> StoredPlan:
    """Seal a plan about one person; it takes no waiting plan's place and opens no gate."""
    rules, revision, cited = job.rules, present_revision(job), cited_by(job)
    header = Header(rules.job, rules.source, rules.target, rules.configuration, (link.identity,))
    keys = job.store.identities.subject_keys({draft.action.subject for draft in drafts})
    counted = Counter(draft.part for draft in drafts)
    stored = StoredPlan(
        plan=seal(header, drafts, keys.__getitem__),
        status=PlanStatus.ALLOWED,
        created_at=job.clock.now(),
        initiator=job.actor.name,
        author=revision.author,
        four_eyes=job.policy.four_eyes,
        asserted=job.actor.asserted,
        verdict=Ruling.ALLOWED,
        parts=tuple(PlanPart(part, count, Ruling.ALLOWED) for part, count in counted.items()),
        verdicts=(),
        records={},
        accounts={},
        set_aside=(),
        findings=(),
        baseline="none",
        observations=(),
        revision=cited.number if cited is not None else None,
    )
    job.store.plans.save(stored, [journal.plan_sealed(job, stored)])
    job.reached("kill.sealed")
    return stored


def _told(rules: ObjectRules, drafts: tuple[Draft, ...], outcomes: tuple[ActOutcome, ...]) -> Blown:
    states = {outcome.state for outcome in outcomes}
    message = next((o.message or o.code for o in outcomes if o.state not in _DONE), "")
    if len(outcomes) < len(drafts) or states - _DONE - {ActState.UNCERTAIN}:
        return Blown(Struck.FAILED, message or "the target was not reached")
    if ActState.UNCERTAIN in states:
        return Blown(Struck.UNCERTAIN, "nobody knows yet whether it was done")
    if rules.schema.switch is None:
        return Blown(
            Struck.DONE, "no switch there: rights were taken, and memberships that we gave"
        )
    return Blown(Struck.DONE)


def _unless_meanwhile(job: Job, link: Link, blown: Blown) -> Blown:
    """What a running cycle sent to the account before may still switch it on."""
    giving = [
        one
        for one in job.store.acts.unfinished(job.rules.target)
        if _gives(one.action.action, link.identity)
    ]
    if not giving or blown.state not in OUT:
        return blown
    message = "a running cycle had sent something to the account before; it looks again at its end"
    return Blown(Struck.UNCERTAIN, message)


def _gives(action: Action, identity: str) -> bool:
    """Say whether an act, once sent, may let somebody in."""
    return identity in action.adds or (
        action.subject == identity
        and action.operation not in (Operation.DISABLE, Operation.DELETE, Operation.REVOKE)
    )
