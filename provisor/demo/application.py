"""The demonstration's application: a real SCIM server on loopback, as a process of its own.

    python -m provisor.demo.application --state FILE --token-file FILE [--port N] [--while-fed]

It says on standard output where it listens, keeps its accounts in the state file and writes them
there whenever things are quiet, and at its end. No other module needs the extra `demo`.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import gc
import hmac
import json
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, TextIO

import uvicorn
from scim2_models import UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.utils import load_default_provider

from provisor.demo.files import write_whole
from provisor.demo.hosting import LOOPBACK, PORT_TAKEN
from provisor.demo.reception import Body, Reception
from provisor.demo.shelf import Item, Shelf

_QUIET_SECONDS: Final = 1.0
_MOST_UNSAVED: Final = 500
_GRACE_SECONDS: Final = 5
_ALLOCATIONS_BETWEEN_COLLECTIONS: Final = 50_000
_PRIVATE: Final = 0o600


class Crew(ASGIApplication):
    """The application: its accounts, its one token, and the file that outlives the process."""

    def __init__(self, reception: Reception, token: str, state: Path) -> None:
        self.shelf = Shelf()
        super().__init__(self.shelf, reception.provider, reception)
        self._reception = reception
        self._token = token
        self._state = state
        self._saved = 0
        self._timer: asyncio.TimerHandle | None = None
        self._load()

    def check_auth(self, request: ScimRequest) -> None:
        """Refuse whoever does not know the token."""
        shown = (request.header("Authorization") or "").encode()
        if not hmac.compare_digest(shown, f"Bearer {self._token}".encode()):
            raise UnauthorizedException

    async def dispatch_request(self, request: ScimRequest) -> ScimResponse:
        """Serve a request and see to it that what it changed is saved soon."""
        response = await super().dispatch_request(request)
        if self._timer is not None:
            self._timer.cancel()
        if self.shelf.writes - self._saved >= _MOST_UNSAVED:
            self.save()
        self._timer = asyncio.get_running_loop().call_later(_QUIET_SECONDS, self.save)
        return response

    def save(self) -> None:
        """Write all resources to the state file, unless it holds them already."""
        if self.shelf.writes == self._saved:
            return
        self._saved = self.shelf.writes
        bodies = [self._reception.rendered(item) for item in self.shelf]
        write_whole(self._state, json.dumps(bodies, ensure_ascii=False), mode=_PRIVATE)

    def _load(self) -> None:
        bodies = json.loads(self._state.read_text(encoding="utf-8"))
        with self._reception.provider:
            self.shelf.restore(self._items(bodies))

    def _items(self, bodies: Iterable[Body]) -> Iterable[Item]:
        for body in bodies:
            resource_type = self._reception.get_resource_type(body["meta"]["resourceType"])
            yield self._reception.get_model(resource_type).model_validate(body)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        listener = socket.create_server((LOOPBACK, options.port))
    except OSError as fault:
        if fault.errno != errno.EADDRINUSE:
            raise
        print(f"port {options.port} is taken", file=sys.stderr)
        return PORT_TAKEN
    token = options.token_file.read_text(encoding="utf-8").strip()
    crew = Crew(Reception(load_default_provider()), token, options.state)
    # Thousands of resources live until the end; looking through them all the time costs a tenth.
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    server = _server(crew)
    if options.while_fed:
        threading.Thread(target=_outlive, args=(sys.stdin, server), daemon=True).start()
    _serve(crew, server, listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="provisor.demo.application", description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--while-fed", action="store_true", help="end when standard input ends")
    return parser


def _server(crew: Crew) -> uvicorn.Server:
    settings = uvicorn.Config(
        crew,
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(settings)


def _serve(crew: Crew, server: uvicorn.Server, listener: socket.socket) -> None:
    # uvicorn stops at SIGTERM and then raises it once more; the last save must come first.
    signal.signal(signal.SIGTERM, _leave)
    try:
        print(f"{LOOPBACK}:{listener.getsockname()[1]}", flush=True)
        server.run(sockets=[listener])
    finally:
        crew.save()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _outlive(feed: TextIO, server: uvicorn.Server) -> None:
    """Stop the server when whoever started it is gone, however it went."""
    feed.read()
    server.should_exit = True


if __name__ == "__main__":
    raise SystemExit(main())
