"""For authors of connectors: the contract as a test suite, and a clock and paces to test with.

Give `ConnectorContract` (`SourceContract` for a system that is only read) a fixture `bench` and
pytest runs every promise of the port on your connector. A test named `test_must_…` is a condition
for being used at all; a failing `test_should_…` is a quality that the system lacks and that its
page must admit.

    class TestMine(ConnectorContract):
        @pytest.fixture
        def bench(self) -> Bench:
            return Bench(MyConnector("mine", {"url": "…"}))

What this package never does: import a connector, an engine or a store.
"""

import pytest

pytest.register_assert_rewrite(
    "provisor.testing.describes",
    "provisor.testing.reads",
    "provisor.testing.deltas",
    "provisor.testing.finds",
    "provisor.testing.writes",
    "provisor.testing.memberships",
    "provisor.testing.sources",
    "provisor.testing.walk",
)

from provisor.testing.bench import Bench, Placed  # noqa: E402 - asserts are rewritten on import
from provisor.testing.clock import FixedClock  # noqa: E402 - as above
from provisor.testing.contract import ConnectorContract, SourceContract  # noqa: E402 - as above
from provisor.testing.pace import OpenPace, RefusingPace  # noqa: E402 - as above

__all__ = [
    "Bench",
    "ConnectorContract",
    "FixedClock",
    "OpenPace",
    "Placed",
    "RefusingPace",
    "SourceContract",
]
