"""What follows for one identity, before anything is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from provisor.domain.leaving import Remembered
from provisor.domain.minting import swiftly
from provisor.domain.plan import Draft, Finding, SetAside
from provisor.domain.question import Question
from provisor.domain.record import Values
from provisor.domain.reference import Pending


@swiftly
@dataclass(frozen=True, slots=True)
class Composed:
    """What follows from one standing, and where it is counted."""

    drafts: tuple[Draft, ...] = ()
    record: str = ""
    """The record's class; empty when there is no record."""
    account: str = ""
    """The account's class; empty when there is no account."""
    set_aside: SetAside | None = None
    finding: Finding | None = None
    question: Question | None = None
    """What a person must say before anything follows."""
    sought: Values = field(default_factory=dict)
    """Reference attributes with what the source says of the other records; for the second pass."""
    remembered: Remembered | None = None
    """What is now known of the person's leaving; None when nothing about it is new."""
    gives_back: bool = False
    """Whether the memberships that we gave are taken back."""
    pending: tuple[Pending, ...] = ()
    """What waits for another job."""
