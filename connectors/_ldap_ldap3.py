"""The seam, filled by ldap3: pure Python, one connection per line, one request at a time."""

from __future__ import annotations

import math
import select
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import ldap3
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPExceptionError,
    LDAPOperationResult,
)
from ldap3.protocol.rfc4527 import post_read_control

from connectors._ldap_seam import (
    ASSERTION,
    POST_READ,
    SUCCESS,
    Add,
    Answer,
    Delete,
    Distrusted,
    Entry,
    Line,
    Lost,
    Modify,
    Only,
    Refused,
    Rename,
    Request,
    Scope,
    Search,
    Turn,
    Turned,
    Unreachable,
)
from connectors._ldap_settings import Bind, LdapSettings

_PAGED: Final = "1.2.840.113556.1.4.319"
_SCOPES: Final = {
    Scope.BASE: ldap3.BASE,
    Scope.ONE: ldap3.LEVEL,
    Scope.SUBTREE: ldap3.SUBTREE,
}
_TURNS: Final = {
    Turn.ADD: ldap3.MODIFY_ADD,
    Turn.DELETE: ldap3.MODIFY_DELETE,
    Turn.REPLACE: ldap3.MODIFY_REPLACE,
}


class _Verified(ldap3.Tls):  # type: ignore[misc]  # ldap3 carries no types
    """TLS by a context of the standard library, which checks chain, time and host itself."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 - ldap3's signature
        """Wrap the socket, and prove the server's name before anything is said to it."""
        connection.socket = self._context.wrap_socket(
            connection.socket,
            server_hostname=connection.server.host,
            do_handshake_on_connect=do_handshake,
        )


class Ldap3Line:
    """One connection; it is opened with the first request, and again after it broke."""

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        self._open: Any = None
        self._answered = Answer(SUCCESS)

    def ask(self, request: Request) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            Lost: the connection broke after the request may have gone out.
            Unreachable: there is no connection; nothing was sent.
            Refused: the server does not let us in.
        """
        connection = self._connection()
        try:
            self._send(connection, request)
            return _answer(connection, request)
        except (LDAPCommunicationError, LDAPOperationResult, OSError) as broken:
            self._drop()
            raise Lost from broken
        except LDAPExceptionError as unfit:
            # Raised here, before anything is sent: an unparsable name, an unfit value.
            raise ValueError("the request cannot be written down") from unfit

    def send(self, request: Request) -> int:
        """Send a request, wait for its answer and keep it: one is on its way at a time."""
        self._answered = self.ask(request)
        return 0

    def take(self) -> tuple[int, Answer]:
        """Return the answer to what was sent last."""
        return 0, self._answered

    def close(self) -> None:
        """Say goodbye and let go of the connection."""
        connection, self._open = self._open, None
        if connection is not None:
            with suppress(LDAPExceptionError, OSError):
                connection.unbind()

    def _drop(self) -> None:
        connection, self._open = self._open, None
        if connection is not None and connection.socket is not None:
            with suppress(OSError):
                connection.socket.close()

    def _connection(self) -> Any:  # noqa: ANN401 - ldap3 carries no types
        if self._open is not None and _said_goodbye(self._open.socket):
            self._drop()
        if self._open is None:
            self._open = _connected(self._settings)
        return self._open

    def _send(self, connection: Any, request: Request) -> None:  # noqa: ANN401 - ldap3 carries no types
        match request:
            case Search():
                _search(connection, request)
            case Add(dn, attributes, shows):
                controls = [post_read_control(list(shows))] if shows else None
                values = {name: list(some) for name, some in attributes.items()}
                connection.add(dn, attributes=values, controls=controls)
            case Modify(dn, turns, only):
                connection.modify(dn, _changes(turns), controls=_asserted(only))
            case Rename(dn, rdn, superior, only):
                connection.modify_dn(
                    dn, rdn, delete_old_dn=True, new_superior=superior, controls=_asserted(only)
                )
            case Delete(dn, only):
                connection.delete(dn, controls=_asserted(only))


def _said_goodbye(socket: Any) -> bool:  # noqa: ANN401 - plain or TLS
    """Say whether the server has spoken unasked: it closes what was idle for too long."""
    try:
        return bool(select.select([socket], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def _connected(settings: LdapSettings) -> Any:  # noqa: ANN401 - ldap3 carries no types
    server = ldap3.Server(
        settings.host,
        port=settings.port,
        use_ssl=settings.encrypted,
        tls=_Verified(settings.context()),
        get_info=ldap3.NONE,
        connect_timeout=settings.time_out_seconds,
    )
    connection = ldap3.Connection(
        server,
        **_credentials(settings),
        client_strategy=ldap3.SYNC,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        auto_escape=False,
        auto_encode=False,
        return_empty_attributes=False,
        receive_timeout=math.ceil(settings.time_out_seconds),
    )
    try:
        connection.open(read_server_info=False)
        if settings.starts_tls:
            connection.start_tls(read_server_info=False)
        bound = connection.bind(read_server_info=False)
    except (LDAPExceptionError, OSError) as fault:
        with suppress(OSError, AttributeError):
            connection.socket.close()
        raise _unreachable(fault) from None
    if not bound:
        code = int(connection.result["result"])
        with suppress(LDAPExceptionError, OSError):
            connection.unbind()
        raise Refused(code)
    return connection


def _unreachable(fault: BaseException) -> Unreachable:
    """Return that there is no connection; ldap3 leaves of the reason only its words."""
    words = str(fault)
    return Distrusted() if "CERTIFICATE_VERIFY_FAILED" in words else Unreachable()


def _credentials(settings: LdapSettings) -> dict[str, Any]:
    match settings.binding:
        case Bind.SIMPLE:
            secret = settings.password.reveal() if settings.password else ""
            name = settings.bind_dn
            return {"authentication": ldap3.SIMPLE, "user": name, "password": secret}
        case Bind.EXTERNAL:
            # Empty, not left out: without an authorization identity a server asks for one.
            named = f"dn:{settings.bind_dn}" if settings.bind_dn else ""
            return {
                "authentication": ldap3.SASL,
                "sasl_mechanism": ldap3.EXTERNAL,
                "sasl_credentials": named.encode(),
            }
        case Bind.ANONYMOUS:
            return {"authentication": ldap3.ANONYMOUS}


def _search(connection: Any, search: Search) -> None:  # noqa: ANN401 - ldap3 carries no types
    connection.search(
        search.base,
        search.filter,
        _SCOPES[search.scope],
        dereference_aliases=ldap3.DEREF_NEVER,
        attributes=list(search.attributes),
        paged_size=search.page,
        paged_cookie=search.cookie or None,
        paged_criticality=True,
    )


def _changes(turns: Sequence[Turned]) -> dict[str, list[tuple[str, list[bytes]]]]:
    changes: dict[str, list[tuple[str, list[bytes]]]] = {}
    for turned in turns:
        one = (_TURNS[turned.turn], list(turned.values))
        changes.setdefault(turned.attribute, []).append(one)
    return changes


def _asserted(only: Only | None) -> list[tuple[str, bool, bytes]] | None:
    return None if only is None else [(ASSERTION, True, only.encoded())]


def _answer(connection: Any, request: Request) -> Answer:  # noqa: ANN401 - ldap3 carries no types
    result = connection.result
    code = int(result["result"])
    controls = result.get("controls") or {}
    if not isinstance(request, Search):
        shown = controls.get(POST_READ, {}).get("value", {}).get("result", {})
        return Answer(code, shown=_lowered(shown))
    entries = []
    referrals = 0
    for item in connection.response or ():
        if item["type"] == "searchResEntry":
            dn = item["raw_dn"]
            text = dn.decode("utf-8") if isinstance(dn, bytes) else str(dn)
            entries.append(Entry(text, _lowered(item["raw_attributes"])))
        elif item["type"] == "searchResRef":
            referrals += 1
    cookie = controls.get(_PAGED, {}).get("value", {}).get("cookie", b"")
    return Answer(code, entries, cookie if code == SUCCESS else b"", referrals)


def _lowered(attributes: Mapping[str, Any]) -> dict[str, tuple[bytes, ...]]:
    return {name.lower(): tuple(_octets(one) for one in v) for name, v in attributes.items()}


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def ldap3_line(settings: LdapSettings) -> Line:
    """Return a line of ldap3; nothing is connected before it is used."""
    return Ldap3Line(settings)
