"""A batch is promised while the one before it ends; whoever stops in between loses nothing."""

from __future__ import annotations

import pytest

from provisor.engine.carrying import queue
from provisor.engine.run import run_job
from provisor.errors import StoreDamaged
from provisor.ports.store import Freeze
from provisor.stores.acts import SqlActs

PEOPLE = 12


@pytest.fixture
def newcomers(office, monkeypatch):
    """Twelve people, eleven of them without an account, and batches of four."""
    monkeypatch.setattr(queue, "BATCH", 4)
    office.hire("E0001")
    office.open_up()
    for number in range(2, PEOPLE + 1):
        office.hire(f"E{number:04d}")
    return office


def carried(office, at=lambda _name, _count: None):
    """Run; return the milestones, in order."""
    found: list[str] = []

    def reached(name: str) -> None:
        found.append(name)
        at(name, found.count(name))

    run_job(office.job(reached=reached))
    return found


def anchors(office):
    return sorted(str(row["externalId"]) for row in office.target.users.values())


def test_the_next_batch_is_promised_before_the_last_answers_of_the_one_before_are_in(newcomers):
    reached = carried(newcomers)
    second = [place for place, name in enumerate(reached) if name == "intents.kept"][1]
    assert second < reached.index("batch.answered")
    assert anchors(newcomers) == [f"E{number:04d}" for number in range(1, PEOPLE + 1)]
    assert not newcomers.run().stored.plan.actions


def test_a_freeze_after_the_next_batch_was_promised_sends_nothing_of_it(newcomers):
    def freeze(name: str, count: int) -> None:
        if (name, count) == ("intents.kept", 2):
            now = newcomers.clock.now()
            newcomers.store.controls.freeze(Freeze("app", "ann", "maintenance", now), [])
            newcomers.clock.move(1)

    carried(newcomers, freeze)
    assert len(newcomers.target.users) < PEOPLE
    assert not newcomers.store.acts.unfinished("app")
    newcomers.store.controls.unfreeze("app", [])
    newcomers.pass_hours(25)
    newcomers.run()
    assert anchors(newcomers) == [f"E{number:04d}" for number in range(1, PEOPLE + 1)]


def test_a_store_that_takes_no_more_promises_still_takes_what_was_done(newcomers, monkeypatch):
    keep, asked = SqlActs.intend, []

    def intend(self, *promises):
        asked.append(1)
        if len(asked) == 2:
            raise StoreDamaged("there is no room", where="store")
        return keep(self, *promises)

    monkeypatch.setattr(SqlActs, "intend", intend)
    before = len(newcomers.target.users)
    with pytest.raises(StoreDamaged):
        carried(newcomers)
    assert len(newcomers.target.users) == before + 4
    assert not newcomers.store.acts.unfinished("app")
    newcomers.pass_hours(1)
    newcomers.run()
    assert anchors(newcomers) == [f"E{number:04d}" for number in range(1, PEOPLE + 1)]
