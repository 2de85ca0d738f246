"""Small worlds for the tests of memory: a clock that stands, and values with every field filled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

from provisor.domain import sealing
from provisor.domain.action import Action, Change, Operation, Reversible, Risk, Wave
from provisor.domain.approval import Decision, DecisionKind
from provisor.domain.event import Event, EventKind
from provisor.domain.plan import (
    Draft,
    Finding,
    Header,
    Plan,
    PlanPart,
    Ruling,
    SetAside,
    Tally,
    Verdict,
)
from provisor.domain.record import ABSENT
from provisor.domain.reference import Lack, Pending
from provisor.domain.schema import ObjectType
from provisor.domain.sealing import seal
from provisor.ports.store import (
    ActOutcome,
    ActState,
    Effect,
    Intent,
    Observation,
    PlanStatus,
    Store,
    StoredPlan,
)

START = datetime(2031, 4, 7, 2, 0, 0, 123456, tzinfo=UTC)
CONFIGURATION = "c0" * 32


class StandingClock:
    """Time that moves only when a test moves it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


def event(kind: EventKind = EventKind.OUTCOME, **facts) -> Event:
    return Event(kind, START, "scheduler", facts)


def drafts(subjects: list[str], operation: Operation = Operation.UPDATE) -> list[Draft]:
    """One draft per subject, with every kind of value in its changes."""
    return [
        Draft(
            action=Action(
                operation=operation,
                object_type=ObjectType.USERS,
                target="app",
                subject=subject,
                anchor=subject,
                native_id=f"n{number}",
                changes=(
                    Change("emails", ("a@example.org",), ()),
                    Change("name.givenName", ABSENT, f"Ærø {number}"),
                    Change("nickName", 'Ann,"operation":"delete","risk":"destructive"', None),
                    Change("seats", 2**53, number),
                ),
                rule="users.attributes",
                risk=Risk.IDENTITY_KEY,
                reversible=Reversible.LOSSY,
            ),
            key=f"E{number}",
            name=f"person{number}",
            wave=Wave.ATTRIBUTES,
            urgent=number % 3 == 0,
            leave_date="2031-04-01" if number % 3 == 0 else "",
            bundle=f"b{number // 2}",
        )
        for number, subject in enumerate(subjects)
    ]


@contextmanager
def large_plans(many: int = 3, page: int = 4) -> Iterator[None]:
    """Plans of more than a few actions are large ones, kept by pages of a few."""
    with mock.patch.multiple(sealing, MANY=many, PAGE=page):
        yield


def sealed(store: Store, count: int, job: str = "hr-to-app", first: int = 0) -> Plan:
    """A plan over new identities whose keys are in the store."""
    keys = [f"E{number}" for number in range(first, first + count)]
    ids = store.identities.assign("hr", ObjectType.USERS, keys, START)
    header = Header(job, "hr", "app", CONFIGURATION)
    secret = store.identities.subject_keys(ids.values())
    return seal(header, drafts([ids[key] for key in keys]), secret.__getitem__)


def stored(plan: Plan, status: PlanStatus = PlanStatus.WAITING, **changes) -> StoredPlan:
    """Everything that is kept beside a plan, each field with a value of its own."""
    return replace(
        StoredPlan(
            plan=plan,
            status=status,
            created_at=START,
            initiator="ops",
            author="anna",
            four_eyes=True,
            asserted=False,
            verdict=Ruling.NEEDS_DECISION,
            parts=(PlanPart("users.update", len(plan.actions), Ruling.NEEDS_DECISION),),
            verdicts=(
                Verdict("first_run", "users.update", "1", "0", Ruling.NEEDS_DECISION, "first run"),
            ),
            records={ObjectType.USERS: Tally(5, {"planned": 2, "unchanged": 3})},
            accounts={ObjectType.USERS: Tally(4, {"planned": 2, "orphan": 2})},
            set_aside=(SetAside(ObjectType.USERS, "E9", "repeated_key", {"what": "two rows"}),),
            findings=(Finding(ObjectType.USERS, "n77", "orphan", "ghost", "no record"),),
            baseline="none",
            observations=("o1", "o2"),
            predecessor=None,
            references={ObjectType.USERS: {"manager": Tally(3, {"planned": 1, "pending": 2})}},
            pending=(Pending(ObjectType.USERS, "E1", "manager", "E404", Lack.NOBODY),),
        ),
        **changes,
    )


def saved(store: Store, count: int, **changes) -> Plan:
    """A plan that is in the store, with its leaf."""
    plan = sealed(store, count)
    leaf = event(EventKind.PLAN_SEALED, plan=plan.digest, actions=count)
    store.plans.save(stored(plan, **changes), [leaf])
    return plan


def observation(number: int, **changes) -> Observation:
    return replace(
        Observation(
            id=f"o{number}",
            system="hr",
            object_type=ObjectType.USERS,
            started_at=START,
            ended_at=START + timedelta(seconds=number),
            pages=3,
            rows=250,
            declared_total=None,
            complete=True,
            reason="",
            digest="ab" * 32,
            version="v1",
            watermark="w1",
            columns=("employee_id", "status"),
            nulls={"status": 2},
        ),
        **changes,
    )


def decision(plan: Plan, vote: str = "d1", **changes) -> Decision:
    return replace(
        Decision(
            id=vote,
            kind=DecisionKind.APPROVE,
            plan=plan.digest,
            job=plan.header.job,
            configuration=CONFIGURATION,
            approver="bert",
            reason="ticket 7",
            decided_at=START,
            expires_at=START + timedelta(hours=24),
            actions=frozenset(action.id for action in plan.actions),
            signature=None,
        ),
        **changes,
    )


def intents(plan: Plan, run: str = "r1", attempt: int = 1, at: datetime = START) -> list[Intent]:
    return [
        Intent(
            action_id=action.id,
            plan=plan.digest,
            run=run,
            target="app",
            attempt=attempt,
            part=action.draft.part,
            operation=action.action.operation.value,
            object_type=action.action.object_type,
            at=at,
            position=action.position,
        )
        for action in plan.actions
    ]


def ended(intent: Intent, state: ActState = ActState.DONE, **changes) -> ActOutcome:
    return replace(
        ActOutcome(
            action_id=intent.action_id,
            plan=intent.plan,
            run=intent.run,
            target=intent.target,
            attempt=intent.attempt,
            state=state,
            at=intent.at,
            native_id="n1",
            assurance="claimed",
        ),
        **changes,
    )


def effects(intents: list[Intent], state: ActState = ActState.DONE, **changes) -> list[Effect]:
    return [Effect(ended(intent, state), **changes) for intent in intents]


def intended_event(intents: list[Intent]) -> Event:
    first = intents[0]
    return event(
        EventKind.INTENDED,
        run=first.run,
        plan=first.plan,
        target=first.target,
        attempt=first.attempt,
        actions=[intent.action_id for intent in intents],
    )


def outcome_event(effects: list[Effect]) -> Event:
    first = effects[0].outcome
    return event(
        EventKind.OUTCOME,
        run=first.run,
        plan=first.plan,
        target=first.target,
        outcomes=[[effect.outcome.action_id, effect.outcome.state.value] for effect in effects],
    )
