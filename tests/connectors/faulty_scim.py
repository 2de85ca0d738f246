"""A small SCIM server inside the test, with the faults that no real one shows when asked.

It keeps users and groups, remembers every request, and answers by script where there is one:

    server.script("GET /Users", reply(500), LATE)      # the next two answers, then as usual
    server.script("POST /Users", done_then(DROP))      # does it, and loses the answer
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from connectors._http_loop import LoopThread
from connectors.scim import ScimConnector
from provisor.ports.secret import Secret
from provisor.testing.clock import NOON

SCIM = "application/scim+json"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

_CHANGED = re.compile(r'meta\.lastModified gt "(.*)"')
_FILTER = re.compile(r'([\w:.\[\]" $-]+?) eq (".*"|true|false)', re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def operations(self) -> list[Any]:
        return list(self.body["Operations"])


Script = Callable[["FaultyScim", Seen], Awaitable[web.StreamResponse]]


def reply(status: int, body: Any = None, **headers: str) -> Script:
    """Answer with this status; a body that is no text is sent as SCIM."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_server: FaultyScim, _seen: Seen) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=named)
        named.setdefault("Content-Type", SCIM)
        content = None if body is None else json.dumps(body).encode()
        return web.Response(status=status, body=content, headers=named)

    return answer


def refusal(status: int, word: str = "", detail: str = "") -> Script:
    """Answer with an error of RFC 7644 section 3.12."""
    body = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return reply(status, body | ({"scimType": word} if word else {}))


def html(status: int = 200) -> Script:
    """Answer with a page for people, as a portal or a gateway does."""
    return reply(status, "<html><body>Sign in</body></html>", Content_Type="text/html")


def listing(resources: list[Any], total: int | None, **more: Any) -> Script:
    """Answer with exactly this list."""
    body = {"schemas": [LIST], "Resources": resources, **more}
    return reply(200, body if total is None else {**body, "totalResults": total})


async def LATE(_server: FaultyScim, _seen: Seen) -> web.StreamResponse:  # noqa: N802 - a script
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


class Dropped(Exception):
    """The connection is to be cut instead of answered."""


async def DROP(_server: FaultyScim, _seen: Seen) -> web.StreamResponse:  # noqa: N802 - a script
    """Cut the connection without an answer."""
    raise Dropped


def done_then(script: Script) -> Script:
    """Do what was asked, and answer something else."""

    async def answer(server: FaultyScim, seen: Seen) -> web.StreamResponse:
        server.usual(seen)
        return await script(server, seen)

    return answer


class Sleeps(list[float]):
    """Remembers the pauses; nobody sleeps in a test."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@dataclass
class FaultyScim:
    """The server's memory; resources by id, in the order in which they were made."""

    url: str = ""
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    scripts: dict[str, deque[Script]] = field(default_factory=lambda: defaultdict(deque))
    sleeps: Sleeps = field(default_factory=Sleeps)
    ignores_filters: bool = False
    ignores_index: bool = False
    starts_again: bool = False
    """Behind the end, the first page is answered once more."""
    page_limit: int = 1000
    total: Callable[[int], int] = int
    """What is declared as total for a count."""

    def script(self, where: str, *scripts: Script) -> None:
        """Answer the next requests of a kind such as `GET /Users` with these scripts."""
        self.scripts[where].extend(scripts)

    def put_users(self, count: int) -> list[str]:
        """Fill the server with users and return their ids."""
        for number in range(count):
            self.make(self.users, {"userName": f"user{number}", "externalId": f"E{number}"})
        return list(self.users)

    def make(self, where: dict[str, dict[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
        """Put one resource into `users` or `groups`."""
        native_id = f"id-{len(self.users) + len(self.groups)}"
        where[native_id] = {"id": native_id, **values}
        return where[native_id]

    def sent(self, where: str) -> list[Seen]:
        """The requests of one kind that arrived."""
        return [seen for seen in self.requests if self._kind(seen) == where]

    def usual(self, seen: Seen) -> tuple[int, Any]:
        """Do what the request asks, and return status and body."""
        kind, _, native_id = seen.path.strip("/").partition("/")
        where = self.users if kind == "Users" else self.groups
        if kind == "ServiceProviderConfig":
            return 200, {"patch": {"supported": True}, "bulk": {"supported": False}}
        match seen.method:
            case "POST":
                return self._create(where, seen.body)
            case "GET" if not native_id:
                return 200, self._list(where, seen.query)
        if native_id not in where:
            return 404, {"schemas": [ERROR], "status": "404"}
        if seen.method == "DELETE":
            del where[native_id]
        return (200, where[native_id]) if seen.method == "GET" else (204, None)

    def _create(self, where: dict[str, dict[str, Any]], body: Any) -> tuple[int, Any]:
        names = {str(one.get("userName")).lower() for one in where.values()}
        if "userName" in body and body["userName"].lower() in names:
            return 409, {"schemas": [ERROR], "status": "409", "scimType": "uniqueness"}
        return 201, self.make(where, {k: v for k, v in body.items() if k != "schemas"})

    def _list(self, where: dict[str, dict[str, Any]], query: Mapping[str, str]) -> Any:
        found = [one for one in where.values() if self._fits(one, query.get("filter"))]
        start = 1 if self.ignores_index else int(query.get("startIndex", "1"))
        if self.starts_again and start > len(found):
            start = 1
        count = min(int(query.get("count", "100")), self.page_limit)
        page = found[start - 1 :][:count]
        total = self.total(len(found))
        return {"schemas": [LIST], "totalResults": total, "Resources": page}

    def _fits(self, resource: Mapping[str, Any], asked: str | None) -> bool:
        if asked is None or self.ignores_filters:
            return True
        if after := _CHANGED.fullmatch(asked):
            return bool(resource.get("meta", {}).get("lastModified", "") > after[1])
        parts = _FILTER.fullmatch(asked)
        assert parts, f"this filter is not understood: {asked}"
        return str(resource.get(parts[1])).lower() == str(json.loads(parts[2])).lower()

    def _kind(self, seen: Seen) -> str:
        return f"{seen.method} /{seen.path.split('/')[1]}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Remember the request and answer it, by script or as usual."""
        body = await request.json() if request.can_read_body else None
        query = dict(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
        path = request.rel_url.raw_path.removeprefix("/v2")
        seen = Seen(request.method, path, query, dict(request.headers), body)
        self.requests.append(seen)
        waiting = self.scripts[self._kind(seen)]
        try:
            if waiting:
                return await waiting.popleft()(self, seen)
        except Dropped:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, content = self.usual(seen)
        return await reply(status, content)(self, seen)


@contextmanager
def faulty_scim(
    trust: ssl.SSLContext | None = None, server: FaultyScim | None = None
) -> Iterator[FaultyScim]:
    """Serve on a free port of this machine until the test is over; with a context, over TLS."""
    server, loop = server or FaultyScim(), LoopThread("faulty scim")
    runner = loop.run(_started(server, trust))
    try:
        yield server
    finally:
        loop.run(runner.cleanup())
        loop.close()


async def _started(server: FaultyScim, trust: ssl.SSLContext | None) -> web.AppRunner:
    application = web.Application(client_max_size=64 * 1024**2)
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=trust).start()
    host, port = runner.addresses[0][:2]
    server.url = f"{'https' if trust else 'http'}://{host}:{port}/v2"
    return runner


CANARY = "canary-token-9d1c"


@contextmanager
def connected(server: FaultyScim, **settings: Any) -> Iterator[ScimConnector]:
    """Open a connector to the server; its pauses are remembered in `server.sleeps`."""
    told = {"url": server.url, "token": Secret(CANARY), "time_out_seconds": 30, **settings}
    connector = ScimConnector("app", told, sleep=server.sleeps, now=lambda: NOON)
    try:
        yield connector
    finally:
        connector.close()
