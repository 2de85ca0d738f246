"""The ladder of what failed for an object's sake: tried again ever more seldom, never dropped.

An act is known by its digest. Whoever changes the object at either end makes it another act, which
is tried at once; what is called for no longer is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.action import Operation
from provisor.domain.excerpt import ids_of
from provisor.domain.plan import PlannedAction
from provisor.domain.retrying import next_attempt
from provisor.engine.carrying.breaking import OF_THE_TARGET
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import ActOutcome, ActState, Severity, StoredPlan
from provisor.ports.troubles import Parked

RECORDS_PARKED = "records_parked"
_TAKES_AWAY = frozenset({Operation.DISABLE, Operation.REVOKE})
_KEPT = frozenset({ActState.FAILED, ActState.BLOCKED, ActState.UNCERTAIN})


@dataclass(slots=True)
class Parking:
    """What waits on one target, as one run finds and leaves it."""

    job: Job
    owner: str
    """Who looks after what fails now, until somebody else says that they do."""
    known: dict[str, Parked] = field(init=False)

    def __post_init__(self) -> None:
        waiting = self.job.store.troubles.parked(self.job.rules.target, self.job.rules.job)
        self.known = {one.action_id: one for one in waiting}

    def waiting(self, actions: Sequence[PlannedAction]) -> frozenset[str]:
        """Return those of the acts that are not tried now, with all that stands or falls with them.

        What takes access away never waits.
        """
        held = [one for one in actions if self._waits(one)] if self.known else []
        if not held:
            return frozenset()
        bundles = {one.draft.bundle for one in held} - {""}
        unmade = {one.action.subject for one in held if one.action.operation is Operation.CREATE}
        return frozenset(
            one.id
            for one in actions
            if one.draft.bundle in bundles or one.action.subject in unmade or self._waits(one)
        )

    def _waits(self, planned: PlannedAction) -> bool:
        found = self.known.get(planned.id)
        if found is None or planned.draft.urgent or planned.action.operation in _TAKES_AWAY:
            return False
        return found.next_at is None or found.next_at > self.job.clock.now()

    def note(self, acts: Sequence[PlannedAction], outcomes: Mapping[str, ActOutcome]) -> None:
        """Put onto the ladder what failed, and take off it what did not.

        Cost: nothing while all goes well; else one transaction.
        """
        ended = [(one, outcomes[one.id]) for one in acts if one.id in outcomes]
        failed = [self._parked(one, outcome) for one, outcome in ended if _is_of_object(outcome)]
        through = [one.id for one, out in ended if out.state not in _KEPT and one.id in self.known]
        if failed:
            self.job.store.troubles.park(failed, [])
            self.known.update({one.action_id: one for one in failed})
        if through:
            self.job.store.troubles.release(self.job.rules.target, through, [])
            for action in through:
                del self.known[action]

    def _parked(self, planned: PlannedAction, outcome: ActOutcome) -> Parked:
        former, now = self.known.get(planned.id), self.job.clock.now()
        since, attempts = (former.since, former.attempts + 1) if former else (now, 1)
        action = planned.action
        return Parked(
            action_id=planned.id,
            target=self.job.rules.target,
            job=self.job.rules.job,
            object_type=action.object_type,
            subject=action.subject,
            key=planned.draft.key,
            operation=action.operation.value,
            since=since,
            last_at=now,
            next_at=next_attempt(attempts, since, now),
            attempts=attempts,
            code=outcome.code,
            message=outcome.message,
            owner=former.owner if former else self.owner,
        )

    def tell(self) -> None:
        """Call somebody when acts wait for a person, and not for time."""
        cause = f"{self.job.rules.job}:{self.job.rules.target}"
        left = [one for one in self.known.values() if one.next_at is None]
        if not left:
            close_alert(self.job, RECORDS_PARKED, cause)
            return
        raise_alert(
            self.job,
            RECORDS_PARKED,
            cause,
            Severity.MEDIUM,
            f"{len(left)} action(s) failed for weeks and are not tried any more by themselves",
            "`provisor parked` says which and who looks after them; `provisor retry` tries again",
        )


def _is_of_object(outcome: ActOutcome) -> bool:
    return outcome.state is ActState.FAILED and outcome.code not in OF_THE_TARGET


def forget_changed(job: Job, stored: StoredPlan) -> None:
    """Take off the ladder what a plan about everybody does not call for any more."""
    waiting = job.store.troubles.parked(job.rules.target, job.rules.job)
    if not waiting:
        return
    called = set(ids_of(stored.plan.actions))
    gone = [one.action_id for one in waiting if one.action_id not in called]
    if gone:
        job.store.troubles.release(job.rules.target, gone, [])
