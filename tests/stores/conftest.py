from pathlib import Path

import pytest

from provisor.stores.database import SqlStore, open_store
from tests.stores.scenes import StandingClock


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the test's store lies."""
    return tmp_path / "state" / "provisor.db"


@pytest.fixture
def store(place, clock):
    opened: SqlStore = open_store(f"sqlite:///{place}", clock=clock)
    yield opened
    opened.close()
