"""A bureau whose people stand in three feeds: staff, contractors, and a directory of addresses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from connectors.memory import World, world_of
from provisor.cli.killing import Wish, kill_people
from provisor.domain.approval import DecisionKind
from provisor.domain.schema import ObjectType
from provisor.engine.asking.answer import Word
from provisor.engine.asking.questions import OpenQuestions, open_questions
from provisor.engine.decide import Vote, vote
from provisor.engine.explain import Story, explain
from provisor.engine.job import Executor
from provisor.engine.people import identity_words
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.testing.clock import FixedClock
from provisor.verifier import Verification, verify
from provisor.wiring import Wiring, open_wiring, people_desk_of

JOB = "people-to-app"
COLUMNS = {
    "hr": ("staff_no", "given_name", "surname", "born", "national_id", "mail", "title", "status"),
    "contractors": ("number", "given_name", "surname", "born", "nid", "mail", "title", "status"),
    "directory": ("id", "mail", "phone", "national_id"),
}
CONFIGURATION = """\
version: 1
store: {url: sqlite:///state/provisor.db}
identity: {mode: asserted}
systems:
  hr:
    connector: files
    objects: {users: {path: hr.csv, key: staff_no}}
  contractors:
    connector: files
    objects: {users: {path: contractors.csv, key: number}}
  directory:
    connector: files
    objects: {users: {path: directory.csv, key: id}}
  people:
    connector: people
    of: [hr, {system: contractors, attributes: {national_id: nid}}, directory]
    correlate:
      - {attribute: national_id, distinguishes: true}
      - {attribute: mail}
      - {attributes: [given_name, surname, born], decides: false}
    attributes: {mail: [directory, hr, contractors], status: [hr, contractors]}
    vouches: {attribute: status, operator: NOT EQUALS, value: terminated}
    guard: {rows: 1000, percent: 40}
  app: {connector: memory, store: STORE}
jobs:
  people-to-app:
    source: people
    target: app
    guard: {rows: 1000, percent: 40}
    limits: {disable: {count: 100, percent: 100}, delete: {count: 100, percent: 100}}
    users:
      scope: {attribute: status, operator: EQUALS, value: active}
      leaver: {attribute: status, operator: EQUALS, value: terminated}
      match: [externalId]
      attributes:
        externalId: "[person]"
        userName: {expression: "ToLower([mail])", apply: on_create}
        displayName: 'Join(" ", [given_name], [surname])'
        'emails[type eq "work"].value': "[mail]"
        title: "[title]"
        active: "Not([IsSoftDeleted])"
      on_leave: {disable: now, delete_after_days: 30}
"""


@dataclass
class Bureau:
    """Everything that a story moves."""

    folder: Path
    executor: Executor = Executor.BY_SIZE
    clock: FixedClock = field(default_factory=FixedClock)
    feeds: dict[str, dict[str, dict[str, str]]] = field(
        default_factory=lambda: {name: {} for name in COLUMNS}
    )

    def __post_init__(self) -> None:
        self.write_configuration()

    def write_configuration(self, *edits: tuple[str, str]) -> None:
        text = CONFIGURATION.replace("STORE", str(self.folder))
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        (self.folder / "provisor.yaml").write_text(text, encoding="utf-8")

    @property
    def target(self) -> World:
        return world_of(str(self.folder))

    # --- the feeds --------------------------------------------------------------------------------

    def show(self, feed: str, key: str, **values: str) -> None:
        """Let a feed show a record; what is not named is made up from the key."""
        made_up = {
            "given_name": f"Given{key}",
            "surname": f"Sur{key}",
            "born": "1990-01-01",
            "national_id": f"N-{key}",
            "nid": f"N-{key}",
            "mail": f"{key.lower()}@example.org",
            "title": "Clerk",
            "status": "active",
            "phone": f"+1 {key}",
        }
        name = COLUMNS[feed][0]
        row = {column: made_up.get(column, "") for column in COLUMNS[feed]} | values
        self.feeds[feed][key] = {**row, name: key}

    def staff(self, count: int, first: int = 1) -> None:
        for number in range(first, first + count):
            self.show("hr", f"E{number:03d}")

    def change(self, feed: str, key: str, **values: str) -> None:
        self.feeds[feed][key].update(values)

    def vanish(self, feed: str, key: str) -> None:
        del self.feeds[feed][key]

    def write(self, feed: str, rows: int | None = None) -> None:
        with (self.folder / f"{feed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[feed], lineterminator="\n")
            writer.writeheader()
            writer.writerows(list(self.feeds[feed].values())[:rows])

    def write_all(self) -> None:
        for feed in COLUMNS:
            self.write(feed)

    def pass_hours(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours).total_seconds())

    # --- the commands -----------------------------------------------------------------------------

    @contextmanager
    def wiring(self, by: str = "ann") -> Iterator[Wiring]:
        with open_wiring(self.folder / "provisor.yaml", {}, by) as wiring:
            wiring.clock = self.clock
            wiring.executor = self.executor
            if self.executor is Executor.COLUMNS:
                people_desk_of(wiring, "people").source.columns_from_rows = 0
            yield wiring

    def plan(self) -> Result:
        with self.wiring() as wiring:
            return plan_job(wiring.job(JOB))

    def run(self) -> Result:
        with self.wiring() as wiring:
            return run_job(wiring.job(JOB))

    def carry_out(self, by: str = "bob") -> Result:
        """Plan what the feeds show, have it approved, and do it."""
        self.write_all()
        made = self.plan()
        if not made.stored.plan.actions:
            return made
        with self.wiring(by) as wiring:
            stored = wiring.store.plans.find("latest")
            vote(wiring.job(JOB), stored, wiring.actor, Vote(DecisionKind.APPROVE, "looked at"))
        with self.wiring() as wiring:
            return apply_plan(wiring.job(JOB), wiring.store.plans.find("latest"))

    def explained(self, key: str) -> Story:
        with self.wiring() as wiring:
            return explain(wiring.job(JOB), key)

    def verified(self) -> Verification:
        return verify(self.folder / "state" / "provisor.db")

    # --- what came of it --------------------------------------------------------------------------

    def accounts(self) -> dict[str, dict[str, object]]:
        """Every account by its anchor."""
        return {str(row["externalId"]): dict(row) for row in self.target.users.values()}

    def native(self, person: str) -> str:
        users = self.target.users
        return next(n for n, row in users.items() if row["externalId"] == person)


def told(result: Result) -> list[tuple[str, str]]:
    """What a plan would do, by key: operation and key."""
    plan = result.stored.plan
    return sorted((a.action.operation.value, a.draft.key) for a in plan.actions)


def opened(folder: Path, executor: Executor) -> Bureau:
    """Twenty of staff, five contractors, and the addresses of the staff."""
    made = Bureau(folder, executor)
    made.staff(20)
    for number in range(1, 6):
        made.show("contractors", f"C{number}")
    for number in range(1, 21):
        made.show("directory", f"D{number}", national_id=f"N-E{number:03d}")
        made.change("directory", f"D{number}", mail=f"e{number:03d}@example.org")
    return made


def merge(bureau, stays, joins, by="ann", approver=""):
    with bureau.wiring(by) as wiring:
        desk = people_desk_of(wiring, "people")
        return identity_words.merge(desk, stays, joins, Word("the same person", approver))


def split(bureau, record, by="ann"):
    with bureau.wiring(by) as wiring:
        desk = people_desk_of(wiring, "people")
        return identity_words.split(desk, record, Word("somebody else"))


def kill(bureau, word, by="eve"):
    with bureau.wiring(by) as wiring:
        return kill_people(
            wiring, [word], Wish("stolen laptop", despite_freeze=False), as_json=True
        )


def questions(bureau) -> OpenQuestions:
    with bureau.wiring() as wiring:
        return open_questions(wiring.job(JOB))


def links(bureau):
    with bureau.wiring() as wiring:
        store = wiring.store
        found = store.links.of_target("app", ObjectType.USERS)
        return {link.key: (link.identity, link.native_id) for link in found}
