import gc

import pytest

from provisor.engine.carrying import queue
from tests.faults.life import BATCH
from tests.faults.machine import chapters


@pytest.fixture(scope="package", autouse=True)
def small_batches():
    """So few acts are promised together that a step has several batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "BATCH", BATCH)
        yield


@pytest.fixture(scope="package")
def book(small_batches):
    """The life without faults; what is kept of it is not looked through for garbage again."""
    lived = chapters()
    gc.collect()
    gc.freeze()
    yield lived
    gc.unfreeze()
