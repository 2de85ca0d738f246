"""HTTP as the connectors speak it: one request out, and what is surely known about its fate.

Single duty: carry a call, give back an `Answer`, or a `Silence` that says whether the call may have
arrived. What it never does: follow a redirect, repeat a call, log an address, show a header.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Final, Protocol
from urllib.parse import SplitResult, quote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from provisor.ports.connector import Heard

KEEP_ALIVE_SECONDS: Final = 1.0
"""Shorter than any server's own, so that a call seldom meets a connection that is just closing."""

OK: Final = 200
SUCCESS: Final = range(200, 300)
REDIRECT: Final = range(300, 400)
REFUSED: Final = range(400, 500)
FAULT: Final = range(500, 600)
NOT_FOUND: Final = 404
REQUEST_TIME_OUT: Final = 408
TOO_MANY_REQUESTS: Final = 429
NOT_OFFERED: Final = 501
UNAVAILABLE: Final = 503

_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the origin."""

    method: str
    path: str
    """Begins with a slash; its parts are quoted already."""
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    if_match: str = ""
    """The version that the object must still have; empty for any."""

    @property
    def label(self) -> str:
        """What messages call it: no id and no query, for both may name a person."""
        return f"{self.method} /{self.path.split('/')[1]}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def at(self) -> datetime | None:
        """When the system says that it answered."""
        return http_date(self.headers.get("date", ""))

    def json(self) -> object:
        """Return the body as JSON.

        Raises:
            ValueError: the body is no JSON.
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None


@dataclass(frozen=True, slots=True)
class Silence:
    """No whole answer came."""

    reason: str
    sent: bool
    """Whether the call may have arrived; False only when it surely did not."""


Reply = Answer | Silence


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the system is; every address that is called begins with it."""

    scheme: str
    authority: str
    path: str
    query: str

    @property
    def root(self) -> str:
        """The address below which everything is called, without a trailing slash."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def address(self, call: Call) -> str:
        """Return the whole address of a call; the origin's own query string is kept."""
        asked = urlencode(call.query, quote_via=quote, safe="", errors="replace")
        query = "&".join(part for part in (self.query, asked) if part)
        return f"{self.root}{call.path}" + (f"?{query}" if query else "")


def origin_of(url: SplitResult) -> Origin:
    """Return the origin of a split address; a trailing slash does not matter."""
    return Origin(url.scheme, url.netloc, url.path.rstrip("/"), url.query)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only mean this machine.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("hr.example")
        (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one call may take."""

    connect_and_read_seconds: float
    """Between two signs of life."""
    total_seconds: float
    """From the first byte out to the last byte in; a slow trickle ends here."""


class Client:
    """The one way out: connections are kept alive, never redirected, and hold no cookie.

    aiohttp is spoken to itself: with httpx's client on top a call takes three times the processor,
    every address is logged with its query string, and a query string holds names.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        headers: Mapping[str, str],
        body_type: str,
        limits: Limits,
        ca_file: str | None = None,
    ) -> None:
        self._origin, self._limits = origin, limits
        self._headers = dict(headers)
        self._headers_of_body = {"Content-Type": body_type}
        self._trust = _trust(ca_file) if origin.scheme == "https" else True
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            each = self._limits.connect_and_read_seconds
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(
                    limit=0, ssl=self._trust, keepalive_timeout=KEEP_ALIVE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self._limits.total_seconds, sock_connect=each, sock_read=each
                ),
                proxy=_proxy_to(self._origin),
            )
            # aiohttp would repeat a lost look or delete by itself, and no permit covers that.
            self._session._retry_connection = False
        return self._session

    async def send(self, call: Call) -> Reply:
        """Carry one call; every fault becomes a `Silence`."""
        try:
            async with self._opened().request(
                call.method,
                URL(self._origin.address(call), encoded=True),
                data=call.body,
                headers=self._headers_for(call),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, OSError) as fault:
            return self._silence(fault)

    def _headers_for(self, call: Call) -> Mapping[str, str] | None:
        headers = self._headers_of_body if call.body is not None else None
        return {**(headers or {}), "If-Match": call.if_match} if call.if_match else headers

    def _silence(self, fault: aiohttp.ClientError | OSError) -> Silence:
        sent = not isinstance(fault, _NOT_SENT)
        if isinstance(fault, aiohttp.ServerTimeoutError):
            within = f"{self._limits.connect_and_read_seconds:g} seconds"
            return Silence(f"no sign of life within {within}", sent)
        if isinstance(fault, TimeoutError):
            within = f"{self._limits.total_seconds:g} seconds"
            return Silence(f"the answer did not end within {within}", sent)
        if isinstance(fault, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
            return Silence("the system's certificate is not trusted", sent)
        if not sent:
            return Silence("no connection could be made", sent)
        return Silence("the connection was lost before the answer was whole", sent)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()


def _trust(ca_file: str | None) -> ssl.SSLContext:
    """Trust the machine's authorities, or only those of the file; there is no third way."""
    return ssl.create_default_context(cafile=ca_file)


def _proxy_to(origin: Origin) -> str | None:
    """Return the proxy that the environment names for the address; never one for this machine.

    Asked once: aiohttp itself would ask anew, in another thread, before every call.
    """
    host = urlsplit(origin.root).hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(origin.scheme)
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


class Turns(Protocol):
    """Leave to call, and the pauses that a system asks for."""

    async def permit(self) -> bool:
        """Return whether the next call may be made now."""
        ...

    async def pause(self, seconds: float) -> bool:
        """Let the time pass or see to it that it passes; False when there is no patience left."""
        ...

    def heard(self, told: Heard) -> None:
        """Learn how a call ended that was permitted, before any other one begins."""
        ...


def http_date(text: str) -> datetime | None:
    """Return the moment of a header such as `Date`; None when it is no date."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
