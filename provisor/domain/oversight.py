"""What a job does about what others did in its target: drift, orphans, accounts nobody uses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DriftPolicy(StrEnum):
    """What happens to a value that others changed in the target, until somebody decides."""

    REPAIR = "repair"
    """It is set right by the ordinary plan, within its limits."""
    REPORT = "report"
    """It is left as it is and listed; everything else of the account goes on."""
    HOLD = "hold"
    """Nothing of the account is changed; a leaver is disabled all the same."""


class OnOrphan(StrEnum):
    """What happens to an account that belongs to nobody."""

    REPORT = "report"
    DISABLE = "disable"
    """It is switched off, in a part of its own that always needs a decision."""


class BlankSignIn(StrEnum):
    """What an account without a time of its last sign-in means."""

    UNKNOWN = "unknown"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Dormancy:
    """How it is seen that nobody uses an account."""

    attribute: str
    """The target's attribute with the time of the last sign-in."""
    days: int = 90
    created: str = ""
    """The target's attribute with the time when the account was made; empty for none."""
    blank: BlankSignIn = BlankSignIn.UNKNOWN
