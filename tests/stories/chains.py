"""Three jobs in a row: HR's people get directory accounts, whose mail addresses others wait for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from provisor.domain.approval import DecisionKind
from provisor.domain.plan import Proposal
from provisor.engine.decide import Vote, vote
from provisor.engine.explain import Story, explain, peek
from provisor.engine.job import Executor
from provisor.engine.on_demand import on_demand
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.testing.clock import FixedClock
from provisor.wiring import Wiring, open_wiring

TO_DIRECTORY, TO_HR, TO_APP, BADGES = "hr-to-directory", "mail-to-hr", "hr-to-app", "badges"

HR = """
CREATE TABLE people (
  employee_id TEXT PRIMARY KEY, given_name TEXT, surname TEXT, status TEXT, badge TEXT, mail TEXT
);
"""
DIRECTORY = """
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, anchor TEXT, staff_no TEXT, login TEXT UNIQUE, mail TEXT, badge TEXT,
  active INTEGER
);
CREATE TRIGGER mailbox AFTER INSERT ON accounts WHEN NEW.mail IS NULL BEGIN
  UPDATE accounts SET mail = NEW.login || '@example.org' WHERE id = NEW.id;
END;
"""
APP = """
CREATE TABLE users (
  id INTEGER PRIMARY KEY, anchor TEXT, staff_no TEXT, login TEXT UNIQUE, active INTEGER
);
"""
TEXT = f"""\
version: 1
identity: {{mode: asserted}}
systems:
  hr:
    connector: sql
    url: sqlite:///hr.db
    objects: {{users: {{table: people, id: employee_id}}}}
  directory:
    connector: sql
    url: sqlite:///directory.db
    objects:
      users:
        table: accounts
        id: id
        anchor: anchor
        name: login
        disable: {{column: active, on: 1, off: 0}}
  app:
    connector: sql
    url: sqlite:///app.db
    objects:
      users:
        table: users
        id: id
        anchor: anchor
        name: login
        disable: {{column: active, on: 1, off: 0}}
jobs:
  {TO_DIRECTORY}:
    source: hr
    target: directory
    users:
      scope: {{attribute: status, operator: EQUALS, value: active}}
      leaver: {{attribute: status, operator: EQUALS, value: left}}
      match: [staff_no]
      attributes:
        staff_no: "[employee_id]"
        login: "ToLower([surname])"
  {TO_HR}:
    source: hr
    target: hr
    after: {TO_DIRECTORY}
    users:
      lifecycle: none
      scope: {{attribute: status, operator: EQUALS, value: active}}
      match: [{{attribute: employee_id, expression: "[employee_id]"}}]
      attributes: {{mail: "[{TO_DIRECTORY}.mail]"}}
  {TO_APP}:
    source: hr
    target: app
    after: {TO_DIRECTORY}
    users:
      scope: {{attribute: status, operator: EQUALS, value: active}}
      leaver: {{attribute: status, operator: EQUALS, value: left}}
      attributes:
        staff_no: "[employee_id]"
        login: "ToLower([{TO_DIRECTORY}.mail])"
  {BADGES}:
    source: hr
    target: directory
    users:
      lifecycle: none
      scope: {{attribute: status, operator: EQUALS, value: active}}
      attributes: {{badge: "[badge]"}}
"""


@dataclass
class Chain:
    """A folder with a configuration, three databases and a store."""

    folder: Path
    executor: Executor = Executor.BY_SIZE
    clock: FixedClock = field(default_factory=FixedClock)

    @property
    def file(self) -> Path:
        return self.folder / "provisor.yaml"

    @contextmanager
    def wiring(self, by: str = "ann") -> Iterator[Wiring]:
        with open_wiring(self.file, {}, by) as wiring:
            wiring.clock = self.clock
            wiring.executor = self.executor
            yield wiring

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    # --- the databases --------------------------------------------------------------------------

    def ask(self, system: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / f"{system}.db")) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows

    def hire(self, *names: str) -> None:
        for name in names:
            row = (f"E-{name}", "Given", name, "active", f"B-{name}", None)
            self.ask("hr", "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", *row)

    def hr(self, name: str, **values: object) -> None:
        for column, value in values.items():
            place = f"UPDATE people SET {column} = ? WHERE employee_id = ?"  # noqa: S608 - a test's own words
            self.ask("hr", place, value, f"E-{name}")

    def mails(self) -> dict[str, str | None]:
        """What HR has, by surname."""
        return dict(self.ask("hr", "SELECT surname, mail FROM people"))

    def logins(self, system: str = "app") -> dict[str, int]:
        """Logins with whether they are on."""
        table = "users" if system == "app" else "accounts"
        return dict(self.ask(system, f"SELECT login, active FROM {table}"))  # noqa: S608 - a test's own words

    # --- the commands ---------------------------------------------------------------------------

    def plan(self, job: str, only: Sequence[str] = ()) -> Result:
        with self.wiring() as wiring:
            return plan_job(on_demand(wiring.job(job), only))

    def run(self, job: str, only: Sequence[str] = ()) -> Result:
        with self.wiring() as wiring:
            return run_job(on_demand(wiring.job(job), only))

    def peek(self, job: str) -> Proposal:
        with self.wiring() as wiring:
            return peek(wiring.job(job))[1]

    def explain(self, job: str, name: str) -> Story:
        with self.wiring() as wiring:
            return explain(wiring.job(job), f"E-{name}")

    def approve(self, job: str, digest: str = "latest") -> None:
        with self.wiring("ben") as wiring:
            stored = wiring.store.plans.find(digest)
            vote(wiring.job(job), stored, wiring.actor, Vote(DecisionKind.APPROVE, "looked at"))

    def settle(self, job: str) -> Result:
        """Plan, let a second person approve, and carry out."""
        digest = self.plan(job).stored.plan.digest
        self.approve(job, digest)
        with self.wiring() as wiring:
            return apply_plan(wiring.job(job), wiring.store.plans.find(digest))

    def pass_hours(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours).total_seconds())


def laid(folder: Path, executor: Executor = Executor.BY_SIZE) -> Chain:
    """Return a chain with three people and nothing done yet."""
    chain = Chain(folder, executor)
    chain.file.write_text(TEXT, encoding="utf-8")
    for system, tables in (("hr", HR), ("directory", DIRECTORY), ("app", APP)):
        with closing(sqlite3.connect(folder / f"{system}.db")) as database:
            database.executescript(tables)
    chain.hire("Ek", "Lee", "Sato")
    with chain.wiring() as wiring:
        from provisor.wiring import upgrade_store

        upgrade_store(wiring.configuration)
    return chain


def waiting(result: Result) -> dict[str, str]:
    """Key to why something waits."""
    return {one.key: one.lack.value for one in result.stored.pending}


def classes(result: Result) -> dict[str, int]:
    """The classes of users' records that are not empty."""
    (tally,) = [t for kind, t in result.stored.records.items() if kind.value == "users"]
    assert tally.adds_up()
    return {name: count for name, count in tally.classes.items() if count}
