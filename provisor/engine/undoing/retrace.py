"""What was carried out, looked up in the store, beside what the target shows of it now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.action import Action, Operation
from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.domain.record import Record, as_text
from provisor.domain.rejoining import Roll, memberships_of
from provisor.domain.retracing import Ground, deeds_of
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Deed, Fate
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.referring import identities_in
from provisor.engine.rights.granting import OF_RIGHTS, granted_to
from provisor.errors import CommandInvalid, UnknownName
from provisor.ports.store import ActOutcome, ActState, Run, Store, StoredPlan

_LEAST_DIGITS = 8
_NOTHING = "nothing was kept, and nothing was changed in the target"
_NOT_DONE: Mapping[ActState, str] = {
    ActState.ALREADY_SO: "it was so already, and the run changed nothing",
    ActState.FAILED: "it failed",
    ActState.UNCERTAIN: "nobody knows whether it was done; the next run looks",
    ActState.STALE: "the target had moved, and nothing was sent",
    ActState.SUPERSEDED: "it was no longer called for, and nothing was sent",
    ActState.BLOCKED: "another act stood in its way, and nothing was sent",
}
_MEMBERSHIP = Operation.MEMBERSHIP
_OWN = "it is about whoever undoes; let somebody else undo it"


@dataclass(frozen=True, slots=True)
class Carried:
    """Acts of one plan that one run, or all its runs, carried out."""

    stored: StoredPlan
    runs: tuple[Run, ...]
    """Newest first."""
    whole: bool
    """Whether all runs of the plan are meant."""

    def outcomes(self, store: Store) -> Mapping[str, ActOutcome]:
        """Return what became of each act, by action id."""
        if self.whole:
            return store.acts.outcomes(self.stored.plan.digest)
        return store.acts.of_run(self.runs[0].id)


def carried_out(store: Store, reference: str) -> Carried:
    """Return what a run id, a plan digest, at least 8 digits of one, or `latest` name.

    Raises:
        UnknownName: they name no single run or plan.
        CommandInvalid: nothing of the plan was ever carried out.
        PlanUnknown: no plan has these digits.
    """
    run = _run(store, reference)
    if run is not None and run.plan is not None:
        return Carried(store.plans.find(run.plan), (run,), whole=False)
    stored = store.plans.find(reference)
    runs = store.acts.runs_of_plan(stored.plan.digest)
    if not runs:
        raise CommandInvalid(
            "nothing of this plan was carried out",
            where=f"plan {stored.plan.digest[:12]}",
            found=f"a plan that is {stored.status.value}, and no run of it",
            safe=_NOTHING,
            next="`provisor withdraw` or `provisor reject` stops a plan that waits",
        )
    return Carried(stored, runs, whole=True)


def _run(store: Store, reference: str) -> Run | None:
    if reference == "latest":
        newest = store.acts.newest_run()
        if newest is None:
            raise _unknown(reference, "no run was made yet")
        return newest
    if len(reference) < _LEAST_DIGITS:
        expected = f"expected `latest`, or at least {_LEAST_DIGITS} digits of a run or a plan"
        raise _unknown(reference, expected)
    found = store.acts.run_named(reference)
    if len(found) > 1:
        raise _unknown(reference, f"several runs: {', '.join(run.id[:16] for run in found)}")
    return found[0] if found else None


def _unknown(reference: str, found: str) -> UnknownName:
    return UnknownName(
        f"`{reference}` names no single run",
        where="runs of this store",
        found=found,
        safe=_NOTHING,
        next="`provisor status --json` and `provisor show --json` name runs",
    )


def names_in(job: Job, chosen: Iterable[PlannedAction]) -> frozenset[tuple[ObjectType, str]]:
    """Return of whom acts were, by the keys that they have now."""
    drafts = [planned.draft for planned in chosen]
    subjects = {draft.action.subject for draft in drafts}
    links = job.store.links.of_identities(job.rules.target, subjects) if subjects else {}
    keys = {identity: link.key for identity, link in links.items()}
    return frozenset(
        (_kind(draft.action), keys.get(draft.action.subject, draft.key)) for draft in drafts
    )


def _kind(action: Action) -> ObjectType:
    """Return what kind of object an act is about: of an act on members their group."""
    return ObjectType.GROUPS if action.operation is _MEMBERSHIP else action.object_type


def retrace(
    job: Job,
    assembly: Assembly,
    chosen: Sequence[PlannedAction],
    outcomes: Mapping[str, ActOutcome],
) -> tuple[Deed, ...]:
    """Return everything that acts did, with what can be taken back of it.

    Args:
        job: whose target.
        assembly: the target as it is now.
        chosen: acts of one plan.
        outcomes: what became of them; acts without one were not begun.

    Cost: two SELECTs for some hundred acts, and one that names what has no end yet.
    """
    open_acts = {one.intent.action_id for one in job.store.acts.unfinished(job.rules.target)}
    begun = [one for one in chosen if one.id in outcomes or one.id in open_acts]
    grounds = _Grounds(job, assembly, begun)
    return tuple(
        deed
        for planned in begun
        for deed in _deeds(job, grounds, planned, outcomes.get(planned.id))
    )


def _deeds(
    job: Job, grounds: _Grounds, planned: PlannedAction, outcome: ActOutcome | None
) -> Iterator[Deed]:
    action = planned.action
    state = outcome.state if outcome is not None else ActState.UNCERTAIN
    if state is not ActState.DONE or _kind(action) not in job.rules.objects:
        why = _NOT_DONE.get(state, "the job no longer knows this kind of object")
        fate = Fate.FINAL if state is ActState.DONE else Fate.NOT_DONE
        place = (_kind(action), planned.draft.key, action.subject)
        yield Deed(*place, planned.id, action.operation, "", fate, why=why)
        return
    if action.operation is _MEMBERSHIP:
        for deed in memberships_of(planned, grounds.roll(planned)):
            own = job.policy.four_eyes and grounds.is_member(job.actor.name, deed)
            yield _but_own(deed) if own else deed
        return
    ground = grounds.of(planned)
    own = job.policy.four_eyes and _is_own(job, planned, ground)
    for deed in deeds_of(planned, ground):
        yield _but_own(deed) if own else deed


def _but_own(deed: Deed) -> Deed:
    """Return a deed about whoever undoes, for whom nobody decides alone."""
    if deed.fate is Fate.BACK:
        return deed.as_(Fate.LEFT, _OWN)
    return deed.as_(deed.fate, deed.why)


class _Grounds:
    """What the target shows of everybody whom some acts were about."""

    def __init__(self, job: Job, assembly: Assembly, acts: Sequence[PlannedAction]) -> None:
        identities = {one.action.subject for one in acts}
        identities |= {other for one in acts for other in identities_in(one.action)}
        identities |= {other for one in acts for other in (*one.action.adds, *one.action.removes)}
        store, target = job.store.links, job.rules.target
        self._rules = job.rules.objects
        self._links: Mapping[str, Link] = (
            store.of_identities(target, identities) if identities else {}
        )
        self._natives = {identity: link.native_id for identity, link in self._links.items()}
        self._accounts: dict[ObjectType, Mapping[str, Record]] = {}
        for kind in job.rules.objects:
            ids = {link.native_id for link in self._links.values() if link.object_type is kind}
            self._accounts[kind] = assembly.accounts(kind, ids)
        groups = {one.action.subject for one in acts if one.action.operation is _MEMBERSHIP}
        known = {self._links[group].native_id for group in groups & self._links.keys()}
        of_rights = {one.action.subject for one in acts if one.action.operation in OF_RIGHTS}
        self._grants = granted_to(job, of_rights) if of_rights else {}
        self._members = assembly.members_by_group(known) if known else {}

    def of(self, planned: PlannedAction) -> Ground:
        """Return what the target shows of the object of an act."""
        kind = planned.action.object_type
        link = self._links.get(planned.action.subject)
        account = self._accounts[kind].get(link.native_id) if link is not None else None
        grants = self._grants.get(planned.action.subject, {})
        return Ground(self._rules[kind], link, account, self._natives, grants)

    def roll(self, planned: PlannedAction) -> Roll:
        """Return what the target shows of the members of a group."""
        group = self._links.get(planned.action.subject)
        natives = self._members.get(group.native_id, frozenset()) if group is not None else ()
        return Roll(group, natives, self._links)

    def is_member(self, name: str, deed: Deed) -> bool:
        """Say whether the member whom a deed moved is known by a name."""
        link = self._links.get(deed.member)
        if link is None:
            return False
        account = self._accounts.get(link.object_type, {}).get(link.native_id)
        names = {link.key, link.native_id, link.anchor or ""}
        if account is not None:
            names |= set(_shown(self._rules[link.object_type], account))
        return name.casefold() in {one.casefold() for one in names if one}


def _is_own(job: Job, planned: PlannedAction, ground: Ground) -> bool:
    """Say whether an act was about whoever undoes it, by any name that is known of the object."""
    names = {planned.draft.key, planned.draft.name, planned.action.anchor or ""}
    if ground.link is not None:
        names |= {ground.link.key, ground.link.native_id, ground.link.anchor or ""}
    if ground.account is not None:
        names |= set(_shown(ground.rules, ground.account))
    return job.actor.name.casefold() in {name.casefold() for name in names if name}


def _shown(rules: ObjectRules, account: Record) -> Iterator[str]:
    keyed = {attribute.name for attribute in rules.schema.attributes if attribute.identity_key}
    for name in keyed | {rules.schema.name}:
        yield as_text(account.values.get(name))
