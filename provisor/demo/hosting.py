"""Starting and stopping the demonstration's application from another process.

The folder `crew` holds all of it: token, recorded port, state and log.
"""

from __future__ import annotations

import http.client
import json
import secrets
import select
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from provisor.demo.accounts import existing_accounts, scim_user
from provisor.demo.files import write_whole
from provisor.demo.people import Town
from provisor.errors import ConfigurationError, Transient

FOLDER: Final = "crew"
LOOPBACK: Final = "127.0.0.1"
PORT_TAKEN: Final = 98
"""The application's exit code when somebody else listens on its port."""
INSTALL: Final = "pip install 'provisor[demo]'"

_PRIVATE: Final = 0o600
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 30


def prepare_application(folder: Path, town: Town) -> None:
    """Write a new token and the accounts that the application holds before the first day."""
    home = folder / FOLDER
    write_whole(home / "token", f"{secrets.token_urlsafe(32)}\n", mode=_PRIVATE)
    users = [scim_user(account) for account in existing_accounts(town)]
    write_whole(home / "state.json", json.dumps(users, ensure_ascii=False), mode=_PRIVATE)
    (home / "port").unlink(missing_ok=True)


class Application:
    """A running application; leaving its `with` block stops it and keeps its state."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, home: Path) -> None:
        self._process = process
        self.port = port
        self.token_file = home / "token"
        self.log_file = home / "log"

    @property
    def url(self) -> str:
        """The address of its SCIM endpoints."""
        return f"http://{LOOPBACK}:{self.port}/v2"

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def wait(self) -> None:
        """Return when it has ended by itself, or was ended by somebody else."""
        self._process.wait()

    def stop(self) -> None:
        """End it once it has written its state; harmless when it has ended already."""
        _end(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_application(folder: Path) -> Application:
    """Start the application of a prepared folder and return when it answers.

    It listens on loopback alone, at the recorded port; the first start takes a free one and
    records it. It ends with the process that started it.

    Raises:
        ConfigurationError: the extra `demo` is missing, or the recorded port is taken.
        Transient: it does not answer; what it said is in its log.
    """
    if find_spec("scim2_server") is None or find_spec("uvicorn") is None:
        raise ConfigurationError(
            "the demonstration's application needs two more packages",
            found="scim2-server or uvicorn is not installed",
            safe="nothing was started",
            next=INSTALL,
        )
    home = folder / FOLDER
    record = home / "port"
    port = int(record.read_text(encoding="utf-8")) if record.exists() else 0
    with ExitStack() as unless_it_serves:
        process = _launch(home, port)
        unless_it_serves.callback(_end, process)
        port = _announced_port(process, port, home)
        _ask(port, home)
        write_whole(record, f"{port}\n")
        unless_it_serves.pop_all()
    return Application(process, port, home)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _launch(home: Path, port: int) -> subprocess.Popen[bytes]:
    command = (
        *(sys.executable, "-m", "provisor.demo.application", "--while-fed"),
        *("--state", "state.json", "--token-file", "token", "--port", str(port)),
    )
    with (home / "log").open("ab") as log:
        # Its own session: Ctrl-C in the terminal reaches the narrator alone, who then stops it.
        return subprocess.Popen(  # noqa: S603 - our own module, under the interpreter that runs us
            command,
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def _announced_port(process: subprocess.Popen[bytes], wanted: int, home: Path) -> int:
    """Return the port of the first line that the application says."""
    if process.stdout is None or not select.select([process.stdout], [], [], _START_SECONDS)[0]:
        raise _silent(home)
    line = process.stdout.readline().decode().strip()
    if line:
        return int(line.rpartition(":")[2])
    if process.wait(_STOP_SECONDS) == PORT_TAKEN:
        taken = f"port {wanted} of the demonstration's application is taken by another process"
        raise ConfigurationError(
            taken,
            where=str(home / "port"),
            safe="nothing was started",
            next="stop what listens there, or run the demonstration in a new folder",
        )
    raise _silent(home)


def _ask(port: int, home: Path) -> None:
    """Ask what needs no token; the answer comes when the application serves."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/v2/ServiceProviderConfig")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        raise _silent(home) from fault
    finally:
        connection.close()
    if status != http.client.OK:
        raise _silent(home)


def _silent(home: Path) -> Transient:
    return Transient(
        "the demonstration's application does not answer",
        where=str(home / "log"),
        safe="nothing was written",
        next="read its log, then start it again",
    )
