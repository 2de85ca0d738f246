"""What PostgreSQL does for the store in its own way: guards, turns, migrations, refusals."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from provisor.errors import ProvisorError, StoreDamaged, StoreNewer, StoreOlder
from provisor.stores.database import SqlStore, open_store
from provisor.stores.tables import APPEND_ONLY, REVISIONS
from provisor.stores.upgrade import create_or_upgrade
from provisor.verifier import verify
from tests.house.tree import ROOT
from tests.stores.history import live
from tests.stores.scenes import StandingClock, event, intents, saved

pytestmark = pytest.mark.outer

FIVE = {"what", "where", "found", "safe", "next"}


def opened(address: str) -> SqlStore:
    return open_store(address, clock=StandingClock())


def ask(address: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements in one transaction and return the rows of the last."""
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            found = connection.exec_driver_sql(statement)
        return [tuple(row) for row in found] if found.returns_rows else []


def refused(address: str, kind: type[ProvisorError]) -> ProvisorError:
    with pytest.raises(ProvisorError) as error:
        opened(address)
    assert type(error.value) is kind
    assert error.value.parts().keys() == FIVE
    return error.value


SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal ORDER BY 1, 2",
)


def test_migrations_make_the_schema_that_the_tables_describe(postgresql, on_a_server):
    assert create_or_upgrade(postgresql) == REVISIONS[-1]

    for question in SCHEMA:
        assert ask(postgresql, question) == ask(on_a_server, question)
        assert ask(on_a_server, question)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_older_store_is_refused_then_upgraded_with_what_it_holds(postgresql, revision):
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "provisor/stores/migrations"))
    engine = create_engine(postgresql, poolclass=NullPool)
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    refusal = refused(postgresql, StoreOlder)
    create_or_upgrade(postgresql)
    store = opened(postgresql)
    live(store)
    store.log.refuse_broken()
    store.close()

    assert "provisor upgrade" in refusal.next


def test_a_newer_store_is_not_touched(on_a_server):
    ask(on_a_server, "UPDATE alembic_version SET version_num = '9999'")

    refused(on_a_server, StoreNewer)
    with pytest.raises(StoreNewer):
        create_or_upgrade(on_a_server)


def test_a_database_of_something_else_is_left_alone(postgresql):
    ask(postgresql, "CREATE TABLE customers (id integer)")

    refused(postgresql, StoreDamaged)
    with pytest.raises(StoreDamaged):
        create_or_upgrade(postgresql)
    assert ask(postgresql, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [
        ("customers",)
    ]


def test_a_database_that_is_not_there_is_a_sentence(postgresql):
    address = make_url(postgresql).set(database="no_such_database")

    assert "no such database" in refused(str(address), StoreDamaged).what


def test_a_user_who_is_not_let_in_is_a_sentence_without_the_password(postgresql):
    address = make_url(postgresql).set(username="stranger", password="hunter2")
    refusal = refused(address.render_as_string(hide_password=False), StoreDamaged)

    assert "user" in refusal.what
    assert "hunter2" not in str(refusal)


def test_a_server_that_does_not_answer_is_a_sentence(postgresql):
    address = make_url(postgresql).set(query={"host": "/nowhere"})

    assert "does not answer" in refused(str(address), StoreDamaged).what


def test_many_openers_of_a_new_store_get_the_same_one(postgresql):
    found, start = [], threading.Barrier(4)

    def work() -> None:
        start.wait()
        store = opened(postgresql)
        found.append(store.installation.id)
        store.close()

    together([work] * 4)

    assert len(found) == 4
    assert len(set(found)) == 1


def together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


ACTS = (
    'DELETE FROM "{0}"',
    'UPDATE "{0}" SET "{1}" = "{1}"',
    'TRUNCATE "{0}" CASCADE',
)


@pytest.mark.parametrize("act", ACTS)
def test_the_database_itself_refuses_to_change_facts(on_a_server, act):
    store = opened(on_a_server)
    live(store)
    store.close()
    answers = {}
    for table in APPEND_ONLY:
        statement = act.format(table.name, next(iter(table.c)).name)
        with pytest.raises(DBAPIError) as error:
            ask(on_a_server, statement)
        answers[table.name] = str(error.value.orig).splitlines()[0]

    assert {name for name, answer in answers.items() if "is append-only" not in answer} == set()


def test_every_fact_is_sealed_by_the_leaf_that_tells_of_it(on_a_server, tmp_path):
    store = opened(on_a_server)
    live(store)
    store.copy_to(str(tmp_path / "copy.db"))
    head = store.log.head()
    store.close()
    found = verify(tmp_path / "copy.db")

    assert found.problems == ()
    assert (found.size, found.root) == (head.size, head.root)


def test_a_change_behind_the_back_of_the_log_stands_out(on_a_server, tmp_path):
    store = opened(on_a_server)
    live(store)
    unguarded = "SET session_replication_role = replica"
    ask(on_a_server, unguarded, "UPDATE decision SET reason = 'nothing to see' WHERE id = 'd1'")
    store.copy_to(str(tmp_path / "copy.db"))
    store.close()

    assert verify(tmp_path / "copy.db").problems


def test_a_copy_replaces_nothing_and_belongs_to_its_owner(on_a_server, tmp_path):
    store = opened(on_a_server)
    store.copy_to(str(tmp_path / "copy.db"))
    with pytest.raises(FileExistsError):
        store.copy_to(str(tmp_path / "copy.db"))
    store.close()

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_writers_at_one_time_leave_a_log_without_gaps(on_a_server):
    stores = [opened(on_a_server) for _ in range(4)]

    def work(store: SqlStore) -> None:
        for number in range(15):
            store.log.append([event(number=number)] * 3)

    together([partial(work, store) for store in stores])
    positions = [position for position, _ in stores[0].log.leaves()]
    stores[0].log.refuse_broken()
    for store in stores:
        store.close()

    assert positions == list(range(4 * 15 * 3))


@pytest.mark.parametrize("seconds", ["60", "0"], ids=["held", "stolen at any moment"])
def test_workers_that_race_for_a_target_do_each_action_once(on_a_server, seconds):
    store = opened(on_a_server)
    plan = saved(store, 12)
    asked = [sys.executable, "-m", "tests.stores.worker", on_a_server, plan.digest]
    workers = [
        subprocess.Popen([*asked, name, seconds], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    complaints = [worker.communicate()[1] for worker in workers]
    promised = Counter(ask(on_a_server, "SELECT action FROM intent"))
    store.log.refuse_broken()
    store.close()

    assert complaints == ["", "", ""]
    assert promised == Counter((action.digest,) for action in plan.actions)


def test_a_worker_that_is_killed_leaves_state_and_log_agreeing(on_a_server):
    store = opened(on_a_server)
    read_end, write_end = os.pipe()
    program = (
        "import os, sys; from tests.stores.test_postgresql import opened, event\n"
        "store = opened(sys.argv[1])\n"
        "while True:\n"
        "    store.log.append([event()] * 3); os.write(int(sys.argv[2]), b'.')\n"
    )
    asked = [sys.executable, "-c", program, on_a_server, str(write_end)]
    worker = subprocess.Popen(asked, cwd=ROOT, pass_fds=[write_end])
    os.close(write_end)
    with os.fdopen(read_end, "rb", buffering=0) as acknowledged:
        told = len(acknowledged.read(1)) + len(acknowledged.read(20))
        worker.kill()
        told += len(acknowledged.readall() or b"")
    worker.wait()
    store.log.refuse_broken()
    size = store.log.head().size
    store.close()

    assert size in (3 * told, 3 * told + 3)


def test_readers_see_one_moment_while_a_writer_goes_on(on_a_server):
    store, other = opened(on_a_server), opened(on_a_server)
    plan = saved(store, 2)
    with other._database.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM intent").scalar()
        lease = store.controls.acquire("app", "w", StandingClock().at, 60.0)
        store.acts.intend(intents(plan), lease.epoch, [event()])
        after = connection.exec_driver_sql("SELECT count(*) FROM intent").scalar()
    found = len(store.acts.unfinished("app"))
    store.close()
    other.close()

    assert before == after == 0
    assert found == 2


CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_a_server_that_was_restarted_meanwhile_is_found_again(on_a_server):
    store = opened(on_a_server)
    store.log.append([event()])
    ask(on_a_server, CUT_OFF)
    store.log.append([event()])
    size = store.log.head().size
    store.close()

    assert size == 2


def cut_off_half_way(store: SqlStore, address: str) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE log_head SET size = 99")
        ask(address, CUT_OFF)
        connection.exec_driver_sql("SELECT 1")


def test_a_connection_that_is_lost_within_a_transaction_leaves_nothing(on_a_server):
    store = opened(on_a_server)
    with pytest.raises(StoreDamaged) as refusal:
        cut_off_half_way(store, on_a_server)
    store.log.refuse_broken()
    size = store.log.head().size
    store.close()

    assert refusal.value.parts().keys() == FIVE
    assert size == 0
