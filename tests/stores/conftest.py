import inspect
from pathlib import Path

import pytest
from sqlalchemy import make_url

from provisor.stores.database import SqlStore, open_store
from tests.stores.scenes import StandingClock

ON_A_SERVER = pytest.param("postgresql", marks=pytest.mark.outer)


def pytest_generate_tests(metafunc):
    """Every promise of a store holds on both databases; a test that asks for the file has one."""
    if "store" in metafunc.fixturenames:
        asks_for_the_file = "place" in inspect.signature(metafunc.function).parameters
        kinds = ["sqlite"] if asks_for_the_file else ["sqlite", ON_A_SERVER]
        metafunc.parametrize("store", kinds, indirect=True)


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the test's store lies, when it is a file."""
    return tmp_path / "state" / "provisor.db"


@pytest.fixture(scope="session")
def founded(postgresql_server):
    """The name of a database with an empty store; laying one for every test would take minutes."""
    with postgresql_server.database() as address:
        open_store(address, clock=StandingClock()).close()
        yield make_url(address).database


@pytest.fixture
def on_a_server(postgresql_server, founded):
    """The address of an empty store on PostgreSQL."""
    with postgresql_server.database(founded) as address:
        yield address


@pytest.fixture
def store(request, place, clock):
    on_a_server = request.param == "postgresql"
    url = request.getfixturevalue("on_a_server") if on_a_server else f"sqlite:///{place}"
    opened: SqlStore = open_store(url, clock=clock)
    yield opened
    opened.close()
