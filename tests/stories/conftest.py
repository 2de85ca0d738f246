import pytest

from tests.stories.workplace import Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    if made._store is not None:
        made._store.close()
