"""A small office: an HR feed and an application in memory, a real store, a clock moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from provisor.domain.action import Operation
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.leaving import OnLeave
from provisor.domain.plan import Plan
from provisor.domain.record import Value
from provisor.domain.rules import JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Executor, HistoryPolicy, Job
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.ports.delivery import Delivery
from provisor.stores.database import SqlStore, open_store
from provisor.testing.clock import FixedClock

MAIL = 'emails[type eq "work"].value'
CONFIGURATION = "c" * 64


def mapping(attribute: str, text: str, default: Value = None) -> AttributeMapping:
    """Write a mapping short."""
    if default is None:
        return AttributeMapping(attribute, parse(text), text)
    return AttributeMapping(attribute, parse(text), text, default)


def once(attribute: str, text: str) -> AttributeMapping:
    """A mapping that flows on creation only."""
    return AttributeMapping(attribute, parse(text), text, apply=Apply.ON_CREATE)


def office_rules(target: World, /, **changes: object) -> JobRules:
    """The rules of the office; name a field of `JobRules` to change it."""
    users = ObjectRules(
        ObjectType.USERS,
        "employee_id",
        target.schemas[ObjectType.USERS],
        (
            mapping("externalId", "[employee_id]"),
            once("userName", "SelectUniqueValue(ToLower([surname]))"),
            mapping(MAIL, "[mail]"),
            mapping("displayName", 'Join(" ", [given_name], [surname])'),
            mapping("title", "[title]", "Employee"),
            mapping("active", "Not([IsSoftDeleted])"),
        ),
        (MatchRule("externalId", decides=True), MatchRule(MAIL, decides=True)),
        scope=Clause("status", Operator.EQUALS, "active"),
        leaver=Clause("status", Operator.EQUALS, "terminated"),
        on_leave=OnLeave(delete_after_days=30, date="end_date"),
    )
    groups = ObjectRules(
        ObjectType.GROUPS,
        "group_id",
        target.schemas[ObjectType.GROUPS],
        (mapping("externalId", "[group_id]"), mapping("displayName", "[name]")),
        (MatchRule("displayName", decides=True),),
        on_leave=OnLeave(disable=False),
    )
    fields: dict[str, object] = {
        "job": "hr-to-app",
        "source": "hr",
        "target": "app",
        "configuration": CONFIGURATION,
        "objects": {ObjectType.USERS: users, ObjectType.GROUPS: groups},
        "memberships": OwnerMode.OURS,
    }
    return JobRules(**{**fields, **changes})  # type: ignore[arg-type]  # tests name fields freely


@dataclass
class Office:
    """Everything that a story moves."""

    folder: Path
    source: World = field(default_factory=lambda: World(SOURCE_SCHEMAS))
    target: World = field(default_factory=World)
    clock: FixedClock = field(default_factory=FixedClock)
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    changes: dict[str, object] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    executor: Executor = Executor.BY_SIZE
    history: HistoryPolicy = field(default_factory=HistoryPolicy)
    _store: SqlStore | None = None

    def __post_init__(self) -> None:
        self.found_group("G0", "Everybody")

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            self._store = open_store(f"sqlite:///{self.folder / 'office.db'}", clock=self.clock)
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def job(self, actor: str = "ann", reached: Callable[[str], None] | None = None) -> Job:
        rules = office_rules(self.target, **self.changes)
        walk_on: Callable[[str], None] = reached or (lambda _milestone: None)
        return Job(
            rules=rules,
            document="{}",
            source=MemoryConnector("hr", self.source),
            target=MemoryConnector("app", self.target),
            store=self.store,
            clock=self.clock,
            actor=Actor(actor, asserted=True),
            policy=self.policy,
            deliveries=self.deliveries,
            executor=self.executor,
            history=self.history,
            reached=walk_on,
        )

    # --- the feed -------------------------------------------------------------------------------

    def hire(self, key: str, **values: Value) -> None:
        row: dict[str, Value] = {
            "employee_id": key,
            "given_name": "Given",
            "surname": f"Sur{key}",
            "mail": f"{key.lower()}@example.org",
            "title": "Clerk",
            "status": "active",
            "end_date": None,
        }
        self.source.add(ObjectType.USERS, {**row, **values})
        self._group("G0")[key] = None

    def _group(self, key: str) -> dict[str, None]:
        groups = self.source.groups
        native = next(n for n, row in groups.items() if row["group_id"] == key)
        return self.source.members.setdefault(native, {})

    def join(self, group: str, key: str) -> None:
        self._group(group)[key] = None

    def part_from(self, group: str, key: str) -> None:
        del self._group(group)[key]

    def hire_many(self, count: int, first: int = 1) -> None:
        for number in range(first, first + count):
            self.hire(f"E{number:04d}")

    def _row(self, key: str) -> dict[str, Value]:
        rows = self.source.users.values()
        return next(row for row in rows if row["employee_id"] == key)

    def change(self, key: str, **values: Value) -> None:
        self._row(key).update(values)

    def leave(self, key: str, end_date: str = "2031-04-01") -> None:
        self.change(key, status="terminated", end_date=end_date)

    def vanish(self, key: str) -> None:
        users = self.source.users
        del users[next(n for n, row in users.items() if row["employee_id"] == key)]

    def found_group(self, key: str, name: str, *members: str) -> None:
        self.source.add(ObjectType.GROUPS, {"group_id": key, "name": name})
        for member in members:
            self.join(key, member)

    # --- the application ------------------------------------------------------------------------

    def account(self, key: str) -> dict[str, Value]:
        rows = self.target.users.values()
        return next(row for row in rows if row.get("externalId") == key)

    def accounts_of(self, key: str) -> int:
        return sum(row.get("externalId") == key for row in self.target.users.values())

    def native(self, key: str) -> str:
        users = self.target.users
        return next(n for n, row in users.items() if row.get("externalId") == key)

    @property
    def writes(self) -> int:
        return self.target.faults.calls

    # --- the commands ---------------------------------------------------------------------------

    def plan(self, actor: str = "ann") -> Result:
        return plan_job(self.job(actor))

    def run(self, actor: str = "ann") -> Result:
        return run_job(self.job(actor))

    def approve(self, digest: str, actor: str = "bob", **ballot: tuple[str, ...]) -> None:
        stored = self.store.plans.find(digest)
        vote(
            self.job(actor),
            stored,
            Actor(actor, asserted=True),
            Vote(DecisionKind.APPROVE, "fine", **ballot),
        )

    def decide(self, digest: str, kind: DecisionKind, actor: str = "bob") -> None:
        stored = self.store.plans.find(digest)
        vote(self.job(actor), stored, Actor(actor, asserted=True), Vote(kind, "because"))

    def apply(self, digest: str = "latest", actor: str = "ann") -> Result:
        return apply_plan(self.job(actor), self.store.plans.find(digest))

    def open_up(self) -> Result:
        """First plan, approved by a second person, carried out."""
        digest = self.plan().stored.plan.digest
        self.approve(digest)
        return self.apply(digest)

    def pass_hours(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours).total_seconds())


def map_besides(office: Office, *mappings: AttributeMapping) -> None:
    """Let the office's users have more attributes, or others."""
    objects = dict(office_rules(office.target).objects)
    users, named = objects[ObjectType.USERS], {one.attribute for one in mappings}
    kept = [one for one in users.mappings if one.attribute not in named]
    objects[ObjectType.USERS] = replace(users, mappings=(*kept, *mappings))
    office.changes["objects"] = objects


def created_values(plan: Plan) -> dict[str, dict[str, object]]:
    """Key to the values of the account that a plan makes for a person."""
    return {
        one.draft.key: {change.attribute: change.after for change in one.action.changes}
        for one in plan.actions
        if one.action.operation is Operation.CREATE and one.action.object_type is ObjectType.USERS
    }
