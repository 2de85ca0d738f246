"""A proxy in front of a real server: it cuts, delays, resets and slices, and notes what was done.

It forwards bytes. Of HTTP it knows where a message ends, so that a call can be counted and its
answer be cut at any byte.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors._http_loop import LoopThread
from tests.faults.board import Board, Fault

JUNK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n"
JUNK += b"<html><body>Sign in</body>"


WAIT = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer, as its bytes and as what it says."""

    raw: bytes
    start: str
    body: bytes

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def path(self) -> str:
        return self.start.split(" ")[1].partition("?")[0]

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def content(self) -> Any:
        return json.loads(self.body) if self.body else None


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """Return the next message; None where the connection is over."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    fields = {n.strip().lower(): v.strip() for n, _, v in (x.partition(":") for x in lines[1:])}
    if "chunked" in fields.get("transfer-encoding", ""):
        raw, body = await _chunks(reader)
        return Message(head + raw, lines[0], body)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return Message(head + body, lines[0], body)


async def _chunks(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return a body in chunks as it came, and what it holds."""
    raw = body = b""
    size = 1
    while size:
        head = await reader.readuntil(b"\r\n")
        size = int(head, 16)
        chunk = await reader.readexactly(size + 2)
        raw, body = raw + head + chunk, body + chunk[:-2]
    return raw, body


@dataclass
class Tap:
    """Stands between one client and one server on this machine."""

    upstream: tuple[str, int]
    board: Callable[[], Board]
    """The board of the life that is lived now."""
    before: Callable[[Message], object] = lambda _request: None
    """Asked before a call is forwarded; what it returns is given to `after`."""
    after: Callable[[Message, Message, object], None] = lambda *_: None
    """Told what the server answered."""
    port: int = 0
    _loop: LoopThread = field(default_factory=lambda: LoopThread("tap"))
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Listen on a free port."""
        self._loop.run(self._listen())

    def close(self) -> None:
        """Cut every connection and be gone."""
        self._loop.run(self._stop())
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            going = True
            while going:
                request = await read_message(reader)
                going = request is not None and await self._call(request, reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _call(
        self,
        request: Message,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Pass one call on, or what the board says; return whether the connection goes on."""
        verb = "read" if request.method == "GET" else "write"
        kind = request.path.split("/")[2]
        fault = self.board().meet(f"target {verb} {request.method} {kind}")
        if fault is Fault.BEFORE:
            return False
        if fault is Fault.HANG:
            await reader.read()
            return False
        if fault is Fault.BUSY:
            writer.write(WAIT)
            await writer.drain()
            return True
        known = await asyncio.to_thread(self.before, request)
        answer = await self._passed_on(request)
        await asyncio.to_thread(self.after, request, answer, known)
        return await _answered(answer, writer, fault)

    async def _passed_on(self, request: Message) -> Message:
        """Ask the server on a connection of its own: a kept one may be closed by now."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            writer.write(request.raw)
            answer = await read_message(reader)
        finally:
            writer.transport.abort()
        assert answer is not None, "the server itself broke off"
        return answer


async def _answered(answer: Message, writer: asyncio.StreamWriter, fault: Fault | None) -> bool:
    match fault:
        case Fault.AFTER:
            return False
        case Fault.HALF:
            writer.write(answer.raw[: len(answer.raw) // 2])
            await writer.drain()
            return False
        case Fault.GARBAGE:
            writer.write(JUNK)
        case Fault.LIE:
            writer.write(_half(answer))
        case Fault.SLICES:
            for byte in answer.raw:
                writer.write(bytes([byte]))
                await writer.drain()
        case _:
            writer.write(answer.raw)
    await writer.drain()
    return True


def _half(answer: Message) -> bytes:
    """Return a list of half of the rows, that says it is all; one object is not there at all."""
    content = answer.content
    if "Resources" not in content:
        return NOWHERE
    rows = content["Resources"]
    rows = rows[: len(rows) // 2]
    told = {**content, "Resources": rows, "totalResults": len(rows), "itemsPerPage": len(rows)}
    body = json.dumps(told).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


NOWHERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
