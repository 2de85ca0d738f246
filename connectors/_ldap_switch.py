"""Switching accounts off and on, each server in its own way; read and written as one boolean.

Source: draft-behera-ldap-password-policy (a lock time of zero is for ever), MS-ADTS 2.2.16
(`userAccountControl`, bit 2), 389 Directory Server (`nsAccountLock`).
"""

from __future__ import annotations

from typing import Final

from connectors._ldap_directory import below
from connectors._ldap_seam import Entry, Turn, Turned
from connectors._ldap_settings import SwitchSettings

_FOR_EVER: Final = b"000001010000Z"
_OFF_BIT: Final = 2
_NORMAL: Final = 512
_SOURCES: Final = {
    "ppolicy": "pwdAccountLockedTime",
    "nsAccountLock": "nsAccountLock",
    "userAccountControl": "userAccountControl",
}


def source_of(switch: SwitchSettings) -> str | None:
    """Return the attribute in which the server keeps it; None where the entry's place says it."""
    return _SOURCES[switch.by] if switch.by else None


def is_active(entry: Entry, switch: SwitchSettings) -> bool:
    """Say whether the account is on; a lock that passes by itself does not count as off."""
    if switch.move is not None:
        return not below(entry.dn, switch.move)
    octets = entry.first(source_of(switch) or "")
    match switch.by:
        case "ppolicy":
            return octets != _FOR_EVER
        case "nsAccountLock":
            return (octets or b"").lower() != b"true"
        case _:
            return not _control(octets) & _OFF_BIT


def turns_of(entry: Entry, switch: SwitchSettings, wanted: object) -> tuple[Turned, ...]:
    """Return what makes the account as wanted; nothing where it is so already."""
    source = source_of(switch)
    if source is None or is_active(entry, switch) is wanted:
        return ()
    old = entry.attributes.get(source.lower(), ())
    match switch.by:
        case "userAccountControl":
            # Delete and add: nobody else's bit is lost if it is set between our look and this.
            took = (Turned(Turn.DELETE, source, old),) if old else ()
            new = str(_control(old[0] if old else None) ^ _OFF_BIT).encode()
            return (*took, Turned(Turn.ADD, source, (new,)))
        case _:
            off = _FOR_EVER if switch.by == "ppolicy" else b"true"
            return (Turned(Turn.REPLACE, source, () if wanted else (off,)),)


def made_with(switch: SwitchSettings, wanted: object) -> dict[str, tuple[bytes, ...]]:
    """Return what a new entry carries to be as wanted."""
    source = source_of(switch)
    if source is None or (wanted and switch.by != "userAccountControl"):
        return {}
    values = {
        "ppolicy": _FOR_EVER,
        "nsAccountLock": b"true",
        "userAccountControl": str(_NORMAL if wanted else _NORMAL | _OFF_BIT).encode(),
    }
    return {source: (values[switch.by or ""],)}


def _control(octets: bytes | None) -> int:
    try:
        return int(octets or str(_NORMAL))
    except ValueError:
        return _NORMAL
