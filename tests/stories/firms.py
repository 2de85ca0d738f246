"""The first example in a folder of its own, in production, spoken to in process."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from provisor.cli.proposing import Wish, activate_revision, propose_revision
from provisor.domain.approval import DecisionKind
from provisor.engine.decide import Vote, vote
from provisor.engine.revisions.agreeing import speak
from provisor.engine.revisions.desk import Standing, standing
from provisor.engine.run import Result, apply_plan, run_job
from provisor.testing.clock import FixedClock
from provisor.verifier import Verification, verify
from provisor.wiring import Wiring, desk_of, open_wiring

EXAMPLE = Path(__file__).parents[2] / "examples" / "first"
JOB = "hr-to-app"
NARROWER = (
    "scope: {attribute: status, operator: EQUALS, value: active}",
    "scope: {all: [{attribute: status, operator: EQUALS, value: active}, "
    "{attribute: employee_id, operator: NOT EQUALS, value: E1010}]}",
)
TITLE = ('default: "Employee"', 'default: "Staff"')


@dataclass
class Firm:
    """A folder with a configuration, two systems and a store."""

    folder: Path
    clock: FixedClock = field(default_factory=FixedClock)
    reached: Callable[[str], None] = lambda _milestone: None

    @property
    def file(self) -> Path:
        return self.folder / "provisor.yaml"

    @contextmanager
    def wiring(self, by: str) -> Iterator[Wiring]:
        with open_wiring(self.file, {}, by) as wiring:
            wiring.clock = self.clock
            wiring.reached = self.reached
            yield wiring

    # --- the file and the feed --------------------------------------------------------------------

    def text(self, *edits: tuple[str, str]) -> str:
        """The file's text with words changed."""
        text = self.file.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        return text

    def edit(self, *edits: tuple[str, str]) -> None:
        self.file.write_text(self.text(*edits), encoding="utf-8")

    def feed(self, old: str, new: str) -> None:
        path = self.folder / "hr.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def accounts(self) -> dict[str, int]:
        """Staff number to whether the account is active."""
        with closing(sqlite3.connect(self.folder / "app.db")) as database:
            rows = database.execute("SELECT staff_no, active FROM users WHERE staff_no <> ''")
            return dict(rows.fetchall())

    def pass_hours(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours).total_seconds())

    # --- revisions --------------------------------------------------------------------------------

    def propose(self, text: str | None = None, by: str = "ann", origin: str = "") -> int:
        """Propose a text, or the file as it stands; return the exit code."""
        file = None
        if text is not None:
            file = self.folder / "new.yaml"
            file.write_text(text, encoding="utf-8")
        with self.wiring(by) as wiring:
            return propose_revision(wiring, Wish(file, origin, "because"), as_json=False)

    def say(
        self,
        reference: str,
        kind: DecisionKind = DecisionKind.APPROVE,
        by: str = "ben",
        results: str = "",
    ):
        with self.wiring(by) as wiring:
            return speak(desk_of(wiring), reference, kind, "looked at", results)

    def activate(self, reference: str, by: str = "ann") -> int:
        with self.wiring(by) as wiring:
            return activate_revision(wiring, reference, "now", keep_file=False, as_json=False)

    def stands(self, reference: str) -> Standing:
        with self.wiring("eve") as wiring:
            return standing(desk_of(wiring), reference)

    def bring_in(self, text: str | None = None, origin: str = "") -> None:
        """Propose, approve and activate."""
        self.propose(text, origin=origin)
        self.say("latest")
        self.activate("latest")

    # --- jobs -------------------------------------------------------------------------------------

    def run(self, by: str = "scheduler") -> Result:
        with self.wiring(by) as wiring:
            return run_job(wiring.job(JOB))

    def approve_plan(self, by: str = "ben") -> None:
        with self.wiring(by) as wiring:
            stored = wiring.store.plans.find("latest")
            ballot = Vote(DecisionKind.APPROVE, "looked at")
            vote(wiring.job(JOB), stored, wiring.actor, ballot)

    def apply(self, by: str = "ann") -> Result:
        with self.wiring(by) as wiring:
            return apply_plan(wiring.job(JOB), wiring.store.plans.find("latest"))

    def settle(self, by: str = "scheduler") -> None:
        """The first plan under what is in force, approved and carried out."""
        self.run(by)
        self.approve_plan()
        self.apply()

    def verified(self) -> Verification:
        return verify(self.folder / "state" / "provisor.db")


def found(folder: Path) -> Firm:
    """Return a firm whose file says that only active revisions run."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("*.db", "state"))
    with closing(sqlite3.connect(folder / "app.db")) as database:
        database.executescript((folder / "app.sql").read_text(encoding="utf-8"))
    firm = Firm(folder)
    firm.edit(
        ("identity: {mode: asserted}", "identity: {mode: asserted}\nrevisions: {run: active}")
    )
    return firm


def looked_at(firm: Firm) -> Any:
    """What the newest revision would do in the firm's job, as whoever approves sees it."""
    shown = firm.stands("latest").results
    assert shown is not None
    return json.loads(shown.body)["what_if"][0]
