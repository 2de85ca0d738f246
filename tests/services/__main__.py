"""Start each server that the tests need once, and say which of them run here.

Run by `make services` behind the installing. Exit code 1: one of them does not run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from _pytest.outcomes import OutcomeException

from tests.connectors.scim_server import running_server
from tests.postgresql import running
from tests.services.scimmy import running_scimmy
from tests.services.slapd import running_slapd

SERVERS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "scim2-server": running_server,
    "scimmy": running_scimmy,
    "PostgreSQL": running,
    "slapd": running_slapd,
}


def main() -> int:
    """Start and end one server after the other; return the exit code."""
    return max(_tried(name, start) for name, start in SERVERS.items())


def _tried(name: str, start: Callable[[], AbstractContextManager[object]]) -> int:
    begun = time.monotonic()
    try:
        with start():
            print(f"{name}: answers after {time.monotonic() - begun:.1f} s")
    except OutcomeException as lacking:
        print(f"{name}: {lacking}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
