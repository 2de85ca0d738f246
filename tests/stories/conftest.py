import pytest

from provisor.engine.job import Executor
from tests.stories.workplace import Office


@pytest.fixture
def executor():
    """Who plans, where a story is not told by both."""
    return Executor.BY_SIZE


def pytest_generate_tests(metafunc):
    """Tell the stories that are marked so once by each executor."""
    both = metafunc.definition.get_closest_marker("both_executors")
    if both is not None and "executor" in metafunc.fixturenames:
        metafunc.parametrize("executor", [Executor.OBJECTS, Executor.COLUMNS])


@pytest.fixture
def office(tmp_path, executor):
    made = Office(tmp_path, executor=executor)
    yield made
    made.close()
