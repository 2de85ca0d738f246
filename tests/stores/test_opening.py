import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event as happening

from provisor.domain.event import Event
from provisor.errors import ProvisorError, SettingInvalid, StoreDamaged, StoreNewer, StoreOlder
from provisor.stores import database, sqlite
from provisor.stores.database import open_store
from provisor.stores.tables import REVISIONS
from provisor.stores.upgrade import create_or_upgrade
from tests.house.tree import ROOT
from tests.stores.scenes import StandingClock, event, saved
from tests.stores.vandal import tampering

FIVE = {"what", "where", "found", "safe", "next"}


def opened(place):
    return open_store(f"sqlite:///{place}", clock=StandingClock())


def refused(place, kind):
    """The refusal to open a store, with all five parts."""
    with pytest.raises(ProvisorError) as error:
        opened(place)
    assert type(error.value) is kind
    assert error.value.parts().keys() == FIVE
    return error.value


def schema_of(place):
    with closing(sqlite3.connect(place)) as raw:
        rows = raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
    # A column that was added stands in the middle of a line.
    return [(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_store_that_is_not_there_is_made_for_its_owner_only(store, place):
    assert mode(place) == 0o600
    assert mode(place.parent) == 0o700
    assert {"provisor.db", "provisor.db-shm", "provisor.db-wal"} == set(os.listdir(place.parent))


def test_folders_that_are_there_keep_their_mode(tmp_path):
    tmp_path.chmod(0o750)
    opened(tmp_path / "a" / "b" / "p.db").close()

    assert [mode(folder) for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [
        0o750,
        0o700,
        0o700,
    ]


def test_a_store_is_the_same_when_it_is_opened_again(store, place):
    plan = saved(store, 2)
    store.close()
    again = opened(place)

    assert again.installation == store.installation
    assert again.plans.get(plan.digest).plan == plan
    assert len(again.installation.seed) == 32
    again.close()


def test_two_stores_are_two_installations(store, tmp_path):
    other = opened(tmp_path / "other.db")

    assert store.installation.id != other.installation.id
    assert store.installation.seed != other.installation.seed
    other.close()


def test_migrations_make_the_schema_that_the_tables_describe(store, place, tmp_path):
    assert REVISIONS[-1] == create_or_upgrade(f"sqlite:///{tmp_path / 'migrated.db'}")

    assert schema_of(place) == schema_of(tmp_path / "migrated.db")


def test_a_migrated_store_works_and_upgrading_it_again_changes_nothing(tmp_path):
    place = tmp_path / "migrated.db"
    create_or_upgrade(f"sqlite:///{place}")
    first = opened(place)
    plan = saved(first, 2)
    first.close()
    create_or_upgrade(f"sqlite:///{place}")
    second = opened(place)

    assert second.installation == first.installation
    assert second.plans.find("latest").plan == plan
    second.close()


def test_every_migration_is_known_to_the_program():
    files = (ROOT / "provisor/stores/migrations/versions").glob("*.py")

    assert sorted(REVISIONS) == sorted(path.name.split("_")[0] for path in files)


def test_the_start_asks_once_for_the_revision_and_once_for_the_installation(place):
    opened(place).close()
    asked = []

    def listen(engine):
        happening.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        return engine

    with pytest.MonkeyPatch.context() as patch:
        known = sqlite.open_engine
        patch.setattr(sqlite, "open_engine", lambda path: listen(known(path)))
        opened(place).close()

    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(selects) == 2
    assert "alembic_version" in selects[0]


def test_opening_loads_neither_alembic_nor_the_object_mapper(place):
    opened(place).close()
    program = (
        "import sys; from provisor.stores.database import open_store\n"
        "open_store(sys.argv[1], clock=None).close()\n"
        "heavy = ('alembic', 'sqlalchemy.orm', 'sqlalchemy.dialects.postgresql')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{place}"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert answer.stdout.strip() == "[]"


def test_an_older_store_asks_for_the_upgrade(place, monkeypatch):
    opened(place).close()
    monkeypatch.setattr(database, "REVISIONS", (*REVISIONS, "9999"))

    assert "provisor upgrade" in refused(place, StoreOlder).next


def test_a_newer_store_is_not_touched(place):
    opened(place).close()
    with tampering(place) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = place.read_bytes()

    refused(place, StoreNewer)
    with pytest.raises(StoreNewer):
        create_or_upgrade(f"sqlite:///{place}")
    assert before == place.read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('0000')",
        "DROP TABLE alembic_version",
        "DELETE FROM installation",
    ],
)
def test_a_store_that_lacks_its_foundation_is_refused(place, spoil):
    opened(place).close()
    with tampering(place) as raw:
        raw.execute(spoil)

    refused(place, StoreDamaged)


def test_a_database_of_something_else_is_left_alone(tmp_path):
    place = tmp_path / "other.db"
    with closing(sqlite3.connect(place)) as raw:
        raw.execute("CREATE TABLE customers (id INTEGER)")
    before = schema_of(place)

    refused(place, StoreDamaged)
    with pytest.raises(StoreDamaged):
        create_or_upgrade(f"sqlite:///{place}")
    assert before == schema_of(place)


@pytest.mark.parametrize("content", [b"", b"x", b"not a database at all" * 400])
def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path, content):
    place = tmp_path / "p.db"
    place.write_bytes(content)

    refused(place, StoreDamaged)
    assert content == place.read_bytes()


def test_a_damaged_file_is_refused(place):
    opened(place).close()
    content = bytearray(place.read_bytes())
    content[100:4096] = b"\xff" * 3996
    place.write_bytes(content)

    refused(place, StoreDamaged)


def test_a_damaged_page_is_a_sentence_when_it_is_read(place):
    store = opened(place)
    store.log.append([event(number=n) for n in range(2_000)])
    store.close()
    content = bytearray(place.read_bytes())
    content[len(content) // 3 :] = os.urandom(len(content) - len(content) // 3)
    place.write_bytes(content)

    with pytest.raises(StoreDamaged):
        list(opened(place).log.leaves())


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    refused(tmp_path, StoreDamaged)


def test_a_place_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")

    refused(tmp_path / "file" / "p.db", StoreDamaged)


def test_a_store_that_vanished_is_not_replaced_by_an_empty_one(place):
    store = opened(place)
    saved(store, 1)
    place.unlink()
    with pytest.raises(StoreDamaged) as error:
        opened(place)
    store.close()

    assert "is gone" in error.value.what


def test_a_store_whose_making_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "lay_foundation", fail)
    with pytest.raises(KeyboardInterrupt):
        opened(tmp_path / "p.db")

    assert os.listdir(tmp_path) == []


def test_many_openers_of_a_new_store_get_the_same_one(place):
    found, start = [], threading.Barrier(4)

    def work():
        start.wait()
        store = opened(place)
        found.append(store.installation.id)
        store.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
    assert os.listdir(place.parent) == ["provisor.db"]


@pytest.mark.parametrize(
    "url",
    ["", "provisor.db", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "sqlite:/x", "x://y"],
)
def test_a_url_that_leads_nowhere_is_a_setting_to_mend(url):
    with pytest.raises(SettingInvalid) as error:
        open_store(url, clock=StandingClock())

    assert error.value.parts().keys() == FIVE


def test_a_password_in_the_url_is_never_shown():
    place = database.place_of("postgresql://me:hunter2@localhost/p")

    assert "hunter2" not in place.name


NOBODY = 65534


def as_nobody(path: Path, act):
    """Run an act in a child process without root's rights; return what it printed."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(write_end, act(path).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def try_to_open(path):
    try:
        opened(path).close()
    except ProvisorError as error:
        return f"{type(error).__name__} {sorted(error.parts())}"
    return "opened"


@pytest.fixture
def public_folder():
    """A folder that every user can reach; pytest's own are private."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555), (0, 0o777)])
def test_a_store_that_may_only_be_read_is_refused_at_once(public_folder, file_mode, folder_mode):
    place = public_folder / "p.db"
    opened(place).close()
    place.chmod(file_mode)
    public_folder.chmod(folder_mode)

    assert f"StoreDamaged {sorted(FIVE)}" == as_nobody(place, try_to_open)
    public_folder.chmod(0o777)


def test_a_folder_that_may_not_be_written_gets_no_store(public_folder):
    public_folder.chmod(0o555)

    assert f"StoreDamaged {sorted(FIVE)}" == as_nobody(public_folder / "p.db", try_to_open)


def test_an_event_of_an_unknown_zone_is_refused_before_anything_is_written(store):
    naive = Event(event().kind, event().at.replace(tzinfo=None), "ops")
    with pytest.raises(ValueError, match="zone"):
        store.controls.acquire("app", "w", naive.at, 60.0)

    assert store.log.head().size == 0
