"""The public contract, run on a real slapd: each test in a branch of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provisor.testing import Bench, ConnectorContract
from tests.connectors.ldap_bench import LIBRARIES, LdapBench
from tests.services.slapd import Slapd


class TestOpenLdap(ConnectorContract):
    @pytest.fixture(params=LIBRARIES)
    def bench(self, slapd: Slapd, request: pytest.FixtureRequest) -> Iterator[Bench]:
        bench = LdapBench(slapd, request.param)
        yield bench
        bench.end()
