import shutil

import pytest

from provisor.engine.job import Executor
from tests.stories.firms import Firm, found
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


@pytest.fixture
def firm(tmp_path):
    """A firm in production that has no revision yet."""
    return found(tmp_path / "firm")


@pytest.fixture(scope="session")
def settled_folder(tmp_path_factory):
    """The folder of a firm that runs its first revision; copied, never changed."""
    firm = found(tmp_path_factory.mktemp("settled") / "firm")
    firm.bring_in()
    firm.settle()
    return firm.folder


@pytest.fixture
def settled(settled_folder, tmp_path):
    """A firm whose first revision is active, and whose accounts are as it wants them."""
    firm = Firm(shutil.copytree(settled_folder, tmp_path / "firm"))
    firm.pass_hours(1)
    return firm
