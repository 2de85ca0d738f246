"""A SCIM endpoint that does nothing but answer, in a process of its own; with a limit on request.

`python -m benchmarks.quick_scim KIND` prints its address. It lets in `PER_SECOND` writes in a
second (`window`: of the clock; `bucket`: with a reserve of one second; `none`: all of them),
answers 429 with `Retry-After` to the others, and counts those that came earlier than it said.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

PER_SECOND = 25
ON_THE_WAY_SECONDS = 0.1
"""What arrives this soon after a refusal may have been sent before the refusal was read."""
MEDIA = "application/scim+json"


class Limit:
    """Counts what comes, and says for how many seconds a call must wait; 0 lets it in."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.let_in = self.refused = self.early = 0
        self.first = self.last = 0.0
        self._second, self._in_second = -1, 0
        self._held, self._at = float(PER_SECOND), 0.0
        self._told_at, self._silent_until = -math.inf, -math.inf

    def hit(self, now: float) -> float:
        """Count one write."""
        self.early += self._told_at + ON_THE_WAY_SECONDS < now < self._silent_until
        if self._lets_in(now):
            self.first = self.first or now
            self.last = now
            self.let_in += 1
            return 0.0
        self.refused += 1
        if now >= self._silent_until:
            self._told_at = now
        self._silent_until = now + 1.0
        return 1.0

    def _lets_in(self, now: float) -> bool:
        if self.kind == "none":
            return True
        if self.kind == "window":
            if int(now) != self._second:
                self._second, self._in_second = int(now), 0
            self._in_second += 1
            return self._in_second <= PER_SECOND
        self._held = min(float(PER_SECOND), self._held + (now - self._at) * PER_SECOND)
        self._at = now
        if self._held < 1:
            return False
        self._held -= 1
        return True


def application(limit: Limit) -> web.Application:
    """Return the endpoint."""
    numbers = itertools.count(1)

    async def make(request: web.Request) -> web.Response:
        body = await request.read()
        wait = limit.hit(time.monotonic())
        if wait:
            return web.Response(status=429, headers={"Retry-After": f"{wait:.0f}"})
        made = b'{"id":"%d",' % next(numbers) + body[1:]
        return web.Response(status=201, body=made, content_type=MEDIA)

    async def listed(_request: web.Request) -> web.Response:
        schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
        empty = {"schemas": [schema], "totalResults": 0, "startIndex": 1, "Resources": []}
        return web.Response(body=json.dumps(empty).encode(), content_type=MEDIA)

    async def told(_request: web.Request) -> web.Response:
        seconds = limit.last - limit.first
        numbers = {"let_in": limit.let_in, "refused": limit.refused, "early": limit.early}
        return web.json_response({**numbers, "seconds": seconds})

    served = web.Application()
    served.router.add_post("/v2/{kind}", make)
    served.router.add_get("/v2/told", told)
    served.router.add_get("/v2/{kind}", listed)
    return served


@contextmanager
def quick_scim(kind: str) -> Iterator[str]:
    """Start the endpoint in a process of its own; give its address."""
    command = [sys.executable, "-m", "benchmarks.quick_scim", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _serve(kind: str, say: Callable[[str], None]) -> None:
    runner = web.AppRunner(application(Limit(kind)), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address, *_) = runner.addresses
    say(f"http://127.0.0.1:{address[1]}/v2")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], lambda text: print(text, flush=True)))
