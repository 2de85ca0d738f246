"""What holds for every test: Hypothesis, missing services, a sealed network."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgresql import postgresql, postgresql_server
from tests.services.slapd import Slapd, running_slapd

__all__ = ["postgresql", "postgresql_server"]

# No deadlines: the machines are shared and noisy, and a slow example is not a wrong one.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where services are required, an `outer` test that was skipped has failed."""
    report = yield
    required = os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1"
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if required and skipped and item.get_closest_marker("outer"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"services are required here, and this test was skipped: {reason}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _sealed_network() -> Iterator[None]:
    """No test leaves the machine: only local and private addresses can be connected to."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse_outside(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host in {"localhost", ""}:
            return
        try:
            outside = ipaddress.ip_address(host).is_global
        except ValueError:
            outside = True
        if outside:
            self.close()
            message = f"a test tried to connect to {host}; tests stay on this machine"
            raise AssertionError(message)

    def sealed_connect(self: socket.socket, address: Any) -> None:
        refuse_outside(self, address)
        connect(self, address)

    def sealed_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_outside(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", sealed_connect)
        patch.setattr(socket.socket, "connect_ex", sealed_connect_ex)
        yield


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    with running_slapd() as server:
        yield server
