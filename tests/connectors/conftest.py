"""Where the contract meets the connectors.

The suite is `provisor.testing.ConnectorContract`. A connector joins it with one class in a test
file of its own:

    class TestScim(ConnectorContract):
        @pytest.fixture
        def bench(self, ...) -> Bench:
            return Bench(ScimConnector("app", {...}))
"""

from __future__ import annotations

import pytest

from provisor.testing import FixedClock, OpenPace


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def pace() -> OpenPace:
    return OpenPace()
