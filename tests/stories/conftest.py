import pytest

from provisor.engine.job import Executor
from tests.stories.workplace import Office


@pytest.fixture
def executor():
    """Who plans; a module that tells its stories twice names both."""
    return Executor.BY_SIZE


@pytest.fixture
def office(tmp_path, executor):
    made = Office(tmp_path, executor=executor)
    yield made
    made.close()
