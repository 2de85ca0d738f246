"""A second real SCIM server: an application on the npm packages scimmy and scimmy-routers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.connectors.scim_server import TOKEN, RunningServer, await_answer, ended

PROGRAM = Path(__file__).with_name("scimmy.mjs")
PACKAGES = Path(__file__).parents[2] / ".venv" / "services"
"""Where `make services` runs `npm ci`."""
HOW_TO_GET_IT = "no scimmy here: run `make services`, which needs Node.js 20 or later with npm"


def missing() -> str:
    """Return why the server cannot be started; empty where it can."""
    there = shutil.which("node") and (PACKAGES / "node_modules" / "scimmy").is_dir()
    return "" if there else HOW_TO_GET_IT


@contextmanager
def running_scimmy(token: str = TOKEN) -> Iterator[RunningServer]:
    """Start the server on a free port, wait until it answers, and end it afterwards."""
    reason = missing()
    if reason and os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v2"
        descriptor = listening.fileno()
        program = subprocess.Popen(
            ["node", PROGRAM, PACKAGES, str(descriptor)],
            pass_fds=[descriptor],
            env={"PATH": os.environ["PATH"], "SCIM_TOKEN": token},
        )
    with ended(program):
        await_answer(url, program)
        yield RunningServer(url)
