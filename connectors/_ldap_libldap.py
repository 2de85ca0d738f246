"""The seam, filled by python-ldap: the C library of OpenLDAP, many requests on one connection."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import ldap
from ldap.controls import RequestControl, ResponseControl, SimplePagedResultsControl
from ldap.controls.readentry import PostReadControl

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
from connectors._ldap_shown import shown_entry

_SCOPES: Final = {
    Scope.BASE: ldap.SCOPE_BASE,
    Scope.ONE: ldap.SCOPE_ONELEVEL,
    Scope.SUBTREE: ldap.SCOPE_SUBTREE,
}
_TURNS: Final = {
    Turn.ADD: ldap.MOD_ADD,
    Turn.DELETE: ldap.MOD_DELETE,
    Turn.REPLACE: ldap.MOD_REPLACE,
}
_UNWRITABLE: Final = (ldap.FILTER_ERROR, ldap.ENCODING_ERROR, ldap.PARAM_ERROR)
_BUNDLES: Final = ("ca-certificates.crt", "../tls/certs/ca-bundle.crt", "ca-bundle.crt")
"""Where systems keep all public authorities in one file, beside the folder with one file each."""


class LibldapLine:
    """One connection; it is opened with the first request, and again after it broke."""

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        self._open: Any = None
        self._under_way = 0

    def ask(self, request: Request) -> Answer:
        """Send a request and wait for its answer; nothing else may be on its way.

        Raises:
            Lost: the connection broke after the request may have gone out.
            Unreachable: there is no connection; nothing was sent.
            Refused: the server does not let us in.
            ValueError: the request cannot be written down; nothing was sent.
        """
        self.send(request)
        return self.take()[1]

    def send(self, request: Request) -> int:
        """Send a request and return its number, under which `take` gives the answer.

        Raises:
            Lost: the connection broke, and with it all that was on its way.
            Unreachable: there is no connection; nothing was sent.
            Refused: the server does not let us in.
            ValueError: the request cannot be written down; nothing was sent.
        """
        connection = self._connection()
        try:
            number = _sent(connection, request)
        except (TypeError, *_UNWRITABLE) as unfit:
            raise ValueError("the request cannot be written down") from unfit
        except ldap.LDAPError as broken:
            self._drop()
            raise Lost from broken
        self._under_way += 1
        return number

    def take(self) -> tuple[int, Answer]:
        """Wait for the next answer to anything that was sent, and return it with its number.

        Raises:
            Lost: the connection broke, or was silent for too long: nothing more will come.
        """
        wait = self._settings.time_out_seconds
        try:
            _, found, number, controls, _, _ = self._open.result4(
                ldap.RES_ANY, timeout=wait, resp_ctrl_classes=_ANSWERED
            )
        except ldap.LDAPError as refusal:
            said = refusal.args[0] if refusal.args and isinstance(refusal.args[0], dict) else {}
            code, number = int(said.get("result", -1)), int(said.get("msgid", 0))
            if code <= SUCCESS or number <= 0:
                self._drop()
                raise Lost from refusal
            self._under_way -= 1
            return number, Answer(code)
        self._under_way -= 1
        return number, _answer(found, controls)

    def close(self) -> None:
        """Say goodbye and let go of the connection."""
        self._drop()

    def _drop(self) -> None:
        connection, self._open = self._open, None
        self._under_way = 0
        if connection is not None:
            with suppress(ldap.LDAPError):
                connection.unbind()

    def _connection(self) -> Any:  # noqa: ANN401 - python-ldap carries no types
        if self._open is not None and not self._under_way and _said_goodbye(self._open):
            self._drop()
        if self._open is None:
            self._open = _connected(self._settings)
        return self._open


def _said_goodbye(connection: Any) -> bool:  # noqa: ANN401 - python-ldap carries no types
    """Say whether the server has spoken unasked: it closes what was idle for too long."""
    try:
        return bool(select.select([connection.fileno()], [], [], 0)[0])
    except (OSError, ValueError, ldap.LDAPError):
        return True


def _sent(connection: Any, request: Request) -> int:  # noqa: ANN401 - python-ldap carries no types
    match request:
        case Search(base, scope, condition, attributes, page, cookie):
            paged = (
                [SimplePagedResultsControl(criticality=True, size=page, cookie=cookie)]
                if page
                else None
            )
            number = connection.search_ext(
                base, _SCOPES[scope], condition, list(attributes), serverctrls=paged
            )
        case Add(dn, attributes, shows):
            values = [(name, list(some)) for name, some in attributes.items()]
            number = connection.add_ext(dn, values, serverctrls=_showing(shows))
        case Modify(dn, turns, only):
            number = connection.modify_ext(dn, _changes(turns), serverctrls=_asserted(only))
        case Rename(dn, rdn, superior, only):
            number = connection.rename(dn, rdn, superior, 1, serverctrls=_asserted(only))
        case Delete(dn, only):
            number = connection.delete_ext(dn, serverctrls=_asserted(only))
    return int(number)


def _changes(turns: Sequence[Turned]) -> list[tuple[int, str, list[bytes] | None]]:
    return [(_TURNS[one.turn], one.attribute, list(one.values) or None) for one in turns]


def _asserted(only: Only | None) -> list[RequestControl] | None:
    return (
        None
        if only is None
        else [RequestControl(ASSERTION, criticality=True, encodedControlValue=only.encoded())]
    )


@cache
def _showing(shows: tuple[str, ...]) -> list[RequestControl] | None:
    """Return the control that asks for attributes; encoded once: that takes a while."""
    if not shows:
        return None
    encoded = PostReadControl(criticality=False, attrList=list(shows)).encodeControlValue()
    return [RequestControl(POST_READ, criticality=False, encodedControlValue=encoded)]


class _Shown(ResponseControl):  # type: ignore[misc]  # python-ldap carries no types
    """What the answer to a write shows."""

    controlType = POST_READ  # noqa: N815 - the library's name
    entry: Mapping[str, tuple[bytes, ...]]

    def decodeControlValue(self, encodedControlValue: bytes) -> None:  # noqa: N802, N803 - the library's names
        """Read the entry; what is none shows nothing, and the write is looked up instead."""
        try:
            self.entry = shown_entry(encodedControlValue)
        except ValueError:
            self.entry = {}


_ANSWERED: Final = {
    SimplePagedResultsControl.controlType: SimplePagedResultsControl,
    POST_READ: _Shown,
}


def _answer(found: Sequence[Any] | None, controls: Sequence[Any]) -> Answer:
    cookie = b""
    shown: Mapping[str, tuple[bytes, ...]] = {}
    for control in controls:
        if isinstance(control, SimplePagedResultsControl):
            cookie = control.cookie or b""
        elif isinstance(control, _Shown):
            shown = control.entry
    rows = found or ()
    entries = [Entry(row[0], _lowered(row[1])) for row in rows if row[0] is not None]
    return Answer(SUCCESS, entries, cookie, len(rows) - len(entries), shown)


def _lowered(attributes: Mapping[str, Sequence[bytes]]) -> dict[str, tuple[bytes, ...]]:
    return {name.lower(): tuple(values) for name, values in attributes.items()}


# --- connecting -------------------------------------------------------------------------------


def _connected(settings: LdapSettings) -> Any:  # noqa: ANN401 - python-ldap carries no types
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "ldaps" if settings.encrypted else "ldap"
    connection = ldap.initialize(f"{scheme}://{host}:{settings.port}")
    try:
        _prepare(connection, settings)
        if settings.starts_tls:
            connection.start_tls_s()
        _bind(connection, settings)
    except ldap.LDAPError as fault:
        with suppress(ldap.LDAPError):
            connection.unbind()
        raise _not_let_in(fault, settings) from None
    return connection


def _prepare(connection: Any, settings: LdapSettings) -> None:  # noqa: ANN401 - python-ldap carries no types
    wait = settings.time_out_seconds
    connection.protocol_version = ldap.VERSION3
    connection.set_option(ldap.OPT_REFERRALS, ldap.OPT_OFF)
    connection.set_option(ldap.OPT_DEREF, ldap.DEREF_NEVER)
    connection.set_option(ldap.OPT_RESTART, ldap.OPT_ON)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, wait)
    connection.set_option(ldap.OPT_TIMEOUT, wait)
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
    trusted = settings.ca_file or _public_authorities()
    if trusted:
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, trusted)
    if settings.certificate_path is not None:
        connection.set_option(ldap.OPT_X_TLS_CERTFILE, settings.certificate_path)
        key = settings.key_path or settings.certificate_path
        connection.set_option(ldap.OPT_X_TLS_KEYFILE, key)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)


def _public_authorities() -> str | None:
    """Return the file that the standard library trusts, or the one beside its folder.

    Where there is none the library's own default counts; a server is never trusted unproven.
    """
    places = ssl.get_default_verify_paths()
    folder = Path(places.capath or places.openssl_capath)
    files = [*([Path(places.cafile)] if places.cafile else []), *(folder / one for one in _BUNDLES)]
    return next((str(one) for one in files if one.is_file()), None)


def _bind(connection: Any, settings: LdapSettings) -> None:  # noqa: ANN401 - python-ldap carries no types
    match settings.binding:
        case Bind.SIMPLE:
            secret = settings.password.reveal() if settings.password else ""
            connection.simple_bind_s(settings.bind_dn or "", secret)
        case Bind.EXTERNAL:
            named = f"dn:{settings.bind_dn}" if settings.bind_dn else ""
            connection.sasl_non_interactive_bind_s("EXTERNAL", authz_id=named)
        case Bind.ANONYMOUS:
            connection.simple_bind_s("", "")


def _not_let_in(fault: ldap.LDAPError, settings: LdapSettings) -> Unreachable | Refused:
    said = fault.args[0] if fault.args and isinstance(fault.args[0], dict) else {}
    code = int(said.get("result", -1))
    if code > SUCCESS:
        return Refused(code)
    encrypts = settings.encrypted or settings.starts_tls
    return Distrusted() if encrypts and _is_distrusted(settings) else Unreachable()


def _is_distrusted(settings: LdapSettings) -> bool:
    """Say whether it is for its certificate that there is no connection to a server.

    Which C library does the encryption decides what it tells, and GnuTLS tells nothing. The
    standard library is asked instead; it shakes hands, and says nothing more.
    """
    address, wait = (settings.host, settings.port), settings.time_out_seconds
    try:
        with socket.create_connection(address, timeout=wait) as plain:
            if settings.starts_tls:
                plain.sendall(_START_TLS)
                plain.recv(4096)
            settings.context().wrap_socket(plain, server_hostname=settings.host).close()
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
    return False


_START_TLS: Final = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
"""The request of RFC 4511, 4.14, with the number 1."""


def libldap_line(settings: LdapSettings) -> Line:
    """Return a line of python-ldap; nothing is connected before it is used."""
    return LibldapLine(settings)
