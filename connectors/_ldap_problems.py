"""What a result code means; nothing that the server says besides is repeated: it quotes values.

Source: RFC 4511 section 4.1.9 and appendix A; RFC 4528 for 122.
"""

from __future__ import annotations

from typing import Final

from connectors._ldap_seam import Distrusted, Lost, Refused, Unreachable
from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    NotFound,
    Overtaken,
    PermissionDenied,
    TargetProblem,
    Transient,
    Uncertain,
    Unsupported,
)

_INVALID: Final = {
    17: "the directory does not know an attribute",
    18: "the directory does not compare this attribute so",
    19: "a rule of the directory refuses a value, or another entry holds it",
    21: "a value has not the form that its attribute asks for",
    34: "a name has not the form of a distinguished name",
    64: "the entry cannot have this name",
    65: "the classes of the entry do not allow it: a value is missing, or one too many",
    69: "the classes of an entry cannot be changed like this",
}
_MEANINGS: Final[dict[int, tuple[type[TargetProblem], str]]] = {
    1: (Transient, "the directory had a fault of its own"),
    3: (Transient, "the directory took longer than it allows itself"),
    4: (Unsupported, "the directory gives no more entries than its limit allows"),
    7: (AuthFailed, "the directory does not know this way of signing in"),
    8: (AuthFailed, "the directory asks for a stronger way of signing in: encrypt"),
    10: (Unsupported, "the directory points to another server; referrals are not followed"),
    11: (Unsupported, "an administrative limit of the directory was met"),
    12: (Unsupported, "the directory does not know a control that is needed"),
    13: (AuthFailed, "the directory asks for encryption"),
    16: (Overtaken, "a value that should go is not there any more"),
    20: (Conflict, "the value is there already"),
    32: (NotFound, "no entry has this name or id"),
    48: (AuthFailed, "the directory does not let this account sign in like this"),
    49: (AuthFailed, "the directory did not accept our credentials"),
    50: (PermissionDenied, "the directory does not allow this to our account"),
    51: (Transient, "the directory is busy"),
    52: (Transient, "the directory is not available"),
    53: (Unsupported, "the directory is not willing to do this"),
    66: (Conflict, "the entry has others below it"),
    67: (Unsupported, "the entry's own name is made of this value"),
    68: (Conflict, "another entry has this name"),
    71: (Unsupported, "the entry would move to another server"),
    80: (Transient, "the directory had a fault that it does not name"),
    122: (Overtaken, "another entry has this name by now"),
}
_NEXT: Final = {
    13: "use `ldaps://` or `start_tls: true`",
    67: "set `rename: true` to let entries be renamed",
}


def problem_of(code: int, where: str, attribute: str = "") -> TargetProblem:
    """Return our word for a result code."""
    if code in _INVALID:
        return InvalidValue(_INVALID[code], attribute=attribute, where=where, found=_said(code))
    unknown = (Transient, "the directory answered with a fault that we do not know")
    kind, what = _MEANINGS.get(code, unknown)
    return kind(what, where=where, found=_said(code), next=_NEXT.get(code, ""))


def _said(code: int) -> str:
    return f"result code {code}"


def not_connected(fault: Unreachable | Refused | Lost, where: str) -> TargetProblem:
    """Return why nothing was asked, or nothing answered, of a request that changes nothing."""
    match fault:
        case Refused(code=code):
            return problem_of(code, where)
        case Distrusted():
            return AuthFailed(
                "the certificate of the directory is not trusted for its name",
                where=where,
                safe="nothing was sent, neither names nor passwords",
                next="name the right authority in `ca_file`, and the host as the certificate does",
            )
        case Unreachable():
            what = "the directory cannot be reached"
            return Transient(what, where=where, safe="nothing was sent")
        case _:
            return Transient("the connection to the directory was lost", where=where)


def not_known(where: str) -> Uncertain:
    """Return that the answer to a write never came."""
    what = "the connection was lost before the directory answered; it may or may not be done"
    return Uncertain(what, where=where)
