"""All that is asked of an LDAP library: requests and answers as plain values.

A library stands behind `Line`; nothing else of this connector imports one. Texts that the server
adds to its answers do not pass: they quote values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

SUCCESS: Final = 0
TIME_LIMIT: Final = 3
SIZE_LIMIT: Final = 4
REFERRAL: Final = 10
ADMIN_LIMIT: Final = 11
NO_SUCH_ATTRIBUTE: Final = 16
CONSTRAINT_VIOLATION: Final = 19
VALUE_EXISTS: Final = 20
NO_SUCH_OBJECT: Final = 32
UNWILLING: Final = 53
CLASS_VIOLATION: Final = 65
NOT_ON_NAME: Final = 67
ENTRY_EXISTS: Final = 68
ASSERTION_FAILED: Final = 122

ASSERTION: Final = "1.3.6.1.1.12"
"""The control of RFC 4528: a write is done only where a filter fits."""
POST_READ: Final = "1.3.6.1.1.13.2"
"""The control of RFC 4527: the answer to a write shows the entry."""


class Scope(StrEnum):
    """How far below its base a search looks."""

    BASE = "base"
    ONE = "one"
    SUBTREE = "subtree"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it came; the names of attributes are in lower case."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def first(self, name: str) -> bytes | None:
        """Return the first value of an attribute, or None."""
        values = self.attributes.get(name.lower(), ())
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Search:
    """Look for entries; `page` asks for the paged results of RFC 2696."""

    base: str
    scope: Scope
    filter: str
    attributes: tuple[str, ...]
    page: int | None = None
    cookie: bytes = b""


class Turn(StrEnum):
    """What a modification does with its values."""

    ADD = "add"
    DELETE = "delete"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Turned:
    """One modification of one attribute; deleting no value deletes all."""

    turn: Turn
    attribute: str
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Add:
    """Make an entry; `shows` names attributes that the answer shall carry."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Only:
    """Do it only to the entry that has this value: names of entries change hands."""

    attribute: str
    value: bytes

    def encoded(self) -> bytes:
        """Return `(attribute=value)` as it goes over the wire: [3] of two octet strings.

        Source: RFC 4511, 4.5.1.
        """
        return _tagged(0xA3, _tagged(0x04, self.attribute.encode()) + _tagged(0x04, self.value))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


@dataclass(frozen=True, slots=True)
class Modify:
    """Change an entry."""

    dn: str
    turns: tuple[Turned, ...]
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an entry another name, or another place; its old name's values go."""

    dn: str
    rdn: str
    superior: str | None = None
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an entry away."""

    dn: str
    only: Only | None = None


Request = Search | Add | Modify | Rename | Delete


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the result code of RFC 4511, and what was found or shown."""

    code: int
    entries: Sequence[Entry] = ()
    cookie: bytes = b""
    """Where the next page starts; empty at the end."""
    referrals: int = 0
    """How often the answer pointed to another server; none is followed."""
    shown: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    """The entry behind a write, where it was asked for."""


class Lost(Exception):
    """The connection broke: whether a request was carried out is not known."""


class Unreachable(Exception):
    """No connection came about; nothing was sent."""


class Distrusted(Unreachable):
    """The certificate of the server is not one that we trust for its name."""


class Refused(Exception):
    """The server did not let us in."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Line(Protocol):
    """One signed-in connection, used by one thread at a time."""

    def ask(self, request: Request) -> Answer:
        """Send a request and wait for its answer; nothing else may be on its way.

        Raises:
            Lost: the connection broke after the request may have gone out.
            Unreachable: there is no connection; nothing was sent.
            Refused: the server does not let us in.
            ValueError: the request cannot be written down; nothing was sent.
        """
        ...

    def send(self, request: Request) -> int:
        """Send a request and return its number, under which `take` gives the answer.

        Raises:
            Lost: the connection broke, and with it all that was on its way.
            Unreachable: there is no connection; nothing was sent.
            Refused: the server does not let us in.
            ValueError: the request cannot be written down; nothing was sent.
        """
        ...

    def take(self) -> tuple[int, Answer]:
        """Wait for the next answer to anything that was sent, and return it with its number.

        Raises:
            Lost: the connection broke, or was silent for too long: nothing more will come.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; calling twice is harmless."""
        ...


class Dial(Protocol):
    """Makes lines, each when it is first used."""

    def __call__(self) -> Line:
        """Return a line that connects with its first request."""
        ...
