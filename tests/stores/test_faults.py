"""Crashes, races and a full disk: state and log agree afterwards, and nothing is half-written."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest
from sqlalchemy import event as happening

from provisor.errors import StoreDamaged
from provisor.stores import sqlite
from provisor.stores.database import open_store
from provisor.verifier import verify
from tests.house.tree import ROOT
from tests.stores.history import live
from tests.stores.scenes import StandingClock, event, intents, saved, sealed, stored

pytestmark = pytest.mark.outer

FIVE = {"what", "where", "found", "safe", "next"}


def opened(place):
    return open_store(f"sqlite:///{place}", clock=StandingClock())


@pytest.mark.parametrize("seconds", ["60", "0"], ids=["held", "stolen at any moment"])
def test_workers_that_race_for_a_target_do_each_action_once(store, place, seconds):
    plan = saved(store, 24)
    command = [sys.executable, "-m", "tests.stores.worker", f"sqlite:///{place}", plan.digest]
    workers = [
        subprocess.Popen([*command, name, seconds], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    complaints = [worker.communicate()[1] for worker in workers]

    assert complaints == ["", "", ""]
    with closing(sqlite3.connect(place)) as raw:
        promised = Counter(raw.execute("SELECT action FROM intent").fetchall())
    assert promised == Counter((action.digest,) for action in plan.actions)
    assert verify(place).problems == ()


def die_at(place, call):
    """Live in a child process that is killed before its n-th call of the database."""
    child = os.fork()
    if child == 0:
        try:
            calls = iter(range(1, sys.maxsize))

            def count(*_):
                if next(calls) == call:
                    os.kill(os.getpid(), signal.SIGKILL)

            known = sqlite.open_engine

            def listening(path):
                engine = known(path)
                happening.listen(engine, "before_cursor_execute", count)
                happening.listen(engine, "commit", count)
                return engine

            sqlite.open_engine = listening
            live(opened(place))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("start", [2, 3, 5, 7])
def test_a_kill_between_any_two_calls_leaves_state_and_log_agreeing(tmp_path, start):
    torn, call, killed = [], start, True
    while killed:
        place = tmp_path / f"{call}.db"
        killed = die_at(place, call)
        store = opened(place)
        store.log.refuse_broken()
        store.log.append([event()])
        store.close()
        if verify(place).problems:
            torn.append((call, verify(place).problems))
        call += 41

    assert torn == []
    assert call > start + 41 * 3


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    place = tmp_path / "p.db"
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = opened(place)
            while True:
                store.log.append([event()] * 3)
                os.write(write_end, b".")
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end, "rb", buffering=0) as acknowledged:
        told = len(acknowledged.read(1)) + len(acknowledged.read(20))
        os.kill(child, signal.SIGKILL)
        told += len(acknowledged.readall() or b"")
    os.waitpid(child, 0)

    found = verify(place)
    assert found.problems == ()
    assert found.size in (3 * told, 3 * told + 3)


def limit(store, pages):
    with store._database.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def append_without_end(store):
    while True:
        store.log.append([event(text="x" * 3_000)])


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(store, place):
    saved(store, 1)
    with closing(sqlite3.connect(place)) as raw:
        ((pages,),) = raw.execute("PRAGMA page_count")
    limit(store, pages + 40)
    with pytest.raises(StoreDamaged) as refused:
        append_without_end(store)

    assert refused.value.parts().keys() == FIVE
    assert "no room" in refused.value.what
    size = store.log.head().size
    assert verify(place).problems == ()
    assert verify(place).size == size
    limit(store, 10_000)
    store.log.append([event()])
    assert store.log.head().size == size + 1


@pytest.mark.parametrize("room", range(8))
def test_a_disk_that_fills_within_a_plan_leaves_no_part_of_it(store, place, room):
    plan = sealed(store, 120)
    with closing(sqlite3.connect(place)) as raw:
        ((pages,),) = raw.execute("PRAGMA page_count")
    limit(store, pages + 3 * room)
    with pytest.raises(StoreDamaged):
        store.plans.save(stored(plan), [event(plan=plan.digest)])

    assert store.plans.get(plan.digest) is None
    assert store.log.head().size == 0
    assert verify(place).problems == ()


def test_a_store_that_another_program_holds_is_a_sentence(place, monkeypatch):
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.0)
    store = opened(place)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDamaged) as refused:
            store.log.append([event()])
    store.close()

    assert refused.value.parts().keys() == FIVE
    assert "another program" in refused.value.what


def test_readers_see_one_moment_while_a_writer_goes_on(store, place):
    plan = saved(store, 2)
    other = opened(place)
    with other._database.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM intent").scalar()
        lease = store.controls.acquire("app", "w", StandingClock().at, 60.0)
        store.acts.intend(intents(plan), lease.epoch, [event()])
        after = connection.exec_driver_sql("SELECT count(*) FROM intent").scalar()
    other.close()

    assert before == after == 0
    assert len(store.acts.unfinished("app")) == 2
