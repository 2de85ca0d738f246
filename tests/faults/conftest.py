import gc

import pytest

from tests.faults.machine import chapters


@pytest.fixture(scope="session")
def book():
    """The life without faults; what is kept of it is not looked through for garbage again."""
    lived = chapters()
    gc.collect()
    gc.freeze()
    yield lived
    gc.unfreeze()
