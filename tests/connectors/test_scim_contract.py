"""The public contract, run on the SCIM connector before a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from connectors.scim import ScimConnector
from provisor.ports.secret import Secret
from provisor.testing import Bench, ConnectorContract
from tests.connectors.scim_server import TOKEN, RunningServer, running_server

pytestmark = pytest.mark.outer


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


async def no_sleep(_seconds: float) -> None:
    """Nobody sleeps in a test."""


def opened(url: str, **more: object) -> ScimConnector:
    deltas = ["users", "groups", "memberships"]
    settings = {"url": url, "token": Secret(TOKEN), "page_size": 20, "deltas": deltas, **more}
    return ScimConnector("app", settings, sleep=no_sleep)


RFC: Mapping[str, object] = {}


class ScimBench(Bench):
    many = "roles.value"
    reference = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"

    def __init__(
        self, connector: ScimConnector, server: RunningServer, dialect: Mapping[str, object] = RFC
    ) -> None:
        super().__init__(connector)
        self._server, self._dialect = server, dialect
        # A large group takes this server half a minute; one dialect is enough to see it kept.
        self.large_group = 150 if dialect else 1_500

    def lose_history(self) -> None:
        # A system at another address is another system, and knows nothing of this one's past.
        self.connector.close()
        self.connector = opened(f"{self._server.url}/", dialect=self._dialect)

    def cut_reads(self) -> None:
        # One look is tried five times, and a delta begins with three; a fault stays for them all.
        for _ in range(20):
            self._server.cut_next_list()


class _Scim(ConnectorContract):
    dialect: ClassVar[Mapping[str, object]] = RFC

    @pytest.fixture
    def bench(self, server: RunningServer) -> Iterator[Bench]:
        server.reset()
        bench = ScimBench(opened(server.url, dialect=self.dialect), server, self.dialect)
        yield bench
        bench.connector.close()

    @pytest.mark.xfail(reason="scim2-server lets in members that do not exist", strict=True)
    def test_should_not_let_in_a_member_that_is_absent(self, bench: Bench) -> None:
        super().test_should_not_let_in_a_member_that_is_absent(bench)


class TestScim(_Scim):
    """By the RFC's own forms."""


class TestScimTogether(_Scim):
    """Many writes in one call, each under the version that was looked at."""

    dialect: ClassVar[Mapping[str, object]] = {"bulk": {"operations": 100}, "etags": True}


class TestScimWhole(_Scim):
    """Whole objects by PUT, and whole lists of members."""

    dialect: ClassVar[Mapping[str, object]] = {
        "patch": "put",
        "member_add": "whole",
        "member_remove": "whole",
        "etags": True,
    }
