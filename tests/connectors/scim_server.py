"""A real SCIM server on this machine: scim2-server's own application in a process of its own.

Run as a program it serves on the listening socket whose descriptor is its argument. Beside SCIM it
takes `POST /__reset`, which empties it, `POST /__cut`, which breaks off the next list, and
`POST /__passwords`, which tells the passwords that it was sent: SCIM itself never returns one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

TOKEN = "canary-7f3a-token"
START_SECONDS = 60

_MISSING = [
    name
    for name in ("scim2_server", "scim2_models", "uvicorn")
    if not importlib.util.find_spec(name)
]


@dataclass(frozen=True)
class RunningServer:
    """A server that answers; its address ends before `/Users`."""

    url: str

    def reset(self) -> None:
        """Empty the server."""
        self._order("__reset")

    def cut_next_list(self) -> None:
        """Break off the next list in the middle of its body."""
        self._order("__cut")

    def passwords(self) -> list[str]:
        """Return the passwords of the resources that were sent, in order."""
        told: list[str] = json.loads(self._order("__passwords"))
        return told

    def keep(self) -> int:
        """Keep everything that is there, and return the number by which it comes back."""
        return int(self._order("__keep"))

    def bring_back(self, number: int) -> None:
        """Let everything be as it was kept under a number."""
        self._order(f"__bring_back/{number}")

    def _order(self, what: str) -> bytes:
        address = f"{self.url}/{what}"
        order = urllib.request.Request(address, data=b"", method="POST")  # noqa: S310 - loopback
        with urllib.request.urlopen(order, timeout=30) as answer:  # noqa: S310 - loopback
            assert answer.status == 200
            content: bytes = answer.read()
        return content


def require_server() -> None:
    """Skip the test without scim2-server, or fail it where services are required."""
    if not _MISSING:
        return
    reason = f"{', '.join(_MISSING)} not installed: pip install 'provisor[demo]'"
    if os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running_server() -> Iterator[RunningServer]:
    """Start the server on a free port, wait until it answers, and end it afterwards."""
    require_server()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v2"
        descriptor = listening.fileno()
        program = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(descriptor)],
            pass_fds=[descriptor],
            cwd=Path(__file__).parents[2],
        )
    with ended(program):
        await_answer(url, program)
        yield RunningServer(url)


@contextmanager
def ended(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a server's process behind what is done with it."""
    try:
        yield
    finally:
        program.terminate()
        program.wait(START_SECONDS)


def await_answer(url: str, program: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; that it wants a token is an answer too."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            address = f"{url}/ServiceProviderConfig"
            urllib.request.urlopen(address, timeout=START_SECONDS).close()  # noqa: S310 - loopback
        except HTTPError:
            return
        except OSError:
            assert program.poll() is None, "the server ended while it started"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        else:
            return


def serve(descriptor: int) -> None:
    """Serve on a listening socket until the process is told to end."""
    import uvicorn

    listening = socket.socket(fileno=descriptor)
    config = uvicorn.Config(_application(), log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def _application() -> Any:
    from scim2_models import ScimProvider, UnauthorizedException
    from scim2_server.applications.asgi import ASGIApplication
    from scim2_server.memory import AsyncInMemoryStorage, InMemoryStorage
    from scim2_server.utils import (
        load_default_resource_types,
        load_default_schemas,
        load_default_service_provider_config,
    )

    class Guarded(ASGIApplication):
        def check_auth(self, request):
            if request.header("Authorization") != f"Bearer {TOKEN}":
                raise UnauthorizedException

    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )

    def guarded(storage):
        return Guarded(AsyncInMemoryStorage(storage), provider)

    return _Orders(InMemoryStorage, guarded)


class _Orders:
    """The application, with the two orders that tests give around it."""

    def __init__(self, store, make):
        self.store, self.make = store, make
        self.storage = store()
        self.application = make(self.storage)
        self.kept = []
        self.cuts = 0
        self.passwords: list[str] = []

    async def __call__(self, scope, receive, send):
        path = scope.get("path", "")
        if path.endswith("/__passwords"):
            await _answer(send, json.dumps(self.passwords).encode())
        elif path.endswith("/__reset"):
            self.storage = self.store()
            self.application = self.make(self.storage)
            self.cuts = 0
            self.passwords.clear()
            await _answer_empty(send)
        elif path.endswith("/__keep"):
            self.kept.append(_copies(self.storage.resources))
            await _answer(send, str(len(self.kept) - 1).encode())
        elif "/__bring_back/" in path:
            self.storage.resources = _copies(self.kept[int(path.rpartition("/")[2])])
            await _answer_empty(send)
        elif path.endswith("/__cut"):
            self.cuts += 1
            await _answer_empty(send)
        elif self.cuts and path.endswith("/Users") and scope["method"] == "GET":
            self.cuts -= 1
            await _answer_half(send)
        else:
            await self.application(scope, self._listening(receive), send)

    def _listening(self, receive):
        body = bytearray()

        async def heard():
            message = await receive()
            body.extend(message.get("body", b""))
            if body and not message.get("more_body"):
                self.passwords += _passwords_in(json.loads(bytes(body)))
                body.clear()
            return message

        return heard


def _copies(resources):
    return [resource.model_copy(deep=True) for resource in resources]


def _passwords_in(sent: Any) -> list[str]:
    if isinstance(sent, dict):
        own = [sent["password"]] if "password" in sent else []
        return own + [found for part in sent.values() for found in _passwords_in(part)]
    return (
        [found for part in sent for found in _passwords_in(part)] if isinstance(sent, list) else []
    )


async def _answer_empty(send):
    await _answer(send, b"")


async def _answer(send, body: bytes):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def _answer_half(send):
    headers = [(b"content-type", b"application/scim+json"), (b"content-length", b"4096")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"Resources": [', "more_body": True})


if __name__ == "__main__":
    serve(int(sys.argv[1]))
