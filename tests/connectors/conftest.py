"""Where the contract meets the connectors.

The suite is `provisor.testing.ConnectorContract`. A connector joins it with one class in a test
file of its own:

    class TestScim(ConnectorContract):
        @pytest.fixture
        def bench(self, ...) -> Bench:
            return Bench(ScimConnector("app", {...}))
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provisor.testing import FixedClock, OpenPace
from tests.services.slapd import Slapd, running_slapd


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def pace() -> OpenPace:
    return OpenPace()


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    with running_slapd() as server:
        yield server
